"""One table of the rules on ranked ballots, one way to call them."""

from fractions import Fraction
from pathlib import Path

import pytest

from tally.errors import BallotError, InstanceError, ShortSeedError, UnknownRuleError
from tally.ranked import (
    RANKED_RULES,
    Contest,
    RankedOutcome,
    Rankings,
    count_ranked,
    every_outcome,
)
from tally.ranked.registry import table_pairwise
from tally.ranked.ties import WORDS, Ties, every_resolution
from tally.ties import tie_order

RULES = Path(__file__).resolve().parents[2] / "docs" / "rules"
CONTEST = Contest.of("Ada", "Bo", "Cy", seats=1)
LEVEL = Rankings.of(3, [(0, 1), (1, 0), (2,)], [2, 2, 1])


@pytest.mark.parametrize("rule", RANKED_RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_has_its_page_and_a_policy_for_ties(rule):
    assert rule.id in (RULES / f"{rule.document}.md").read_text(encoding="utf-8")
    assert {*rule.policy} <= {*WORDS}


@pytest.mark.parametrize("rule_id", sorted({*RANKED_RULES} - table_pairwise.SCORED - {"rctab"}))
def test_every_outcome_loads_back_equal(rule_id):
    outcome = count_ranked(rule_id, CONTEST, LEVEL)
    assert outcome.rule == rule_id
    assert RankedOutcome.from_json(outcome.to_json()) == outcome


def test_a_tie_stands_unless_a_policy_or_a_seed_settles_it():
    assert count_ranked("plurality", CONTEST, LEVEL).winners == (0, 1)
    assert count_ranked("plurality", CONTEST, LEVEL, policy=("order",)).winners == (0,)
    names = ["0 Ada", "1 Bo", "2 Cy"]
    for number in range(9):
        seed = bytes([number] * 16)
        drawn = next(name for name in tie_order(seed, names) if name != "2 Cy")
        outcome = count_ranked("plurality", CONTEST, LEVEL, seed=seed)
        assert outcome.winners == (names.index(drawn),)
        assert [tie.by for tie in outcome.ties] == ["lot"]


@pytest.mark.parametrize("rule_id", ["irv", "scottish", "meek", "wigm"])
def test_a_seed_settles_every_rules_ties_by_lot(rule_id):
    rankings = Rankings.of(3, [(0,), (1,), (2,)], [4, 2, 2])
    contest = Contest.of("Ada", "Bo", "Cy", seats=1 if rule_id == "irv" else 2)
    found = [count_ranked(rule_id, contest, rankings, seed=bytes([n] * 16)) for n in range(40)]
    met = {tie.chosen for outcome in found for tie in outcome.ties}
    assert {tie.by for outcome in found for tie in outcome.ties} <= {"lot"}
    assert rule_id == "irv" or met == {(1,), (2,)}


def test_a_rule_can_be_asked_for_every_way_to_settle_its_ties():
    found = list(every_outcome("plurality", CONTEST, LEVEL, most=9))
    assert {outcome.winners for outcome in found} == {(0,), (1,)}
    assert {outcome.rule for outcome in found} == {"plurality"}
    with pytest.raises(UnknownRuleError, match="knows no depth"):
        every_outcome("irv", CONTEST, LEVEL, most=9, depth=3)


def test_what_is_not_known_is_refused():
    with pytest.raises(UnknownRuleError, match="no rule 'nonsense'"):
        count_ranked("nonsense", CONTEST, LEVEL)
    with pytest.raises(UnknownRuleError, match="knows no depth"):
        count_ranked("irv", CONTEST, LEVEL, depth=3)
    with pytest.raises(UnknownRuleError, match="knows no coin"):
        count_ranked("irv", CONTEST, LEVEL, policy=("coin",))
    for word in ("lot", "java"):
        with pytest.raises(UnknownRuleError, match=f"needs a seed for ties by {word}"):
            count_ranked("irv", CONTEST, LEVEL, policy=(word,))
    with pytest.raises(BallotError, match="needs points"):
        count_ranked("star", CONTEST, LEVEL)
    with pytest.raises(ShortSeedError):
        count_ranked("irv", CONTEST, LEVEL, seed=b"x")


def test_a_contest_that_cannot_be_counted_is_refused():
    for wrong in (
        {"seats": 0},
        {"withdrawn": frozenset({7})},
        {"nicknames": ("a", "a", "b")},
        {"order": (0, 0, 1)},
    ):
        with pytest.raises(InstanceError):
            Contest(("Ada", "Bo", "Cy"), **wrong)
    assert Contest(("Ada", "Bo"), withdrawn=frozenset({0})).standing == (1,)


def test_rankings_say_what_they_hold():
    rankings = Rankings.of(3, [(0, (), {1, 2}), (0, (), {1, 2}), ()], [1, Fraction(1, 2), 2])
    assert rankings.ballots == Fraction(7, 2)
    assert list(rankings.rows()) == [(((0,), (), (1, 2)), Fraction(3, 2)), ((), 2)]
    assert rankings.grouped() == rankings
    assert rankings != 3
    assert not rankings.is_plain
    assert Rankings.of(3, [(0, 1)]).is_plain
    assert not Rankings.of(3, [(0, 0)]).is_plain
    assert not Rankings.of(3, [(0, 3)]).is_plain  # a rank of several that are not told
    assert Rankings.of(2, [(0,)], [2**70]).ballots == 2**70
    with pytest.raises(BallotError, match="above zero"):
        Rankings.of(3, [(0,)], [0])
    with pytest.raises(BallotError, match="none of the 3"):
        Rankings.of(3, [(4,)])
    with pytest.raises(BallotError, match="at most"):
        Rankings.of(2**16, [])


def test_history_settles_ties_from_either_end():
    history = [{0: 3, 1: 2, 2: 2}, {0: 3, 1: 3, 2: 4}]
    for policy, best, chosen in (
        (("forwards",), True, 0), (("backwards",), True, 2),
        (("forwards", "backwards"), False, 1), (("first",), False, 2), (("order",), False, 0),
    ):  # fmt: skip
        ties = Ties(policy, (2, 1, 0))
        assert ties.choose([0, 1, 2], best=best, history=history) == chosen
    even = Ties(("forwards", "lot"), draws={"lot": lambda level, _: level[-1]})
    assert even.choose([0, 1], best=True, history=[{0: 1, 1: 1}]) == 1
    assert Ties(("unsettled",)).choose([0, 1], best=True) is None


def test_every_way_to_settle_ties_is_tried():
    def run(ties: Ties) -> tuple[int | None, int | None]:
        first = ties.choose([0, 1], best=True)
        return first, ties.choose([3, 4, 5], best=False) if first else ties.choose([2], best=True)

    assert list(every_resolution(run, 99)) == [(0, 2), (1, 3), (1, 4), (1, 5)]
    assert len(list(every_resolution(run, 2))) == 2
