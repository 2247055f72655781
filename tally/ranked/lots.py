"""Java's seeded lots, in exact whole numbers: the draws that RCTab makes from an announced seed.

References
----------
The Java platform's documentation of `java.util.Random` (a linear congruential generator of 48
bits; D. E. Knuth, The Art of Computer Programming 2, 3.2.1), of `Collections.shuffle`,
`String.hashCode` and `HashMap`.

>>> random = Random(42)
>>> [random.next_int(10) for _ in range(5)]
[0, 3, 8, 4, 0]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_MULTIPLIER, _INCREMENT, _MASK = 0x5DEECE66D, 0xB, 2**48 - 1
_SIGN = 2**31


class Random:
    """The generator with this seed."""

    def __init__(self, seed: int) -> None:
        self.state = (seed ^ _MULTIPLIER) & _MASK

    def next_bits(self, bits: int) -> int:
        """The next whole number of so many bits, not negative."""
        self.state = (self.state * _MULTIPLIER + _INCREMENT) & _MASK
        return self.state >> (48 - bits)

    def next_int(self, bound: int) -> int:
        """The next whole number from 0 to below `bound`, each as likely."""
        found = self.next_bits(31)
        if bound & (bound - 1) == 0:
            return bound * found >> 31
        while found - found % bound + bound - 1 >= _SIGN:  # past the last whole run of `bound`
            found = self.next_bits(31)
        return found % bound

    def next_place(self, places: int) -> int:
        """``floor(nextDouble() * places)``, exactly: the double is a whole number over 2^53."""
        high = self.next_bits(26)
        return ((high << 27) + self.next_bits(27)) * places >> 53


def shuffled(things: Iterable[str], seed: int) -> list[str]:
    """The things, sorted first so that their order has no effect, as Java shuffles them."""
    order, random = sorted(things, key=java_key), Random(seed)
    for last in range(len(order), 1, -1):
        at = random.next_int(last)
        order[last - 1], order[at] = order[at], order[last - 1]
    return order


def java_key(text: str) -> bytes:
    """What Java sorts texts by: their UTF-16 units."""
    return text.encode("utf-16-be", "surrogatepass")


def hash_order(texts: Sequence[str]) -> list[str]:
    """Distinct texts in the order in which a fresh Java `HashSet` of them gives them back."""
    buckets = 16
    while buckets * 3 <= len(texts) * 4:  # a table is at most three quarters full
        buckets *= 2
    return sorted(texts, key=lambda text: _bucket(text, buckets))


def _bucket(text: str, buckets: int) -> int:
    code, units = 0, java_key(text)
    for at in range(0, len(units), 2):
        code = (code * 31 + int.from_bytes(units[at : at + 2], "big")) & 0xFFFFFFFF
    return (code ^ code >> 16) & (buckets - 1)


@dataclass
class JavaDraw:
    """RCTab's draw among those level, for `Ties.draws`.

    Attributes
    ----------
    names : of all candidates
    random : the generator, shared by all draws of a count
    looked_back : whether earlier rounds were looked at first: RCTab then draws from the candidates
        in the order of a hash set, else in the order of their names
    """

    names: Sequence[str]
    random: Random
    looked_back: bool = field(default=False)

    def __call__(self, level: Sequence[int], best: bool) -> int:  # noqa: ARG002 - as `Draw`
        """The one drawn of those level, to be elected or eliminated alike."""
        known = {self.names[one]: one for one in level}
        order = hash_order(list(known)) if self.looked_back else sorted(known, key=java_key)
        return known[order[self.random.next_place(len(order))]]
