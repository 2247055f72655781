"""Exact equal shares (EES): an option is bought by a group of supporters who all pay the same.

Everybody has the same purse. An option is within reach of k supporters if k of them have cost / k.
In each round the option with the least cost for each unit of its group's utility is bought, and all
in the group pay cost / k. Add-opt then gives everybody the least greater purse with which anything
is bought otherwise, and begins again, as long as the outcome keeps to the limit.

Laws: the budget limit is kept; the order of voters and options has no effect; scaling all money by
one number changes nothing; the payments are a price system in which all who pay for an option pay
the same; no option without support is funded.

References
----------
S. Kraiczy, I. Robinson, E. Elkind, Streamlining Equal Shares (arXiv:2502.11797), sections 3 to 6.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tally.contest import Amount, Instance
from tally.errors import InstanceError
from tally.outcome import Decision, Outcome, Parameter, Round
from tally.profile import Profile
from tally.rules.equal_payers import Market, Run
from tally.rules.levels import Levels
from tally.ties import TieOrder

CARD, COST = "card", "cost"
# What part of the purse add-opt looks ahead first; how few steps there make it more, how many less.
_AHEAD, _FEW, _MANY = 2.0**-10, 8, 64


def _once(measure: str, instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Exact equal shares with purses of limit / voters, and no completion.

    Whom a ballot names counts; points and ranks do not. Supported options of cost 0 are funded
    first, in the tie order, and nobody pays.

    Parameters
    ----------
    measure : "card", every option is worth the same; "cost", as much as it costs
    profile : n voters in g groups of equal ballots, k picks; a ballot of weight w is w voters
    ties : each of the m options once, first wins

    Returns
    -------
    `Round.key` is the cost for each unit of the group's utility: cost / k, or 1 / k with cost as
    the utility. None where nothing was compared. `Outcome.facts` tells the purse.

    Raises
    ------
    InstanceError : the instance has rivals or needs, which the rule does not know.

    Notes
    -----
    About k for each option looked at; purses only shrink, so an option is looked at again only when
    the turn last found for it has come.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("a", 10), Option("b", 16), Option("c", 21)), 40)
    >>> profile = Profile.of("approval", instance, [["a"], ["a", "c"], ["b", "c"], ["b", "c"]])
    >>> outcome = by_card(instance, profile, ("a", "b", "c"))
    >>> [(turn.option, str(turn.key), str(turn.decision)) for turn in outcome.rounds]
    [('a', '5', 'funded'), ('b', '8', 'funded'), ('c', 'None', 'unaffordable')]
    """
    setting = _Setting(measure, instance, profile, ties)
    return _outcome(setting, setting.purse, f"ees_{measure}", ())


def _completed(
    measure: str,
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    skip: bool,
    to_the_end: bool,
) -> Outcome:
    """Exact equal shares with the add-opt completion: again and again with the next greater purse.

    The next purse is the least with which some group that did not buy an option would buy it, when
    its turn comes. The count ends at the first outcome that costs more than the limit, and what
    came before it is funded.

    Parameters
    ----------
    skip : only groups for options that were not bought count (the authors' faster heuristic)
    to_the_end : go on after that, and fund the dearest outcome that keeps to the limit, of equally
        dear ones the first. Takes long with many voters

    Returns
    -------
    As without the completion; `Outcome.facts` tells the purse and the number of steps to it. Ties
    are those met with this purse.

    Notes
    -----
    `tally.rules.equal_payers` notes for each purchase how much greater purses would have to be for
    another group to come before it. Of the next run only what comes after is counted anew. A step
    is one more sort of voters who join a group: there may be thousands.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("a", 10), Option("b", 16), Option("c", 30)), 50)
    >>> ballots = [["a"], ["a", "c"], ["b", "c"], ["b", "c"], ["c"]]
    >>> profile = Profile.of("approval", instance, ballots)
    >>> by_card_addopt(instance, profile, ("a", "b", "c")).funded
    ('a', 'c')
    """
    setting = _Setting(measure, instance, profile, ties)
    purse, steps = setting.completion(skip=skip, to_the_end=to_the_end)
    parameters = (("skip", skip), ("to_the_end", to_the_end))
    facts = (("steps", steps),)
    return _outcome(setting, purse, f"ees_{measure}_addopt", parameters, facts)


def by_card(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Exact equal shares where every option is worth the same; see `_once`."""
    return _once(CARD, instance, profile, ties)


def by_cost(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Exact equal shares where an option is worth its cost; see `_once`."""
    return _once(COST, instance, profile, ties)


def by_card_addopt(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    skip: bool = False,
    to_the_end: bool = False,
) -> Outcome:
    """`by_card` with the add-opt completion; see `_completed`."""
    return _completed(CARD, instance, profile, ties, skip=skip, to_the_end=to_the_end)


def by_cost_addopt(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    skip: bool = False,
    to_the_end: bool = False,
) -> Outcome:
    """`by_cost` with the add-opt completion; see `_completed`."""
    return _completed(COST, instance, profile, ties, skip=skip, to_the_end=to_the_end)


@dataclass(frozen=True)
class _Setting:
    """What is counted, and how."""

    measure: str
    instance: Instance
    profile: Profile
    ties: TieOrder

    def __post_init__(self) -> None:
        if self.instance.rivals or self.instance.needs:
            raise InstanceError("exact equal shares knows neither rivals nor needs")

    @property
    def limit(self) -> int:
        """Whole, for each unit of the weights, as all money in a run is."""
        return self.instance.whole[1] * self.profile.weights_unit

    @property
    def purse(self) -> Fraction:
        """What everybody has at the start."""
        return Fraction(self.limit, int(self.profile.weights.sum()) or 1)

    def market(self) -> Market:
        """What the runs need to know."""
        place = {name: at for at, name in enumerate(self.ties)}
        return Market(
            self.profile,
            tuple(cost * self.profile.weights_unit for cost in self.instance.whole[0]),
            self.measure == COST,
            tuple(place[option.id] for option in self.instance.options),
        )

    def completion(self, *, skip: bool, to_the_end: bool) -> tuple[Fraction, int]:
        """The purse that add-opt comes to, and in how many steps."""
        market = self.market()
        chosen, most = (self.purse, 0), -1
        for step, run in enumerate(_outcomes(market, self.purse, skip=skip)):
            spent = sum(market.costs[option] for option in run.funded)
            if spent > self.limit and not to_the_end:
                break
            if to_the_end and _surely(market, run.purse, self.limit) > self.limit:
                break
            if spent <= self.limit and (spent > most or not to_the_end):
                chosen, most = (run.purse, step), spent
        return chosen


def _outcomes(market: Market, purse: Fraction, *, skip: bool) -> Iterator[Run]:
    """The finished run with each purse at which it differs from the run before; one at a time."""
    return _leaps(market, purse) if skip else _steps(market, purse)


def _leaps(market: Market, purse: Fraction | None) -> Iterator[Run]:
    """Runs with each purse at which an option is bought that was not before."""
    while purse is not None:
        run = Run.begin(market, purse)
        run.finish()
        yield run
        purse = run.nearest(set(market.options) - set(run.funded))


def _steps(market: Market, purse: Fraction | None, ahead: float = _AHEAD) -> Iterator[Run]:
    """Runs with each purse at which anything is bought otherwise; looks a part of it ahead."""
    while purse is not None:
        run, steps = Run.begin(market, purse, ahead), 0
        run.finish()
        yield run
        while (event := run.following()) is not None:
            run.again(*event)
            steps += 1
            yield run
        purse = run.nearest(market.options)
        ahead *= 2 if steps < _FEW else 0.5 if steps > _MANY else 1


def _surely(market: Market, purse: Fraction, limit: int) -> int:
    """What the options cost that are bought with this and any greater purse, if the limit is kept.

    If an option of K supporters is out of reach at the end, the k-th richest of them has less than
    cost / k left, for each k; so all have less than cost x (1 + 1/2 + ... + 1/K) together, which is
    less than cost x (1 + number of binary digits of K). They had K purses and spent at most the
    limit.
    """
    return sum(
        market.costs[option]
        for option in market.options
        if market.sizes[option] * purse
        >= limit + market.costs[option] * (1 + market.sizes[option].bit_length())
    )


def _outcome(
    setting: _Setting,
    purse: Fraction,
    rule: str,
    parameters: tuple[tuple[str, Parameter], ...],
    facts: tuple[tuple[str, Amount], ...] = (),
) -> Outcome:
    levels, run = Levels(), Run.begin(setting.market(), purse)
    while (option := run.next()) is not None:
        level = run.level()
        if len(level) > 1:
            levels.note(level, run)
        run.take(option)
    if setting.profile.ballots:
        facts = (("purse", purse / setting.instance.whole[2]), *facts)
    return Outcome(
        rule=rule,
        parameters=parameters,
        limit=setting.instance.limit,
        ballots=setting.profile.ballots,
        rounds=tuple(_rounds(setting, run)),
        ties=tuple(levels.told(setting.instance, run)),
        facts=facts,
    )


def _rounds(setting: _Setting, run: Run) -> Iterator[Round]:
    instance, votes, market = setting.instance, setting.profile.votes(), run.market
    left, funded = instance.limit, set(run.funded)
    free = [at for at, size in enumerate(market.sizes) if size and not market.costs[at]]
    in_order = sorted(range(len(votes)), key=market.rank.__getitem__)
    for at in in_order:
        if at in free:
            yield Round(instance.options[at].id, votes[at], 0, left, Decision.FUNDED)
    for buy in run.buys:
        option = instance.options[buy.option]
        own = 1 if setting.measure == COST else Fraction(option.cost)
        key = own * setting.profile.weights_unit / Fraction(buy.size)
        yield Round(option.id, votes[buy.option], option.cost, left, Decision.FUNDED, key)
        left -= option.cost
    for at in in_order:
        if at not in funded and at not in free:
            option = instance.options[at]
            yield Round(option.id, votes[at], option.cost, left, Decision.UNAFFORDABLE)
