"""What a count did with one candidate and with one ballot, held against the count itself."""

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise as neighbours

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally.errors import BallotError, UnknownRuleError
from tally.ranked import Contest, Count, RankedOutcome, RankedTie, Rankings, count_ranked
from tally.ranked.ballot_trace import ballot_pairs, ballot_trace
from tally.ranked.irv import irv
from tally.ranked.rctab import rctab
from tally.ranked.rctab_rules import BOTTOMS_UP_SHARE, MANY_A_ROUND, MULTI_PASS, SINGLE, Rules
from tally.ranked.ties import Ties
from tally.ranked.trace import EVENTS, candidate_story
from tests.tally import pairwise_profiles
from tests.tally.effort import fewer
from tests.tally.runoff_profiles import Poll, polls
from tests.tally.test_ranked_laws_runoff import Rule, any_polls, every_rule

COUNCIL = Contest.of("Ann", "Ben", "Cai", seats=2)
PAPERS = Rankings.of(3, [(0, 1), (0, 2), (1, 2), (2,)], [8, 4, 3, 5])
SEATS_FOR_ALL = Poll(
    4, 4, [([set(), {0, 2, 3}], 1), ([{1}, {0}], 7), ([{3}, {2}, {3}], 6), ([{2}, {0}, {2}], 5)]
)
UNTOLD = ("meek", "meek_prf")


def added_up(outcome: RankedOutcome, contest: Contest, rankings: Rankings) -> list[tuple]:
    """The parts of all ballots, each times its weight, round by round."""
    found: list[tuple] = [(defaultdict(Fraction), defaultdict(Fraction)) for _ in outcome.rounds]
    for ballot, weight in rankings.rows():
        holds = ballot_trace(outcome, contest, ballot)
        assert [hold.round for hold in holds] == list(range(1, len(outcome.rounds) + 1))
        for hold in holds:
            whole = [part for _, part in hold.parts + hold.exhausted]
            assert sum(whole) == 1
            assert min(whole) > 0
            for sums, parts in zip(
                found[hold.round - 1], (hold.parts, hold.exhausted), strict=True
            ):
                for key, part in parts:
                    sums[key] += part * weight
    return found


def told(turn: Count) -> tuple[dict[int, Fraction], dict[str, Fraction]]:
    return {one: said for one, said in turn.votes if said}, dict(turn.exhausted)


@every_rule
@fewer(5)
@example(Poll(4, 1, [([{0}, {0, 2}], 2)]))  # nobody new at the second rank
@example(Poll(3, 2, [([{1}, {0, 2}], Fraction(5, 4))]))
@example(SEATS_FOR_ALL)
@given(any_polls)
def test_the_parts_of_all_ballots_are_the_votes_of_every_round(rule: Rule, poll: Poll):
    outcome = rule(poll.contest, poll.rankings, poll.ties())
    assert added_up(outcome, poll.contest, poll.rankings) == [told(t) for t in outcome.rounds]


@example(Poll(5, 3, [([set(), {2}, {1}], 5)]), MANY_A_ROUND, 1, False)
@given(
    polls(most=5, shares=True, doubles=True),
    st.sampled_from([SINGLE, MULTI_PASS, MANY_A_ROUND, BOTTOMS_UP_SHARE]),
    st.integers(1, 3),
    st.booleans(),
)
def test_ballots_are_followed_by_any_of_rctabs_rules(poll: Poll, mode: str, places: int, odd: bool):
    rules = Rules(
        winner_election_mode=mode,
        decimal_places=places,
        continue_until_two=odd and mode in (SINGLE, MULTI_PASS),
        non_integer_threshold=odd,
        max_rankings=3,
        bottoms_up_share=Fraction(1, 6),
    )
    contest = replace(poll.contest, withdrawn=frozenset({poll.size - 1} if poll.size > 1 else ()))
    outcome = rctab(contest, poll.rankings, poll.ties(), rules=rules)
    assert added_up(outcome, contest, poll.rankings) == [told(turn) for turn in outcome.rounds]


@given(pairwise_profiles.polls(), st.sampled_from(["last", "not_compared"]))
def test_what_all_ballots_say_of_the_pairs_is_the_matrix(poll, unranked: str):
    outcome = count_ranked("copeland", poll.contest, poll.rankings, unranked=unranked)
    sums = [[Fraction(0)] * poll.size for _ in range(poll.size)]
    for ballot, weight in poll.ballots:
        said = ballot_pairs(outcome, poll.contest, ballot)
        for row, figures in enumerate(said):
            for column, figure in enumerate(figures):
                sums[row][column] += figure * weight
    assert dict(outcome.matrices)["pairwise"] == tuple(map(tuple, sums))


def test_a_paper_of_the_council_is_followed_by_hand():
    """As docs/explanations.md tells it."""
    outcome = count_ranked("scottish", COUNCIL, PAPERS)
    value = Fraction(41666, 10**5)
    kept, lost = Fraction(7, 12), Fraction(5, 12) - value
    assert [(hold.parts, hold.exhausted) for hold in ballot_trace(outcome, COUNCIL, (0, 1))] == [
        (((0, 1),), ()),
        (((0, kept), (1, value)), (("rounding", lost),)),
        (((0, kept),), (("no further choice", value), ("rounding", lost))),
    ]
    assert 12 * kept == 7


def test_only_rounds_can_be_followed():
    outcome = count_ranked("smith", COUNCIL, PAPERS)
    with pytest.raises(UnknownRuleError, match="smith does not count by rounds"):
        ballot_trace(outcome, COUNCIL, (0,))
    for nobody in (3, -1):
        with pytest.raises(BallotError, match="none of the 3"):
            candidate_story(outcome, nobody)
    assert candidate_story(outcome, 0) == ()


@every_rule
@fewer(5)
@example(Poll(5, 1, []), "order")
@given(any_polls, st.sampled_from(["order", "unsettled"]))
def test_a_story_tells_the_rounds_of_the_candidate(rule: Rule, poll: Poll, policy: str):
    outcome = rule(poll.contest, poll.rankings, poll.ties(policy))
    for one in range(poll.size):
        story = candidate_story(outcome, one)
        assert all(event.code in EVENTS for event in story)
        elected = [event.round for event in story if event.code.startswith("elected")]
        assert bool(elected) == any(one in turn.elected for turn in outcome.rounds)
        for event in story:
            turn = outcome.rounds[event.round - 1]
            assert event.votes == dict(turn.votes).get(one, 0)
            assert (event.code == "eliminated") == (one in turn.eliminated)
            assert (event.code == "out") == (one not in dict(turn.votes))
            if event.rival is not None:
                assert event.rival not in turn.eliminated + turn.elected
                assert event.rival_votes == dict(turn.votes)[event.rival]
        if outcome.rule not in UNTOLD and MULTI_PASS not in dict(outcome.parameters).values():
            for before, event in neighbours(story):
                if before.code == "stands":
                    gained = sum(votes for _, votes in event.gained)
                    assert event.votes == before.votes + gained
                if event.code == "out":
                    assert sum(votes for _, votes in event.passed) == before.votes


def codes(outcome: RankedOutcome, candidate: int) -> list[str]:
    return [event.code for event in candidate_story(outcome, candidate)]


def test_a_council_is_told_by_hand():
    """As docs/explanations.md tells it."""
    outcome = count_ranked("scottish", COUNCIL, PAPERS)
    ann, ben, cai = (candidate_story(outcome, one) for one in range(3))
    assert [event.code for event in ann] == ["elected", "elected_before", "elected_before"]
    assert (ann[0].votes, ann[0].threshold) == (12, 7)
    assert ann[1].passed == ((1, 8 * Fraction(41666, 10**5)), (2, 4 * Fraction(41666, 10**5)))
    assert [event.code for event in ben] == ["stands", "eliminated", "out"]
    assert (ben[1].rival, ben[1].rival_votes) == (2, Fraction(666664, 10**5))
    assert [event.code for event in cai] == ["stands", "stands", "elected"]
    assert cai[2].gained == ((1, 3),)


def test_who_is_elected_below_the_threshold_is_told_so():
    nobody_left = Rankings.of(3, [(0,), (1,), (2,)], [5, 4, 3])
    scottish = count_ranked("scottish", COUNCIL, nobody_left)
    assert [codes(scottish, one)[-1] for one in range(3)] == [
        "elected_before", "elected_below", "out",
    ]  # fmt: skip
    exactly = Rankings.of(3, [(0,), (1,), (2,)], [4, 4, 4])  # as many as the quota is not more
    assert codes(count_ranked("wigm", COUNCIL, exactly), 2)[-1] == "elected_below"
    two = count_ranked("meek", Contest.of("a", "b", seats=2), Rankings.of(2, [(0,), (1,)], [4, 2]))
    assert [codes(two, one) for one in range(2)] == [["elected"], ["elected_below"]]
    assert codes(count_ranked("meek", COUNCIL, PAPERS), 0)[0] == "elected"
    alone = count_ranked("irv", Contest.of("a"), Rankings.of(1, [()]))
    assert codes(alone, 0) == ["elected_below"]


def test_rules_that_compare_have_stories_where_they_have_rounds():
    rankings = Rankings.of(3, [(0, 1), (1,), (2, 1)], [4, 3, 3])
    contest = Contest.of("a", "b", "c")
    outcome = count_ranked("bucklin", contest, rankings)
    assert [codes(outcome, one) for one in range(3)] == [
        ["stands", "left"], ["stands", "elected"], ["stands", "left"],
    ]  # fmt: skip
    level = Rankings.of(3, [(0,), (1,)])
    assert codes(count_ranked("bucklin", contest, level), 0) == ["undecided"]
    few = count_ranked("bucklin", contest, Rankings.of(3, [(0,), (0,), (1,), ()]))
    assert codes(few, 0) == ["elected_below"]
    points = pairwise_profiles.scored(2, [({0: 5, 1: 3}, 2), ({1: 4}, 1)])
    assert codes(count_ranked("star", Contest.of("a", "b"), points), 0) == ["stands", "elected"]


def test_a_tie_that_stands_leaves_those_level_undecided():
    contest, rankings = Contest.of("a", "b", "c"), Rankings.of(3, [(0,), (1,), (2,)], [3, 2, 2])
    open_ties = Ties(("unsettled",), (0, 1, 2))
    assert codes(irv(contest, rankings, open_ties), 1) == ["undecided"]
    found = rctab(contest, rankings, Ties(("unsettled",), (0, 1, 2)))
    assert [codes(found, one) for one in range(3)] == [["left"], ["undecided"], ["undecided"]]


def test_ties_are_told_with_the_candidate_and_its_round():
    contest, rankings = Contest.of("a", "b", "c"), Rankings.of(3, [(0,), (1,), (2,)], [4, 2, 2])
    outcome = count_ranked("irv", contest, rankings, stop="two_left")
    assert candidate_story(outcome, 1)[0].ties == (RankedTie((1, 2), (2,), "order", 1),)
    assert candidate_story(outcome, 0)[0].ties == ()


def test_a_tie_of_a_later_pass_is_told_with_its_round_of_the_whole_count():
    contest = Contest.of("a", "b", "c", "d", seats=2)
    rankings = Rankings.of(4, [(0,), (1,), (2,), (3,)], [9, 4, 2, 2])
    outcome = rctab(
        contest, rankings, Ties(order=(0, 1, 2, 3)), rules=Rules(winner_election_mode=MULTI_PASS)
    )
    assert outcome.rounds[0].elected == (0,)
    [tie] = outcome.ties
    assert (tie.candidates, tie.round) == ((2, 3), 2)
    assert candidate_story(outcome, 3)[1].ties == (tie,)
    first, *later = ballot_trace(outcome, contest, (0,))
    assert first.parts == ((0, 1),)
    assert {hold.exhausted for hold in later} == {(("no further choice", 1),)}
