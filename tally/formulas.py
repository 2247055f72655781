"""Exact numbers kept as formulas, for rules whose fractions would grow too long to be written.

Some rules divide by a sum of what they divided before. Then the digits of an exact fraction double
in each round, and after thirty rounds no memory holds them; yet a rule only has to know which of
two numbers is greater. Here a number is the formula it comes from. To compare two, each is enclosed
between whole multiples of a power of two, rounded outward; where the two enclosures overlap, both
are written out as fractions if these are short, and if not, enclosed more closely. So every answer
is proved, and never more precision is spent than it needs.

Equal formulas are one and the same object, so that what is equal by its history is known to be.

References
----------
S. Pion, A. Fabri, A generic lazy evaluation scheme for exact geometric computations (Science of
Computer Programming 76, 2011): the scheme, there for the predicates of geometry.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tally.contest import Amount
from tally.errors import TallyError

# Binary places tried one after another, and how long a fraction may be for each of them.
PLACES = (128, 512, 2048, 8192, 32768)
LONGER = 16
SHORT = 256  # bits up to which a factor is worked out at once instead of staying a formula
# Numbers that are told stay exact up to this length, and are else rounded down to so many places.
LONGEST_TOLD, PLACES_TOLD = 1024, 64


class UndecidedError(TallyError):
    """Two numbers differ by less than 2**-32768, if at all: no answer, rather than a guess."""


class _TooCoarseError(Exception):
    """A divisor cannot be told from 0 at this precision."""


@dataclass(eq=False, slots=True)
class Number:
    """One formula; made by `Formulas` only.

    Attributes
    ----------
    serial : later ones are made of earlier ones; 0 is the number one
    parts : the numbers that it is made of
    factors, unit : of a sum: (sum of factor x part) / unit; else empty
    chain : of a product: all its factors
    divides : whether it is the quotient of its two parts
    """

    serial: int
    parts: "tuple[Number, ...]"
    factors: tuple[int, ...] = ()
    unit: int = 1
    chain: "tuple[Number, ...]" = ()
    divides: bool = False
    places: int = -1  # low / 2**places <= the number <= high / 2**places
    low: int = 0
    high: int = 0
    fraction: Fraction | None = None
    tried: int = -1  # it is longer than so many bits, or made of what is


class Formulas:
    """All numbers of one count.

    Parameters
    ----------
    places : binary places tried one after another before a comparison is given up

    >>> numbers = Formulas()
    >>> third = numbers.constant(Fraction(1, 3))
    >>> x = numbers.sum([(1, numbers.one), (-1, third)])
    >>> numbers.compare(numbers.quotient(x, third), numbers.constant(2))
    0
    """

    def __init__(self, places: tuple[int, ...] = PLACES) -> None:
        self._places = places
        self._known: dict[tuple[object, ...], Number] = {}
        self.one = Number(0, (), fraction=Fraction(1))
        self._made = 1

    def constant(self, value: Amount) -> Number:
        """A number that is known."""
        return self.sum([(value, self.one)])

    def sum(self, terms: Iterable[tuple[Amount, Number]], over: int = 1) -> Number:
        """The sum of factor x number, divided by `over`; like terms of sums in it are merged."""
        listed = [(factor, number, _is_short(number)) for factor, number in terms]
        unit = math.lcm(
            *{
                factor.denominator * (number.unit if short else 1)
                for factor, number, short in listed
            }
        )
        merged: dict[Number, int] = {}
        for factor, number, short in listed:
            share = factor.numerator * (unit // factor.denominator)
            if short:
                share //= number.unit
                for part, own in zip(number.parts, number.factors, strict=True):
                    merged[part] = merged.get(part, 0) + share * own
            else:
                merged[number] = merged.get(number, 0) + share
        return self._sum(merged, unit * over)

    def _sum(self, merged: Mapping[Number, int], unit: int) -> Number:
        parts = tuple(sorted((part for part, factor in merged.items() if factor), key=_serial))
        factors = tuple(merged[part] for part in parts)
        common = math.gcd(unit, *factors)
        if common > 1:
            factors, unit = tuple(factor // common for factor in factors), unit // common
        if unit == 1 and factors == (1,):
            return parts[0]
        return self._make((parts, factors, unit), lambda at: Number(at, parts, factors, unit))

    def product(self, one: Number, other: Number) -> Number:
        """The product of two numbers that are not negative."""
        (scale, x), (more, y) = _scaled(one), _scaled(other)
        if self.one in (x, y):
            return self.sum([(scale * more, y if x is self.one else x)])
        chain = tuple(sorted((*(x.chain or (x,)), *(y.chain or (y,))), key=_serial))
        made = self._make(("x", *chain), lambda at: Number(at, (x, y), chain=chain))
        return made if scale == more == 1 else self.sum([(scale * more, made)])

    def quotient(self, one: Number, other: Number) -> Number:
        """A number that is not negative over one that is above zero."""
        (scale, x), (over, y) = _scaled(one), _scaled(other)
        if y is self.one:
            made = x
        elif x is y:
            made = self.one
        else:
            made = self._make(("/", x, y), lambda at: Number(at, (x, y), divides=True))
        return self.sum([(Fraction(scale) / over, made)])

    def compare(self, one: Number, other: Number) -> int:
        """-1, 0 or 1, as the first is less, equal or greater.

        Raises
        ------
        UndecidedError : the closest enclosures do not separate them, and they are too long to be
            written out. No real election is known where this happens.
        """
        if one is other:
            return 0
        for places in self._places:
            try:
                low, high = self._enclosure(one, places)
                least, most = self._enclosure(other, places)
            except _TooCoarseError:
                low = high = least = most = 0
            if high < least or low > most:
                return -1 if high < least else 1
            x, y = self.written(one, places * LONGER), self.written(other, places * LONGER)
            if x is not None and y is not None:
                return (x > y) - (x < y)
        raise UndecidedError(f"two numbers are equal to {self._places[-1]} binary places")

    def least(self, values: Mapping[int, Number]) -> list[int]:
        """The keys of the least of some numbers, in the order given."""
        level: list[int] = []
        for key, value in values.items():
            side = self.compare(value, values[level[0]]) if level else -1
            if side <= 0:
                level = [key] if side < 0 else [*level, key]
        return level

    def about(self, number: Number) -> float:
        """A float within 2**-52 of the number's size, or within 2**-100."""
        for places in self._places:
            try:
                low, high = self._enclosure(number, places)
            except _TooCoarseError:
                continue
            if high - low <= max(low >> 60, (1 << places) >> 101):
                return low / (1 << places)
        raise UndecidedError(f"a number is not known to {self._places[-1]} binary places")

    def told(self, number: Number) -> Amount:
        """The number for a report: exact if it is short; else rounded down to 64 binary places."""
        exact = self.written(number, LONGEST_TOLD)
        if exact is not None and _length(exact) <= LONGEST_TOLD:
            return exact.numerator if exact.denominator == 1 else exact
        for places in self._places:
            try:
                low, high = self._enclosure(number, places)
            except _TooCoarseError:
                continue
            floor = high >> places - PLACES_TOLD
            # At the last, a whole multiple that it cannot be told from is as good.
            if floor == low >> places - PLACES_TOLD or places == self._places[-1]:
                return Fraction(floor, 1 << PLACES_TOLD)
        raise UndecidedError(f"a number is not known to {self._places[-1]} binary places")

    def written(self, number: Number, longest: int) -> Fraction | None:
        """The number as a fraction; None if it, or a part of it, is longer than so many bits."""
        for node in _needed(number, lambda n: n.fraction is None and n.tried < longest):
            node.fraction, node.tried = _written(node, longest), longest
        return number.fraction

    def _enclosure(self, number: Number, places: int) -> tuple[int, int]:
        for node in _needed(number, lambda n: n.places < places):
            node.low, node.high = _enclosed(node, places)
            node.places = places
        return _at(number, places)

    def _make(self, key: tuple[object, ...], make: Callable[[int], Number]) -> Number:
        made = self._known.get(key)
        if made is None:
            made = self._known[key] = make(self._made)
            self._made += 1
        return made


def _scaled(number: Number) -> tuple[Amount, Number]:
    """(factor, rest) of a number whose formula is a short factor times one part."""
    if len(number.factors) == 1 and _is_short(number):
        return Fraction(number.factors[0], number.unit), number.parts[0]
    return (1, number) if number.parts or number.serial == 0 else (0, number)


def _serial(number: Number) -> int:
    return number.serial


def _is_short(number: Number) -> bool:
    """Whether it is a sum, 0 among them, whose factors may be worked into another sum."""
    if number.chain or number.divides or number.serial == 0:
        return False
    return not any(factor >> SHORT for factor in (number.unit, *map(abs, number.factors)))


def _needed(number: Number, lacks: Callable[[Number], bool]) -> list[Number]:
    """The number and all that it is made of, where they lack something; those made first, first."""
    found: set[Number] = set()
    waiting = [number]
    while waiting:
        node = waiting.pop()
        if node not in found and lacks(node):
            found.add(node)
            waiting += node.parts
    return sorted(found, key=_serial)


def _at(number: Number, places: int) -> tuple[int, int]:
    """A known enclosure, rounded outward to fewer places."""
    excess = number.places - places
    return number.low >> excess, -(-number.high >> excess)


def _enclosed(node: Number, places: int) -> tuple[int, int]:
    if not node.parts:
        whole = 0 if node.serial else 1 << places
        return whole, whole
    ends = [_at(part, places) for part in node.parts]
    if node.factors:
        pairs = list(zip(node.factors, ends, strict=True))
        low = sum(factor * (least if factor > 0 else most) for factor, (least, most) in pairs)
        high = sum(factor * (most if factor > 0 else least) for factor, (least, most) in pairs)
        return low // node.unit, -(-high // node.unit)
    (low, high), (least, most) = ends
    low, least = max(low, 0), max(least, 0)
    if not node.divides:
        return low * least >> places, -(-high * most >> places)
    if not least:
        raise _TooCoarseError
    return (low << places) // most, -((-high << places) // least)


def _written(node: Number, longest: int) -> Fraction | None:
    parts = [part.fraction for part in node.parts]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if not node.parts:
        return Fraction(0)
    if node.factors:
        pairs = zip(node.factors, known, strict=True)
        value = sum((factor * part for factor, part in pairs), Fraction(0)) / node.unit
    else:
        value = known[0] / known[1] if node.divides else known[0] * known[1]
    return value if _length(value) <= longest else None


def _length(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())
