import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money

currencies = st.sampled_from(["KRW", "EUR", "PLN", "XXX"])


@given(st.integers(0, 10**15), currencies)
def test_what_is_printed_is_read_back(minor: int, currency: str):
    assert money.parse(money.plain(minor, currency), currency) == minor
    assert money.parse(money.exact(minor, currency).removesuffix(f" {currency}"), currency) == minor


@given(st.integers(0, 10**13))
def test_korean_words_are_exact(won: int):
    assert money.parse(money.in_words(won, "KRW", "ko"), "KRW") == won


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1,234,000원", 1234000),
        ("1억 2,000만 원", 120_000_000),
        ("₩ 5", 5),
        ("3만", 30_000),
        ("1.5억", 150_000_000),
    ],
)
def test_amounts_as_people_write_them(text: str, minor: int):
    assert money.parse(text, "KRW") == minor


@pytest.mark.parametrize("text", ["", "lots", "-5", "1.5", "1..2", "만", "1e5"])
def test_what_is_no_amount_of_won(text: str):
    with pytest.raises(ValueError, match="."):
        money.parse(text, "KRW")


def test_english_words_and_other_currencies():
    assert money.in_words(1_500_000_000, "KRW", "en") == "₩1.5 billion"
    assert money.in_words(27_510_000, "KRW", "en") == "₩27.51 million"
    assert money.in_words(27_511_111, "KRW", "en") == "₩27,511,111"
    assert money.in_words(1250, "EUR", "ko") == "€12.50"
    assert money.exact(-5, "KRW") == "-₩5"
    assert money.plain(-1250, "EUR") == "-12.5"
