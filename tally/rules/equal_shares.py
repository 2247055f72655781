"""Equal shares: the money is divided equally, and voters with a common wish pay for it together.

Each voter has a purse of limit / voters. In each round every option that its supporters can still
pay for has a price: the least amount for each point of satisfaction at which they together pay its
cost, each of them no more than the purse holds. The option with the least price is funded and its
supporters pay. What is left when nothing can be paid any more is used as the completion says.

Laws: the purses pay just what the options cost; the order of voters has no effect; scaling all
money by one number changes nothing (without add1); the payments are a price system; with
cardinality or cost as satisfaction the outcome is EJR up to one option.

References
----------
D. Peters, G. Pierczyński, P. Skowron, Proportional Participatory Budgeting with Additive Utilities
(NeurIPS 2021).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tally.contest import Amount, Instance
from tally.errors import UnknownRuleError
from tally.outcome import Decision, Outcome, Parameter, Round, Tie
from tally.profile import Profile
from tally.rules import greedy
from tally.rules.increments import Increments
from tally.rules.market import MakePurses, Market, Setting, Step
from tally.rules.purses import Electorate, Purses
from tally.ties import TieOrder

STAGE, COMPLETION = "equal_shares", "completion"
MEASURES = ("card", "cost", "score")
COMPLETIONS = ("none", "utilitarian", "add1", "add1u")
_WORTH_A_LEAP = 4


@dataclass(frozen=True, eq=False)
class _Run:
    """What one endowment buys, in order; `ties`: whether the steps tell who else was level."""

    endowment: Fraction
    steps: tuple[Step, ...]
    purses: Purses
    ties: bool = True

    @property
    def options(self) -> tuple[int, ...]:
        """The options bought, in order."""
        return tuple(step.option for step in self.steps)


def by_measure(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    measure: str,
    completion: str = "none",
    exhaustive: bool = True,
    integral: bool = False,
    minimum_votes: int = 0,
    electorate: Electorate | None = None,
    purses: MakePurses = Purses,
) -> Outcome:
    """Equal shares with one of the measures of satisfaction.

    Parameters
    ----------
    measure : "card": every supported option counts the same; "cost": it counts as much as it
        costs; "score": as many points as the ballot gives (on ordinal ballots, Borda's)
    completion : "none"; "utilitarian": what is left goes by most votes; "add1": every purse grows
        by one unit of money until the outcome would cost more than the limit, and the outcome
        before that is taken; "add1u": add1, then utilitarian
    exhaustive : add1 also ends as soon as no further candidate fits
    integral : purses begin with whole units of money, rounded down
    minimum_votes : an option named on fewer ballots is out
    electorate, purses : what keeps the voters and their money, where ballots lie elsewhere

    Raises
    ------
    UnknownRuleError : no such measure or completion.
    """
    if measure not in MEASURES or completion not in COMPLETIONS:
        raise UnknownRuleError(f"equal shares knows no {measure} with completion {completion}")
    setting = Setting.of(
        instance, profile, ties, measure=measure, minimum_votes=minimum_votes,
        electorate=electorate, purses=purses,
    )  # fmt: skip
    voters = int(profile.weights.sum())
    share = Fraction(setting.limit, voters) if voters else Fraction(0)
    step = Fraction(setting.unit, profile.weights_unit)
    if integral:
        share = share // step * step
    if completion.startswith("add1"):
        run = _add1(setting, share, step, exhaustive=exhaustive)
    else:
        run = _natural(setting, share)
    parameters: dict[str, Parameter] = {
        "completion": completion, "exhaustive": exhaustive, "integral": integral,
        "measure": measure, "minimum_votes": minimum_votes,
    }  # fmt: skip
    return _outcome(setting, run, ties, parameters, greedily=completion in ("utilitarian", "add1u"))


def _natural(setting: Setting, endowment: Fraction, first: int | None = None) -> _Run:
    """What this endowment buys; where the option `first` is level with others, it is taken."""
    market = Market(setting, endowment)
    while (step := market.least()) is not None:
        if first in step.level and step.option != first:
            step = Step(first, market.ceiling(first), step.level)
        market.buy(step)
    return _Run(endowment, tuple(market.steps), market.purses)


def _same_until(setting: Setting, run: _Run, endowment: Fraction) -> _Run | None:
    """The run at a larger `endowment`, if every endowment between buys the same in the same order.

    With the order of purchases held, more money at the start leaves every voter with more at each
    round, and prices fall; so two ends tell about all between (`is_least_until`). None: they do not
    tell that everything stays the same.
    """
    market = Market(setting, endowment)
    for at, step in enumerate(step for step in run.steps if setting.costs[step.option]):
        if not market.is_least_until(step, run.purses, at):
            return None
        market.buy(Step(step.option, market.ceiling(step.option), (step.option,)))
    if market.least():
        return None
    return _Run(endowment, tuple(market.steps), market.purses, ties=False)


def _add1(setting: Setting, share: Fraction, step: Fraction, *, exhaustive: bool) -> _Run:
    """The last outcome within the limit, as purses grow by `step`; see `by_measure`.

    Endowments between which nothing changes are leapt over (`_same_until`); a leap that works is
    followed by a longer one. Where loops can be compiled, they look over many increments at once
    (`Increments`), and only those of which they are not sure are run here.
    """
    run, leap, runs = _natural(setting, share), 1, 1
    increments = Increments.of(setting, step, exhaustive=exhaustive)
    while not _ends(setting, run, exhaustive=exhaustive):
        if increments and runs > increments.patience:
            many = increments.passed(run.endowment)
            run = _natural(setting, run.endowment + many * step) if many else run
        elif leap >= _WORTH_A_LEAP:
            ahead = _same_until(setting, run, run.endowment + leap * step)
            leap = leap * 2 if ahead else leap // 2
            run = ahead or run
            if leap >= _WORTH_A_LEAP:
                continue
        following, runs = _natural(setting, run.endowment + step), runs + 1
        if _cost(setting, following) > setting.limit:
            break
        leap = max(2, leap * 2) if following.options == run.options else 1
        run = following
    return run if run.ties else _natural(setting, run.endowment)


def _ends(setting: Setting, run: _Run, *, exhaustive: bool) -> bool:
    """Whether more money would change nothing, or need not be tried."""
    bought = set(run.options)
    barred = {rival for option in bought for rival in setting.rivals.get(option, ())}
    left = setting.limit - _cost(setting, run)
    rest = [
        option
        for option in setting.candidates
        if option not in bought | barred and setting.needs.get(option, frozenset()) <= bought
    ]
    return not any(not exhaustive or setting.costs[option] <= left for option in rest)


def _cost(setting: Setting, run: _Run) -> int:
    return sum(setting.costs[option] for option in run.options)


def _outcome(
    setting: Setting,
    run: _Run,
    ties: TieOrder,
    parameters: dict[str, Parameter],
    *,
    greedily: bool,
) -> Outcome:
    """The run told, with what the completion adds."""
    rounds = list(_rounds(setting, run))
    met = [_tie(setting, run, step) for step in run.steps if len(step.level) > 1]
    told = {turn.option for turn in rounds}
    rest = [name for name in ties if name not in told]
    left = setting.instance.limit - sum(turn.cost for turn in rounds)
    if greedily:
        open_to = _still_open(setting, rest, told)
        more = _completion(setting, open_to, left, parameters)
        rounds += (replace(turn, stage=COMPLETION) for turn in more.rounds)
        met += more.ties
        rest = [name for name in rest if name not in open_to]
        left = more.left
    rounds += (_left_out(setting, name, left, told) for name in rest)
    facts: tuple[tuple[str, Amount], ...] = ()
    if setting.profile.weights.size:
        per_voter = run.endowment * setting.profile.weights_unit / setting.unit
        facts = (("endowment", per_voter),)
    return Outcome(
        rule="equal_shares",
        parameters=tuple(sorted(parameters.items())),
        limit=setting.instance.limit,
        ballots=setting.profile.ballots,
        rounds=tuple(rounds),
        ties=tuple(met),
        facts=facts,
    )


def _rounds(setting: Setting, run: _Run) -> Iterator[Round]:
    options, left = setting.instance.options, setting.instance.limit
    support = setting.profile.scores() if setting.measure == "score" else setting.votes
    # From whole numbers back to money, points and voters as they were handed in.
    scale = Fraction(setting.profile.weights_unit, 1)
    if setting.measure == "score":
        scale *= setting.profile.points_unit
    if setting.measure != "cost":
        scale /= setting.unit
    prices = iter(run.purses.prices())
    for step in run.steps:
        option = options[step.option]
        price = next(prices) if setting.costs[step.option] else Fraction(0)
        key = price * scale / (setting.divisor(step.option) or 1)
        yield Round(option.id, support[step.option], option.cost, left, Decision.FUNDED, key, STAGE)
        left -= option.cost


def _left_out(setting: Setting, name: str, left: Amount, funded: set[str]) -> Round:
    place = setting.instance.index[name]
    options = setting.instance.options
    decision = Decision.UNAFFORDABLE
    if any(options[rival].id in funded for rival in setting.rivals.get(place, ())):
        decision = Decision.RIVAL_FUNDED
    elif any(options[need].id not in funded for need in setting.needs.get(place, ())):
        decision = Decision.PARTNER_MISSING
    elif place not in setting.candidates and place not in setting.free:
        backed = setting.electorate.backers[place].pull > 0
        decision = Decision.TOO_FEW_VOTES if backed else Decision.UNAFFORDABLE
    support = setting.profile.scores() if setting.measure == "score" else setting.votes
    return Round(name, support[place], options[place].cost, left, decision, None, STAGE)


def _still_open(setting: Setting, rest: Sequence[str], funded: set[str]) -> list[str]:
    """Those of the rest that no rival bars, and for which nothing that they need is barred."""
    barred = {
        name
        for name in rest
        for names in setting.instance.rivals
        if name in names and not funded.isdisjoint(names)
    }
    while more := {
        name for name, need in setting.instance.needs if need in barred and name not in barred
    }:
        barred |= more
    return [name for name in rest if name not in barred]


def _completion(
    setting: Setting, rest: Sequence[str], left: Amount, parameters: dict[str, Parameter]
) -> Outcome:
    """The rest of the options by most votes, within the money that is left."""
    instance, among = setting.instance, set(rest)
    smaller = Instance(
        tuple(instance.options[instance.index[name]] for name in rest),
        left,
        rivals=tuple(tuple(among.intersection(names)) for names in instance.rivals),
        needs=tuple(pair for pair in instance.needs if among.issuperset(pair)),
    )
    profile = setting.profile.only([instance.index[name] for name in rest])
    return greedy.by_votes(
        smaller, profile, tuple(rest), minimum_votes=int(parameters["minimum_votes"])
    )


def _tie(setting: Setting, run: _Run, step: Step) -> Tie:
    """The level options, and whether another of them taken first buys another set."""
    names = tuple(setting.instance.options[option].id for option in step.level)
    bought = set(run.options)
    mattered = any(
        set(_natural(setting, run.endowment, other).options) != bought for other in step.level[1:]
    )
    return Tie(names, mattered)
