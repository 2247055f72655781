"""All rules on ranked ballots by their ids, and the one way to call them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import MappingProxyType

from tally.errors import BallotError, UnknownRuleError
from tally.outcome import Parameter
from tally.ranked import table_pairwise, table_runoff
from tally.ranked.ballots import Ballots
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.ties import WORDS, Draw, Ties, every_resolution
from tally.ties import tie_order


@dataclass(frozen=True)
class RankedRule:
    """One rule.

    Attributes
    ----------
    module, function : where it is, under `tally.ranked`; imported when it is called
    fixed : the parameters that the id fixes
    parameters : those that can be set
    document : its page under ``docs/rules``
    policy : what settles its ties unless something else is asked for, see `tally.ranked.ties`
    """

    id: str
    module: str
    function: str
    fixed: Mapping[str, Parameter]
    parameters: Mapping[str, type]
    document: str
    policy: tuple[str, ...]

    @property
    def run(self) -> Callable[..., RankedOutcome]:
        """The rule's function."""
        found: Callable[..., RankedOutcome] = getattr(
            import_module(f"tally.ranked.{self.module}"), self.function
        )
        return found


_BEFORE_A_LOT = ("forwards", "backwards")  # words that a seed leaves in place
# Rules that compare leave a tie standing; those by rounds must go on, by the contest's order.
_ROWS = (
    *((row, ("unsettled",)) for row in table_pairwise.ROWS),
    *((row, table_runoff.POLICIES.get(row[0], ("order",))) for row in table_runoff.ROWS),
)
RANKED_RULES: Mapping[str, RankedRule] = MappingProxyType(
    {row[0]: RankedRule(*row, policy) for row, policy in _ROWS}
)


def count_ranked(
    rule_id: str,
    contest: Contest,
    rankings: Ballots,
    *,
    policy: tuple[str, ...] = (),
    seed: bytes | None = None,
    **parameters: object,
) -> RankedOutcome:
    """The outcome of one rule.

    Parameters
    ----------
    rule_id : a key of `RANKED_RULES`
    policy : words of `tally.ranked.ties` in the order in which they are tried; empty: the rule's
    seed : at least 16 bytes, drawn in public; a tie that nothing before settles goes by this lot
    parameters : those that the rule's row names

    Raises
    ------
    UnknownRuleError : no such rule, parameter or word of a policy; a lot without a seed.
    BallotError : the rule needs points and the ballots have none.
    ShortSeedError : too short a seed.

    >>> from tally.ranked import Rankings
    >>> rankings = Rankings.of(3, [(0, 1), (1, 2), (2, 1)], [4, 3, 2])
    >>> count_ranked("irv", Contest.of("Ada", "Bo", "Cy"), rankings).winners
    (1,)
    """
    rule = _checked(rule_id, rankings, [*parameters], policy)
    words = policy or rule.policy
    draws: dict[str, Draw] = {}
    if seed is not None:
        words = (*(word for word in words if word in _BEFORE_A_LOT), "lot")
        draws = {"lot": _drawn(seed, contest)}
    if undrawn := {"lot", "java"}.intersection(words).difference(draws):
        raise UnknownRuleError(f"{rule_id} needs a seed for ties by {', '.join(sorted(undrawn))}")
    ties = Ties(words, contest.tie_order, draws)
    outcome = rule.run(contest, rankings, ties, **rule.fixed, **parameters)
    return replace(outcome, rule=rule_id)


def every_outcome(
    rule_id: str, contest: Contest, rankings: Ballots, *, most: int, **parameters: object
) -> Iterator[RankedOutcome]:
    """The outcomes of one rule under every way to settle its ties, at most `most` of them.

    No history settles a tie here, nor an order. Where ways meet again, outcomes come again.

    Raises
    ------
    UnknownRuleError, BallotError : as `count_ranked` does.

    >>> from tally.ranked import Rankings
    >>> rankings = Rankings.of(3, [(0,), (1, 2), (2, 1)], [4, 3, 3])
    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> [outcome.winners for outcome in every_outcome("irv", contest, rankings, most=9)]
    [(2,), (1,)]
    """
    rule = _checked(rule_id, rankings, [*parameters])

    def run(ties: Ties) -> RankedOutcome:
        outcome = rule.run(contest, rankings, ties, **rule.fixed, **parameters)
        return replace(outcome, rule=rule_id)

    return every_resolution(run, most)


def _checked(
    rule_id: str, rankings: Ballots, parameters: Iterable[str], policy: Iterable[str] = ()
) -> RankedRule:
    """The rule, if it takes these ballots and knows all that is asked; raises as `count_ranked`."""
    rule = RANKED_RULES.get(rule_id)
    if rule is None:
        raise UnknownRuleError(f"no rule {rule_id!r}; there are: {', '.join(RANKED_RULES)}")
    unknown = sorted({*parameters} - {*rule.parameters}) + sorted({*policy} - {*WORDS})
    if unknown:
        raise UnknownRuleError(f"{rule_id} knows no {', '.join(unknown)}")
    if rule_id in table_pairwise.SCORED and not rankings.is_scored:
        raise BallotError(f"{rule_id} needs points on the ballots")
    return rule


def _drawn(seed: bytes, contest: Contest) -> Draw:
    """A public lot over all candidates: the first in it is preferred."""
    names = [f"{place} {name}" for place, name in enumerate(contest.names)]
    place = {names.index(name): at for at, name in enumerate(tie_order(seed, names))}
    return lambda level, best: (min if best else max)(level, key=place.__getitem__)
