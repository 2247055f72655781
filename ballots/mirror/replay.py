"""The leaves that a restored database lacks, put back from the mirror by the auditors' key.

Nothing is put back that does not follow: each leaf must stand where the log's rules let it, the
tree must grow into those that the mirror's heads and the guard remember, and what nobody has signed
must be by voters of the roll. What lay beside the log is brought up to it as far as it can be
known: marks on the roll by the link key, paper by its leaves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from accounts.models import Account
from ballots import log
from ballots.board import leaves
from ballots.board.merkle import leaf_hash
from ballots.errors import LinkKeyMissingError
from ballots.keys import Keys
from ballots.log import Entry
from ballots.mirror import sealing
from ballots.mirror.errors import (
    LeavesLostError,
    MirrorFaultError,
    PastCloseError,
    StrangersError,
    UnknownTokensError,
)
from ballots.mirror.mirror import needed
from ballots.mirror.story import Story
from ballots.models import Contest, PendingLeaf, RollEntry
from ballots.paper import restoring

_LAST = ("close", "result")


@dataclass(frozen=True)
class Replayed:
    """What was put back.

    Attributes
    ----------
    leaves : that the database had lacked
    size : of the log now
    marks : voters whose mark on the roll is another than before
    strangers : ballots that count, of which no voter could be found
    """

    leaves: int
    size: int
    marks: int = 0
    strangers: int = 0


def replay(
    session: Session, contest: Contest, *, keys: Keys, private: X25519PrivateKey
) -> Replayed:
    """Put back what the database lacks of an open vote's log, all or nothing.

    Raises
    ------
    NoMirrorError, MirrorKeyError, MirrorFaultError
    UnknownTokensError : it is a vote by blind token.
    LinkKeyMissingError : without it nobody's mark is known.
    PastCloseError : the vote was closed after the backup.
    LogFaultError, RollbackError : a leaf may not stand where it would, or the guard has another.
    LeavesLostError : the mirror lacks leaves that were signed.
    StrangersError : unsigned ballots are by nobody on the roll.
    """
    found, story = bring_back(session, contest, keys=keys, private=private)
    if found.size < story.signed.size:
        raise LeavesLostError(size=found.size, signed=story.signed.size)
    return found


def bring_back(
    session: Session, contest: Contest, *, keys: Keys, private: X25519PrivateKey | None
) -> tuple[Replayed, Story]:
    """Put back what the mirror has, however much that is; and what the whole log says then.

    Parameters
    ----------
    private : the auditors' key; without it the mirror is not read

    Raises
    ------
    As `replay` does, but for LeavesLostError.
    """
    if contest.credential == "blind":
        raise UnknownTokensError
    if not keys.linker.has(contest.id):
        raise LinkKeyMissingError
    connection = session.connection()
    board = log.head(connection, contest.id, alone=True)
    before, story = board.edge.size, Story(keys.signers.last(contest.id))
    for data in log.leaves(connection, contest.id):
        story.take(data)
    missing = _missing(keys, contest.id, private, story) if private else ()
    for fresh, keyings in missing:
        first = board.edge.size
        board = log.append(connection, board, [entry_of(data) for data in fresh])
        _follow(session, contest.id, first, fresh, keyings)
    if board.edge.size == before:
        return Replayed(0, before), story
    marks, strangers = _mark(session, contest, story, keys)
    if unproven := {one for one in strangers if story.first[one] >= story.proven}:
        raise StrangersError(ballots=len(unproven))
    return Replayed(board.edge.size - before, board.edge.size, marks, len(strangers)), story


def _missing(
    keys: Keys, contest_id: UUID, private: X25519PrivateKey, story: Story
) -> Iterator[tuple[Sequence[bytes], Mapping[int, str]]]:
    """What the mirror has after the story's end, record by record, and read into it."""
    for head, body in needed(keys.mirror).read(contest_id):
        size = story.edge.size
        if head.edge.size <= size:
            continue
        contents = sealing.unseal(body, private)
        fresh = contents.leaves[size - head.first :]
        if any(story.take(data)["t"] in _LAST for data in fresh):
            raise PastCloseError
        if story.edge != head.edge:
            raise MirrorFaultError(why=f"leaves {size} to {head.edge.size - 1}: another tree")
        yield fresh, contents.keyings


def entry_of(data: bytes) -> Entry:
    """A leaf with what the database must know of it."""
    leaf = leaves.read(data)
    voter = leaf.get("p") or leaf.get("k", {}).get("m")
    return Entry(data, leaf["t"], bytes.fromhex(voter) if voter else None)


def _follow(
    session: Session, contest_id: UUID, first: int, fresh: Sequence[bytes],
    keyings: Mapping[int, str],
) -> None:  # fmt: skip
    """What lies beside the log: paper, and what had waited for it when the backup was taken."""
    hashes = [leaf_hash(data) for data in fresh]
    session.execute(
        delete(PendingLeaf).where(
            PendingLeaf.contest_id == contest_id, PendingLeaf.hash.in_(hashes)
        )
    )
    for position, data in enumerate(fresh, first):
        try:
            restoring.restore(session, contest_id, position, leaves.read(data), keyings)
        except (KeyError, ValueError, NoResultFound) as error:
            raise MirrorFaultError(why=f"leaf {position}: {error}") from error


def _mark(session: Session, contest: Contest, story: Story, keys: Keys) -> tuple[int, set[str]]:
    """Mark the voters whose ballots the log has; how many, and the pseudonyms of nobody.

    Where voters declare themselves, an account stands for itself on the roll.
    """
    query = select(RollEntry).where(RollEntry.contest_id == contest.id)
    entries = {entry.voter_id: entry for entry in session.scalars(query)}
    voters = dict.fromkeys(entries)
    if contest.roll_kind == "declared":
        voters |= dict.fromkeys(map(str, session.scalars(select(Account.id))))
    marks, strangers = 0, set(story.casts)
    for voter_id in voters:
        pseudonym = keys.linker.pseudonym(contest.id, voter_id).hex()
        if pseudonym not in story.casts:
            continue
        strangers.discard(pseudonym)
        entry = entries.get(voter_id)
        if entry is None:
            entry = RollEntry(contest_id=contest.id, voter_id=voter_id, status="none", casts=0)
            session.add(entry)
        marks += _update(entry, story.casts[pseudonym], pseudonym in story.reading.on_paper)
    session.flush()
    return marks, strangers


def _update(entry: RollEntry, casts: int, on_paper: bool) -> bool:
    """Bring one mark up to the log; whether it changed. A mark for paper is never taken back."""
    before = entry.status, entry.casts
    if on_paper or entry.status == "paper":
        entry.status, entry.casts = "paper", max(entry.casts, casts + 1)
    else:
        entry.status, entry.casts = "web", max(entry.casts, casts)
    return before != (entry.status, entry.casts)
