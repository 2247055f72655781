"""ABIF, the Aggregated Ballot Information Format.

::

    {title: "Capital"}              metadata: title, seats; others are kept
    =nash:[Nashville, TN]           a short name, and the name
    42: memph > nash = chat         forty-two ballots; "," is read as "="
    26: nash/5, chat/3, memph/0     with points: these rank, where only "," parts the marks
    3:                              three empty ballots

References
----------
R. Lanphier, ABIF (electowiki.org/wiki/ABIF); its grammar, abif-v0.31.ebnf (electorama/abif).
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import numpy as np

from tally.contest import Amount
from tally.formats.faults import Faults
from tally.formats.ranked.file import (
    MOST,
    WHOLE,
    Mark,
    RankedFile,
    fault,
    in_order,
    lines_of,
    remembered,
    tiers_of,
    unified,
    voters,
)
from tally.ranked import Contest, Rankings
from tally.ranked.ballots import Tiers

_CALLED = r'\[[^\[\]]+\]|"(?:[^"\\]|\\.)*"|[^\W\d][\w-]*'
_COMMENT = re.compile(r'\[[^\[\]]*\]|"(?:[^"\\]|\\.)*"|(#.*)')
_METADATA = re.compile(r'\s*\{\s*(?:"([^"]*)"|([\w-]+))\s*:(.*)\}\s*')
_CANDIDATE = re.compile(rf"\s*=?\s*({_CALLED})\s*:\s*({_CALLED})\s*")
_BALLOT = re.compile(r"\s*([^:*\s]*)\s*[:*](.*)")
_MARK = re.compile(rf"\s*({_CALLED})\s*(?:/\s*([0-9]{{1,9}})(?![0-9])\s*)?")
_PLAIN = re.compile(r"\s*[^\W\d][\w-]*(?:\s*>\s*[^\W\d][\w-]*)*\s*")
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_BRACKETED = re.compile(r"[^\[\]\r\n]+")
_SIGNS = ">=,"
_SEATS = "seats"


class _Said(NamedTuple):
    """A mark as it stands: what is before it, who, where, and the points."""

    sign: str
    name: str
    column: int
    points: int | None


_Row = tuple[int, Amount, tuple[int, str]]  # line, count; where the marks begin, and their text
_Points = tuple[int, ...] | None


def read(text: str, *, lenient: bool = False) -> RankedFile:
    """An ABIF file. Who is on a ballot and not declared is a candidate too, as the format says.

    Parameters
    ----------
    lenient : of a candidate twice on a ballot the first mark counts, and of two lines that declare
        one the first; a ballot that nobody cast is left out

    Raises
    ------
    FormatError : the first fault, or the first that cannot be repaired.
    """
    faults = Faults(lenient=lenient)
    options: dict[str, str] = {}
    declared: dict[str, str] = {}
    rows: list[_Row] = []
    for number, full in lines_of(unified(text)):
        line = _COMMENT.sub(lambda said: "" if said[1] else said[0], full) if "#" in full else full
        if not line.strip():
            continue
        if found := _METADATA.fullmatch(line):
            options[found[1] or found[2] or ""] = found[3].strip()
            if found[2] == _SEATS or found[1] == _SEATS:
                _seats(options, number)
        elif found := _CANDIDATE.fullmatch(line):
            called = _text(found[1])
            if called in declared:
                told = fault("ranked_twice", number, called, column=found.start(1) + 1)
                faults.met(told, "the first counts")
            declared.setdefault(called, _text(found[2]))
        elif found := _BALLOT.fullmatch(line):
            count = voters(found[1], number, found.start(1) + 1, faults)
            if count:
                rows.append((number, count, (found.start(2), found[2])))
        else:
            column = len(line) - len(line.lstrip()) + 1
            raise fault("ranked_line", number, line.strip(), column=column)
    places, rankings = _rankings(rows, declared, faults)
    names = tuple(declared.get(called, called) for called in places)
    seats, title = _seats(options, 1), _text(options.pop("title", ""))
    options.pop(_SEATS, None)
    contest = Contest(names, seats, title=title, nicknames=tuple(places) if declared else ())
    return RankedFile(contest, rankings, "abif", tuple(options.items()), tuple(faults.notes))


def _text(called: str) -> str:
    """A name without its brackets or quotes."""
    if called.startswith("["):
        return called[1:-1]
    if called.startswith('"'):
        try:
            return str(json.loads(called, strict=False))
        except json.JSONDecodeError:  # a backslash that means itself
            return called[1:-1]
    return called


def _seats(options: dict[str, str], line: int) -> int:
    said = options.get(_SEATS, "1").strip('"')
    if not WHOLE.fullmatch(said) or not int(said):
        raise fault("ranked_number", line, said, _SEATS)
    return int(said)


def _rankings(
    rows: list[_Row], declared: dict[str, str], faults: Faults
) -> tuple[dict[str, int], Rankings]:
    """Each short name's candidate, declared ones first, then as ballots name them; the ballots."""
    places = {called: place for place, called in enumerate(declared)}
    shared = Counter(declared.values())
    by_name = {name: places[called] for called, name in declared.items() if shared[name] == 1}

    def ballot(said: tuple[int, str], line: int) -> tuple[Tiers, _Points]:
        if _PLAIN.fullmatch(said[1]):
            plain = in_order([places.get(name.strip()) for name in said[1].split(">")])
            if plain:
                return plain, None
        marks = list(_marks(said[1], said[0], line))
        for mark in marks:
            if mark.name not in by_name:
                places.setdefault(mark.name, len(places))
        found = [places.get(mark.name, by_name.get(mark.name)) for mark in marks]
        return _ballot(marks, found, line, faults)

    ballots = remembered(ballot, faults)
    groups: list[tuple[Tiers, Amount]] = []
    points: list[_Points] = []
    for line, count, said in rows:
        tiers, scores = ballots(said, line)
        groups.append((tiers, count))
        if tiers:
            points.append(scores)
            if (scores is None) != (points[0] is None):
                raise fault("ranked_score", line, said[1].strip(), column=said[0] + 1)
    if not 0 < len(places) <= MOST:
        raise fault("ranked_names", 1, str(len(places)))
    rankings = Rankings.of_groups(len(places), groups)
    if points and points[0] is not None:
        told = np.fromiter(chain.from_iterable(filter(None, points)), dtype=np.int64)
        rankings = replace(rankings, scores=told)
    return places, rankings


def _marks(text: str, start: int, line: int) -> Iterator[_Said]:
    """The marks of a ballot whose text begins so many characters into its line."""
    at, end, sign = 0, len(text.rstrip()), ""
    while at < end or sign:
        found = _MARK.match(text, at)
        if found is None:
            raise fault("ranked_line", line, text[at:].strip(), column=start + at + 1)
        points = None if found[2] is None else int(found[2])
        yield _Said(sign, _text(found[1]), start + found.start(1) + 1, points)
        at = found.end()
        sign = text[at : at + 1]
        if sign not in _SIGNS:
            raise fault("ranked_line", line, text[at:].strip(), column=start + at + 1)
        at += len(sign)


def _ballot(
    said: list[_Said], places: list[int | None], line: int, faults: Faults
) -> tuple[Tiers, _Points]:
    """The ranks, and the points of each mark in their order.

    Points rank by themselves only where nothing but commas parts the marks.
    """
    marks = [Mark(place, mark.name, mark.column) for mark, place in zip(said, places, strict=True)]
    given = [mark.points for mark in said if mark.points is not None]
    if not given:
        ranks = list(accumulate(int(mark.sign == ">") for mark in said))
    elif len(given) < len(said):
        raise fault("ranked_score", line, said[0].name, column=said[0].column)
    elif all(mark.sign in ("", ",") for mark in said):
        ranks = [-points for points in given]
    else:
        ranks = list(accumulate(int(mark.sign == ">") for mark in said))
        for before, mark in pairwise(zip(ranks, given, said, strict=True)):
            is_level = before[0] == mark[0]
            if mark[1] > before[1] or (is_level and mark[1] != before[1]):
                raise fault("ranked_score", line, mark[2].name, column=mark[2].column)
    by_rank: dict[int, list[int]] = {rank: [] for rank in sorted(set(ranks))}
    for at, rank in enumerate(ranks):
        by_rank[rank].append(at)
    tiers = tiers_of([[marks[at] for at in tier] for tier in by_rank.values()], line, faults)
    if not given:
        return tiers, None
    points: dict[int | None, int] = {}
    for at in chain.from_iterable(by_rank.values()):
        points.setdefault(places[at], given[at])
    return tiers, tuple(points[place] for tier in tiers for place in tier)


def write(file: RankedFile) -> str:
    """The same as text, by nicknames where they are plain words, else by C1, C2, …."""
    contest, rankings = file.contest, file.rankings
    called = contest.nicknames
    if not called or not all(map(_BARE.fullmatch, called)):
        called = tuple(f"C{place}" for place in range(1, contest.size + 1))
    lines = [f"{{title: {_quoted(contest.title)}}}"] if contest.title else []
    lines += [f"{{seats: {contest.seats}}}"] if contest.seats > 1 else []
    if file.format == "abif":
        lines += [f"{{{_quoted(key)}: {value}}}" for key, value in file.options]
    for short, name in zip(called, contest.names, strict=True):
        lines.append(f"={short}:" + (f"[{name}]" if _BRACKETED.fullmatch(name) else _quoted(name)))
    points = None if rankings.scores is None else iter(rankings.scores.tolist())
    for tiers, count in rankings.rows():
        said = [[called[place] for place in tier] for tier in tiers]
        if points is not None:
            said = [[f"{name}/{next(points)}" for name in tier] for tier in said]
        lines.append(f"{count}: " + ">".join("=".join(tier) for tier in said if tier))
    return "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
