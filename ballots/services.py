"""Opening, casting, closing. One service casts every ballot, from a page or from a file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    CursorResult,
    Executable,
    Result,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ballots import kinds, receipts
from ballots.errors import (
    ContestClosedError,
    LinkKeyMissingError,
    NotOnRollError,
    PaperBallotError,
    ReconciliationError,
)
from ballots.kinds import BallotRule, Choices, SlateLine
from ballots.linker import Linker
from ballots.models import CastBallot, Contest, Option, RollEntry
from core.db import after_commit

_INSERT: Mapping[str, Callable[..., Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
# The table instead of the class, built once and no wider than needed: this runs for every ballot
# that is cast. The database itself compares the moments (half-open, as `Contest.is_open`).
_CONTESTS = Contest.metadata.tables["contests"]
_RULE = select(
    *_CONTESTS.c["id", "kind", "max_picks", "field_limits", "fund_minor", "rules_digest"]
).where(_CONTESTS.c.id == bindparam("contest_id"))
_CASTING = (
    select(
        *_CONTESTS.c["id", "roll_kind", "rules_digest"],
        and_(
            _CONTESTS.c.opened_at.is_not(None),
            _CONTESTS.c.closed_at.is_(None),
            _CONTESTS.c.opens_at <= bindparam("now"),
            _CONTESTS.c.closes_at > bindparam("now"),
        ).label("is_open"),
    )
    .where(_CONTESTS.c.id == bindparam("contest_id"))
    .with_for_update(read=True)
)
_LINES = select(Option.number, Option.cost_minor, Option.field).where(
    Option.contest_id == bindparam("contest_id")
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What one voter hands in."""

    voter_id: str
    choices: Choices


@dataclass(frozen=True)
class Reconciliation:
    """What the close compared."""

    marks: int
    ballots: int
    roll_size: int


def cast(
    connection: Connection,
    contest_id: UUID,
    papers: Sequence[Paper],
    *,
    linker: Linker,
    now: datetime,
) -> list[str]:
    """Put ballots in the box and mark the roll, all or none; gives each one's receipt code.

    A voter's later ballot replaces the earlier one. The number of statements does not depend on
    the number of papers; a voter stands at most once among them.

    Raises
    ------
    ContestClosedError, NotOnRollError, PaperBallotError, LinkKeyMissingError
    InvalidBallotError : a paper breaks the rule; none is cast.
    """
    # On PostgreSQL the lock is shared: casts run side by side, a close waits for them, and whoever
    # comes after the close sees it. SQLite has one writer anyway.
    contest = connection.execute(_CASTING, {"contest_id": contest_id, "now": now}).one()
    if not contest.is_open:
        raise ContestClosedError
    rule = _rule(connection, contest_id, contest.rules_digest)
    try:
        rows: list[dict[str, Any]] = [
            {
                "id": uuid4(),
                "contest_id": contest_id,
                "pseudonym": linker.pseudonym(contest_id, paper.voter_id),
                "choices": kinds.check(rule, paper.choices),
                "receipt": receipts.new(),
            }
            for paper in papers
        ]
    except FileNotFoundError:
        raise LinkKeyMissingError from None
    # Everyone takes locks in one order, so that batches wait for each other instead of deadlocking.
    _mark(connection, contest, sorted(paper.voter_id for paper in papers))
    rows_in_order = sorted(rows, key=lambda row: row["pseudonym"])
    connection.execute(_BOX[connection.dialect.name], _one_or_many(rows_in_order))
    return [str(row["receipt"]) for row in rows]


def open_contest(session: Session, contest: Contest, *, linker: Linker, now: datetime) -> None:
    """Let voting begin: the link key is made now. The slate must be frozen."""
    linker.create(contest.id)
    contest.opened_at = now
    session.flush()


def close_contest(
    session: Session, contest: Contest, *, linker: Linker, now: datetime
) -> Reconciliation:
    """End the vote: nobody casts after this; roll and box must agree; then the link key goes.

    Raises
    ------
    ContestClosedError : it is not open.
    LinkKeyMissingError : roll and box cannot be compared without the key.
    ReconciliationError : they do not agree; nothing was closed.
    """
    session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update())
    session.refresh(contest)
    if contest.opened_at is None or contest.closed_at is not None:
        raise ContestClosedError
    if not linker.has(contest.id):
        raise LinkKeyMissingError
    found = _reconcile(session, contest.id, linker)
    contest.closed_at = now
    session.flush()
    after_commit(session, lambda: linker.destroy(contest.id))
    return found


def enrol(session: Session, contest_id: UUID, voter_ids: Iterable[str]) -> None:
    """Put voters on a listed roll."""
    rows = [
        {"contest_id": contest_id, "voter_id": voter_id, "status": "none", "casts": 0}
        for voter_id in voter_ids
    ]
    if rows:
        session.execute(insert(RollEntry), rows)


def mark_paper(session: Session, contest_id: UUID, voter_id: str) -> None:
    """Note that a voter takes a paper ballot: from now on no web ballot is accepted.

    Raises
    ------
    NotOnRollError : no such voter, or one who has voted by web already.
    """
    marked = update(RollEntry).where(
        RollEntry.contest_id == contest_id,
        RollEntry.voter_id == voter_id,
        RollEntry.status == "none",
    )
    if _rows(session.execute(marked.values(status="paper", casts=1))) != 1:
        raise NotOnRollError(number=1)


def ballot_rule(session: Session, contest: Contest) -> BallotRule:
    """The rule of the contest's ballots, for pages."""
    return _rule(session.connection(), contest.id, contest.rules_digest)


# A frozen slate never changes, so its rule is read once a process; the digest tells slates apart.
_rules: dict[tuple[UUID, str], BallotRule] = {}
_MOST_RULES = 64


def _rule(connection: Connection, contest_id: UUID, digest: str | None) -> BallotRule:
    if digest is None:
        return _read_rule(connection, contest_id)  # the slate may still change
    key = (contest_id, digest)
    rule = _rules.get(key)
    if rule is None:
        if len(_rules) >= _MOST_RULES:
            _rules.clear()
        rule = _rules[key] = _read_rule(connection, contest_id)
    return rule


def _read_rule(connection: Connection, contest_id: UUID) -> BallotRule:
    contest = connection.execute(_RULE, {"contest_id": contest_id}).one()
    lines = connection.execute(_LINES, {"contest_id": contest_id})
    return BallotRule(
        kind=contest.kind,
        slate={number: SlateLine(cost, field) for number, cost, field in lines},
        max_picks=contest.max_picks,
        field_limits=contest.field_limits,
        fund_minor=contest.fund_minor,
    )


def _mark(connection: Connection, contest: Any, voter_ids: Sequence[str]) -> None:
    rows = [{"contest": contest.id, "voter": voter_id} for voter_id in voter_ids]
    declared = contest.roll_kind == "declared"
    marks = _DECLARED[connection.dialect.name] if declared else _LISTED
    marked = connection.execute(marks, _one_or_many(rows)).rowcount
    if marked != len(rows):
        _refuse_unmarked(connection, contest.id, voter_ids, len(rows) - marked)


def _one_or_many(rows: list[dict[str, Any]]) -> Any:
    """A single row plainly: psycopg opens a pipeline for a list, which one row does not repay."""
    return rows[0] if len(rows) == 1 else rows


def _refuse_unmarked(
    connection: Connection, contest_id: UUID, voter_ids: Sequence[str], number: int
) -> None:
    on_paper = select(func.count()).where(
        RollEntry.contest_id == contest_id,
        RollEntry.voter_id.in_(voter_ids),
        RollEntry.status == "paper",
    )
    if connection.scalar(on_paper):
        raise PaperBallotError
    raise NotOnRollError(number=number)


def _reconcile(session: Session, contest_id: UUID, linker: Linker) -> Reconciliation:
    """Compare the roll's marks with the box: as many, and of the same voters."""
    marked = session.scalars(
        select(RollEntry.voter_id).where(
            RollEntry.contest_id == contest_id, RollEntry.status == "web"
        )
    )
    expected = {linker.pseudonym(contest_id, voter_id) for voter_id in marked}
    found = set(
        session.scalars(select(CastBallot.pseudonym).where(CastBallot.contest_id == contest_id))
    )
    if expected != found:
        raise ReconciliationError(marks=len(expected), ballots=len(found))
    size = select(func.count()).where(RollEntry.contest_id == contest_id)
    return Reconciliation(len(expected), len(found), session.scalar(size) or 0)


def _rows(result: Result[Any]) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - what an INSERT or UPDATE always gives
    return result.rowcount


def _declared_marks(dialect: str) -> Any:
    """Mark a voter who may enrol by casting; a voter on paper stays as is and is not counted."""
    statement = _INSERT[dialect](RollEntry).values(
        contest_id=bindparam("contest"), voter_id=bindparam("voter"), status="web", casts=1
    )
    marks: Any = statement.on_conflict_do_update(
        index_elements=["contest_id", "voter_id"],
        set_={"casts": RollEntry.casts + 1, "status": "web"},
        where=RollEntry.status != "paper",
    )
    return marks.execution_options(preserve_rowcount=True)  # an INSERT keeps none otherwise


_DECLARED = {dialect: _declared_marks(dialect) for dialect in _INSERT}
_LISTED = (
    update(RollEntry)
    .where(
        RollEntry.contest_id == bindparam("contest"),
        RollEntry.voter_id == bindparam("voter"),
        RollEntry.status != "paper",
    )
    .values(status="web", casts=RollEntry.casts + 1)
)


def _box(dialect: str) -> Executable:
    """A ballot takes the place of the same pseudonym's earlier one."""
    statement = _INSERT[dialect](CastBallot)
    box: Executable = statement.on_conflict_do_update(
        index_elements=["contest_id", "pseudonym"],
        set_={"choices": statement.excluded.choices, "receipt": statement.excluded.receipt},
    )
    return box


_BOX = {dialect: _box(dialect) for dialect in _INSERT}
