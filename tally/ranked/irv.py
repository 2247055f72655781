"""Instant run-off: as long as nobody has a majority, the last one goes out and her ballots move on.

Laws: later choices never harm an earlier one; a candidate's clone neither helps nor harms her
(ties apart); every ballot counts for one candidate or is told as exhausted, in every round.

References
----------
T. Hare, W. R. Ware (1871); Robert's Rules of Order (12th ed.) 45:62, preferential voting.
"""

from dataclasses import dataclass, field

from tally.contest import Amount
from tally.errors import InstanceError
from tally.ranked.ballots import Ballots, over
from tally.ranked.contest import Contest
from tally.ranked.outcome import Count, RankedOutcome, Ranking
from tally.ranked.preferences import Reading
from tally.ranked.rounds import exhausted, harmless_batch, matrix
from tally.ranked.ties import Ties
from tally.ranked.transfers import Box, Flows

# Of what a winner needs more than half: the ballots that still count, or those that counted at
# first; or nobody wins before two are left.
STOPS = ("majority", "first_round_majority", "two_left")
_TWO = 2


def irv(
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    *,
    stop: str = "majority",
    batch: bool = False,
    overvote: str = "skip",
) -> RankedOutcome:
    """Instant run-off for one seat.

    Parameters
    ----------
    stop : a word of `STOPS`
    batch : put out together all who cannot reach the next one up even with each other's votes
    overvote : how a shared rank is read, a word of `preferences.OVERVOTES` but ``split`` and
        ``orders``. The references go on to the next rank (Condorcet PHP), so we do

    Returns
    -------
    The winner; where a tie is left unsettled, all who still stood.

    Raises
    ------
    InstanceError : nobody stands, an unknown word.
    BallotError : the ballots are over another number of candidates.

    Notes
    -----
    All who are level at the bottom go out together if even their sum is below the next one up (or
    they have no vote at all), since their order changes nothing. Otherwise `ties` chooses.
    O(marks + moved ballots log moved ballots).
    """
    if stop not in STOPS or overvote in ("split", "orders"):
        raise InstanceError(f"unknown way to count a run-off: {stop}, {overvote}")
    if not contest.standing:
        raise InstanceError("nobody stands")
    box = Box.of(rankings, contest, Reading(overvote))
    race = Race(box, contest.standing, rankings.weights_unit)
    winners = race.run(ties, stop=stop, batch=batch)
    return RankedOutcome(
        rule="irv",
        parameters=(("batch", batch), ("overvote", overvote), ("stop", stop)),
        names=contest.names,
        ballots=rankings.ballots,
        seats=1,
        winners=winners,
        ranking=race.ranking(winners),
        rounds=tuple(race.rounds),
        ties=tuple(ties.met),
    )


@dataclass
class Race:
    """A run-off under way.

    Attributes
    ----------
    box : the ballots
    standing : who still stands, ascending
    unit : what the voters on the piles are divided by
    rounds, history : so far
    gone : those who went out, in the order of rounds
    """

    box: Box
    standing: tuple[int, ...]
    unit: int
    rounds: list[Count] = field(default_factory=list)
    history: list[dict[int, Amount]] = field(default_factory=list)
    gone: list[tuple[int, ...]] = field(default_factory=list)

    def run(self, ties: Ties, *, stop: str, batch: bool) -> tuple[int, ...]:
        """Count to the end; the winner, or all who stand level in a tie that nothing settles."""
        flows: Flows = {}
        whole: dict[int, int] | None = None
        while True:
            votes = {one: self.box.voters.get(((), one), 0) for one in self.standing}
            sets = {
                "majority": True,
                "first_round_majority": not self.rounds,
                "two_left": len(votes) <= _TWO,
            }
            whole = votes if sets[stop] else whole
            winner = self._winner(votes, whole)
            out: tuple[int, ...] = ()
            if winner is None:
                out = self._last(votes, ties, batch=batch and stop != "two_left")
            self._note(votes, flows, self._threshold(whole), winner, out)
            if winner is not None:
                return (winner,)
            if not out:
                return self.standing
            self.gone.append(out)
            self.standing = tuple(one for one in self.standing if one not in out)
            self.box.hold(out)
            flows = self.box.move(out)

    def ranking(self, winners: tuple[int, ...]) -> Ranking:
        """Winners first, then who stood by votes, then who went out, the last first."""
        last = self.history[-1]
        rest = [one for one in self.standing if one not in winners]
        levels = sorted({last[one] for one in rest}, reverse=True)
        stood = [tuple(one for one in rest if last[one] == level) for level in levels]
        return (winners, *stood, *self.gone[::-1])

    def _winner(self, votes: dict[int, int], whole: dict[int, int] | None) -> int | None:
        """Who has more than half of `whole`, or is the only one left."""
        best = max(votes, key=votes.__getitem__)
        if len(votes) == 1:
            return best
        return best if whole and 2 * votes[best] > sum(whole.values()) else None

    def _threshold(self, whole: dict[int, int] | None) -> Amount | None:
        """The least whole number above half; where votes are fractions, half, to be passed."""
        if whole is None:
            return None
        total = sum(whole.values())
        if any(said % self.unit for said in whole.values()):
            return over(total, 2 * self.unit)
        return total // self.unit // 2 + 1

    def _last(self, votes: dict[int, int], ties: Ties, *, batch: bool) -> tuple[int, ...]:
        lowest = harmless_batch(votes) if batch else ()
        if lowest:
            return lowest
        least = min(votes.values())
        lowest = tuple(one for one, said in votes.items() if said == least)
        above = [said for said in votes.values() if said > least]
        if len(lowest) == 1 or (above and least * len(lowest) < min(above)):
            return lowest
        chosen = ties.choose(lowest, best=False, history=self.history, turn=len(self.rounds) + 1)
        return () if chosen is None else (chosen,)

    def _note(
        self,
        votes: dict[int, int],
        flows: Flows,
        threshold: Amount | None,
        winner: int | None,
        out: tuple[int, ...],
    ) -> None:
        told = {one: over(said, self.unit) for one, said in votes.items()}
        self.history.append(told)
        self.rounds.append(
            Count(
                votes=tuple(told.items()),
                elected=() if winner is None else (winner,),
                eliminated=out,
                transferred=self.gone[-1] if self.gone else (),
                threshold=threshold,
                exhausted=exhausted(self.box, lambda _, voters: over(voters, self.unit)),
                transfers=matrix(flows, lambda _, voters: over(voters, self.unit)),
            )
        )
