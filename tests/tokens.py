"""A voter's browser in a vote by token, for tests: it blinds, unblinds and writes the leaf by itself."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from ballots.board import blind, leaves
from ballots.board.blind import Blinded
from ballots.entries import DISTRICT
from ballots.keys import Keys
from ballots.models import Board
from ballots.tokens import keys as token_keys
from ballots.tokens import recovery, services


@dataclass
class Device:
    """One voter's browser, which knows the recovery code."""

    election: str
    key: Any
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(recovery.SECRET_BYTES))

    @classmethod
    def of(cls, session: Session, contest_id: UUID, **known: Any) -> "Device":
        board = session.get_one(Board, contest_id)
        return cls(board.election, token_keys.read(board.tokens)[DISTRICT], **known)

    @property
    def blinded(self) -> Blinded:
        return recovery.blinded(self.secret, self.election, DISTRICT, self.key)

    @property
    def code(self) -> str:
        return recovery.code_of(self.secret)

    def token(self, signed: bytes) -> dict[str, str]:
        made = self.blinded
        signature = blind.finalize(self.key, made, signed)
        return {"m": made.message.hex(), "s": signature.hex()}

    def leaf(self, token: dict[str, str], numbers: list[int], **changes: Any) -> bytes:
        said = {
            "v": 1, "t": "ballot", "e": self.election, "d": DISTRICT, "c": "web", "f": 1,
            "k": token, "n": secrets.token_hex(32), "x": {"a": numbers},
        }  # fmt: skip
        return leaves.write(said | changes)

    def issue(
        self, connection: Connection, contest_id: UUID, voter: str, keys: Keys, now: datetime
    ) -> dict[str, str]:
        signed = services.issue(
            connection, contest_id, voter, self.blinded.sent, keys=keys, now=now
        )
        return self.token(signed)


def cast(connection: Connection, contest_id: UUID, leaf: bytes, keys: Keys, now: datetime) -> Any:
    """Hand a leaf in without a name; its ticket."""
    return services.cast(connection, contest_id, leaf, bytes(16), keys=keys, now=now)


def vote(
    session: Session, contest_id: UUID, voter: str, numbers: list[int], keys: Keys, now: datetime
) -> Device:
    """A voter gets a token and casts with it."""
    device = Device.of(session, contest_id)
    connection = session.connection()
    token = device.issue(connection, contest_id, voter, keys, now)
    cast(connection, contest_id, device.leaf(token, numbers), keys, now)
    return device
