"""Pictures of a count of ranked ballots as SVG text, in the manner of `tally.explain.pictures`.

`rounds` draws a block for each round: solid bars are elected, half ones stand, hollow ones go out,
and the light end of a bar is what came to it in this round. A block is as wide as a phone; on wide
pages several stand beside each other. `matrix` draws the pairwise votes in the order of the
ranking: a filled cell is a win, and a framed one a win over somebody who is ranked above. So a
circle is seen below the diagonal. Each picture has its natural size; let a wide one scroll.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tally.contest import Amount
from tally.ranked.outcome import RankedOutcome
from tally.ranked.trace import candidate_story
from tally.svg import SIZE, breadth, cut, group, length, paint, picture, tag, words

WIDTH, _GAP = 340, 24  # of a block, and between blocks
_ROW, _BAR = 36, 10  # heights of a row and of its bar
_HEAD, _LINE = 26, 20  # heights of a block's first line, and of one for the threshold
_KINDS = {"stands": "0.5", "elected": "1", "exhausted": "0.25"}
# Rules whose rounds do not say from whom votes came: what is new is the difference.
_UNTOLD = frozenset({"meek", "meek_prf", "bucklin"})


@dataclass(frozen=True, slots=True)
class Row:
    """The votes of one candidate in a round, or of the ballots that count for nobody.

    Attributes
    ----------
    said : the text of the votes, and of what becomes of the candidate
    kind : "stands", "elected", "out" or "exhausted"
    gained : what of the votes came in this round
    """

    label: str
    votes: Amount
    said: str
    kind: str = "stands"
    gained: Amount = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One round; `threshold` None: there is no line."""

    label: str
    rows: tuple[Row, ...]
    threshold: Amount | None = None
    threshold_said: str = ""


@dataclass(frozen=True)
class Texts:
    """What a count says, in the language of the page.

    Attributes
    ----------
    turn : the heading of a round, from its number
    votes, threshold : the text of a figure
    elected, out : said behind the votes
    exhausted : the label of ballots that count for nobody, votes cut off in rounding included
    """

    turn: Callable[[int], str]
    votes: Callable[[Amount], str]
    threshold: Callable[[Amount], str]
    elected: str
    out: str
    exhausted: str


def turns(outcome: RankedOutcome, texts: Texts) -> tuple[Turn, ...]:
    """The rounds of a count as they are drawn, everybody in the same order in each of them.

    First who is elected, then who stands to the end, then who goes out, the last first. Who went
    out in an earlier round is left out.
    """
    order = _order(outcome)
    codes = {
        (event.round, one): event.code for one in order for event in candidate_story(outcome, one)
    }
    ways = {
        **dict.fromkeys(("elected", "elected_below", "elected_before"), ("elected", texts.elected)),
        "eliminated": ("out", texts.out),
    }
    found = []
    for number, turn in enumerate(outcome.rounds, 1):
        gained, votes = _gained(outcome, number), dict(turn.votes)
        rows = []
        for one in order:
            if one in votes:
                kind, more = ways.get(codes[number, one], ("stands", ""))
                said = " · ".join(filter(None, (texts.votes(votes[one]), more)))
                new = min(gained.get(one, 0), votes[one])
                rows.append(Row(outcome.names[one], votes[one], said, kind, new))
        lost = sum(said for _, said in turn.exhausted)
        if lost:
            rows.append(Row(texts.exhausted, lost, texts.votes(lost), "exhausted"))
        line = "" if turn.threshold is None else texts.threshold(turn.threshold)
        found.append(Turn(texts.turn(number), tuple(rows), turn.threshold, line))
    return tuple(found)


def _order(outcome: RankedOutcome) -> list[int]:
    """Everybody who was in the count, in the order of `turns`."""
    elected = [one for turn in outcome.rounds for one in turn.elected]
    last = {
        one: (number, votes)
        for number, turn in enumerate(outcome.rounds)
        for one, votes in turn.votes
    }
    rest = sorted(last, key=lambda one: (last[one][0], last[one][1]), reverse=True)
    return list(dict.fromkeys((*elected, *rest)))


def _gained(outcome: RankedOutcome, number: int) -> dict[int, Amount]:
    """What came to each candidate to come to the votes of a round."""
    turn, found = outcome.rounds[number - 1], dict[int, Amount]()
    if outcome.rule not in _UNTOLD:
        for _, one, votes in turn.transfers:
            found[one] = found.get(one, 0) + votes
    elif number > 1:
        before = dict(outcome.rounds[number - 2].votes)
        found = {one: max(votes - before[one], 0) for one, votes in turn.votes}
    return found


def rounds(
    title: str, drawn: Sequence[Turn], *, columns: int = 1, whole: Amount | None = None
) -> str:
    """The votes round by round.

    Parameters
    ----------
    title : the finding
    drawn : of `turns`, all of them or some
    columns : how many blocks stand beside each other
    whole : the votes of the longest bar, where several pictures share a scale; None: of this one

    >>> turn = Turn("Round 1", (Row("Ada", 6, "6 · elected", "elected"), Row("Bo", 2, "2")), 5, "5")
    >>> rounds("Ada wins", [turn]).count('class="bar')
    2
    """
    longest = Fraction(most(drawn) if whole is None else whole) or Fraction(1)
    parts, top = [], 0
    for first in range(0, len(drawn), columns):
        beside = drawn[first : first + columns]
        for at, turn in enumerate(beside):
            where = f"translate({at * (WIDTH + _GAP)} {top})"
            parts.append(group(turn.label, _block(turn, longest), "round", transform=where))
        top += max(map(_height, beside)) + _GAP
    across = min(columns, max(len(drawn), 1))
    width, height = across * (WIDTH + _GAP) - _GAP, max(top - _GAP, 1)
    return picture(title, width, height, parts, natural=True)


def most(drawn: Sequence[Turn]) -> Amount:
    """The most votes, or the highest threshold, of these rounds."""
    figures = [row.votes for turn in drawn for row in turn.rows]
    figures += [turn.threshold for turn in drawn if turn.threshold is not None]
    return max(figures, default=0)


def _top(turn: Turn) -> int:
    return _HEAD + (_LINE if turn.threshold is not None else 0)


def _height(turn: Turn) -> int:
    return _top(turn) + len(turn.rows) * _ROW


def _block(turn: Turn, longest: Fraction) -> str:
    """One round: its heading, a row for each candidate, and ticks at the threshold."""
    parts = [words("heading", 0, 15, cut(turn.label, WIDTH), **{"font-weight": "bold"})]
    line = None if turn.threshold is None else _x(turn.threshold, longest)
    if line is not None:
        anchor = {"text-anchor": "end" if Fraction(line) * 2 > WIDTH else "start"}
        parts.append(words("threshold", line, _HEAD + 12, turn.threshold_said, **anchor))
    for at, row in enumerate(turn.rows):
        y = _top(turn) + at * _ROW
        parts.append(_row(row, y, longest))
        if line is not None and row.kind != "exhausted":  # only beside the bars: texts stay clear
            ends = (y + 19, y + 23 + _BAR)
            parts.append(
                tag(
                    "line", "threshold", x1=line, x2=line, y1=ends[0], y2=ends[1],
                    stroke="currentColor",
                )
            )  # fmt: skip
    return "".join(parts)


def _row(row: Row, y: int, longest: Fraction) -> str:
    """The name and the votes, over a bar."""
    room = WIDTH - breadth(row.said) - SIZE
    name = words("label", 0, y + 15, cut(row.label, room))
    figure = words("figure", WIDTH, y + 15, row.said, **{"text-anchor": "end"})
    return group(f"{row.label}: {row.said}", name + figure + _bar(row, y + 20, longest))


def _bar(row: Row, y: int, longest: Fraction) -> str:
    kept = row.votes - row.gained
    at, end = _x(kept, longest), _x(row.votes, longest)
    if row.kind == "out":
        marks = _outline("bar out", Fraction(end), y)
    else:
        opacity = _KINDS[row.kind]
        marks = tag(
            "rect", f"bar {row.kind}", x=0, y=y, width=at, height=_BAR, **paint(opacity=opacity)
        )
    if row.gained:
        width = length(Fraction(end) - Fraction(at))
        marks += tag("rect", "gained", x=at, y=y, width=width, height=_BAR, **paint(opacity="0.25"))
    return marks


def _outline(kind: str, width: Fraction, y: int) -> str:
    """A hollow bar whose line, two units thick, lies within it."""
    inner = length(max(width - 2, Fraction(0)))
    return tag("rect", kind, x=1, y=y + 1, width=inner, height=_BAR - 2, **paint(hollow=True))


def _x(votes: Amount, longest: Fraction) -> str:
    return length(votes / longest * WIDTH)


def matrix(
    title: str,
    labels: Sequence[str],
    votes: Sequence[Sequence[Amount]],
    said: Callable[[Amount], str],
) -> str:
    """How many ballots put the row above the column, for every pair.

    Parameters
    ----------
    title : the finding
    labels : of the candidates, in the order of the ranking; columns are known by their numbers
    votes : row against column, in the same order
    said : the text of a figure

    >>> matrix("t", ["Ada", "Bo"], [[0, 3], [2, 0]], str).count('class="win')
    1
    """
    figures = [[said(vote) for vote in row] for row in votes]
    numbers = [str(at) for at in range(1, len(labels) + 1)]
    cell = 12 + max(map(breadth, [*numbers, *(text for row in figures for text in row)]), default=0)
    names = [f"{number} {label}" for number, label in zip(numbers, labels, strict=True)]
    left = SIZE + min(max(map(breadth, names), default=0), _NAMES)
    parts = [
        words("column", left + at * cell + cell // 2, 15, number, **_MIDDLE)
        for at, number in enumerate(numbers)
    ]
    for row, name in enumerate(names):
        y = _HEAD + row * _CELL
        told = words("label", 0, y + 19, cut(name, left - SIZE))
        for column, other in enumerate(names):
            if row != column:
                both = f"{figures[row][column]} : {figures[column][row]}"
                inner = _cell(votes, row, column, figures[row][column], (left, cell))
                told += group(f"{name} / {other}: {both}", inner, "cell")
        parts.append(group(name, told))
    width, height = left + len(names) * cell + 2, _HEAD + len(names) * _CELL + 2
    return picture(title, width, height, parts, natural=True)


_NAMES, _CELL = 170, 28  # the room for names, and the height of a cell
_MIDDLE = {"text-anchor": "middle"}


def _cell(
    votes: Sequence[Sequence[Amount]], row: int, column: int, said: str, sizes: tuple[int, int]
) -> str:
    """A filled field where the row wins, framed where that is against the ranking."""
    left, cell = sizes
    x, y = left + column * cell, _HEAD + row * _CELL
    wins = votes[row][column] > votes[column][row]
    weight = {"font-weight": "bold"} if wins else {}
    marks = ""
    if wins:
        kind, frame = ("win against", {"stroke": "currentColor"}) if row > column else ("win", {})
        marks = tag(
            "rect", kind, x=x + 1, y=y + 1, width=cell - 2, height=_CELL - 2,
            **paint(opacity="0.2"), **frame,
        )  # fmt: skip
    return marks + words("figure", x + cell // 2, y + 19, said, **_MIDDLE, **weight)
