"""The phases of a cycle and the acts that lead from one to the next: a pure table.

Laws: an act is possible in its own phase only; the hand that edits the ballot never opens the
tally; nothing leads back once voting has begun.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.access import Role
from core.words import LazyString
from core.words import lazy_gettext as _l

# In the order in which a cycle lives through them.
PHASES: Mapping[str, LazyString] = MappingProxyType(
    {
        "preparing": _l("Preparing"),
        "collecting": _l("Call for proposals"),
        "reviewing": _l("Review"),
        "frozen": _l("Slate frozen"),
        "voting": _l("Voting"),
        "closed": _l("Voting closed"),
        "counted": _l("Counted"),
        "published": _l("Published"),
    }
)
ORDER = tuple(PHASES)


@dataclass(frozen=True)
class Act:
    """One act: where it leads, who may do it, how it is called, and what it will change."""

    source: str
    to: str
    role: Role
    name: LazyString
    effect: LazyString
    is_final: bool = False  # cannot be undone


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "call": Act(
            "preparing", "collecting", Role.BUDGET_OFFICER, _l("Call for proposals"),
            _l("Everyone sees the cycle with its goal, money, dates and rules."),
        ),
        "review": Act(
            "collecting", "reviewing", Role.BUDGET_OFFICER, _l("End the call"),
            _l("The slate is put together from the eligible proposals."),
        ),
        "freeze": Act(
            "reviewing", "frozen", Role.BUDGET_OFFICER, _l("Freeze the slate"),
            _l("Titles and costs are copied to the ballot. The rules get a digest."),
        ),
        "thaw": Act(
            "frozen", "reviewing", Role.BUDGET_OFFICER, _l("Undo the freeze"),
            _l("The ballot is taken back; the slate can be changed again."),
        ),
        "open": Act(
            "frozen", "voting", Role.POLL_MANAGER, _l("Open the vote"),
            _l("From the opening moment on, ballots are accepted. Rules and slate are fixed."),
            is_final=True,
        ),
        "close": Act(
            "voting", "closed", Role.POLL_MANAGER, _l("Close the vote"),
            _l("Roll and box are compared, then the key that links them is destroyed."),
            is_final=True,
        ),
        "count": Act(
            "closed", "counted", Role.TALLY_OFFICER, _l("Count"),
            _l("The ballots are counted by the rule that was announced, once."),
            is_final=True,
        ),
        "publish": Act(
            "counted", "published", Role.TALLY_OFFICER, _l("Publish the outcome"),
            _l("Everyone sees the outcome and can recount it. Selected projects go on the agenda."),
            is_final=True,
        ),
    }
)  # fmt: skip

EDITABLE = frozenset({"preparing", "collecting", "reviewing"})
PUBLIC = frozenset(ORDER[1:])


def allowed(phase: str, roles: Iterable[str]) -> dict[str, Act]:
    """The acts open in `phase` to someone with any of `roles`."""
    held = frozenset(roles)
    return {name: act for name, act in ACTS.items() if act.source == phase and act.role in held}


def has_reached(phase: str, other: str) -> bool:
    """Whether a cycle in `phase` has come at least as far as `other`."""
    return ORDER.index(phase) >= ORDER.index(other)
