"""Bills of equal shares: for each option who paid how, or what its supporters paid for instead."""

from collections.abc import Mapping
from dataclasses import dataclass

from tally import Amount, Instance, Outcome, Profile
from tally.axioms import purses
from tally.axioms.measure import over
from tally.axioms.replay import Replay
from tally.explain import story


@dataclass(frozen=True, slots=True)
class Paid:
    """An option that was bought.

    Attributes
    ----------
    full : how many of its supporters paid the price and have money left
    rest : how many paid all that they had left: the price or less
    """

    full: Amount
    rest: Amount


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An option that was not bought.

    Attributes
    ----------
    start, left : money that its supporters had together at the beginning and in the end
    instead : (id, money): what they paid for, most first
    """

    start: Amount
    left: Amount
    instead: tuple[tuple[str, Amount], ...]


Bill = Paid | Unpaid


def bills(instance: Instance, profile: Profile, outcome: Outcome) -> Mapping[str, Bill]:
    """The bill of each option, by id; none where the outcome's rule is not equal shares."""
    if not outcome.rule.startswith("mes_"):
        return {}
    ledger = purses.of(instance, profile, outcome)
    found: dict[str, Bill] = {
        loss.option: Unpaid(loss.start, loss.left, loss.paid_for)
        for loss in story.losses(instance, ledger)
    }
    return found | _paid(instance, profile, ledger)


def _paid(instance: Instance, profile: Profile, ledger: purses.Ledger) -> dict[str, Bill]:
    if ledger.measure is None or not ledger.endowment:
        return {}
    asked = [(row.option, row.price) for row in ledger.prices]
    replay, _ = Replay.begin(instance, profile, asked, ledger.endowment, ledger.measure)
    found: dict[str, Bill] = {}
    for turn, (name, _) in enumerate(asked):
        groups, _, is_full = replay.pay(turn)
        weights = profile.weights[groups]
        full, rest = int(weights[is_full].sum()), int(weights[~is_full].sum())
        found[name] = Paid(over(full, profile.weights_unit), over(rest, profile.weights_unit))
    return found
