"""Exact numbers as decimal text, and back."""

import re
from fractions import Fraction

from tally.contest import Amount

# Forty digits on either side hold any money there is, and keep hostile files from costing time.
_NUMBER = re.compile(r"-?\d{1,40}(?:[.,]\d{1,40})?")


def parse_number(text: str) -> Amount:
    """An exact number; a comma is read as a point.

    Raises
    ------
    ValueError : anything else than up to forty digits, a point or comma, up to forty digits.

    >>> parse_number("1200"), parse_number(" 12,50 ")
    (1200, Fraction(25, 2))
    """
    bare = text.strip()
    if not _NUMBER.fullmatch(bare):
        raise ValueError(f"not a number: {text!r}")
    if bare.isdecimal():
        return int(bare)
    exact = Fraction(bare.replace(",", "."))
    return exact.numerator if exact.denominator == 1 else exact


def number(amount: Amount) -> str:
    """An exact number as decimal text.

    Raises
    ------
    ValueError : no finite decimal says it, as for 1/3.

    >>> number(Fraction(5, 4)), number(3)
    ('1.25', '3')
    """
    if isinstance(amount, int):
        return str(amount)
    exact, places = amount, 0
    while (exact * 10**places).denominator != 1:
        places += 1
        if places > exact.denominator.bit_length():
            raise ValueError(f"no finite decimal says {amount}")
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).rjust(places + 1, "0")
    sign = "-" if exact < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
