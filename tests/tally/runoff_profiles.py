"""Small profiles of ranked ballots, for the tests of rules that count by rounds."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from tally.ranked import Contest, RankedOutcome, Rankings
from tally.ranked.preferences import Reading, read
from tally.ranked.ties import Ties
from tally.ranked.transfers import Part

NAMES = "abcdefg"
ABC = Contest.of("a", "b", "c")
Tiers = list[set[int]]


@dataclass(frozen=True)
class Poll:
    """Ballots with their weights, and how many seats there are."""

    size: int
    seats: int
    ballots: list[tuple[Tiers, int | Fraction]]

    @property
    def contest(self) -> Contest:
        return Contest(tuple(NAMES[: self.size]), self.seats)

    @property
    def rankings(self) -> Rankings:
        tiers = [ballot for ballot, _ in self.ballots]
        return Rankings.of(self.size, tiers, [weight for _, weight in self.ballots])

    @property
    def named(self) -> list[tuple[list[set[str]], int | Fraction]]:
        """As the references take them, by names."""
        return [
            ([{NAMES[one] for one in tier} for tier in tiers], weight)
            for tiers, weight in self.ballots
        ]

    @property
    def strict(self) -> list[tuple[list[str], int | Fraction]]:
        """As the references of STV take them: up to the first shared rank."""
        found = []
        for tiers, weight in self.ballots:
            order: list[str] = []
            for tier in tiers:
                if len(tier) > 1:
                    break
                order += [NAMES[one] for one in tier]
            found.append((order, weight))
        return found

    def ties(self, *policy: str) -> Ties:
        return Ties(policy or ("order",), tuple(range(self.size)))


@st.composite
def polls(
    draw: st.DrawFn,
    *,
    most: int = 6,
    voters: int = 9,
    shares: bool = False,
    fractions: bool = False,
    doubles: bool = False,
    seats: int | None = None,
) -> Poll:
    """Truncated ballots, with ranks shared and left out, or candidates marked twice, if wanted."""
    size = draw(st.integers(1, most))
    ballots: list[tuple[Tiers, int | Fraction]] = []
    for _ in range(draw(st.integers(0, voters))):
        order = list(draw(st.permutations(range(size))))[: draw(st.integers(0, size))]
        tiers: Tiers = []
        for one in order:
            if shares and tiers and draw(st.integers(0, 2)) == 0:
                tiers[-1].add(one)
            else:
                tiers += [set()] if shares and draw(st.integers(0, 7)) == 0 else []
                tiers.append({one})
        if doubles and order and draw(st.booleans()):
            tiers.insert(draw(st.integers(0, len(tiers))), {draw(st.sampled_from(order))})
        weight = draw(
            st.fractions(Fraction(1, 3), 3, max_denominator=4) if fractions else st.integers(1, 9)
        )
        ballots.append((tiers, weight))
    return Poll(size, draw(st.integers(1, size)) if seats is None else seats, ballots)


def order(contest: Contest) -> Ties:
    return Ties(("order",), contest.tie_order)


def votes(found: RankedOutcome, at: int = 0) -> list:
    """How many votes each has in a round."""
    return [said for _, said in found.rounds[at].votes]


def parts_of(poll: Poll, cut: int, overvote: str = "skip") -> list[Part]:
    """All ballots in two parts."""
    preferences = read(poll.contest, poll.rankings, Reading(overvote))
    last = len(preferences.weights)
    cut = min(cut, last)
    return [
        Part(preferences.part(first, end), poll.contest.standing, overvote)
        for first, end in ((0, cut), (cut, last))
    ]


def check_conserved(outcome: RankedOutcome) -> None:
    """All votes are told in every round."""
    for turn in outcome.rounds:
        told = sum(votes for _, votes in turn.votes) + sum(votes for _, votes in turn.exhausted)
        assert told == outcome.ballots
        assert all(votes > 0 for _, votes in turn.exhausted)


def as_named(votes: tuple, scale: int = 1) -> dict[str, Fraction]:
    return {NAMES[one]: Fraction(said * scale) for one, said in votes}


Rule = Callable[..., RankedOutcome]
