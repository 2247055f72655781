"""Secret keys, one a contest, in a private folder outside the database."""

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import ClassVar
from uuid import UUID

KEY_BYTES = 32


class ContestKeys:
    """Keys of one purpose, a file each.

    Parameters
    ----------
    folder : made with mode 0700 if it is not there; must not lie with the database's backups
    """

    suffix: ClassVar[str]  # of the files; one for each purpose

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = lru_cache(maxsize=64)(self._read)

    def create(self, contest_id: UUID) -> None:
        """Make the contest's key, unless it has one: 32 random bytes."""
        self.keep(contest_id, secrets.token_bytes(KEY_BYTES))

    def keep(self, contest_id: UUID, key: bytes) -> None:
        """Make this the contest's key, unless it has one: a key is never replaced.

        The file appears whole, or not at all: nobody reads half a key, and of two who make one at
        the same moment the first wins.
        """
        if self.has(contest_id):
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{secrets.token_hex(8)}"
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_bytes(key)
        try:
            os.link(draft, self._path(contest_id))
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def hand_on(self, old: UUID, new: UUID) -> None:
        """Make a contest's key another one's too; nothing where it has none."""
        if self.has(old):
            self.keep(new, self._path(old).read_bytes())

    def has(self, contest_id: UUID) -> bool:
        """Whether the contest's key is at hand."""
        return self._path(contest_id).exists()

    def digest(self, contest_id: UUID, text: str) -> bytes:
        """HMAC-SHA-256 of `text`, 32 bytes. Raises FileNotFoundError without the key."""
        return hmac.digest(self._key(contest_id), text.encode(), hashlib.sha256)

    def destroy(self, contest_id: UUID) -> None:
        """Overwrite and remove the key. What was made with it tells nothing from now on."""
        path = self._path(contest_id)
        if path.exists():
            path.write_bytes(secrets.token_bytes(path.stat().st_size))
            path.unlink()
        self._key.cache_clear()

    def _path(self, contest_id: UUID) -> Path:
        return self._folder / f"{contest_id}.{self.suffix}"

    def _read(self, contest_id: UUID) -> bytes:
        return self._path(contest_id).read_bytes()
