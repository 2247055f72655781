"""What waits for the log: received, durable, and not yet in its place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    FromClause,
    bindparam,
    delete,
    exists,
    func,
    literal,
    select,
    text,
)

from ballots import log
from ballots.log import BALLOT, UPSERT, Entry, Head
from ballots.models import LogLeaf, PendingLeaf, RollEntry
from core.rows import ManyRows


def submit(connection: Connection, contest_id: UUID, rows: Sequence[Mapping[str, Any]]) -> int:
    """Let leaves of voters on the roll wait for the log; how many of them are new.

    Parameters
    ----------
    rows : of each leaf `hash`, `leaf`, `kind`, `voter` and the roll's `voter_id`, which is not kept
    """
    return _SUBMIT.rowcount(connection, rows, contest=contest_id)


def submit_nameless(connection: Connection, contest_id: UUID, entry: Entry) -> None:
    """Let a leaf of nobody on the roll wait; one that waits already, or is in the log, is kept."""
    waiting, known = PendingLeaf.__table__.c, LogLeaf.__table__.c
    turn = select(func.coalesce(func.max(waiting.turn), 0) + 1).where(
        waiting.contest_id == contest_id, waiting.voter == entry.voter
    )
    row = {
        "contest_id": contest_id, "hash": entry.hash, "leaf": entry.leaf, "kind": entry.kind,
        "voter": entry.voter,
    }  # fmt: skip
    values = [literal(value, type_=waiting[name].type) for name, value in row.items()]
    chosen = select(*values, turn.scalar_subquery()).where(
        ~exists().where(known.contest_id == contest_id, known.hash == entry.hash)
    )
    statement = UPSERT[connection.dialect.name](PendingLeaf).from_select([*row, "turn"], chosen)
    connection.execute(statement.on_conflict_do_nothing())


def integrate(connection: Connection, contest_id: UUID) -> Head:
    """Append all leaves that wait.

    The order of arrival is given up: leaves stand by their hashes. Only the leaves of one voter
    keep their order among themselves, for the last ballot is the one that counts.
    """
    board = log.head(connection, contest_id, alone=True)
    taken = connection.execute(
        delete(PendingLeaf)
        .where(PendingLeaf.contest_id == contest_id)
        .returning(
            PendingLeaf.hash,
            PendingLeaf.turn,
            PendingLeaf.leaf,
            PendingLeaf.kind,
            PendingLeaf.voter,
        )
    ).all()
    twice = log.known(
        connection, contest_id, [hashed for hashed, _, _, kind, _ in taken if kind == BALLOT]
    )
    waiting = [row for row in taken if row[3] != BALLOT or row[0] not in twice]
    return log.append(connection, board, [Entry(*row[2:]) for row in _ordered(waiting)])


def forget_order(connection: Connection) -> None:
    """Write the roll anew by its keys, so that the order of voting does not lie in its files.

    SQLite keeps it so at all times.
    """
    if connection.dialect.name == "postgresql":
        for table in ("roll_entries", "token_issues"):
            connection.execute(text(f"CLUSTER {table} USING pk_{table}"))


def _ordered(rows: Iterable[Any]) -> list[Any]:
    """By hash; but of one voter the earlier turn first, on the places that are this voter's."""
    ordered = sorted(rows)
    places: dict[bytes, list[int]] = {}
    for place, (_, _, _, _, voter) in enumerate(ordered):
        if voter is not None:
            places.setdefault(voter, []).append(place)
    for own in places.values():
        if len(own) > 1:
            in_turn = sorted((ordered[place] for place in own), key=lambda row: row[1])
            for place, row in zip(own, in_turn, strict=True):
                ordered[place] = row
    return ordered


def _submit(dialect: str, given: FromClause) -> Any:
    """A leaf with the roll's counter, unless it waits already or is in the log."""
    roll, log_leaf = RollEntry.__table__.c, LogLeaf.__table__.c
    contest = bindparam("contest", type_=roll.contest_id.type)
    is_known = exists().where(log_leaf.contest_id == contest, log_leaf.hash == given.c.hash)
    chosen = (
        select(contest, *given.c["hash", "leaf", "kind", "voter"], roll.casts)
        .join_from(given, roll.contest_id.table, roll.voter_id == given.c.voter_id)
        .where(roll.contest_id == contest, ~is_known)
    )
    columns = ["contest_id", "hash", "leaf", "kind", "voter", "turn"]
    return UPSERT[dialect](PendingLeaf).from_select(columns, chosen).on_conflict_do_nothing()


_SUBMIT = ManyRows(
    _submit,
    voter_id=RollEntry.voter_id.type,
    hash=PendingLeaf.hash.type,
    leaf=PendingLeaf.leaf.type,
    kind=PendingLeaf.kind.type,
    voter=PendingLeaf.voter.type,
)
