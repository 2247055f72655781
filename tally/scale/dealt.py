"""Parts dealt out among executors: each answers a question, and the answers come together."""

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

from tally.errors import BallotError
from tally.scale.desk import Filed, Held, Question, Source, answer, leave
from tally.scale.sealed import Sealed

Answer = TypeVar("Answer")
PartT = TypeVar("PartT", bound=Sealed)


@dataclass(frozen=True, eq=False)
class Dealt:
    """Ballots in parts, and who counts which. Leave it (`with`) to free the memory.

    Attributes
    ----------
    sources : the parts; of no consequence are their number, their order, and which ballot lies in
        which
    executors : follow `concurrent.futures.Executor`; the parts are dealt out among them, and each
        gets its own ones with every question. So an executor should be one process (or one machine)
        that can keep them: see `processes`. None: counted here, one part after another
    """

    sources: tuple[Source, ...]
    executors: tuple[Executor, ...]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        leave(self.sources)
        for executor, share in self._shares:
            executor.submit(leave, share).result()

    def ask(self, question: Question[Answer]) -> Answer:
        """The answer of all parts together."""
        if not self.executors:
            return answer(self.sources, question)
        asked = [executor.submit(answer, share, question) for executor, share in self._shares]
        return question.together([said.result() for said in asked])

    @cached_property
    def _shares(self) -> tuple[tuple[Executor, tuple[Source, ...]], ...]:
        """Who counts what."""
        number = len(self.executors)
        shares = (
            (executor, self.sources[at::number]) for at, executor in enumerate(self.executors)
        )
        return tuple((executor, share) for executor, share in shares if share)


def placed(
    kind: type[PartT], parts: Iterable[PartT | Path | str]
) -> tuple[tuple[Source, ...], dict[str, Any]]:
    """Where the parts are, brought to common units, and the head that is common to them.

    Parameters
    ----------
    parts : in memory, or the paths of their files

    Raises
    ------
    BallotError : no part at all, parts of several kinds, a file twice or one that is no part.
    """
    given = [part if isinstance(part, Sealed) else Path(part).resolve() for part in parts]
    files = [part for part in given if isinstance(part, Path)]
    if len(set(files)) != len(files):
        raise BallotError("a part's file stands twice")
    heads = [part.head if isinstance(part, Sealed) else kind.head_of(part) for part in given]
    alike = [name for name in kind.HEAD if name not in kind.UNITS]
    if len({tuple(said.get(name) for name in alike) for said in heads}) != 1:
        raise BallotError("parts must be of one kind of ballot over one list of options")
    units = tuple(math.lcm(*(said[unit] for said in heads)) for unit in kind.UNITS)
    sources = (
        Held(part.in_units(*units))
        if isinstance(part, Sealed)
        else Filed(kind, str(part), said["digest"], units)
        for part, said in zip(given, heads, strict=True)
    )
    common = {name: heads[0][name] for name in alike}
    return tuple(sources), {**common, **dict(zip(kind.UNITS, units, strict=True))}


@contextmanager
def processes(number: int) -> Iterator[list[Executor]]:
    """So many processes of this machine, each an executor by itself.

    They are started anew, not forked, so that a threaded caller is safe.
    """
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only who wants it pays
    from multiprocessing import get_context  # noqa: PLC0415 - likewise

    fresh = get_context("spawn")
    with ExitStack() as stack:
        yield [stack.enter_context(ProcessPoolExecutor(1, mp_context=fresh)) for _ in range(number)]
