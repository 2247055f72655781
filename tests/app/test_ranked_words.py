"""Ranked counts in words: every rule, every reason, every way of a round."""

from dataclasses import replace
from itertools import pairwise as neighbours

import numpy as np
import pytest

from app.ranked import ballot, contrast, story, why_not, words
from app.ranked.because import because
from core.words import speaking
from tally.ranked import RANKED_RULES, Contest, RankedOutcome, Rankings, count_ranked
from tally.ranked.pairwise import pairwise
from tally.ranked.preferences import REASONS
from tally.ranked.rctab_rules import Rules
from tally.ranked.table_pairwise import SCORED
from tally.ranked.why_not import REASONS as WHY_NOT

ANN, BEN, CAI, DEE = range(4)
PEOPLE = Contest.of("Ann", "Ben", "Cai", "Dee")
# docs/rules/irv.md, by hand.
RUN_OFF = Rankings.of(
    4, [(ANN, CAI), (BEN, CAI), (CAI, BEN), (DEE, CAI, BEN), (DEE,)], [8, 7, 5, 3, 1]
)
# By winning votes Cai, by margins Ann: tests/tally/ranked/pairwise/votes_or_margins.
THREE = Contest.of("Ann", "Ben", "Cai")
CIRCLE = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0,)], [1, 3, 2, 3])


@pytest.fixture(autouse=True)
def _english():
    with speaking("en"):
        yield


def counted(rule: str, contest: Contest, rankings: Rankings, **more: object) -> RankedOutcome:
    if rule in SCORED:
        scores = np.arange(len(rankings.places))[::-1] % 5
        rankings = replace(rankings, scores=scores)
    return count_ranked(rule, contest, rankings, **more)


def told(outcome: RankedOutcome) -> str:
    return " ".join(sentence for turn in story.turns(outcome) for sentence in turn.said)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("rule", RANKED_RULES)
def test_every_rule_has_a_name_of_its_own_and_says_how_it_counts(rule, language):
    with speaking(language):
        names = [str(name) for name in words.NAMES.values()]
        assert len({*names}) == len(names)
        assert {*words.NAMES} == {*RANKED_RULES}
        assert words.how(rule).endswith(".")
    assert len({words.how(one) for one in RANKED_RULES}) == len(RANKED_RULES)


@pytest.mark.parametrize("rule", RANKED_RULES)
@pytest.mark.parametrize(("contest", "rankings"), [(PEOPLE, RUN_OFF), (THREE, CIRCLE)])
def test_every_rule_tells_why_whoever_wins_and_why_not_the_others(rule, contest, rankings):
    outcome = counted(rule, replace(contest, withdrawn=frozenset({2})), rankings)
    votes = pairwise(contest, rankings)
    for one in (outcome, counted(rule, contest, rankings)):
        assert because(one, votes).endswith(".")
        others = why_not.losers(one)
        assert len(others) == contest.size - len(one.winners)
        assert all(sentence.endswith(".") for _, sentence in others)
        assert all(turn.said for turn in story.turns(one))
    assert ("Cai", "Had withdrawn before the count.") in why_not.losers(outcome)


def test_all_reasons_are_spoken():
    assert {*REASONS} <= {*words.ENDED}
    assert {*WHY_NOT} - {"won"} == {*why_not._SAID}


def test_a_run_off_by_hand():
    outcome = count_ranked("irv", PEOPLE, RUN_OFF)
    first, second, third = story.turns(outcome)
    assert first.said == (
        "Nobody has what is needed, 13; the most, 8: Ann.",
        "Dee has the fewest votes, 4, and goes out; next is Cai with 5.",
    )
    assert second.said == (
        "From Dee 4 votes move on: to Cai 3, to nobody 1.",
        "Nobody has what is needed, 12; the most, 8: Ann, Cai.",
        "Ben has the fewest votes, 7, and goes out; next is Ann with 8.",
        "No longer counting: 1 without a further choice.",
    )
    assert third.said == (
        "From Ben 7 votes move on: to Cai 7.",
        "Cai is elected with 15 votes; needed: 12.",
    )
    assert why_not.losers(outcome)[0] == (
        "Ann",
        "Never went out, and had 8 votes in round 3. The last seat went to Cai with 15.",
    )


def test_half_of_votes_that_are_fractions_must_be_passed():
    rankings = Rankings.of(2, [(0,), (1,)], [3, 2])
    assert "needed: 3." in told(count_ranked("irv", Contest.of("Ann", "Ben"), rankings))
    halves = replace(rankings, weights_unit=2)
    assert "needed: more than 1.25." in told(count_ranked("irv", Contest.of("Ann", "Ben"), halves))
    first = count_ranked(
        "irv", PEOPLE, replace(RUN_OFF, weights_unit=5), stop="first_round_majority"
    )
    assert "needed: more than 2.4." in told(first)


def test_who_goes_out_together_and_where_there_is_no_threshold():
    batch = count_ranked("irv", PEOPLE, Rankings.of(4, [(0,), (1,), (2,), (3,)], [9, 8, 2, 1]),
                         batch=True)  # fmt: skip
    assert "Cai, Dee go out together: all their votes, 3, are fewer than the 8 of Ben." in told(
        batch
    )
    assert "all who went out together had 3" in dict(why_not.losers(batch))["Dee"]
    alone = count_ranked("irv", PEOPLE, RUN_OFF, stop="two_left")
    assert "The most votes, 8: Ann." in told(alone)
    nobody = count_ranked("irv", Contest.of("Ann"), Rankings.of(1, []), stop="two_left")
    assert because(nobody, pairwise(Contest.of("Ann"), Rankings.of(1, []))).endswith(".")
    assert "Ann is elected with 0 votes" in told(nobody)


def test_more_receivers_than_can_be_named_are_summed_up():
    contest = Contest.of(*"abcdefg")
    rows = [*((one,) for one in range(6)), *((6, one) for one in range(6))]
    outcome = count_ranked("irv", contest, Rankings.of(7, rows, [*range(25, 31), *[1] * 6]))
    assert "From g 6 votes move on: to a 1, to b 1, to c 1, to 3 others 3." in told(outcome)
    four = [*rows[:6], *rows[6:10]]
    outcome = count_ranked("irv", contest, Rankings.of(7, four, [*range(25, 31), *[1] * 4]))
    assert "From g 4 votes move on: to a 1, to b 1, to c 1, to d 1." in told(outcome)


def test_a_surplus_moves_and_a_seat_is_filled_without_the_quota():
    contest = replace(PEOPLE, seats=2)
    rankings = Rankings.of(4, [(0, 1), (0, 2), (1,), (2,), (3,)], [8, 4, 3, 5, 1])
    outcome = count_ranked("scottish", contest, rankings)
    said = told(outcome)
    assert "Ann is elected with 12 votes; needed: 8." in said
    assert "From Ann 3.99996 votes move on" in said
    assert "without the 8: no more candidates are left than seats." in said
    assert because(outcome, pairwise(contest, rankings)).startswith("Elected: Ann in round 1, ")
    assert "needed: more than 7." in told(count_ranked("meek", contest, rankings))
    filled = count_ranked("scottish", contest, Rankings.of(4, [(0, 1), (1,), (2,)], [10, 5, 4]))
    assert dict(why_not.losers(filled))["Cai"] == (
        "Never went out, and had 4 votes in round 2. The last seat went to Ben with 8. Of the last "
        "surplus that moved, 3 votes from Ann, 0 came here."
    )


def test_meek_tells_no_ways_and_no_dust():
    contest = replace(PEOPLE, seats=2)
    rankings = Rankings.of(4, [(0, 1), (0, 2), (1, 2), (2,), (3, 1), (3,)], [8, 4, 3, 5, 1, 1])
    said = told(count_ranked("meek", contest, rankings, batch=False))
    assert "now count for others." in said
    assert "0000000" not in said


def test_ties_say_who_was_level_and_by_what_it_went():
    level = Rankings.of(3, [(0,), (1,), (2,)], [2, 1, 1])
    outcome = count_ranked("irv", THREE, level, policy=("order",))
    assert story.tie(outcome, outcome.ties[0]) == (
        "Level in round 1: Ben, Cai. Cai goes out (the order of the contest)."
    )
    assert "Level in round 1" in dict(why_not.losers(outcome))["Cai"]
    unsettled = count_ranked("irv", THREE, level, policy=("unsettled",))
    assert "Level, and nothing in the rule settles it: Ben, Cai." in told(unsettled)
    even = Rankings.of(3, [(0,), (1,)])
    chosen = count_ranked("plurality", THREE, even, policy=("order",))
    assert story.tie(chosen, chosen.ties[0]) == (
        "Level: Ann, Ben. Ann goes first (the order of the contest)."
    )
    two = count_ranked("rctab", THREE, even, rules=Rules(), policy=("order",))
    assert "Ann is elected with 1 votes." in told(two)


def test_a_champion_is_told_with_the_nearest_rival():
    outcomes = [count_ranked(rule, PEOPLE, RUN_OFF) for rule in ("plurality", "copeland")]
    (passage,) = contrast.passages(outcomes, pairwise(PEOPLE, RUN_OFF))
    assert passage.heading == "One beats all others"
    assert passage.sentences[:2] == (
        "Cai beats each of the others one against one.",
        "The nearest is Ann: 15 ballots prefer Cai, 8 Ann.",
    )
    assert contrast.passages(outcomes[:1], pairwise(PEOPLE, RUN_OFF)) == []


def test_a_circle_is_told_with_its_weakest_majority_by_each_measure():
    rules = ("schulze_winning", "schulze_margin", "ranked_pairs_ratio", "irv")
    outcomes = [count_ranked(rule, THREE, CIRCLE) for rule in rules]
    found = contrast.passages(outcomes, pairwise(THREE, CIRCLE))
    circle, measured, *_ = found
    assert [sentence for _, sentence in circle.duels] == [
        f"More voters prefer {one} to {other}: {votes}."
        for (one, other), votes in zip(
            [("Ann", "Ben"), ("Ben", "Cai"), ("Cai", "Ann")],
            ["6 against 3", "4 against 2", "5 against 4"],
            strict=True,
        )
    ]
    assert measured.sentences[0] == (
        "Measured by the votes for its winner (4), the weakest is that of Ben over Cai. Once it is "
        "passed over, nobody in the circle beats Cai, who is elected by: Schulze by winning votes."
    )
    assert "its winner's lead (1)" in measured.sentences[1]
    assert [sorted(marks) for _, marks in measured.rows] == [[], ["winning"], ["margin", "ratio"]]


def test_level_pairs_are_no_circle_and_several_seats_are_another_question():
    level = Rankings.of(3, [(0, 1, 2), (1, 0, 2)], [1, 1])
    several = [
        count_ranked("plurality", THREE, level),
        count_ranked("scottish", replace(THREE, seats=1), level),
        count_ranked("scottish", replace(THREE, seats=2), level),
    ]
    found = contrast.passages(several, pairwise(THREE, level))
    assert found[0].heading == "Nobody beats all others"
    assert found[-1].heading == "Several seats are another question"
    assert found[-1].sentences[0].endswith("fills 2 seats: Ann, Ben.")


def test_who_went_out_early_in_a_run_off_is_told_against_the_winner():
    ballots = Rankings.of(3, [(0, 1), (1,), (2, 1)], [4, 2, 3])
    outcomes = [count_ranked(rule, THREE, ballots) for rule in ("irv", "copeland")]
    found = contrast.passages(outcomes, pairwise(THREE, ballots))
    assert found[-1].sentences == (
        "Ben went out in round 1 with 2 votes; Cai, the next above, had 3.",
        "One against one 5 ballots prefer Ben and 4 the elected Ann; the run-off never asks this.",
    )
    assert all(one.heading != two.heading for one, two in neighbours(found))


def test_a_ballot_is_read_by_names_and_followed():
    contest = replace(PEOPLE, nicknames=("a1", "b1", "c1", "d1"))
    assert ballot.read("dee > Cai=a1>be", contest) == ((DEE,), (CAI, ANN), (BEN,))
    for words_of_nobody in ("Eve", "e", "dee >"):
        with pytest.raises(ballot.UnknownNameError):
            ballot.read(words_of_nobody, contest)
    outcome = count_ranked("irv", PEOPLE, RUN_OFF)
    assert ballot.told(outcome, PEOPLE, ((DEE,), (CAI,))) == [
        "Round 1: 1 for Dee.",
        "Rounds 2 to 3: 1 for Cai.",
    ]
    assert (
        ballot.told(outcome, PEOPLE, ((DEE,),))[1] == "Rounds 2 to 3: 1 without a further choice."
    )
    assert ballot.told(count_ranked("borda", PEOPLE, RUN_OFF), PEOPLE, ((DEE,),)) == [
        "This rule has no rounds through which a ballot could be followed."
    ]


def test_whoever_stands_alone_or_not_at_all_is_told_plainly():
    one, ballots = Contest.of("Ann"), Rankings.of(1, [(0,)])
    for rule in ("plurality", "borda", "approval"):
        said = because(count_ranked(rule, one, ballots), pairwise(one, ballots))
        assert said == "Stands alone."
    nobody = replace(one, withdrawn=frozenset({0}))
    outcome = count_ranked("plurality", nobody, ballots)
    assert because(outcome, pairwise(nobody, ballots)) == "Nobody stands."


def test_a_majority_by_choices_of_several_places_is_told_with_the_place():
    ballots = Rankings.of(3, [(0, 1), (1,), (2, 1)], [4, 3, 3])
    outcome = count_ranked("bucklin", THREE, ballots)
    assert because(outcome, pairwise(THREE, ballots)) == (
        "With choices down to place 2: 10 votes; needed: more than 5."
    )


def test_whoever_lost_a_tie_or_was_left_when_the_count_ended_is_told_so():
    even = Rankings.of(3, [(0,), (1,)])
    chosen = count_ranked("plurality", THREE, even, policy=("order",))
    assert dict(why_not.losers(chosen))["Ben"] == (
        "Stood level with whoever is elected. Level: Ann, Ben. Ann goes first (the order of the "
        "contest)."
    )
    stopped = count_ranked("rctab", PEOPLE, RUN_OFF, rules=Rules(stop_after_round=1))
    assert dict(why_not.losers(stopped))["Ann"] == (
        "Still stood with 8 votes when the count was ended."
    )
    ranked = count_ranked("ranked_pairs_winning", THREE, even, policy=("order",))
    assert because(ranked, pairwise(THREE, even)) == "Beaten by no locked defeat."
