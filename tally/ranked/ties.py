"""Ties by declared policy: what settles them, in what order, is a value that is handed in.

A policy is a row of words. Each is tried in turn on those who stand level, until one is left:

- ``forwards``: votes in earlier rounds, the first round in which they differed
- ``backwards``: votes in earlier rounds, the latest round in which they differed
- ``order``: the contest's given order; the first in it is preferred
- ``first``: the first in that order is taken, to be elected or to go out (so Droop and stv-rs)
- ``lot``: a public lot drawn from a seed (`tally.ties.tie_order` over the candidates' names)
- ``java``: the seeded draws of RCTab (`tally.ranked.lots`); its rules bring them along
- ``unsettled``: nothing; the rule reports the tie and does what it can without a choice

Preferred means: elected rather than not, kept rather than eliminated. So of those level at the
bottom the least preferred goes out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tally.contest import Amount
from tally.ranked.outcome import RankedTie

Result = TypeVar("Result")
WORDS = ("forwards", "backwards", "order", "first", "lot", "java", "unsettled")
Votes = Mapping[int, Amount]
# Of those level, the one to be taken: elected first (`best`) or eliminated (not `best`).
Draw = Callable[[Sequence[int], bool], int]


@dataclass
class Ties:
    """Settles the ties of one count, and keeps a record of them.

    Attributes
    ----------
    policy : words of `WORDS`; the last should settle everything
    order : all candidates, the most preferred first
    draws : the draw of each word that draws ("lot", "java")
    met : the ties met so far
    """

    policy: tuple[str, ...] = ("order",)
    order: tuple[int, ...] = ()
    draws: Mapping[str, Draw] = field(default_factory=dict)
    met: list[RankedTie] = field(default_factory=list)

    def choose(
        self, level: Iterable[int], *, best: bool, history: Sequence[Votes] = (), turn: int = 0
    ) -> int | None:
        """The one to be elected (`best`) or eliminated, of those level; None: nothing settles it.

        A tie of two or more is noted in `met`.

        Parameters
        ----------
        history : the votes of the rounds before this one, the first round first
        turn : the number of this round, from 1; 0 where the rule has none
        """
        left = sorted(level)
        if len(left) == 1:
            return left[0]
        started = tuple(left)
        for word in self.policy:
            left = self._narrowed(word, left, best, history)
            if len(left) == 1:
                self.met.append(RankedTie(started, (left[0],), word, turn))
                return left[0]
        self.met.append(RankedTie(started, (), "unsettled", turn))
        return None

    def _narrowed(
        self, word: str, left: list[int], best: bool, history: Sequence[Votes]
    ) -> list[int]:
        if word in ("forwards", "backwards"):
            return _by_history(left, best, history if word == "forwards" else history[::-1])
        if word in ("order", "first"):
            place = {candidate: at for at, candidate in enumerate(self.order)}
            take = min if best or word == "first" else max
            return [take(left, key=place.__getitem__)]
        if word in self.draws:
            return [self.draws[word](left, best)]
        return left


def _by_history(left: list[int], best: bool, history: Sequence[Votes]) -> list[int]:
    for votes in history:
        among = [votes.get(candidate, 0) for candidate in left]
        wanted = max(among) if best else min(among)
        left = [candidate for candidate, said in zip(left, among, strict=True) if said == wanted]
        if len(left) == 1:
            break
    return left


@dataclass
class _Script(Ties):
    """Takes the choices that it is told, then the first, and notes how many there were."""

    told: tuple[int, ...] = ()
    widths: list[int] = field(default_factory=list)

    def choose(
        self,
        level: Iterable[int],
        *,
        best: bool,  # noqa: ARG002 - as `Ties.choose` has it
        history: Sequence[Votes] = (),  # noqa: ARG002
        turn: int = 0,
    ) -> int | None:
        left = tuple(sorted(level))
        if len(left) == 1:
            return left[0]
        at = len(self.widths)
        self.widths.append(len(left))
        chosen = left[self.told[at] if at < len(self.told) else 0]
        self.met.append(RankedTie(left, (chosen,), "every", turn))
        return chosen


def every_resolution(run: Callable[[Ties], Result], most: int) -> Iterator[Result]:
    """What `run` gives under every way to settle its ties, at most `most` of them, without history.

    >>> list(every_resolution(lambda ties: ties.choose([1, 2], best=True), 10))
    [1, 2]
    """
    told: tuple[int, ...] | None = ()
    while told is not None and most > 0:
        script = _Script(told=told)
        yield run(script)
        most -= 1
        path = [*told, *[0] * (len(script.widths) - len(told))]
        while path and path[-1] + 1 == script.widths[len(path) - 1]:
            path.pop()
        told = (*path[:-1], path[-1] + 1) if path else None
