"""The Condorcet Election Format: ``A > B = C * 12``.

References
----------
J. Boudou, Condorcet Election Format, version 1.0.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

from tally.contest import Amount
from tally.formats.faults import Faults
from tally.formats.ranked.file import (
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

EMPTY = "/EMPTY_RANKING/"
_COUNT = re.compile(r"([*^])\s*([^*^]*)$")
_CANDIDATES = "candidates"
_SEATS = "number of seats"


def read(text: str, *, lenient: bool = False) -> RankedFile:
    """A file of votes with parameters in lines ``#/Key: value``.

    A vote's weight (``^``) counts where the file allows weights; else it is 1, as the format says.

    Parameters
    ----------
    lenient : of a candidate twice on a ballot, or in the list of candidates, the first counts; one
        who is not listed is left out; so is a ballot that nobody cast

    Raises
    ------
    FormatError : the first fault, or the first that cannot be repaired.
    """
    faults = Faults(lenient=lenient)
    lines = list(lines_of(unified(text)))
    options = [
        (number, key.strip(), value.strip())
        for number, line in lines
        if line.strip().startswith("#/")
        for key, _, value in [line.strip()[2:].partition(":")]
    ]
    known = {key.lower(): (number, value) for number, key, value in options}
    has_weights = known.get("weight allowed", (1, ""))[1] == "true"
    votes = list(_votes(lines, faults, has_weights=has_weights))
    number, listed = known.get(_CANDIDATES, (1, ""))
    names: dict[str, int] = {}
    for name in filter(None, map(str.strip, listed.split(";"))):
        if name in names:
            faults.met(fault("ranked_names", number, name), "the first counts")
        names.setdefault(name, len(names))
    if not names:  # a file may leave it to its votes who stands
        for said in dict.fromkeys(said for _, _, said, _ in votes):
            for mark in chain.from_iterable(_marks(0, said, {})):
                if mark.said:
                    names.setdefault(mark.said, len(names))
    if not names:
        raise fault("ranked_names", number, listed)
    number, seats = known.get(_SEATS, (1, "1"))
    if not WHOLE.fullmatch(seats) or not int(seats):
        raise fault("ranked_number", number, seats, "Number of Seats")

    def ballot(said: tuple[int, str], line: int) -> Tiers:
        plain = None
        if "=" not in said[1]:
            plain = in_order([names.get(name.strip()) for name in said[1].split(">")])
        return plain or tiers_of(_marks(*said, names), line, faults)

    tiers = remembered(ballot, faults)
    groups = [(tiers((start, said), line), count) for line, start, said, count in votes]
    return RankedFile(
        Contest(tuple(names), int(seats)),
        Rankings.of_groups(len(names), ((ranked, count) for ranked, count in groups if count)),
        "cef",
        tuple((key, value) for _, key, value in options),
        tuple(faults.notes),
    )


def _votes(
    lines: list[tuple[int, str]], faults: Faults, *, has_weights: bool
) -> Iterator[tuple[int, int, str, Amount]]:
    """Of each vote its line, where its ranking begins there, the ranking, and how many cast it."""
    for number, full in lines:
        line = full.partition("#")[0]
        if not line.strip():
            continue
        tags = line.rfind("||") + 2 if "||" in line else 0
        body = line[tags:].rstrip()
        count: Amount = 1
        while found := _COUNT.search(body):
            figure = found[2].strip()
            column = tags + found.start(2) + 1
            many = voters(figure, number, column, faults)
            count *= many if found[1] == "*" or has_weights else 1
            body = body[: found.start()].rstrip()
        yield number, tags, body, count


def _marks(start: int, body: str, places: dict[str, int]) -> list[list[Mark]]:
    """The marks of a ranking that begins so many characters into its line."""
    if body.strip() in ("", EMPTY):
        return []
    tiers, column = [], start + 1
    for tier in body.split(">"):
        marks = []
        for part in tier.split("="):
            name = part.strip()
            marks.append(Mark(places.get(name), name, column + len(part) - len(part.lstrip())))
            column += len(part) + 1
        tiers.append(marks)
    return tiers


def write(file: RankedFile) -> str:
    """The same as text; ranks left out close up, since the format has none."""
    contest = file.contest
    said = {
        "Candidates": " ; ".join(contest.names),
        "Number of Seats": str(contest.seats),
        "Implicit Ranking": "true",
        "Weight Allowed": "false",
    }
    if file.format == "cef":
        said |= {key: value for key, value in file.options if key not in ("Candidates",)}
        said["Weight Allowed"] = "false"  # weights are told as numbers of votes
    lines = [f"#/{key}: {value}" for key, value in said.items()] + [""]
    for tiers, count in file.rankings.rows():
        if Fraction(count).denominator != 1:
            raise fault("ranked_number", 1, str(count), "weight")
        ranked = " > ".join(" = ".join(contest.names[c] for c in tier) for tier in tiers if tier)
        lines.append(f"{ranked or EMPTY} * {count}")
    return "\n".join(lines) + "\n"
