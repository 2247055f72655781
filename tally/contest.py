"""What is voted on: options with their costs, and the money there is."""

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

    Raises
    ------
    InstanceError : an id stands twice, or a cost or the limit is negative.
    """

    options: tuple[Option, ...]
    limit: Amount

    def __post_init__(self) -> None:
        if len(self.index) != len(self.options):
            raise InstanceError("an option's id stands twice")
        if self.limit < 0 or any(option.cost < 0 for option in self.options):
            raise InstanceError("costs and the limit must not be negative")

    @cached_property
    def index(self) -> dict[str, int]:
        """Place of each id in `options`."""
        return {option.id: place for place, option in enumerate(self.options)}
