"""Words that went and came: whole, readable, and never too much work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.versions import differences
from proposals.versions.differences import Mark, Piece, Work, compared, folded, matched

WORDS = st.lists(
    st.sampled_from(["공원을", "공원에", "길이", "어두워요", ".", " ", "\n", "  ", "the", "3,000", "👨‍👩‍👧", "(", "a.b"])
).map("".join)  # fmt: skip
TEXTS = WORDS | st.text(max_size=60)


def told(pieces, *marks):
    return "".join(piece.text for piece in pieces if piece.mark in marks)


@given(old=TEXTS, new=TEXTS)
def test_what_did_not_go_is_the_new_text_and_what_did_not_come_the_old_one(old, new):
    pieces = compared(old, new)
    assert told(pieces, Mark.SAME, Mark.NEW) == new
    assert "".join(told(pieces, Mark.SAME, Mark.GONE).split()) == "".join(old.split())
    assert all(piece.text for piece in pieces)


@given(old=TEXTS, new=TEXTS)
def test_by_lines_the_same_laws_hold(old, new):
    pieces = differences._joined(differences._by_lines(old, new, Work()))
    assert told(pieces, Mark.SAME, Mark.NEW) == new
    assert "".join(told(pieces, Mark.SAME, Mark.GONE).split()) == "".join(old.split())


@given(text=TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert told(compared(text, text), Mark.GONE, Mark.NEW) == ""
    assert folded(compared(text, text)) == []


@pytest.mark.parametrize(
    ("old", "new", "gone", "came"),
    [
        ("공원을 고쳐요.", "공원에 고쳐요.", ["공원을 "], ["공원에 "]),
        ("It costs 3,000 won.", "It costs 3,500 won.", ["3,000 "], ["3,500 "]),
        ("밝아져요.", "밝아져요!", ["."], ["!"]),
        ("one two", "one  two", [], []),
        ("A big red ball lies here.", "A small red box lies here.", ["big red ball "], ["small red box "]),
        ("one\ntwo", "one\n\ntwo", [], ["\n"]),
        ("", "new words", [], ["new words"]),
        ("old words", "", ["old words"], []),
    ],
)  # fmt: skip
def test_changes_read_as_people_would_tell_them(old, new, gone, came):
    pieces = compared(old, new)
    assert [piece.text for piece in pieces if piece.mark == Mark.GONE] == gone
    assert [piece.text for piece in pieces if piece.mark == Mark.NEW] == came


@given(old=TEXTS, new=TEXTS, times=st.integers(1, 40))
def test_folding_hides_only_what_stayed(old, new, times):
    long = "그대로 둔 말이에요. " * times
    pieces = compared(long + old + long, long + new + long)
    some = folded(pieces)
    if some:
        assert "".join(piece.text for piece in some) == "".join(piece.text for piece in pieces)
        for mark in (Mark.GONE, Mark.NEW):
            assert told(some, mark) == told(pieces, mark)


def test_long_stretches_are_folded_at_blanks():
    long = "그대로 둔 말이에요. " * 40
    some = folded(compared(f"{long}낮 {long}", f"{long}밤 {long}"))
    assert [piece.mark for piece in some] == ["folded", "same", "gone", "new", "same", "folded"]
    assert all(len(piece.text) <= 120 for piece in some if piece.mark == Mark.SAME)
    assert some[0].text.endswith(" ")


def test_a_run_without_blanks_is_folded_too():
    some = folded([Piece(Mark.SAME, "가" * 1000), Piece(Mark.NEW, "나")])
    assert [len(piece.text) for piece in some] == [940, 60, 1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x " * 20_000, "x y " * 20_000),
        ("." * 300_000, "a" * 300_000),
        ("a\n" * 20_000, "b\n" * 20_000 + "a\n" * 9_000),
        ("a.b" * 100_000 + "!" * 100_000, "(" * 200_000),
        ("\n".join("x " * 100 + str(n) for n in range(500)),
         "\n".join("x y " * 100 + str(n) for n in range(500))),
    ],
)  # fmt: skip
def test_hostile_texts_cost_no_more_than_is_allowed(old, new, monkeypatch):
    spent = []

    def noted(a, b, work):
        before = work.left
        found = matched(a, b, work)
        spent.append(before - work.left)
        return found

    monkeypatch.setattr(differences, "matched", noted)
    pieces = compared(old, new)
    assert sum(spent) <= differences.MOST_WORK
    assert told(pieces, Mark.SAME, Mark.NEW) == new
