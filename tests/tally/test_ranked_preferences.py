"""How doubtful ballots are read for the rules by rounds."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from tally.ranked import Rankings
from tally.ranked.preferences import Reading, read
from tally.ranked.transfers import Part
from tests.tally.runoff_profiles import ABC, polls

DOUBTFUL = Rankings(
    size=3,
    starts=np.array([0, 2, 4, 6, 7, 10, 10]),
    # a=b; untold, b; a, then two blanks, b; c at the fourth rank; a, a, b; nothing
    places=np.array([0, 1, 3, 1, 0, 1, 2, 0, 0, 1], dtype=np.uint8),
    ranks=np.array([1, 1, 1, 2, 1, 4, 4, 1, 2, 3], dtype=np.uint8),
    weights=np.array([1, 2, 4, 8, 16, 32]),
)


@pytest.mark.parametrize(
    ("reading", "first", "ends"),
    [
        (Reading("skip"), ["", "b", "ab", "c", "aab", ""], [0, 0, 0, 0, 0, 4]),
        (Reading("end"), ["", "", "ab", "c", "aab", ""], [1, 1, 0, 0, 0, 4]),
        (Reading("exhaust"), ["ab", "", "ab", "c", "aab", ""], [0, 1, 0, 0, 0, 4]),
        (Reading("skip", most_skipped=1), ["", "b", "a", "", "aab", ""], [0, 0, 2, 2, 0, 4]),
        (Reading("skip", most_skipped=3), ["", "b", "ab", "c", "aab", ""], [0, 0, 0, 0, 0, 4]),
        (Reading("skip", most_ranks=2), ["", "b", "a", "", "aa", ""], [0, 0, 0, 4, 0, 4]),
        (Reading("end", repeats_end=True), ["", "", "ab", "c", "a", ""], [1, 1, 0, 0, 3, 4]),
        (
            Reading("end", most_skipped=0, repeats_end=True, most_ranks=3),
            ["", "", "a", "", "a", ""],
            [1, 1, 0, 4, 3, 4],
        ),
    ],
)
def test_how_doubtful_ballots_are_read(reading: Reading, first: list[str], ends: list[int]):
    found = read(ABC, DOUBTFUL, reading)
    marks = ["abc"[place] for place in found.places.tolist()]
    starts = found.starts.tolist()
    assert ["".join(marks[one:two]) for one, two in pairwise(starts)] == first
    assert found.ends is not None
    assert found.ends.tolist() == ends
    assert (found.tiers is not None) == (reading.overvote == "exhaust")


def test_a_plain_profile_is_used_as_it_is():
    plain = Rankings.of(3, [(0, 1), (2,)])
    found = read(ABC, plain, Reading("exhaust"))
    assert found.places is plain.places
    assert found.ends is None
    untold = Rankings.of(3, [(0, 3, 1), (1,)])
    assert read(ABC, untold, Reading("skip")).places.tolist() == [0, 1, 1]
    assert read(ABC, untold, Reading("wait")).ends.tolist() == [1, 0]
    nothing = Rankings.of(3, [])
    for reading in (Reading(), Reading("end", 0, True, 1)):
        assert len(read(ABC, nothing, reading).places) == 0


@given(polls(most=4, shares=True))
def test_a_part_without_ballots_of_a_pile_moves_nothing(poll):
    preferences = read(poll.contest, poll.rankings, Reading())
    part = Part(preferences.part(0, 0), poll.contest.standing)
    assert part.move(range(poll.size), marked=False) == {}
    assert part.first() == {}
