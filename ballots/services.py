"""Opening, casting, closing. One service casts every ballot, from a page or from a file."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    FromClause,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
    true,
)
from sqlalchemy.orm import Session

from ballots import closing, entries, kinds, log, pending, receipts, verifiers
from ballots.alarms import hours
from ballots.closing import Survey
from ballots.entries import NONCE_BYTES, Opening
from ballots.errors import (
    BallotInBoxError,
    ContestClosedError,
    LinkKeyMissingError,
    LogHaltedError,
    NotOnRollError,
    PaperBallotError,
    TokenIssuedError,
    WrongCredentialError,
)
from ballots.keys import Keys
from ballots.kinds import BallotRule, Choices, SlateLine
from ballots.models import Board, Contest, Option, RollEntry
from ballots.paper import batches, stations
from ballots.succession import queries as successions
from ballots.tokens import keys as token_keys
from core.db import after_commit
from core.rows import ManyRows

# The table instead of the class, built once and no wider than needed: this runs for every ballot
# that is cast. The database itself compares the moments (half-open, as `Contest.is_open`).
_CONTESTS = Contest.metadata.tables["contests"]
_BOARDS = Contest.metadata.tables["boards"]
_RULE = select(
    *_CONTESTS.c["id", "kind", "max_picks", "field_limits", "fund_minor", "rules_digest"]
).where(_CONTESTS.c.id == bindparam("contest_id"))
_CASTING = (
    select(
        *_CONTESTS.c["id", "roll_kind", "rules_digest", "credential"],
        *_BOARDS.c["election", "is_halted", "tokens", "log_key"],
        and_(
            _CONTESTS.c.opened_at.is_not(None),
            _CONTESTS.c.stopped_at.is_(None),
            _CONTESTS.c.closed_at.is_(None),
            _CONTESTS.c.opens_at <= bindparam("now"),
            _CONTESTS.c.closes_at > bindparam("now"),
        ).label("is_open"),
    )
    .outerjoin_from(_CONTESTS, _BOARDS, _BOARDS.c.contest_id == _CONTESTS.c.id)
    .where(_CONTESTS.c.id == bindparam("contest_id"))
    .with_for_update(read=True, of=_CONTESTS)
)
_ENROL = insert(RollEntry.metadata.tables["roll_entries"])
_LINES = select(Option.number, Option.cost_minor, Option.field).where(
    Option.contest_id == bindparam("contest_id")
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What one voter hands in.

    Attributes
    ----------
    nonce : 32 random bytes, which hide the choices behind the leaf's hash; the same paper with the
        same nonce is the same ballot, however often it is sent
    """

    voter_id: str
    choices: Choices
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(NONCE_BYTES))


def cast(
    connection: Connection,
    contest_id: UUID,
    papers: Sequence[Paper],
    *,
    keys: Keys,
    now: datetime,
    channel: str = "web",
) -> list[str]:
    """Hand ballots in for the log and mark the roll, all or none; gives each one's receipt code.

    A voter's later ballot replaces the earlier one. The number of statements does not depend on
    the number of papers; a voter stands at most once among them.

    Raises
    ------
    ContestClosedError, NotOnRollError, PaperBallotError, LinkKeyMissingError, LogHaltedError
    WrongCredentialError : the ballots of this vote bear tokens.
    InvalidBallotError : a paper breaks the rule; none is cast.
    BallotInBoxError : one was handed in before, by the same voter with the same nonce.
    """
    contest = admitting(connection, contest_id, credential="linked", now=now)
    rule = rule_of(connection, contest_id, contest.rules_digest)
    try:
        rows = [_row(contest, rule, paper, keys, channel) for paper in papers]
    except FileNotFoundError:
        raise LinkKeyMissingError from None
    codes = [receipts.code_of(row["hash"]) for row in rows]
    # Everyone takes locks in one order, so that batches wait for each other instead of deadlocking.
    rows.sort(key=lambda row: row["voter_id"])
    _mark(connection, contest, rows)
    if pending.submit(connection, contest_id, rows) != len(rows):
        raise BallotInBoxError(codes=codes)
    return codes


def admitting(connection: Connection, contest_id: UUID, *, credential: str, now: datetime) -> Any:
    """The contest, which takes ballots of this credential now, and closes after this transaction.

    Raises
    ------
    ContestClosedError, LogHaltedError, WrongCredentialError
    """
    # On PostgreSQL the lock is shared: casts run side by side, a close waits for them, and whoever
    # comes after the close sees it. SQLite has one writer anyway.
    contest = connection.execute(_CASTING, {"contest_id": contest_id, "now": now}).one()
    if contest.is_halted:
        raise LogHaltedError
    if not contest.is_open:
        raise ContestClosedError
    if contest.credential != credential:
        raise WrongCredentialError
    return contest


def open_contest(
    session: Session, contest: Contest, opening: Opening, *, keys: Keys, now: datetime
) -> None:
    """Let voting begin: the keys are made now, and the log begins. The slate must be frozen."""
    connection = session.connection()
    keys.linker.create(contest.id)
    signer = keys.signers.create(contest.id, opening.election)
    log_key = str(signer.key)
    tokens, mixed_at = "{}", None
    if contest.credential == "blind":
        keys.tokens.create_for(contest.id, [entries.DISTRICT])
        tokens, mixed_at = keys.tokens.public(contest.id), now
    session.add(
        Board(
            contest_id=contest.id, election=opening.election, manifest=opening.manifest,
            policy=opening.policy(log_key), log_key=log_key, tokens=tokens, mixed_at=mixed_at,
        )
    )  # fmt: skip
    contest.opened_at = now
    session.flush()
    roll = _voters(session, contest.id)
    first = entries.opened(
        opening, log_key, keys.linker.key_hash(contest.id), roll, version("gwangjang"),
        token_keys.hashes(tokens),
    )  # fmt: skip
    verifiers.keep(connection, opening.verifiers)
    log.append(connection, log.head(connection, contest.id, alone=True), [first])


def close_contest(session: Session, contest: Contest, *, keys: Keys, now: datetime) -> Survey:
    """End the vote: nobody casts after this; roll and log must agree; then the keys go.

    Raises
    ------
    ContestClosedError : it is not open.
    LinkKeyMissingError : roll and log cannot be compared without the key.
    OpenBatchesError, BallotsBeyondRollError : paper is not ready; nothing was closed.
    LogFaultError, ReconciliationError, InvariantError : they are not as they must be; nothing was
        closed.
    """
    session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update())
    session.refresh(contest)
    if contest.opened_at is None or contest.closed_at is not None:
        raise ContestClosedError
    batches.check_closed(session, contest.id)
    connection = session.connection()
    board = pending.integrate(connection, contest.id)
    board = log.append(connection, board, _roll_changes(session, board))
    found = closing.survey(session, contest, keys=keys, now=now)
    found.insist()
    marks = {"web": found.marks, "paper": found.paper_marks}
    last = entries.closed(board.election, found.size, found.kinds, marks)
    log.append(connection, board, [last])
    contest.closed_at = now
    hours.forget(session, contest.id)
    session.flush()
    for one in successions.line(session, contest.id):
        after_commit(session, partial(keys.linker.destroy, one))
    after_commit(session, lambda: keys.tokens.destroy(contest.id))
    return found


def enrol(session: Session, contest_id: UUID, voter_ids: Iterable[str]) -> None:
    """Put voters on a listed roll."""
    rows = [
        {"contest_id": contest_id, "voter_id": voter_id, "status": "none", "casts": 0}
        for voter_id in voter_ids
    ]
    if rows:
        session.execute(_ENROL, rows)


def mark_paper(
    session: Session, contest_id: UUID, voter_id: str, *, keys: Keys, station: str | None = None
) -> None:
    """Note that a voter takes a paper ballot: no web ballot is accepted from now on.

    A ballot that was cast by web is revoked in the log, by the same transaction. The station that
    hands it out counts one more, and is not told of whom.

    Raises
    ------
    NotOnRollError : no such voter.
    PaperBallotError : this voter has a paper ballot already.
    TokenIssuedError : this voter has a token, whose ballot nobody could find to revoke it.
    NoSuchStationError : the vote has no such station.
    LinkKeyMissingError : the web ballot cannot be found without the key.
    """
    query = select(RollEntry).where(
        RollEntry.contest_id == contest_id, RollEntry.voter_id == voter_id
    )
    entry = session.scalar(query.with_for_update())
    if entry is None:
        raise NotOnRollError(number=1)
    if entry.status == "paper":
        raise PaperBallotError
    has_ballot = entry.status == "web"
    if has_ballot and session.get_one(Contest, contest_id).credential == "blind":
        raise TokenIssuedError
    entry.status, entry.casts = "paper", entry.casts + 1
    session.flush()
    if station is not None:
        stations.count_paper(session, contest_id, station)
    if has_ballot:
        _revoke(session, contest_id, voter_id, "paper-instead", keys)


def ballot_rule(session: Session, contest: Contest) -> BallotRule:
    """The rule of the contest's ballots, for pages."""
    return rule_of(session.connection(), contest.id, contest.rules_digest)


# A frozen slate never changes, so its rule is read once a process; the digest tells slates apart.
_rules: dict[tuple[UUID, str], BallotRule] = {}
_MOST_RULES = 64


def rule_of(connection: Connection, contest_id: UUID, digest: str | None) -> BallotRule:
    """The rule of a contest's ballots; `digest` is that of its rules, None before the freeze."""
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


def _mark(connection: Connection, contest: Any, rows: Sequence[dict[str, Any]]) -> None:
    marked = _MARKS[contest.roll_kind].rowcount(connection, rows, contest=contest.id)
    if marked != len(rows):
        voter_ids = [row["voter_id"] for row in rows]
        _refuse_unmarked(connection, contest.id, voter_ids, len(rows) - marked)


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


def _voters(session: Session, contest_id: UUID) -> Sequence[str]:
    query = select(RollEntry.voter_id).where(RollEntry.contest_id == contest_id)
    return session.scalars(query).all()


def _roll_changes(session: Session, board: log.Head) -> list[log.Entry]:
    """What the log has to tell of the roll, if it is another than it has told."""
    told, rollhash = log.roll_told(session.connection(), board.contest_id)
    roll = _voters(session, board.contest_id)
    if entries.roll_hash(roll) == rollhash:
        return []
    return [entries.roll_changed(board.election, told, roll)]


def _row(contest: Any, rule: BallotRule, paper: Paper, keys: Keys, channel: str) -> dict[str, Any]:
    """A ballot as it waits for the log."""
    pseudonym = keys.linker.pseudonym(contest.id, paper.voter_id)
    choices = kinds.check(rule, paper.choices)
    entry = entries.ballot(contest.election, channel, pseudonym, paper.nonce, choices)
    return _waiting(entry, paper.voter_id)


def _waiting(entry: log.Entry, voter_id: str) -> dict[str, Any]:
    return {
        "hash": entry.hash, "leaf": entry.leaf, "kind": entry.kind, "voter": entry.voter,
        "voter_id": voter_id,
    }  # fmt: skip


def _revoke(session: Session, contest_id: UUID, voter_id: str, why: str, keys: Keys) -> None:
    board = session.get_one(Board, contest_id)
    try:
        pseudonym = keys.linker.pseudonym(contest_id, voter_id)
    except FileNotFoundError:
        raise LinkKeyMissingError from None
    entry = entries.revoked(board.election, pseudonym, why)
    pending.submit(session.connection(), contest_id, [_waiting(entry, voter_id)])


def _marks(dialect: str, given: FromClause, *, who_enrol: bool) -> Any:
    """Mark voters as having cast by web; one on paper stays as is and is not counted.

    Whoever is on no roll is enrolled by casting, or not counted.
    """
    roll = RollEntry.__table__.c
    contest = bindparam("contest", type_=roll.contest_id.type)
    is_on_roll = exists().where(roll.contest_id == contest, roll.voter_id == given.c.voter_id)
    chosen = select(contest, given.c.voter_id, literal_column("'web'"), literal_column("1")).where(
        true() if who_enrol else is_on_roll  # SQLite takes ON CONFLICT for a join without a WHERE
    )
    columns = ["contest_id", "voter_id", "status", "casts"]
    return (
        log.UPSERT[dialect](RollEntry)
        .from_select(columns, chosen)
        .on_conflict_do_update(
            index_elements=["contest_id", "voter_id"],
            set_={"casts": roll.casts + 1, "status": "web"},
            where=roll.status != "paper",
        )
    )


_MARKS = {
    kind: ManyRows(partial(_marks, who_enrol=who_enrol), voter_id=RollEntry.voter_id.type)
    for kind, who_enrol in (("declared", True), ("listed", False))
}
