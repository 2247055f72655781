"""Made elections, the same every time: a few options or candidates are liked by many."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PICKS = 10
_CHUNK = 50_000
_CAMPS, _STOPS = 4, 0.2


def write(path: Path, voters: int, projects: int, seed: int) -> Path:
    """A file of ballots with ten approvals each at `path`.

    Popularity falls with rank^-0.8, drawn without repetition (the largest of perturbed logarithms);
    costs are lognormal(11.5, 1), at least 1,000; the budget is a quarter of all costs.
    """
    draw = np.random.default_rng(seed)
    liked = -0.8 * np.log(np.arange(1, projects + 1))
    costs = np.maximum(1000, draw.lognormal(11.5, 1, projects)).astype(np.int64)
    head = ["META", "key;value", f"budget;{costs.sum() // 4}", "vote_type;approval"]
    head += [f"num_projects;{projects}", f"num_votes;{voters}", "PROJECTS", "project_id;cost"]
    head += [f"{place};{cost}" for place, cost in enumerate(costs.tolist(), 1)]
    head += ["VOTES", "voter_id;vote"]
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(head) + "\n")
        for first in range(0, voters, _CHUNK):
            number = min(_CHUNK, voters - first)
            order = draw.gumbel(size=(number, projects)) + liked
            picks = np.argpartition(-order, PICKS, axis=1)[:, :PICKS] + 1
            rows = enumerate(np.sort(picks, axis=1).tolist(), first + 1)
            out.writelines(f"{voter};{','.join(map(str, ballot))}\n" for voter, ballot in rows)
    return path


def ranked(voters: int, size: int, seed: int) -> NDArray[np.uint8]:
    """Ranked ballots: voters x 10 cells, a candidate each; 255 where a ballot has ended.

    Each of four camps of voters has its own order of the candidates, the same for every seed; the
    one who is r-th in it, and s-th in an order that all share, is liked as r^-0.8 s^-0.4. Voters
    draw by that without repetition (of waiting times with these rates the shortest come first), and
    stop after each mark with chance 0.2.
    """
    camps, draw = np.random.default_rng([3, size]), np.random.default_rng([4, seed])
    places = np.arange(1, size + 1)
    orders = np.stack([camps.permutation(places) for _ in range(_CAMPS)])
    liked = (orders**-0.8 * places**-0.4).astype(np.float32)
    table = np.full((voters, PICKS), 255, dtype=np.uint8)
    for first in range(0, voters, _CHUNK):
        number = min(_CHUNK, voters - first)
        waits = draw.standard_exponential((number, size), np.float32)
        waits /= liked[draw.integers(_CAMPS, size=number)]
        top = np.argpartition(waits, PICKS, axis=1)[:, :PICKS]
        order = np.argsort(np.take_along_axis(waits, top, 1), axis=1)
        rows = np.take_along_axis(top, order, 1).astype(np.uint8)
        length = np.minimum(draw.geometric(_STOPS, number), PICKS)
        rows[np.arange(PICKS) >= length[:, np.newaxis]] = 255
        table[first : first + number] = rows
    return table
