"""Made elections, the same every time: a few options liked by many.

Of approvals there are 10 on a ballot; ranked ballots end after 1 to 10 marks.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PICKS = 10
_CHUNK = 50_000
_CAMPS, _STOPS = 4, 0.2


def write(path: Path, voters: int, projects: int, seed: int) -> Path:
    """A file of approval ballots at `path`.

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


def ranked(voters: int, candidates: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """How many candidates each ballot ranks, and whom, from the first to the last.

    Each of four camps of voters has its own order of the candidates; the one who is r-th in it is
    liked as r^-0.8, and a ballot is drawn by that without repetition (of waiting times with these
    rates the shortest come first). After each mark a voter stops with chance 0.2, at last after 10.
    The camps are the same for every seed.
    """
    camps, draw = np.random.default_rng([3, candidates]), np.random.default_rng([4, seed])
    orders = np.argsort(camps.random((_CAMPS, candidates)), axis=1)
    liked = (1.0 + orders).astype(np.float32) ** np.float32(-0.8)
    most = min(PICKS, candidates)
    lengths = np.minimum(draw.geometric(_STOPS, voters), most).astype(np.uint8)
    lots = []
    for first in range(0, voters, _CHUNK):
        here = lengths[first : first + _CHUNK]
        waits = draw.standard_exponential((len(here), candidates), np.float32)
        waits /= liked[draw.integers(0, _CAMPS, len(here))]
        marks = np.argsort(waits, axis=1)[:, :most].astype(
            np.uint16 if candidates > 255 else np.uint8
        )
        lots.append(marks[np.arange(most) < here[:, None]])
    return lengths, np.concatenate(lots)
