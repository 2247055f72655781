"""Issuing tokens to voters of the roll, and casting with them: two acts that nothing joins."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ballots import kinds, log, pending, services
from ballots.board import blind, canonical, leaves
from ballots.board.blind import BlindError
from ballots.board.leaves import Leaf, LeafError
from ballots.board.notes import Note
from ballots.board.ticket import Ticket
from ballots.entries import DISTRICT, FORM
from ballots.errors import NotOnRollError, PaperBallotError
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.log import BALLOT, Entry
from ballots.models import Board, Contest, LogLeaf, PendingLeaf, RollEntry
from ballots.tokens import keys as token_keys
from ballots.tokens import recovery
from ballots.tokens.errors import (
    OtherTokenError,
    TokenKeyMissingError,
    TokenUsedError,
    TornBallotError,
    TornTokenError,
    WrongRecoveryCodeError,
    WrongTokenError,
)
from ballots.tokens.models import SurrenderedToken, TokenIssue

_WEB = "web"


def issue(
    connection: Connection,
    contest_id: UUID,
    voter_id: str,
    blinded: bytes,
    *,
    keys: Keys,
    now: datetime,
) -> bytes:
    """Sign a voter's one blinded message and mark the roll; the blind signature.

    Asked again with the same message, it gives the same signature and changes nothing.

    Raises
    ------
    ContestClosedError, LogHaltedError, NotOnRollError, PaperBallotError
    WrongCredentialError : there are no tokens in this vote.
    OtherTokenError : this voter's token is another one.
    TornTokenError : the message is not blinded for this vote's key.
    TokenKeyMissingError : that key is not at hand.
    """
    contest = services.admitting(connection, contest_id, credential="blind", now=now)
    own = {"contest_id": contest_id, "voter_id": voter_id}
    hashed = hashlib.sha256(blinded).digest()
    if contest.roll_kind == "declared":
        entry = log.UPSERT[connection.dialect.name](RollEntry).on_conflict_do_nothing()
        connection.execute(entry, own | {"status": "none", "casts": 0})
    found = _issued(connection, own)
    if found is None:
        row = own | {"blinded": hashed, "signature": _sign(contest_id, blinded, keys)}
        _put(connection, row)
        found = _issued(connection, own)
    if found is None or found.blinded != hashed:
        raise OtherTokenError
    signature: bytes = found.signature
    return signature


def cast(
    connection: Connection,
    contest_id: UUID,
    data: bytes,
    request: bytes,
    *,
    keys: Keys,
    now: datetime,
) -> Note:
    """Hand in a ballot that bears a token, as its voter's browser wrote the leaf; its ticket.

    The same leaf once more is no second ballot, and gives its ticket again.

    Raises
    ------
    ContestClosedError, LogHaltedError
    WrongCredentialError : the ballots of this vote bear no tokens.
    TornBallotError : these bytes are no ballot of this vote.
    WrongTokenError : its token is none.
    InvalidBallotError : the choices break the rule.
    TokenKeyMissingError : the log's key is not at hand, so that no ticket could be given.
    """
    contest = services.admitting(connection, contest_id, credential="blind", now=now)
    leaf = _read(data, contest.election)
    _check_token(connection, contest_id, leaf, contest.tokens)
    rule = services.rule_of(connection, contest_id, contest.rules_digest)
    choices = canonical.dumps(leaf["x"]).decode()
    if kinds.check(rule, Choices(tuple(leaf["x"]["a"]))) != choices:
        raise TornBallotError
    try:
        signer = keys.signers.signer(contest_id, contest.election)
    except FileNotFoundError:
        raise TokenKeyMissingError from None
    entry = Entry(data, BALLOT, bytes.fromhex(leaf["k"]["m"]))
    pending.submit_nameless(connection, contest_id, entry)
    return Ticket(contest.election, entry.hash, request).signed(signer)


def surrender(session: Session, contest: Contest, voter_id: str, code: str) -> None:
    """Take back a token that no ballot was cast with, so that its voter may take paper.

    Only the voter's own recovery code does it, for it alone tells which token is whose.

    Raises
    ------
    WrongRecoveryCodeError : it is not the code of this voter's token.
    TokenUsedError : a ballot was cast with it, and stays.
    """
    # Alone: a cast with this very token is either seen here, or sees that it was given back.
    session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update())
    board = session.get_one(Board, contest.id)
    issued = session.get(TokenIssue, (contest.id, voter_id))
    key = token_keys.read(board.tokens)[DISTRICT]
    found = recovery.blinded(recovery.secret_of(code), board.election, DISTRICT, key)
    if issued is None or hashlib.sha256(found.sent).digest() != issued.blinded:
        raise WrongRecoveryCodeError
    if _is_used(session, contest.id, found.message):
        raise TokenUsedError
    session.execute(insert(SurrenderedToken).values(contest_id=contest.id, serial=found.message))
    session.execute(
        delete(TokenIssue).where(
            TokenIssue.contest_id == contest.id, TokenIssue.voter_id == voter_id
        )
    )
    entry = session.get_one(RollEntry, (contest.id, voter_id))
    entry.status, entry.casts = "none", 0
    session.flush()


def _sign(contest_id: UUID, blinded: bytes, keys: Keys) -> bytes:
    try:
        return blind.sign(keys.tokens.key(contest_id, DISTRICT), blinded)
    except FileNotFoundError:
        raise TokenKeyMissingError from None
    except BlindError:
        raise TornTokenError from None


def _issued(connection: Connection, own: Mapping[str, Any]) -> Any:
    query = select(TokenIssue.blinded, TokenIssue.signature).where(
        *(getattr(TokenIssue, name) == value for name, value in own.items())
    )
    return connection.execute(query).one_or_none()


def _put(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a first signature and mark the roll; of two at the same moment one is kept."""
    put = log.UPSERT[connection.dialect.name](TokenIssue).on_conflict_do_nothing()
    try:
        kept = connection.execute(put.execution_options(preserve_rowcount=True), row).rowcount
    except IntegrityError:
        raise NotOnRollError(number=1) from None
    if kept:
        _mark(connection, row["contest_id"], row["voter_id"])


def _mark(connection: Connection, contest_id: UUID, voter_id: str) -> None:
    """Whoever has a token has the right to a ballot by web, and to none on paper."""
    marked = (
        update(RollEntry)
        .where(
            RollEntry.contest_id == contest_id,
            RollEntry.voter_id == voter_id,
            RollEntry.status == "none",
        )
        .values(status=_WEB, casts=1)
    )
    if connection.execute(marked).rowcount != 1:
        raise PaperBallotError


def _read(data: bytes, election: str) -> Leaf:
    """A leaf that this vote's ballots may look like, whatever they say."""
    try:
        leaf = leaves.read(data)
    except LeafError:
        raise TornBallotError from None
    expected = {"t": BALLOT, "e": election, "c": _WEB, "f": FORM}
    if any(leaf.get(name) != value for name, value in expected.items()) or "k" not in leaf:
        raise TornBallotError
    if leaf["x"].keys() != {"a"}:
        raise TornBallotError
    return leaf


def _check_token(connection: Connection, contest_id: UUID, leaf: Leaf, tokens: str) -> None:
    if not token_keys.has_signed(token_keys.read(tokens), leaf):
        raise WrongTokenError
    serial = bytes.fromhex(leaf["k"]["m"])
    given_back = exists().where(
        SurrenderedToken.contest_id == contest_id, SurrenderedToken.serial == serial
    )
    if connection.scalar(select(given_back)):
        raise WrongTokenError


def _is_used(session: Session, contest_id: UUID, serial: bytes) -> bool:
    return any(
        session.scalar(
            select(exists().where(table.contest_id == contest_id, table.voter == serial))
        )
        for table in (PendingLeaf, LogLeaf)
    )
