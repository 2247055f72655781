"""Ten million ranked ballots, or so, counted in a process of its own. Prints JSON.

python bench/_ranked_whole.py FILE SIZE SEATS RULE

FILE is an array of marks, as `_synthetic.ranked` makes it.
"""

import json
import sys

import numpy as np
from _measure import cpu
from _whole import peak_megabytes

from tally.ranked import Contest, Rankings, count_ranked


def main(path: str, size: str, seats: str, rule: str) -> None:
    contest = Contest(tuple(f"c{place}" for place in range(int(size))), int(seats))
    began = cpu()
    rankings = Rankings.of_table(np.load(path), contest.size)
    read = cpu()
    winners = count_ranked(rule, contest, rankings).winners
    said = {"reading": read - began, "count": cpu() - read, "peak": peak_megabytes()}
    print(json.dumps({**said, "winners": winners}))


if __name__ == "__main__":
    main(*sys.argv[1:])
