"""From the box to an outcome: the only place where ballots meet the counting room."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

import tally
from ballots import kinds
from ballots.models import Contest, Option
from ballots.queries import choices_in_box
from budget.errors import SeedNeededError
from budget.models import Cycle
from core.words import LazyString
from core.words import lazy_gettext as _l


def _by_id(instance: tally.Instance, _seed: str) -> tally.TieOrder:
    return tally.by_id(instance)


def _by_lot(instance: tally.Instance, seed: str) -> tally.TieOrder:
    try:
        return tally.tie_order(seed.encode(), list(instance.index))
    except tally.ShortSeedError:
        raise SeedNeededError from None


def _by_cost_then_lot(instance: tally.Instance, seed: str) -> tally.TieOrder:
    return tally.by_cost(instance, _by_lot(instance, seed))


TieRule = Callable[[tally.Instance, str], tally.TieOrder]

# Tie rule -> the order it gives, and what it says to people.
TIE_RULES: Mapping[str, tuple[TieRule, LazyString]] = MappingProxyType(
    {
        "cost_then_lot": (
            _by_cost_then_lot,
            _l("The cheaper project first; if they cost the same, a lot drawn in public."),
        ),
        "lot": (_by_lot, _l("A lot drawn in public after the vote closes.")),
        "id_text": (_by_id, _l("The smaller project number, read as text.")),
    }
)


def needs_seed(tie_rule: str) -> bool:
    """Whether the rule draws lots."""
    return tie_rule != "id_text"


def instance_of(session: Session, contest: Contest) -> tally.Instance:
    """The slate as the counting room knows it: codes and minor units."""
    rows = session.execute(
        select(Option.code, Option.cost_minor)
        .where(Option.contest_id == contest.id)
        .order_by(Option.number)
    )
    return tally.Instance(tuple(tally.Option(*row) for row in rows), contest.fund_minor)


def profile_of(session: Session, contest: Contest, instance: tally.Instance) -> tally.Profile:
    """Every ballot in the box, read in a stream and grouped."""
    codes = code_of_number(session, contest)
    with_points = contest.kind in ("cumulative", "scored")

    def ballots() -> Iterator[kinds.Choices]:
        return (kinds.read(choices) for choices in choices_in_box(session, contest.id))

    ids = ([codes[number] for number in said.numbers] for said in ballots())
    points = (said.points for said in ballots()) if with_points else None
    return tally.Profile.of(contest.kind, instance, ids, points)


def code_of_number(session: Session, contest: Contest) -> dict[int, str]:
    """Each option's code by its number on the ballot."""
    query = select(Option.number, Option.code).where(Option.contest_id == contest.id)
    return dict(session.execute(query).all())


def outcome_of(session: Session, cycle: Cycle) -> tuple[tally.Outcome, tally.Profile]:
    """Count the cycle's box by its rules.

    Raises
    ------
    SeedNeededError : the tie rule draws lots and there is no seed, or a short one.
    """
    instance = instance_of(session, cycle.contest)
    order, _ = TIE_RULES[cycle.tie_rule]
    ties = order(instance, cycle.tie_seed or "")
    profile = profile_of(session, cycle.contest, instance)
    return tally.count(cycle.count_rule, instance, profile, ties, **cycle.count_parameters), profile
