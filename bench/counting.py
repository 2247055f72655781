"""How exact and how fast the counting room is, beside its peers: a table, and PASS or what falls short.

python bench/counting.py [FOLDER] [--only N,N…] [--peer-seconds S] [--peers PYTHON]

FOLDER holds real elections (.pb) and reference.json; what needs it is skipped where it is missing.
Peers run in another environment, which `make bench-tally` makes. What is measured, and how to read
it: docs/benchmarks.md. A new bar is one more `yield Row(…)`.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import _synthetic
from _bench import HERE, PEERS, Bench, fresh, note, rule_alone, say
from _measure import Row, median, once, report

import tally
from tally import Outcome
from tally.axioms import ejr, exhaustive, priceability, purses
from tally.axioms.measure import Measure
from tally.explain import distance, story
from tally.formats import pabulib

SHARED = HERE.parents[1] / "shared" / "data" / "pabulib"
WARSAW = "Poland_Warszawa_2026.pb"
# Cities that used equal shares: whether their own count stopped when nothing more fitted.
CITIES = {
    "Netherlands_Assen_2024.pb": True,
    "Poland_Swiecie_2023.pb": True,
    "Poland_Wieliczka_2023_Green_Budget.pb": False,
}
RECORDED_CPP = 0.028  # seconds of mes_cost on WARSAW, when the bars were set
FIVE_RULES = ("greedy_cost", "greedy_card", "mes_card", "mes_cost", "phragmen")
SHOWN = 20  # differences told one by one


def agreement(bench: Bench) -> Iterator[Row]:
    """1: equal winners for every entry of the reference, and for the real equal-shares cities."""
    wrong, absent, total = [], [], 0
    elections = {}
    for name, rule, known in bench.entries("ok"):
        elections = elections if name in elections else {name: bench.load(name)}
        total += 1
        if rule not in tally.RULES:
            absent.append(rule)
        elif fault := differs(elections[name], rule, known):
            wrong.append(f"{name} {rule}: {fault}")
    for fault in wrong[:SHOWN]:
        note(fault)
    if len(wrong) > SHOWN:
        note(f"and {len(wrong) - SHOWN} more")
    if absent:
        note(f"not offered, {len(absent)} entries: {', '.join(sorted(set(absent)))}")
    bad = len(wrong) + len(absent)
    yield Row(1, f"entries of {total} that differ from the reference", bad, most=0, unit="")
    cities = {name: stops for name, stops in CITIES.items() if name in bench.reference}
    missed = [name for name, stops in cities.items() if not as_the_city(bench, name, stops)]
    for name in missed:
        note(f"{name}: not what the city funded")
    yield Row(1, f"real cities of {len(cities)} whose own equal shares differ from ours", len(missed), most=0, unit="")  # fmt: skip


def differs(election: pabulib.Election, rule: str, known: dict) -> str:
    """What is wrong with our outcome; empty if nothing is."""
    outcome = tally.count(rule, election.instance, election.profile)
    found, expected = list(outcome.funded), known["winners"]
    if rule.startswith("maxw_"):
        reached = welfare(election, outcome, rule.removeprefix("maxw_"))
        good = reached == Fraction(known["welfare"]) and outcome.spent <= election.instance.limit
        return "" if good else f"welfare {reached}, reference {known['welfare']}"
    if rule == "phragmen":
        found, expected = sorted(found), sorted(expected)
    return "" if found == expected else f"{found}, reference {expected}"


def welfare(election: pabulib.Election, outcome: Outcome, measure: str):
    """All voters' satisfaction with an outcome, from the ballots themselves."""
    profile, index = election.profile, election.instance.index
    support = profile.scores() if measure == "score" else profile.votes()
    factor = {name: election.instance.options[place].cost for name, place in index.items()}
    return sum(support[index[name]] * (factor[name] if measure == "cost" else 1) for name in outcome.funded)  # fmt: skip


def as_the_city(bench: Bench, name: str, stops: bool) -> bool:
    """Whether add1 gives what the city itself funded."""
    election = bench.load(name)
    outcome = tally.count("mes_cost_add1", election.instance, election.profile, exhaustive=stops)
    return sorted(outcome.funded) == sorted(bench.reference[name]["city_selected"])


def whole_folder(bench: Bench) -> Iterator[Row]:
    """2: everything from file to winners; pabutools on a sample now, on all as recorded."""
    ours, theirs = sum(bench.ours.values()), sum(map(bench.recorded, bench.reference))
    absent = {rule for _, rule, _ in bench.entries("ok")} - tally.RULES.keys()
    if absent:
        note(f"on neither side, for we do not offer them: {', '.join(sorted(absent))}")
    yield Row(2, f"whole folder ({len(bench.ours)} files), our CPU", ours)
    step, names = sample(bench)
    given = json.dumps({name: bench.rules(name) for name in names})
    said = bench.peer("pabutools", str(bench.folder), given=given)
    if said:
        here = sum(row["reading"] + sum(row["rules"].values()) for row in said)
        pace = here / sum(bench.recorded(row["file"]) for row in said)
        ratio = here / sum(bench.ours[row["file"]] for row in said)
        title = f"one file in {step} ({len(said)} files): pabutools' CPU in this run over ours"
        yield Row(2, title, ratio, least=100, unit="×")
        yield Row(
            2, "  this machine's pace: pabutools here over pabutools recorded", pace, unit="×"
        )
        yield Row(2, "whole folder: pabutools' recorded CPU, at this pace, over ours", theirs * pace / ours, least=100, unit="×")  # fmt: skip
    bar = None if said else 100
    yield Row(2, "whole folder: pabutools' CPU as recorded over ours", theirs / ours, least=bar, unit="×")  # fmt: skip


def sample(bench: Bench) -> tuple[int, list[str]]:
    """Each so-many-th file in order of what pabutools needed, as many as its seconds allow.

    So small and large files have the weight in it that they have in the folder.
    """
    names = sorted(bench.reference, key=bench.recorded)
    for step in range(1, len(names) + 1):
        some = names[step // 2 :: step]
        if sum(map(bench.recorded, some)) <= bench.peer_seconds:
            return step, some
    return len(names), []


def one_city(bench: Bench) -> Iterator[Row]:
    """3: Warszawa 2026 by equal shares."""
    data = (bench.folder / WARSAW).read_bytes()
    election = pabulib.load(data)

    def from_bytes() -> tuple[str, ...]:
        read = pabulib.load(data)
        return tally.count("mes_cost", read.instance, read.profile).funded

    whole, winners = median(from_bytes)
    yield Row(3, "Warszawa 2026, bytes to mes_cost winners", whole, most=0.05)
    yield Row(3, "  reading alone", median(lambda: pabulib.load(data))[0])
    alone = {rule: rule_alone(election, rule) for rule in ("mes_cost", "mes_card", "phragmen")}
    cpp = {row["rule"]: row for row in bench.peer("pabumeasures", str(bench.folder / WARSAW))}
    yield Row(3, "  mes_cost alone, beside the C++ peer as recorded", alone["mes_cost"], most=RECORDED_CPP)  # fmt: skip
    if cpp:
        bar = cpp["mes_cost"]["seconds"]
        yield Row(3, "  mes_cost alone, beside the C++ peer in this run", alone["mes_cost"], most=bar)  # fmt: skip
    for rule in ("mes_card", "phragmen"):
        yield Row(3, f"  {rule} alone", alone[rule])
        if cpp:
            yield Row(3, f"    the C++ peer's {rule}", cpp[rule]["seconds"])
    if cpp and list(winners) != cpp["mes_cost"]["winners"]:
        note("the C++ peer (long doubles) funds others by mes_cost")
    given = json.dumps({WARSAW: ["mes_cost"]})
    for row in bench.peer("pabutools", str(bench.folder), given=given):
        theirs = row["reading"] + row["rules"]["mes_cost"]
        yield Row(3, "  pabutools, file to mes_cost winners", theirs)
        yield Row(3, "  pabutools' CPU over ours", theirs / whole, unit="×")


def past_the_limit(bench: Bench) -> Iterator[Row]:
    """4: add1 on Warszawa 2026, and each count that pabutools gave up."""
    seconds = median(lambda: bench.winners(WARSAW, "mes_cost_add1"))[0]
    yield Row(4, "Warszawa 2026, file to mes_cost_add1 winners", seconds, most=0.5)
    yield Row(4, "  the rule alone", rule_alone(bench.load(WARSAW), "mes_cost_add1"))
    for name, rule, _ in bench.entries("cpu_limit"):
        seconds = math.inf
        if rule in tally.RULES:
            seconds = median(partial(bench.winners, name, rule))[0]
        yield Row(4, f"{name.removesuffix('.pb')}, file to {rule} winners", seconds, most=0.3)


def large(_: Bench) -> Iterator[Row]:
    """5: made elections of 100,000 and a million ballots."""
    with tempfile.TemporaryDirectory() as scratch:
        for voters, seed, most in ((100_000, 1, None), (1_000_000, 2, 4.0)):
            say(f"{voters:,} made ballots")
            path = _synthetic.write(Path(scratch) / "made.pb", voters, 150, seed)
            runs = [in_a_child(path) for _ in range(3)]
            seconds = statistics.median(run["cpu"] for run in runs)
            title = f"{voters:,} × 150, file to winners of 5 rules"
            yield Row(5, title, seconds, most=most)
            for step in ("reading", *FIVE_RULES):
                yield Row(5, f"  {step}", statistics.median(run["steps"][step] for run in runs))
            peak = max(run["peak"] for run in runs)
            yield Row(5, "  greatest memory", peak, most=most and 1500.0, unit="MB")


def in_a_child(path: Path) -> dict:
    """The five rules in a process of its own."""
    ran = subprocess.run(
        [sys.executable, str(HERE / "_whole.py"), str(path), *FIVE_RULES],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(ran.stdout)


def starting(_: Bench) -> Iterator[Row]:
    """6: import, and the command line on a small file."""
    bare, full = ([sys.executable, "-c", code] for code in ("pass", "import tally"))
    pairs = [(once(partial(quiet, bare))[0], once(partial(quiet, full))[0]) for _ in range(9)]
    importing = statistics.median(with_it - without for without, with_it in pairs)
    yield Row(6, "import tally, the interpreter's own start taken off", importing, most=0.15)
    with tempfile.TemporaryDirectory() as scratch:
        path = _synthetic.write(Path(scratch) / "small.pb", 1000, 150, 1)
        command = [str(Path(sys.executable).with_name("gwangjang")), "tally", str(path)]
        counting = [*command, "--rule", "mes_cost"]
        explained = [*counting, "--explain"]
        seconds = math.inf
        if quiet(explained):
            seconds = median(partial(quiet, explained), clock=time.perf_counter)[0]
        else:
            note("gwangjang tally --explain does not run yet")
        yield Row(6, "gwangjang tally --rule mes_cost --explain, 1,000 voters, wall", seconds, most=0.5)  # fmt: skip
        plain = median(partial(quiet, counting), clock=time.perf_counter)[0]
        yield Row(6, "  the same without --explain, wall", plain)


def quiet(command: list[str]) -> bool:
    """Run a program to its end; whether it was content."""
    return not subprocess.run(command, check=False, capture_output=True).returncode


def proofs(bench: Bench) -> Iterator[Row]:
    """7: explanations and proofs of mes_cost on Warszawa 2026, against the rule itself."""
    election = bench.load(WARSAW)
    seconds = rule_alone(election, "mes_cost")
    instance, profile = fresh(election)
    shares = tally.count("mes_cost", instance, profile)
    votes = tally.count("greedy_cost", instance, profile)
    ledger = purses.of(instance, profile, shares)

    def told() -> tuple:
        return (
            story.purchases(instance, ledger),
            story.losses(instance, ledger),
            story.shares(instance, profile, shares.funded),
        )

    pieces: dict[str, Callable[[], object]] = {
        "EJR+ up to any one": lambda: ejr.check(instance, profile, shares.funded, measure=Measure.COST),
        "payments, replayed": lambda: purses.of(instance, profile, shares),
        "priceability of these": lambda: priceability.check(instance, ledger, shares.funded),
        "exhaustiveness": lambda: exhaustive.check(instance, profile, shares.funded),
        "story: purchases, losses, shares": told,
        "distances of greedy_cost": lambda: distance.greedy(instance, profile, votes, tally.by_id(instance)),
    }  # fmt: skip
    each = {name: median(piece)[0] for name, piece in pieces.items()}
    total = sum(each.values())
    yield Row(7, "Warszawa 2026: explanations and proofs over mes_cost", total / seconds, most=5, unit="×")  # fmt: skip
    yield Row(7, "  mes_cost alone", seconds)
    for name, taken in each.items():
        yield Row(7, f"  {name}", taken)


# Number -> what measures it, and the files without which it cannot.
PARTS: dict[int, tuple[Callable[[Bench], Iterator[Row]], tuple[str, ...]]] = {
    1: (agreement, ("reference.json",)),
    2: (whole_folder, ("reference.json",)),
    3: (one_city, (WARSAW,)),
    4: (past_the_limit, ("reference.json", WARSAW)),
    5: (large, ()),
    6: (starting, ()),
    7: (proofs, (WARSAW,)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--only", default=",".join(map(str, PARTS)), help="parts, as 1,3")
    parser.add_argument("--peer-seconds", type=float, default=60, help="for pabutools, part 2")
    parser.add_argument("--peers", type=Path, default=PEERS, help="the peers' Python")
    chosen = parser.parse_args()
    bench = Bench(chosen.folder.resolve(), chosen.peers.absolute(), chosen.peer_seconds)
    if not bench.has_peers:
        note("No peers are installed: `make bench-tally` does that.")
    report(measured(bench, map(int, chosen.only.split(","))))


def measured(bench: Bench, parts: Iterable[int]) -> Iterator[Row]:
    """The rows of some parts; a part whose files are missing is skipped, with a sentence."""
    for number in parts:
        measure, needed = PARTS[number]
        if missing := [name for name in needed if not (bench.folder / name).exists()]:
            note(f"Part {number} is skipped: {bench.folder} has no {' and no '.join(missing)}.")
        else:
            yield from measure(bench)


if __name__ == "__main__":
    main()
