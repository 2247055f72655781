"""A vote whose log was lost goes on: the cycle has the contest from then on in which it does."""

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.orm import Session

from ballots import verifiers
from ballots.entries import Opening
from ballots.keys import Keys
from ballots.succession import services as succession
from ballots.succession.services import Continued
from budget.errors import SigningKeyMissingError, WrongPhaseError
from budget.manifest import manifest_of
from budget.models import Cycle
from core import journal
from core.journal import Actor


def continue_vote(
    session: Session, cycle: Cycle, *, by: Sequence[str], document: str, actor: Actor, keys: Keys,
    now: datetime, private: X25519PrivateKey | None = None, until: datetime | None = None,
) -> Continued:  # fmt: skip
    """Let the vote of a cycle go on in a new log; the journal tells everyone.

    Parameters
    ----------
    by : two officers, whom the new log names
    document : the decision
    private : the auditors' key, to read the mirror with
    until : when voting ends; None: as it was announced

    Raises
    ------
    WrongPhaseError : the vote is not open.
    SigningKeyMissingError : the older log's key is not at hand.
    And what `succession.succeed` raises; nothing was changed.
    """
    if cycle.phase != "voting":
        raise WrongPhaseError(phase=cycle.phase, act="continue")
    contest = cycle.contest
    election = succession.next_name(session, contest.id)
    manifest = manifest_of(session, cycle, election=election, publication=contest.publication)
    opening = Opening(
        election, bytes(manifest).decode(), ties=cycle.tie_rule, by=by,
        verifiers=verifiers.files(), witnesses=succession.witnesses_of(session, contest.id),
    )  # fmt: skip
    try:
        found = succession.succeed(
            session, contest, opening, document=document, until=until, keys=keys, private=private,
            now=now,
        )  # fmt: skip
    except FileNotFoundError:
        raise SigningKeyMissingError from None
    cycle.contest = found.contest
    session.flush()
    journal.record(
        session, actor, "log.continued", about="cycle", about_id=cycle.id, now=now,
        title_ko=contest.title_ko, title_en=contest.title_en, log=election, kept=found.kept,
        lost=found.lost, document=document, reopened=found.reopened,
        until=until.isoformat() if until else None,
    )  # fmt: skip
    return found
