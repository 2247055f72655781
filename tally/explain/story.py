"""The story behind an outcome: whose money went where, and who was left with what.

Everything is exact. A *vote's weight in money* is what is left in the voter's purse: an option's
votes count as much as the money behind it.

References
----------
On effective votes and on what a loser's supporters paid for: P. Faliszewski et al., Participatory
Budgeting: Data, Tools, and Analysis (IJCAI 2023), arXiv:2305.11035. On shares: M. Lackner, J. Maly,
S. Rey, Fairness in Long-Term Participatory Budgeting (IJCAI 2021).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tally.axioms.figures import Figures
from tally.axioms.measure import Measure, over, sums
from tally.axioms.purses import Ledger
from tally.contest import Amount, Instance
from tally.profile import Ints, Profile


@dataclass(frozen=True, slots=True)
class Purchase(Figures):
    """One round in which supporters paid.

    Attributes
    ----------
    price : for each unit of utility, or the load reached
    effective : how many votes (with SCORE: points) at full price make up the cost: who cannot pay
        the full price counts in part. None for loads, and where nothing was to be paid
    emptied : voters with nothing left after it
    behind : length m, money behind each option before the round, in the instance's order
    """

    option: str
    cost: Amount
    price: Amount
    effective: Amount | None
    emptied: Amount
    behind: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Loss(Figures):
    """What became of the money behind an option that no purse paid for.

    Attributes
    ----------
    start : money that its supporters began with
    left : what they had at the end; `start` less all of `paid_for`
    paid_for : (id, money): what they paid for instead, most first
    """

    option: str
    cost: Amount
    start: Amount
    left: Amount
    paid_for: tuple[tuple[str, Amount], ...]


@dataclass(frozen=True, slots=True)
class Share(Figures):
    """What a group of voters has of what is funded, summed over the group.

    Attributes
    ----------
    blank : voters whose ballot names nothing
    empty_handed : voters, blank ones left out, whose ballot names nothing that is funded
    named : options named, funded or not
    options, money : funded options named, and what they cost: a voter's two usual satisfactions
    spent : money spent for them, each option's cost divided equally among those who named it
    """

    label: str
    voters: Amount
    blank: Amount
    empty_handed: Amount
    named: Amount
    options: Amount
    money: Amount
    spent: Amount


@dataclass(frozen=True, slots=True)
class Field(Figures):
    """One field: its options and those funded, their votes, their costs and the money spent."""

    name: str
    options: int
    funded: int
    votes: Amount
    cost: Amount
    spent: Amount


def purchases(instance: Instance, ledger: Ledger) -> tuple[Purchase, ...]:
    """Round by round: the money behind every option, and the votes that it came to.

    Notes
    -----
    O(r m) fractions for r rounds and m options.
    """
    costs = {option.id: option.cost for option in instance.options}
    return tuple(
        Purchase(
            option=row.option,
            cost=costs[row.option],
            price=row.price,
            effective=_effective(ledger.measure, costs[row.option], row.price),
            emptied=emptied,
            behind=tuple(over(money, ledger.unit) for money in behind),
        )
        for row, emptied, behind in zip(
            ledger.prices, ledger.emptied, ledger.behind()[:-1], strict=True
        )
    )


def _effective(measure: Measure | None, cost: Amount, price: Amount) -> Amount | None:
    if measure is None or not price:
        return None
    votes = 1 / Fraction(price) if measure is Measure.COST else Fraction(cost) / price
    return votes.numerator if votes.denominator == 1 else votes


def losses(instance: Instance, ledger: Ledger) -> tuple[Loss, ...]:
    """For each option that no purse paid for, in the instance's order: where the money went.

    >>> from tally import Profile, Option
    >>> from tally.axioms.purses import Price, equal_shares
    >>> instance = Instance((Option("pool", 6), Option("bench", 3)), limit=8)
    >>> profile = Profile.of("approval", instance, [["pool"], ["pool", "bench"], ["pool"], []])
    >>> ledger = equal_shares(
    ...     instance, profile, [Price("pool", 2)], 2, measure=Measure.CARDINALITY)
    >>> losses(instance, ledger)
    (Loss(option='bench', cost=3, start=2, left=0, paid_for=(('pool', 2),)),)
    """
    bought = [row.option for row in ledger.prices]
    left = ledger.behind()[-1]
    found = []
    for place, option in enumerate(instance.options):
        if option.id not in bought:
            paid = [(row[place], name) for row, name in zip(ledger.spent, bought, strict=True)]
            paid.sort(key=lambda pair: -pair[0])
            found.append(
                Loss(
                    option=option.id,
                    cost=option.cost,
                    start=over(ledger.start[place], ledger.unit),
                    left=over(left[place], ledger.unit),
                    paid_for=tuple((name, over(sum_, ledger.unit)) for sum_, name in paid if sum_),
                )
            )
    return tuple(found)


def shares(
    instance: Instance,
    profile: Profile,
    funded: Collection[str],
    groups: Ints | None = None,
    labels: Sequence[str] = ("",),
) -> tuple[Share, ...]:
    """What each group of voters has of what is funded.

    Parameters
    ----------
    groups : length g: for each group of equal ballots the place of its label; None: all the first.
        Equal ballots of unlike voters must stand apart in the profile
    labels : one for each group of voters

    Notes
    -----
    O(k) in numpy for k picks, and O(labels × m) fractions.

    >>> from tally import Option
    >>> instance = Instance((Option("pool", 6), Option("bench", 3)), limit=8)
    >>> profile = Profile.of("approval", instance, [["pool"], ["pool", "bench"], ["bench"], []])
    >>> [share] = shares(instance, profile, ["pool"])
    >>> share.voters, share.empty_handed, share.options, share.spent
    (4, 1, 2, 6)
    """
    lengths, size = np.diff(profile.starts), profile.size
    label = np.zeros(len(lengths), np.int64) if groups is None else groups
    owner = np.repeat(np.arange(len(lengths)), lengths)
    is_funded = np.array([option.id in funded for option in instance.options], bool)
    served = np.zeros(len(lengths), bool)
    served[owner[is_funded[profile.places]]] = True
    blank = lengths == 0
    everybody = np.ones(len(lengths), bool)
    counted = [
        sums(label[who], len(labels), profile.weights[who])
        for who in (everybody, blank, ~(served | blank))
    ]
    code = label[owner] * size + profile.places
    votes = sums(code, len(labels) * size, profile.weight_of_pick)
    totals = [sum(votes[place::size]) for place in range(size)]
    paid = [
        (place, option.cost) for place, option in enumerate(instance.options) if is_funded[place]
    ]
    return tuple(
        _share(
            name,
            [over(column[at], profile.weights_unit) for column in counted],
            votes[at * size : (at + 1) * size],
            [(place, Fraction(cost), totals[place]) for place, cost in paid if totals[place]],
            profile.weights_unit,
        )
        for at, name in enumerate(labels)
    )


def _share(
    name: str,
    voters: Sequence[Amount],
    votes: Sequence[int],
    paid: Sequence[tuple[int, Fraction, int]],
    unit: int,
) -> Share:
    """One group: its voters, its votes by option over `unit`, and (place, cost, all votes)."""
    money = sum((votes[place] * cost for place, cost, _ in paid), Fraction(0))
    spent = sum((votes[place] * cost / total for place, cost, total in paid), Fraction(0))
    everybody, blank, empty_handed = voters
    return Share(
        label=name,
        voters=everybody,
        blank=blank,
        empty_handed=empty_handed,
        named=over(sum(votes), unit),
        options=over(sum(votes[place] for place, _, _ in paid), unit),
        money=_int(money / unit),
        spent=_int(spent),
    )


def fields(
    instance: Instance, profile: Profile, funded: Collection[str], field_of: Mapping[str, str]
) -> tuple[Field, ...]:
    """Money by field against votes by field, in the order in which fields first occur.

    Parameters
    ----------
    field_of : each option's id -> its field
    """
    votes = dict(zip(instance.index, profile.votes(), strict=True))
    found = []
    for name in dict.fromkeys(field_of[option.id] for option in instance.options):
        own = [option for option in instance.options if field_of[option.id] == name]
        paid = [option for option in own if option.id in funded]
        found.append(
            Field(
                name=name,
                options=len(own),
                funded=len(paid),
                votes=sum(votes[option.id] for option in own),
                cost=sum(option.cost for option in own),
                spent=sum(option.cost for option in paid),
            )
        )
    return tuple(found)


def _int(exact: Fraction) -> Amount:
    return exact.numerator if exact.denominator == 1 else exact
