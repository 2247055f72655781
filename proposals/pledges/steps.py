"""The way of a pledge, and what a need can be of, as tables."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core import money
from core.words import LazyString, gettext, ngettext
from core.words import lazy_gettext as _l
from proposals import workflow

FUNDS = "funds"
KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "hours": _l("Hours of work"),
        "skills": _l("People with a skill"),
        "space": _l("Rooms or places"),
        "goods": _l("Things"),
        FUNDS: _l("Money beside the city's"),
    }
)

# While the authors may change what is needed: until the slate.
CHANGING = workflow.BEFORE_BALLOT | {"draft"}
# While anyone may pledge.
OPEN = workflow.MERGE_TARGETS - {"transferred", "completed"}


class Side(StrEnum):
    """Who takes a step."""

    GIVER = "giver"  # whoever pledged
    TAKER = "taker"  # the authors; once selected, the budget office too


@dataclass(frozen=True)
class Step:
    """One step: from where, by whom, and whether with a public sentence."""

    to: str
    sources: frozenset[str]
    by: Side
    name: LazyString
    needs_words: bool = False


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        step.to: step
        for step in (
            Step("accepted", frozenset({"offered"}), Side.TAKER, _l("Accept it")),
            Step("declined", frozenset({"offered"}), Side.TAKER, _l("Decline it"), True),
            Step("delivered", frozenset({"accepted"}), Side.TAKER, _l("It was delivered")),
            Step("thanked", frozenset({"delivered"}), Side.TAKER, _l("Thank in public"), True),
            Step("withdrawn", frozenset({"offered", "accepted"}), Side.GIVER, _l("Take it back")),
        )
    }
)
STATUSES: Mapping[str, LazyString] = MappingProxyType(
    {
        "offered": _l("Offered"),
        "accepted": _l("Accepted"),
        "delivered": _l("Delivered"),
        "thanked": _l("Delivered, with thanks"),
        "declined": _l("Declined"),
        "withdrawn": _l("Taken back"),
    }
)
COUNTED = frozenset({"accepted", "delivered", "thanked"})  # what a need can reckon with
GIVEN = frozenset({"delivered", "thanked"})
OVER = frozenset({"declined", "withdrawn"})


def open_steps(status: str, sides: Collection[Side]) -> list[Step]:
    """The steps that somebody on these sides may take."""
    return [step for step in STEPS.values() if status in step.sources and step.by in sides]


def quantity(kind: str, amount: int, currency: str) -> str:
    """So much of a kind, in the reader's language: 12 hours, ₩300,000."""
    if kind == FUNDS:
        return money.exact(amount, currency)
    said = f"{amount:,}"
    counted = {
        "hours": lambda: ngettext("%(said)s hour", "%(said)s hours", amount, said=said),
        "skills": lambda: ngettext("%(said)s person", "%(said)s people", amount, said=said),
        "space": lambda: ngettext("%(said)s place", "%(said)s places", amount, said=said),
        "goods": lambda: gettext("%(said)s pcs.", said=said),
    }
    return counted[kind]()
