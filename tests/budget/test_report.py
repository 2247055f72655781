"""The reasons: in both languages, and the number of missing votes is exactly right."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from budget import reasons, report
from budget.bills import Paid, Unpaid, bills
from budget.report import Telling
from core import words
from tally import RULES, Decision, Instance, Option, Outcome, Profile, Round, count

NAMES = ("a", "b", "c", "d")


@st.composite
def elections(draw):
    options = tuple(Option(name, draw(st.integers(1, 9))) for name in NAMES)
    ballots = draw(st.lists(st.lists(st.sampled_from(NAMES), unique=True, min_size=1), max_size=8))
    return Instance(options, draw(st.integers(0, 20))), ballots


@given(elections())
def test_with_so_many_more_votes_it_is_funded_and_with_two_fewer_it_is_not(election):
    instance, ballots = election
    outcome = count("greedy_cost", instance, Profile.of("approval", instance, ballots))
    funded = []
    for turn in outcome.rounds:
        if turn.decision is Decision.FUNDED:
            funded.append(turn)
            continue
        more = report.votes_needed(outcome, turn, funded)
        if more is None:
            assert (
                turn.cost > instance.limit or not funded or all(f.left < turn.cost for f in funded)
            )
            continue

        def is_funded(extra: int, name: str = turn.option) -> bool:
            again = count(
                "greedy_cost",
                instance,
                Profile.of("approval", instance, [*ballots, *[[name]] * extra]),
            )
            return name in again.funded

        assert is_funded(more)
        assert more < 3 or not is_funded(more - 2)


@st.composite
def counts(draw):
    """An outcome of any rule that takes one of these kinds of ballots."""
    instance, ballots = draw(elections())
    rule = draw(st.sampled_from(sorted(RULES)))
    kind = draw(st.sampled_from(["approval", "ordinal", "cumulative"]))
    assume(kind in RULES[rule].kinds)
    points = None
    if kind == "cumulative":
        points = [[draw(st.integers(0, 3)) for _ in ballot] for ballot in ballots]
    profile = Profile.of(kind, instance, ballots, points)
    return instance, profile, count(rule, instance, profile)


@given(counts(), st.sampled_from(words.LANGUAGES))
def test_every_option_of_every_rule_has_its_reason_in_both_languages(counted, language):
    instance, profile, outcome = counted
    telling = Telling(str, str, bills(instance, profile, outcome), {"a": "Bench"})
    with words.speaking(language):
        told = report.lines(outcome, telling)
        assert [line.turn for line in told] == list(outcome.rounds)
        for line in told:
            assert line.reason
            assert "%(" not in line.reason
        assert len(report.fact_sentences(outcome, telling)) <= 2


@given(counts())
def test_bills_add_up_to_the_costs_and_to_the_shares(counted):
    instance, profile, outcome = counted
    found = bills(instance, profile, outcome)
    measured = "cost" if "_cost" in outcome.rule else "other"
    votes = dict(zip(instance.index, profile.votes(), strict=True))
    for turn in outcome.rounds:
        bill = found.get(turn.option)
        if isinstance(bill, Paid):
            assert turn.decision is Decision.FUNDED
            assert bill.full + bill.rest <= votes[turn.option]
            if "_score" not in outcome.rule:
                each = turn.key * (turn.cost if measured == "cost" else 1)
                assert bill.full * each <= turn.cost <= (bill.full + bill.rest) * each
        elif isinstance(bill, Unpaid):
            assert bill.start - bill.left == sum(amount for _, amount in bill.instead)
            assert bill.start == dict(outcome.facts).get("endowment", 0) * bill_voters(
                profile, instance.index[turn.option], outcome
            )
        else:
            assert not outcome.rule.startswith("mes_") or profile.ballots == 0 or not outcome.limit


def bill_voters(profile: Profile, place: int, outcome: Outcome) -> int:
    """Voters whose money stands behind an option: with points, only who gives some."""
    return sum(
        weight
        for ballot, weight in profile.rows()
        for at, points in ballot
        if at == place and (points or "_score" not in outcome.rule)
    )


BENCH = Round("a", 3, 6, 9, Decision.FUNDED, Fraction(1, 3), "")


def reason(rule: str, *facts: tuple[str, object], parameters=(), limit=9, **changes) -> str:
    outcome = Outcome(rule, parameters, limit, 5, (replace(BENCH, **changes),), (), facts)
    return report.lines(outcome, str)[0].reason


@pytest.mark.parametrize(
    ("rule", "changes", "said"),
    [
        ("greedy_cost", {}, "3 votes, place 1: its 6 fit in the 9"),
        ("greedy_cost", {"cost": 0}, "It costs nothing."),
        ("greedy_card", {"decision": Decision.RIVAL_FUNDED}, "excludes it"),
        ("greedy_card", {"decision": Decision.PARTNER_MISSING}, "needs a project"),
        ("greedy_card", {"decision": Decision.DOES_NOT_FIT, "cost": 10}, "more than all the money there is, 9"),
        ("mes_cost", {}, "nobody more than 2."),
        ("mes_card", {}, "nobody more than ≈0."),
        ("mes_score_u", {"support": 7, "key": 2}, "7 points: its supporters paid its 6 out of their shares, nobody more than 2 for each point"),
        ("mes_score_u", {"stage": "completion"}, "3 votes: its supporters' shares did not pay"),
        ("mes_cost", {"decision": Decision.UNAFFORDABLE}, "what its supporters had left did not pay its 6"),
        ("mes_cost", {"decision": Decision.UNAFFORDABLE, "support": 0}, "Nobody voted"),
        ("mes_cost_u", {"stage": "completion", "support": 0}, "nobody's share was for it, but"),
        ("mes_cost_u", {"stage": "completion", "decision": Decision.DOES_NOT_FIT}, "only 9 was left in the end"),
        ("bos_cost", {}, "they paid all of its 6"),
        ("bos_cost", {"decision": Decision.UNAFFORDABLE}, "nothing left to offer"),
        ("bos_cost", {"decision": Decision.DOES_NOT_FIT}, "of its 6 only 9"),
        ("ees_cost", {}, "3 of its supporters paid its 6 together, each the same: 2."),
        ("ees_card", {"decision": Decision.UNAFFORDABLE}, "the same part of its 6"),
        ("phragmen", {"key": 3}, "from 1 borne by each, on average, to 3"),
        ("phragmen", {"support": 0, "key": None}, "Nobody voted for it, but its 6 fit"),
        ("phragmen", {"decision": Decision.DOES_NOT_FIT}, "there the rule ends"),
        ("phragmen", {"decision": Decision.DOES_NOT_FIT, "support": 0}, "and of its 6 only"),
        ("phragmen", {"decision": Decision.AFTER_THE_STOP}, "would have borne"),
        ("phragmen", {"decision": Decision.AFTER_THE_STOP, "support": 0}, "the rule had ended"),
        ("maxw_cost", {}, "serve the voters best for 9"),
        ("maxw_cost", {"decision": Decision.NOT_CHOSEN}, "stand behind by the tie rule"),
        ("maxw_cost", {"decision": Decision.NOT_CHOSEN, "support": 0}, "serves nobody"),
        ("cstv_ewt", {"support": Fraction(13, 2)}, "put ≈6 behind it"),
        ("cstv_mt", {"stage": "transfer"}, "from its supporters' other projects"),
        ("cstv_mt", {"stage": "completion"}, "not enough, but its 6 fit"),
        ("cstv_mt", {"stage": "completion", "decision": Decision.DOES_NOT_FIT}, "in the end only 9"),
        ("pb_ear", {"support": Fraction(5, 2)}, "2.5 voters' weight stood behind it, and it took ≈33.33% of that"),
        ("pb_ear", {"decision": Decision.UNAFFORDABLE}, "too little for its 6"),
        ("pb_ear", {"decision": Decision.DOES_NOT_FIT}, "only 9 was left"),
        ("channels", {"decision": Decision.TOO_FEW_VOTES}, "fewer than the None"),
        ("new_rule", {"decision": Decision.NOT_CHOSEN}, "serves the voters better without it"),
        ("new_rule", {"decision": Decision.UNAFFORDABLE}, "did not pay its 6"),
    ],
)  # fmt: skip
def test_each_way_of_a_decision_has_its_sentence(rule, changes, said):
    with words.speaking("en"):
        assert said in reason(rule, **changes)


def test_a_part_that_was_offered_and_the_rule_within_envelopes_are_told():
    with words.speaking("en"):
        assert "could pay 50% of its 6" in reason("bos_cost", ("part of a", Fraction(1, 2)))
        within = reason("envelopes", parameters=(("rule", "maxw_cost"),), stage="field:parks")
        assert "together serve the voters best" in within


def test_every_sentence_stands_for_a_decision_and_keeps_its_placeholders():
    for key, sentence in reasons.REASONS.items():
        assert set(key.split(".")) & set(Decision)
        with words.speaking("en"):
            english = str(sentence)
        with words.speaking("ko"):
            assert set(re.findall(r"%\(\w+\)s", str(sentence))) == set(
                re.findall(r"%\(\w+\)s", english)
            )


def test_who_paid_and_what_was_paid_for_instead_is_told():
    instance = Instance((*(Option(name, 1) for name in "abcd"), Option("e", 12)), 12)
    ballots = [["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e"], ["a"], []]
    profile = Profile.of("approval", instance, ballots)
    outcome = count("mes_cost", instance, profile)
    telling = Telling(str, None, bills(instance, profile, outcome), {"a": "Bench"})
    with words.speaking("en"):
        told = {line.turn.option: line.reason for line in report.lines(outcome, telling)}
        assert "nobody more than ≈0. 3 paid, all of them the full price. That is ≈0.33" in told["a"]
        assert (
            "began with 6 and had ≈2 left; they had paid for b (1), c (1), d (1), 1 other."
            in told["e"]
        )
        assert report.fact_sentences(outcome, telling) == ["Every voter had a share of 3."]
        alone = Profile.of("approval", instance, [["e"]] + [[]] * 3)
        outcome = count("mes_card", instance, alone)
        telling = Telling(str, bills=bills(instance, alone, outcome))
        assert (
            "Together they began with 3 and spent nothing."
            in report.lines(outcome, telling)[-1].reason
        )
        best = replace(outcome, facts=(("welfare", 1234),))
        assert report.fact_sentences(best, telling) == [
            "Together the funded projects have a welfare of 1,234."
        ]


def test_who_could_not_pay_the_full_price_is_counted_apart():
    instance = Instance((Option("a", 4), Option("b", 5)), 12)
    profile = Profile.of("approval", instance, [["a"], ["a", "b"], ["b"], []])
    outcome = count("mes_card", instance, profile)
    with words.speaking("en"):
        telling = Telling(str, str, bills(instance, profile, outcome))
        assert report.lines(outcome, telling)[0].reason.endswith(
            "2 paid, all of them the full price."
        )
    poor = Profile.of("approval", instance, [["a"], ["a", "b"], ["b"], ["b"]])
    outcome = count("mes_card", Instance((Option("a", 4), Option("b", 7)), 12), poor)
    with words.speaking("en"):
        telling = Telling(
            str, str, bills(Instance((Option("a", 4), Option("b", 7)), 12), poor, outcome)
        )
        assert (
            "3 paid, 3 of them all that they had left." in report.lines(outcome, telling)[1].reason
        )


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0"), (-1234, "-1,234"), (Fraction(1, 8), "0.125"), (Fraction(2, 3), "≈0.67"),
     (Fraction(-1, 3), "≈-0.33"), (Fraction(1, 7000), "≈0.00014"), (Fraction(10**9, 7), "≈142,857,142.86")],
)  # fmt: skip
def test_numbers_are_exact_or_say_that_they_are_not(amount, said):
    assert report.decimal(amount) == said


def test_support_is_votes_points_or_a_bare_number():
    with words.speaking("en"):
        assert report.support_words(1, "phragmen") == "1 vote"
        assert report.support_words(Fraction(3, 2), "greedy_cost") == "1.5 votes"
        assert report.support_words(Fraction(3, 2), "mes_score_add1") == "1.5 points"
        assert report.support_words(Fraction(3, 2), "cstv_ewt") == "1.5"


def test_what_equal_shares_by_points_leave_is_told_in_votes():
    instance = Instance((Option("a", 60), Option("b", 50)), 120)
    profile = Profile.of("cumulative", instance, [["a"], ["a"], ["b"]], [[3], [3], [2]])
    outcome = count("mes_score_u", instance, profile)
    shares, completion = outcome.rounds
    assert (shares.stage, completion.stage) == ("equal_shares", "completion")
    with words.speaking("en"):
        assert report.support_of(outcome, shares) == "6 points"
        assert report.support_of(outcome, completion) == "1 vote"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ["3 votes, place 1: its ₩60 fit", "With 2 votes more", "fewer than the 1", "1 vote,"]),
     ("ko", ["3표, 1번째", "2표를 더 받았다면", "필요한 1표에 미치지"])],
)  # fmt: skip
def test_reasons_in_both_languages(language, said):
    instance = Instance((Option("a", 60), Option("b", 50), Option("c", 40), Option("d", 1)), 100)
    profile = Profile.of("approval", instance, [["a"], ["a", "b"], ["a", "b"], ["c"]])
    outcome = count("greedy_cost", instance, profile, minimum_votes=1)
    with words.speaking(language):
        text = " ".join(line.reason for line in report.lines(outcome, lambda money: f"₩{money}"))
    for piece in said:
        assert piece in text


def test_a_stopped_list_and_points_are_told():
    instance = Instance((Option("a", 60), Option("b", 50), Option("c", 40)), 100)
    profile = Profile.of("approval", instance, [["a"], ["a"], ["b"], ["b", "a"], ["c"]])
    with words.speaking("en"):
        stopped = report.lines(count("greedy_cost", instance, profile, stop=True), str)
        assert "the list had ended" in stopped[2].reason
        assert "more" not in stopped[1].reason
        assert report.support_words(3, "greedy_score") == "3 points"
        ties = report.tie_sentences(
            count("greedy_cost", instance, Profile.of("approval", instance, [["a", "b"]])),
            {"a": "Bench"},
        )
        assert ties == ["Bench, b stood level; the tie rule decided what is funded."]
