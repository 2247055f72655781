"""How often the proposal that is meant is among the first five, in other words than its own."""

from collections import defaultdict

import pytest

from proposals.similar.shelf import Shelf
from proposals.similar.traits import traits
from tests.proposals.similar.fixture import others, pairs

FIRST = 5


@pytest.fixture(scope="module")
def hits():
    """Kind and whether held out -> for each pair, whether it was found."""
    asked = pairs()
    meant = [(place, traits(pair.meant)) for place, pair in enumerate(asked)]
    shelf = Shelf.of([*meant, *((f"other {n}", traits(text)) for n, text in enumerate(others()))])
    found = defaultdict(list)
    for place, pair in enumerate(asked):
        near = shelf.nearest(traits(pair.asked), FIRST, rarity=shelf.rarity)
        found[pair.kind, pair.is_held_out].append(place in [one.key for one in near])
    return found


@pytest.mark.parametrize("is_held_out", [False, True], ids=["tuned on", "held out"])
@pytest.mark.parametrize(("kind", "least"), [("ko", 0.8), ("en", 0.7), ("mixed", 0.7)])
def test_the_one_that_is_meant_is_among_the_first_five(hits, kind, least, is_held_out):
    told = hits[kind, is_held_out]
    print(f"recall@5 {kind}: {sum(told)} of {len(told)}")  # noqa: T201 - shown by pytest -s
    assert sum(told) / len(told) >= least


def test_the_fixture_is_as_large_as_it_is_said_to_be(hits):
    size = {kind: len(hits[kind, False]) + len(hits[kind, True]) for kind in ("ko", "en", "mixed")}
    assert size["ko"] >= 60
    assert size["en"] >= 15
    assert size["mixed"] >= 10
    assert len(others()) > 400
