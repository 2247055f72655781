"""What pairwise, positional and scored rules promise for every election."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tally.ranked import RankedOutcome, Rankings
from tally.ranked.approval import approval
from tally.ranked.borda import borda
from tally.ranked.bucklin import bucklin
from tally.ranked.copeland import copeland
from tally.ranked.kemeny import kemeny
from tally.ranked.minimax import minimax
from tally.ranked.pairwise import pairwise
from tally.ranked.plurality import plurality
from tally.ranked.ranked_pairs import ranked_pairs
from tally.ranked.schulze import schulze
from tally.ranked.smith import schwartz, smith
from tally.ranked.ties import Ties, every_resolution
from tests.tally.effort import fewer
from tests.tally.pairwise_profiles import Poll, open_ties, polls

CIRCLE = Poll(3, [([{0}, {1}, {2}], 4), ([{1}, {2}, {0}], 3), ([{2}, {0}, {1}], 2)])
STRENGTHS = ("winning", "margin", "ratio")
SCHULZE = {f"schulze_{s}": partial(schulze, strength=s) for s in STRENGTHS}
PAIRS = {f"ranked_pairs_{s}": partial(ranked_pairs, strength=s) for s in STRENGTHS}
MINIMAX = {f"minimax_{s}": partial(minimax, strength=s) for s in ("winning", "margin")}
IN_SMITH = {**SCHULZE, **PAIRS, "kemeny": kemeny, "copeland": copeland, "schwartz": schwartz}
CONDORCET = {**IN_SMITH, **MINIMAX, "smith": smith}
ALL = {
    **CONDORCET,
    "minimax_opposition": partial(minimax, strength="opposition"),
    "plurality": plurality,
    "approval": approval,
    "bucklin": bucklin,
    "borda": borda,
    "borda_symmetric": partial(borda, convention="symmetric"),
    "borda_truncated": partial(borda, convention="truncated"),
}


def each(rules: dict[str, Callable[..., RankedOutcome]]):
    return pytest.mark.parametrize("rule", rules.values(), ids=rules)


def run(rule, poll: Poll, ties: Ties | None = None) -> RankedOutcome:
    return rule(poll.contest, poll.rankings, ties or open_ties())


@dataclass(frozen=True)
class _Pairs:
    """Who beats whom."""

    matrix: tuple

    def beats(self, one: int, other: int) -> bool:
        return self.matrix[one][other] > self.matrix[other][one]


def pairs(poll: Poll) -> _Pairs:
    return _Pairs(pairwise(poll.contest, poll.rankings).matrix())


@each(CONDORCET)
@given(poll=polls())
def test_whoever_beats_all_others_wins(rule, poll: Poll):
    found = pairs(poll)
    for one in poll.candidates:
        if all(found.beats(one, other) for other in poll.candidates if other != one):
            assert run(rule, poll).winners == (one,)


@each(IN_SMITH)
@given(poll=polls())
def test_the_winners_are_in_the_smith_set(rule, poll: Poll):
    assert set(run(rule, poll).winners) <= set(run(smith, poll).winners)


@each({**SCHULZE, **PAIRS, "kemeny": kemeny})
@given(poll=polls())
def test_each_component_that_beats_another_stands_above_it(rule, poll: Poll):
    groups = run(smith, poll).ranking
    assert [c for tier in run(rule, poll).ranking for c in tier if c in groups[0]] == [
        c for tier in run(rule, poll).ranking for c in tier
    ][: len(groups[0])]


def reversed_poll(poll: Poll) -> Poll:
    ballots = []
    for tiers, weight in poll.ballots:
        rest = set(poll.candidates).difference(*tiers)
        ballots.append(([rest, *reversed(tiers)] if rest else list(reversed(tiers)), weight))
    return Poll(poll.size, ballots)


@each({**SCHULZE, **PAIRS})
@given(poll=polls(least=2))
def test_a_single_winner_does_not_win_the_reversed_ballots(rule, poll: Poll):
    before, after = run(rule, poll), run(rule, reversed_poll(poll))
    assume(len(before.winners) == 1)
    if rule.func is ranked_pairs:  # equal defeats that were set aside are not what it promises of
        assume(not before.ties and not [tie for tie in after.ties if tie.candidates])
    assert before.winners != after.winners


@given(poll=polls())
def test_the_best_orders_of_the_reversed_ballots_are_reversed(poll: Poll):
    before, after = run(kemeny, poll), run(kemeny, reversed_poll(poll))
    assert dict(before.facts) == dict(after.facts)
    if dict(before.facts)["best orders"] == 1:
        assert before.ranking == after.ranking[::-1]


def cloned(poll: Poll, one: int, draw) -> Poll:
    """The candidate and a clone, next to each other on every ballot, or neither ranked."""
    clone = poll.size
    ballots = []
    for tiers, weight in poll.ballots:
        changed: list[set[int]] = []
        for tier in tiers:
            if one not in tier:
                changed.append(tier)
            elif draw(st.booleans()) or len(tier) > 1:  # a shared rank holds both
                changed.append(tier | {clone})
            else:
                changed += [{one}, {clone}] if draw(st.booleans()) else [{clone}, {one}]
        ballots.append((changed, weight))
    return Poll(poll.size + 1, ballots)


@each({**SCHULZE, **PAIRS})
@given(poll=polls(most=4), data=st.data())
def test_a_clone_neither_helps_nor_harms(rule, poll: Poll, data: st.DataObject):
    one = data.draw(st.integers(0, poll.size - 1))
    before, after = run(rule, poll), run(rule, cloned(poll, one, data.draw))
    if rule.func is ranked_pairs:
        assume(not before.ties and all(tie.candidates == (one, poll.size) for tie in after.ties))
    assert set(before.winners) == {one if c == poll.size else c for c in after.winners}


@each(
    {
        **SCHULZE,
        **MINIMAX,
        "minimax_opposition": partial(minimax, strength="opposition"),
        "copeland": copeland,
        "kemeny": kemeny,
        "plurality": plurality,
        "approval": approval,
        "bucklin": bucklin,
        "borda": borda,
        "borda_truncated": partial(borda, convention="truncated"),
        "smith": smith,
        **PAIRS,
    }
)
@given(poll=polls(), data=st.data())
def test_more_support_never_drops_a_winner(rule, poll: Poll, data: st.DataObject):
    before = run(rule, poll)
    assume(poll.ballots)
    if getattr(rule, "func", None) is ranked_pairs:
        assume(not before.ties)
    winner = data.draw(st.sampled_from(before.winners))
    at = data.draw(st.integers(0, len(poll.ballots) - 1))
    tiers, weight = poll.ballots[at]
    raised = [{winner}, *(tier - {winner} for tier in tiers)]
    after = run(
        rule, Poll(poll.size, [*poll.ballots[:at], (raised, weight), *poll.ballots[at + 1 :]])
    )
    assert winner in after.winners


@each(ALL)
@fewer(2)
@given(poll=polls(), random=st.randoms(use_true_random=False))
def test_neither_order_nor_grouping_of_ballots_changes_anything(rule, poll: Poll, random):
    halves = [(tiers, Fraction(weight) / 2) for tiers, weight in poll.ballots]
    shuffled = random.sample(halves + halves, 2 * len(halves))
    groups = [
        (tuple(tuple(sorted(tier)) for tier in tiers), Fraction(weight))
        for tiers, weight in shuffled
    ]
    once = run(rule, poll)
    assert rule(poll.contest, Rankings.of_groups(poll.size, groups), open_ties()) == once
    assert rule(poll.contest, poll.rankings.grouped(), open_ties()) == once
    assert RankedOutcome.from_json(once.to_json()) == once


@each(ALL)
@fewer(2)
@example(poll=CIRCLE, factor=2**70)
@given(poll=polls(), factor=st.sampled_from([Fraction(1, 3), 7, 2**40, 2**70]))
def test_only_shares_of_ballots_matter(rule, poll: Poll, factor):
    scaled = Poll(poll.size, [(tiers, weight * factor) for tiers, weight in poll.ballots])
    once, again = run(rule, poll), run(rule, scaled)
    assert (once.winners, once.ranking, once.ties) == (again.winners, again.ranking, again.ties)


@each(ALL)
@fewer(2)
@given(poll=polls(), random=st.randoms(use_true_random=False))
def test_a_tie_order_chooses_among_those_who_can_win(rule, poll: Poll, random):
    order = tuple(random.sample(poll.candidates, poll.size))
    settled = run(rule, poll, Ties(("order",), order))
    assert len(settled.winners) == 1
    assert all(tie.by == "order" and tie.chosen for tie in settled.ties)
    if getattr(rule, "func", None) is not ranked_pairs or not settled.ties:
        assert settled.winners[0] in run(rule, poll).winners
    every = every_resolution(lambda ties: run(rule, poll, ties).winners, 2000)
    assert settled.winners in set(every)
