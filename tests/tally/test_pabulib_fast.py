"""The fast reader gives what the careful one gives, or leaves the file to it."""

import importlib.util
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import FormatError
from tally.formats import pabulib
from tally.formats.pabulib import Election, arrays, groups, table, words
from tally.formats.pabulib.words import Lexicon, NotPlainError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"
SPEC = importlib.util.spec_from_file_location(
    "fuzz_pabulib", Path(__file__).with_name("fuzz_pabulib.py")
)
fuzz = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fuzz)

IDS = ("1", "2", "10", "P-1", "a b", "Łódź", "2022/GRA/0002", "ninety-nine red balloons", "votes")
EXTRAS = ("age", "sex", "name;", "", "é")


def is_same(one: Election, other: Election) -> bool:
    """Equal in all, the order of ballots and the arrays' types included."""
    mine, theirs = one.profile, other.profile
    pairs = [
        (getattr(mine, said), getattr(theirs, said)) for said in ("starts", "places", "weights")
    ]
    if mine.points is not None or theirs.points is not None:
        pairs.append((mine.points, theirs.points))
    return (
        one == other
        and mine.points_unit == theirs.points_unit
        and all(np.array_equal(x, y) and x.dtype == y.dtype for x, y in pairs)
    )


@st.composite
def plain_files(draw: st.DrawFn) -> str:
    """Files as cities publish them: any kind, order of columns, line breaks, further columns."""
    word = draw(st.sampled_from(sorted(pabulib.KIND_OF)))
    with_points = pabulib.KIND_OF[word] in ("cumulative", "scored")
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, unique=True))
    costs = st.sampled_from(["0", "5", "12,50", "1000.25", "007"])
    columns = draw(
        st.permutations(["voter_id", "vote", "age", *(["points"] if with_points else [])])
    )
    lines = ["META", "key;value", f"vote_type;{word}", f"budget;{draw(costs)}", "unit;Łódź"]
    lines += [
        f"{key};{draw(st.integers(0, 3))}" for key in ("num_votes", "min_length", "max_length")
    ]
    lines += ["PROJECTS", "name;cost;project_id", *(f'"Lamp; {n}";{draw(costs)};{n}' for n in ids)]
    lines += ["VOTES", ";".join(columns)]
    ballots = st.lists(st.sampled_from(ids), unique=True, max_size=4)
    for voter, ballot in enumerate(draw(st.lists(ballots, min_size=1, max_size=12))):
        points = [draw(st.sampled_from(["0", "1", "1.0", "2.5", "30"])) for _ in ballot]
        said = {
            "voter_id": draw(st.sampled_from(["{}", "voter{}", "a-very-long-name-{}"])).format(
                voter
            ),
            "vote": ",".join(ballot),
            "points": ",".join(points),
            "age": draw(st.sampled_from(["", "40", "é"])),
        }
        lines.append(";".join(said[column] for column in columns))
    text = draw(st.sampled_from(["\n", "\r\n"])).join(lines)
    return (
        draw(st.sampled_from(["", "\ufeff"])) + text + draw(st.sampled_from(["", "\n", "\r\n\n"]))
    )


TRAPS = {
    "a field in quotes": ("40", '"40"'),
    "a row in quotes": ("\n", '\n"'),
    "a blank before a voter": ("\nvoter", "\n voter"),
    "a blank after a choice": (",", " ,"),
    "an odd line break": ("\n", "\r"),
    "a blank line": ("\n", "\n\n"),
    "trailing empty fields": ("\n", ";;\n"),
    "too many fields": ("\n", ";more\n"),
    "missing trailing fields": (";\n", "\n"),
    "a zero byte": ("é", "\0"),
    "the same voter": ("voter1", "voter0"),
    "the same choice": ("10", "1"),
    "an unknown choice": (",10", ",99"),
    "a choice too many": (",", ",1,"),
    "a choice without a name": (",", ",,"),
    "no voter": ("voter1", ""),
    "a section within": ("\n1;", "\nvotes;"),
    "a section's long s": ("\n1;", "\nvoteſ;"),
    "a negative number": ("30", "-30"),
    "a large number": ("30", "9" * 19),
    "another order of sections": ("PROJECTS", "PROJECT"),
}


@st.composite
def odd_files(draw: st.DrawFn) -> bytes:
    """Plain files into which a few traps were put, anywhere."""
    text = draw(plain_files())
    for trap in draw(st.lists(st.sampled_from(sorted(TRAPS)), max_size=3)):
        old, new = TRAPS[trap]
        where = draw(st.integers(0, max(text.count(old) - 1, 0)))
        parts = text.split(old)
        text = (
            old.join(parts[: where + 1])
            + (new if len(parts) > 1 else "")
            + old.join(parts[where + 1 :])
        )
    return text.encode()


@given(plain_files(), st.sampled_from([150, 400, table.CHUNK]))
def test_a_plain_file_is_read_fast_and_to_the_same_arrays(text, chunk):
    data = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "CHUNK", chunk)
        election = arrays.plain(data)
    assert is_same(election, pabulib.read_bytes(data).election())


@given(odd_files(), st.booleans())
def test_both_readers_give_the_same_values_or_the_same_fault(data, lenient):
    fast = fuzz.said_by(lambda: pabulib.load(data, lenient=lenient))
    slow = fuzz.said_by(lambda: pabulib.read_bytes(data, lenient=lenient).election())
    assert is_same(fast, slow) if isinstance(slow, Election) else fast == slow


@given(st.integers(0, 2**32))
def test_both_readers_agree_on_broken_files(seed):
    rng = np.random.default_rng(seed)
    for _ in range(5):
        assert list(fuzz.compare(fuzz.mutated(rng, OWN)))


OWN = fuzz.seeds(fuzz.FOLDERS[:2])


def test_the_fuzzer_counts_its_inputs_and_failures(capsys, monkeypatch):
    monkeypatch.setattr(table, "CHUNK", table.CHUNK)  # so that it is put back
    assert fuzz.main(20, 1) == 0
    monkeypatch.setattr(fuzz, "said_by", lambda _read: object())
    assert fuzz.main(1, 1) == 1
    assert "1 failures." in capsys.readouterr().out


PLAIN = (
    "META\nkey;value\nbudget;100\nvote_type;{}\nPROJECTS\nproject_id;cost\n1;10\n2;20\n"
    "VOTES\nvoter_id;vote;points;age\nx;1,2;3,4;40\ny;;;\nz;2,1;4,3;\n"
)


def is_left(text: str) -> bool:
    """Whether the fast reader leaves a file to the careful one."""
    try:
        arrays.plain(text.encode())
    except (NotPlainError, FormatError):
        return True
    return False


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x;", '"x";'),  # quotes
        ("4;40", '4;"40"'),
        ("VOTES\n", '"VOTES"\nvoter_id;vote;points;age\n"q;1\nVOTES\n'),
        ("vote;points", '"vote";points'),
        ("VOTES", "'VOTES"),
        ("vote;points", "vote ;points"),
        ("x;", "x\0;"),  # zero bytes
        ("1;10", "1\0;10"),
        ("4;40", "4;4\r0"),  # line breaks
        ("budget;100", 'budget;100\ncomment;"a\rb"'),
        (";3,4;", ";3,4\n"),
        ("y;;;\nz;", "y;\n;;;z;"),
        ("y;;;\n", "\ny;;;\n"),
        ("40\n", "40"),
        ("age\nx;1,2;3,4;40\ny;;;\nz;2,1;4,3;\n", "age\n"),
        ("x;1,2;3,4;40\ny;;;\nz;2,1;4,3;\n", "\n"),
        ("y;;;", "y;;"),  # fields
        ("y;;;", "y;;;;"),
        ("x;", ";"),  # voters
        ("x;", " x;"),
        ("x;", "x ;"),
        ("x;", "x\xa0;"),
        ("x;", "x" * 65 + ";"),
        ("x;", "y;"),
        ("y;;;", "votes;;;"),
        ("1,2;", "1,3;"),  # choices
        ("1,2;", "1,1;"),
        ("1,2;", "1,2,;"),
        (";3,4", ";3"),  # points
        (";3,4;40\ny;;;\nz;2,1;4,3;", ";3;40\ny;;;\nz;2,1;5,4,3;"),
        (";3,4", ";3,-4"),
        (";3,4", ";3,four"),
        (";3,4", ";3,123456789"),
        ("1;10\n2;20\n", ""),  # projects
        ("1;10\n", "1;10\n" + "".join(f"p{n};1\n" for n in range(words.MOST_KEYS))),
        ("1;10\n", "1;10\n" + "p" * 65 + ";1\n"),
    ],
)
def test_what_the_fast_reader_cannot_prove_plain_it_leaves(old, new):
    text = PLAIN.format("cumulative")
    assert not is_left(text)
    assert old in text
    assert is_left(text.replace(old, new))


def test_a_blank_row_is_no_voter_wherever_their_column_is():
    text = "VOTES\nvote;voter_id;points\n1;x;2\n;;\n2;y;2\n"
    text = PLAIN.format("scoring").partition("VOTES")[0] + text
    assert is_left(text)
    assert pabulib.load(text.encode()).profile.ballots == 2


def test_bytes_that_are_no_utf8_are_left_in_head_and_ballots():
    for place in (b"budget", b"\ny;"):
        data = PLAIN.format("approval").encode().replace(place, place + b"\xff")
        with pytest.raises(NotPlainError):
            arrays.plain(data)
        with pytest.raises(FormatError, match="UTF-8"):
            pabulib.load(data)


def test_a_line_longer_than_a_chunk_is_left(monkeypatch):
    monkeypatch.setattr(table, "CHUNK", 8)
    assert is_left(PLAIN.format("approval"))


def test_ranked_ballots_that_repeat_a_project_are_left():
    assert not is_left(PLAIN.format("ordinal"))
    assert is_left(PLAIN.format("ordinal").replace("2,1", "2,2"))


def test_points_beyond_the_arrays_are_left(monkeypatch):
    monkeypatch.setattr(arrays, "LARGEST", 4)
    assert is_left(PLAIN.format("scoring"))


def test_a_project_named_twice_in_a_set_is_noted_with_its_line(monkeypatch):
    text = PLAIN.format("approval").replace("2,1", "2,1,2")
    for chunk in (16, table.CHUNK):
        monkeypatch.setattr(table, "CHUNK", chunk)
        election = arrays.plain(text.encode())
        assert election.notes == ("line 13: a project named twice on one ballot is read once",)
        assert is_same(election, pabulib.read(text).election())


def test_repairs_above_the_ballots_do_not_slow_the_reader():
    data = PLAIN.format("approval").replace("budget;100", "budget;100\nbudget;5").encode()
    assert arrays.plain(data, lenient=True) == pabulib.read_bytes(data, lenient=True).election()
    with pytest.raises(FormatError, match="each key once"):
        pabulib.load(data)


@pytest.mark.parametrize(("twice", "once"), [("1", "2"), ("1", "1,2"), ("", "1")])
def test_ballots_whose_marks_agree_by_accident_are_kept_apart(monkeypatch, twice, once):
    head = PLAIN.format("approval").partition("VOTES")[0]
    data = f"{head}VOTES\nvoter_id;vote\nx;{twice}\ny;{twice}\nz;{once}\n".encode()
    assert arrays.plain(data).profile.weights.tolist() == [2, 1]
    monkeypatch.setattr(arrays, "marks", lambda _told, count: np.zeros(len(count), dtype=np.uint64))
    election = arrays.plain(data)
    assert election.profile.weights.tolist() == [1, 1, 1]
    assert election == pabulib.read_bytes(data).election()


def test_a_lexicon_that_finds_no_spread_says_so(monkeypatch):
    monkeypatch.setattr(words, "TRIES", 0)
    with pytest.raises(NotPlainError):
        Lexicon([b"a", b"b"])


@given(
    st.lists(
        st.binary(min_size=1, max_size=64).filter(lambda s: 0 not in s), min_size=1, unique=True
    )
)
def test_a_lexicon_finds_its_keys_and_no_other_token(keys):
    text = b"".join(keys) + b"x" + words.PADDING
    length = np.array([len(key) for key in keys])
    start = np.cumsum(length) - length
    window, lexicon = words.Window(text), Lexicon(keys)
    places, is_known = lexicon.find(window.words(start, length, lexicon.width))
    assert places.tolist() == list(range(len(keys)))
    assert is_known.all()
    shorter = [key[:-1] for key in keys]
    _, is_known = lexicon.find(window.words(start, length - 1, lexicon.width))
    assert is_known.tolist() == [key in keys for key in shorter]


@given(st.lists(st.lists(st.integers(0, 3)), min_size=1))
def test_equal_ballots_are_kept_once_at_their_first_place(ballots):
    count = np.array([len(ballot) for ballot in ballots])
    picks = np.array([pick for ballot in ballots for pick in ballot], dtype=np.int16)
    rank = groups.spans(np.zeros_like(count), count)
    is_first, weights = groups.grouped(groups.marks(rank * 4 + picks, count), count, [picks])
    found = dict(
        zip(
            [b for b, first in zip(map(tuple, ballots), is_first, strict=True) if first],
            weights,
            strict=True,
        )
    )
    assert list(found) == list(dict.fromkeys(map(tuple, ballots)))
    assert all(ballots.count(list(ballot)) == number for ballot, number in found.items())


@pytest.mark.parametrize(
    ("kind", "weights"), [("approval", [3]), ("ordinal", [2, 1]), ("scoring", [2, 1])]
)
def test_ballots_are_equal_if_the_order_and_points_that_their_kind_knows_are(kind, weights):
    rows = "VOTES\nvoter_id;vote;points\nx;1,2;3,4\ny;2,1;3,4\nz;1,2;3,4\n"
    data = (PLAIN.format(kind).partition("VOTES")[0] + rows).encode()
    assert arrays.plain(data).profile.weights.tolist() == weights


def test_an_election_is_frozen_and_knows_its_names():
    election = pabulib.load(PLAIN.format("approval").encode())
    assert election.names == {"1": "1", "2": "2"}
    with pytest.raises(FrozenInstanceError):
        election.notes = ()


FILES = sorted(SHARED.glob("*.pb"))
SHORT = 100_000  # bytes: the rest would take long and say no more


@pytest.mark.shared
@pytest.mark.skipif(not FILES, reason="the shared elections are not at hand; extra tests")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_both_readers_agree_on_real_elections(path: Path):
    data = path.read_bytes()
    file = pabulib.read_bytes(data)
    assert is_same(arrays.plain(data), file.election())
    assert len(data) > SHORT or pabulib.read(pabulib.write(file)) == file
