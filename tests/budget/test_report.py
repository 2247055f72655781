"""The reasons: in both languages, and the number of missing votes is exactly right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget import report
from core import words
from tally import Decision, Instance, Option, Profile, count

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
