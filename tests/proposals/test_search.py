"""A word is found wherever it stands in a proposal, with any ending, and with or without a blank."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals import queries, search
from proposals.queries import Filters
from tests import factories
from tests.factories import TEXT

FIELDS = ("title", "summary", "need", "benefit", "place")
PLAIN = replace(TEXT, title_en="", **dict.fromkeys(FIELDS, "보도"))


def found(session, asked):
    return len(queries.page(session, Filters(query=asked), start=0).proposals)


@pytest.mark.parametrize(
    "written", ["바닥형 보행신호를", "바닥형보행신호를 달아요", "바닥형 보행 신호에서"]
)
def test_a_word_is_found_in_every_text_with_any_ending_and_any_blank(session, now, written):
    for field in FIELDS:
        text = replace(PLAIN, **{field: written})
        factories.proposal(session, now, status="received", text=text)
    factories.proposal(session, now, status="received", text=PLAIN)
    for asked in ("보행신호", "보행 신호", "보행신호를", "보행신호가", "바닥형 보행신호"):
        assert found(session, asked) == len(FIELDS), asked


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("보행 신호", "행신"),  # pieces across a blank are no word
        ("놀 이터", "놀이"),
        ("신호등 보행", "보행신호"),
        ("바닥 신호", "바닥형 신호"),
    ],
)
def test_what_is_not_written_is_not_found(session, now, written, asked):
    factories.proposal(session, now, status="received", text=replace(PLAIN, need=written))
    assert found(session, asked) == 0


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=12))
def test_every_word_has_a_phrase_and_few(word):
    phrases = search.spellings(word)
    assert all(phrases)
    assert len(phrases) == len(set(phrases)) <= 8
