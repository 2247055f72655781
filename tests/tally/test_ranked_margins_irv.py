"""How many ballots would have to be others, for another to win a run-off: proved both ways."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tally.errors import BallotError, InstanceError
from tally.ranked import Contest, Rankings, margins_irv_program
from tally.ranked.irv import irv
from tally.ranked.margins_irv import Swap, margin
from tally.ranked.margins_irv_program import Program
from tally.ranked.ties import Ties
from tally.reference.irv_margin import margin as plain_margin
from tally.reference.irv_margin import winners as plain_winners
from tests.tally.effort import fewer
from tests.tally.runoff_profiles import NAMES, Poll, polls

run_offs = polls(most=5, seats=1, shares=True, doubles=True).filter(lambda poll: poll.size > 1)
HAND = Rankings.of(4, [(0, 2), (1, 2), (2, 1), (3, 2, 1), (3,)], [8, 7, 5, 3, 1])
FOUR = Contest.of("Ann", "Ben", "Cai", "Dee")


def named(rankings: Rankings) -> Counter:
    """Ballots as the reference takes them: shared ranks and second marks passed over."""
    found: Counter = Counter()
    for tiers, weight in rankings.rows():
        single = [NAMES[tier[0]] for tier in tiers if len(tier) == 1]
        found[tuple(dict.fromkeys(single))] += weight
    return found


def winner_of(poll: Poll) -> int:
    return irv(poll.contest, poll.rankings, poll.ties()).winners[0]


@fewer(2)
@example(Poll(4, 1, [([{3}, {2}, {0}], 7)]))  # more than two are others
@given(polls(most=4, voters=3, seats=1).filter(lambda poll: poll.size > 1))
def test_the_margin_is_the_least_that_trying_everything_finds(poll: Poll):
    ballots = [(tiers, min(weight, 4)) for tiers, weight in poll.ballots]
    poll = Poll(poll.size, 1, ballots)
    found, _ = margin(poll.contest, poll.rankings)
    most = 2 if poll.size < 4 else 1
    cast = [(ballot, number) for ballot, number in named(poll.rankings).items()]
    least = plain_margin(NAMES[: poll.size], cast, NAMES[found.winner], most)
    if least is None:
        assert found.at_least > most
    else:
        assert found.at_least == found.at_most == least


@given(run_offs, st.sampled_from(["skip", "end"]))
def test_the_changed_ballots_elect_another(poll: Poll, overvote: str):
    contest, rankings = poll.contest, poll.rankings
    found, changed = margin(contest, rankings, overvote=overvote)
    assert found.winner == irv(contest, rankings, poll.ties(), overvote=overvote).winners[0]
    again = irv(contest, changed, Ties(("order",), found.order), overvote=overvote)
    assert again.winners == (found.rival,) == found.order[:1] != (found.winner,)
    assert changed.ballots == rankings.ballots
    assert sum(swap.number for swap in found.changes) == found.at_most
    # Only so many ballots are others, and they are those that are told.
    before, after = Counter(), Counter()
    for counter, cast in ((before, rankings), (after, changed)):
        for tiers, weight in cast.rows():
            counter[tiers] += weight
    assert (before - after).total() <= found.at_most
    if overvote == "skip":
        moved = named(rankings)
        for swap in found.changes:
            moved[tuple(NAMES[one] for one in swap.before)] -= swap.number
            moved[tuple(NAMES[one] for one in swap.after)] += swap.number
        assert +moved == +named(changed)


@given(run_offs)
def test_the_margin_is_between_half_the_closest_round_and_half_the_last(poll: Poll):
    found, _ = margin(poll.contest, poll.rankings)
    assert 0 <= found.at_least <= found.at_most <= found.last_round
    open_to = plain_winners(frozenset(NAMES[: poll.size]), named(poll.rankings))
    assert (found.at_most == 0) == (len(open_to) > 1)


@given(run_offs, st.data())
def test_one_other_ballot_moves_the_margin_by_one_at_most(poll: Poll, data: st.DataObject):
    assume(poll.ballots)
    before, _ = margin(poll.contest, poll.rankings)
    at = data.draw(st.integers(0, len(poll.ballots) - 1))
    tiers, weight = poll.ballots[at]
    other = [{one} for one in data.draw(st.permutations(range(poll.size)))]
    other = other[: data.draw(st.integers(0, poll.size))]
    rest = [*poll.ballots[:at], *poll.ballots[at + 1 :], (other, 1)]
    rest += [(tiers, weight - 1)] if weight > 1 else []
    after, _ = margin(poll.contest, Poll(poll.size, 1, rest).rankings)
    if before.winner != after.winner:
        assert before.at_least <= 1
        assert after.at_least <= 1
    assert before.at_least - 1 <= after.at_most
    assert after.at_least - 1 <= before.at_most


@given(run_offs, st.randoms(use_true_random=False))
def test_the_order_and_the_grouping_of_ballots_change_nothing(poll: Poll, random):
    found, _ = margin(poll.contest, poll.rankings)
    single = [(tiers, 1) for tiers, weight in poll.ballots for _ in range(weight)]
    random.shuffle(single)
    rows = [tuple(tuple(sorted(tier)) for tier in tiers) for tiers, _ in single]
    again, _ = margin(poll.contest, Rankings.of_groups(poll.size, [(row, 1) for row in rows]))
    assert (again.winner, again.at_least, again.at_most) == (
        found.winner,
        found.at_least,
        found.at_most,
    )


def test_by_hand():
    found, changed = margin(FOUR, HAND)
    # Ann 8, Ben 7, Cai 8 once Dee is out: one more for Ben, and he can stay in Cai's place.
    assert (found.winner, found.rival, found.last_round) == (2, 1, 4)
    assert (found.at_least, found.at_most, found.is_exact) == (1, 1, True)
    assert found.changes == (Swap((3,), (3, 1), 1),)
    assert found.order == (1, 0, 2, 3)
    assert [weight for tiers, weight in changed.rows() if tiers == ((3,), (1,))] == [1]
    assert found.to_json() == (
        '{"at_least":1,"at_most":1,"changes":[{"after":[3,1],"before":[3],"number":1}],'
        '"last_round":4,"order":[1,0,2,3],"rival":1,"winner":2}'
    )


def test_who_has_withdrawn_neither_wins_nor_goes_out():
    contest = Contest(("Ann", "Ben", "Cai", "Dee"), withdrawn=frozenset({1}))
    found, changed = margin(contest, HAND)
    # Cai 15 against Ann 8: 4 of Cai's become Ann's.
    assert (found.winner, found.rival, found.at_most, found.last_round) == (2, 0, 4, 4)
    assert {*found.order} == {0, 2, 3}
    assert changed.ballots == 24


def test_no_ballots_are_a_tie_of_all():
    found, _ = margin(FOUR, Rankings.of(4, []))
    assert (found.at_least, found.at_most, found.changes) == (0, 0, ())


def test_a_search_that_is_stopped_tells_between_which_numbers_the_margin_lies():
    found, _ = margin(FOUR, HAND, most_branches=0)
    assert (found.at_least, found.at_most, found.is_exact) == (1, 4, False)
    assert (found.rival, found.changes) == (0, (Swap((1, 2), (1, 0), 4),))


def test_what_the_solver_proposes_is_believed_only_when_it_counts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        Program, "change", lambda self: margins_irv_program.Change((0,) * len(self._ballots), ())
    )
    found, _ = margin(FOUR, HAND)
    assert (found.at_least, found.at_most) == (1, 4)
    monkeypatch.setattr(Program, "change", lambda _: None)
    assert margin(FOUR, HAND)[0] == found


class Failed:
    """What scipy gives when it solves nothing."""

    success, x = False, None


def test_without_a_solver_bounds_are_weaker_and_still_true(monkeypatch: pytest.MonkeyPatch):
    exact, _ = margin(FOUR, HAND)
    monkeypatch.setattr(margins_irv_program, "linprog", lambda *_, **__: Failed)
    monkeypatch.setattr(margins_irv_program, "milp", lambda *_, **__: Failed)
    found, _ = margin(FOUR, HAND)
    assert found.at_least <= exact.at_most <= found.at_most == found.last_round


def test_a_solution_that_breaks_a_demand_is_refused(monkeypatch: pytest.MonkeyPatch):
    paths = np.array([[True, False], [False, True]])
    program = Program(paths, np.array([8, 3]))
    assert program.change().number == 3
    assert program.bound() == program.simple_bound() == 3

    class Wrong:
        x = np.zeros(5)

    monkeypatch.setattr(margins_irv_program, "milp", lambda *_, **__: Wrong)
    assert program.change() is None


def test_what_has_no_margin_is_refused():
    with pytest.raises(BallotError, match="parts of ballots"):
        margin(FOUR, Rankings.of(4, [(0,)], [Fraction(1, 2)]))
    with pytest.raises(BallotError, match="nor so many"):
        margin(FOUR, Rankings.of(4, [(0,)], [2**70]))
    with pytest.raises(BallotError, match="skip or end"):
        margin(FOUR, HAND, overvote="split")
    with pytest.raises(InstanceError, match="from 2 to 60"):
        margin(Contest.of("Ann"), Rankings.of(1, [(0,)]))
    with pytest.raises(InstanceError, match="from 2 to 60"):
        margin(Contest.of(*map(str, range(61))), Rankings.of(61, [(0,)]))
