"""Numbers kept as formulas are compared as the fractions they are."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.formulas import LONGEST_TOLD, PLACES_TOLD, Formulas, Number, UndecidedError

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sum", "product", "quotient", "difference"]),
        st.integers(0, 99),
        st.integers(0, 99),
        st.fractions(0, 9, max_denominator=30),
    ),
    min_size=1,
    max_size=14,
)


def made(numbers: Formulas, steps) -> list[tuple[Number, Fraction]]:
    """Numbers made step by step of earlier ones, beside the fractions that they are."""
    known = [(numbers.one, Fraction(1)), (numbers.constant(Fraction(2, 3)), Fraction(2, 3))]
    for kind, at, other, factor in steps:
        (x, a), (y, b) = known[at % len(known)], known[other % len(known)]
        if kind == "product":
            known.append((numbers.product(x, y), a * b))
        elif kind == "quotient" and b:
            known.append((numbers.quotient(x, y), a / b))
        elif kind == "difference" and a >= b:
            known.append((numbers.sum([(1, x), (-1, y)]), a - b))
        else:
            known.append((numbers.sum([(factor, x), (2, y)], 3), (factor * a + 2 * b) / 3))
    return known


@given(STEPS, st.sampled_from([(16, 4096), (128, 8192)]))
def test_formulas_compare_as_their_fractions(steps, places):
    numbers = Formulas(places)
    known = made(numbers, steps)
    for x, a in known[-4:]:
        for y, b in known:
            assert numbers.compare(x, y) == (a > b) - (a < b)


@given(STEPS)
def test_what_is_told_is_exact_or_rounded_down(steps):
    numbers = Formulas()
    for x, a in made(numbers, steps):
        told = numbers.told(x)
        assert told in (a, Fraction(a * 2**PLACES_TOLD // 1, 2**PLACES_TOLD))
        assert abs(Fraction(numbers.about(x)) - a) <= a / 2**52 + Fraction(1, 2**100)


@given(st.dictionaries(st.integers(), st.integers(0, 3), min_size=1))
def test_the_least_are_named_in_the_order_given(values):
    numbers = Formulas()
    level = numbers.least({key: numbers.constant(value) for key, value in values.items()})
    assert level == [key for key, value in values.items() if value == min(values.values())]


def test_equal_formulas_are_one_object():
    numbers = Formulas()
    x, y = deep(numbers, 3), deep(numbers, 5)
    assert numbers.product(x, y) is numbers.product(y, x)
    assert numbers.sum([(1, x), (1, y)]) is numbers.sum([(2, y), (1, x), (-1, y)])
    assert numbers.quotient(numbers.sum([(3, x)]), numbers.sum([(6, x)])) is numbers.constant(
        Fraction(1, 2)
    )
    zero = numbers.sum([])
    assert numbers.compare(numbers.product(zero, x), zero) == 0
    assert numbers.told(numbers.quotient(zero, x)) == 0


def deep(numbers: Formulas, start: int, times: int = 12) -> Number:
    """x / (x + 1) and so on, squared each time: its digits double each time."""
    x = numbers.constant(start)
    for _ in range(times):
        x = numbers.quotient(x, numbers.sum([(1, x), (start, numbers.one)]))
        x = numbers.product(x, numbers.sum([(2, numbers.one), (-1, x)]))
    return x


def test_a_number_too_long_to_be_written_is_told_rounded_down():
    numbers = Formulas()
    x = deep(numbers, 3)
    assert numbers.written(x, LONGEST_TOLD) is None
    told = numbers.told(x)
    assert told.denominator <= 2**PLACES_TOLD
    assert numbers.compare(numbers.constant(told), x) < 0
    assert numbers.compare(numbers.constant(told + Fraction(1, 2**PLACES_TOLD)), x) > 0
    assert numbers.about(x) == pytest.approx(float(told))


def test_no_answer_is_given_rather_than_a_guess():
    numbers = Formulas(places=(128,))
    x, y = deep(numbers, 3), deep(numbers, 5)
    same = numbers.sum([(1, numbers.quotient(numbers.product(x, y), y))])
    with pytest.raises(UndecidedError, match="128 binary places"):
        numbers.compare(x, same)
    tiny = numbers.sum([(1, x), (-1, same)])  # 0, which no enclosure can prove
    for ask in (numbers.about, numbers.told):
        over = numbers.quotient(y, tiny)
        with pytest.raises(UndecidedError):
            ask(over)
    assert numbers.told(tiny) == 0
    assert numbers.about(tiny) == pytest.approx(0)


def tiny(numbers: Formulas, cubed: bool) -> tuple[Number, Number]:
    """A long number, and one between 0 and 2**-64, or between 0 and 2**-192."""
    x = deep(numbers, 3)
    little = numbers.sum([(1, x), (-1, numbers.constant(numbers.told(x)))])
    return x, numbers.product(little, numbers.product(little, little)) if cubed else little


def test_a_divisor_close_to_nothing_is_enclosed_more_closely():
    numbers = Formulas()
    ratio = numbers.quotient(*tiny(numbers, cubed=True))
    assert numbers.compare(ratio, numbers.constant(2**180)) > 0
    numbers = Formulas()
    ratio = numbers.quotient(*tiny(numbers, cubed=True))
    assert numbers.about(ratio) > 2.0**180
    numbers = Formulas()
    ratio = numbers.quotient(*tiny(numbers, cubed=True))
    assert numbers.told(ratio) > 2**180
    grid = Fraction(5, 2**PLACES_TOLD)
    smallest = tiny(numbers, cubed=True)[1]
    assert numbers.told(numbers.sum([(grid, numbers.one), (1, smallest)])) == grid
    numbers = Formulas()
    x, little = tiny(numbers, cubed=False)
    ratio = numbers.quotient(x, numbers.sum([(Fraction(1, 1024), little)]))
    assert numbers.about(ratio) > 2.0**60


def test_equal_numbers_of_different_formulas_are_written_out():
    numbers = Formulas()
    large = numbers.constant(3**200)
    one = numbers.product(large, numbers.constant(Fraction(1, 3**200)))
    assert one is not numbers.one
    assert numbers.compare(one, numbers.one) == 0
