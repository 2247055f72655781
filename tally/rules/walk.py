"""The walk that all greedy rules share: options by merit, each funded if what is left pays for it.

A rule says what merit is; the walk does the rest. An option that needs another stands no higher
than that one and has its turn after it; once an option is funded, its rivals are out.

Laws: the limit, the rivals and the needs are kept; the order of the ballots and of the options has
no effect; more merit for one option never drops it; a tie is said to matter exactly where another
order of the tied options would fund another set.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import combinations, groupby, pairwise

from tally.contest import Amount, Instance, Option
from tally.errors import InstanceError
from tally.outcome import Decision, Outcome, Round, Tie
from tally.ties import TieOrder

UNSUPPORTED, SUPPORTED, FREE = range(3)  # who comes last, who by merit, who first
Merit = tuple[int, Amount]
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Terms:
    """What cities vary.

    Attributes
    ----------
    rule : the rule's id
    minimum_votes : an option named on fewer ballots is out
    stop : end at the first option that does not fit, instead of skipping it
    """

    rule: str
    minimum_votes: int = 0
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How one option stands before the walk.

    Attributes
    ----------
    votes : the ballots that name it
    support : what the rule goes by, shown in its round: votes or points
    merit : supported options by the rule's number; those of them without cost before, unsupported
        ones behind
    """

    option: Option
    votes: Amount
    support: Amount
    merit: Merit

    @property
    def id(self) -> str:
        """Its option's id."""
        return self.option.id


def line_up(
    instance: Instance, votes: Sequence[Amount], support: Sequence[Amount], by: Sequence[Amount]
) -> list[Standing]:
    """How every option stands; all sequences of length m, in the instance's order.

    Parameters
    ----------
    by : the number that orders the options, most first; 0 exactly where nobody supports it
    """
    return [
        Standing(option, named, said, _merit(option, better))
        for option, named, said, better in zip(instance.options, votes, support, by, strict=True)
    ]


def _merit(option: Option, by: Amount) -> Merit:
    if not by:
        return UNSUPPORTED, 0
    return (SUPPORTED, by) if option.cost else (FREE, 0)


@dataclass(frozen=True)
class Bonds:
    """Which options exclude one another, and which need which.

    Attributes
    ----------
    above : id -> all that it needs, directly or through others; only where it needs any
    beside : id -> its rivals; only where it has any
    """

    above: Mapping[str, frozenset[str]]
    beside: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, instance: Instance) -> "Bonds":
        """The bonds of an instance.

        Raises
        ------
        InstanceError : needs go in a circle, so that none of these could be the first.
        """
        direct: dict[str, set[str]] = {}
        for name, needed in instance.needs:
            direct.setdefault(name, set()).add(needed)
        try:
            order = tuple(TopologicalSorter(direct).static_order())
        except CycleError as error:
            circle = " needs ".join(reversed(error.args[1]))
            raise InstanceError(f"a circle, make it one option: {circle}") from None
        above: dict[str, frozenset[str]] = {}
        for name in order:
            if name in direct:
                above[name] = NONE.union(direct[name], *(above.get(b, NONE) for b in direct[name]))
        beside: dict[str, frozenset[str]] = {}
        for rivals in instance.rivals:
            for name in rivals:
                beside[name] = beside.get(name, NONE) | (set(rivals) - {name})
        return cls(above, beside)

    def free(self, names: Collection[str]) -> bool:
        """Whether no two of these are rivals."""
        return not any(b in self.beside.get(a, NONE) for a, b in combinations(names, 2))


@dataclass
class _State:
    """Where the walk stands."""

    left: Amount
    funded: set[str] = field(default_factory=set)
    barred: set[str] = field(default_factory=set)  # rivals of what is funded
    stopped: bool = False


def walk(
    instance: Instance,
    standings: Sequence[Standing],
    ties: TieOrder,
    terms: Terms,
    ballots: Amount,
) -> Outcome:
    """The outcome: every option's turn, and every tie met.

    Parameters
    ----------
    standings : length m, one for each option, in any order
    ties : each id once, first wins
    ballots : how many were counted; nothing is decided by it

    Raises
    ------
    InstanceError : needs go in a circle.

    Notes
    -----
    O(m log m) where there are no bonds; quadratic in the options of one level where there are.
    """
    bonds = Bonds.of(instance)
    state = _State(instance.limit)
    rounds: list[Round] = []
    met: list[Tie] = []
    for level in _levels(standings, ties, bonds):
        in_play = [standing for standing in level if standing.votes >= terms.minimum_votes]
        if not _forced(in_play, bonds):
            mattered = not state.stopped and _matters(in_play, state, bonds, stop=terms.stop)
            met.append(Tie(tuple(standing.id for standing in in_play), mattered))
        rounds.extend(_turn(standing, state, bonds, terms) for standing in level)
    return Outcome(
        rule=terms.rule,
        parameters=(("minimum_votes", terms.minimum_votes), ("stop", terms.stop)),
        limit=instance.limit,
        ballots=ballots,
        rounds=tuple(rounds),
        ties=tuple(met),
    )


def _levels(
    standings: Sequence[Standing], ties: TieOrder, bonds: Bonds
) -> Iterator[list[Standing]]:
    """Those of equal merit together, best first; on a level by the tie order, after their needs."""
    merits = {standing.id: standing.merit for standing in standings}
    lot = {name: at for at, name in enumerate(ties)}
    held = [
        replace(one, merit=min([one.merit, *(merits[b] for b in bonds.above.get(one.id, NONE))]))
        for one in standings
    ]
    held.sort(key=lambda one: (-one.merit[0], -one.merit[1], lot[one.id]))
    for _, level in groupby(held, key=lambda one: one.merit):
        yield _after_needs(list(level), bonds)


def _after_needs(level: list[Standing], bonds: Bonds) -> list[Standing]:
    """The same order, but each option waits until all that it needs have had their turn."""
    waiting = {one.id for one in level}
    if not any(bonds.above.get(name) for name in waiting):
        return level
    placed: list[Standing] = []
    while waiting:
        ready = (one for one in level if one.id in waiting)
        following = next(one for one in ready if not bonds.above.get(one.id, NONE) & waiting)
        placed.append(following)
        waiting.remove(following.id)
    return placed


def _forced(in_play: Sequence[Standing], bonds: Bonds) -> bool:
    """Whether needs leave one order only (or there are not two to be ordered)."""
    return all(a.id in bonds.above.get(b.id, NONE) for a, b in pairwise(in_play))


def _turn(standing: Standing, state: _State, bonds: Bonds, terms: Terms) -> Round:
    option, left = standing.option, state.left
    decision = _decide(standing, state, bonds, terms)
    if decision is Decision.FUNDED:
        state.left -= option.cost
        state.funded.add(option.id)
        state.barred |= bonds.beside.get(option.id, NONE)
    elif terms.stop and decision is Decision.DOES_NOT_FIT:
        state.stopped = True
    key = None if standing.merit[0] == FREE else standing.merit[1]
    return Round(option.id, standing.support, option.cost, left, decision, key)


def _decide(standing: Standing, state: _State, bonds: Bonds, terms: Terms) -> Decision:
    if standing.votes < terms.minimum_votes:
        return Decision.TOO_FEW_VOTES
    if state.stopped:
        return Decision.AFTER_THE_STOP
    if standing.id in state.barred:
        return Decision.RIVAL_FUNDED
    if not bonds.above.get(standing.id, NONE) <= state.funded:
        return Decision.PARTNER_MISSING
    return Decision.FUNDED if standing.option.cost <= state.left else Decision.DOES_NOT_FIT


def _matters(in_play: Sequence[Standing], state: _State, bonds: Bonds, *, stop: bool) -> bool:
    """Whether another order of these would fund another set.

    An option is able if it is funded where it comes first, with all that it still needs right
    before it. If all able ones can be funded together, every order does that; if not, each of them
    is funded in some order and never all, so the order matters. With `stop`, an option too dear
    ends the walk: that changes nothing only if every able one must come before it anyway.
    """
    costs = {standing.id: standing.option.cost for standing in in_play}
    able: set[str] = set()
    before_a_stop: list[frozenset[str]] = []
    for standing in in_play:  # those needed stand before those that need them
        missing = bonds.above.get(standing.id, NONE) - state.funded
        whole = missing | {standing.id}
        if standing.id in state.barred or not missing <= able or not bonds.free(whole):
            continue
        if sum(costs[name] for name in whole) <= state.left:
            able.add(standing.id)
        else:
            before_a_stop.append(missing)
    if sum(costs[name] for name in able) > state.left or not bonds.free(able):
        return True
    return stop and any(missing != able for missing in before_a_stop)
