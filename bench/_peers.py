"""What others need for the same; run by the Python of .venv-bench. Prints JSON, one object a line.

python bench/_peers.py pabutools FOLDER      standard input: {"file": ["rule", …], …}
python bench/_peers.py pabumeasures FILE     the C++ rules, read by pabutools
"""

import gc
import json
import os
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

from _measure import cpu, once
from pabutools.election import (
    Additive_Borda_Sat,
    Additive_Cardinal_Sat,
    Cardinality_Sat,
    Cost_Sat,
    parse_pabulib,
)
from pabutools.rules import (
    greedy_utilitarian_welfare,
    max_additive_utilitarian_welfare,
    method_of_equal_shares,
    sequential_phragmen,
)

RUNS = 7


class Election:
    """One file, read by pabutools, equal ballots grouped (the faster of its two ways)."""

    def __init__(self, path: Path) -> None:
        self.instance, plain = parse_pabulib(str(path))
        self.profile = plain.as_multiprofile()
        ordinal = self.instance.meta["vote_type"] == "ordinal"
        self.measures = {
            "card": Cardinality_Sat,
            "cost": Cost_Sat,
            "score": Additive_Borda_Sat if ordinal else Additive_Cardinal_Sat,
        }

    def run(self, rule: str):
        """The projects that one rule chooses, counted from the start."""
        if rule == "phragmen":
            return sequential_phragmen(self.instance, self.profile)
        family, measure, *completion = rule.split("_")
        sat = self.measures[measure]
        if family == "greedy":
            return greedy_utilitarian_welfare(self.instance, self.profile, sat_class=sat)
        if family == "maxw":
            return max_additive_utilitarian_welfare(self.instance, self.profile, sat_class=sat)
        step = {"voter_budget_increment": 1} if completion and "add1" in completion[0] else {}
        found = method_of_equal_shares(self.instance, self.profile, sat_class=sat, **step)
        if completion and completion[0].endswith("u"):
            return greedy_utilitarian_welfare(
                self.instance, self.profile, sat_class=Cost_Sat, initial_budget_allocation=found
            )
        return found


def pabutools(folder: Path) -> None:
    """CPU seconds of reading, and of each rule by itself."""
    for name, rules in json.load(sys.stdin).items():
        reading, election = once(partial(Election, folder / name))
        seconds = {rule: once(partial(election.run, rule))[0] for rule in rules}
        _say({"file": name, "reading": reading, "rules": seconds})


def pabumeasures(path: Path) -> None:
    """CPU seconds of the C++ rules alone: its own structures are built before."""
    from pabumeasures import ProjectComparator, _core  # noqa: PLC0415 - may not have been built

    instance, profile = parse_pabulib(str(path))
    approvers = {project.name: [] for project in instance}
    for voter, ballot in enumerate(profile):
        for project in ballot:
            approvers[project.name].append(voter)
    embedded = [
        _core.ProjectEmbedding(int(project.cost), project.name, approvers[project.name])
        for project in sorted(instance)
    ]
    election = _core.Election(int(instance.budget_limit), len(profile), embedded)
    gc.disable()
    for rule in (_core.mes_cost, _core.mes_apr, _core.phragmen):
        taken = []
        for _ in range(RUNS + 1):
            began = cpu()
            chosen = rule(election, ProjectComparator.ByNameAsc)
            taken.append(cpu() - began)
        winners = [project.name for project in chosen]
        name = {"mes_apr": "mes_card"}.get(rule.__name__, rule.__name__)
        _say({"rule": name, "seconds": statistics.median(taken[1:]), "winners": winners})


def _say(what: dict) -> None:
    print(json.dumps(what), file=OUT, flush=True)


if __name__ == "__main__":
    # Solvers print as they like: our lines have the true standard output to themselves.
    OUT = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as scratch:
        kind, argument = sys.argv[1], Path(sys.argv[2]).resolve()
        os.chdir(scratch)  # and leave files where they run
        {"pabutools": pabutools, "pabumeasures": pabumeasures}[kind](argument)
