"""Single transferable vote with weighted ballots: what Scottish STV and WIGM have in common.

Whoever reaches the quota is elected. The largest surplus is moved first: all ballots of the elected
go to their next choices, each worth its value times surplus / votes. When no surplus is left, the
last one goes out and her ballots move on at the value that they have.

What differs between the rules is a `Manner`. Values are whole numbers over `scale`, rounded down,
or fractions where `scale` is 0.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from tally.contest import Amount
from tally.errors import InstanceError
from tally.ranked.ballots import Ballots
from tally.ranked.contest import Contest
from tally.ranked.outcome import Count, RankedOutcome
from tally.ranked.preferences import Reading
from tally.ranked.rounds import elected, exhausted, harmless_batch, matrix
from tally.ranked.ties import Ties
from tally.ranked.transfers import Box, Flows, Path

# (value of a ballot, surplus, votes of the elected) -> its value when it is moved on
Transfer = Callable[[Amount, Amount, Amount], Amount]


@dataclass(frozen=True)
class Manner:
    """How a rule of this family counts.

    Attributes
    ----------
    rule : its id
    scale : what values are counted in: 10^5 for five decimals; 0: fractions
    quota : (valid ballots, seats) to the votes that elect, in units of `scale`
    over : whether more than the quota is needed, not as much
    transfer : the value of a moved ballot
    generic : as the generic WIGM does: a surplus of nothing is moved as well, as a step by itself;
        and whoever is elected in a round is followed by a surplus, even if all seats are filled
    """

    rule: str
    scale: int
    quota: Callable[[Amount, int], Amount]
    transfer: Transfer
    over: bool = False
    generic: bool = False


@dataclass
class Counting:
    """A count under way; votes are in units of `scale`, voters over `unit`."""

    manner: Manner
    contest: Contest
    box: Box
    unit: int
    ties: Ties
    batch: bool = False
    hopeful: list[int] = field(default_factory=list)
    elected: list[int] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    votes: dict[int, Amount] = field(default_factory=dict)
    values: dict[Path, Amount] = field(default_factory=dict)
    history: list[dict[int, Amount]] = field(default_factory=list)
    rounds: list[Count] = field(default_factory=list)
    gone: list[tuple[int, ...]] = field(default_factory=list)
    lost: Amount = 0

    def run(self) -> None:
        """Count to the end."""
        self.hopeful = list(self.contest.standing)
        self.values[()] = self.manner.scale or Fraction(1)
        self.votes = {
            one: self._worth((), self.box.voters.get(((), one), 0)) for one in self.hopeful
        }
        valid = self._exact(sum(self.box.voters.get(((), one), 0) for one in self.hopeful))
        quota = self.manner.quota(valid, self.contest.seats)
        moved: tuple[int, ...] = ()
        flows: Flows = {}
        going = True
        while going:
            before = self._unfinished()
            chosen = self._elect(quota)
            going = before if self.manner.generic else self._unfinished()
            if not going and len(self.elected) < self.contest.seats:
                rest = sorted(self.hopeful, key=lambda one: -self.votes[one])
                chosen += rest
                self.elected += rest
                self.hopeful = []
            out: tuple[int, ...] | None = ()
            source = self._largest(quota) if going else None
            if going and source is None:
                out = self._last()
            self._note(quota, flows, moved, chosen, out or ())
            if out is None or source == _UNSETTLED:
                self.elected += self.hopeful  # the tie stands: anybody of these
                return
            if source is not None:
                moved, flows = (source,), self._pass_on(source, quota)
            elif going:
                moved, flows = out, self._exclude(out)

    def _unfinished(self) -> bool:
        return 0 < self.contest.seats - len(self.elected) < len(self.hopeful)

    def _elect(self, quota: Amount) -> list[int]:
        """Who reaches the quota now, the most votes first; equals are elected in one step."""
        over = self.manner.over
        found = [
            one
            for one in self.hopeful
            if self.votes[one] > quota or (not over and self.votes[one] == quota)
        ]
        found.sort(key=lambda one: -self.votes[one])
        self.elected += found
        self.pending += found
        self.hopeful = [one for one in self.hopeful if one not in found]
        self.box.hold(found)
        return found

    def _largest(self, quota: Amount) -> int | None:
        """Whose surplus is to be moved next."""
        due = [one for one in self.pending if self.manner.generic or self.votes[one] > quota]
        if not due:
            return None
        most = max(self.votes[one] for one in due)
        level = [one for one in due if self.votes[one] == most]
        chosen = self._choose(level, best=True)
        return _UNSETTLED if chosen is None else chosen

    def _last(self) -> tuple[int, ...] | None:
        """Who goes out; None where a tie stands."""
        votes = {one: self.votes[one] for one in self.hopeful}
        if self.batch:
            most = len(self.hopeful) - self.contest.seats + len(self.elected)
            together = harmless_batch(votes)
            if 1 < len(together) <= most:
                return together
        least = min(votes.values())
        chosen = self._choose([one for one in votes if votes[one] == least], best=False)
        return None if chosen is None else (chosen,)

    def _choose(self, level: list[int], *, best: bool) -> int | None:
        return self.ties.choose(level, best=best, history=self.history, turn=len(self.history) + 1)

    def _pass_on(self, source: int, quota: Amount) -> Flows:
        """Move the surplus of an elected candidate; the quota stays."""
        total = self.votes[source]
        surplus = total - quota
        for path, _ in self.box.piles(source):
            self.values[(*path, source)] = self.manner.transfer(self.values[path], surplus, total)
        flows = self.box.move((source,), marked=True)
        self.votes[source] = quota
        self.pending.remove(source)
        gone = sum(self._worth(target[0], voters) for (_, target), voters in flows.items())
        self.lost += surplus - gone
        self._add(flows)
        return flows

    def _exclude(self, out: tuple[int, ...]) -> Flows:
        """Move all ballots of those who go out, at the value that they have."""
        self.hopeful = [one for one in self.hopeful if one not in out]
        self.gone.append(out)
        self.box.hold(out)
        flows = self.box.move(out)
        self.votes.update(dict.fromkeys(out, 0))
        self._add(flows)
        return flows

    def _add(self, flows: Flows) -> None:
        for (_, target), voters in flows.items():
            if isinstance(target[1], int) and target[1] >= 0:
                self.votes[target[1]] += self._worth(target[0], voters)

    def _worth(self, path: Path, voters: int) -> Amount:
        """Votes in units of `scale`; whole where voters are."""
        return self._exact(voters) * self.values[path]

    def _exact(self, voters: int) -> Amount:
        return voters if self.unit == 1 else Fraction(voters, self.unit)

    def _out(self, votes: Amount) -> Amount:
        """Votes as they are told."""
        told = Fraction(votes, self.manner.scale or 1)
        return told.numerator if told.denominator == 1 else told

    def _note(
        self,
        quota: Amount,
        flows: Flows,
        moved: tuple[int, ...],
        chosen: list[int],
        out: tuple[int, ...],
    ) -> None:
        said = {
            one: self.votes[one] for one in self.votes if not any(one in who for who in self.gone)
        }
        self.history.append(dict(self.votes))
        lost = [("rounding", self._out(self.lost))]
        self.rounds.append(
            Count(
                votes=tuple((one, self._out(votes)) for one, votes in said.items()),
                elected=tuple(chosen),
                eliminated=out,
                transferred=moved,
                threshold=self._out(quota),
                exhausted=exhausted(self.box, self._told, lost),
                transfers=matrix(flows, self._told),
            )
        )

    def _told(self, path: Path, voters: int) -> Amount:
        return self._out(self._worth(path, voters))


_UNSETTLED = -1


def count(
    manner: Manner,
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    overvote: str,
    *,
    batch: bool | None = None,
) -> RankedOutcome:
    """The outcome of a rule of this family; `batch` None: the rule has no such parameter."""
    if not contest.standing:
        raise InstanceError("nobody stands")
    if overvote in ("wait", "split", "orders"):
        raise InstanceError(f"a rule with ballots of several values cannot let them {overvote}")
    box = Box.of(rankings, contest, Reading(overvote))
    held = Counting(manner, contest, box, rankings.weights_unit, ties, bool(batch))
    held.run()
    return elected(
        manner.rule, contest, rankings.ballots, ties,
        winners=held.elected, hopeful=held.hopeful, gone=held.gone, rounds=held.rounds,
        overvote=overvote, batch=batch,
    )  # fmt: skip
