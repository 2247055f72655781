"""What a sample of the paper has to confirm, and how far it does. Pure and exact.

Each claim is that one funded project has more support than one that is not (`tally.audit`). The
part of its margin that ballots by web give is known from the log; only sheets can be wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ballots import kinds
from ballots.board.manifest import Manifest
from ballots.paper.entry import BLANK, SPOILED
from tally import Instance, Outcome
from tally.audit.greedy_assertions import assertions
from tally.audit.risk import Comparison

LIMIT = Fraction(1, 20)  # of the risk that a wrong outcome is confirmed
BOUND_SHEETS = 60  # of a rule without claims: with no error, about a 20th may be wrong
MISSING = "missing"
_UNUSED = (BLANK, SPOILED, MISSING)
_COMPARED = ("greedy_cost", "greedy_card")


@dataclass(frozen=True, slots=True)
class Claim:
    """Support of `above` times its factor is more than support of `below` times the other.

    Attributes
    ----------
    above, below : numbers of options
    margin : by how much, over all ballots that count
    most : the most that one ballot can add to the margin, or take from it
    ranked : whether a ballot gives an option as many points as options that stand below it
    """

    above: int
    below: int
    factor_above: int
    factor_below: int
    margin: int
    most: int
    ranked: bool

    def error(self, typed: str, seen: str) -> int:
        """By how much a sheet was typed in favour of the claim; the worst where it is missing."""
        if seen == MISSING:
            return 2 * self.most
        return self._value(typed) - self._value(seen)

    def errors(self, pairs: Iterable[tuple[str, str]]) -> list[int]:
        """Of sheets, each as typed and as seen."""
        return [self.error(typed, seen) for typed, seen in pairs]

    def holds(self, pairs: Iterable[tuple[str, str]]) -> bool:
        """Whether it is true of what was seen, if `pairs` are all sheets there are."""
        return self.margin > sum(self.errors(pairs))

    def risk(self, sheets: int, errors: Sequence[int]) -> Fraction:
        """The chance, at most, of so good a sample where the claim is false."""
        test = self._test(sheets)
        return Fraction(0) if test.is_safe else test.risk(errors)

    def size(self, sheets: int, errors: Sequence[int] = ()) -> int:
        """How many sheets will do if all further ones are as typed."""
        return self._test(sheets).sample_size(LIMIT, errors)

    def _test(self, sheets: int) -> Comparison:
        return Comparison(self.margin, self.most, sheets)

    def _value(self, reading: str) -> int:
        support = _support(reading, ranked=self.ranked)
        above, below = support.get(self.above, 0), support.get(self.below, 0)
        return self.factor_above * above - self.factor_below * below


def is_ranked(manifest: Manifest) -> bool:
    """Whether the rule takes points by rank: each option those that stand below it."""
    return manifest.rule == "greedy_score"


def has_claims(manifest: Manifest) -> bool:
    """Whether claims are known for this rule: else only a bound on wrong sheets can be given."""
    is_compared = manifest.rule in _COMPARED or (is_ranked(manifest) and manifest.kind == "ordinal")
    is_plain = not any(manifest.parameters.values())
    return is_compared and is_plain and all(option.cost for option in manifest.options)


def claims_of(manifest: Manifest, instance: Instance, outcome: Outcome) -> tuple[Claim, ...]:
    """The claims that together prove the outcome, by the option below, then the one above."""
    number = {option.code: option.number for option in manifest.options}
    points = len(manifest.options) - 1 if is_ranked(manifest) else 1
    found = (
        Claim(
            number[one.above], number[one.below], int(one.factor_above), int(one.factor_below),
            int(one.margin), points * int(max(one.factor_above, one.factor_below)),
            is_ranked(manifest),
        )
        for one in assertions(instance, outcome)
    )  # fmt: skip
    return tuple(sorted(found, key=lambda claim: (claim.below, claim.above)))


def is_level(claims: Iterable[Claim]) -> bool:
    """Whether one of them holds by the order of ties alone."""
    return any(claim.margin <= 0 for claim in claims)


def sample_size(claims: Sequence[Claim], sheets: int, pairs: Sequence[tuple[str, str]] = ()) -> int:
    """How many sheets will do for all claims, if the further ones are as typed; at most all.

    Parameters
    ----------
    pairs : of each sheet that was looked at, what was typed and what was seen
    """
    if not pairs:  # without errors the tightest claim decides
        tightest = min(claims, key=lambda claim: Fraction(claim.margin, claim.most), default=None)
        return 0 if tightest is None else tightest.size(sheets)
    sizes = (claim.size(sheets, claim.errors(pairs)) for claim in claims)
    return max(sizes, default=0)


def risks(claims: Sequence[Claim], sheets: int, pairs: Sequence[tuple[str, str]]) -> list[Fraction]:
    """Of each claim the risk that it is false after all."""
    return [claim.risk(sheets, claim.errors(pairs)) for claim in claims]


def wrong_share(size: int) -> Fraction:
    """The most sheets, as a share, that are wrong if none of `size` is, with 19 of 20 draws.

    The rule of three, which is above the exact bound: 1 less the n-th root of a 20th.
    """
    return min(Fraction(3, size), Fraction(1))


def to_json(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """Claims as the database keeps them."""
    return [{name: getattr(claim, name) for name in Claim.__slots__} for claim in claims]


def _support(reading: str, *, ranked: bool) -> dict[int, int]:
    """Option -> what a sheet gives it."""
    if reading in _UNUSED:
        return {}
    numbers = kinds.read(reading).numbers
    return {
        number: len(numbers) - place if ranked else 1 for place, number in enumerate(numbers, 1)
    }
