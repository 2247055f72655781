"""Paper of the demo's open vote: a station, a typed batch, and one that waits for its clerks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from ballots import services
from ballots.keys import Keys
from ballots.models import Contest
from ballots.paper import batches, keying, stations
from ballots.paper.models import Batch
from core.access import Role
from core.journal import Actor

STATION = "철산3동 행정복지센터"
TYPED = ("1 4", "2", "3 9 12", "0", "5 8", "1", "*", "4 7 10", "2 6", "11", "3 5", "8 12")
WAITING = 6  # sheets of a batch that nobody has typed


@dataclass(frozen=True)
class Polling:
    """One vote with its paper, as two clerks handle it."""

    session: Session
    contest: Contest
    clerks: tuple[UUID, UUID]
    keys: Keys
    now: datetime

    def hand_in(self, voter_ids: Sequence[str]) -> None:
        """Give these voters paper in the place of their ballots by web; empty the box twice."""
        stations.add(self.session, self.contest.id, STATION)
        for voter_id in voter_ids:
            services.mark_paper(
                self.session, self.contest.id, voter_id, keys=self.keys, station=STATION
            )
        typed = self._declared("A-01", len(TYPED))
        for clerk in self.clerks:
            self._type(typed, clerk, dict(enumerate(TYPED, start=1)))
        self._declared("A-02", WAITING)

    def _declared(self, seal: str, sheets: int) -> Batch:
        first, second = self.clerks
        made = batches.declare(
            self.session, self.contest, station=STATION, seal=seal, sheets=sheets, clerk_id=first
        )
        batches.confirm(
            self.session, self.contest, made, clerk_id=second, actor=_actor(second), now=self.now
        )
        return made

    def _type(self, batch: Batch, clerk: UUID, typed: Mapping[int, str]) -> None:
        own = keying.begin(self.session, self.contest, batch, clerk_id=clerk)
        for sheet, text in typed.items():
            keying.key(self.session, self.contest, own, sheet=sheet, typed=text)
        keying.finish(self.session, self.contest, batch, own, actor=_actor(clerk), now=self.now)


def _actor(clerk: UUID) -> Actor:
    return Actor(str(Role.POLL_CLERK), clerk)
