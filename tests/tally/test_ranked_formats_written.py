"""What a format holds is read again as it was written; what it does not hold is refused."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import FormatError
from tally.formats import ranked
from tally.formats.ranked import RankedFile
from tally.ranked import Contest, Rankings

# What ballots may hold, and the formats that hold it.
HOLDS = {
    "strict": {*ranked.WRITERS},
    "shared": {*ranked.WRITERS} - {"margin_text", "csv_by_rank"},
    "left out": {"blt", "cdf", "csv_by_rank", "csv_by_candidate"},
    "twice": {"cdf", "csv_by_rank"},
    "untold": {"cdf", "csv_by_rank"},
    "scored": {"abif"},
    "fractions": {"blt", "csv_by_rank", "csv_by_candidate"},
}


@st.composite
def files(draw: st.DrawFn, holding: str, heaviest: int = 2**70) -> RankedFile:
    """A file whose ballots need a format that can hold them."""
    size = draw(st.integers(1, 5))
    everybody = [(place,) for place in range(size)]
    ballots = [tuple(everybody)]  # names all in order, as CSV by rank needs it
    for _ in range(draw(st.integers(0, 5))):
        left = draw(st.permutations(range(size)))[: draw(st.integers(0, size))]
        ballots.append(tuple(draw(shaped(holding, left))))
    if holding == "left out" and size > 1:  # a rank above their number is none of a CSV
        ballots.append(((), (0,)))
    if holding == "twice":
        ballots.append(((0,), (0,)))
    if holding == "untold":
        ballots.append(((size,), (0,)))
    most = st.integers(1, heaviest)
    if holding == "fractions":
        most = st.fractions(Fraction(1, 1000), 1000, max_denominator=1000)
    weights = [draw(most) for _ in ballots]
    rankings = Rankings.of(size, ballots, weights)
    if holding == "shared" and size > 1:
        rankings = Rankings.of(size, [*ballots, ((0, 1),)], [*weights, 1])
    if holding == "scored":
        points = [-rank for rank in scored_ranks(rankings)]
        rankings = replace(rankings, scores=np.array(points, dtype=np.int64) + 9)
    names = draw(st.lists(st.sampled_from(NAMES), min_size=size, max_size=size, unique=True))
    contest = Contest(tuple(names), draw(st.integers(1, 3)), title="Title: a")
    return RankedFile(contest, rankings, "")


NAMES = ("Ada", "B o", "Ç – 홍길동", "Di Bo", "E-e", "F1", "o'G")


def shaped(holding: str, places: list[int]) -> st.SearchStrategy[list[tuple[int, ...]]]:
    """The candidates in ranks of one, or some shared or left out."""
    if holding == "shared" and len(places) > 1:
        return st.just([tuple(sorted(places[:2])), *((place,) for place in places[2:])])
    if holding == "left out" and places:
        return st.just([(places[0],), (), *((place,) for place in places[1:-1])])
    return st.just([(place,) for place in places])


def scored_ranks(rankings: Rankings) -> list[int]:
    return [
        rank for tiers, _ in rankings.rows() for rank, tier in enumerate(tiers, 1) for _ in tier
    ]


@pytest.mark.parametrize("kind", sorted(ranked.WRITERS))
@pytest.mark.parametrize("holding", sorted(HOLDS))
@given(data=st.data())
def test_what_is_written_reads_the_same_or_is_refused(kind, holding, data):
    heaviest = 3 if kind == "cdf" else 2**70  # it has a record for each voter
    file = data.draw(files(holding, heaviest))
    is_needed = holding not in {"shared", "left out"} or file.contest.size > 1
    if kind not in HOLDS[holding] and is_needed:
        if holding != "fractions" or file.rankings.weights_unit > 1:
            with pytest.raises(FormatError) as told:
                ranked.dump(file, kind)
            assert told.value.code in {"ranked_lost", "ranked_number"}
        return
    again = ranked.load(ranked.dump(file, kind))
    assert again.format == kind
    assert again.contest.names == file.contest.names
    assert again.rankings == file.rankings
    assert ranked.load(ranked.dump(again)) == again


def test_a_format_with_a_record_for_each_voter_refuses_what_no_disk_holds():
    for many in (0, 10**7 + 1, 2**70):
        rankings = Rankings.of(2, [(0, 1)] * bool(many), [many] * bool(many))
        with pytest.raises(FormatError) as told:
            ranked.dump(RankedFile(Contest.of("Ada", "Bo"), rankings, ""), "cdf")
        assert told.value.code == "ranked_lost"


def test_points_are_part_of_a_ballot():
    rankings = Rankings.of(2, [(0, 1)])
    scored = replace(rankings, scores=np.array([5, 1]))
    other = replace(rankings, scores=np.array([5, 2]))
    assert scored == replace(scored)
    assert scored != other
    assert scored != rankings
    double = replace(scored, weights=np.array([2]))
    apart = replace(
        scored,
        starts=np.array([0, 2, 4]), places=np.array([0, 1, 0, 1], dtype=np.uint8),
        weights=np.array([1, 1]), scores=np.array([5, 1, 5, 1]),
    )  # fmt: skip
    assert double == apart


def test_seats_and_title_stay_where_the_format_has_them():
    contest = Contest(("Ada", "Bo"), 2, title="A title", nicknames=("a", "b"), order=(1, 0))
    file = RankedFile(contest, Rankings.of(2, [(0, 1)]), "")
    assert ranked.load(ranked.dump(file, "blt")).contest == contest
    assert ranked.load(ranked.dump(file, "abif")).contest == replace(contest, order=())
    assert ranked.load(ranked.dump(file, "cef")).contest.seats == 2
    with pytest.raises(FormatError, match="title"):
        ranked.dump(replace(file, contest=replace(contest, title='A "title"')), "blt")
