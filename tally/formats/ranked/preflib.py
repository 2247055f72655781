"""PrefLib's orders: complete or not, strict or with equals (soc, soi, toc, toi).

References
----------
N. Mattei, T. Walsh, PrefLib: A Library for Preferences (ADT 2013); preflib.org/format.
"""

import re
from collections.abc import Iterator

from tally.contest import Amount
from tally.formats.faults import Faults
from tally.formats.ranked import plain
from tally.formats.ranked.file import (
    MOST,
    Mark,
    RankedFile,
    fault,
    numbered,
    remembered,
    tiers_of,
    unified,
    voters,
)
from tally.ranked import Contest, Rankings
from tally.ranked.ballots import Tiers

_NAME = re.compile(r"ALTERNATIVE NAME (\d{1,5})", re.ASCII)
_PART = re.compile(r"\{([^{}]*)\}|([^,{}]+)")
_BRACE = re.compile(r"[{}]")
_FIGURES = ("NUMBER ALTERNATIVES", "NUMBER VOTERS", "NUMBER UNIQUE ORDERS")


def read(text: str, *, lenient: bool = False) -> RankedFile:
    """A file of lines ``# KEY: value`` and ``count: 1,2,{3,4}``.

    Parameters
    ----------
    lenient : of a candidate twice on a ballot the first mark counts, one who is none is left out;
        of two names of one candidate the first counts, those without one are called C1, C2, …; a
        ballot that nobody cast is left out

    Raises
    ------
    FormatError : the first fault, or the first that cannot be repaired.
    """
    faults = Faults(lenient=lenient)
    text = unified(text)
    options = list(_said(text))
    known = {key: value for _, key, value in options}
    names = _names(options, known.get(_FIGURES[0], ""), faults)
    rankings, lines = plain.plain_lines(text, 1, len(names), plain.PREFLIB)
    others = Rankings.of_groups(len(names), _ballots(lines, len(names), faults))
    rankings = plain.joined(rankings, others)
    found = (len(names), rankings.ballots, len(rankings.weights))
    for key, figure in zip(_FIGURES, found, strict=True):
        if known.get(key, str(figure)) != str(figure):
            faults.notes.append(f"{key} says {known[key]}, the file has {figure}")
    return RankedFile(
        Contest(names, title=known.get("TITLE", "")),
        rankings,
        "preflib",
        tuple((key, value) for _, key, value in options),
        tuple(faults.notes),
    )


def _said(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, key and value of each line of the head."""
    line, before = 1, 0
    at = 0 if text.startswith("#") else text.find("\n#") + 1 or -1
    while at >= 0:
        line, before = line + text.count("\n", before, at), at
        end = text.find("\n", at)
        key, _, value = text[at + 1 : None if end < 0 else end].partition(":")
        yield line, key.strip(), value.strip()
        at = text.find("\n#", at) + 1 or -1


def _names(options: list[tuple[int, str, str]], size: str, faults: Faults) -> tuple[str, ...]:
    names: dict[int, str] = {}
    line = 1
    for at, key, value in options:
        if found := _NAME.fullmatch(key):
            line, place = at, int(found[1])
            if not 0 < place <= MOST:
                raise fault("ranked_names", at, key, column=2)
            if place in names:
                faults.met(fault("ranked_names", at, key, column=2), "the first name counts")
            names.setdefault(place, value)
    last = max(names, default=0)
    if not last:
        raise fault("ranked_names", line, "")
    if faults.lenient and (said := numbered(size, MOST)) is not None:
        last = max(last, said + 1)
    if missing := [place for place in range(1, last + 1) if place not in names]:
        told = fault("ranked_names", line, f"no name of {missing[0]}")
        faults.met(told, "they are called by their numbers")
    return tuple(names.get(place, f"C{place}") for place in range(1, last + 1))


def _ballots(lines: list[plain.Line], size: int, faults: Faults) -> list[tuple[Tiers, Amount]]:
    """The ballots among lines that are not plain."""
    groups: list[tuple[Tiers, Amount]] = []

    def ballot(said: tuple[int, str], line: int) -> Tiers:
        return _tiers(said, line, size, faults)

    tiers = remembered(ballot, faults)
    for number, line in lines:
        if line.startswith("#") or not line.strip():
            continue
        said, colon, rest = line.partition(":")
        column = len(said) - len(said.lstrip()) + 1
        if not colon:
            raise fault("ranked_count", number, line.strip(), column=column)
        count = voters(said.strip(), number, column, faults)
        ranked = tiers((len(said) + 1, rest), number)
        if count:
            groups.append((ranked, count))
    return groups


def _tiers(said: tuple[int, str], line: int, size: int, faults: Faults) -> Tiers:
    """The ballot that stands behind a count, so many characters into the line."""
    start, text = said
    if brace := _BRACE.search(_PART.sub(lambda found: " " * len(found[0]), text)):
        raise fault("ranked_braces", line, text.strip(), column=start + brace.start() + 1)
    marks = []
    for found in _PART.finditer(text):
        place = 2 if found[2] is not None else 1
        column = start + found.start(place) + 1
        tier = []
        for part in found[place].split(","):
            if word := part.strip():
                at = column + len(part) - len(part.lstrip())
                tier.append(Mark(numbered(word, size), word, at))
            column += len(part) + 1
        if tier:  # an empty pair of braces ranks nobody
            marks.append(tier)
    return tiers_of(marks, line, faults)


def write(file: RankedFile) -> str:
    """The same as text; the head is kept where the file came from PrefLib."""
    rows = list(file.rankings.rows())
    head = file.options if file.format == "preflib" else _head(file, rows)
    lines = [f"# {key}: {value}".rstrip() for key, value in head]
    lines += [f"{count}: {_written(tiers)}" for tiers, count in rows]
    return "\n".join(lines) + "\n"


def _head(file: RankedFile, rows: list[tuple[Tiers, Amount]]) -> list[tuple[str, str]]:
    size = file.contest.size
    is_whole = all(sum(map(len, tiers)) == size for tiers, _ in rows)
    ties = any(len(tier) > 1 for tiers, _ in rows for tier in tiers)
    kind = ("to" if ties else "so") + ("c" if is_whole else "i")
    named = enumerate(file.contest.names, 1)
    return [
        ("TITLE", file.contest.title),
        ("DATA TYPE", kind),
        ("NUMBER ALTERNATIVES", str(size)),
        ("NUMBER VOTERS", str(file.rankings.ballots)),
        ("NUMBER UNIQUE ORDERS", str(len(rows))),
        *((f"ALTERNATIVE NAME {place}", name) for place, name in named),
    ]


def _written(tiers: Tiers) -> str:
    return ",".join(
        str(tier[0] + 1) if len(tier) == 1 else "{" + ",".join(str(c + 1) for c in tier) + "}"
        for tier in tiers
        if tier
    )
