"""The laws of likeness, whatever is written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proposals.similar import english, korean
from proposals.similar.reasons import Reasons, Shared
from proposals.similar.shelf import LEAST, Shelf
from proposals.similar.traits import BUCKETS, MOST, Traits, Written, traits

_NOUNS = (
    "가로등 골목 벤치 공원 놀이터 버스 정류장 도서관 자전거 신호등 건널목 어르신 아이들이 강아지 쓰레기 텃밭을 "
    "street lights benches dog park wifi"
)
NOUNS = _NOUNS.split()
sentences = st.lists(st.sampled_from(NOUNS), min_size=1, max_size=6).map(" ".join)
texts = st.builds(Written, title=sentences, summary=sentences | st.just(""), need=sentences)
crowds = st.lists(texts, min_size=1, max_size=12, unique=True)


def shelf_of(written):
    return Shelf.of((text.title + text.summary + text.need, traits(text)) for text in written)


def found(shelf, text, rarity=None, most=50):
    rarity = shelf.rarity if rarity is None else rarity
    return [
        (near.key, round(near.likeness, 4))
        for near in shelf.nearest(traits(text), most, rarity=rarity)
    ]


@given(crowds, texts, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_texts_does_not_matter(crowd, asked, dice):
    shuffled = list(crowd)
    dice.shuffle(shuffled)
    assert found(shelf_of(crowd), asked) == found(shelf_of(shuffled), asked)


@given(crowds)
@settings(deadline=None)
def test_a_text_finds_itself_first(crowd):
    shelf = shelf_of(crowd)
    for text in crowd:
        first = found(shelf, text)
        own = text.title + text.summary + text.need
        assert first[0][1] == pytest.approx(1, abs=1e-3)
        assert (own, first[0][1]) in first


@given(crowds, texts, texts)
@settings(deadline=None)
def test_one_text_more_raises_no_rank(crowd, more, asked):
    """By the same weights: how rare a trait is does change with the city."""
    before, after = shelf_of(crowd), shelf_of(crowd).with_changes({"more": [traits(more)]})
    old, new = ([key for key, _ in found(shelf, asked, before.rarity)] for shelf in (before, after))
    assert [key for key in new if key != "more"] == old


@given(crowds, st.lists(st.tuples(st.integers(0, 11), texts | st.none()), max_size=6), texts)
@settings(deadline=None)
def test_a_shelf_that_was_changed_is_one_that_was_made_so(crowd, changes, asked):
    kept = dict(enumerate(crowd))
    shelf = Shelf.of((key, traits(text)) for key, text in kept.items())
    for key, text in changes:
        shelf = shelf.with_changes({key: [traits(text)] if text else []})
        kept = {name: one for name, one in kept.items() if name != key}
        kept |= {key: text} if text else {}
    made = Shelf.of((key, traits(text)) for key, text in kept.items())
    assert np.allclose(shelf.rarity, made.rarity)
    assert found(shelf, asked) == found(made, asked)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None)
def test_nothing_that_is_typed_breaks_it(title, need):
    own = traits(Written(title, need=need))
    assert len(own) <= MOST
    assert all(own.numbers[:-1] < own.numbers[1:])
    assert all(own.numbers < BUCKETS)
    again = Traits.from_bytes(own.to_bytes())
    assert (again.numbers == own.numbers).all()
    assert (again.weights == own.weights).all()


def test_no_text_finds_nothing_and_an_empty_shelf_has_nothing():
    shelf = shelf_of([Written("가로등")])
    assert found(shelf, Written("  ")) == []
    assert found(shelf, Written("천문대")) == []
    assert found(Shelf.of([]), Written("가로등")) == []
    assert len(Shelf.of([("mute", traits(Written("!!! 해 주세요")))]).keys) == 0


def test_the_one_that_is_written_is_not_asked_for():
    shelf = shelf_of([Written("가로등"), Written("가로등 골목")])
    near = shelf.nearest(traits(Written("가로등")), 5, rarity=shelf.rarity, but="가로등")
    assert [one.key for one in near] == ["가로등 골목"]
    assert near[0].likeness >= LEAST


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("횡당보도 신설", "횡단보도 신설"),  # a slip of the finger
        ("보행 신호 연장", "보행신호를 연장해요"),  # a blank
        ("골목에 보안등", "가로등이 없는 뒷길"),  # other words
        ("Benches in the park", "공원에 앉을 곳"),  # another language
    ],
)
def test_words_that_differ_meet(asked, there):
    crowd = [Written(there), *(Written(f"{noun} 축제") for noun in ("김치", "나비", "장미"))]
    assert found(shelf_of(crowd), Written(asked))[0][0] == there


def test_the_shared_words_are_told_and_yours_where_it_is_another():
    asked, there = [Written("골목에 보안등을 달아 주세요")], [Written("어두운 골목 가로등 설치")]
    flat = np.ones(BUCKETS, np.float32)
    why = Reasons(asked, flat)
    assert set(why.shared_with(there)) == {Shared("골목"), Shared("가로등", "보안등")}
    assert why.shared_with([Written("수영 강습")]) == []


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("신호를", "신호"), ("골목에서", "골목"), ("넓히기", "넓히"), ("턱을", "턱"), ("마을", "마을"),
        ("아이", "아이"), ("가을", "가을"), ("도로", "도로"), ("공원과", "공원"), ("버스", "버스"),
    ],
)  # fmt: skip
def test_stems_of_korean_words(word, stem):
    assert korean.stem(word) == stem


def test_stems_of_english_words():
    words = ("benches", "lighting", "bins", "bus", "cycling", "a")
    assert [english.stem(word) for word in words] == ["bench", "light", "bin", "bus", "cycl", "a"]


def test_stored_traits_are_good_for_the_recipe_that_they_were_made_by():
    """If this fails, raise RECIPE and write the new figures here."""
    own = traits(Written("어두운 골목에 가로등을", "밤길", "Dark alleys."))
    assert (len(own), int(own.numbers.sum() % 99991), float(own.weights.sum())) == RECIPE_1


RECIPE_1 = (45, 62290, 67.03500366210938)
