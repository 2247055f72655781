"""Greedy by ranks: a rule on ranked ballots orders the options, money decides how far it goes.

Any rule of `tally.ranked` that ranks everybody will do; `walk` does the rest, as for the other
greedy rules. Options that stand level in the ranking go by the tie order.

Laws: the budget limit is kept; the order of voters has no effect; by a rule that elects whoever
beats each other option, this one is funded if the limit pays for it.
"""

from dataclasses import replace

from tally.contest import Instance
from tally.errors import UnknownRuleError
from tally.outcome import Outcome
from tally.profile import Profile
from tally.ranked import Contest, Rankings, count_ranked
from tally.ranked.ballots import narrow
from tally.rules.walk import Terms, line_up, walk
from tally.ties import TieOrder


def by_ranking(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    by: str = "schulze_winning",
    minimum_votes: int = 0,
    stop: bool = False,
) -> Outcome:
    """The walk down the ranking of another rule.

    Parameters
    ----------
    profile : ordinal
    by : a rule of `tally.ranked.RANKED_RULES` that ranks everybody

    Returns
    -------
    A round's `support` is the ballots that rank the option, its `key` one more than the number of
    options that the ranking puts below it.

    Raises
    ------
    UnknownRuleError : no such rule, or it gives no ranking.

    >>> from tally import Instance, Option, by_id
    >>> instance = Instance((Option("pool", 60), Option("trees", 30), Option("lamp", 20)), 80)
    >>> ballots = [("trees", "pool"), ("trees", "lamp"), ("pool", "lamp", "trees")]
    >>> profile = Profile.of("ordinal", instance, ballots)
    >>> by_ranking(instance, profile, by_id(instance)).funded
    ('trees', 'lamp')
    """
    names = tuple(option.id for option in instance.options)
    contest = Contest(names, order=tuple(instance.index[name] for name in ties))
    outcome = count_ranked(by, contest, as_rankings(profile))
    if not outcome.ranking:
        raise UnknownRuleError(f"{by} ranks not everybody, so nothing can be walked by it")
    below, left = [0] * contest.size, contest.size
    for tier in outcome.ranking:
        left -= len(tier)
        for place in tier:
            below[place] = left
    votes = profile.votes()
    merit = [rank + 1 if named else 0 for rank, named in zip(below, votes, strict=True)]
    terms = Terms("greedy_ranked", minimum_votes, stop)
    found = walk(instance, line_up(instance, votes, votes, merit), ties, terms, profile.ballots)
    return replace(found, parameters=(("by", by), *found.parameters))


def as_rankings(profile: Profile) -> Rankings:
    """Ordinal ballots as rules on ranked ballots take them."""
    return Rankings(
        size=profile.size,
        starts=profile.starts,
        places=profile.places.astype(narrow(profile.size)),
        ranks=None,
        weights=profile.weights,
        weights_unit=profile.weights_unit,
    )
