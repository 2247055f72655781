"""All rules by their ids, and the one way to call them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tally.contest import Instance
from tally.errors import InstanceError, UnknownRuleError
from tally.outcome import Outcome
from tally.profile import KINDS, Profile
from tally.rules import greedy
from tally.ties import TieOrder, by_id


@dataclass(frozen=True)
class Rule:
    """One rule: the ballots it takes, the parameters it knows, the page that tells it."""

    id: str
    run: Callable[..., Outcome]
    kinds: frozenset[str]
    parameters: Mapping[str, type]
    document: str


_GREEDY = MappingProxyType({"minimum_votes": int, "stop": bool})
_WITH_POINTS = frozenset({"ordinal", "cumulative", "scored"})

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            Rule("greedy_cost", greedy.by_votes, frozenset(KINDS), _GREEDY, "greedy"),
            Rule("greedy_card", greedy.by_votes_per_cost, frozenset(KINDS), _GREEDY, "greedy"),
            Rule("greedy_score", greedy.by_points_per_cost, _WITH_POINTS, _GREEDY, "greedy"),
        )
    }
)


def count(
    rule_id: str,
    instance: Instance,
    profile: Profile,
    ties: TieOrder | None = None,
    **parameters: int | bool,
) -> Outcome:
    """The outcome of one rule.

    Parameters
    ----------
    rule_id : a key of `RULES`
    ties : each option's id once, first wins; None is `by_id`
    parameters : those that the rule's row names

    Raises
    ------
    UnknownRuleError : no such rule or parameter, or the rule does not take these ballots.
    InstanceError : `ties` does not name each option once.
    """
    rule = RULES.get(rule_id)
    if rule is None:
        raise UnknownRuleError(f"no rule {rule_id!r}; there are: {', '.join(RULES)}")
    if profile.kind not in rule.kinds:
        raise UnknownRuleError(f"{rule_id} does not take {profile.kind} ballots")
    unknown = sorted(set(parameters) - set(rule.parameters))
    if unknown:
        raise UnknownRuleError(f"{rule_id} knows no {', '.join(unknown)}")
    ties = by_id(instance) if ties is None else ties
    if sorted(ties) != sorted(instance.index):
        raise InstanceError("the tie order must name each option once")
    return rule.run(instance, profile, ties, **parameters)
