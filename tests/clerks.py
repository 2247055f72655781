"""Four people who type paper ballots."""

from collections.abc import Mapping
from uuid import uuid4

from ballots.models import Contest
from ballots.paper import batches, keying, queries
from ballots.paper.models import Batch
from core.access import Role
from core.journal import Actor


class Clerks:
    """The acts of clerks, each by an account of its own, in one session."""

    def __init__(self, session, contest: Contest, now) -> None:
        self.session, self.contest, self.now = session, contest, now
        self.accounts = [uuid4() for _ in range(4)]

    def actor(self, clerk: int) -> Actor:
        return Actor(str(Role.POLL_CLERK), self.accounts[clerk])

    def declared(self, sheets: int, station: str = "Hall") -> Batch:
        """Declared by clerk 0, confirmed by clerk 1."""
        made = batches.declare(
            self.session, self.contest, station=station, seal="A 12", sheets=sheets,
            clerk_id=self.accounts[0],
        )  # fmt: skip
        batches.confirm(
            self.session, self.contest, made, clerk_id=self.accounts[1], actor=self.actor(1),
            now=self.now,
        )  # fmt: skip
        return made

    def begins(self, batch: Batch, clerk: int):
        return keying.begin(self.session, self.contest, batch, clerk_id=self.accounts[clerk])

    def types(self, batch: Batch, clerk: int, typed: Mapping[int, str]) -> None:
        """All sheets, and the word that these are all."""
        own = self.begins(batch, clerk)
        for sheet, text in typed.items():
            keying.key(self.session, self.contest, own, sheet=sheet, typed=text)
        self.finishes(batch, clerk)

    def finishes(self, batch: Batch, clerk: int) -> None:
        own = queries.keying_of(self.session, batch.id, self.accounts[clerk])
        keying.finish(self.session, self.contest, batch, own, actor=self.actor(clerk), now=self.now)

    def typed(self, *texts: str, station: str = "Hall") -> Batch:
        """A whole batch that both clerks read alike."""
        made = self.declared(len(texts), station)
        for clerk in (0, 1):
            self.types(made, clerk, dict(enumerate(texts, start=1)))
        return made
