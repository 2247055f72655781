"""A change of a text cut into parts, and one such part put into a text that has moved on. Pure.

Two long fields are cut into sentences and what stands between them; all other fields change as a
whole. A part fits where the sentences that it changes still stand as they were; what came between
is never overwritten.

Laws: all parts applied to their base give the proposed text. A part that is put into another text
changes nothing of it but the very words that it names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any

from proposals.versions.differences import MOST_WORK, Work, matched
from proposals.writing.updates import AREAS

MOST_PARTS = 40  # of one field; a text rewritten more than that is one part
_CONTEXT = 2  # sentences and gaps on each side that tell one place from another
_LONG_ENOUGH = 12  # letters by which a sentence that has moved is known again
# After the end of a sentence or of a line; the gap itself is a piece of its own.
_GAP = re.compile(r"(?:(?<=[.!?。？！…])[^\S\n]+|\n\s*)")


class How(StrEnum):
    """How well a part fits."""

    CLEAN = "clean"  # the place reads as it did
    MOVED = "moved"  # what it changes stands there, but what is around it has changed
    THERE = "there"  # the text reads so already


@dataclass(frozen=True)
class Hunk:
    """One part: in which field, after how many letters of the base, which words become which."""

    field: str
    start: int
    was: str
    becomes: str


@dataclass(frozen=True)
class Fit:
    """What the field reads with the part in it, and how well it fits."""

    value: str
    how: How


def spelled(said: Mapping[str, Any]) -> dict[str, str]:
    """Each field of a text as a string; nothing is the empty one."""
    return {name: "" if value is None else str(value) for name, value in said.items()}


def valued(field: str, spelt: str) -> Any:
    """The value of a field that was spelled."""
    if field == "cost_minor":
        return int(spelt) if spelt else None
    if field in ("neighbourhood", "field"):
        return spelt or None
    return spelt


def hunks(base: Mapping[str, str], proposed: Mapping[str, str]) -> list[Hunk]:
    """The parts by which one text becomes the other, in the order of the fields and the text."""
    found: list[Hunk] = []
    for field, was in base.items():
        becomes = proposed[field]
        if was != becomes:
            parts = list(_parts(field, was, becomes)) if field in AREAS else []
            whole = [Hunk(field, 0, was, becomes)]
            found += parts if 0 < len(parts) <= MOST_PARTS else whole
    return found


def _parts(field: str, was: str, becomes: str) -> Iterator[Hunk]:
    old, new = pieces(was), pieces(becomes)
    places = list(accumulate(map(len, old), initial=0))
    for kind, i1, i2, j1, j2 in matched(old, new, Work()) or []:
        if kind != "equal":
            yield Hunk(field, places[i1], "".join(old[i1:i2]), "".join(new[j1:j2]))


def pieces(text: str) -> list[str]:
    """Sentences and the gaps between them, which together are the text.

    >>> pieces("It is dark. We fall.")
    ['It is dark.', ' ', 'We fall.']
    """
    gaps = [place for found in _GAP.finditer(text) for place in found.span()]
    return [text[a:b] for a, b in pairwise([0, *gaps, len(text)]) if a < b]


def fitted(hunk: Hunk, base: str, now: str) -> Fit | None:
    """The part put into a field that reads `now`; None if it fits nowhere clearly.

    Parameters
    ----------
    base : the field as the amender read it
    """
    end = hunk.start + len(hunk.was)
    if now == base:
        return Fit(base[: hunk.start] + hunk.becomes + base[end:], How.CLEAN)
    if hunk.field not in AREAS or not base:
        return Fit(now, How.THERE) if now == hunk.becomes else None
    return _placed(hunk, pieces(base), pieces(now))


@dataclass(frozen=True)
class _Place:
    """The pieces `first` to `last` of the old ones, which the part changes, among the new ones."""

    becomes: str
    old: Sequence[str]
    new: Sequence[str]
    first: int
    last: int
    to: Mapping[int, int]  # old piece -> new piece, where it was kept

    @property
    def own(self) -> Sequence[str]:
        return self.old[self.first : self.last]

    def put(self, start: int, end: int, how: How) -> Fit:
        return Fit("".join([*self.new[:start], self.becomes, *self.new[end:]]), how)


def _placed(hunk: Hunk, old: Sequence[str], new: Sequence[str]) -> Fit | None:
    """The part put where its pieces stand now, by the first rule that tells."""
    places = list(accumulate(map(len, old), initial=0))
    ends = hunk.start, hunk.start + len(hunk.was)
    to = _kept(old, new)
    if to is None or not set(ends) <= set(places):
        return None  # too much to be compared, or cut by rules that are no more
    first, last = map(places.index, ends)
    place = _Place(hunk.becomes, old, new, first, last, to)
    fits = (rule(place) for rule in (_already, _where_it_was, _among_others, _elsewhere))
    return next((fit for fit in fits if fit is not None), None)


def _already(place: _Place) -> Fit | None:
    """What stands between the neighbours is what the part wants."""
    left, right = place.to.get(place.first - 1), place.to.get(place.last)
    if left is None or right is None:
        return None
    there = "".join(place.new[left + 1 : right]) == place.becomes
    return Fit("".join(place.new), How.THERE) if there else None


def _where_it_was(place: _Place) -> Fit | None:
    """The pieces and those around them stand together as they did."""
    start = max(place.first - _CONTEXT, -1)
    around = range(start, min(place.last + _CONTEXT, len(place.old) + 1))
    if not _in_a_row([place.to.get(at) for at in around]):
        return None
    return place.put(place.to[place.first - 1] + 1, place.to[place.last], How.CLEAN)


def _among_others(place: _Place) -> Fit | None:
    """New words between neighbours that both still stand: after what came between them.

    None if they would run on without a blank.
    """
    left, right = place.to.get(place.first - 1), place.to.get(place.last)
    if place.own or left is None or right is None:
        return None
    before, after = "".join(place.new[:right])[-1:], "".join(place.new[right:])[:1]
    joints = ((before, place.becomes[0]), (place.becomes[-1], after))
    if any(a.strip() and b.strip() for a, b in joints):
        return None
    return place.put(right, right, How.MOVED)


def _elsewhere(place: _Place) -> Fit | None:
    """The pieces stand somewhere still, and there is nothing to mistake them for."""
    own = place.own
    if not own or _count(place.new, own) != 1 or _count(place.old, own) != 1:
        return None
    is_kept = _in_a_row([place.to.get(at) for at in range(place.first, place.last)])
    if not is_kept and len("".join(own)) < _LONG_ENOUGH:
        return None
    at = next(_found(place.new, own))
    return place.put(at, at + len(own), How.MOVED)


def _kept(old: Sequence[str], new: Sequence[str]) -> dict[int, int] | None:
    """Old piece -> new piece where they are the same; the borders of both texts are kept too."""
    steps = matched(old, new, Work(MOST_WORK))
    if steps is None:
        return None
    kept = {-1: -1, len(old): len(new)}
    for kind, i1, i2, j1, _ in steps:
        if kind == "equal":
            kept |= {i1 + at: j1 + at for at in range(i2 - i1)}
    return kept


def _in_a_row(places: Sequence[int | None]) -> bool:
    return None not in places and all(
        b - a == 1 for a, b in pairwise(place for place in places if place is not None)
    )


def _count(among: Sequence[str], sought: Sequence[str]) -> int:
    return sum(1 for _ in _found(among, sought))


def _found(among: Sequence[str], sought: Sequence[str]) -> Iterator[int]:
    for at in range(len(among) - len(sought) + 1):
        if among[at : at + len(sought)] == sought:
            yield at
