"""A counted vote with paper, and the people of its audit."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from sqlalchemy.orm import Session

from ballots.keys import Keys
from ballots.paper import entry
from budget import services as budget
from budget.audit import queries, services
from budget.models import Cycle
from core.journal import Actor
from tests import factories, sheets
from tests.factories import SYSTEM

TALLY = Actor("tally_officer", uuid4())
AUDITOR = Actor("auditor", uuid4())
READERS = (uuid4(), uuid4())
SEED = "27182818284590452353"


def counted(
    session: Session, now, keys: Keys, *, said: Sequence[Sequence[int] | str],
    web: Sequence[Sequence[int]] = (), **changes,
) -> Cycle:  # fmt: skip
    """A vote with these sheets in two batches, closed, signed and counted."""
    cycle = factories.cycle(session, now, keys=keys, ballots_cast=web, **changes)
    half = (len(said) + 1) // 2
    for number, part in enumerate((said[:half], said[half:]), start=1):
        if part:
            sheets.batch(session, cycle.contest_id, number, part)
    budget.close_vote(session, cycle, actor=SYSTEM, keys=keys, now=now, reason="over")
    budget.count(session, cycle, actor=SYSTEM, now=now)
    factories.sign(session, cycle.contest_id, keys=keys)
    return cycle


def begin(session: Session, cycle: Cycle, now, seed: str = SEED) -> None:
    """The seed, by two officers."""
    services.propose_seed(session, cycle, seed, actor=TALLY, now=now)
    services.confirm_seed(session, cycle, actor=AUDITOR, now=now)


def read(
    session: Session, cycle: Cycle, otherwise: Mapping[int, str] | None = None,
    readers: Sequence = READERS,
) -> None:  # fmt: skip
    """Both people read every sheet as it was typed, but for those at places in `otherwise`."""
    for reader in readers:
        for sheet in queries.due(session, cycle.id, reader):
            typed = (otherwise or {}).get(sheet.place) or entry.shown(sheet.typed)
            services.read_sheet(session, cycle, sheet.place, typed, reader_id=reader)
