"""The Condorcet Election Format: ``A > B = C * 12``.

References
----------
J. Boudou, Condorcet Election Format, version 1.0.
"""

import re
from fractions import Fraction

from tally.contest import Amount
from tally.formats.ranked.file import RankedFile, fault, once
from tally.ranked import Contest, Rankings
from tally.ranked.ballots import Tiers

EMPTY = "/EMPTY_RANKING/"
_COUNT = re.compile(r"([*^])\s*([^*^]*)$")


def read(text: str) -> RankedFile:
    """A file of votes with parameters in lines ``#/Key: value``; raises FormatError.

    A vote's weight (``^``) counts where the file allows weights; else it is 1, as the format says.
    """
    options: list[tuple[str, str]] = []
    votes: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().startswith("#/"):
            key, _, value = line.strip()[2:].partition(":")
            options.append((key.strip(), value.strip()))
        elif said := line.split("#")[0].strip():
            votes.append((number, said))
    known = {key.lower(): value for key, value in options}
    names = tuple(name.strip() for name in known.get("candidates", "").split(";") if name.strip())
    rows = [
        _vote(said, number, known.get("weight allowed", "") == "true") for number, said in votes
    ]
    if not names:  # a file may leave it to its votes who stands
        called = [name for _, _, ranked in rows for tier in ranked for name in tier]
        names = tuple(dict.fromkeys(called))
    if not names or len(set(names)) != len(names):
        raise fault("ranked_names", 1, known.get("candidates", "")[:40])
    seats = known.get("number of seats", "1")
    if not (seats.isascii() and seats.isdigit()) or not int(seats):
        raise fault("ranked_number", 1, seats[:20], "Number of Seats")
    index = {name: place for place, name in enumerate(names)}
    groups = [(_tiers(ranked, index, number), count) for number, count, ranked in rows]
    rankings = Rankings.of_groups(len(names), groups)
    return RankedFile(Contest(names, int(seats)), rankings, "cef", tuple(options))


def _vote(said: str, number: int, has_weights: bool) -> tuple[int, Amount, list[list[str]]]:
    count: Amount = 1
    body = said.rsplit("||", maxsplit=1)[-1].strip()
    while found := _COUNT.search(body):
        sign, figure = found[1], found[2].strip()
        if not (figure.isascii() and figure.isdigit()) or not int(figure):
            raise fault("ranked_count", number, figure[:20])
        count *= int(figure) if sign == "*" or has_weights else 1
        body = body[: found.start()].strip()
    if body in ("", EMPTY):
        return number, count, []
    return number, count, [[name.strip() for name in tier.split("=")] for tier in body.split(">")]


def _tiers(ranked: list[list[str]], index: dict[str, int], line: int) -> Tiers:
    for name in (name for tier in ranked for name in tier):
        if name not in index:
            raise fault("ranked_candidate", line, name[:40])
    tiers = tuple(tuple(sorted(index[name] for name in tier)) for tier in ranked)
    once(tiers, line, " > ".join(" = ".join(tier) for tier in ranked)[:40])
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
