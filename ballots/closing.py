"""What must hold before a vote is closed: read from the leaves themselves, and from the roll.

Nothing is believed that the database says beside the leaves: the tree is built anew, the leaves are
read by their rules, and the roll is compared with them: by the link key voter for voter, or, where
ballots bear tokens that nothing joins with the roll, by number; each token's signature is checked.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from ballots import log
from ballots.board import leaves
from ballots.board.checkpoint import Checkpoint
from ballots.board.leaves import Leaf, LeafError
from ballots.board.merkle import Edge, leaf_hash
from ballots.board.notes import Key, NoteError
from ballots.board.reading import PAPER, LogError, Reading
from ballots.errors import (
    ContestClosedError,
    InvariantError,
    LinkKeyMissingError,
    LogFaultError,
    ReconciliationError,
)
from ballots.keys import Keys
from ballots.models import Board, Contest, PendingLeaf, RollEntry
from ballots.paper import queries as paper
from ballots.tokens import keys as token_keys
from ballots.tokens import queries as tokens

# What must hold, in the order in which it is read out. Those of the moment come first and last: a
# close lets nobody cast, puts in what waits, and signs once it is done.
OF_THE_LOG = ("rebuilt", "counts", "batches", "voters", "room")
CHECKS = ("stopped", "waiting", *OF_THE_LOG, "signed")


@dataclass(frozen=True)
class BatchSum:
    """A batch of paper: what was declared of it, and what was typed."""

    number: int
    station: str
    declared: int
    typed: int
    blank: int
    spoiled: int
    is_closed: bool


@dataclass(frozen=True)
class StationSum:
    """The sheets out of one station's boxes beside the voters who took one there.

    Attributes
    ----------
    name : empty for voters who took paper at no station
    """

    name: str
    declared: int
    marks: int


@dataclass(frozen=True)
class Survey:
    """A log and its roll, counted; nothing in it tells what anybody chose.

    Attributes
    ----------
    size : leaves
    root : of their tree, built anew, in hexadecimal
    kinds : kind of leaf -> how many
    link_hash : SHA-256 of the link key, as the log promised it
    batches : of paper, by number
    stations : of paper, by name; what differs is for the minutes, and hinders nothing
    void : sheets that were made void
    ballots : by web, that count
    marks : voters who are marked so on the roll
    paper_marks : voters who took a paper ballot
    roll_size : voters on the roll
    by_token : whether ballots by web bear tokens; `marks` are then the tokens that were issued
    checks : what must hold -> whether it does
    """

    size: int
    root: str
    kinds: Mapping[str, int]
    link_hash: str
    batches: tuple[BatchSum, ...]
    stations: tuple[StationSum, ...]
    void: int
    ballots: int
    marks: int
    paper_marks: int
    roll_size: int
    by_token: bool
    checks: Mapping[str, bool]

    @property
    def sheets(self) -> int:
        """All sheets that were declared."""
        return sum(batch.declared for batch in self.batches)

    @property
    def failed(self) -> tuple[str, ...]:
        """What does not hold."""
        return tuple(name for name in CHECKS if not self.checks[name])

    def figures(self) -> dict[str, Any]:
        """All of it but the checks, as JSON has it."""
        told = asdict(self) | {
            "batches": [asdict(batch) for batch in self.batches],
            "stations": [asdict(station) for station in self.stations],
        }
        del told["checks"]
        return told

    def insist(self) -> None:
        """Make sure that the log and the roll may be closed.

        Raises
        ------
        ReconciliationError : they do not agree.
        InvariantError : of something else, `checks`.
        """
        if not self.checks["voters"]:
            raise ReconciliationError(marks=self.marks, ballots=self.ballots)
        failed = [name for name in self.failed if name in OF_THE_LOG]
        if failed:
            raise InvariantError(checks=", ".join(failed))


def survey(session: Session, contest: Contest, *, keys: Keys, now: datetime) -> Survey:
    """Count the log of an open vote and compare it with the roll; nothing is changed.

    Raises
    ------
    ContestClosedError : the vote is not open.
    LinkKeyMissingError : roll and log cannot be compared without the key.
    LogFaultError : the leaves do not say what a log may say.
    """
    if contest.opened_at is None or contest.closed_at is not None:
        raise ContestClosedError
    connection = session.connection()
    board = log.head(connection, contest.id)
    row = session.get_one(Board, contest.id)
    edge, reading, stations, is_signed = _read(connection, row)
    marks = _marks(session, contest.id)
    batches = tuple(_batches(reading, stations))
    told = log.kinds(connection, contest.id)
    is_promised = _key_hash(keys, contest.id) == reading.opened["linkhash"]
    agree = _tokens_agree if reading.opened["tokens"] else _voters_agree
    checks = {
        "stopped": not contest.is_open(now) and contest.opens_at <= now,
        "waiting": not _waiting(connection, contest.id),
        "rebuilt": edge == board.edge and not row.is_halted,
        "counts": told == dict(reading.kinds) and sum(told.values()) == board.edge.size,
        "batches": all(
            batch.is_closed and batch.declared == batch.typed + batch.blank + batch.spoiled
            for batch in batches
        )
        and not paper.open_stations(session, contest.id),
        "voters": is_promised and is_signed and agree(session, row, reading, keys),
        "room": len(reading.votes) <= sum(marks.values()),
        "signed": _is_signed(session, contest.id, board.checkpoint),
    }
    return Survey(
        size=edge.size, root=edge.root.hex(), kinds=dict(sorted(reading.kinds.items())),
        link_hash=reading.opened["linkhash"], batches=batches,
        stations=tuple(_stations(session, contest.id, batches)), void=len(reading.void),
        ballots=reading.web, marks=marks["web"], paper_marks=marks[PAPER],
        roll_size=sum(marks.values()), by_token=bool(reading.opened["tokens"]), checks=checks,
    )  # fmt: skip


def _read(connection: Connection, board: Board) -> tuple[Edge, Reading, dict[int, str], bool]:
    """Tree and reading of all leaves in one walk, stations of batches, tokens signed or not."""
    reading = Reading()
    stations: dict[int, str] = {}
    issuers = token_keys.read(board.tokens)
    is_signed = True

    def hashes() -> Iterator[bytes]:
        nonlocal is_signed
        with closing(log.leaves(connection, board.contest_id)) as told:
            for data in told:
                leaf: Leaf = leaves.read(data)
                reading.take(leaf)
                if leaf["t"] == "batch":
                    stations[leaf["b"]] = leaf["station"]
                is_signed = is_signed and ("k" not in leaf or token_keys.has_signed(issuers, leaf))
                yield leaf_hash(data)

    try:
        return Edge().grown(hashes()), reading, stations, is_signed
    except (LeafError, LogError) as error:
        raise LogFaultError(why=str(error)) from error


def _batches(reading: Reading, stations: Mapping[int, str]) -> Iterator[BatchSum]:
    for number, batch in sorted(reading.batches.items()):
        states = Counter(reading.unused.get((number, sheet), "typed") for sheet in batch.sheets)
        yield BatchSum(
            number, stations[number], batch.declared, states["typed"], states["blank"],
            states["spoiled"], batch.is_closed,
        )  # fmt: skip


def _stations(
    session: Session, contest_id: UUID, batches: tuple[BatchSum, ...]
) -> Iterator[StationSum]:
    declared = Counter[str]()
    for batch in batches:
        declared[batch.station] += batch.declared
    marks = {line.station: line.marks for line in paper.reconciliation(session, contest_id)}
    for name in sorted(declared.keys() | marks.keys()):
        yield StationSum(name, declared[name], marks.get(name, 0))


def _marks(session: Session, contest_id: UUID) -> dict[str, int]:
    """Status on the roll -> voters who have it."""
    query = select(RollEntry.status, func.count().label("voters")).where(
        RollEntry.contest_id == contest_id
    )
    found = {row.status: row.voters for row in session.execute(query.group_by(RollEntry.status))}
    return {"none": 0, "web": 0, PAPER: 0} | found


def _voters_agree(session: Session, board: Board, reading: Reading, keys: Keys) -> bool:
    """Whether those whose ballots by web count are those who are marked for one, each once."""
    contest_id, pseudonym = board.contest_id, keys.linker.pseudonym
    marked = select(RollEntry.voter_id).where(
        RollEntry.contest_id == contest_id, RollEntry.status == "web"
    )
    expected = {pseudonym(contest_id, voter_id).hex() for voter_id in session.scalars(marked)}
    return expected == {ballot for ballot in reading.votes if isinstance(ballot, str)}


def _tokens_agree(session: Session, board: Board, reading: Reading, _keys: Keys) -> bool:
    """Whether the keys are the promised ones, and no district has more ballots than tokens."""
    issued = tokens.issued(session, board.contest_id)
    marked = _marks(session, board.contest_id)["web"]
    live = Counter(vote.district for vote in reading.votes.values() if vote.channel != PAPER)
    return (
        token_keys.hashes(board.tokens) == reading.opened["tokens"]
        and sum(issued.values()) == marked
        and all(ballots <= issued.get(district, 0) for district, ballots in live.items())
    )


def _key_hash(keys: Keys, contest_id: UUID) -> str:
    try:
        return keys.linker.key_hash(contest_id)
    except FileNotFoundError:
        raise LinkKeyMissingError from None


def _waiting(connection: Connection, contest_id: UUID) -> int:
    query = select(func.count()).where(PendingLeaf.contest_id == contest_id)
    return connection.scalar(query) or 0


def _is_signed(session: Session, contest_id: UUID, expected: Checkpoint) -> bool:
    """Whether the last checkpoint is of this very tree and by the log's own key."""
    note = log.last_checkpoint(session.connection(), contest_id)
    key = session.scalar(select(Board.log_key).where(Board.contest_id == contest_id))
    if note is None or key is None or note.text != str(expected):
        return False
    try:
        return bool(note.signed_by([Key.read(key)]))
    except NoteError:
        return False
