"""Whom one ballot counted for, round by round, and with what part of its vote.

Everything is read from the outcome: it tells whose votes were moved in which round, and a ballot
is moved on as all were. So the parts of all ballots, each times its weight, are the votes of each
round to the last decimal, and what is exhausted or cut off is told with them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise as neighbours

from tally.axioms.figures import Figures
from tally.contest import Amount
from tally.errors import UnknownRuleError
from tally.ranked import meek, scottish, wigm
from tally.ranked.ballots import Rankings
from tally.ranked.contest import Contest
from tally.ranked.gregory import Transfer
from tally.ranked.meek_tree import Tree
from tally.ranked.outcome import Count, Matrix, RankedOutcome
from tally.ranked.pairwise import pairwise
from tally.ranked.preferences import OVERVOTE, REASONS, Reading, read
from tally.ranked.rctab_rules import BOTTOMS_UP, BOTTOMS_UP_SHARE, Rules
from tally.ranked.trace import seats_of
from tally.ranked.transfers import Box, Holder, Part

Ballot = Sequence[int | Collection[int]]
_MEEK = {manner.rule: manner for manner in (meek.MEEK, meek.PRF)}
_GREGORY = {manner.rule: manner for manner in (scottish.MANNER, wigm.EXACT, wigm.PRF)}


@dataclass(frozen=True, slots=True)
class Hold(Figures):
    """Whom one ballot counts for in a round; all parts together are the whole ballot.

    Attributes
    ----------
    round : from 1
    parts : (candidate, part) of everybody for whom it counts, ascending, none of them 0
    exhausted : (reason, part) as in `Count.exhausted`, what is cut off in rounding included
    """

    round: int
    parts: tuple[tuple[int, Amount], ...]
    exhausted: tuple[tuple[str, Amount], ...]


def ballot_trace(outcome: RankedOutcome, contest: Contest, ballot: Ballot) -> tuple[Hold, ...]:
    """Whom a ballot counted for in each round, and with what part of its vote, exactly.

    Parameters
    ----------
    outcome : of a rule that counts by rounds
    contest : the one counted
    ballot : as `Rankings.of` takes it: candidates in order, sets where they share a rank

    Returns
    -------
    Round by round. The parts of all ballots, each times its weight, add up to the votes of the
    round, and what is exhausted to `Count.exhausted`. A surplus moves on at the value that the
    rule cuts off; the elected keeps votes kept / votes of what the ballot was worth to her; the
    rest is ``rounding`` (RCTab: ``residual surplus``).

    Raises
    ------
    UnknownRuleError : a rule that does not count by rounds.
    BallotError : a ballot that ranks somebody who is none of the candidates.

    >>> from tally.ranked import count_ranked
    >>> contest = Contest.of("Ann", "Ben", "Cai", seats=2)
    >>> rankings = Rankings.of(3, [(0, 1), (0, 2), (1, 2), (2,)], [8, 4, 3, 5])
    >>> outcome = count_ranked("scottish", contest, rankings)
    >>> for hold in ballot_trace(outcome, contest, (0, 1)):
    ...     print(hold.parts, [reason for reason, _ in hold.exhausted])
    ((0, 1),) []
    ((0, Fraction(7, 12)), (1, Fraction(20833, 50000))) ['rounding']
    ((0, Fraction(7, 12)),) ['no further choice', 'rounding']
    """
    if outcome.rule in _MEEK:
        return tuple(_meek_holds(outcome, contest, ballot))
    manner = _manner(outcome)
    found: list[Hold] = []
    out = set(contest.withdrawn)
    for turns in _passes(outcome.rounds):
        paper = _Paper(manner, contest, out, ballot)
        found.append(paper.hold(len(found) + 1))
        for turn, after in neighbours(turns):
            paper.follow(turn, after)
            found.append(paper.hold(len(found) + 1))
        out.update(one for turn in turns for one in turn.elected)
    return tuple(found)


def ballot_pairs(outcome: RankedOutcome, contest: Contest, ballot: Ballot) -> Matrix:
    """What a ballot says of each pair: 1 where it puts the row's candidate above the column's.

    The ballot is read as the rule of the outcome reads unranked candidates.
    """
    unranked = str(dict(outcome.parameters).get("unranked", "last"))
    rankings = Rankings.of(contest.size, [ballot])
    return pairwise(contest, rankings, unranked=unranked).matrix()


def _passes(rounds: Sequence[Count]) -> Iterator[list[Count]]:
    """The rounds, those of each pass of a multi-pass count by themselves.

    A pass begins where nobody's votes were moved.
    """
    starts = [at for at, turn in enumerate(rounds) if not turn.transferred]
    for first, last in neighbours((*starts, len(rounds))):
        yield list(rounds[first:last])


@dataclass(frozen=True)
class _Manner:
    """How a rule moves a ballot.

    Attributes
    ----------
    reading : how it reads doubtful ballots
    scale : what values are counted in; 0: fractions
    transfer : the value of a ballot that is passed on; None: nobody has a surplus
    cut : what that which is cut off is called
    seats : when so many are elected, a surplus goes to nobody; 0: it goes on
    """

    reading: Reading
    scale: int = 0
    transfer: Transfer | None = None
    cut: str = "rounding"
    seats: int = 0


def _manner(outcome: RankedOutcome) -> _Manner:
    terms = dict(outcome.parameters)
    if outcome.rule == "rctab":
        rules = Rules(**terms)  # type: ignore[arg-type]  # as they were told
        scale = 10**rules.decimal_places
        seats = seats_of(outcome, one_pass=True)
        is_passed_on = seats > 1 and rules.winner_election_mode not in (
            BOTTOMS_UP,
            BOTTOMS_UP_SHARE,
        )
        transfer = _shared_out(scale) if is_passed_on else None
        return _Manner(rules.reading, scale, transfer, "residual surplus", seats)
    if outcome.rule in _GREGORY:
        manner = _GREGORY[outcome.rule]
        return _Manner(Reading(str(terms["overvote"])), manner.scale, manner.transfer)
    if outcome.rule == "irv":
        return _Manner(Reading(str(terms["overvote"])))
    raise UnknownRuleError(f"{outcome.rule} does not count by rounds")


def _shared_out(scale: int) -> Transfer:
    """RCTab's: the share of the surplus is cut off first, then the ballot's value by it."""

    def transfer(value: Amount, surplus: Amount, votes: Amount) -> Amount:
        share = int(surplus * scale // votes) if surplus > 0 else 0
        return value * share // scale

    return transfer


@dataclass
class _Paper:
    """One ballot on its way; its worth in units of `manner.scale`."""

    manner: _Manner
    contest: Contest
    out: Collection[int]
    ballot: Ballot
    elected: set[int] = field(default_factory=set)
    parts: dict[int, Fraction] = field(default_factory=dict)
    ended: dict[str, Fraction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        standing = [one for one in self.contest.standing if one not in self.out]
        self.box = _box(self.contest, standing, self.manner.reading, self.ballot)
        self.unit = self.manner.scale or 1
        self.value: Amount = self.unit

    @property
    def holder(self) -> Holder:
        [(_, holder)] = self.box.voters
        return holder

    def hold(self, number: int) -> Hold:
        """Who has what of the ballot now."""
        parts, ended = dict(self.parts), dict(self.ended)
        now = Fraction(self.value, self.unit)
        if isinstance(self.holder, int) and self.holder >= 0:
            parts[self.holder] = parts.get(self.holder, Fraction(0)) + now
        else:
            reason = _reason(self.holder)
            ended[reason] = ended.get(reason, Fraction(0)) + now
        return _hold(number, parts, ended)

    def follow(self, turn: Count, after: Count) -> None:
        """Move as all were moved between two rounds."""
        self.elected.update(turn.elected)
        passing = [one for one in after.transferred if one in self.elected]
        out = [one for one in after.transferred if one not in self.elected]
        if self.manner.transfer is not None:
            self.box.hold(turn.elected)
            for one in passing:
                if one == self.holder:
                    self._pass_on(one, turn, after)
            if len(self.elected) != self.manner.seats:
                self.box.move(passing, marked=True)
        self.box.hold(out)
        self.box.move(out)

    def _pass_on(self, one: int, turn: Count, after: Count) -> None:
        """Leave with the elected what she keeps, and lose what is cut off."""
        assert self.manner.transfer is not None  # noqa: S101 - asked by the caller
        votes, kept = dict(turn.votes)[one], dict(after.votes)[one]
        assert turn.threshold is not None  # noqa: S101 - these rules have one
        before = Fraction(self.value)
        surplus = (votes - turn.threshold) * self.unit
        self.value = self.manner.transfer(self.value, surplus, votes * self.unit)
        # Nothing is divided where she has but ballots of no value.
        share = Fraction(kept) / Fraction(votes) if votes else Fraction(1)
        self.parts[one] = before / self.unit * share
        rest = (before - self.value) / self.unit - self.parts[one]
        self.ended[self.manner.cut] = self.ended.get(self.manner.cut, Fraction(0)) + rest
        if len(self.elected) == self.manner.seats:
            self.ended["final round surplus"] = Fraction(self.value, self.unit)
            self.value = 0


def _meek_holds(outcome: RankedOutcome, contest: Contest, ballot: Ballot) -> Iterator[Hold]:
    """By the keep factors of each round; what a ballot gives does not depend on the others."""
    manner = _MEEK[outcome.rule]
    overvote = str(dict(outcome.parameters)["overvote"])
    box = _box(contest, contest.standing, Reading(overvote), ballot)
    for number, turn in enumerate(outcome.rounds, 1):
        facts = dict(turn.facts)
        keep = {
            one: int(facts.get(f"keep factor {one}", 1) * manner.scale) for one, _ in turn.votes
        }
        tree = Tree(box.voters, 1, manner.scale, up=manner.up, orders=overvote == "orders")
        shares = tree.distribute(keep)
        parts = {one: Fraction(said, manner.scale) for one, said in shares.votes.items()}
        ended = {why: Fraction(said, manner.scale) for why, said in shares.ended.items()}
        told = sum((*parts.values(), *ended.values()), Fraction(0))
        ended["rounding"] = 1 - told
        yield _hold(number, parts, ended)
        for who, passing in ((turn.elected, True), (turn.eliminated, False)):
            box.hold(who, passing=passing)
            box.move(who, marked=passing)


def _box(contest: Contest, standing: Sequence[int], reading: Reading, ballot: Ballot) -> Box:
    rankings = Rankings.of(contest.size, [ballot])
    return Box([Part(read(contest, rankings, reading), standing, reading.overvote)])


def _reason(holder: Holder) -> str:
    """Why nobody has the ballot: it waits at a shared rank, or it has ended."""
    return REASONS[-1 - holder if isinstance(holder, int) else OVERVOTE]


def _hold(number: int, parts: dict[int, Fraction], ended: dict[str, Fraction]) -> Hold:
    return Hold(
        number,
        tuple((one, _plain(said)) for one, said in sorted(parts.items()) if said),
        tuple((why, _plain(said)) for why, said in sorted(ended.items()) if said),
    )


def _plain(said: Fraction) -> Amount:
    return said.numerator if said.denominator == 1 else said
