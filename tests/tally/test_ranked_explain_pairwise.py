"""Why somebody did not win, and how many ballots would have changed it."""

from fractions import Fraction
from itertools import combinations
from itertools import pairwise as neighbours

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tally.errors import BallotError, UnknownRuleError
from tally.ranked import Contest, Rankings
from tally.ranked.explain_pairwise import Defeat, beatpath, defeats_of, locked_against
from tally.ranked.margins_pairwise import RULES, condorcet_margin, margin
from tally.ranked.pairwise import pairwise
from tally.ranked.ranked_pairs import ranked_pairs
from tally.ranked.schulze import schulze
from tally.ranked.ties import Ties
from tests.tally.pairwise_profiles import Poll, open_ties, polls

THREE = Contest.of("a", "b", "c")
CIRCLE = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])
STRENGTHS = st.sampled_from(["winning", "margin", "ratio"])


def is_chain(defeats: tuple[Defeat, ...], end: int) -> bool:
    return (
        all(one.loser == two.winner for one, two in neighbours(defeats))
        and defeats[-1].loser == end
        and all(one.votes > one.against and one.margin > 0 for one in defeats)
    )


@given(polls(least=2), STRENGTHS)
def test_whoever_is_below_has_a_beatpath_against_as_strong_as_told(poll: Poll, strength: str):
    votes = pairwise(poll.contest, poll.rankings)
    found = schulze(poll.contest, poll.rankings, open_ties(), strength=strength)
    paths = dict(found.matrices)["strengths"]
    for one in poll.candidates:
        why = beatpath(votes, one, strength=strength)
        assert (why is None) == (one in found.winners)
        if why is not None:
            start = why.defeats[0].winner
            assert is_chain(why.defeats, one)
            assert (why.strength, why.back) == (paths[start][one], paths[one][start])
            if strength != "ratio":
                measure = "votes" if strength == "winning" else "margin"
                assert min(getattr(defeat, measure) for defeat in why.defeats) == why.strength
                assert why.strength > why.back


@given(polls(least=2), STRENGTHS)
def test_locked_defeats_lead_from_a_winner_to_whoever_lost(poll: Poll, strength: str):
    votes = pairwise(poll.contest, poll.rankings)
    found = ranked_pairs(poll.contest, poll.rankings, open_ties(), strength=strength)
    locked = dict(found.matrices)["locked"]
    for one in poll.candidates:
        why = locked_against(votes, one, open_ties(), strength=strength)
        assert (why is None) == (one in found.winners)
        if why is not None:
            assert is_chain(why.defeats, one)
            assert why.defeats[0].winner in found.winners
            assert all(locked[defeat.winner][defeat.loser] for defeat in why.defeats)
            mine = [
                d for other in poll.candidates for d in defeats_of(votes, other) if d.winner == one
            ]
            open_ones = [defeat for defeat in mine if not locked[one][defeat.loser]]
            assert sorted(map(str, why.dropped)) == sorted(map(str, open_ones))


def test_why_not_by_hand():
    votes = pairwise(THREE, CIRCLE)
    assert beatpath(votes, 0) is None
    why = beatpath(votes, 2)
    assert why is not None
    assert [(one.winner, one.loser, one.votes, one.against) for one in why.defeats] == [
        (0, 1, 6, 3),
        (1, 2, 7, 2),
    ]
    assert (why.strength, why.back) == (6, 5)
    locked = locked_against(votes, 2, open_ties())
    assert locked is not None
    assert locked.defeats == why.defeats
    assert locked.dropped == (Defeat(2, 0, 5, 4),)
    assert why.to_json() == (
        '{"back":5,"defeats":[{"against":3,"loser":1,"votes":6,"winner":0},'
        '{"against":2,"loser":2,"votes":7,"winner":1}],"strength":6}'
    )


def test_only_those_who_stand_are_explained():
    contest = Contest(("a", "b", "c"), withdrawn=frozenset({1}))
    votes = pairwise(contest, CIRCLE)
    with pytest.raises(BallotError, match="does not stand"):
        beatpath(votes, 1)
    with pytest.raises(BallotError, match="does not stand"):
        locked_against(votes, 3, open_ties())
    assert beatpath(votes, 0) is not None


# Margins


@given(polls(most=4, least=2, voters=6, fractions=False), st.sampled_from(["last", "not_compared"]))
def test_the_condorcet_margin_is_exact(poll: Poll, unranked: str):
    votes = pairwise(poll.contest, poll.rankings, unranked=unranked)
    found = condorcet_margin(votes)
    beats = [
        all(votes.support[a, b] > votes.support[b, a] for b in poll.candidates if b != a)
        for a in poll.candidates
    ]
    assert (found is not None) == any(beats)
    assume(found is not None)
    assert beats[found.winner]
    others = [set(poll.candidates) - {found.rival}]
    # So many ballots for the rival added do, and one fewer does not.
    for number, still in ((found.added, False), (found.added - 1, True)):
        more = [([{found.rival}, *others], number)] if number else []
        again = condorcet_margin(
            pairwise(poll.contest, Poll(poll.size, poll.ballots + more).rankings, unranked=unranked)
        )
        assert (again is not None and again.winner == found.winner) == still
    # Changed: of the ballots that put the winner above the rival.
    single = [tiers for tiers, weight in poll.ballots for _ in range(int(weight))]
    singly = Poll(poll.size, [(tiers, 1) for tiers in single])
    helpful = [
        at
        for at, (tiers, _) in enumerate(singly.ballots)
        if pairwise(
            poll.contest, Poll(poll.size, [(tiers, 1)]).rankings, unranked=unranked
        ).support[found.winner, found.rival]
    ]
    assert len(helpful) >= found.changed
    changed = list(singly.ballots)
    for at in helpful[: found.changed]:
        changed[at] = ([{found.rival}, *others], 1)
    again = condorcet_margin(
        pairwise(poll.contest, Poll(poll.size, changed).rankings, unranked=unranked)
    )
    assert again is None or again.winner != found.winner


def run(rule: str, contest: Contest, rankings: Rankings, unranked: str) -> tuple[int, ...]:
    return RULES[rule](contest, pairwise(contest, rankings, unranked=unranked), open_ties()).winners


@given(
    polls(most=4, voters=6, fractions=False),
    st.sampled_from(sorted(RULES)),
    st.sampled_from(["last", "not_compared"]),
)
def test_so_many_changed_ballots_do(poll: Poll, rule: str, unranked: str):
    contest, rankings = poll.contest, poll.rankings
    before = run(rule, contest, rankings, unranked)
    found, changed = margin(contest, rankings, rule, unranked=unranked)
    if changed is None:
        assert found.at_most is None
        assert poll.size == 1 or not poll.ballots
        return
    assert found.at_least <= found.at_most
    assert run(rule, contest, changed, unranked) == found.winners != before
    assert changed.ballots == rankings.ballots
    kept = dict.fromkeys((tiers for tiers, _ in changed.rows()), 0)
    for tiers, weight in changed.rows():
        kept[tiers] += weight
    rest = dict(rankings.rows())
    moved = sum(max(0, weight - kept.get(tiers, 0)) for tiers, weight in rest.items())
    assert moved <= found.at_most


@given(polls(most=3, least=2, voters=5, fractions=False), st.sampled_from(sorted(RULES)))
def test_fewer_changed_ballots_never_do(poll: Poll, rule: str):
    """Brute force: every change of fewer ballots than the bound, into every ballot."""
    single = [tiers for tiers, weight in poll.ballots for _ in range(min(int(weight), 2))]
    contest = poll.contest
    rankings = Poll(poll.size, [(tiers, 1) for tiers in single]).rankings
    before = run(rule, contest, rankings, "last")
    found, _ = margin(contest, rankings, rule)
    if found.at_least == 2:
        every = [[{a}, {b}] for a in poll.candidates for b in poll.candidates if a != b]
        every += [[{a}] for a in poll.candidates] + [[]]
        every += [[{a}, set(poll.candidates) - {a}] for a in poll.candidates]
        every += [[set(pair)] for pair in combinations(poll.candidates, 2)]
        for at in range(len(single)):
            for ballot in every:
                other = [*single[:at], ballot, *single[at + 1 :]]
                again = Poll(poll.size, [(tiers, 1) for tiers in other]).rankings
                assert run(rule, contest, again, "last") == before


@pytest.mark.parametrize(
    ("rule", "least"),
    [
        ("copeland", 1),  # all three are level
        ("minimax_winning", 50),
        ("minimax_margin", 50),
        ("schulze_winning", 50),
        ("schulze_margin", 50),
        ("schulze_ratio", 1),
        ("ranked_pairs_winning", 1),
    ],
)
def test_bounds_of_a_circle(rule: str, least: int):
    rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[400, 300, 250])
    found, _ = margin(THREE, rankings, rule)
    assert found.at_least == least
    assert found.reason == ("figures" if least > 1 else "trivial")
    assert found.at_most is not None


def test_a_copeland_winner_without_a_sweep_stays_while_no_pair_turns():
    # 0 beats 1, 2, 3, who go in a circle and beat 4, who beats 0.
    orders, weights = [], []
    for circle in ((1, 2, 3), (2, 3, 1), (3, 1, 2)):
        orders += [(0, *circle, 4), (4, 0, *circle), (*circle, 4, 0)]
        weights += [13, 12, 10]
    rankings = Rankings.of(5, orders, weights)
    contest = Contest.of(*"abcde")
    found, _ = margin(contest, rankings, "copeland")
    # 4 beats 0 by 66 to 39, and no pair is closer.
    assert (found.at_least, found.reason) == (14, "figures")


def test_figures_too_large_for_their_order_to_be_told_leave_the_trivial_bound():
    rankings = Rankings.of(
        3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4 * 2**32, 3 * 2**32, 2 * 2**32]
    )
    found, changed = margin(THREE, rankings, "schulze_winning")
    assert (found.at_least, found.reason) == (1, "trivial")
    assert changed is not None


def test_what_has_no_margin_is_refused():
    with pytest.raises(UnknownRuleError, match="kemeny has no margin"):
        margin(THREE, CIRCLE, "kemeny")
    halves = Rankings.of(3, [(0,)], weights=[Fraction(1, 2)])
    with pytest.raises(BallotError, match="parts of ballots"):
        margin(THREE, halves, "copeland")
    with pytest.raises(BallotError, match="parts of ballots"):
        condorcet_margin(pairwise(THREE, halves))
    with pytest.raises(BallotError, match="nor so many"):
        margin(THREE, Rankings.of(3, [(0,)], weights=[2**70]), "copeland")


def test_a_settled_order_is_followed_in_the_explanation_too():
    rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
    votes = pairwise(THREE, rankings)
    why = locked_against(votes, 2, Ties(order=(0, 1, 2)))
    assert why is not None
    assert [(one.winner, one.loser) for one in why.defeats] == [(0, 1), (1, 2)]
