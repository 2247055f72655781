"""PrefLib's orders: complete or not, strict or with equals (soc, soi, toc, toi).

References
----------
N. Mattei, T. Walsh, PrefLib: A Library for Preferences (ADT 2013); preflib.org/format.
"""

import re

from tally.contest import Amount
from tally.formats.ranked.file import RankedFile, fault, once, placed
from tally.ranked import Contest, Rankings
from tally.ranked.ballots import Tiers

_NAME = re.compile(r"ALTERNATIVE NAME (\d{1,5})$")
_PART = re.compile(r"\{([^{}]*)\}|([^,{}]+)")
_MOST = 10_000  # candidates


def read(text: str) -> RankedFile:
    """A file of lines ``# KEY: value`` and ``count: 1,2,{3,4}``; raises FormatError."""
    options: list[tuple[str, str]] = []
    names: dict[int, str] = {}
    body: list[tuple[int, str]] = []
    title = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            key, _, value = line[1:].partition(":")
            key, value = key.strip(), value.strip()
            options.append((key, value))
            if found := _NAME.match(key):
                names[int(found[1])] = value
            elif key == "TITLE":
                title = value
        elif line.strip():
            body.append((number, line.strip()))
    size = max(names, default=0)
    if not 0 < size <= _MOST or len(names) != size:
        raise fault("ranked_names", 1, ", ".join(map(str, sorted(names)[:5])))
    groups = [(_tiers(rest, size, at), count) for at, count, rest in map(_counted, body)]
    contest = Contest(tuple(names[place] for place in range(1, size + 1)), title=title)
    return RankedFile(contest, Rankings.of_groups(size, groups), "preflib", tuple(options))


def _counted(row: tuple[int, str]) -> tuple[int, int, str]:
    number, line = row
    count, colon, rest = line.partition(":")
    count = count.strip()
    if not colon or not (count.isascii() and count.isdigit()) or not int(count):
        raise fault("ranked_count", number, count[:20])
    return number, int(count), rest


def _tiers(rest: str, size: int, line: int) -> Tiers:
    outside = _PART.sub("", rest)
    if "{" in outside or "}" in outside:
        raise fault("ranked_braces", line, rest.strip()[:40])
    tiers = []
    for found in _PART.finditer(rest):
        inner = found[1] if found[2] is None else found[2]
        tier = [placed(part.strip(), size, line) for part in inner.split(",") if part.strip()]
        if tier:  # an empty pair of braces ranks nobody
            tiers.append(tuple(sorted(tier)))
    once(tuple(tiers), line, rest.strip()[:40])
    return tuple(tiers)


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
