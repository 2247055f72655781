"""What there is about a proposal, at one glance: its page asks for nothing that is not there.

Each room says by an expression of its own what it has; one statement asks for all of them.
"""

from dataclasses import dataclass
from itertools import chain, compress, islice
from uuid import UUID

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from proposals.amendments import queries as amendments
from proposals.amendments.queries import Count
from proposals.asking import queries as asking
from proposals.files import queries as files
from proposals.handing import queries as handing
from proposals.ideas import queries as ideas
from proposals.merging import queries as merging
from proposals.models import Proposal
from proposals.notices import queries as notices
from proposals.people import queries as people
from proposals.places import queries as places
from proposals.pledges import queries as pledges
from proposals.review import queries as reviews
from proposals.similar import queries as similar
from proposals.supports import queries as supports
from proposals.supports.queries import Traces
from proposals.versions import queries as versions
from proposals.versions.queries import Extent
from proposals.writing import queries as writing

_ROOMS = {
    "answers": asking, "differences": similar, "files": files, "handed": handing, "idea": ideas,
    "needs": pledges, "point": places, "review": reviews, "ties": merging, "writing": writing,
}  # fmt: skip


@dataclass(frozen=True)
class Glance:
    """What a proposal has, and what its reader has to do with it.

    Attributes
    ----------
    there : what it has any of, by the names of `_ROOMS`
    was_asked : whether the reader asked to write it, or was asked to
    """

    there: frozenset[str]
    versions: Extent
    amendments: Count
    supports: Traces
    was_asked: bool
    is_followed: bool


def at(session: Session, proposal: Proposal, reader_id: UUID | None, *, belongs: bool) -> Glance:
    """One statement; `belongs` tells whether the reader sees the versions of the draft."""
    family = supports.family(proposal.id)
    there = {name: room.any_of(proposal.id) for name, room in _ROOMS.items()}
    was_asked = people.was_asked(proposal.id, reader_id) if reader_id else false()
    is_followed = notices.is_followed(reader_id, proposal, family) if reader_id else false()
    asked = (
        versions.ends(proposal.id, belongs=belongs), amendments.counts(proposal.id),
        supports.traces(family, reader_id), (was_asked, is_followed), tuple(there.values()),
    )  # fmt: skip
    found = iter(session.execute(select(*chain(*asked))).one())
    told = [list(islice(found, len(part))) for part in asked]
    return Glance(
        versions=Extent.of(*told[0]),
        amendments=Count(*told[1]),
        supports=Traces(*told[2]),
        was_asked=told[3][0],
        is_followed=told[3][1],
        there=frozenset(compress(there, told[4])),
    )
