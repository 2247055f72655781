"""Counting ranked ballots in parts and in one piece: time, CPU, memory, and the same outcome.

python bench/scale_ranked.py [BALLOTS …]      without: 1,000,000 10,000,000

Made ballots (30 candidates, 1 to 10 marks, 4.5 on average, see `_synthetic.ranked`), in a temporary
folder. Two processes count the parts by each rule; then each rule counts all ballots in one piece,
in a process of its own: its peak of memory is with the ballots, the interpreter and everything.
"""

import hashlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
from _synthetic import ranked
from scale import MOST_GROWTH, WORKERS, make_all, usage

from tally.ranked import Contest, Rankings
from tally.scale import RankedPart, RankedPartitions, count_ranked, processes

CANDIDATES, SEATS = 30, 5
RULES = ("schulze_winning", "irv", "scottish", "meek")
MOST_GIBIBYTES = 1.0  # for all ballots in one piece
CONTEST = Contest(tuple(f"candidate {at}" for at in range(CANDIDATES)), SEATS)


def make(path: str, ballots: int, seed: int) -> None:
    """One part."""
    table = ranked(ballots, CANDIDATES, seed)
    marked = table < CANDIDATES
    lengths = np.count_nonzero(marked, axis=1).astype(np.uint8)
    RankedPart(CANDIDATES, False, lengths, table[marked]).write(path)


def in_one_piece(paths: list[str]) -> Rankings:
    """The ballots of all parts."""
    parts = [RankedPart.read(path) for path in paths]
    lengths = np.concatenate([part.lengths for part in parts])
    starts = np.zeros(1 + len(lengths), dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    places = np.concatenate([part.places for part in parts])
    return Rankings(CANDIDATES, starts, places, None, np.ones(len(lengths), dtype=np.int64))


def seal(rule: str, ballots: Rankings | RankedPartitions) -> str:
    """SHA-256 of the outcome's canonical JSON."""
    return hashlib.sha256(count_ranked(rule, CONTEST, ballots).to_json().encode()).hexdigest()


def in_parts(ballots: int, folder: str) -> None:
    """A line for each rule, then one for all: wall and CPU seconds, and the seal or the peak."""
    paths = make_all(folder, ballots, make)
    with processes(WORKERS) as workers:
        began, (first, _) = time.perf_counter(), usage(workers)
        with RankedPartitions.of(paths, workers) as partitions:
            assert partitions.ballots == ballots
            for rule in RULES:
                start, (before, _) = time.perf_counter(), usage(workers)
                found = seal(rule, partitions)
                print(time.perf_counter() - start, usage(workers)[0] - before, found)
        wall, (cpu, peak) = time.perf_counter() - began, usage(workers)
    print(wall, cpu - first, peak)
    print(*paths)


def whole(rule: str, paths: list[str]) -> None:
    """A line: CPU seconds, the seal, the peak."""
    rankings = in_one_piece(paths)
    before = time.process_time()
    found = seal(rule, rankings)
    cpu = time.process_time() - before
    print(cpu, found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)


def asked(*arguments: str) -> list[list[str]]:
    """What this program prints in a process of its own, word by word."""
    run = [sys.executable, __file__, *arguments]
    said = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [line.split() for line in said.splitlines()]


def measure(ballots: int, folder: str) -> tuple[bool, float]:
    """Tell all of so many ballots: whether it is good, and CPU seconds a ballot in parts."""
    *rows, (wall, cpu, peak), paths = asked("--parts", str(ballots), folder)
    good = True
    for rule, (rule_wall, rule_cpu, found) in zip(RULES, rows, strict=True):
        ((whole_cpu, expected, whole_peak),) = asked("--whole", rule, *paths)
        good = good and found == expected and float(whole_peak) <= MOST_GIBIBYTES
        print(
            f"{ballots:>11,}  {rule:<16}{float(rule_wall):7.2f} s wall {float(rule_cpu):7.2f} s CPU"
            f"   in one piece {float(whole_cpu):6.2f} s CPU, peak {float(whole_peak):.2f} GiB"
            f"   {'the same' if found == expected else 'ANOTHER OUTCOME'}",
            flush=True,
        )
    print(
        f"{ballots:>11,}  {'all':<16}{float(wall):7.2f} s wall {float(cpu):7.2f} s CPU"
        f"   peak {float(peak):.2f} GiB of {1 + WORKERS} processes",
        flush=True,
    )
    return good, float(cpu) / ballots


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--parts"]:
        in_parts(int(arguments[1]), arguments[2])
        return 0
    if arguments[:1] == ["--whole"]:
        whole(arguments[1], arguments[2:])
        return 0
    good, last = True, float("inf")
    for ballots in [int(given.replace(",", "")) for given in arguments] or [10**6, 10**7]:
        with tempfile.TemporaryDirectory() as folder:
            fine, rate = measure(ballots, folder)
        good = good and fine and rate <= MOST_GROWTH * last
        last = rate
    short = f"FALLS SHORT: another outcome, over {MOST_GIBIBYTES} GiB, or more than linear"
    print("PASS" if good else short)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
