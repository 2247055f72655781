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
from dataclasses import dataclass, field
from fractions import Fraction

from tally.contest import Amount
from tally.formats.ranked.file import RankedFile, fault, once, placed
from tally.ranked import Contest, Rankings
from tally.ranked.ballots import Tiers

_COMMENT = re.compile(r"^\s*#.*$|\s#[^\"]*$")  # not within a name
_TEXT = re.compile(r'"(.*?)"(?=\s|$)')  # a quote within a name is followed by something
_ID = re.compile(r"^\([^)]*\)\s*")
_WEIGHT = re.compile(r"\d+(\.\d+|/0*[1-9]\d*)?$")
_MOST = 10_000  # candidates
_HEAD = 2


@dataclass
class _State:
    """What is known while the lines above the names are read."""

    size: int
    nicknames: tuple[str, ...] = ()
    withdrawn: set[int] = field(default_factory=set)
    order: tuple[int, ...] = ()
    options: list[tuple[str, str]] = field(default_factory=list)
    groups: list[tuple[Tiers, Amount]] = field(default_factory=list)

    def candidate(self, word: str, line: int) -> int:
        if word in self.nicknames:
            return self.nicknames.index(word)
        return placed(word, self.size, line)


def read(text: str) -> RankedFile:
    """A BLT file; raises FormatError."""
    lines = [(at, _COMMENT.sub("", line).strip()) for at, line in enumerate(text.splitlines(), 1)]
    lines = [(at, line) for at, line in lines if line]
    size, seats = _numbers(lines)
    state = _State(size)
    for place, (number, line) in enumerate(lines[1:], 2):
        if line.startswith("["):
            _option(state, line, number)
        elif line.startswith("-"):
            state.withdrawn |= {state.candidate(word[1:], number) for word in line.split()}
        elif line == "0":
            names, title = _names(state.size, lines[place:], number)
            break
        else:
            state.groups.append(_ballot(state, line, number))
    else:
        raise fault("ranked_end", lines[-1][0], lines[-1][1][:40])
    contest = Contest(names, seats, frozenset(state.withdrawn), title, state.nicknames, state.order)
    rankings = Rankings.of_groups(size, state.groups)
    return RankedFile(contest, rankings, "blt", tuple(state.options))


def _numbers(lines: list[tuple[int, str]]) -> tuple[int, int]:
    number, line = lines[0] if lines else (1, "")
    words = line.split()
    if len(words) < _HEAD or not all(w.isascii() and w.isdigit() for w in words[:_HEAD]):
        raise fault("ranked_head", number, line[:40])
    size, seats = int(words[0][:9]), int(words[1][:9])
    if not 0 < size <= _MOST or not seats:
        raise fault("ranked_head", number, line[:40])
    return size, seats


def _option(state: _State, line: str, number: int) -> None:
    if not line.endswith("]"):
        raise fault("ranked_option", number, line[:40])
    key, _, value = line[1:-1].strip().partition(" ")
    words = value.split()
    if key == "nick":
        if len(set(words)) != state.size:
            raise fault("ranked_names", number, line[:40], "nick")
        state.nicknames = tuple(words)
    elif key == "withdrawn":
        state.withdrawn |= {state.candidate(word, number) for word in words}
    elif key == "tie":
        order = tuple(state.candidate(word, number) for word in words)
        if sorted(order) != list(range(state.size)):
            raise fault("ranked_names", number, line[:40], "tie")
        state.order = order
    else:
        state.options.append((key, value))


def _ballot(state: _State, line: str, number: int) -> tuple[Tiers, Amount]:
    weight, *words = _ID.sub("", line).split() or [""]
    if not _WEIGHT.match(weight) or not Fraction(weight):
        raise fault("ranked_count", number, weight[:20])
    if not words or words[-1] != "0":
        raise fault("ranked_end", number, line[:40])
    tiers = tuple(
        ()
        if word == "-"
        else tuple(sorted(state.candidate(part, number) for part in word.split("=")))
        for word in words[:-1]
    )
    once(tiers, number, line[:40])
    count = Fraction(weight)
    return tiers, count.numerator if count.denominator == 1 else count


def _names(size: int, lines: list[tuple[int, str]], last: int) -> tuple[tuple[str, ...], str]:
    """The names, and the title; candidates of a file without any are called C1, C2, …."""
    said = [_unquoted(line) for _, line in lines]
    if len(said) < size:  # several on a line
        said = [text.strip() for _, line in lines for text in _TEXT.findall(line)]
    if not said:
        return tuple(f"C{place}" for place in range(1, size + 1)), ""
    if len(said) < size:
        raise fault("ranked_names", last, said[-1][:40])
    return tuple(said[:size]), said[size] if len(said) > size else ""


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
