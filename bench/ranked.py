"""How exact and how fast ranked ballots are counted, beside their peers: a table, PASS or what falls short.

python bench/ranked.py [FOLDER] [--only N,N…] [--peers PYTHON]

FOLDER holds real elections and reference.json; what needs it is skipped where it is missing. Peers
run in another environment, which `make bench-tally` makes; Droop is asked where DROOP_DIR names a
checkout of it. What is measured, and how to read it: docs/benchmarks.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import _synthetic
import numpy as np
from _bench import HERE, PEERS, ask, note, say
from _measure import Row, median, report

from tally.formats import ranked
from tally.formats.ranked import RankedFile
from tally.ranked import RANKED_RULES, Contest, RankedOutcome, Rankings, count_ranked
from tally.ranked.pairwise import pairwise
from tally.ranked.ties import Ties, every_resolution

SHARED = HERE.parents[1] / "shared" / "data" / "ranked"
SIZE, SEATS = 30, 5
WAYS = 300  # resolutions of ties that are tried
# Entries in which the only peer errs, and why.
FAULTS = {
    (
        "stvrs/transfer_is_blocked.blt",
        "meek",
    ): "stv-rs ends a ballot at a shared rank of whom all are out",
}


class Bench:
    """What is measured with: the folder of real elections and the peers' Python."""

    def __init__(self, folder: Path, peers: Path) -> None:
        self.folder, self.peers = folder, peers

    def peer(self, name: str, path: Path) -> dict | None:
        """Seconds and winners of one peer; None where it cannot run."""
        if name.startswith("droop") and "DROOP_DIR" not in os.environ:
            note(f"{name}: DROOP_DIR names no checkout of Droop")
            return None
        said = ask(self.peers, "_ranked_peers.py", name, str(path))
        return said[0] if said else None


def agreement(bench: Bench) -> Iterator[Row]:
    """1: the winners of every settled entry of the reference."""
    known = json.loads((bench.folder / "reference.json").read_text(encoding="utf-8"))["files"]
    total, level, unexplained, absent = 0, 0, 0, set()
    for name, told in sorted(known.items()):
        file = ranked.load((bench.folder / name).read_bytes())
        terms = {"seats": told["seats"], "withdrawn": frozenset(told["withdrawn"]), "order": ()}
        contest = replace(file.contest, **terms)
        settled = {rule: entry for rule, entry in told["winners"].items() if "value" in entry}
        total += len(settled)
        absent |= settled.keys() - RANKED_RULES.keys()
        for rule in sorted(settled.keys() & RANKED_RULES.keys()):
            found = count_ranked(rule, contest, file.rankings)
            entry = settled[rule]
            if sorted(found.winners) == entry["value"]:
                continue
            if (name, rule) in FAULTS:
                note(f"{name} {rule}: {FAULTS[name, rule]}")
            elif is_level(found, entry["value"]) or entry["value"] in resolutions(
                rule, contest, file.rankings
            ):
                level += 1
            else:
                unexplained += 1
                note(f"{name} {rule}: {entry['value']} by {', '.join(entry['peers'])}")
    if absent:
        note(f"not offered: {', '.join(sorted(absent))}")
    title = f"entries of {total} that differ by how a tie that we tell was settled"
    yield Row(1, title, level, unit="")
    title = "entries that differ otherwise"
    yield Row(1, title, unexplained + len(absent), most=0, unit="")


def is_level(found: RankedOutcome, value: list[int]) -> bool:
    """Whether these are some of those who won or stood level."""
    return {*value} <= {*found.winners}.union(*(tie.candidates for tie in found.ties))


def resolutions(rule: str, contest: Contest, rankings: Rankings) -> list[list[int]]:
    """Who wins, for each way in which the ties of a count can go."""
    row = RANKED_RULES[rule]

    def way(ties: Ties) -> RankedOutcome:
        return row.run(contest, rankings, ties, **row.fixed)

    return [sorted(found.winners) for found in every_resolution(way, WAYS)]


def beside_peers(bench: Bench) -> Iterator[Row]:
    """2: a million ballots over 30 candidates, equal ones handed over once to both."""
    with tempfile.TemporaryDirectory() as scratch:
        for voters, tasks in (
            (
                1_000_000,
                (
                    ("pairwise", "votelib_pairwise", 50),
                    ("irv", "pyrankvote_irv", 40),
                    ("scottish", "stvpoll_scottish", 10),
                    ("scottish", "droop_scottish", 10),
                ),
            ),
            (100_000, (("meek_prf", "droop_meek_prf", 50), ("meek", "droop_meek", 50))),
        ):
            contest, rankings = made(voters)
            rankings = rankings.grouped()
            path = Path(scratch) / f"{voters}.blt"
            path.write_bytes(ranked.dump(RankedFile(contest, rankings, "blt")))
            title = f"{voters:,} × {SIZE}, {len(rankings.weights):,} different ones"
            ours: dict[str, float] = {}
            for rule, peer, least in tasks:
                if rule not in ours:
                    ours[rule], found = median(partial(run, rule, contest, rankings))
                    yield Row(2, f"{title}: {rule}", ours[rule])
                said = bench.peer(peer, path)
                if said is None:
                    continue
                if said["winners"] != found:
                    note(f"{peer} elects {said['winners']}, we {found}")
                yield Row(2, f"  {peer}", said["seconds"])
                ratio = said["seconds"] / ours[rule]
                yield Row(2, "    over ours", ratio, least=least, unit="×")


def made(voters: int) -> tuple[Contest, Rankings]:
    """A made contest for five seats, and its ballots as they were cast."""
    say(f"{voters:,} made ballots")
    contest = Contest(tuple(f"c{place}" for place in range(SIZE)), SEATS)
    return contest, Rankings.of_table(_synthetic.ranked(voters, SIZE, seed=1), SIZE)


def run(rule: str, contest: Contest, rankings: Rankings):
    """One count, and what is compared with a peer's: winners, or one figure of the matrix."""
    if rule == "pairwise":
        return int(pairwise(contest, rankings).support[0, 1])
    found = count_ranked(rule, contest, rankings).winners
    return sorted(found)


def from_raw_arrays(_: Bench) -> Iterator[Row]:
    """3: a million ballots as they were cast: a table of marks, nothing grouped."""
    contest = Contest(tuple(f"c{place}" for place in range(SIZE)), SEATS)
    table = _synthetic.ranked(1_000_000, SIZE, seed=1)
    for rule, most in (("pairwise", 0.3), ("irv", 0.5), ("scottish", 1.5), ("meek", 5.0)):
        count = partial(run, rule, contest)
        seconds = median(lambda count=count: count(Rankings.of_table(table, SIZE)))[0]
        yield Row(3, f"1,000,000 × {SIZE} raw marks to {rule}", seconds, most=most)
    yield Row(3, "  of which reading the table", median(lambda: Rankings.of_table(table, SIZE))[0])


def many_candidates(_: Bench) -> Iterator[Row]:
    """4: strongest paths among a thousand, ranked pairs among three hundred."""
    for rule, size, most in (("schulze_winning", 1000, 0.6), ("ranked_pairs_winning", 300, 0.1)):
        contest = Contest(tuple(map(str, range(size))))
        draw = np.random.default_rng(size)
        table = np.stack([draw.permutation(size) for _ in range(99)]).astype(np.uint16)
        votes = pairwise(contest, Rankings.of_table(table, size))
        row = RANKED_RULES[rule]
        module = sys.modules[row.run.__module__]
        ties = Ties(row.policy, contest.tie_order)
        work = partial(module.by_matrix, contest, votes, ties, **row.fixed)
        yield Row(4, f"{rule} from the matrix of {size} candidates", median(work)[0], most=most)


def ten_millions(_: Bench) -> Iterator[Row]:
    """5: ten million ballots, the marks themselves included."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "marks.npy"
        say("10,000,000 made ballots")
        np.save(path, _synthetic.ranked(10_000_000, SIZE, seed=2))
        for rule in ("copeland", "irv", "scottish", "meek"):
            ran = subprocess.run(
                [sys.executable, str(HERE / "_ranked_whole.py"), path, str(SIZE), str(SEATS), rule],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            said = json.loads(ran.stdout)
            yield Row(5, f"10,000,000 × {SIZE}, {rule}: greatest memory", said["peak"], most=1024, unit="MiB")  # fmt: skip
            yield Row(5, "  reading the table", said["reading"])
            yield Row(5, "  the count", said["count"])


# Number -> what measures it, and whether it needs the folder.
PARTS: dict[int, tuple[Callable[[Bench], Iterator[Row]], bool]] = {
    1: (agreement, True),
    2: (beside_peers, False),
    3: (from_raw_arrays, False),
    4: (many_candidates, False),
    5: (ten_millions, False),
}


def measured(bench: Bench, parts: Iterable[int]) -> Iterator[Row]:
    """The rows of some parts; a part whose files are missing is skipped, with a sentence."""
    for number in parts:
        measure, needs_folder = PARTS[number]
        if needs_folder and not (bench.folder / "reference.json").exists():
            note(f"Part {number} is skipped: {bench.folder} has no reference.json.")
        else:
            yield from measure(bench)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--only", default=",".join(map(str, PARTS)), help="parts, as 1,3")
    parser.add_argument("--peers", type=Path, default=PEERS, help="the peers' Python")
    chosen = parser.parse_args()
    bench = Bench(chosen.folder.resolve(), chosen.peers.absolute())
    if not bench.peers.exists():
        note("No peers are installed: `make bench-tally` does that.")
    report(measured(bench, map(int, chosen.only.split(","))))


if __name__ == "__main__":
    main()
