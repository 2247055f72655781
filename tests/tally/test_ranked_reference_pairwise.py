"""Pairwise, positional and scored rules give what their plain references give."""

from dataclasses import replace
from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from tally.ranked import Rankings
from tally.ranked import kemeny as kemeny_rule
from tally.ranked.approval import approval
from tally.ranked.borda import borda
from tally.ranked.bucklin import bucklin
from tally.ranked.copeland import copeland
from tally.ranked.kemeny import kemeny
from tally.ranked.minimax import minimax
from tally.ranked.pairwise import pairwise
from tally.ranked.plurality import plurality
from tally.ranked.ranked_pairs import lock, ranked_pairs
from tally.ranked.schulze import schulze
from tally.ranked.score import score
from tally.ranked.smith import schwartz, smith
from tally.ranked.star import star
from tally.ranked.ties import Ties
from tally.reference.approval import approval as plain_approval
from tally.reference.borda import borda as plain_borda
from tally.reference.bucklin import bucklin as plain_bucklin
from tally.reference.copeland import copeland as plain_copeland
from tally.reference.kemeny import kemeny as plain_kemeny
from tally.reference.minimax import minimax as plain_minimax
from tally.reference.pairwise import pairwise as plain_pairwise
from tally.reference.plurality import plurality as plain_plurality
from tally.reference.ranked_pairs import ranked_pairs as plain_ranked_pairs
from tally.reference.schulze import schulze as plain_schulze
from tally.reference.score import score as plain_score
from tally.reference.smith import schwartz as plain_schwartz
from tally.reference.smith import smith as plain_smith
from tally.reference.star import star as plain_star
from tests.tally.pairwise_profiles import Poll, open_ties, polls, scored

UNRANKED = st.sampled_from(["last", "not_compared"])
AGAINST_NOBODY = Poll(4, [([{2, 3}], 5), ([{3}, {2}], 1), ([{2}, {3}], 2), ([{2}], 3)])
STRENGTHS = st.sampled_from(["winning", "margin", "ratio"])


def tiers(ranking) -> list[list[int]]:
    return [list(tier) for tier in ranking]


def figures(outcome) -> dict[int, object]:
    return {int(name.split()[1]): figure for name, figure in outcome.facts}


@given(polls(), UNRANKED)
def test_pairwise_votes(poll: Poll, unranked: str):
    found = pairwise(poll.contest, poll.rankings, unranked=unranked)
    plain = plain_pairwise(poll.candidates, poll.ballots, unranked)
    matrix = found.matrix()
    assert {(a, b): matrix[a][b] for a, b in plain} == plain
    assert all(matrix[a][a] == 0 for a in poll.candidates)
    assert found.ballots == sum(weight for _, weight in poll.ballots)


@given(polls(), st.sampled_from(["split", "nothing"]), st.integers(0, 3))
def test_first_choices_and_approvals(poll: Poll, shared: str, ranks: int):
    found = plurality(poll.contest, poll.rankings, open_ties(), shared=shared)
    assert tiers(found.ranking) == plain_plurality(poll.candidates, poll.ballots, shared)
    found = approval(poll.contest, poll.rankings, open_ties(), ranks=ranks)
    assert tiers(found.ranking) == plain_approval(poll.candidates, poll.ballots, ranks)


@given(polls(), st.sampled_from(["shared", "symmetric", "truncated"]))
def test_points_for_places(poll: Poll, convention: str):
    found = borda(poll.contest, poll.rankings, open_ties(), convention=convention)
    assert figures(found) == plain_borda(poll.candidates, poll.ballots, convention)
    assert set(found.winners) == {
        c for c, points in figures(found).items() if points == max(figures(found).values())
    }


@given(polls())
def test_bucklin(poll: Poll):
    found = bucklin(poll.contest, poll.rankings, open_ties())
    assert tiers(found.ranking) == plain_bucklin(poll.candidates, poll.ballots)
    assert found.winners == found.ranking[0]


@given(polls(), UNRANKED, st.sampled_from(["winning", "margin", "opposition"]))
def test_copeland_and_minimax(poll: Poll, unranked: str, strength: str):
    votes = plain_pairwise(poll.candidates, poll.ballots, unranked)
    found = copeland(poll.contest, poll.rankings, open_ties(), unranked=unranked)
    assert tiers(found.ranking) == plain_copeland(poll.candidates, votes)
    found = minimax(poll.contest, poll.rankings, open_ties(), strength=strength, unranked=unranked)
    assert figures(found) == plain_minimax(poll.candidates, votes, strength)


@example(AGAINST_NOBODY, "not_compared", "ratio")
@given(polls(), UNRANKED, STRENGTHS)
def test_schulze(poll: Poll, unranked: str, strength: str):
    votes = plain_pairwise(poll.candidates, poll.ballots, unranked)
    found = schulze(poll.contest, poll.rankings, open_ties(), strength=strength, unranked=unranked)
    assert tiers(found.ranking) == plain_schulze(poll.candidates, votes, strength)
    assert found.winners == found.ranking[0]


def test_a_defeat_that_nobody_votes_against_is_locked_before_any_ratio():
    votes = dict.fromkeys([("a", "b"), ("b", "c"), ("c", "a")], 1)
    votes |= {("b", "a"): 0, ("c", "b"): 0, ("a", "c"): 0}
    votes |= {("a", "b"): 4, ("b", "c"): 3, ("c", "a"): 9, ("a", "c"): 1}
    assert plain_ranked_pairs("abc", votes, "ratio") == [("a", "b"), ("b", "c")]


def reach(size: int, pairs) -> set[tuple[int, int]]:
    found = set(pairs)
    for middle in range(size):
        found |= {(a, c) for a, b in found if b == middle for d, c in found if d == middle}
    return found


@given(polls(most=6, voters=5, fractions=False), UNRANKED, STRENGTHS, st.randoms())
def test_ranked_pairs_with_a_tie_order(poll: Poll, unranked: str, strength: str, random):
    order = random.sample(poll.candidates, poll.size)
    votes = plain_pairwise(poll.candidates, poll.ballots, unranked)
    plain = plain_ranked_pairs(order, votes, strength)
    matrix = pairwise(poll.contest, poll.rankings, unranked=unranked)
    locked = lock(matrix, strength, Ties(("order",), tuple(order)))
    mine = [(a, b) for a in poll.candidates for b in poll.candidates if locked[a, b]]
    assert reach(poll.size, mine) == reach(poll.size, plain)
    found = ranked_pairs(
        poll.contest,
        poll.rankings,
        Ties(("order",), tuple(order)),
        strength=strength,
        unranked=unranked,
    )
    beaten = {b for _, b in plain}
    assert found.winners == (next(c for c in order if c not in beaten),)


@given(polls(most=6, voters=5, fractions=False), st.integers(2, 14), st.randoms())
def test_kemeny_tells_all_best_orders(poll: Poll, most_sets: int, random):
    votes = plain_pairwise(poll.candidates, poll.ballots)
    best = plain_kemeny(poll.candidates, votes)
    kept = kemeny_rule.MOST_SETS
    kemeny_rule.MOST_SETS = most_sets  # larger components go by linear programs
    try:
        found = kemeny(poll.contest, poll.rankings, open_ties())
        order = tuple(random.sample(poll.candidates, poll.size))
        settled = kemeny(poll.contest, poll.rankings, Ties(("order",), order))
    finally:
        kemeny_rule.MOST_SETS = kept
    facts = dict(found.facts)
    assert set(found.winners) == {one[0] for one in best}
    assert facts["votes for"] == sum(votes[pair] for pair in combinations(best[0], 2))
    assert facts["votes for"] + facts["votes against"] == sum(votes.values())
    assert facts.get("best orders", len(best)) == len(best)
    assert bool(found.ties) == (len(best) > 1)
    # Settled: the first of the best orders by the tie order of who comes next.
    keys = {one: [order.index(c) for c in one] for one in best}
    assert settled.ranking == tuple((c,) for c in min(best, key=keys.__getitem__))
    place = {c: at for at, tier in enumerate(found.ranking) for c in tier}
    for a, b in votes:
        if all(one.index(a) < one.index(b) for one in best):
            assert place[a] < place[b]


@given(polls(), UNRANKED)
def test_smith_and_schwartz_sets(poll: Poll, unranked: str):
    votes = plain_pairwise(poll.candidates, poll.ballots, unranked)
    found = smith(poll.contest, poll.rankings, open_ties(), unranked=unranked)
    assert list(found.winners) == plain_smith(poll.candidates, votes)
    found = schwartz(poll.contest, poll.rankings, open_ties(), unranked=unranked)
    assert list(found.winners) == plain_schwartz(poll.candidates, votes)


@st.composite
def point_polls(draw: st.DrawFn) -> tuple[int, list[tuple[dict[int, int], int]]]:
    size = draw(st.integers(1, 5))
    ballot = st.dictionaries(st.integers(0, size - 1), st.integers(0, 3))
    return size, draw(st.lists(st.tuples(ballot, st.integers(1, 3)), max_size=6))


@given(point_polls(), st.randoms())
def test_points(poll, random):
    size, ballots = poll
    contest, rankings = Poll(size, []).contest, scored(size, ballots)
    candidates = list(range(size))
    assert figures(score(contest, rankings, open_ties())) == plain_score(candidates, ballots)
    found = star(contest, rankings, open_ties())
    possible = plain_star(candidates, ballots)
    assert list(found.winners) == possible
    order = tuple(random.sample(candidates, size))
    assert star(contest, rankings, Ties(("order",), order)).winners[0] in possible
    approved = [([{c for c, points in ballot.items() if points >= 2}], w) for ballot, w in ballots]
    found = approval(contest, rankings, open_ties(), least=2)
    assert tiers(found.ranking) == plain_approval(candidates, approved)


@given(polls(least=2), st.data())
def test_withdrawn_candidates_are_out_of_everything(poll: Poll, data: st.DataObject):
    out = data.draw(st.sets(st.integers(0, poll.size - 1), min_size=1, max_size=poll.size))
    contest = replace(poll.contest, withdrawn=frozenset(out))
    left = [c for c in poll.candidates if c not in out]
    number = {c: at for at, c in enumerate(left)}
    fewer = Poll(
        len(left),
        [([{number[c] for c in tier - out} for tier in ballot], w) for ballot, w in poll.ballots],
    )
    for rule in (
        plurality,
        borda,
        bucklin,
        copeland,
        minimax,
        schulze,
        ranked_pairs,
        kemeny,
        smith,
    ):
        mine = rule(contest, poll.rankings, open_ties())
        if not left:
            assert (mine.winners, mine.ranking) == ((), ())
            continue
        theirs = rule(fewer.contest, fewer.rankings, open_ties())
        assert [[number[c] for c in tier] for tier in mine.ranking] == tiers(theirs.ranking)
        assert [number[c] for c in mine.winners] == list(theirs.winners)


def clean(rankings: Rankings) -> list[tuple[list[set[int]], object]]:
    """The ballots as the conventions say: first marks, up to the first untold rank."""
    found = []
    for ballot, weight in rankings.rows():
        seen: set[int] = set()
        kept: list[set[int]] = []
        for tier in ballot:
            if rankings.untold in tier:
                break
            kept.append(set(tier) - seen)
            seen |= set(tier)
        found.append((kept, weight))
    return found


@given(st.data())
def test_double_and_untold_marks_are_read_by_the_conventions(data: st.DataObject):
    size = data.draw(st.integers(1, 4))
    place = st.integers(0, size)
    tier = st.one_of(place, st.sets(place, max_size=3))
    ballots = data.draw(st.lists(st.lists(tier, max_size=6), max_size=5))
    weights = data.draw(st.lists(st.integers(1, 3), min_size=len(ballots), max_size=len(ballots)))
    rankings = Rankings.of(size, ballots, weights)
    poll = Poll(size, clean(rankings))
    plain = Poll(size, []).contest
    for rule in (plurality, borda, bucklin, approval, copeland):
        mine = rule(plain, rankings, open_ties())
        theirs = rule(plain, poll.rankings, open_ties())
        assert mine == theirs
