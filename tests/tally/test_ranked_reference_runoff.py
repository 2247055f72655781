"""Rules by rounds give what their plain references give, and what the definitions say."""

from fractions import Fraction
from itertools import permutations

from hypothesis import example, given
from hypothesis import strategies as st

from tally.ranked.irv import STOPS, irv
from tally.ranked.meek import meek, meek_prf
from tally.ranked.meek_tree import Tree
from tally.ranked.preferences import Reading, read
from tally.ranked.scottish import scottish
from tally.ranked.transfers import Box, Part
from tally.ranked.wigm import wigm
from tally.reference.irv import irv as plain_irv
from tally.reference.meek import meek as plain_meek
from tally.reference.scottish import scottish as plain_scottish
from tally.reference.wigm import wigm as plain_wigm
from tests.tally.runoff_profiles import NAMES, Poll, as_named, check_conserved, polls

any_polls = polls(shares=True, fractions=True, doubles=True)


@example(Poll(5, 1, []), "majority")
@given(any_polls, st.sampled_from(STOPS))
def test_instant_run_off(poll: Poll, stop: str):
    found = irv(poll.contest, poll.rankings, poll.ties(), stop=stop)
    winner, rounds = plain_irv(NAMES[: poll.size], poll.named, NAMES, stop)
    assert [NAMES[one] for one in found.winners] == [winner]
    assert [as_named(turn.votes) for turn in found.rounds] == rounds
    check_conserved(found)


@given(polls(shares=True, doubles=True))
def test_scottish(poll: Poll):
    stages: list[dict[str, int]] = []
    found = scottish(poll.contest, poll.rankings, poll.ties("backwards", "order"))
    elected, quota = plain_scottish(
        NAMES[: poll.size], poll.seats, without_blanks(poll), NAMES, stages
    )
    assert [NAMES[one] for one in found.winners] == elected
    assert found.rounds[0].threshold == quota
    assert len(found.rounds) == len(stages)
    for turn, stage in zip(found.rounds, stages, strict=True):
        votes = as_named(turn.votes, 10**5)
        assert votes == {who: said for who, said in stage.items() if who in votes}
    check_conserved(found)


@given(any_polls)
def test_weighted_inclusive_gregory(poll: Poll):
    rounds: list[dict[str, Fraction]] = []
    found = wigm(poll.contest, poll.rankings, poll.ties())
    elected = plain_wigm(NAMES[: poll.size], poll.seats, without_blanks(poll), NAMES, rounds)
    assert [NAMES[one] for one in found.winners] == elected
    for turn, stage in zip(found.rounds, rounds, strict=True):
        votes = as_named(turn.votes)
        assert votes == {who: said for who, said in stage.items() if who in votes}
    check_conserved(found)


# Fractions of a ballot, by which the surplus falls by less than the last decimal.
THIRDS = Poll(
    size=4,
    seats=2,
    ballots=[
        ([], Fraction(2, 3)),
        ([{0}, {1}, {2}], Fraction(2, 3)),
        ([{2}], Fraction(1, 3)),
    ],
)


@example(THIRDS)
@given(any_polls)
def test_meek_by_the_reference_rule(poll: Poll):
    rounds: list[dict[str, Fraction]] = []
    found = meek_prf(poll.contest, poll.rankings, poll.ties())
    elected = plain_meek(NAMES[: poll.size], poll.seats, poll.strict, NAMES, rounds)
    assert [NAMES[one] for one in found.winners] == elected
    for turn, votes in zip(found.rounds, rounds, strict=False):
        assert as_named(turn.votes) == votes
    assert len(found.rounds) - len(rounds) in (0, 1)  # the last is of those who are left
    check_conserved(found)


def without_blanks(poll: Poll) -> list:
    """Scottish and Gregory count only papers with a first preference."""
    return [(order, weight) for order, weight in poll.strict if order]


@given(polls(most=5, voters=6, shares=True), st.data())
def test_shared_ranks_are_the_mean_over_all_orders(poll: Poll, data: st.DataObject):
    scale = 10**27
    keep = {one: data.draw(st.integers(1, 10)) * scale // 10 for one in range(poll.size)}
    passing = [one for one in keep if keep[one] < scale]
    part = Part(
        read(poll.contest, poll.rankings, Reading("orders")), poll.contest.standing, "orders"
    )
    box = Box([part])
    for one in passing:
        box.hold([one], passing=True)
        box.move([one], marked=True)
    tree = Tree(box.voters, 1, scale, up=False, orders=True)
    votes = tree.distribute(keep).votes
    expected = dict.fromkeys(keep, Fraction(0))
    for tiers, weight in poll.ballots:
        orders = [[]]
        for tier in tiers:
            orders = [had + list(more) for had in orders for more in permutations(sorted(tier))]
        for order in orders:
            left = Fraction(weight, len(orders))
            for one in order:
                share = Fraction(keep[one], scale)
                expected[one] += left * share
                left *= 1 - share
    for one, said in expected.items():
        assert abs(said - Fraction(votes[one], scale)) < Fraction(1, 10**24)


@given(polls(most=5, voters=6, shares=True), st.data())
def test_a_shared_rank_splits_and_the_rest_goes_on(poll: Poll, data: st.DataObject):
    scale = 10**27
    order = data.draw(st.permutations(range(poll.size)))
    elected = order[: data.draw(st.integers(0, poll.size))]
    out = [one for one in order if one not in elected][: data.draw(st.integers(0, poll.size))]
    part = Part(read(poll.contest, poll.rankings, Reading("split")), poll.contest.standing, "split")
    box = Box([part])
    steps = data.draw(
        st.permutations([(one, True) for one in elected] + [(one, False) for one in out])
    )
    for one, passing in steps:
        box.hold([one], passing=passing)
        box.move([one], marked=passing)
    keep = {one: scale for one in range(poll.size) if one not in out}
    keep.update({one: data.draw(st.integers(1, 9)) * scale // 10 for one in elected})
    votes = Tree(box.voters, 1, scale, up=False, orders=False).distribute(keep).votes
    expected = dict.fromkeys(keep, Fraction(0))

    def give(tiers: list[set[int]], weight: Fraction) -> None:
        if not tiers:
            return
        here = [one for one in sorted(tiers[0]) if one in keep]
        if not here:
            give(tiers[1:], weight)
        for one in here:
            share = Fraction(keep[one], scale)
            expected[one] += weight / len(here) * share
            if share < 1:
                give(tiers[1:], weight / len(here) * (1 - share))

    for tiers, weight in poll.ballots:
        give(tiers, Fraction(weight))
    for one, said in expected.items():
        assert abs(said - Fraction(votes[one], scale)) < Fraction(1, 10**24)


@given(polls(fractions=True))
def test_meek_in_more_digits_elects_the_same_unless_level(poll: Poll):
    found = meek(poll.contest, poll.rankings, poll.ties(), batch=False)
    elected = plain_meek(
        NAMES[: poll.size], poll.seats, poll.strict, NAMES,
        digits=27, omega=Fraction(1, 10**9),
    )  # fmt: skip
    if not found.ties:
        assert sorted(NAMES[one] for one in found.winners) == sorted(elected)
    check_conserved(found)
