"""CPU seconds, medians, and the table of figures beside their bars."""

import gc
import resource
import statistics
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
ENOUGH = 10.0  # seconds after which one thing is not run again


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and its bar where it has one: at most or at least so much.

    `ratio` says how much of the bar is used up: 1 or less keeps it, whichever way the bar faces.
    """

    part: int
    name: str
    measured: float
    most: float | None = None
    least: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        """Measured over bar, or bar over measured where more is better."""
        if self.most is not None:
            return _over(self.measured, self.most)
        return None if self.least is None else _over(self.least, self.measured)

    @property
    def keeps(self) -> bool:
        """Whether the bar is kept; figures without a bar keep it."""
        return self.ratio is None or self.ratio <= 1

    def line(self) -> str:
        """The row as the table shows it."""
        bar, ratio = "", ""
        if self.ratio is not None:
            sign, limit = ("≤", self.most) if self.most is not None else ("≥", self.least)
            bar, ratio = f"{sign} {_figure(limit or 0, self.unit)}", f"{self.ratio:.2f}"
        short = "" if self.keeps else "  ←"
        name = f"{self.part}  {self.name}"
        return f"{name:<78}{_figure(self.measured, self.unit):>12}{bar:>14}{ratio:>8}{short}"


HEAD = f"{'':<78}{'measured':>12}{'bar':>14}{'ratio':>8}"


def verdict(rows: Collection[Row]) -> str:
    """`PASS`, or each bar that is missed."""
    if all(row.ratio is None for row in rows):
        return "FALLS SHORT: nothing was measured that has a bar"
    missed = [
        f"{row.part} {row.name.strip()} ({_figure(row.measured, row.unit)}, ratio {row.ratio:.2f})"
        for row in rows
        if not row.keeps
    ]
    return "FALLS SHORT: " + "; ".join(missed) if missed else "PASS"


def report(rows: Iterable[Row]) -> None:
    """The table, row by row as they come, and the verdict."""
    print(HEAD)
    seen = []
    for row in rows:
        seen.append(row)
        print(row.line(), flush=True)
    print(f"{cpu():.0f} s of CPU in all, peers included. A ratio of 1.00 or less keeps its bar.")
    print(verdict(seen))


def cpu() -> float:
    """User and system seconds of this process, its threads and its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def once(work: Callable[[], T], clock: Callable[[], float] = cpu) -> tuple[float, T]:
    """Seconds of one run, the collector of cycles switched off, and what it gave."""
    gc.collect()
    gc.disable()
    try:
        began = clock()
        found = work()
        return clock() - began, found
    finally:
        gc.enable()


def median(
    work: Callable[[], T], runs: int = 7, clock: Callable[[], float] = cpu
) -> tuple[float, T]:
    """The median of several runs after one that does not count, and what it gave.

    Work of seconds is run less often, down to once.
    """
    first, found = once(work, clock)
    runs = min(runs, int(ENOUGH / first)) if first else runs
    if runs < 1:
        return first, found
    return statistics.median(once(work, clock)[0] for _ in range(runs)), found


def _over(one: float, other: float) -> float:
    return one / other if other else (0.0 if not one else float("inf"))


def _figure(value: float, unit: str) -> str:
    if value == float("inf"):
        return "not there"
    digits = 0 if unit == "" or value >= 100 else 2 if value >= 1 else 4
    return f"{value:,.{digits}f} {unit}".strip()
