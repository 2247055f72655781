"""What the rules by rounds promise for every profile."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tally.ranked import RankedOutcome, Rankings
from tally.ranked.gregory import Counting as GregoryCounting
from tally.ranked.irv import Race, irv
from tally.ranked.meek import MEEK, meek, meek_prf
from tally.ranked.meek import Counting as MeekCounting
from tally.ranked.rctab import rctab
from tally.ranked.rctab_rules import (
    BOTTOMS_UP,
    MANY_A_ROUND,
    MULTI_PASS,
    ONE_A_ROUND,
    SINGLE,
    Rules,
)
from tally.ranked.scottish import scottish
from tally.ranked.ties import every_resolution
from tally.ranked.transfers import Box
from tally.ranked.wigm import EXACT, wigm, wigm_prf
from tests.tally.runoff_profiles import Poll, check_conserved, parts_of, polls

Rule = Callable[..., RankedOutcome]
RULES: dict[str, Rule] = {
    "irv": irv,
    "irv waiting": partial(irv, overvote="wait"),
    "irv two left": partial(irv, stop="two_left", overvote="exhaust"),
    "irv batch": partial(irv, stop="first_round_majority", batch=True),
    "scottish": scottish,
    "wigm": wigm,
    "wigm batch": partial(wigm, batch=True, overvote="skip"),
    "wigm_prf": partial(wigm_prf, overvote="exhaust"),
    "meek": meek,
    "meek by orders": partial(meek, overvote="orders", batch=False),
    "meek_prf": meek_prf,
    "rctab": rctab,
    **{
        f"rctab {mode}": partial(
            rctab,
            rules=Rules(
                overvote_rule=word,
                winner_election_mode=mode,
                max_skipped_ranks=1,
                exhaust_on_duplicate=True,
                batch_elimination=True,
            ),
        )
        for mode, word in (
            (SINGLE, "exhaustImmediately"),
            (MANY_A_ROUND, "exhaustIfMultipleContinuing"),
            (ONE_A_ROUND, "alwaysSkipToNextRank"),
            (BOTTOMS_UP, "exhaustImmediately"),
            (MULTI_PASS, "exhaustIfMultipleContinuing"),
        )
    },
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
MOST_WAYS = 200
any_polls = polls(most=5, shares=True, fractions=True, doubles=True)


@every_rule
@given(any_polls, st.randoms(use_true_random=False))
def test_the_order_and_the_grouping_of_ballots_change_nothing(rule: Rule, poll: Poll, random):
    found = rule(poll.contest, poll.rankings, poll.ties())
    singles = [
        (ballot, Fraction(weight, times))
        for ballot, weight in poll.ballots
        for times in [random.randint(1, 3)]
        for _ in range(times)
    ]
    random.shuffle(singles)
    # As `Rankings.of_groups` keeps them: equal ballots stay apart.
    rows = [(tuple(tuple(sorted(tier)) for tier in tiers), weight) for tiers, weight in singles]
    apart = Rankings.of_groups(poll.size, rows)
    assert rule(poll.contest, apart, poll.ties()) == found
    assert RankedOutcome.from_json(found.to_json()) == found


@every_rule
@given(any_polls)
def test_all_votes_are_told_in_every_round(rule: Rule, poll: Poll):
    found = rule(poll.contest, poll.rankings, poll.ties("backwards", "order"))
    if "multiPassIrv" not in dict(found.parameters).values():
        check_conserved(found)
    assert len(found.winners) == len(set(found.winners)) <= max(found.seats, 1)
    for before, after in zip(found.rounds, found.rounds[1:], strict=False):
        moved = Counter()
        for source, target, votes in after.transfers:
            moved[source] -= votes
            moved[target] += votes
        if after.transfers and found.rule in ("irv", "wigm", "scottish", "wigm_prf"):
            votes = dict(after.votes)
            for one, said in before.votes:
                if one in votes and one not in after.transferred:
                    assert votes[one] == said + moved[one]


@every_rule
@given(polls(most=4, voters=5))
def test_a_tie_is_settled_in_every_way_or_stands(rule: Rule, poll: Poll):
    def run(ties):
        return rule(poll.contest, poll.rankings, ties)

    ways = list(every_resolution(run, MOST_WAYS))
    chosen = run(poll.ties())
    open_one = run(poll.ties("unsettled"))
    assert len(ways) == MOST_WAYS or any(
        way.winners == chosen.winners and way.rounds == chosen.rounds for way in ways
    )
    if not chosen.ties:
        assert len(ways) == 1
        assert open_one == chosen
    else:
        assert not open_one.ties[-1].chosen
        assert open_one.ties[-1].by == "unsettled"
        if "multiPassIrv" not in dict(chosen.parameters).values() and chosen.rule != "rctab":
            assert {one for way in ways for one in way.winners} <= set(open_one.winners)


@given(polls(most=5, shares=True, fractions=True), st.integers(0, 9), st.booleans())
def test_ballots_in_parts_give_the_same_rounds(poll: Poll, cut: int, exact):
    whole = irv(poll.contest, poll.rankings, poll.ties(), overvote="wait")
    race = Race(Box(parts_of(poll, cut, "wait")), poll.contest.standing, poll.rankings.weights_unit)
    assert race.run(poll.ties(), stop="majority", batch=False) == whole.winners
    assert tuple(race.rounds) == whole.rounds


@given(polls(most=5, shares=True, fractions=True), st.integers(0, 9), st.booleans())
def test_ballots_in_parts_give_the_same_stv(poll: Poll, cut: int, exact: bool):
    if exact:
        whole = wigm(poll.contest, poll.rankings, poll.ties(), overvote="exhaust")
        box = Box(parts_of(poll, cut, "exhaust"))
        held = GregoryCounting(EXACT, poll.contest, box, poll.rankings.weights_unit, poll.ties())
    else:
        whole = meek(poll.contest, poll.rankings, poll.ties())
        held = MeekCounting(
            manner=MEEK,
            contest=poll.contest,
            box=Box(parts_of(poll, cut, "split")),
            unit=poll.rankings.weights_unit,
            ties=poll.ties(),
            ballots=poll.rankings.ballots,
            batch=True,
            orders=False,
        )
    held.run()
    assert tuple(held.rounds) == whole.rounds


@given(polls(), st.data())
def test_later_choices_never_harm_an_earlier_one_in_a_run_off(poll: Poll, data: st.DataObject):
    found = irv(poll.contest, poll.rankings, poll.ties())
    assume(poll.ballots)
    at = data.draw(st.integers(0, len(poll.ballots) - 1))
    tiers, weight = poll.ballots[at]
    named = {one for tier in tiers for one in tier}
    assume(found.winners[0] in named)
    more = data.draw(st.permutations([one for one in range(poll.size) if one not in named]))
    longer = replace(
        poll,
        ballots=[
            *poll.ballots[:at],
            (tiers + [{one} for one in more], weight),
            *poll.ballots[at + 1 :],
        ],
    )
    assert irv(longer.contest, longer.rankings, longer.ties()).winners == found.winners


@given(polls(most=4), st.data())
def test_a_clone_changes_nothing_for_the_others_in_a_run_off(poll: Poll, data: st.DataObject):
    cloned = data.draw(st.integers(0, poll.size - 1))
    clone = poll.size
    ballots = []
    for tiers, weight in poll.ballots:
        wider = []
        for tier in tiers:
            pair = [{cloned}, {clone}]
            wider += (
                (pair if data.draw(st.booleans()) else pair[::-1]) if tier == {cloned} else [tier]
            )
        ballots.append((wider, weight))
    both = Poll(poll.size + 1, 1, ballots)
    alone = irv(poll.contest, poll.rankings, poll.ties(), stop="two_left")
    found = irv(both.contest, both.rankings, both.ties(), stop="two_left")
    assume(not alone.ties)
    assume(not found.ties)
    assert {cloned if one == clone else one for one in found.winners} == set(alone.winners)


@pytest.mark.parametrize("rule", [wigm, meek, meek_prf, scottish], ids=lambda rule: rule.__name__)
@given(poll=polls(most=5, voters=6))
def test_solid_coalitions_get_their_seats(rule: Rule, poll: Poll):
    found = rule(poll.contest, poll.rankings, poll.ties())
    valid = sum(weight for tiers, weight in poll.ballots if tiers)
    for count in range(1, poll.size + 1):
        for group in combinations(range(poll.size), count):
            solid = sum(
                weight
                for tiers, weight in poll.ballots
                if {one for tier in tiers[:count] for one in tier} == set(group)
            )
            quota = (
                Fraction(valid, poll.seats + 1)
                if rule in (wigm, meek)
                # What is cut off is less than one vote in so small a profile.
                else valid // (poll.seats + 1) + 1 + Fraction(1, 100)
            )
            due = next(k for k in range(poll.seats + 1, -1, -1) if solid > k * quota or k == 0)
            assert len(set(found.winners) & set(group)) >= min(due, count)


@given(polls(seats=1))
def test_one_seat_by_stv_is_the_run_off(poll: Poll):
    alike = irv(poll.contest, poll.rankings, poll.ties(), stop="majority")
    first = irv(poll.contest, poll.rankings, poll.ties(), stop="first_round_majority")
    for rule, race in ((wigm, first), (scottish, first), (meek, alike), (meek_prf, alike)):
        found = rule(poll.contest, poll.rankings, poll.ties())
        if not found.ties and not race.ties:
            assert found.winners == race.winners
