"""Counting ballots that lie in parts: time, CPU and memory as their number grows tenfold and again.

python bench/scale.py [BALLOTS …]      without: 100,000 1,000,000 10,000,000

Made ballots (150 options, 10 different picks each, option r liked as r^-0.8; costs lognormal(11.5, 1)
and at least 1,000; a limit of a quarter of all costs), in a temporary folder. Two processes count.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor
from itertools import pairwise
from pathlib import Path

import numpy as np

from tally import Instance, Option, Profile
from tally import count as count_whole
from tally.scale import Part, Partitions, count, processes
from tally.scale.sealed import GOOD_SIZE

OPTIONS, PICKS, WORKERS = 150, 10, 2
RULES = ("greedy_cost", "mes_cost", "phragmen")
MOST_GIGABYTES = 6.0
MOST_WHOLE = 10**5  # ballots up to here are also counted in one piece, to compare
MOST_GROWTH = 1.25  # of the CPU time for a ballot, from one number to the next
Make = Callable[[str, int, int], None]  # path, ballots, seed


def instance() -> Instance:
    """The same options every time."""
    random = np.random.default_rng(1)
    costs = np.maximum(random.lognormal(11.5, 1, OPTIONS), 1000).astype(np.int64).tolist()
    options = tuple(Option(str(at + 1), cost) for at, cost in enumerate(costs))
    return Instance(options, sum(costs) // 4)


def make(path: str, ballots: int, seed: int) -> None:
    """One part: of waiting times with rates r^-0.8 the ten shortest are a draw without repetition."""
    random, lots = np.random.default_rng([2, seed]), []
    liked = np.arange(1, OPTIONS + 1, dtype=np.float32) ** np.float32(-0.8)
    for first in range(0, ballots, 10_000):
        waits = random.standard_exponential((min(10_000, ballots - first), OPTIONS), np.float32)
        lots.append(np.argpartition(waits / liked, PICKS, axis=1)[:, :PICKS].astype(np.uint8))
    places = np.sort(np.concatenate(lots), axis=1).reshape(-1)
    Part("approval", OPTIONS, np.full(ballots, PICKS, dtype=np.uint8), places).write(path)


def usage(workers: list[Executor]) -> tuple[float, float]:
    """CPU seconds of this process and the workers so far; the sum of their peaks of memory, GB."""
    used = [worker.submit(resource.getrusage, resource.RUSAGE_SELF).result() for worker in workers]
    used.append(resource.getrusage(resource.RUSAGE_SELF))
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    return cpu, sum(one.ru_maxrss for one in used) / 2**20


def make_all(folder: str, ballots: int, make: Make) -> list[str]:
    """Parts of about `GOOD_SIZE` ballots, at least one for each worker."""
    sizes = np.diff(np.linspace(0, ballots, max(WORKERS, ballots // GOOD_SIZE) + 1).astype(int))
    paths = [f"{folder}/{at}.npz" for at in range(len(sizes))]
    with processes(WORKERS) as makers:
        made = [
            makers[at % WORKERS].submit(make, path, size, at)
            for at, (path, size) in enumerate(zip(paths, sizes.tolist(), strict=True))
        ]
        for task in made:
            task.result()
    return paths


def in_one_piece(paths: list[str]) -> Profile:
    """The same ballots as one profile."""
    places = np.concatenate([Part.read(path).places for path in paths]).astype(np.int64)
    ballots = len(places) // PICKS
    starts, ones = np.arange(ballots + 1) * PICKS, np.ones(ballots, dtype=np.int64)
    return Profile("approval", OPTIONS, starts, places, None, ones)


def one(ballots: int, folder: str) -> None:
    """Count so many ballots by each rule; the last line is what `main` reads."""
    paths, outcomes = make_all(folder, ballots, make), []
    with processes(WORKERS) as workers:
        began, (first, _) = time.perf_counter(), usage(workers)
        with Partitions.of(paths, workers) as partitions:
            for rule in ("", *RULES):
                start, (before, _) = time.perf_counter(), usage(workers)
                if rule:
                    outcomes.append(count(rule, instance(), partitions))
                    told = f"{len(outcomes[-1].funded)} funded"
                else:
                    voters = partitions.sums.ballots
                    told = (
                        f"{sum(Path(path).stat().st_size for path in paths) / 1e6:,.0f} MB on disk"
                    )
                    assert voters == ballots
                print(
                    f"{ballots:>11,}  {rule or 'read, add up':<12}"
                    f" {time.perf_counter() - start:8.2f} s wall"
                    f" {usage(workers)[0] - before:8.2f} s CPU   {told}"
                )
        wall, (cpu, peak) = time.perf_counter() - began, usage(workers)
    if ballots <= MOST_WHOLE:
        whole = in_one_piece(paths)
        for outcome in outcomes:
            assert count_whole(outcome.rule, instance(), whole).to_json() == outcome.to_json()
        print(f"{ballots:>11,}  the same, to the last bit, as in one piece")
    print(wall, cpu - first, peak)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--one"]:
        one(int(arguments[1]), arguments[2])
        return 0
    good, rates = True, []
    for ballots in [int(given.replace(",", "")) for given in arguments] or [10**5, 10**6, 10**7]:
        with tempfile.TemporaryDirectory() as folder:  # a process of its own: so is its memory
            *told, last = subprocess.run(
                [sys.executable, __file__, "--one", str(ballots), folder],
                check=True, stdout=subprocess.PIPE, text=True,
            ).stdout.splitlines()  # fmt: skip
        wall, cpu, peak = (float(figure) for figure in last.split())
        print(*told, sep="\n")
        print(
            f"{ballots:>11,}  all          {wall:8.2f} s wall {cpu:8.2f} s CPU   "
            f"{cpu / ballots * 1e6:.2f} s CPU for a million; peak {peak:.2f} GB",
            flush=True,
        )
        rates.append(cpu / ballots)
        good = good and peak <= MOST_GIGABYTES
    good = good and all(more <= MOST_GROWTH * less for less, more in pairwise(rates))
    print("PASS" if good else f"FALLS SHORT: over {MOST_GIGABYTES} GB, or more than linear")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
