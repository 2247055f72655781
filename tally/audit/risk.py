"""When a sample is large enough: the risk that a wrong outcome would have passed it.

Ballots are compared one by one with what was typed of them (Kaplan and Markov's bound, as
"super-simple" simultaneous audits use it): each adds a factor below 1 where the two agree, and a
larger one the more the typing favoured the outcome. All is exact.

References
----------
P. B. Stark, Super-Simple Simultaneous Single-Ballot Risk-Limiting Audits (EVT/WOTE 2010).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tally.contest import Amount
from tally.errors import BallotError

# How much more than the margin is allowed for: errors of one vote are cheap at this value.
GAMMA = Fraction(103905, 100000)


@dataclass(frozen=True)
class Comparison:
    """The test of one claim that a sum over ballots is above 0.

    Attributes
    ----------
    margin : what the sum is by the typed ballots, above 0
    most : the most that one ballot can add to the sum, or take from it
    sheets : N, all that can be drawn
    """

    margin: Amount
    most: int
    sheets: int

    def __post_init__(self) -> None:
        """Refuse what cannot be tested (BallotError)."""
        if self.margin <= 0 or self.most < 1 or self.sheets < 1:
            raise BallotError("a level claim cannot be tested by a sample: look at every sheet")

    @property
    def is_safe(self) -> bool:
        """Whether the sheets could not make it false even if each were as wrong as can be."""
        return self.margin > 2 * self.most * self.sheets

    def risk(self, errors: Iterable[Amount]) -> Fraction:
        """The chance, at most, of a sample that agrees so well where the claim is false.

        Parameters
        ----------
        errors : for each sheet drawn, by how much the typing favoured the claim: 0 where it was
            right, up to twice `most`, and that for a sheet that is missing

        Raises
        ------
        BallotError : an error that no sheet can have.
        """
        known = list(errors)
        return min(self._agreeing(len(known)) * self._blame(known), Fraction(1))

    def sample_size(self, limit: Fraction, errors: Iterable[Amount] = ()) -> int:
        """How many sheets will do if all further ones are right; at most all of them.

        Parameters
        ----------
        limit : of the risk, from 0 to below 1
        errors : of sheets that were looked at

        >>> Comparison(margin=100, most=1, sheets=1000).sample_size(Fraction(1, 20))
        61
        """
        if self.is_safe:
            return 0
        known = list(errors)
        blame = self._blame(known)
        low, high = len(known) - 1, self.sheets
        while low + 1 < high:
            middle = (low + high) // 2
            is_enough = self._agreeing(middle) * blame <= limit
            low, high = (low, middle) if is_enough else (middle, high)
        return high

    def _agreeing(self, size: int) -> Fraction:
        """The risk after so many sheets that agree."""
        step = 1 - Fraction(self.margin) / (2 * GAMMA * self.most * self.sheets)
        found: Fraction = max(step, Fraction(0)) ** size
        return found

    def _blame(self, errors: Iterable[Amount]) -> Fraction:
        """What the errors multiply the risk by."""
        found = Fraction(1)
        for error in errors:
            if not -2 * self.most <= error <= 2 * self.most:
                raise BallotError(f"a sheet cannot be wrong by {error}")
            if error:
                found /= 1 - Fraction(error) / (2 * GAMMA * self.most)
        return found
