"""BLT, the format of STV programs, with the options, nicknames and equal ranks of Droop and stv-rs.

::

    4 2                 four candidates, two seats
    -3                  candidate 3 has withdrawn
    [nick a b c d]      short names; [tie …] and [withdrawn …] are read, other options kept
    3 1 2 0             three ballots: 1 before 2
    2 1=4 - 2 0         two ballots: 1 and 4 level, the second rank left out
    0
    "Ada" "Bo" "Cy" "Di" "Title"

References
----------
B. A. Wichmann, The BL/T format (ERS); I. D. Hill, B. A. Wichmann, D. R. Woodall, Algorithm 123:
Single transferable vote by Meek's method (Computer Journal, 1987); Droop's and stv-rs's documents.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tally.contest import Amount
from tally.formats.faults import Faults
from tally.formats.ranked import plain
from tally.formats.ranked.file import (
    DECIMAL_OR_FRACTION,
    MOST,
    WHOLE,
    Mark,
    RankedFile,
    fault,
    lines_of,
    numbered,
    remembered,
    tiers_of,
    unified,
    voters,
)
from tally.ranked import Contest, Rankings
from tally.ranked.ballots import Tiers

_COMMENT = re.compile(r"^\s*#.*$|\s#[^\"]*$")  # not within a name
_TEXT = re.compile(r'"(.*?)"(?=\s|$)')  # a quote within a name is followed by something
_ID = re.compile(r"^\s*\([^)]*\)")
_WORD = re.compile(r"\S+")
_SIGN = re.compile(r"(?<!\S)-")  # before a candidate who has withdrawn
_BALLOT = re.compile(r"(\s*)(\S+)(.*)", re.DOTALL)
_END = re.compile(r"\n[^\S\n]*0(?:[^\S\n]+#[^\n\"]*|[^\S\n]*)(?=\n|\Z)")
_FIRST_NAME = re.compile(r'\n[^\S\n]*"')
_NUMBER_AS_NICKNAME = re.compile(r"\n[^\S\n]*\[[^\S\n]*nick[^\n]*[^\S\n]\d")
_HEAD = 2


@dataclass
class _Reading:
    """What is known while the lines above the names are read."""

    size: int
    faults: Faults
    nicknames: dict[str, int] = field(default_factory=dict)
    withdrawn: set[int] = field(default_factory=set)
    order: tuple[int, ...] = ()
    options: list[tuple[str, str]] = field(default_factory=list)

    def mark(self, word: str, column: int) -> Mark:
        place = self.nicknames.get(word)
        return Mark(numbered(word, self.size) if place is None else place, word, column)

    def candidates(self, words: Iterable[re.Match[str]], line: int) -> tuple[int, ...]:
        """Different candidates, one a word."""
        marks = [[self.mark(word[0], word.start() + 1)] for word in words]
        return tuple(place for (place,) in tiers_of(marks, line, self.faults))


def read(text: str, *, lenient: bool = False) -> RankedFile:
    """A BLT file.

    Parameters
    ----------
    lenient : of a candidate twice on a ballot the first mark counts, one who is none is left out; a
        ballot ends with its line, and all ballots with the first name or the file; candidates
        without a name are called C1, C2, …; a ballot that nobody cast is left out

    Raises
    ------
    FormatError : the first fault, or the first that cannot be repaired.
    """
    faults = Faults(lenient=lenient)
    text = unified(text)
    number, start, size, seats = _head(text)
    found = _END.search(text, start) or (lenient and _FIRST_NAME.search(text, start)) or None
    stop = len(text) if found is None else found.start()
    reading = _Reading(size, faults)
    body = text[start + 1 : stop]
    if _NUMBER_AS_NICKNAME.search(text, start, stop):
        rankings, lines = Rankings.of_groups(size, ()), list(lines_of(body, number + 1))
    else:
        rankings, lines = plain.plain_lines(body, number + 1, size, plain.BLT)
    rankings = plain.joined(rankings, Rankings.of_groups(size, _ballots(reading, lines)))
    if found is None or not found[0].strip().startswith("0"):
        before = text[:stop].rstrip()
        said = before.rpartition("\n")[2]
        told = fault("ranked_end", before.count("\n") + 1, said, column=len(said) + 1)
        faults.met(told, "the ballots end there")
        rest = text[stop:]
    else:
        rest = text[found.end() :]
    names, title = _names(size, rest, number + text.count("\n", start, stop + 1), faults)
    contest = Contest(
        names, seats, frozenset(reading.withdrawn), title, tuple(reading.nicknames), reading.order
    )
    return RankedFile(contest, rankings, "blt", tuple(reading.options), tuple(faults.notes))


def _bare(line: str) -> str:
    """The line without a comment, columns unchanged."""
    return _COMMENT.sub("", line) if "#" in line else line


def _head(text: str) -> tuple[int, int, int, int]:
    """The line of the head, where it ends, and the numbers of candidates and seats."""
    number, start = 1, 0
    while True:
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        line = _bare(text[start:stop])
        if line.strip() or stop == len(text):
            break
        number, start = number + 1, stop + 1
    words = line.split()[:_HEAD]
    for place, most in enumerate((MOST, 10**9)):
        said = words[place] if place < len(words) else ""
        if not WHOLE.fullmatch(said) or not 0 < int(said) <= most:
            column = line.find(said) + 1 if place == 0 else line.find(words[0]) + len(words[0]) + 2
            raise fault("ranked_head", number, said or line.strip(), column=column)
    return number, stop, int(words[0]), int(words[1])


def _ballots(reading: _Reading, lines: list[plain.Line]) -> list[tuple[Tiers, Amount]]:
    """The ballots among lines that are not plain; options and who has withdrawn go to `reading`."""
    groups: list[tuple[Tiers, Amount]] = []

    def ballot(said: tuple[int, str], line: int) -> Tiers:
        return _tiers(reading, said, line)

    tiers = remembered(ballot, reading.faults)
    for number, full in lines:
        line = _bare(full)
        said = line.strip()
        if not said:
            continue
        if said.startswith("["):
            _option(reading, line, number)
        elif said.startswith("-"):
            words = _WORD.finditer(_SIGN.sub(" ", line))
            reading.withdrawn |= set(reading.candidates(words, number))
        else:
            line = _ID.sub(lambda found: " " * len(found[0]), line)
            found = _BALLOT.match(line)
            if found is None:  # nothing but an id
                raise fault("ranked_count", number, said)
            column = found.start(2) + 1
            count = voters(found[2], number, column, reading.faults, DECIMAL_OR_FRACTION)
            ranked = tiers((found.start(3), found[3]), number)
            if count:
                groups.append((ranked, count))
    return groups


def _tiers(reading: _Reading, said: tuple[int, str], line: int) -> Tiers:
    """The ballot that stands behind a count, so many characters into the line."""
    start, text = said
    words = list(_WORD.finditer(text))
    if not words or words[-1][0] != "0":
        column = start + len(text.rstrip()) + 1
        told = fault("ranked_end", line, text.strip()[-40:], column=column)
        reading.faults.met(told, "the ballot ends there")
    else:
        words.pop()
    marks = []
    for word in words:
        column = start + word.start() + 1
        tier = []
        for part in word[0].split("=") if word[0] != "-" else ():
            tier.append(reading.mark(part, column))
            column += len(part) + 1
        marks.append(tier)
    return tiers_of(marks, line, reading.faults)


def _option(reading: _Reading, line: str, number: int) -> None:
    said, end = line.strip(), line.rfind("]")
    if not said.endswith("]"):
        end = len(line.rstrip())
        told = fault("ranked_option", number, said, column=end + 1)
        reading.faults.met(told, "it ends with the line")
    start = line.index("[") + 1
    words = list(_WORD.finditer(line, start, end))
    key, called = words[0][0] if words else "", [word[0] for word in words[1:]]
    names = {word: place for place, word in enumerate(called)}
    if key == "nick":
        if not len(called) == len(names) == reading.size:
            raise fault("ranked_names", number, said, key, column=start)
        reading.nicknames = names
    elif key == "withdrawn":
        reading.withdrawn |= set(reading.candidates(words[1:], number))
    elif key == "tie":
        order = reading.candidates(words[1:], number)
        if len(order) != reading.size:
            raise fault("ranked_names", number, said, key, column=start)
        reading.order = order
    else:
        value = line[words[1].start() : end].strip() if called else ""
        reading.options.append((key, value))


def _names(size: int, text: str, first: int, faults: Faults) -> tuple[tuple[str, ...], str]:
    """The names, and the title; candidates of a file without any are called C1, C2, …."""
    lines = [
        (at, line.strip()) for at, full in lines_of(text, first) if (line := _bare(full).strip())
    ]
    said = [_unquoted(line) for _, line in lines]
    if len(said) < size:  # several on a line
        said = [text.strip() for _, line in lines for text in _TEXT.findall(line)]
    called = tuple(f"C{place}" for place in range(1, size + 1))
    if 0 < len(said) < size:
        at, line = lines[-1]
        told = fault("ranked_names", at, line, column=len(line) + 1)
        faults.met(told, "the others are called by their numbers")
    return (*said[:size], *called[len(said) :]), said[size] if len(said) > size else ""


def _unquoted(line: str) -> str:
    """The text of a line. Councils quote twice, or name and party apart; these quotes go."""
    if '""' in line or '" "' in line:
        return " ".join(line.replace('"', " ").split())
    return line.removeprefix('"').removesuffix('"').strip()


def write(file: RankedFile) -> str:
    """The same as text, by numbers or by nicknames."""
    contest = file.contest
    called = contest.nicknames or tuple(str(place) for place in range(1, contest.size + 1))
    lines = [f"{contest.size} {contest.seats}"]
    if contest.nicknames:
        lines.append(f"[nick {' '.join(called)}]")
    if contest.order:
        lines.append(f"[tie {' '.join(called[place] for place in contest.order)}]")
    if contest.withdrawn:
        lines.append(
            f"[withdrawn {' '.join(called[place] for place in sorted(contest.withdrawn))}]"
        )
    if file.format == "blt":
        lines += [f"[{key} {value}".rstrip() + "]" for key, value in file.options]
    for tiers, count in file.rankings.rows():
        words = ["=".join(called[place] for place in tier) or "-" for tier in tiers]
        lines.append(" ".join([str(count), *words, "0"]))
    lines.append("0")
    lines += [f'"{name}"' for name in (*contest.names, contest.title)]
    return "\n".join(lines) + "\n"
