"""From proposals to options: the slate is frozen by copying, so that what was voted on stays."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ballots.models import Contest, Option
from budget.models import Cycle, SlateEntry
from proposals.models import Proposal
from proposals.review.errors import RivalOnSlateError
from proposals.review.models import Rivalry


def entries(session: Session, cycle: Cycle) -> list[SlateEntry]:
    """The slate with its proposals, in the order of the receipt: field, then title."""
    query = select(SlateEntry).options(joinedload(SlateEntry.proposal))
    found = session.scalars(query.where(SlateEntry.cycle_id == cycle.id)).all()
    return sorted(found, key=lambda entry: (entry.proposal.field or "", entry.proposal.title))


def check_rivals(session: Session, cycle: Cycle, proposal_id: UUID | None = None) -> None:
    """Make sure that no two on the slate exclude each other, nor one of them the proposal.

    Raises
    ------
    RivalOnSlateError
    """
    chosen = select(SlateEntry.proposal_id).where(SlateEntry.cycle_id == cycle.id)
    ends = (Rivalry.one_id, Rivalry.other_id)
    if proposal_id is None:
        clash = and_(*(end.in_(chosen) for end in ends))
    else:
        clash = or_(
            and_(ends[0] == proposal_id, ends[1].in_(chosen)),
            and_(ends[1] == proposal_id, ends[0].in_(chosen)),
        )
    pair = session.execute(select(*ends).where(clash).limit(1)).first()
    if pair is not None:
        other_id = next(end for end in pair if end != proposal_id)
        raise RivalOnSlateError(title=session.get_one(Proposal, other_id).title)


def freeze(session: Session, cycle: Cycle) -> None:
    """Copy every proposal of the slate into a numbered option, and fix the rules' digest."""
    slate = entries(session, cycle)
    rows = [_option(cycle, entry, number) for number, entry in enumerate(slate, start=1)]
    if rows:
        session.execute(insert(Option), rows)
    for entry, row in zip(slate, rows, strict=True):
        entry.option_id = row["id"]  # type: ignore[assignment]  # a row of columns of many types
    session.flush()
    fix_digest(session, cycle)


def thaw(session: Session, cycle: Cycle) -> None:
    """Take the options back, before anybody could vote on them."""
    session.execute(
        update(SlateEntry).where(SlateEntry.cycle_id == cycle.id).values(option_id=None)
    )
    session.execute(delete(Option).where(Option.contest_id == cycle.contest_id))
    cycle.contest.rules_digest = None
    session.flush()


def options(session: Session, cycle: Cycle) -> Sequence[Option]:
    """The frozen slate, by number."""
    query = select(Option).where(Option.contest_id == cycle.contest_id)
    return session.scalars(query.order_by(Option.number)).all()


def fix_digest(session: Session, cycle: Cycle) -> None:
    """SHA-256 of the rules and the slate as canonical JSON: what voters are shown, for ever."""
    text = rules_text(cycle, cycle.contest, options(session, cycle))
    cycle.contest.rules_digest = hashlib.sha256(text.encode()).hexdigest()
    session.flush()


def rules_text(cycle: Cycle, contest: Contest, options: Iterable[Option]) -> str:
    """What the digest is taken of."""
    body = {
        "count_parameters": cycle.count_parameters,
        "count_rule": cycle.count_rule,
        "credential": contest.credential,
        "currency": contest.currency,
        "eligibility": contest.eligibility,
        "field_limits": contest.field_limits,
        "fund": contest.fund_minor,
        "kind": contest.kind,
        "max_picks": contest.max_picks,
        "publication": contest.publication,
        "roll": contest.roll_kind,
        "slate": [[row.number, row.code, row.title, row.cost_minor, row.field] for row in options],
        "tie_rule": cycle.tie_rule,
        "v": 2,
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _option(cycle: Cycle, entry: SlateEntry, number: int) -> dict[str, object]:
    proposal = entry.proposal
    return {
        "id": uuid4(),
        "contest_id": cycle.contest_id,
        "number": number,
        "code": str(number),
        "title": proposal.title,
        "title_en": proposal.title_en,
        "summary": proposal.summary,
        "summary_en": proposal.summary_en,
        "place": proposal.place,
        "neighbourhood": proposal.neighbourhood,
        "field": proposal.field,
        "cost_minor": entry.cost_minor,
    }
