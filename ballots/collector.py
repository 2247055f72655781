"""Casts that come together share one transaction: one look at the contest, one commit, one fsync.

Each voter is answered after the commit, and each with their own refusal: where one ballot of a
batch cannot be cast, all of the batch are cast one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import OperationalError

from ballots import services
from ballots.errors import NotRecordedError
from ballots.keys import Keys
from ballots.services import Paper
from core.db import Database
from core.errors import RoomError
from core.together import Together


@dataclass(frozen=True)
class Casting:
    """One ballot by web on its way into the box."""

    contest_id: UUID
    paper: Paper
    now: datetime


class Collector:
    """Casts for one process."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._together = Together(self.cast_all)

    def cast(self, casting: Casting) -> str:
        """Cast one ballot; its receipt code. Raises what `services.cast` raises."""
        return self._together(casting)

    def cast_all(self, castings: Sequence[Casting]) -> list[str | Exception]:
        """Cast ballots in as few transactions as can be; each one's code, or why not."""
        answers: dict[int, str | Exception] = {}
        rest = list(enumerate(castings))
        while rest:
            batch, rest = first_batch(rest)
            places, papers = zip(*batch, strict=True)
            answers |= zip(places, self._cast(papers), strict=True)
        return [answers[place] for place in range(len(castings))]

    def _cast(self, batch: Sequence[Casting]) -> Sequence[str | Exception]:
        try:
            with self._database.writing_rows() as connection:
                return services.cast(
                    connection,
                    batch[0].contest_id,
                    [casting.paper for casting in batch],
                    keys=self._keys,
                    now=max(casting.now for casting in batch),
                )
        except RoomError as error:
            if len(batch) == 1:
                return [error]
            return [answer for casting in batch for answer in self._cast([casting])]
        except Exception as error:  # told to each who waits for the batch
            return [_told(error)] * len(batch)


def _told(error: Exception) -> Exception:
    """What a voter is told of a fault; the operator finds its cause in the logs.

    Where the connection broke, perhaps at the commit, nobody knows whether the ballot was recorded,
    so nothing is said of it.
    """
    if not isinstance(error, OperationalError) or error.connection_invalidated:
        return error
    refusal = NotRecordedError()
    refusal.__cause__ = error
    return refusal


Placed = list[tuple[int, Casting]]


def first_batch(castings: Placed) -> tuple[Placed, Placed]:
    """Those that go into one transaction with the first, and the rest.

    They are of its contest, and each voter stands there once: of one voter the earlier ballot goes
    first.
    """
    batch: Placed = []
    rest: Placed = []
    contest_id = castings[0][1].contest_id
    voters: set[str] = set()
    for placed in castings:
        casting = placed[1]
        voter_id = casting.paper.voter_id
        if casting.contest_id == contest_id and voter_id not in voters:
            voters.add(voter_id)
            batch.append(placed)
        else:
            rest.append(placed)
    return batch, rest
