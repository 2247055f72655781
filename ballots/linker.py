"""The only link between a voter and a ballot: a secret key for each contest, outside the database.

A pseudonym is the first 16 bytes of HMAC-SHA-256(key, voter id). With the key, the same voter finds
the same ballot again; without it the box tells nothing about the roll. The key is made when a
contest opens and destroyed when it has closed.
"""

import hashlib
import hmac
import secrets
from functools import lru_cache
from pathlib import Path
from uuid import UUID

KEY_BYTES = 32
PSEUDONYM_BYTES = 16


class Linker:
    """Keys in a private folder, one file a contest.

    Parameters
    ----------
    folder : made with mode 0700 if it is not there; must not lie with the database's backups
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = lru_cache(maxsize=64)(self._read)

    def create(self, contest_id: UUID) -> None:
        """Make the contest's key, unless it has one: a key is never replaced."""
        if self.has(contest_id):
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(contest_id)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(KEY_BYTES))

    def has(self, contest_id: UUID) -> bool:
        """Whether the contest's key is at hand."""
        return self._path(contest_id).exists()

    def pseudonym(self, contest_id: UUID, voter_id: str) -> bytes:
        """The voter's pseudonym in this contest. Raises FileNotFoundError without the key."""
        digest = hmac.digest(self._key(contest_id), voter_id.encode(), hashlib.sha256)
        return digest[:PSEUDONYM_BYTES]

    def key_hash(self, contest_id: UUID) -> str:
        """SHA-256 of the contest's key, which can be told: that no other one is used later."""
        return hashlib.sha256(self._key(contest_id)).hexdigest()

    def destroy(self, contest_id: UUID) -> None:
        """Overwrite and remove the key. From now on nobody can link the contest's ballots."""
        path = self._path(contest_id)
        if path.exists():
            path.write_bytes(secrets.token_bytes(KEY_BYTES))
            path.unlink()
        self._key.cache_clear()

    def _path(self, contest_id: UUID) -> Path:
        return self._folder / f"{contest_id}.key"

    def _read(self, contest_id: UUID) -> bytes:
        return self._path(contest_id).read_bytes()
