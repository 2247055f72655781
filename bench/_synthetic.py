"""Made elections, the same every time: 10 approvals a ballot, a few options liked by many."""

from pathlib import Path

import numpy as np

PICKS = 10
_CHUNK = 50_000


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
