"""The only link between a voter and a ballot: a secret key for each contest, outside the database.

A pseudonym is the first 16 bytes of HMAC-SHA-256(key, voter id). With the key, the same voter finds
the same ballot again; without it the box tells nothing about the roll. The key is made when a
contest opens and destroyed when it has closed.
"""

import hashlib
from uuid import UUID

from ballots.contest_keys import ContestKeys

PSEUDONYM_BYTES = 16


class Linker(ContestKeys):
    """The link keys of open contests."""

    suffix = "key"

    def pseudonym(self, contest_id: UUID, voter_id: str) -> bytes:
        """The voter's pseudonym in this contest. Raises FileNotFoundError without the key."""
        return self.digest(contest_id, voter_id)[:PSEUDONYM_BYTES]

    def key_hash(self, contest_id: UUID) -> str:
        """SHA-256 of the contest's key, which can be told: that no other one is used later."""
        return hashlib.sha256(self._key(contest_id)).hexdigest()
