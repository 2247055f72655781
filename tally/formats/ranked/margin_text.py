"""The text of margin-irv and of RAIRE's sample contests: ``(0,2,1) : 13``.

::

    0, 1, 2            the candidates' numbers, as the ballots call them
    LAB,GRN,LIB        their names; some files have none
    -+-+-+-+-
    (0,2) : 27         twenty-seven ballots; () ranks nobody, (1,) only one

References
----------
M. Blom, P. J. Stuckey, V. J. Teague, Computing the margin of victory in preferential parliamentary
elections (E-Vote-ID 2018), and the programs margin-irv and audit-irv-cp.
"""

import re

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

RULE = "-+-+-+-+-"
_RULE = re.compile(r"\s*-[-+]*\s*")
_BALLOT = re.compile(r"\s*\(([^()]*)\)\s*:\s*(\S*)\s*")


def read(text: str, *, lenient: bool = False) -> RankedFile:
    """A file of numbers, names and ballots.

    Parameters
    ----------
    lenient : of a candidate twice on a ballot the first mark counts, one who is none is left out;
        those without a name are called by their numbers; a ballot that nobody cast is left out

    Raises
    ------
    FormatError : the first fault, or the first that cannot be repaired.
    """
    faults = Faults(lenient=lenient)
    lines = [(at, line) for at, line in lines_of(unified(text)) if line.strip()]
    rule = next((place for place, (_, line) in enumerate(lines) if _RULE.fullmatch(line)), 0)
    if rule not in (1, 2):  # below the numbers, and the names if there are any
        raise fault("ranked_head", 1, lines[0][1] if lines else "")
    numbers = _numbers(*lines[0])
    names = tuple(numbers) if rule == 1 else _names(lines[1], tuple(numbers), faults)

    def ballot(said: tuple[int, str], line: int) -> Tiers:
        plain = in_order([numbers.get(number.strip()) for number in said[1].split(",")])
        return plain or tiers_of([[mark] for mark in _marks(*said, numbers)], line, faults)

    tiers = remembered(ballot, faults)
    groups = []
    for number, line in lines[rule + 1 :]:
        found = _BALLOT.fullmatch(line)
        if found is None:
            column = len(line) - len(line.lstrip()) + 1
            raise fault("ranked_line", number, line.strip(), column=column)
        ranked = tiers((found.start(1), found[1]), number)
        if count := voters(found[2], number, found.start(2) + 1, faults):
            groups.append((ranked, count))
    rankings = Rankings.of_groups(len(names), groups)
    return RankedFile(Contest(names), rankings, "margin_text", notes=tuple(faults.notes))


def _numbers(line: int, text: str) -> dict[str, int]:
    numbers: dict[str, int] = {}
    column = 1
    for part in text.split(","):
        said = part.strip()
        if not WHOLE.fullmatch(said) or said in numbers or len(numbers) == MOST:
            raise fault("ranked_number", line, said, column=column)
        numbers[said] = len(numbers)
        column += len(part) + 1
    return numbers


def _names(row: tuple[int, str], numbers: tuple[str, ...], faults: Faults) -> tuple[str, ...]:
    line, text = row
    names = tuple(name.strip() for name in text.split(","))
    if len(names) > len(numbers):
        raise fault("ranked_names", line, text, column=len(text) + 1)
    if len(names) < len(numbers):
        told = fault("ranked_names", line, text, column=len(text) + 1)
        faults.met(told, "the others are called by their numbers")
    return names + numbers[len(names) :]


def _marks(start: int, text: str, numbers: dict[str, int]) -> list[Mark]:
    """The marks of a ballot that begins so many characters into its line; a comma may end it."""
    marks, column = [], start + 1
    parts = text.split(",")
    if not parts[-1].strip():
        parts.pop()
    for part in parts:
        said = part.strip()
        marks.append(Mark(numbers.get(said), said, column + len(part) - len(part.lstrip())))
        column += len(part) + 1
    return marks


def write(file: RankedFile) -> str:
    """The same as text, by numbers from 0."""
    names = file.contest.names
    lines = [", ".join(map(str, range(len(names)))), ",".join(names), RULE]
    for tiers, count in file.rankings.rows():
        if any(len(tier) > 1 for tier in tiers):
            raise fault("ranked_lost", 1, str(tiers), "equal candidates")
        lines.append(f"({','.join(str(tier[0]) for tier in tiers if tier)}) : {count}")
    return "\n".join(lines) + "\n"
