"""Lines of a cost sheet and their exact sum: pure.

Laws: the sum is the sum of the lines, to the last won; nothing is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from proposals.review.errors import CostSheetSizeError, UnevenLineError

THOUSANDTHS = 1000
MOST_LINES = 40
LARGEST_MINOR = 10**13  # of a line; a sheet of such lines is far within what a column holds


@dataclass(frozen=True)
class Line:
    """So many units at a price, who estimated it, and on what ground."""

    what: str
    quantity_milli: int  # thousandths of a unit
    unit: str
    price_minor: int
    estimated_by: str
    ground: str

    @property
    def amount(self) -> Fraction:
        """Quantity times price, in minor units."""
        return Fraction(self.quantity_milli * self.price_minor, THOUSANDTHS)


def total(lines: Sequence[Line]) -> int:
    """The sum in minor units.

    Raises
    ------
    CostSheetSizeError : no line, too many, nothing of something, or beyond all measure.
    UnevenLineError : a line's amount is no whole number of minor units.
    """
    if not 1 <= len(lines) <= MOST_LINES:
        raise CostSheetSizeError(most=MOST_LINES)
    for number, line in enumerate(lines, start=1):
        if line.quantity_milli <= 0 or line.price_minor < 0 or line.amount > LARGEST_MINOR:
            raise CostSheetSizeError(most=MOST_LINES)
        if line.amount.denominator != 1:
            raise UnevenLineError(line=number)
    return sum(line.amount.numerator for line in lines)


def thousandths(text: str) -> int:
    """A quantity as people write it, in thousandths.

    Raises
    ------
    ValueError : no number above zero, or finer than a thousandth.

    >>> thousandths("1,200"), thousandths("2.5")
    (1200000, 2500)
    """
    bare = text.replace(",", "").strip()
    if not bare.isascii() or not bare.replace(".", "", 1).isdigit():
        raise ValueError(f"not a quantity: {text!r}")
    milli = Fraction(bare) * THOUSANDTHS
    if milli.denominator != 1 or milli <= 0:
        raise ValueError(f"not above zero, or finer than a thousandth: {text!r}")
    return milli.numerator


def plain(quantity_milli: int) -> str:
    """The quantity without needless zeros.

    >>> plain(1200000), plain(2500)
    ('1,200', '2.5')
    """
    whole, rest = divmod(quantity_milli, THOUSANDTHS)
    return f"{whole:,}" + (f".{rest:03}".rstrip("0") if rest else "")
