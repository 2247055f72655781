"""Files of ranked ballots: read, told where they cannot be, and written so that they read the same."""

import json
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import FormatError
from tally.formats import ranked
from tally.formats.ranked import RankedFile
from tally.ranked import Contest, Rankings

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ranked"
REFERENCE = SHARED / "reference.json"
KNOWN = json.loads(REFERENCE.read_text(encoding="utf-8"))["files"] if REFERENCE.exists() else {}

BLT = b"""# a "comment"
4 2  # four candidates
-4
[nick a b c d]
[tie c b a d]
[method meek]
(x1) 3 a b 0
5/2 b=c - a 0
0.5 0

0
"Ada" "Bo"
"Cy" "Di"
"A title"
"""
PREFLIB = b"""# FILE NAME: x.toi
# TITLE: Town hall
# NUMBER ALTERNATIVES: 3
# ALTERNATIVE NAME 1: Ada
# ALTERNATIVE NAME 2: Bo
# ALTERNATIVE NAME 3: Cy

4: 1,{2,3}
2: 3,{}
1: {1},2
"""
CEF = b"""# comment
#/Candidates: Ada ; Bo ; Cy
#/Number of Seats: 2
#/Implicit Ranking: true
#/Weight Allowed: true

tag, other || Ada > Bo = Cy ^3 * 4   # said
/EMPTY_RANKING/ * 5
Cy
"""


def test_blt_with_options_nicknames_equals_and_ranks_left_out():
    file = ranked.load(BLT)
    assert file.contest == Contest(
        ("Ada", "Bo", "Cy", "Di"), 2, frozenset({3}), "A title", ("a", "b", "c", "d"), (2, 1, 0, 3)
    )
    assert dict(file.rankings.rows()) == {
        ((0,), (1,)): 3,
        ((1, 2), (), (0,)): Fraction(5, 2),
        (): Fraction(1, 2),
    }
    assert file.options == (("method", "meek"),)
    again = ranked.load(ranked.dump(file))
    assert (again.contest, again.rankings, again.options) == (
        file.contest, file.rankings, file.options,
    )  # fmt: skip


def test_blt_without_names_and_with_doubled_quotes():
    assert ranked.load(b"2 1\n1 1 2 0\n0\n").contest.names == ("C1", "C2")
    odd = b'2 1\n[withdrawn 2]\n1 1 0\n0\n"Ada ""Greens"""\n"Bo" "Reds"\nWard 1\n'
    contest = ranked.load(odd).contest
    assert contest.names == ("Ada Greens", "Bo Reds")
    assert (contest.title, contest.withdrawn) == ("Ward 1", frozenset({1}))
    assert ranked.load(b'2 1\n0\n"Ada" "Bo"').contest.names == ("Ada", "Bo")
    assert b"[tie" not in ranked.dump(ranked.load(odd))


def test_preflib_with_equals():
    file = ranked.load(PREFLIB)
    assert file.contest.names == ("Ada", "Bo", "Cy")
    assert dict(file.rankings.rows()) == {((0,), (1, 2)): 4, ((2,),): 2, ((0,), (1,)): 1}
    assert ranked.load(ranked.dump(file)) == file


def test_condorcet_format_with_weights_tags_and_comments():
    file = ranked.load(CEF)
    assert file.contest == Contest(("Ada", "Bo", "Cy"), 2)
    assert dict(file.rankings.rows()) == {((0,), (1, 2)): 12, (): 5, ((2,),): 1}
    plain = ranked.load(CEF.replace(b"Allowed: true", b"Allowed: false"))
    assert dict(plain.rankings.rows())[(0,), (1, 2)] == 4
    unnamed = ranked.load(b"Bo > Ada * 2\nCy\n")
    assert unnamed.contest.names == ("Bo", "Ada", "Cy")
    assert ranked.load(ranked.dump(file)).rankings == file.rankings
    half = Rankings.of(1, [(0,)], [Fraction(1, 2)])
    with pytest.raises(FormatError, match="weight"):
        ranked.dump(RankedFile(Contest.of("Ada"), half, "blt"), "cef")


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"META\nkey;value\n", "ranked_format", 1),
        (b"", "ranked_format", 1),
        (b"# nothing but a comment", "ranked_format", 1),
        (b"3 1\n1 \xff 0\n", "ranked_utf8", 2),
        (b"0 1\n0\n", "ranked_head", 1),
        (b"3\n0\n", "ranked_format", 1),
        (b"3 0\n0\n", "ranked_head", 1),
        (b"3 1\n1 1 0\n", "ranked_end", 2),
        (b"3 1\n1 1 2\n0\n", "ranked_end", 2),
        (b"3 1\n1\n0\n", "ranked_end", 2),
        (b"3 1\n1 4 0\n0\n", "ranked_candidate", 2),
        (b"3 1\n1 x 0\n0\n", "ranked_candidate", 2),
        (b"3 1\n1 1 2 1 0\n0\n", "ranked_twice", 2),
        (b"3 1\n(x)\n0\n", "ranked_count", 2),
        (b"3 1\n1/0 1 0\n0\n", "ranked_count", 2),
        (b"3 1\n0.0 1 0\n0\n", "ranked_count", 2),
        (b"3 1\n[nick a b]\n0\n", "ranked_names", 2),
        (b"3 1\n[tie 1 2]\n0\n", "ranked_names", 2),
        (b"3 1\n[nick a\n0\n", "ranked_option", 2),
        (b'3 1\n0\n"Ada" "Bo"\n', "ranked_names", 3),
        (b"# TITLE: x\n1: 1\n", "ranked_names", 1),
        (b"# TITLE: x\n# ALTERNATIVE NAME 2: x\n", "ranked_names", 2),
        (PREFLIB + b"x: 1\n", "ranked_count", 11),
        (PREFLIB + b"0: 1\n", "ranked_count", 11),
        (PREFLIB + b"1 2\n", "ranked_count", 11),
        (PREFLIB + b"1: 1,{2\n", "ranked_braces", 11),
        (PREFLIB + b"1: 1,1\n", "ranked_twice", 11),
        (PREFLIB + b"1: 4\n", "ranked_candidate", 11),
        (CEF + b"Di > Ada\n", "ranked_candidate", 10),
        (CEF + b"Ada > Ada\n", "ranked_twice", 10),
        (CEF + b"Ada * x\n", "ranked_count", 10),
        (CEF + b"Ada * 0\n", "ranked_count", 10),
        (b"#/Candidates: A ; A\nA\n", "ranked_names", 1),
        (b"#/Number of Seats: 1\n", "ranked_names", 1),
        (b"#/Candidates: A\n#/Number of Seats: 0\nA\n", "ranked_number", 2),
        (b"#/Candidates: A\n#/Number of Seats: x\nA\n", "ranked_number", 2),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(data, code, line):
    with pytest.raises(FormatError) as told:
        ranked.load(data)
    assert (told.value.code, told.value.line) == (code, line)
    assert told.value.expected == ranked.EXPECTED[code]


def test_a_reader_that_is_called_by_itself_looks_at_the_head():
    for text in ("", "three seats"):
        with pytest.raises(FormatError, match="number of candidates"):
            ranked.READERS["blt"](text)


@pytest.mark.parametrize("kind", sorted(ranked.WRITERS))
@pytest.mark.parametrize(
    "names",
    [("a > b", "c"), ("a ; b", "c"), ("x * 3", "c"), ('a" "b', "c"), ("", "c"), ("a\nb", "c")],
)
def test_a_name_is_written_so_that_it_reads_the_same_or_not_at_all(kind, names):
    file = RankedFile(Contest(names), Rankings.of(2, [(0, 1)]), "")
    with suppress(FormatError):
        assert ranked.load(ranked.dump(file, kind)).contest.names == names


def test_a_name_that_is_a_sign_of_the_format_is_refused():
    for kind, name in (("cef", "a > b"), ("blt", 'a" "b'), ("preflib", " a ")):
        file = RankedFile(Contest((name, "c")), Rankings.of(2, [(0, 1)]), "")
        with pytest.raises(FormatError, match="expected what this format can hold"):
            ranked.dump(file, kind)


def test_who_has_withdrawn_is_not_lost_on_the_way_to_a_format_that_cannot_say_so():
    file = RankedFile(Contest(("Ada", "Bo"), withdrawn=frozenset({1})), Rankings.of(2, [(0,)]), "")
    assert ranked.load(ranked.dump(file, "blt")).contest.withdrawn == {1}
    for kind in sorted({*ranked.WRITERS} - {"blt"}):
        with pytest.raises(FormatError, match="what this format can hold"):
            ranked.dump(file, kind)


@given(st.sampled_from([BLT, PREFLIB, CEF]), st.data())
def test_no_damage_makes_a_reader_fall(data, draw):
    at = draw.draw(st.integers(0, len(data)))
    until = draw.draw(st.integers(at, min(len(data), at + 4)))
    damaged = data[:at] + draw.draw(st.binary(max_size=3)) + data[until:]
    with suppress(FormatError):  # in reading, or since a damaged name cannot be written
        file = ranked.load(damaged)
        assert ranked.load(ranked.dump(file, "blt")).rankings == file.rankings


@pytest.mark.shared
@pytest.mark.skipif(not KNOWN, reason="the shared elections are not at hand; extra tests")
@pytest.mark.parametrize("name", sorted(KNOWN))
def test_real_files_are_read_as_others_read_them(name):
    known = KNOWN[name]
    file = ranked.load((SHARED / name).read_bytes())
    assert (file.contest.size, str(file.rankings.ballots)) == (
        known["candidates"],
        known["ballots"],
    )
    assert ranked.load(ranked.dump(file)) == file


def test_a_contest_that_is_asked_for_must_be_the_files_own():
    assert ranked.load(BLT, "A title").contest.title == "A title"
    with pytest.raises(FormatError) as told:
        ranked.load(BLT, "Another")
    assert (told.value.code, told.value.found, told.value.field) == (
        "ranked_contest", "Another", "'A title'",
    )  # fmt: skip
