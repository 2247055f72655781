"""Batches of paper put straight into a log, as its grammar has them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ballots import log, pending
from ballots.board import leaves
from ballots.models import RollEntry
from ballots.paper.models import PollStation

NONCE = "ab" * 32


def leaf(session: Session, contest_id: UUID, kind: str, **members: Any) -> None:
    """One leaf at the end of the log."""
    board = pending.integrate(session.connection(), contest_id)
    written = leaves.write({"v": 1, "t": kind, "e": board.election, **members})
    log.append(session.connection(), board, [log.Entry(written, kind)])


def batch(
    session: Session, contest_id: UUID, number: int, said: Sequence[Sequence[int] | str], *,
    station: str = "Hall", closed: bool = True,
) -> None:  # fmt: skip
    """A batch, each of its sheets with choices or a word; and as many voters marked there."""
    kept = session.get(PollStation, (contest_id, station))
    if kept is None:
        kept = PollStation(contest_id=contest_id, name=station, handed_out=0)
        session.add(kept)
    kept.handed_out += len(said)
    leaf(
        session, contest_id, "batch", b=number, station=station, seal="A 12", sheets=len(said),
        by=["one", "two"],
    )  # fmt: skip
    for sheet, written in enumerate(said, start=1):
        paper(session, contest_id, number, sheet, written)
        session.add(
            RollEntry(contest_id=contest_id, voter_id=f"p{number}-{sheet}", status="paper", casts=1)
        )
    if closed:
        close(session, contest_id, number, said)


def paper(
    session: Session, contest_id: UUID, number: int, sheet: int, written: Sequence[int] | str
) -> None:
    """One sheet, typed."""
    said: Mapping[str, Any] = (
        {"u": written} if isinstance(written, str) else {"x": {"a": [*written]}}
    )
    leaf(session, contest_id, "paper", b=number, s=sheet, d="all", f=1, n=NONCE, **said)


def close(
    session: Session, contest_id: UUID, number: int, said: Sequence[Sequence[int] | str]
) -> None:
    """All sheets of a batch are typed."""
    blank, spoiled = said.count("blank"), said.count("spoiled")
    leaf(
        session, contest_id, "batch-close", b=number, typed=len(said) - blank - spoiled,
        blank=blank, spoiled=spoiled, settled=0, keying=NONCE,
    )  # fmt: skip
