"""Certify: somebody else's outcome proved again, from the ballots and the outcome's own words.

First what can be seen without counting: the same figures stand in all places, costs and limit are
the file's, every option has one round, the sums are right, the limit is kept, the support is what
the ballots say. Then the rule is counted again and compared round by round; and for equal shares
the payments are gone through by a second program (`tally.axioms`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tally.axioms import priceability, purses
from tally.axioms.figures import Figures, told
from tally.contest import Instance
from tally.errors import TallyError
from tally.outcome import Decision, Outcome, Parameter
from tally.profile import Profile
from tally.registry import RULES, Rule, count
from tally.rules.equal_shares import COMPLETION
from tally.ties import TieOrder

ROUND = ("option", "decision", "support", "cost", "left", "key", "stage")
# Options that equal shares keeps out whatever money their supporters have.
KEPT_OUT = frozenset({Decision.TOO_FEW_VOTES, Decision.RIVAL_FUNDED, Decision.PARTNER_MISSING})
# Rules whose support is money or weight that moves: only the count tells it.
MOVING = ("cstv", "pb_ear")


class Check(StrEnum):
    """What is proved, in this order."""

    STATED = "stated"  # the outcome says the same in all places, and that it is exact
    INSTANCE = "instance"  # costs, limit and number of ballots are the file's
    OPTIONS = "options"  # every option has one round
    SUMS = "sums"  # the money left before each round follows from the costs before
    BUDGET = "budget"  # no more is spent than there is
    SUPPORT = "support"  # votes or points are those on the ballots
    COUNT = "count"  # the rule, counted again, goes the same way round by round
    PAYMENTS = "payments"  # equal shares: purses pay just the costs, and for nothing else


@dataclass(frozen=True, slots=True)
class Fault(Figures):
    """One thing that is not as the outcome says.

    Attributes
    ----------
    place : the round, from 1; 0 where the outcome as a whole is meant
    option, field : whose figure, and which; empty where there is none
    said, found : as in canonical JSON: a fraction is text "n/d"
    """

    check: Check
    place: int
    option: str
    field: str
    said: str
    found: str


def checks(outcome: Outcome) -> tuple[Check, ...]:
    """What `certify` proves of this outcome; `STATED` is for `tally.claims` to prove."""
    asked = [Check.INSTANCE, Check.OPTIONS, Check.SUMS, Check.BUDGET]
    asked += [] if outcome.rule.startswith(MOVING) else [Check.SUPPORT]
    asked += [Check.COUNT]
    asked += [Check.PAYMENTS] if outcome.rule.startswith("mes_") else []
    return tuple(asked)


def certify(
    instance: Instance, profile: Profile, outcome: Outcome, ties: TieOrder
) -> tuple[Fault, ...]:
    """Everything that is wrong with an outcome; nothing means that it is proved.

    Parameters
    ----------
    outcome : of a rule in the registry, as somebody gave it
    ties : each option's id once, first wins: the order that was announced

    Returns
    -------
    Faults in the order of the checks. The recount tells its first difference only, and the payments
    are gone through only where every option has one round.

    Notes
    -----
    Costs as much as the rule, and for equal shares O(picks × funded picks of the same ballot).

    >>> from tally import Option, count
    >>> instance = Instance((Option("pool", 6), Option("bench", 3)), limit=8)
    >>> profile = Profile.of("approval", instance, [["pool"], ["pool", "bench"], ["bench"]])
    >>> outcome = count("greedy_cost", instance, profile, ("pool", "bench"))
    >>> certify(instance, profile, outcome, ("pool", "bench"))
    ()
    >>> [fault] = certify(instance, profile, outcome, ("bench", "pool"))
    >>> str(fault.check), fault.place, fault.field, fault.said, fault.found
    ('count', 1, 'option', 'pool', 'bench')
    """
    faults = [
        *_instance(instance, profile, outcome),
        *_options(instance, outcome),
        *_sums(outcome),
        *_budget(outcome),
        *_support(instance, profile, outcome),
        *_count(instance, profile, outcome, ties),
    ]
    is_whole = not any(fault.check is Check.OPTIONS for fault in faults)
    if is_whole and Check.PAYMENTS in checks(outcome):
        faults += _payments(instance, profile, outcome)
    return tuple(faults)


def _fault(
    check: Check, said: object, found: object, *, place: int = 0, option: str = "", field: str = ""
) -> Fault:
    return Fault(check, place, option, field, text(said), text(found))


def text(value: object) -> str:
    """A figure or code as it stands in canonical JSON, a name without its quotes."""
    plain = told(value)
    return plain if isinstance(plain, str) else str(plain)


def _instance(instance: Instance, profile: Profile, outcome: Outcome) -> Iterator[Fault]:
    costs = {option.id: option.cost for option in instance.options}
    for field, said, found in (
        ("limit", outcome.limit, instance.limit),
        ("ballots", outcome.ballots, profile.ballots),
    ):
        if said != found:
            yield _fault(Check.INSTANCE, said, found, field=field)
    for place, turn in enumerate(outcome.rounds, 1):
        cost = costs.get(turn.option)
        if cost is not None and turn.cost != cost:
            yield _fault(
                Check.INSTANCE, turn.cost, cost, place=place, option=turn.option, field="cost"
            )


def _options(instance: Instance, outcome: Outcome) -> Iterator[Fault]:
    rounds = [turn.option for turn in outcome.rounds]
    for name in dict.fromkeys([*instance.index, *rounds]):
        said, found = rounds.count(name), int(name in instance.index)
        if said != found:
            yield _fault(Check.OPTIONS, said, found, option=name, field="rounds")


def _sums(outcome: Outcome) -> Iterator[Fault]:
    """In order of choice, each funded option leaves so much less for the next."""
    left = outcome.limit
    for place, turn in enumerate(outcome.rounds, 1):
        if turn.decision is Decision.FUNDED:
            if turn.left != left:
                yield _fault(
                    Check.SUMS, turn.left, left, place=place, option=turn.option, field="left"
                )
            left -= turn.cost


def _budget(outcome: Outcome) -> Iterator[Fault]:
    if outcome.spent > outcome.limit:
        yield _fault(Check.BUDGET, outcome.spent, outcome.limit, field="spent")


def _support(instance: Instance, profile: Profile, outcome: Outcome) -> Iterator[Fault]:
    if outcome.rule.startswith(MOVING):
        return
    votes = scores = dict(zip(instance.index, profile.votes(), strict=True))
    if "_score" in outcome.rule:
        scores = dict(zip(instance.index, profile.scores(), strict=True))
    for place, turn in enumerate(outcome.rounds, 1):
        # What equal shares leave goes by votes, whatever the shares went by.
        found = (votes if turn.stage == COMPLETION else scores).get(turn.option)
        if found is not None and turn.support != found:
            yield _fault(
                Check.SUPPORT, turn.support, found,
                place=place, option=turn.option, field="support",
            )  # fmt: skip


def _count(
    instance: Instance, profile: Profile, outcome: Outcome, ties: TieOrder
) -> Iterator[Fault]:
    """The first difference of a new count by the same rule."""
    rule = RULES.get(outcome.rule)
    if rule is None:
        yield _fault(Check.COUNT, outcome.rule, "no rule of this name", field="rule")
        return
    try:
        again = count(rule.id, instance, profile, ties, **_parameters(rule, outcome))
    except TallyError as error:
        yield _fault(Check.COUNT, outcome.rule, str(error), field="rule")
        return
    yield from _first_difference(outcome, again)


def _parameters(rule: Rule, outcome: Outcome) -> dict[str, Parameter]:
    """Those that the rule takes; the others follow from its name, and are compared."""
    return {
        name: said
        for name, said in outcome.parameters
        if name in rule.parameters and type(said) is rule.parameters[name]
    }


def _first_difference(outcome: Outcome, again: Outcome) -> list[Fault]:
    for name, mine, theirs in (
        ("parameters", dict(outcome.parameters), dict(again.parameters)),
        ("facts", dict(outcome.facts), dict(again.facts)),
    ):
        for key in sorted(mine.keys() | theirs.keys()):
            fault = _fault(
                Check.COUNT, mine.get(key, ""), theirs.get(key, ""), field=f"{name}.{key}"
            )
            if fault.said != fault.found:
                return [fault]
    for place, (turn, right) in enumerate(zip(outcome.rounds, again.rounds, strict=False), 1):
        for field in ROUND:
            said, found = getattr(turn, field), getattr(right, field)
            if said != found:
                return [
                    _fault(Check.COUNT, said, found, place=place, option=turn.option, field=field)
                ]
    if len(outcome.rounds) != len(again.rounds):
        return [_fault(Check.COUNT, len(outcome.rounds), len(again.rounds), field="rounds")]
    if outcome.ties != again.ties:
        return [_fault(Check.COUNT, _ties(outcome), _ties(again), field="ties")]
    return []


def _ties(outcome: Outcome) -> str:
    said = (
        f"{', '.join(tie.options)} ({'mattered' if tie.mattered else 'changed nothing'})"
        for tie in outcome.ties
    )
    return "; ".join(said)


def _payments(instance: Instance, profile: Profile, outcome: Outcome) -> Iterator[Fault]:
    """What is wrong with the payments of equal shares.

    The promise that supporters of an option outside have no more money left than it costs is not
    made to options that the announced rules keep out.
    """
    decisions = {turn.option: turn.decision for turn in outcome.rounds}
    try:
        ledger = purses.of(instance, profile, outcome)
    except purses.PriceError as error:
        yield _fault(Check.PAYMENTS, outcome.rule, str(error), field="key")
        return
    proof = priceability.check(instance, ledger, outcome.funded)
    if isinstance(proof, priceability.Violation):
        for finding in proof.findings:
            is_kept_out = decisions[finding.option] in KEPT_OUT
            if finding.fault is not priceability.Fault.MONEY_LEFT or not is_kept_out:
                yield _fault(
                    Check.PAYMENTS, finding.bound, finding.figure,
                    option=finding.option, field=str(finding.fault),
                )  # fmt: skip
