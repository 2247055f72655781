"""Codes that people type."""

from hypothesis import given
from hypothesis import strategies as st

from core import codes


@given(st.text(codes.ALPHABET, min_size=1, max_size=30))
def test_a_code_is_read_as_it_was_printed(code):
    assert codes.normal(codes.grouped(code)) == code
    assert codes.normal(f" {codes.grouped(code).lower()} ") == code


def test_letters_that_look_alike_are_one():
    assert codes.normal("oil u") == "011V"


def test_codes_are_fresh_and_as_long_as_asked_for():
    found = {codes.new(16) for _ in range(200)}
    assert len(found) == 200
    assert {len(code) for code in found} == {16}
    assert {letter for code in found for letter in code} == set(codes.ALPHABET)
