"""What is voted on: options with their costs, and the money there is."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tally.errors import InstanceError

Amount = int | Fraction


@dataclass(frozen=True, slots=True)
class Option:
    """One option: an identifier and its cost, exact, in any one unit of money."""

    id: str
    cost: Amount


@dataclass(frozen=True)
class Instance:
    """Options and the budget limit, in the same unit.

    Attributes
    ----------
    rivals : sets of ids of which at most one may be funded
    needs : (id, other id) pairs: the first is funded only together with the second

    Raises
    ------
    InstanceError : an id stands twice or is unknown, or a cost or the limit is negative.
    """

    options: tuple[Option, ...]
    limit: Amount
    rivals: tuple[tuple[str, ...], ...] = ()
    needs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if len(self.index) != len(self.options):
            raise InstanceError("an option's id stands twice")
        if self.limit < 0 or any(option.cost < 0 for option in self.options):
            raise InstanceError("costs and the limit must not be negative")
        named = {name for names in (*self.rivals, *self.needs) for name in names}
        if not named <= self.index.keys():
            raise InstanceError(f"unknown options: {', '.join(sorted(named - self.index.keys()))}")

    @cached_property
    def whole(self) -> tuple[tuple[int, ...], int, int]:
        """Costs and limit as whole numbers, and the unit that they are numerators over."""
        amounts = [Fraction(option.cost) for option in self.options] + [Fraction(self.limit)]
        unit = math.lcm(*(amount.denominator for amount in amounts))
        *costs, limit = (int(amount * unit) for amount in amounts)
        return tuple(costs), limit, unit

    @cached_property
    def index(self) -> dict[str, int]:
        """Place of each id in `options`."""
        return {option.id: place for place, option in enumerate(self.options)}
