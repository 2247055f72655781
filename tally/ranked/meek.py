"""Meek's method: STV in which every ballot counts as if those who are out had never stood.

Whoever is elected keeps of every vote that comes to her just the share that leaves her the quota;
the quota falls as ballots are exhausted. The shares are found by iteration, in fixed point:

- `meek`: 27 decimals, of which the last nine are guard digits: figures that differ by less than
  half a unit of the 18th decimal are level. Iteration ends when the surplus is at most 10^-9 or
  falls no more. Candidates who cannot reach the next one up even with all surplus go out together.
- `meek_prf`: the reference rule of the Proportional Representation Foundation: nine decimals, what
  is kept rounded up, surplus below 10^-6, one candidate out at a time.

References
----------
I. D. Hill, B. A. Wichmann, D. R. Woodall, Algorithm 123: Single transferable vote by Meek's method
(Computer Journal, 1987); Proportional Representation Foundation, Reference Meek Rule (2009);
J. Lundell's Droop (guarded arithmetic, sure losers).
"""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from tally.contest import Amount
from tally.errors import InstanceError
from tally.ranked.ballots import Ballots
from tally.ranked.contest import Contest
from tally.ranked.meek_tree import Shares, Tree
from tally.ranked.outcome import Count, RankedOutcome
from tally.ranked.preferences import Reading
from tally.ranked.rounds import elected
from tally.ranked.ties import Ties
from tally.ranked.transfers import Box


@dataclass(frozen=True)
class Manner:
    """The arithmetic of a rule, in units of its last decimal.

    Attributes
    ----------
    rule : its id
    scale : what a whole vote is counted in
    omega : iteration ends at this surplus
    level : figures that differ by less are level; 0: only equal ones are
    up : whether what is kept is rounded up
    """

    rule: str
    scale: int
    omega: int
    level: int
    up: bool

    def is_above(self, difference: Amount) -> bool:
        """Whether a figure that is more by so much is more, and not level."""
        return difference >= self.level if self.level else difference > 0


MEEK = Manner("meek", 10**27, 10**18, 10**9 // 2, up=False)
PRF = Manner("meek_prf", 10**9, 10**3, 0, up=True)


def meek(
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    *,
    overvote: str = "split",
    batch: bool = True,
) -> RankedOutcome:
    """Meek's method to 18 decimals and nine guard digits; more than the quota elects.

    Parameters
    ----------
    overvote : how a shared rank is read, a word of `preferences.OVERVOTES` but ``wait``
    batch : sure losers go out together

    Returns
    -------
    The elected in the order of election, those of one round by their votes; where a tie is left
    unsettled, all who still stood come last.

    Raises
    ------
    InstanceError : nobody stands, an unfit word.

    Notes
    -----
    A tie for last is met when votes are within the surplus of the lowest, as in the sources.
    """
    return _count(MEEK, contest, rankings, ties, overvote, batch=batch)


def meek_prf(
    contest: Contest, rankings: Ballots, ties: Ties, *, overvote: str = "end"
) -> RankedOutcome:
    """The PR Foundation's reference rule: nine decimals; the quota, rounded up, elects.

    Parameters, Returns, Raises: as `meek`. The reference rule knows no shared ranks: by default
    a ballot counts up to the first.
    """
    return _count(PRF, contest, rankings, ties, overvote)


@dataclass
class Counting:
    """A count under way; votes, quota and surplus in units of the last decimal."""

    manner: Manner
    contest: Contest
    box: Box
    unit: int
    ties: Ties
    ballots: Amount
    batch: bool
    orders: bool
    hopeful: list[int] = field(default_factory=list)
    elected: list[int] = field(default_factory=list)
    keep: dict[int, int] = field(default_factory=dict)
    rounds: list[Count] = field(default_factory=list)
    history: list[dict[int, Amount]] = field(default_factory=list)
    gone: list[tuple[int, ...]] = field(default_factory=list)

    def run(self) -> None:
        """Count to the end."""
        self.hopeful = list(self.contest.standing)
        self.keep = dict.fromkeys(self.hopeful, self.manner.scale)
        moved: tuple[int, ...] = ()
        while 0 < self.contest.seats - len(self.elected) < len(self.hopeful):
            found = _Iteration(self, self._tree())
            winners, losers = found.run()
            if not winners and not losers:
                losers = self._last(found)
            self._note(found, winners, losers, moved)
            if winners:
                self._move(winners, passing=True)
                moved = ()
            elif losers:
                self._move(losers, passing=False)
                moved = losers
            else:
                self.elected += self.hopeful  # the tie stands: anybody of these
                return
        if self.hopeful and len(self.elected) < self.contest.seats:
            found = _Iteration(self, self._tree())
            found.share()
            rest = tuple(sorted(self.hopeful, key=lambda one: -found.shares.votes[one]))
            self._note(found, rest, (), moved)
            self.elected += rest
            self.hopeful = []

    def _tree(self) -> Tree:
        return Tree(
            self.box.voters,
            self.unit,
            self.manner.scale,
            up=self.manner.up,
            orders=self.orders,
        )

    def _move(self, who: tuple[int, ...], *, passing: bool) -> None:
        self.hopeful = [one for one in self.hopeful if one not in who]
        if passing:
            self.elected += who
        else:
            self.gone.append(who)
            for one in who:
                del self.keep[one]
        self.box.hold(who, passing=passing)
        self.box.move(who, marked=passing)

    def _last(self, found: "_Iteration") -> tuple[int, ...]:
        """Who goes out: level are all within the surplus of the lowest."""
        votes = {one: found.shares.votes[one] for one in self.hopeful}
        line = min(votes.values()) + found.surplus
        chosen = self.ties.choose(
            [one for one, said in votes.items() if not self.manner.is_above(said - line)],
            best=False,
            history=self.history,
            turn=len(self.rounds) + 1,
        )
        return () if chosen is None else (chosen,)

    def _note(
        self,
        found: "_Iteration",
        winners: tuple[int, ...],
        losers: tuple[int, ...],
        moved: tuple[int, ...],
    ) -> None:
        votes, ended = found.shares.votes, found.shares.ended
        self.history.append(dict(votes))
        lost = self.ballots * self.manner.scale - sum(votes.values()) - sum(ended.values())
        reasons = [*ended.items(), *([("rounding", lost)] if lost else [])]
        self.rounds.append(
            Count(
                votes=tuple((one, self._out(said)) for one, said in sorted(votes.items())),
                elected=winners,
                eliminated=losers,
                transferred=moved,
                threshold=self._out(found.quota),
                exhausted=tuple((why, self._out(said)) for why, said in sorted(reasons) if said),
                facts=(
                    ("iterations", found.passes),
                    *((f"keep factor {one}", self._out(self.keep[one])) for one in self.elected),
                    ("surplus", self._out(found.surplus)),
                ),
            )
        )

    def _out(self, votes: Amount) -> Amount:
        told = Fraction(votes, self.manner.scale)
        return told.numerator if told.denominator == 1 else told


class _Iteration:
    """One round: the keep factors of those elected are drawn to where each has the quota."""

    def __init__(self, count: Counting, tree: Tree) -> None:
        self.count, self.tree = count, tree
        self.manner = count.manner
        self.shares = Shares({}, {})
        self.quota: Amount = 0
        self.surplus: Amount = 0
        self.passes = 0

    def run(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Who is elected, or who goes out for sure; nobody: the surplus is as small as it gets."""
        before: Amount = self.count.ballots * self.manner.scale
        while True:
            self.share()
            votes = self.shares.votes
            over = [one for one in self.count.hopeful if self._elects(votes[one])]
            if over:
                return tuple(sorted(over, key=lambda one: -votes[one])), ()
            if self._is_spent() or not self.manner.is_above(before - self.surplus):
                return (), ()
            losers = self._sure_losers() if self.count.batch else ()
            if losers:
                return (), losers
            before = self.surplus
            for one in self.count.elected:
                self.count.keep[one] = self._kept(self.count.keep[one], votes[one])

    def share(self) -> None:
        """One pass: votes, quota and surplus by the present keep factors."""
        self.passes += 1
        self.shares = self.tree.distribute(self.count.keep)
        votes = self.shares.votes
        total = sum(votes.values())
        self.quota = int(total // (self.count.contest.seats + 1)) + self.manner.up
        over = sum(votes[one] - self.quota for one in self._winning(votes))
        self.surplus = max(over, 0) if self.manner.up else over

    def _winning(self, votes: dict[int, Amount]) -> list[int]:
        return self.count.elected + [one for one in self.count.hopeful if self._elects(votes[one])]

    def _elects(self, votes: Amount) -> bool:
        """The reference rule's quota is rounded up and suffices; the other must be passed."""
        return votes >= self.quota if self.manner.up else self.manner.is_above(votes - self.quota)

    def _is_spent(self) -> bool:
        if self.manner.up:
            return self.surplus < self.manner.omega
        return not self.manner.is_above(self.surplus - self.manner.omega)

    def _kept(self, keep: int, votes: Amount) -> int:
        """Keep factor times quota over votes, each step rounded to the last decimal."""
        scale = self.manner.scale
        if self.manner.up:
            part = -(-keep * self.quota // scale)
            return int(-(-part * scale // votes))
        return int((keep * self.quota // scale) * scale // votes)

    def _sure_losers(self) -> tuple[int, ...]:
        """The largest set from the bottom whose votes and all surplus stay below the next one up.

        Those within the surplus of each other stay together, and enough are left for the seats.
        """
        votes, is_above = self.shares.votes, self.manner.is_above
        groups: list[list[int]] = []
        line: Amount = 0
        for one in sorted(self.count.hopeful, key=lambda one: votes[one]):
            if groups and not is_above(votes[one] - line - self.surplus):
                groups[-1].append(one)
            else:
                groups.append([one])
                line = votes[one]
        most = len(self.count.hopeful) - self.count.contest.seats + len(self.count.elected)
        total: Amount = 0
        found: list[int] = []
        seen: list[int] = []
        for group, above in pairwise(groups):
            seen += group
            if len(seen) > most:
                break
            total += sum(votes[one] for one in group)
            if is_above(votes[above[0]] - total - self.surplus):
                found = list(seen)
        return tuple(sorted(found))


def _count(
    manner: Manner,
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    overvote: str,
    *,
    batch: bool | None = None,
) -> RankedOutcome:
    if not contest.standing:
        raise InstanceError("nobody stands")
    if overvote == "wait":
        raise InstanceError("Meek's method cannot let shared ranks wait")
    held = Counting(
        manner=manner,
        contest=contest,
        box=Box.of(rankings, contest, Reading(overvote)),
        unit=rankings.weights_unit,
        ties=ties,
        ballots=rankings.ballots,
        batch=bool(batch),
        orders=overvote == "orders",
    )
    held.run()
    return elected(
        manner.rule, contest, rankings.ballots, ties,
        winners=held.elected, hopeful=held.hopeful, gone=held.gone, rounds=held.rounds,
        overvote=overvote, batch=batch,
    )  # fmt: skip
