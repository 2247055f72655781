"""The gate: what is no edit of a proposal's text is refused, whatever it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text, XmlFragment

from proposals.errors import GapInUpdateError, UnreadableUpdateError
from proposals.writing import updates

TEXTS = st.text(st.sampled_from("가나다 abc\n한👋🏽👍é"), min_size=1, max_size=12)


def typed(*words: str, client: int = 7, field: str = "need") -> list[bytes]:
    """The updates of a page that types these words one after the other."""
    document, made = Doc(client_id=client), []
    text = document.get(field, type=Text)
    document.observe(lambda event: made.append(event.update))
    for word in words:
        text += word
    return made


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_units_are_counted_as_yjs_counts_them(words):
    clock = 0
    for update, word in zip(typed(*words), words, strict=True):
        said = updates.read(update)
        length = len(word.encode("utf-16-le")) // 2
        assert [(s.client, s.clock, s.length, s.text) for s in said.structs] == [
            (7, clock, length, word)
        ]
        assert updates.rises(said, {7: clock}) == {7: clock + length}
        clock += length


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_read_but_never_a_fault(data):
    try:
        said = updates.read(data)
    except UnreadableUpdateError:
        return
    try:
        updates.rises(said, {})
    except GapInUpdateError:
        return
    assert all(struct.length > 0 for struct in said.structs)


@given(st.lists(TEXTS, min_size=1, max_size=3), st.data())
def test_a_damaged_update_is_no_fault_either(words, data):
    update = bytearray(typed(*words)[-1])
    update[data.draw(st.integers(0, len(update) - 1))] = data.draw(st.integers(0, 255))
    test_garbage_is_refused_or_read_but_never_a_fault.hypothesis.inner_test(bytes(update))


def test_every_beginning_of_an_update_is_refused():
    update = typed("한글 abc")[0]
    for length in range(len(update)):
        with pytest.raises(UnreadableUpdateError):
            updates.read(update[:length])
    with pytest.raises(UnreadableUpdateError):
        updates.read(update + b"\0")


def others() -> dict[str, bytes]:
    """Updates of Yjs that hold something else than text of a proposal."""
    found = {}
    for name, kind, change in (
        ("an array", Array, lambda it: it.append(1)),
        ("a map", Map, lambda it: it.__setitem__("need", "x")),
        ("elements", XmlFragment, lambda it: it.children.append("x")),
        ("an embedded value", Text, lambda it: it.insert_embed(0, {"x": 1})),
        ("a format", Text, lambda it: it.insert(0, "x", {"bold": True})),
    ):
        document = Doc(client_id=1)
        change(document.get("need", type=kind))
        found[name] = document.get_update()
    found["a field that is not there"] = typed("x", field="status")[0]
    found["a zero character"] = typed("a\0b")[0]
    found["a lone return"] = typed("a\rb")[0]
    found["more writers than a person has pages"] = b"\x41" + b"\1" * 400
    found["a number beyond all measure"] = b"\1\1" + b"\xff" * 9 + b"\1" + typed("x")[0][4:]
    found["one writer twice"] = b"\2" + typed("x")[0][1:-1] + typed("x")[0][1:]
    return found


@pytest.mark.parametrize("name", others())
def test_what_is_no_text_of_a_proposal_is_refused(name):
    with pytest.raises(UnreadableUpdateError):
        updates.read(others()[name])


def test_what_hangs_on_something_missing_is_refused():
    first, second = typed("ab", "cd")
    with pytest.raises(GapInUpdateError):
        updates.rises(updates.read(second), {})
    with pytest.raises(GapInUpdateError):
        updates.rises(updates.read(second), {7: 1})
    assert updates.rises(updates.read(second), {7: 2}) == {7: 4}
    assert updates.rises(updates.read(first), {7: 4}) == {}  # known already


def test_a_deletion_of_what_is_not_there_is_refused():
    assert updates.rises(updates.read(b"\0\1\7\1\0\2"), {7: 2}) == {}
    with pytest.raises(GapInUpdateError):
        updates.rises(updates.read(b"\0\1\7\1\0\3"), {7: 2})


def test_units_that_hang_on_each_other_in_a_circle_are_refused():
    def unit(client: int, other: int) -> bytes:  # one letter, after the first of the other
        return bytes([1, client, 0, 0x84, other, 0, 1]) + b"x"

    with pytest.raises(GapInUpdateError):
        updates.rises(updates.read(b"\2" + unit(2, 1) + unit(1, 2) + b"\0"), {})


def test_units_that_hang_on_each_other_by_turns_are_counted():
    """Two clients of one person, each unit after the last of the other; in any order of clients."""
    count = 40
    first = bytes([count, 1, 0, 4, 1, 4]) + b"need" + b"\1x"
    first += b"".join(bytes([0x84, 2, at, 1]) + b"x" for at in range(count - 1))
    second = bytes([count, 2, 0]) + b"".join(bytes([0x84, 1, at, 1]) + b"y" for at in range(count))
    for blocks in (first + second, second + first):
        said = updates.read(b"\2" + blocks + b"\0")
        assert updates.rises(said, {}) == {1: count, 2: count}
