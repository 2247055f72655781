"""One file from disk to the outcomes of some rules, in a process of its own. Prints JSON.

python bench/_whole.py FILE RULE…
"""

import gc
import json
import sys
from itertools import pairwise
from pathlib import Path

from _measure import cpu

import tally
from tally.formats import pabulib


def peak_megabytes() -> float:
    """The most memory this program had at once; what its parent had before is not in it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main(path: str, *rules: str) -> None:
    gc.disable()
    marks = [cpu()]
    election = pabulib.load(Path(path).read_bytes())
    marks.append(cpu())
    for rule in rules:
        tally.count(rule, election.instance, election.profile)
        marks.append(cpu())
    steps = [later - sooner for sooner, later in pairwise(marks)]
    said = {
        "cpu": marks[-1] - marks[0],
        "steps": dict(zip(["reading", *rules], steps, strict=True)),
        "peak": peak_megabytes(),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
