"""ABIF, CSV of ranks and margin-irv's text; which format a file is; and plain lines in bulk."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import FormatError
from tally.formats import ranked
from tally.formats.ranked import margin_text, plain
from tally.ranked import Contest, Rankings, count_ranked
from tests.tally import fuzz_ranked

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ranked"
FOLDERS = (
    "droop",
    "margins",
    "minneapolis2017",
    "preflib",
    "raire",
    "scottish",
    "stvrs",
    "tideman",
)


def test_abif_with_metadata_short_names_brackets_and_comments():
    file = ranked.load(
        b'# said first\n{"title": "Town \\"hall\\""}\n{seats: 2}\n{max_rating: 6}\n'
        b'=ada:[Ada #1]  # a comment\nbo:"Bo \\\\ B"\n\n'
        b'27: ada > bo = [Cy] # who\n3 * "Ada #1" , bo\n4:\n1: ["]\n'
    )
    assert file.contest == Contest(
        ("Ada #1", "Bo \\ B", "Cy", '"'), 2, title='Town "hall"', nicknames=("ada", "bo", "Cy", '"')
    )
    assert dict(file.rankings.rows()) == {
        ((0,), (1, 2)): 27,
        ((0, 1),): 3,
        (): 4,
        ((3,),): 1,
    }
    assert file.options == (("max_rating", "6"),)
    assert ranked.load(ranked.dump(file)).options == file.options
    assert ranked.load(b'1: "a\\q"\n').contest == Contest(("a\\q",))


def test_abif_with_points_ranks_by_them_and_is_counted_by_score():
    file = ranked.load(b"5: a/3, b/5, c/3\n2: c/4 > a/4\n")
    assert dict(file.rankings.rows()) == {((1,), (0, 2)): 5, ((2,), (0,)): 2}
    assert file.rankings.scores.tolist() == [5, 3, 3, 4, 4]
    outcome = count_ranked("score", file.contest, file.rankings)
    assert outcome.winners == (1,)
    assert ranked.dump(file).decode().splitlines()[-2:] == ["5: C2/5>C1/3=C3/3", "2: C3/4>C1/4"]


def test_csv_by_rank_keeps_marks_as_the_voter_made_them():
    file = ranked.load(
        b"Precinct,1st choice,2nd choice,3rd choice,weight\n"
        b"P1,Ada,undervote,Bo,2\nP2,Ada,,Bo,1.5\nP1,overvote,Bo,Bo,1\nP1,,,skipped,1/2\n"
    )
    assert file.contest.names == ("Ada", "Bo")
    assert dict(file.rankings.rows()) == {
        ((0,), (), (1,)): Fraction(7, 2),
        ((2,), (1,), (1,)): 1,
        (): Fraction(1, 2),
    }
    assert file.rankings.places.tolist().count(file.rankings.untold) == 1


def test_csv_by_candidate_passes_over_what_names_the_voter():
    data = b"Response ID,precinct_id;x,Ada\n"
    file = ranked.load(b"Response ID;Precinct;Ada;Bo;\r\nR1;p1;2;1;\r\n\r\nR2;p2;;1\r\n")
    assert file.contest.names == ("Ada", "Bo")
    assert dict(file.rankings.rows()) == {((1,), (0,)): 1, ((1,),): 1}
    assert ranked.sniffed(data) is None


def test_margin_text_with_and_without_names():
    named = ranked.load(b"0, 1, 2\nLAB,GRN,LAB\n-+-+-+-+-\n() : 2\n(2, 0,1) : 3\n")
    assert named.contest.names == ("LAB", "GRN", "LAB")
    bare = ranked.load(b"7, 5\n-+-\n(5,) : 2\n")
    assert bare.contest.names == ("7", "5")
    assert dict(bare.rankings.rows()) == {((1,),): 2}
    for text in ("", "7\n", "7\n7\n7\n-\n"):
        with pytest.raises(FormatError, match="number of candidates"):
            margin_text.read(text)


def test_a_blt_file_may_call_candidates_by_numbers_of_its_own():
    file = ranked.load(b"2 1\n[nick 2 1]\n3 2 0\n0\n")
    assert dict(file.rankings.rows()) == {((0,),): 3}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xef\xbb\xbf# x\n3 1\n", "blt"),
        (b"# FILE NAME: x\n", "preflib"),
        (b"#/Candidates: a\n", "cef"),
        (b"a || b", "cef"),
        (b"<p>3 > 2", None),
        (b"{title: 3}\n", "abif"),
        (b"=a:[b]", "abif"),
        (b"[A b]: x", "abif"),
        (b"3:", "abif"),
        (b"4: 1,{2,3}", None),  # of PrefLib, without its head
        (b"0, 1\n-+-", "margin_text"),
        (b"0, 1\na\nb\n-+-", None),
        (b"Rank 1\tRank 2", "csv_by_rank"),
        (b"count,Ada", "csv_by_candidate"),
        (b"Ada,Bo", None),
        (b"Ada,Bo\n1,x", None),
        (b"Ada > Bo, 3\n", "cef"),
        (b"id,ballot_id\n1,2", None),
        (b"META\nkey;value\n", None),
        (b'{"a": 1,\n"b": 2}', None),
    ],
)
def test_a_format_is_known_by_what_the_file_holds(data, kind):
    assert ranked.sniffed(data) == kind


NUMBERS = st.sampled_from(
    ["1", "2", "33", "34", "007", "0", "00", "123456789012", "x", "", "-", "=", "{1}"]
)


@st.composite
def nearly_plain(draw: st.DrawFn) -> str:
    """Lines that are plain but for some accident."""
    lines = []
    for _ in range(draw(st.integers(0, 8))):
        words = draw(st.lists(NUMBERS, max_size=5))
        sign = draw(st.sampled_from([" ", ",", ": ", ":", "  "]))
        first = draw(st.sampled_from([" ", ":", ": ", ":  ", ","]))
        line = draw(st.sampled_from(["3", "1", "0", " 2", "1.5"])) + first + sign.join(words)
        lines.append(line + draw(st.sampled_from(["", " 0", " 0 ", " "])))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n"]))


@given(nearly_plain(), st.sampled_from([1, 30, plain.CHUNK]), st.sampled_from([3, 34]))
def test_plain_lines_are_what_the_careful_reader_makes_of_them(body, chunk, size):
    head = "".join(f"# ALTERNATIVE NAME {place}: x\n" for place in range(1, size + 1))
    kept, plain.CHUNK = plain.CHUNK, chunk
    try:
        for text in (f"{size} 1\n{body}\n0\n", f"# TITLE: x\n{head}{body}\n"):
            list(fuzz_ranked.compare(text.encode()))
    finally:
        plain.CHUNK = kept


def test_plain_lines_are_read_in_bulk_and_others_handed_back():
    text = "3 1 2 0\n1 2 2 0\n\n5 0\n1 1  2 0\n0000000001 1 0\n7 3 1 0"
    rankings, others = plain.plain_lines(text, 5, 3, plain.BLT)
    assert dict(rankings.rows()) == {((0,), (1,)): 3, (): 5, ((2,), (0,)): 7}
    assert [line for line, _ in others] == [6, 7, 9, 10]
    assert others[1] == (7, "")
    wide, others = plain.plain_lines("1: 40,2\n2:3,40,3\n", 1, 40, plain.PREFLIB)
    assert dict(wide.rows()) == {((39,), (1,)): 1}
    assert others == [(2, "2:3,40,3")]


def test_ballots_of_two_ways_are_joined_with_exact_weights():
    one = Rankings.of(3, [(0, 1)], [2])
    other = Rankings.of(3, [((1, 2), 0), (2,)], [Fraction(1, 3), 2**70])
    joined = plain.joined(one, other)
    assert dict(joined.rows()) == {
        ((0,), (1,)): 2,
        ((1, 2), (0,)): Fraction(1, 3),
        ((2,),): 2**70,
    }
    assert dict(plain.joined(other, one).rows()) == dict(joined.rows())
    none = Rankings.of(3, [])
    assert plain.joined(none, one) is one
    assert plain.joined(one, none) is one


def test_damaged_files_are_read_alike_or_refused():
    for number in range(60):
        rng = np.random.default_rng([2, number])
        list(fuzz_ranked.compare(fuzz_ranked.mutated(rng, list(fuzz_ranked.EXAMPLES))))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared elections are not at hand; extra tests")
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_real_file_is_read_without_a_repair(folder):
    paths = [path for path in (SHARED / folder).glob("*") if path.suffix != ".json"]
    assert paths
    for path in paths:
        assert not ranked.load(path.read_bytes()).notes, path


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared elections are not at hand; extra tests")
@pytest.mark.parametrize("folder", ["margins", "minneapolis2017", "raire"])
def test_real_files_of_the_further_formats_are_written_so_that_they_read_the_same(folder):
    for path in (SHARED / folder).glob("*[!n]"):  # assertions in JSON are another matter
        file = ranked.load(path.read_bytes())
        assert ranked.load(ranked.dump(file)) == file
