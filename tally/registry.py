"""All rules by their ids, and the one way to call them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from types import MappingProxyType

from tally.contest import Instance
from tally.errors import InstanceError, UnknownRuleError
from tally.outcome import Outcome, Parameter
from tally.profile import KINDS, Profile
from tally.ties import TieOrder, by_id


@dataclass(frozen=True)
class Rule:
    """One rule: the ballots it takes, the parameters it knows, the page that tells it.

    Attributes
    ----------
    is_quicker_in_parts : whether a large profile is counted in less time piece by piece
    """

    id: str
    run: Callable[..., Outcome]
    kinds: frozenset[str]
    parameters: Mapping[str, type]
    document: str
    is_quicker_in_parts: bool = False


# Groups of ballots from which on a profile is cut up for rules that are quicker in parts: each part
# stays in the processor's cache. The outcome is the same to the last bit (`tally.scale`).
LARGE = 2**17


_GREEDY = MappingProxyType({"minimum_votes": int, "stop": bool})
_BY_RANKS = MappingProxyType({"by": str, **_GREEDY})
_SHARES = MappingProxyType({"minimum_votes": int, "exhaustive": bool, "integral": bool})
_ADD_OPT = MappingProxyType({"skip": bool, "to_the_end": bool})
_ALL = frozenset(KINDS)
_WITH_POINTS = frozenset({"ordinal", "cumulative", "scored"})
_SETS = frozenset({"approval", "choose_one", "knapsack"})
# A rule by equal shares is named by its measure and its completion: mes_cost, mes_cost_add1u, …
_COMPLETIONS = {"": "none", "_u": "utilitarian", "_add1": "add1", "_add1u": "add1u"}


def _call(module: str, function: str, *values: object, **parameters: object) -> Outcome:
    """A function of `tally.rules`, imported when it is called: who counts by one rule loads one."""
    run: Callable[..., Outcome] = getattr(import_module(f"tally.rules.{module}"), function)
    return run(*values, **parameters)


def _rule(  # a row of the table below
    rule_id: str,
    module: str,
    function: str,
    kinds: frozenset[str],
    parameters: Mapping[str, type] = MappingProxyType({}),
    *,
    document: str = "",
    quicker_in_parts: bool = False,
) -> Rule:
    run = partial(_call, module, function)
    return Rule(rule_id, run, kinds, parameters, document or module, quicker_in_parts)


def _equal_shares() -> Iterator[Rule]:
    for measure in ("card", "cost", "score"):
        for suffix, completion in _COMPLETIONS.items():
            terms = {"measure": measure, "completion": completion}
            run = partial(_call, "equal_shares", "by_measure", **terms)
            kinds = _WITH_POINTS if measure == "score" else _ALL
            quicker = not completion.startswith("add1")
            yield Rule(f"mes_{measure}{suffix}", run, kinds, _SHARES, "equal_shares", quicker)


def _overspending_and_exact() -> Iterator[Rule]:
    bos, ees = "bounded_overspending", "exact_equal_shares"
    yield _rule("bos_card", bos, "by_card", _ALL, document="bos")
    yield _rule("bos_cost", bos, "by_cost", _ALL, document="bos")
    yield _rule("bos_score", bos, "by_points", _WITH_POINTS, document="bos")
    for measure in ("card", "cost"):
        yield _rule(f"ees_{measure}", ees, f"by_{measure}", _ALL, document="ees")
        completed = f"by_{measure}_addopt"
        yield _rule(f"ees_{measure}_addopt", ees, completed, _ALL, _ADD_OPT, document="ees")


def _transfers() -> Iterator[Rule]:
    named = {"e": "elimination", "m": "minimal_transfers"}
    for short, way in named.items():
        for end, by in (("", "by_excess"), ("c", "per_cost"), ("s", "by_support")):
            rule_id = f"cstv_{short}{'w' if short == 'e' else ''}t{end}"
            yield _rule(rule_id, "cumulative_transfer", f"{way}_{by}", _ALL, document="cstv")


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            _rule("greedy_cost", "greedy", "by_votes", _ALL, _GREEDY),
            _rule("greedy_card", "greedy", "by_votes_per_cost", _ALL, _GREEDY),
            _rule("greedy_score", "greedy", "by_points_per_cost", _WITH_POINTS, _GREEDY),
            _rule(
                "greedy_ranked", "greedy_ranked", "by_ranking", frozenset({"ordinal"}), _BY_RANKS
            ),
            *_equal_shares(),
            _rule("phragmen", "phragmen", "sequential", _SETS, quicker_in_parts=True),
            *_overspending_and_exact(),
            *_transfers(),
            _rule(
                "pb_ear",
                "expanding_approvals",
                "pb_ear",
                frozenset({"ordinal"}),
                MappingProxyType({"unranked_last": bool}),
                document="pb_ear",
            ),
            _rule("maxw_card", "max_welfare", "by_votes", _ALL),
            _rule("maxw_cost", "max_welfare", "by_cost", _ALL),
            _rule("maxw_score", "max_welfare", "by_points", _WITH_POINTS),
        )
    }
)


def count(
    rule_id: str,
    instance: Instance,
    profile: Profile,
    ties: TieOrder | None = None,
    **parameters: Parameter,
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
    rule, ties = checked(rule_id, profile.kind, instance, ties, parameters)
    if rule.is_quicker_in_parts and len(profile.weights) > LARGE:
        from tally import scale  # noqa: PLC0415 - it counts by this table itself

        parts = scale.Partitions.of(scale.Part.cut(profile))
        return scale.count(rule_id, instance, parts, ties, **parameters)
    return replace(rule.run(instance, profile, ties, **parameters), rule=rule.id)


def checked(
    rule_id: str,
    kind: str,
    instance: Instance,
    ties: TieOrder | None,
    parameters: Mapping[str, Parameter],
) -> tuple[Rule, TieOrder]:
    """The rule and the tie order, if they fit together; raises as `count` does."""
    rule = RULES.get(rule_id)
    if rule is None:
        raise UnknownRuleError(f"no rule {rule_id!r}; there are: {', '.join(RULES)}")
    if kind not in rule.kinds:
        raise UnknownRuleError(f"{rule_id} does not take {kind} ballots")
    unknown = sorted(set(parameters) - set(rule.parameters))
    if unknown:
        raise UnknownRuleError(f"{rule_id} knows no {', '.join(unknown)}")
    ties = by_id(instance) if ties is None else ties
    if sorted(ties) != sorted(instance.index):
        raise InstanceError("the tie order must name each option once")
    return rule, ties
