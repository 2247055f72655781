"""One value, one row of bytes; other bytes are refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board.canonical import MOST, CanonicalError, dumps, loads

SHARED = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "jcs"


def _is_normal(text):
    try:
        dumps(text)
    except CanonicalError:
        return False
    return True


KEYS = st.text(st.characters(max_codepoint=127), max_size=5)
TEXTS = st.text(max_size=6).filter(_is_normal)
VALUES = st.recursive(
    st.booleans() | st.integers(-MOST, MOST) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_comes_back_from_its_bytes(value):
    data = dumps(value)
    assert loads(data) == value
    assert dumps(loads(data)) == data


@given(VALUES, st.integers(0, 5))
def test_blanks_and_another_order_are_refused(value, indent):
    data = json.dumps(value, indent=indent).encode()
    if data != dumps(value):
        with pytest.raises(CanonicalError):
            loads(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a":1,"a":1}', "a key stands twice"),
        (b'{"a":1.0}', "no whole number: 1.0"),
        (b'{"a":1e3}', "no whole number: 1e3"),
        (b"[NaN]", "no whole number: NaN"),
        (b"[null]", "neither text nor whole number"),
        (b"[-0]", r"written otherwise: \[0\]"),
        (b"[9007199254740992]", "out of range"),
        (b'{"b":1,"a":2}', "written otherwise"),
        ('{"é":1}'.encode(), "no ASCII text"),
        ('["e\u0301"]'.encode(), "normal form C"),
        (b'["\\ud800"]', "half a letter"),
        (b'["\\u0041"]', "written otherwise"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "digits|out of range"),
        (b"\xff", "utf-8"),
        (b"", "Expecting value"),
        (b"[1]\n", "written otherwise"),
    ],
)
def test_what_is_not_canonical_is_refused_and_told_why(data, why):
    with pytest.raises(CanonicalError, match=why):
        loads(data)


def test_only_the_values_that_leaves_need_can_be_written():
    for value in (None, 0.5, {1: 2}, MOST + 1, "e\u0301", {"a": b""}):
        with pytest.raises(CanonicalError):
            dumps(value)
    control = '\x00\x1f\b\f\n\r\t"\\\x7f'
    assert dumps([control]) == b'["\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\\x7f"]'


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="others' vectors are not at hand; an extra test")
def test_the_texts_in_the_vectors_of_others_are_written_as_they_say():
    seen = 0
    for path in sorted((SHARED / "input").glob("*.json")):
        written = (SHARED / "output" / path.name).read_bytes()
        for text in texts_in(json.loads(path.read_text(encoding="utf-8"))):
            if _is_normal(text):
                assert dumps(text) in written
                seen += 1
    assert seen > 20


def texts_in(value):
    """All texts of a value, its keys included."""
    if isinstance(value, str):
        return [value]
    inner = list(value.items()) if isinstance(value, dict) else value
    return (
        [text for part in inner for text in texts_in(part)]
        if isinstance(inner, (list, tuple))
        else []
    )
