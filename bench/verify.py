"""How fast verify.py checks and counts a whole vote, beside a floor: the least that any recount does.

python bench/verify.py [BALLOTS [FLOOR.py]]    default 200,000 and ../shared/bench/web/verify_floor.py

The vote is a knapsack over 30 projects, 10 on a ballot, with a tenth of voters voting twice, and a
checkpoint for every thousand leaves. Rates are ballots by web for each second of CPU, of the whole
process; the floor runs before and after, and the better of its medians counts.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from _measure import Row, report

import tally
from ballots import verifiers
from ballots.board import bundle, leaves, recount
from ballots.board.bundle import File, Spool
from ballots.board.checkpoint import Checkpoint
from ballots.board.manifest import ListedOption, Manifest
from ballots.board.merkle import Edge, leaf_hash
from ballots.board.notes import LOG, WITNESS, Note, Signer

HERE = Path(__file__).resolve().parent
VERIFY = HERE.parent / "ballots" / "verifiers" / "verify.py"
FLOOR = HERE.parents[1] / "shared" / "bench" / "web" / "verify_floor.py"
BALLOTS, OPTIONS, PICKS, EVERY = 200_000, 30, 10, 1000
LEAST_RATIO, MOST_MEGABYTES = 0.5, 1000
ELECTION, SEED, DISTRICT = "bench/pb", "31415926535897932384", "all"
LOG_KEY = Signer.of(ELECTION, LOG, bytes(32))
WITNESS_KEY = Signer.of("bench/witness", WITNESS, bytes([1] * 32))
POLICY = f"log {LOG_KEY.key}\nwitness w {WITNESS_KEY.key}\nquorum w\n".encode()
MANIFEST = Manifest(
    election=ELECTION, titles={"en": "Bench", "ko": "벤치"}, kind="knapsack", fund=10**6,
    currency="KRW", picks=PICKS, fields={}, rule="greedy_cost", ties="cost_then_lot",
    parameters={"minimum_votes": 0, "stop": False}, options=tuple(
        ListedOption(number, f"p{number}", f"Project {number}", 5000 + 2777 * number)
        for number in range(1, OPTIONS + 1)
    ),
)  # fmt: skip


def log_of(voters: int, votes: dict[int, bytes]) -> Iterator[bytes]:
    """The leaves of the vote; `votes` holds what counts when all were taken."""
    common = {"v": 1, "e": ELECTION}
    yield leaves.write(
        common | {
            "t": "open", "manifest": MANIFEST.digest, "policy": hashlib.sha256(POLICY).hexdigest(),
            "log": str(LOG_KEY.key), "roll": {DISTRICT: voters}, "rollhash": "0" * 64,
            "linkhash": "0" * 64, "tokens": {}, "ties": MANIFEST.ties, "code": "bench",
            "verifiers": verifiers.digests(verifiers.files()), "by": ["officer A", "officer B"],
        }
    )  # fmt: skip
    again = [voter for voter in range(voters) if not voter % 10]
    for turn, voter in enumerate([*range(voters), *again]):
        digest = hashlib.sha256(b"%d" % turn).digest()
        picks = [*dict.fromkeys(1 + byte % OPTIONS for byte in digest)][:PICKS]
        numbers = ",".join(map(str, sorted(picks)))
        votes[voter] = choices = b'{"a":[%s]}' % numbers.encode()
        yield (
            b'{"c":"web","d":"%s","e":"%s","f":1,"n":"%064x","p":"%032x","t":"ballot","v":1,"x":%s}'
            % (DISTRICT.encode(), ELECTION.encode(), turn, voter, choices)
        )
    cast = voters + len(again)
    counts, marks = {"open": 1, "ballot": cast}, {"web": voters}
    yield leaves.write(common | {"t": "close", "size": cast + 1, "counts": counts, "marks": marks})


def signed(edge: Edge, *signers: Signer) -> Note:
    """The checkpoint of a log that has grown so far."""
    text = str(Checkpoint(ELECTION, edge.size, edge.root))
    return Note(text, tuple(signer.sign(text, 1_800_000_000) for signer in signers))


def outcome_of(choices: Iterable[bytes]) -> tally.Outcome:
    """The count of all ballots, by the program that is verified."""
    named = [np.fromstring(one[6:-2].decode(), dtype=np.int64, sep=",") for one in choices]
    starts = np.cumsum([0, *map(len, named)], dtype=np.int64)
    ones = np.ones(len(named), dtype=np.int64)
    profile = tally.Profile("knapsack", OPTIONS, starts, np.concatenate(named) - 1, None, ones)
    options = tuple(tally.Option(option.code, option.cost) for option in MANIFEST.options)
    instance = tally.Instance(options, MANIFEST.fund)
    ties = tally.by_cost(instance, tally.tie_order(SEED.encode(), list(instance.index)))
    return tally.count("greedy_cost", instance, profile, ties)


def build(path: Path, ballots: int) -> None:
    """Write the bundle of a vote with about so many ballots."""
    voters, votes = round(ballots / 1.1), dict[int, bytes]()
    edge, earlier = Edge(), []
    with tempfile.TemporaryFile() as file:
        spool = Spool(file)

        def grown() -> Iterator[bytes]:
            nonlocal edge
            for leaf in log_of(voters, votes):
                yield leaf
                edge = edge.grown([leaf_hash(leaf)])
                if not edge.size % EVERY:
                    earlier.append(signed(edge, LOG_KEY))

        for name, content in recount.tile_files(grown(), with_leaves=True):
            spool.add(name, [content])
        line = b'{"c":"web","d":"%s","f":1,"x":%%s}\n' % DISTRICT.encode()
        spool.add("ballots.jsonl", sorted(line % choices for choices in votes.values()))
        outcome = outcome_of(votes.values())
        told = outcome.to_json().encode()
        funded = [one.number for one in MANIFEST.options if one.code in outcome.funded]
        marks = {DISTRICT: recount.Marks(voters, voters)}
        contents = {
            "manifest.json": bytes(MANIFEST),
            "policy.txt": POLICY,
            "checkpoint": str(signed(edge, LOG_KEY, WITNESS_KEY)).encode(),
            "checkpoints.txt": bundle.joined(earlier).encode(),
            "roll-summary.json": recount.roll_summary(marks, "0" * 64),
            "tally.json": told,
            "result.json": recount.result(told, ballots=voters, funded=funded, seed=SEED),
            "election.pb": b"META\n",
            **verifiers.files(),
        }
        files = [File.of(*content) for content in contents.items()]
        with path.open("wb") as out:
            out.writelines(bundle.written([*spool.files, *files], LOG_KEY))


def floor_of(program: Path) -> float:
    """Ballots a second of the floor, by its own median."""
    told = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    found = re.search(r"median (\d+) ballots/s", told.stdout)
    assert found, told.stdout
    return float(found[1])


def verified(path: Path) -> tuple[float, float]:
    """CPU seconds and peak megabytes of verify.py over a bundle; what it says is printed."""
    command = [sys.executable, VERIFY, path, "--lang", "en"]
    with subprocess.Popen(command) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def rows(ballots: int, floor: Path) -> Iterator[Row]:
    """Build, verify and compare."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.tar"
        build = [sys.executable, __file__, "--build", str(path), str(ballots)]
        subprocess.run(build, check=True)  # in a process of its own: its memory is not measured
        floors = [floor_of(floor)] if floor.exists() else []
        seconds, megabytes = verified(path)
        floors += [floor_of(floor)] if floor.exists() else []
        size = path.stat().st_size / 2**20
    yield Row(1, f"size of the bundle of {ballots:,} ballots", size, unit="MB")
    yield Row(1, "ballots for each second of CPU", ballots / seconds, unit="/s")
    for told in floors:
        yield Row(1, "of the floor, before and after", told, unit="/s")
    if floors:
        ratio = ballots / seconds / max(floors)
        yield Row(1, "rate over the floor's", ratio, least=LEAST_RATIO, unit="×")
    yield Row(2, "peak memory", megabytes, most=MOST_MEGABYTES, unit="MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        build(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        told = sys.argv[1:] + [str(BALLOTS), str(FLOOR)][len(sys.argv) - 1 :]
        report(rows(int(told[0]), Path(told[1])))
