"""The way of a proposal, as pure tables: no session, no clock, no web.

Laws: nothing moves but by a row of `MOVES`; every status but the last ones has a way on; a refusal
and every turn of events that a citizen would ask about carries a public reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.access import Role
from core.journal import CITIZEN, SYSTEM
from core.words import LazyString
from core.words import lazy_gettext as _l


class Kind(StrEnum):
    """How a status looks: the colour and sign of its tag."""

    WAITING = "waiting"
    GOOD = "good"
    BAD = "bad"
    DONE = "done"


@dataclass(frozen=True)
class Status:
    """One status: its name, its look, and whether everyone may read the proposal then."""

    name: LazyString
    kind: Kind = Kind.WAITING
    is_public: bool = True


STATUSES: Mapping[str, Status] = MappingProxyType(
    {
        "draft": Status(_l("Draft"), is_public=False),
        "received": Status(_l("Received")),
        "supplement": Status(_l("More information needed")),
        "merged": Status(_l("Merged into another"), Kind.DONE),
        "transferred": Status(_l("Moved to a complaint or another body"), Kind.DONE),
        "withdrawn": Status(_l("Withdrawn"), Kind.DONE, is_public=False),
        "closed_unanswered": Status(_l("Closed without an answer"), Kind.BAD),
        "dept_review": Status(_l("Under department review")),
        "fit": Status(_l("Eligible"), Kind.GOOD),
        "conditional": Status(_l("Eligible with changes"), Kind.GOOD),
        "unfit": Status(_l("Not eligible"), Kind.BAD),
        "unfit_final": Status(_l("Not eligible, after an objection"), Kind.BAD),
        "objection": Status(_l("Objection")),
        "committee": Status(_l("Committee screening")),
        "not_listed": Status(_l("Not listed"), Kind.BAD),
        "on_ballot": Status(_l("On the ballot"), Kind.GOOD),
        "selected": Status(_l("Selected"), Kind.GOOD),
        "reserve": Status(_l("Reserve")),
        "not_selected": Status(_l("Not selected"), Kind.BAD),
        "in_draft_budget": Status(_l("In the draft budget"), Kind.GOOD),
        "approved": Status(_l("Approved"), Kind.GOOD),
        "reduced": Status(_l("Reduced"), Kind.GOOD),
        "cut": Status(_l("Cut by the council"), Kind.BAD),
        "in_progress": Status(_l("In progress"), Kind.GOOD),
        "on_hold": Status(_l("On hold")),
        "changed": Status(_l("Changed"), Kind.GOOD),
        "completed": Status(_l("Completed"), Kind.DONE),
        "cancelled": Status(_l("Stopped"), Kind.BAD),
        "evaluated": Status(_l("Evaluated"), Kind.DONE),
        "closed": Status(_l("Closed"), Kind.DONE),
    }
)

# Why a department finds a proposal not eligible (unfit).
UNFIT_REASONS: Mapping[str, LazyString] = MappingProxyType(
    {
        "unlawful": _l("Against a law or ordinance"),
        "other_body": _l("Another body's duty"),
        "duplicate": _l("Done already, or the same as another"),
        "private_benefit": _l("Benefits particular persons or groups"),
        "plain_complaint": _l("A plain complaint"),
        "multi_year": _l("Needs more than one year"),
        "running_cost": _l("Running costs"),
        "land_or_dispute": _l("Private land or an open dispute"),
        "over_cap": _l("Over the limit for one project"),
        "infeasible": _l("Technically not possible"),
    }
)
# Every reason that has a code: what the system gives for a reason, where people write one.
REASONS: Mapping[str, LazyString] = MappingProxyType(
    {**UNFIT_REASONS, "unanswered": _l("No answer came by the deadline")}
)


@dataclass(frozen=True)
class Move:
    """One step: who may take it, and what it must say."""

    by: frozenset[str]
    needs_reason: bool = False
    needs_code: bool = False
    codes: frozenset[str] = frozenset()  # of REASONS, which this step may give

    def is_told(self, role: str, reason: str, code: str) -> bool:
        """Whether a step by `role` says all that it must; the system says it by a code alone."""
        is_coded = code in self.codes
        has_reason = bool(reason) or (is_coded and role == SYSTEM)
        return (has_reason or not self.needs_reason) and (is_coded or not self.needs_code)


def _by(*roles: str) -> frozenset[str]:
    return frozenset(roles)


_OFFICE = _by(Role.BUDGET_OFFICER)
_REVIEW = _by(Role.REVIEWER)
_DESK = _OFFICE | _REVIEW
_COUNCIL = _by(Role.COUNCIL_CLERK)
_AUTHOR = _by(CITIZEN)
_SYSTEM = _by(SYSTEM)

MOVES: Mapping[tuple[str, str], Move] = MappingProxyType(
    {
        # A draft is not withdrawn but deleted: nobody else ever saw it.
        ("draft", "received"): Move(_AUTHOR),
        ("received", "withdrawn"): Move(_AUTHOR),
        ("received", "supplement"): Move(_DESK, needs_reason=True),
        # By the system once all authors consent (proposals/merging); by hand where there is none.
        ("received", "merged"): Move(_OFFICE | _SYSTEM, needs_reason=True),
        ("merged", "received"): Move(_SYSTEM),
        ("received", "transferred"): Move(_OFFICE, needs_reason=True),
        ("received", "dept_review"): Move(_OFFICE),
        ("supplement", "received"): Move(_AUTHOR),
        ("supplement", "withdrawn"): Move(_AUTHOR),
        ("supplement", "closed_unanswered"): Move(
            _OFFICE | _SYSTEM, needs_reason=True, codes=frozenset({"unanswered"})
        ),
        ("transferred", "closed"): Move(_OFFICE, needs_reason=True),
        ("dept_review", "fit"): Move(_REVIEW, needs_reason=True),
        ("dept_review", "conditional"): Move(_REVIEW, needs_reason=True),
        ("dept_review", "unfit"): Move(
            _REVIEW, needs_reason=True, needs_code=True, codes=frozenset(UNFIT_REASONS)
        ),
        ("dept_review", "supplement"): Move(_REVIEW, needs_reason=True),
        ("unfit", "objection"): Move(_AUTHOR, needs_reason=True),
        ("unfit", "closed"): Move(_OFFICE, needs_reason=True),
        ("objection", "dept_review"): Move(_OFFICE, needs_reason=True),
        ("objection", "unfit_final"): Move(_OFFICE, needs_reason=True),
        ("fit", "committee"): Move(_OFFICE),
        ("conditional", "committee"): Move(_OFFICE),
        ("committee", "not_listed"): Move(_OFFICE, needs_reason=True),
        ("not_listed", "closed"): Move(_OFFICE, needs_reason=True),
        # The slate is frozen or thawed: fit and conditional proposals may go on it directly.
        ("fit", "on_ballot"): Move(_SYSTEM),
        ("conditional", "on_ballot"): Move(_SYSTEM),
        ("committee", "on_ballot"): Move(_SYSTEM),
        ("on_ballot", "committee"): Move(_SYSTEM),
        # The tally decides, nobody's hand.
        ("on_ballot", "selected"): Move(_SYSTEM),
        ("on_ballot", "reserve"): Move(_SYSTEM),
        ("on_ballot", "not_selected"): Move(_SYSTEM),
        ("reserve", "selected"): Move(_OFFICE, needs_reason=True),
        ("reserve", "closed"): Move(_OFFICE, needs_reason=True),
        ("not_selected", "closed"): Move(_OFFICE, needs_reason=True),
        ("selected", "in_draft_budget"): Move(_OFFICE),
        ("selected", "cancelled"): Move(_OFFICE, needs_reason=True),
        ("in_draft_budget", "approved"): Move(_COUNCIL),
        ("in_draft_budget", "reduced"): Move(_COUNCIL, needs_reason=True),
        ("in_draft_budget", "cut"): Move(_COUNCIL, needs_reason=True),
        ("cut", "closed"): Move(_OFFICE, needs_reason=True),
        ("approved", "in_progress"): Move(_DESK),
        ("reduced", "in_progress"): Move(_DESK),
        ("in_progress", "on_hold"): Move(_DESK, needs_reason=True),
        ("in_progress", "changed"): Move(_DESK, needs_reason=True),
        ("in_progress", "completed"): Move(_DESK, needs_reason=True),
        ("in_progress", "cancelled"): Move(_DESK, needs_reason=True),
        ("on_hold", "in_progress"): Move(_DESK, needs_reason=True),
        ("on_hold", "cancelled"): Move(_DESK, needs_reason=True),
        ("changed", "in_progress"): Move(_DESK, needs_reason=True),
        ("changed", "completed"): Move(_DESK, needs_reason=True),
        ("changed", "cancelled"): Move(_DESK, needs_reason=True),
        ("completed", "evaluated"): Move(_OFFICE, needs_reason=True),
        ("cancelled", "evaluated"): Move(_OFFICE, needs_reason=True),
    }
)

# Where a proposal's way may end.
FINAL = frozenset({"withdrawn", "closed_unanswered", "unfit_final", "closed", "evaluated"})
# While the author may still change the text.
EDITABLE = frozenset({"draft", "supplement"})
# While anyone may propose an amendment, and the authors may accept it: never from the slate on.
AMENDABLE = frozenset(
    {"received", "supplement", "dept_review", "fit", "conditional", "unfit", "objection",
     "committee"}
)  # fmt: skip
# From here on there is an option on a slate, and from the second set on a task on the agenda.
ON_A_SLATE = frozenset({"on_ballot", "selected", "reserve", "not_selected"})
ON_THE_AGENDA = frozenset(
    {"selected", "in_draft_budget", "approved", "reduced", "cut", "in_progress", "on_hold",
     "changed", "completed", "cancelled", "evaluated"}
)  # fmt: skip
ELIGIBLE = frozenset({"fit", "conditional", "committee"})
PUBLIC = frozenset(code for code, status in STATUSES.items() if status.is_public)
HIDDEN = frozenset(STATUSES) - PUBLIC
# When everyone may see who wrote which words: not while the text is being changed.
WORDS_PUBLIC = PUBLIC - EDITABLE
# What another may be merged into: never a merged one, so that merges cannot go round in a circle.
MERGE_TARGETS = PUBLIC - FINAL - {"merged", "cancelled"}
# On its own way still, and not before the voters: may be supported, merged into, split.
BEFORE_BALLOT = MERGE_TARGETS - {"transferred"} - ON_A_SLATE - ON_THE_AGENDA


def by_hand(status: str, roles: Iterable[str], *, has_author: bool) -> dict[str, Move]:
    """The steps open at the desk: as `allowed`, but what has an author is merged by its authors."""
    steps = allowed(status, roles)
    return {to: move for to, move in steps.items() if to != "merged" or not has_author}


def allowed(status: str, roles: Iterable[str]) -> dict[str, Move]:
    """The steps open from `status` to someone with any of `roles`: next status -> its terms."""
    held = frozenset(roles)
    return {to: move for (source, to), move in MOVES.items() if source == status and move.by & held}
