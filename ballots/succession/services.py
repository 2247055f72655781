"""A log whose signed leaves are lost goes on under a new name (docs/adr/0029).

What the database has of it, and the mirror, is kept: the same leaves in the same places of a new
log, which has a name, a key and a guard of its own and says in its first leaf what was lost. The
older contest stays with its log as it was found. All that voters and clerks hold moves to a new
one: the roll with its codes, the slate, the paper; the link key is the same, and so are pseudonyms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ballots import entries, log, verifiers
from ballots.board import leaves
from ballots.board.leaves import Leaf
from ballots.board.merkle import leaf_hash
from ballots.board.reading import Reading
from ballots.entries import Opening
from ballots.errors import ContestClosedError
from ballots.keys import Keys
from ballots.log import Entry, Head
from ballots.mirror import replay
from ballots.mirror.replay import Replayed, entry_of
from ballots.models import Board, Contest, RollEntry, Succession
from ballots.succession import moving
from ballots.succession import queries as successions
from ballots.succession.errors import (
    DecisionError,
    MirrorUnreadError,
    NotHaltedError,
    NothingLostError,
    TokensLostError,
)


@dataclass(frozen=True)
class Continued:
    """What came of it.

    Attributes
    ----------
    contest : the one in which the vote goes on
    kept, lost : leaves
    reopened : voters whose mark was taken back, for their ballots are lost
    replayed : what was put back from the mirror before
    """

    contest: Contest
    kept: int
    lost: int
    reopened: int
    replayed: Replayed


def next_name(session: Session, contest_id: UUID) -> str:
    """The name of the log that would continue this contest's: the first one's and a number."""
    line = successions.line(session, contest_id)
    return f"{session.get_one(Board, line[-1]).election}/{len(line) + 1}"


def witnesses_of(session: Session, contest_id: UUID) -> str:
    """The lines of the contest's policy that name its witnesses: they stay the same."""
    _log, _end, witnesses = session.get_one(Board, contest_id).policy.partition("\n")
    return witnesses


def succeed(
    session: Session,
    contest: Contest,
    opening: Opening,
    *,
    document: str,
    until: datetime | None = None,
    keys: Keys,
    private: X25519PrivateKey | None = None,
    now: datetime,
) -> Continued:
    """Let a vote go on whose log was halted because leaves that were signed are lost.

    Parameters
    ----------
    opening : of the new log
    document : the decision, for everyone to read
    until : when voting ends; None: as it was announced
    private : the auditors' key; without it the mirror is not read

    Raises
    ------
    ContestClosedError : the vote is not open.
    TokensLostError, NotHaltedError, DecisionError
    MirrorUnreadError : the mirror has more leaves than the database, and there is no key.
    NothingLostError : all that was signed is there, in the database or in the mirror.
    FileNotFoundError : the older log's key is not at hand.
    LinkKeyMissingError, LogFaultError, RollbackError, StrangersError, and what the mirror refuses:
        see `replay`.
    """
    _check(session, contest, keys, has_key=private is not None)
    if not (leaves.KINDS["open"]["by"](list(opening.by)) and leaves.is_text(document)):
        raise DecisionError
    replayed, story = replay.bring_back(session, contest, keys=keys, private=private)
    signed, kept = story.signed, story.edge.size
    if kept >= signed.size:
        raise NothingLostError(size=kept, signed=signed.size)
    old = session.get_one(Board, contest.id)
    first = next(log.leaves(session.connection(), contest.id, 0, 1))
    ended = {
        "e": old.election, "kept": kept, "log": old.log_key, "open": leaf_hash(first).hex(),
        "root": signed.root.hex(), "size": signed.size,
    }  # fmt: skip
    note = keys.signers.last_note(contest.id, old.election)
    fresh = moving.move(session, contest, now=now, until=until)
    session.add(
        Succession(
            contest_id=fresh.id, predecessor_id=contest.id, kept=kept, size=signed.size,
            note=str(note), document=document, at=now,
        )
    )  # fmt: skip
    _begin(session, fresh, opening, leaves.read(first), ended=ended, keys=keys)
    _keep(session, contest.id, fresh.id, kept)
    reopened = _reopen(session, contest.id, fresh.id, story.reading, keys)
    session.flush()
    for secrets in (keys.linker, keys.roll):  # last: what is undone must leave no key behind
        secrets.hand_on(contest.id, fresh.id)
    return Continued(fresh, kept, signed.size - kept, reopened, replayed)


def _check(session: Session, contest: Contest, keys: Keys, *, has_key: bool) -> None:
    session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update())
    session.refresh(contest)
    if contest.opened_at is None or contest.closed_at is not None:
        raise ContestClosedError
    if contest.credential == "blind":
        raise TokensLostError
    board = session.get_one(Board, contest.id)
    if not board.is_halted:
        raise NotHaltedError
    if keys.mirror is not None and not has_key:
        mirrored = keys.mirror.end(contest.id).size
        if mirrored > board.size:
            raise MirrorUnreadError(size=board.size, mirrored=mirrored)


def _begin(
    session: Session, fresh: Contest, opening: Opening, before: Leaf, *,
    ended: Mapping[str, object], keys: Keys,
) -> None:  # fmt: skip
    """The new board with its first leaf."""
    connection = session.connection()
    log_key = str(keys.signers.create(fresh.id, opening.election).key)
    session.add(
        Board(
            contest_id=fresh.id, election=opening.election, manifest=opening.manifest,
            policy=opening.policy(log_key), log_key=log_key,
        )
    )  # fmt: skip
    session.flush()
    verifiers.keep(connection, opening.verifiers)
    first = entries.continued(opening, log_key, version("gwangjang"), before, ended)
    log.append(connection, _alone(session, fresh.id), [first])


def _keep(session: Session, old: UUID, fresh: UUID, kept: int) -> None:
    """The leaves of the older log once more, each in its place."""
    connection, board = session.connection(), _alone(session, fresh)
    for start in range(1, kept, log.CHUNK):
        part = log.leaves(connection, old, start, min(start + log.CHUNK, kept))
        board = log.append(connection, board, [entry_of(data) for data in [*part]])


def _reopen(session: Session, old: UUID, fresh: UUID, reading: Reading, keys: Keys) -> int:
    """Make the roll say what the kept leaves say; how many voters have their code back.

    Who is marked for a ballot that is lost has none. Who took paper, and has a ballot by web whose
    revoking is lost, has it revoked again.
    """
    election = session.get_one(Board, fresh).election
    lost, revoked = list[str](), list[Entry]()
    query = select(RollEntry.voter_id, RollEntry.status).where(
        RollEntry.contest_id == fresh, RollEntry.status != "none"
    )
    for voter_id, status in session.execute(query):
        pseudonym = keys.linker.pseudonym(old, voter_id)
        has_ballot = pseudonym.hex() in reading.votes
        if status == "web" and not has_ballot:
            lost.append(voter_id)
        if status == "paper" and has_ballot:
            revoked.append(entries.revoked(election, pseudonym, "paper-instead"))
    for start in range(0, len(lost), log.CHUNK):
        part = lost[start : start + log.CHUNK]
        marked = RollEntry.contest_id == fresh, RollEntry.voter_id.in_(part)
        session.execute(update(RollEntry).where(*marked).values(status="none", casts=0))
    log.append(session.connection(), _alone(session, fresh), _by_hash(revoked))
    return len(lost)


def _by_hash(found: Iterable[Entry]) -> list[Entry]:
    """In an order that tells nothing of the roll's."""
    return sorted(found, key=lambda entry: entry.hash)


def _alone(session: Session, contest_id: UUID) -> Head:
    return log.head(session.connection(), contest_id, alone=True)
