"""Faults are told with line and column; lenient reading repairs what it can, and notes it."""

import pytest

from tally.errors import FormatError
from tally.formats import ranked

PREFLIB = b"# TITLE: x\n# ALTERNATIVE NAME 1: Ada\n# ALTERNATIVE NAME 2: Bo\n"
CEF = b"#/Candidates: Ada ; Bo\n"
ABIF = b"=a:[Ada]\n=b:[Bo]\n"
MARGIN = b"7, 5\nAda,Bo\n-+-+-\n"
RANKS = b"rank1,rank2,count\n"
MARKS = b"count,Ada,Bo\n"

# data; the fault; its line and column; the ballots of a lenient reading, None if it refuses too.
FAULTS = [
    # BLT
    (b"2 1\n1 1 2 1 0\n0\n", "ranked_twice", 2, 7, {((0,), (1,)): 1}),
    (b"2 1\n3 1=2=1 0\n0\n", "ranked_twice", 2, 7, {((0, 1),): 3}),
    (b"2 1\n (id) 1 2 9 1 0\n0\n", "ranked_candidate", 2, 11, {((1,), (0,)): 1}),
    (b"2 1\n1 2 - 9 1 0\n0\n", "ranked_candidate", 2, 7, {((1,), (), (0,)): 1}),
    (b"2 1\n1 1 2\n0\n", "ranked_end", 2, 6, {((0,), (1,)): 1}),
    (b"2 1\n1 1 0\n\n", "ranked_end", 2, 6, {((0,),): 1}),
    (b'2 1\n1 1 0\n"Ada"\n"Bo"\n', "ranked_count", 3, 1, {((0,),): 1}),
    (b'2 1\n1 1 0\n0\n"Ada"\n', "ranked_names", 4, 6, {((0,),): 1}),
    (b"2 1\n  0 1 0\n0\n", "ranked_count", 2, 3, {}),
    (b"2 1\n1x 1 0\n0\n", "ranked_count", 2, 1, None),
    (b"2 1\n[nick a b\n1 a 0\n0\n", "ranked_option", 2, 10, {((0,),): 1}),
    (b"2 1\n [nick a a]\n0\n", "ranked_names", 2, 2, None),
    (b"2 1\n[tie 2 2]\n0\n", "ranked_twice", 2, 8, None),
    (b"2 1\n[tie 2 3]\n0\n", "ranked_candidate", 2, 8, None),
    (b"2 1\n-3\n1 1 0\n0\n", "ranked_candidate", 2, 2, {((0,),): 1}),
    (b"2 0\n0\n", "ranked_head", 1, 3, None),
    (b"0 1\n0\n", "ranked_head", 1, 1, None),
    # PrefLib
    (PREFLIB + b"2: 1,{2,1}\n", "ranked_twice", 4, 9, {((0,), (1,)): 2}),
    (PREFLIB + b"2: 1, 7\n", "ranked_candidate", 4, 7, {((0,),): 2}),
    (PREFLIB + b"2: 2,{ 7}\n", "ranked_candidate", 4, 8, {((1,),): 2}),
    (PREFLIB + b" 0: 1\n", "ranked_count", 4, 2, {}),
    (PREFLIB + b"1.5: 1\n", "ranked_count", 4, 1, None),
    (PREFLIB + b"2: 1,{2\n", "ranked_braces", 4, 6, None),
    (PREFLIB + b"# ALTERNATIVE NAME 2: Cy\n2: 1\n", "ranked_names", 4, 2, {((0,),): 2}),
    (PREFLIB + b"# ALTERNATIVE NAME 4: Di\n2: 3\n", "ranked_names", 4, None, {((2,),): 2}),
    (PREFLIB + b"# NUMBER ALTERNATIVES: 3\n2: 3\n", "ranked_candidate", 5, 4, {((2,),): 2}),
    (PREFLIB + b"# ALTERNATIVE NAME 0: x\n", "ranked_names", 4, 2, None),
    # The Condorcet Election Format
    (CEF + b"tag || Bo > Ada = Bo\n", "ranked_twice", 2, 19, {((1,), (0,)): 1}),
    (CEF + b"Ada > Cy * 2\n", "ranked_candidate", 2, 7, {((0,),): 2}),
    (CEF + b"Ada * 0\n", "ranked_count", 2, 7, {}),
    (CEF + b"Ada * x\n", "ranked_count", 2, 7, None),
    (b"#/Candidates: Ada ; Bo ; Ada\nBo\n", "ranked_names", 1, None, {((1,),): 1}),
    (b"Ada > > Bo\n", "ranked_candidate", 1, 7, {((0,), (1,)): 1}),
    # ABIF
    (ABIF + b"2: a>b>a\n", "ranked_twice", 3, 8, {((0,), (1,)): 2}),
    (ABIF + b"2: a/1,b/2,a/3\n", "ranked_twice", 3, 4, {((0,), (1,)): 2}),
    (ABIF + b"=a:[Cy]\n2: a\n", "ranked_twice", 3, 2, {((0,),): 2}),
    (ABIF + b"0: a\n", "ranked_count", 3, 1, {}),
    (ABIF + b"x*a\n", "ranked_count", 3, 1, None),
    (ABIF + b"2: a>\n", "ranked_line", 3, 6, None),
    (ABIF + b"2: a b\n", "ranked_line", 3, 6, None),
    (ABIF + b"2: 1>2\n", "ranked_line", 3, 3, None),
    (ABIF + b" so be it\n", "ranked_line", 3, 2, None),
    (ABIF + b"2: a/3>b/4\n", "ranked_score", 3, 8, None),
    (ABIF + b"2: a/3=b/2\n", "ranked_score", 3, 8, None),
    (ABIF + b"2: a/3>b\n", "ranked_score", 3, 4, None),
    (ABIF + b"2: a/3\n1:\n1: b\n", "ranked_score", 5, 3, None),
    (b"{seats: 0}\n1: a\n", "ranked_number", 1, None, None),
    (b"2:\n", "ranked_names", 1, None, None),
    # margin-irv
    (MARGIN + b"(5,7, 5) : 2\n", "ranked_twice", 4, 7, {((1,), (0,)): 2}),
    (MARGIN + b"(0,7) : 2\n", "ranked_candidate", 4, 2, {((0,),): 2}),
    (MARGIN + b"(7) : 0\n", "ranked_count", 4, 7, {}),
    (MARGIN + b"(7) : x\n", "ranked_count", 4, 7, None),
    (MARGIN + b" 7 : 2\n", "ranked_line", 4, 2, None),
    (b"7, 7\n-+-\n", "ranked_number", 1, 3, None),
    (b"7, 5\nAda\n-+-\n(5,) : 2\n", "ranked_names", 2, 4, {((1,),): 2}),
    (b"7\nAda,Bo\n-+-\n", "ranked_names", 2, 7, None),
    # CSV
    (RANKS + b"Ada,Bo,0\nBo,,1\n", "ranked_count", 2, 3, {((1,),): 1}),
    (RANKS + b"Ada,Bo,x\n", "ranked_count", 2, 3, None),
    (RANKS + b"Ada,Bo,1,more\n", "ranked_fields", 2, 4, {((0,), (1,)): 1}),
    (MARKS + b"2,1,3\n", "ranked_rank", 2, 3, {((0,),): 2}),
    (MARKS + b"2,0,1\n", "ranked_rank", 2, 2, {((1,),): 2}),
    (b"rank1,rank3\nAda,Bo\n", "ranked_columns", 1, 2, None),
    (b"rank1,Rank 1\nAda,Bo\n", "ranked_columns", 1, 2, None),
    (b"rank1,count,weight\nAda,1,1\n", "ranked_columns", 1, 3, None),
    (b"1,2,3\n1,2,3\n", "ranked_columns", 1, 1, None),
    (b"Ada,,Bo\n1,2,3\n", "ranked_columns", 1, 2, None),
    (b"Ada,Bo,Ada\n1,2,3\n", "ranked_columns", 1, 1, None),
    (RANKS, "ranked_names", 1, None, None),
    (RANKS + b'"' + b"x" * (2**20 + 1) + b'",,1\n', "ranked_fields", 2, None, None),
    # any
    ("2 1\né é".encode()[:-1] + b"\n0\n", "ranked_utf8", 2, 3, None),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code", "line", "column", "ballots"), FAULTS)
def test_a_fault_is_told_where_it_stands_and_repaired_where_that_guesses_nothing(
    data, code, line, column, ballots
):
    with pytest.raises(FormatError) as told:
        ranked.load(data)
    fault = told.value
    assert (fault.code, fault.line, fault.column) == (code, line, column)
    if ballots is None:
        with pytest.raises(FormatError):
            ranked.load(data, lenient=True)
    else:
        file = ranked.load(data, lenient=True)
        assert dict(file.rankings.rows()) == ballots
        assert file.notes


def test_each_repair_is_noted_with_its_place():
    data = PREFLIB + b"2: 1,1\n3: 7,2\n2: 1,1\n"
    assert ranked.load(data, lenient=True).notes == (
        "line 4, column 6: expected each candidate once on a ballot, found '1': the first counts",
        "line 5, column 4: expected a candidate of this contest, found '7': it is left out",
        "line 6, column 6: expected each candidate once on a ballot, found '1': the first counts",
    )


def test_candidates_without_a_name_are_called_by_their_numbers():
    for data in (
        b'3 1\n0\n"Ada"\n',
        b"# TITLE: x\n# NUMBER ALTERNATIVES: 3\n# ALTERNATIVE NAME 1: Ada\n",
    ):
        assert ranked.load(data, lenient=True).contest.names == ("Ada", "C2", "C3")
    data = b"3, 1, 2\nAda\n-+-\n"
    assert ranked.load(data, lenient=True).contest.names == ("Ada", "1", "2")


def test_a_head_that_says_other_than_the_ballots_is_noted():
    data = PREFLIB + b"# NUMBER VOTERS: 5\n# NUMBER UNIQUE ORDERS: 1\n2: 1\n"
    file = ranked.load(data)
    assert file.notes == ("NUMBER VOTERS says 5, the file has 2",)
    assert file == ranked.load(data.replace(b"S: 5", b"S: 2")) or file.options


def test_a_fault_is_the_first_in_the_file():
    data = b"2 1\n1 1 2 0\n1 9 0\n1 x 0\n0\n"
    with pytest.raises(FormatError) as told:
        ranked.load(data)
    assert told.value.line == 3
