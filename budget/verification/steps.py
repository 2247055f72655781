"""All steps in their order, and how they ended."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import BinaryIO

from ballots.board.notes import Key
from budget.verification.audit import check_audit
from budget.verification.ballots import check_ballots, check_count
from budget.verification.board import (
    check_earlier,
    check_form,
    check_policy,
    check_receipts,
    check_sums,
    check_tree,
)
from budget.verification.case import Case, Said, Unchecked, Wrong, needed
from budget.verification.log import (
    check_ends,
    check_grammar,
    check_voids,
    check_voters,
)
from budget.verification.paper import check_batches

STEPS: Mapping[str, Callable[[Case], Said]] = MappingProxyType(
    {
        "V0": check_form,
        "V1": check_sums,
        "V2": check_policy,
        "V3": check_tree,
        "V4": check_earlier,
        "V5": check_grammar,
        "V6": check_ends,
        "V7": check_voters,
        "V8": check_batches,
        "V9": check_voids,
        "V10": check_count,
        "V11": check_ballots,
        "V12": check_audit,
        "V13": check_receipts,
    }
)


class State(StrEnum):
    """How a step ended."""

    RIGHT = "right"
    WRONG = "wrong"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was done, and what there is to say of it in the reader's language."""

    name: str
    state: State
    said: Said


def verify(
    file: BinaryIO, *, key: Key | None = None, receipts: Sequence[tuple[str, bytes]] = ()
) -> Iterator[Step]:
    """The steps of one bundle, each as it ends.

    Parameters
    ----------
    file : the bundle; it must be possible to go back in it
    key : the log's key, if it is not to be taken from the bundle
    receipts : name and content of each
    """
    case = Case(file, key, receipts)
    for name, check in STEPS.items():
        try:
            if name != "V0":
                needed(case.opened, "V0")
            yield Step(name, State.RIGHT, check(case))
        except Wrong as finding:
            yield Step(name, State.WRONG, finding.said)
        except Unchecked as finding:
            yield Step(name, State.UNCHECKED, finding.said)
        except ValueError as error:  # what the readers of files and of the log refuse
            yield Step(name, State.WRONG, str(error))


def exit_code(steps: Iterable[Step]) -> int:
    """0: all was checked and is right; 1: something is wrong; 2: something was not checked."""
    states = {step.state for step in steps}
    if State.WRONG in states:
        return 1
    return 2 if State.UNCHECKED in states else 0
