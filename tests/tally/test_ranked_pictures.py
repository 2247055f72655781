"""Pictures of ranked counts are whole XML, and put every mark where its figure says."""

from fractions import Fraction
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from tally.ranked import Contest, Rankings, count_ranked
from tally.ranked.pictures import WIDTH, Row, Texts, Turn, matrix, most, rounds, turns
from tests.tally import pairwise_profiles
from tests.tally.effort import fewer
from tests.tally.runoff_profiles import Poll
from tests.tally.test_ranked_laws_runoff import Rule, any_polls, every_rule

SVG = "{http://www.w3.org/2000/svg}"
COUNCIL = Contest.of("Ann", "Ben", "Cai", seats=2)
PAPERS = Rankings.of(3, [(0, 1), (0, 2), (1, 2), (2,)], [8, 4, 3, 5])
TEXTS = Texts(lambda n: f"Round {n}", str, lambda v: f"Quota {v}", "elected", "out", "Exhausted")
texts = st.text(max_size=12)


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - our own picture, and parsing is the test


def parts(picture: str, name: str, kind: str) -> list[ElementTree.Element]:
    return [part for part in parsed(picture).iter(SVG + name) if part.get("class") == kind]


@every_rule
@fewer(5)
@given(any_polls, texts, st.integers(1, 3))
def test_every_count_is_drawn_in_full(rule: Rule, poll: Poll, title: str, columns: int):
    outcome = rule(poll.contest, poll.rankings, poll.ties("unsettled"))
    drawn = turns(outcome, TEXTS)
    for turn, told in zip(drawn, outcome.rounds, strict=True):
        votes = [row.votes for row in turn.rows if row.kind != "exhausted"]
        assert sorted(votes) == sorted(said for _, said in told.votes)
        assert all(0 <= row.gained <= row.votes for row in turn.rows)
        assert sum(row.votes for row in turn.rows) == outcome.ballots
    root = parsed(rounds(title, drawn, columns=columns))
    assert root.get("role") == "img"
    assert (root[0].tag, root[0].text or "") == (SVG + "title", title) or not title.isprintable()
    shape = [Fraction(side) for side in root.get("viewBox").split()]
    assert shape[2:] == [Fraction(root.get("width")), Fraction(root.get("height"))]
    for rect in root.iter(SVG + "rect"):
        assert 0 <= Fraction(rect.get("x")) <= Fraction(rect.get("x")) + Fraction(rect.get("width"))
        assert Fraction(rect.get("x")) + Fraction(rect.get("width")) <= WIDTH + 1


def test_a_council_is_drawn_by_hand():
    drawn = turns(count_ranked("scottish", COUNCIL, PAPERS), TEXTS)
    value = Fraction(41666, 10**5)
    ben, cai, lost = 3 + 8 * value, 5 + 4 * value, 5 - 12 * value
    assert drawn[1] == Turn(
        "Round 2",
        (
            Row("Ann", 7, "7 · elected", "elected"),
            Row("Cai", cai, str(cai), "stands", 4 * value),
            Row("Ben", ben, f"{ben} · out", "out", 8 * value),
            Row("Exhausted", lost, str(lost), "exhausted"),
        ),
        7,
        "Quota 7",
    )
    assert most(drawn) == 12
    picture = rounds("Ann and Cai are elected", drawn)
    assert [float(tick.get("x1")) for tick in parts(picture, "line", "threshold")] == [
        round(WIDTH * 7 / 12, 2)
    ] * 8
    bars = parts(picture, "rect", "bar elected")
    assert [(bar.get("width"), bar.get("fill-opacity")) for bar in bars] == [
        ("340.00", "1"), ("198.33", "1"), ("198.33", "1"), ("188.89", "1"),
    ]  # fmt: skip
    [out] = parts(picture, "rect", "bar out")
    assert (out.get("fill"), out.get("stroke")) == ("none", "currentColor")
    assert [bar.get("width") for bar in parts(picture, "rect", "gained")] == [
        "47.22", "94.44", "85.00",
    ]  # fmt: skip


def test_blocks_stand_in_columns_of_their_own_width_and_may_share_a_scale():
    drawn = turns(count_ranked("scottish", COUNCIL, PAPERS), TEXTS)
    blocks = parts(rounds("t", drawn, columns=2), "g", "round")
    places = [block.get("transform") for block in blocks]
    assert places == ["translate(0 0)", f"translate({WIDTH + 24} 0)", "translate(0 214)"]
    assert parsed(rounds("t", drawn, columns=2)).get("width") == str(2 * WIDTH + 24)
    [bar, *_] = parts(rounds("t", drawn[1:2], whole=14), "rect", "bar elected")
    assert bar.get("width") == "170.00"


def test_what_is_new_is_the_difference_where_transfers_are_not_told():
    drawn = turns(count_ranked("meek", COUNCIL, PAPERS), TEXTS)
    before = {row.label: row.votes for row in drawn[0].rows}
    for row in drawn[1].rows[:3]:
        assert row.gained == max(row.votes - before[row.label], 0)
    bucklin = turns(
        count_ranked("bucklin", Contest.of("a", "b"), Rankings.of(2, [(0, 1), (1, 0), ()])), TEXTS
    )
    assert [(row.kind, row.gained) for row in bucklin[1].rows] == [("stands", 1), ("stands", 1)]


def test_a_count_without_rounds_or_votes_is_drawn_as_well():
    assert parsed(rounds("t", ())).get("width") == str(WIDTH)
    alone = count_ranked("star", Contest.of("a"), pairwise_profiles.scored(1, []))
    picture = rounds("t", turns(alone, TEXTS))
    assert [bar.get("width") for bar in parts(picture, "rect", "bar elected")] == ["0.00"]
    assert parts(picture, "line", "threshold") == []


def test_a_circle_is_framed_below_the_diagonal():
    rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], [4, 3, 2])
    outcome = count_ranked("schulze_winning", Contest.of("a", "b", "c"), rankings)
    votes = dict(outcome.matrices)["pairwise"]
    picture = matrix("t", ["Ada", "Bo", "Cy"], votes, str)
    assert len(parts(picture, "rect", "win")) == 2
    [circle] = parts(picture, "rect", "win against")
    assert circle.get("stroke") == "currentColor"
    bold = [text.text for text in parts(picture, "text", "figure") if text.get("font-weight")]
    assert bold == ["6", "7", "5"]
    titles = [cell[0].text for cell in parts(picture, "g", "cell")]
    assert titles[0] == "1 Ada / 2 Bo: 6 : 3"
    assert titles[4] == "3 Cy / 1 Ada: 5 : 4"


@given(texts, pairwise_profiles.polls(least=0))
def test_any_matrix_is_a_whole_picture(title: str, poll):
    labels = [title] * poll.size
    votes = [[Fraction(row, column + 1) for column in range(poll.size)] for row in range(poll.size)]
    root = parsed(matrix(title, labels, votes, str))
    assert len(list(root.iter(SVG + "text"))) == poll.size * (poll.size + 1)
    width, height = (int(root.get(side)) for side in ("width", "height"))
    for rect in root.iter(SVG + "rect"):
        assert int(rect.get("x")) + int(rect.get("width")) <= width
        assert int(rect.get("y")) + int(rect.get("height")) <= height
