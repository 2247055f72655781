"""Digits, thrown in public once the log is fixed: they draw sheets of paper and settle ties."""

import re
from uuid import UUID

from sqlalchemy.orm import Session

from ballots import cosigning, log
from budget.audit.errors import WrongSeedError
from budget.errors import LogUnsignedError

_DIGITS = re.compile(r"[0-9]{20,200}")


def digits_of(typed: str) -> str:
    """The digits without blanks; raises WrongSeedError where they are not 20 to 200."""
    digits = "".join(typed.split())
    if not _DIGITS.fullmatch(digits):
        raise WrongSeedError
    return digits


def fixed_root(session: Session, contest_id: UUID) -> str:
    """The root of the closed log, which nobody can change any more, in hexadecimal.

    Raises
    ------
    LogUnsignedError, NotWitnessedError : the log, or its witnesses, have not signed all of it.
    """
    connection = session.connection()
    board = log.head(connection, contest_id)
    if log.checkpoint(connection, contest_id, board.edge.size) is None:
        raise LogUnsignedError(size=board.edge.size, signed=0)
    cosigning.certified(connection, contest_id)
    return board.edge.root.hex()
