"""The rounds of a count by RCTab's rules, one class."""

from dataclasses import dataclass, field
from fractions import Fraction

from tally.contest import Amount
from tally.ranked.contest import Contest
from tally.ranked.lots import JavaDraw
from tally.ranked.outcome import Count
from tally.ranked.rctab_rules import BOTTOMS_UP, BOTTOMS_UP_SHARE, ONE_A_ROUND, SINGLE, Rules
from tally.ranked.rounds import exhausted, harmless_batch, matrix
from tally.ranked.ties import Ties
from tally.ranked.transfers import Box, Flows, Path

_TWO = 2
_RESIDUAL, _FINAL = "residual surplus", "final round surplus"


@dataclass
class Counting:
    """A count under way; votes in units of the last decimal place, voters over `unit`.

    Attributes
    ----------
    standing : who continues
    winners : elected so far, in order; `won` the round of each
    kept : what the elected keep, once their surplus has gone
    values : what a ballot is worth by its path
    """

    rules: Rules
    contest: Contest
    box: Box
    unit: int
    ties: Ties
    standing: list[int] = field(default_factory=list)
    winners: list[int] = field(default_factory=list)
    won: dict[int, int] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)
    kept: dict[int, Amount] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)
    threshold: Amount = 0
    residual: Amount = 0
    rounds: list[Count] = field(default_factory=list)
    history: list[dict[int, Amount]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Everybody stands."""
        self.mode = self.rules.winner_election_mode
        # Some modes know no number of seats.
        self.seats = {BOTTOMS_UP_SHARE: 0, SINGLE: 1}.get(self.mode, self.contest.seats)
        self.transfers = self.seats > 1 and self.mode != BOTTOMS_UP
        self.scale = 10**self.rules.decimal_places
        self.values[()] = self.scale
        self.standing = list(self.contest.standing)
        self.entered = len(self.standing)

    def run(self) -> None:
        """Count to the end, or to where a tie stands that nothing settles."""
        flows: Flows = {}
        moved: tuple[int, ...] = ()
        left: dict[int, Amount] = {}
        going = True
        while going:
            votes = {one: self._votes(one) for one in self.standing}
            if self._sets_threshold():
                self.threshold = self._threshold(sum(votes.values()))
            elected = self._elected(votes)
            out: list[int] | None = []
            if elected is None:
                out = None
            elif not elected and votes and self._needs_more():
                out = self._eliminated(votes)
            self._note(votes, flows, moved, (elected or [], out or []), left)
            if elected is None or out is None:
                return
            turn = len(self.rounds)
            self.winners += elected
            self.won.update(dict.fromkeys(elected, turn))
            self.gone.update(dict.fromkeys(out, turn))
            going = self._goes_on()
            left = {}
            moved, flows = tuple(elected + out), {}
            if self.transfers and elected:
                flows, left = self._pass_surplus(votes, elected)
            elif out:
                self.standing = [one for one in self.standing if one not in out]
                self.box.hold(out)
                flows = self.box.move(out)

    def _votes(self, one: int) -> Amount:
        return sum(self._worth(path, self.box.voters[path, one]) for path, _ in self.box.piles(one))

    def _worth(self, path: Path, voters: int) -> Amount:
        return self.values[path] * (voters if self.unit == 1 else Fraction(voters, self.unit))

    def _sets_threshold(self) -> bool:
        """Whether this round sets the threshold anew."""
        if not self.rounds:
            return True
        if self.seats > 1 or self.rules.first_round_determines_threshold:
            return False
        return not (self.rules.continue_until_two and self.winners)

    def _threshold(self, total: Amount) -> Amount:
        if self.mode == BOTTOMS_UP_SHARE:
            return self.rules.bottoms_up_share * total
        step = 1 if self.rules.non_integer_threshold else self.scale
        if self.rules.hare_quota:
            return int(-(-total // (self.seats * step))) * step
        return (int(total // ((self.seats + 1) * step)) + 1) * step

    def _write_in(self, votes: dict[int, Amount]) -> int | None:
        """Undeclared write-ins with votes, while they are in the count."""
        for one, said in votes.items():
            if self.contest.names[one] == self.rules.write_ins and said:
                return one
        return None

    def _elected(self, votes: dict[int, Amount]) -> list[int] | None:
        """Who is elected in this round, the most votes first; None: a tie stands."""
        if self._write_in(votes) is not None:
            return []
        ranked = sorted(votes, key=lambda one: -votes[one])
        if self.mode == BOTTOMS_UP_SHARE:
            return ranked if all(said > self.threshold for said in votes.values()) else []
        unfilled = self.seats - len(self.winners)
        if unfilled <= 0 or not votes:
            return []
        most = votes[ranked[0]]
        top = [one for one in ranked if votes[one] == most]
        found: list[int] = []
        first_round = self.rules.first_round_determines_threshold
        if len(votes) <= unfilled:
            found = ranked
        elif first_round and len(votes) - 1 == self.seats:
            found = top
        elif self.mode != BOTTOMS_UP:
            found = [one for one in ranked if votes[one] >= self.threshold]
        several = len(found) > 1 and (self.mode == ONE_A_ROUND or first_round)
        two_level = self.seats == 1 and not found and len(votes) == _TWO and unfilled == 1
        if several or two_level:
            chosen = self._choose(top, best=True)
            return None if chosen is None else [chosen]
        return found

    def _choose(self, level: list[int], *, best: bool) -> int | None:
        draw = self.ties.draws.get("java")
        if isinstance(draw, JavaDraw):
            draw.looked_back = "backwards" in self.ties.policy and bool(self.history)
        return self.ties.choose(level, best=best, history=self.history, turn=len(self.rounds) + 1)

    def _needs_more(self) -> bool:
        """Whether somebody has to go out where nobody was elected."""
        return (
            len(self.winners) < self.seats
            or (self.rules.continue_until_two and len(self.gone) < self.entered - _TWO)
            or self.mode == BOTTOMS_UP_SHARE
        )

    def _eliminated(self, votes: dict[int, Amount]) -> list[int] | None:
        """Who goes out: write-ins, all below the minimum, a harmless batch, or the last one."""
        write_in = self._write_in(votes)
        if write_in is not None:
            return [write_in]
        line: Amount = self.rules.minimum_votes * self.scale
        if self.rules.cutoff_elimination:
            line = max(line, self.threshold)
        few = [one for one in votes if votes[one] < line]
        if few:
            return few
        if self.rules.batch_elimination:
            batch = self._batch(votes)
            if len(batch) > 1:
                return batch
        least = min(votes.values())
        chosen = self._choose([one for one in votes if votes[one] == least], best=False)
        return None if chosen is None else [chosen]

    def _batch(self, votes: dict[int, Amount]) -> list[int]:
        batch = harmless_batch(votes)
        if self.rules.continue_until_two and len(batch) + len(self.gone) == self.entered - 1:
            # Two are to be left: the last step that made the batch larger is taken back.
            batch = harmless_batch({one: votes[one] for one in batch})
        return list(batch)

    def _goes_on(self) -> bool:
        turn = len(self.rounds)
        shows_surplus = self.transfers and turn in self.won.values()
        if not shows_surplus and all(one in self.won for one in self.standing):
            return False
        if self.rules.stop_after_round is not None and turn >= self.rules.stop_after_round:
            return False
        if len(self.winners) == self.entered and self.seats > self.entered:
            return False
        if self.rules.continue_until_two:
            decided = len(self.gone) + len(self.winners)
            return decided + 1 < self.entered or turn in self.gone.values()
        if self.mode == BOTTOMS_UP_SHARE:
            return not self.winners
        # After the last seat one more round shows where the last surplus stays.
        return len(self.winners) < self.seats or shows_surplus

    def _pass_surplus(
        self, votes: dict[int, Amount], elected: list[int]
    ) -> tuple[Flows, dict[int, Amount]]:
        """Move what the elected do not need; what stays behind by rounding is residual.

        After the last seat nobody receives it: whose it was, and how much, is told besides.
        """
        final = len(self.winners) == self.seats
        left: dict[int, Amount] = {}
        for one in elected:
            over = votes[one] - self.threshold
            share = int(over * self.scale // votes[one]) if over > 0 else 0
            gone: Amount = 0
            for path, _ in self.box.piles(one):
                value = self.values[path] * share // self.scale
                self.values[*path, one] = value
                gone += self._worth((*path, one), self.box.voters[path, one])
            stays = votes[one] - gone
            self.kept[one] = min(stays, max(self.threshold, 0)) if over > 0 else stays
            self.residual += stays - self.kept[one]
            if final and gone:
                left[one] = gone
        self.standing = [one for one in self.standing if one not in elected]
        self.box.hold(elected)
        if final:
            return {}, left
        return self.box.move(elected, marked=True), left

    def _note(
        self,
        votes: dict[int, Amount],
        flows: Flows,
        moved: tuple[int, ...],
        decided: tuple[list[int], list[int]],
        left: dict[int, Amount],
    ) -> None:
        self.history.append(dict(votes))
        told = sorted({**self.kept, **votes}.items())
        more = [
            (_RESIDUAL, self._out(self.residual)),
            (_FINAL, self._out(sum(left.values()))),
        ]
        kept_back = tuple((one, -1, self._out(said)) for one, said in sorted(left.items()))
        self.rounds.append(
            Count(
                votes=tuple((one, self._out(said)) for one, said in told),
                elected=tuple(decided[0]),
                eliminated=tuple(decided[1]),
                transferred=moved,
                threshold=self._out(self.threshold),
                exhausted=exhausted(self.box, self._told, more),
                transfers=matrix(flows, self._told) + kept_back,
            )
        )

    def _told(self, path: Path, voters: int) -> Amount:
        return self._out(self._worth(path, voters))

    def _out(self, votes: Amount) -> Amount:
        told = Fraction(votes, self.scale)
        return told.numerator if told.denominator == 1 else told
