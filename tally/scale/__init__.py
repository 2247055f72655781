"""The same rules over ballots that lie in parts, on one machine or many; the same outcomes exactly.

>>> from tally import Instance, Option, Profile
>>> from tally.scale import Part, Partitions, count
>>> instance = Instance((Option("bench", 60), Option("trees", 50)), limit=100)
>>> lots = [["bench"], ["bench", "trees"]], [["trees"], ["bench"]]
>>> parts = [Part.of(Profile.of("approval", instance, lot)) for lot in lots]
>>> count("mes_cost_u", instance, Partitions.of(parts)).funded
('bench',)

Rules on ranked ballots ask for nothing but sums and piles (`tally.ranked.ballots.Ballots`), so
they are the same functions, called in the same way, wherever the ballots lie.

>>> from tally.ranked import Contest, Rankings
>>> contest = Contest.of("Ada", "Bo", "Cy")
>>> parts = [RankedPart.of(Rankings.of(3, lot)) for lot in ([(0, 1), (1,)], [(2, 1), (1, 0)])]
>>> count_ranked("irv", contest, RankedPartitions.of(parts)).winners
(1,)
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from tally.contest import Instance
from tally.errors import BallotError, UnknownRuleError
from tally.outcome import Outcome, Parameter
from tally.ranked import count_ranked
from tally.registry import RULES, Rule, checked
from tally.scale import equal_shares, phragmen
from tally.scale.dealt import processes
from tally.scale.part import Part
from tally.scale.partitions import Partitions
from tally.scale.ranked import RankedPartitions
from tally.scale.ranked_part import RankedPart
from tally.ties import TieOrder

__all__ = [
    "Part",
    "Partitions",
    "RankedPart",
    "RankedPartitions",
    "count",
    "count_ranked",
    "processes",
]

Count = Callable[[Rule, Instance, Partitions, TieOrder, dict[str, Parameter]], Outcome]


def count(
    rule_id: str,
    instance: Instance,
    partitions: Partitions,
    ties: TieOrder | None = None,
    **parameters: Parameter,
) -> Outcome:
    """The outcome of one rule: the one, to the last bit, that `tally.count` gives for all ballots.

    Parameters
    ----------
    rule_id : greedy_*, mes_* or phragmen, as in `tally.RULES`
    partitions : over the instance's options, in its order
    ties : each option's id once, first wins; None is `by_id`
    parameters : those that the rule's row names

    Raises
    ------
    UnknownRuleError : no such rule or parameter, or it does not take these ballots, or the rule
        cannot count in parts.
    BallotError, InstanceError : what is handed in does not fit together.
    """
    rule, ties = checked(rule_id, partitions.kind, instance, ties, parameters)
    if rule.document not in _FAMILIES:
        can = (known.id for known in RULES.values() if known.document in _FAMILIES)
        raise UnknownRuleError(f"{rule_id!r} does not count in parts; these do: {', '.join(can)}")
    if partitions.size != len(instance.options):
        raise BallotError("the parts were cast over another list of options")
    outcome = _FAMILIES[rule.document](rule, instance, partitions, ties, parameters)
    return replace(outcome, rule=rule.id)


def _by_sums(
    rule: Rule,
    instance: Instance,
    partitions: Partitions,
    ties: TieOrder,
    parameters: dict[str, Parameter],
) -> Outcome:
    return rule.run(instance, partitions.sums, ties, **parameters)


def _by_loads(
    _rule: Rule,
    instance: Instance,
    partitions: Partitions,
    ties: TieOrder,
    _parameters: dict[str, Parameter],
) -> Outcome:
    return phragmen.sequential(instance, partitions, ties)


# By the page that tells a rule: what it asks of ballots, put to parts.
_FAMILIES: Mapping[str, Count] = MappingProxyType(
    {"greedy": _by_sums, "equal_shares": equal_shares.count, "phragmen": _by_loads}
)
