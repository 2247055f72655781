"""What a listed roll is sealed with: names, birth dates and codes are kept as keyed hashes only."""

import unicodedata
from datetime import date
from uuid import UUID

from ballots.contest_keys import ContestKeys

HASH_BYTES = 16


class RollKeys(ContestKeys):
    """A key for each listed roll: made at its first import, destroyed when it is erased."""

    suffix = "roll"

    def person(self, contest_id: UUID, name: str, born: date) -> bytes:
        """Keyed hash of a person; blanks, capitals and Unicode's forms of a name do not matter."""
        return self._seal(contest_id, f"person\0{normal_name(name)}\0{born.isoformat()}")

    def code(self, contest_id: UUID, code: str) -> bytes:
        """Keyed hash of a code. It has 80 random bits, so that it needs no slow hash."""
        return self._seal(contest_id, f"code\0{code}")

    def _seal(self, contest_id: UUID, text: str) -> bytes:
        return self.digest(contest_id, text)[:HASH_BYTES]


def normal_name(name: str) -> str:
    """The name as it is compared."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
