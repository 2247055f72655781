"""What the parts of the benchmark share: the real elections, their reference, and the peers."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from _measure import median, once

import tally
from tally import Instance, Outcome, Profile
from tally.formats import pabulib

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / ".venv-bench" / "bin" / "python"


class Bench:
    """What is measured with: the folder, its reference, the peers' Python, how long they may run."""

    def __init__(self, folder: Path, peers: Path, peer_seconds: float) -> None:
        self.folder, self.peers, self.peer_seconds = folder, peers, peer_seconds
        self.has_peers = peers.exists()

    @cached_property
    def reference(self) -> dict[str, dict]:
        """File -> what is known of it."""
        known = json.loads((self.folder / "reference.json").read_text(encoding="utf-8"))["files"]
        return {name: known[name] for name in sorted(known) if (self.folder / name).exists()}

    def entries(self, status: str) -> Iterator[tuple[str, str, dict]]:
        """File, rule and what is known, for each entry of the reference with this status."""
        for name, file in self.reference.items():
            for rule, known in file["rules"].items():
                if known["status"] == status:
                    yield name, rule, known

    def rules(self, name: str) -> list[str]:
        """The rules that are timed on one file: known, with a recorded time, and offered by us."""
        known = self.reference[name]["rules"].items()
        return [
            rule for rule, entry in known
            if entry["status"] == "ok" and entry.get("cpu_s") and rule in tally.RULES
        ]  # fmt: skip

    def recorded(self, name: str) -> float:
        """Seconds that pabutools needed where the reference was made: reading and those rules."""
        file = self.reference[name]
        return file["parse_cpu_s"] + sum(file["rules"][rule]["cpu_s"] for rule in self.rules(name))

    @cached_property
    def ours(self) -> dict[str, float]:
        """File -> our seconds from the file to the outcomes of those rules: median of 3 passes."""
        passes: list[dict[str, float]] = []
        while len(passes) < 3:
            say(f"our count of the whole folder, {len(passes) + 1} of 3")
            passes.append({n: once(partial(self.count_all, n))[0] for n in self.reference})
        return {n: statistics.median(one[n] for one in passes) for n in self.reference}

    def count_all(self, name: str) -> None:
        """One file from disk to winners."""
        election = self.load(name)
        for rule in self.rules(name):
            _ = tally.count(rule, election.instance, election.profile).funded

    def load(self, name: str) -> pabulib.Election:
        """One file from disk."""
        return pabulib.load((self.folder / name).read_bytes())

    def winners(self, name: str, rule: str) -> tuple[str, ...]:
        """One file from disk to the winners of one rule."""
        election = self.load(name)
        return tally.count(rule, election.instance, election.profile).funded

    def peer(self, *arguments: str, given: str = "") -> list[dict]:
        """What one run of `_peers.py` says; nothing where it cannot run."""
        return ask(self.peers, "_peers.py", *arguments, given=given)


def ask(python: Path, script: str, *arguments: str, given: str = "") -> list[dict]:
    """What one run of a script of this folder says in the peers' environment."""
    if not python.exists():
        return []
    say(f"peers: {arguments[0]}")
    ran = subprocess.run(
        [python, str(HERE / script), *arguments],
        input=given, text=True, check=False, capture_output=True,
    )  # fmt: skip
    if ran.returncode:
        note(f"the peer {arguments[0]} did not run: {ran.stderr.strip().splitlines()[-1:]}")
    return [json.loads(line) for line in ran.stdout.splitlines()]


def rule_alone(election: pabulib.Election, rule: str) -> float:
    """Seconds of one rule on ballots in arrays of which nothing else is known yet."""

    def run() -> Outcome:
        instance, profile = fresh(election)
        return tally.count(rule, instance, profile)

    return median(run)[0]


def fresh(election: pabulib.Election) -> tuple[Instance, Profile]:
    """The same election without what earlier counts have kept of it."""
    return replace(election.instance), replace(election.profile)


def say(what: str) -> None:
    """What is going on, for whoever waits."""
    if sys.stderr.isatty():
        print(f"\r… {what}".ljust(79), end="\r", file=sys.stderr, flush=True)


def note(what: str) -> None:
    """A sentence among the rows."""
    print(f"   · {what}", flush=True)
