"""What others need for ranked ballots; run by the Python of .venv-bench. Prints one JSON object.

python bench/_ranked_peers.py PEER FILE

FILE is BLT with equal ballots once. A peer gets its own structures built before its time starts.
Droop is not on the package index: DROOP_DIR names a checkout of it.
"""

import json
import os
import sys
from pathlib import Path

from _measure import once


def ballots(path: Path) -> tuple[int, int, list[tuple[int, tuple[int, ...]]]]:
    """Candidates, seats, and how many cast which ranking."""
    lines = path.read_text(encoding="utf-8").splitlines()
    size, seats = map(int, lines[0].split())
    rows = []
    for line in lines[1:]:
        count, *places = map(int, line.split())
        if not count:
            return size, seats, rows
        rows.append((count, tuple(place - 1 for place in places[:-1])))
    raise ValueError(path)


def votelib_pairwise(path: Path):
    from votelib.convert import RankedToCondorcetVotes  # noqa: PLC0415 - one peer in each process

    _, _, rows = ballots(path)
    votes = {places: count for count, places in rows if places}
    return lambda: RankedToCondorcetVotes().convert(votes), lambda found: found[0, 1]


def pyrankvote_irv(path: Path):
    from pyrankvote import Ballot, Candidate, instant_runoff_voting  # noqa: PLC0415

    size, _, rows = ballots(path)
    candidates = [Candidate(str(place)) for place in range(size)]
    cast = []
    for count, places in rows:  # it knows no weights
        ballot = Ballot(ranked_candidates=[candidates[place] for place in places])
        cast.extend([ballot] * count)
    return (
        lambda: instant_runoff_voting(candidates, cast),
        lambda found: [int(winner.name) for winner in found.get_winners()],
    )


def stvpoll_scottish(path: Path):
    from stvpoll.scottish_stv import ScottishSTV  # noqa: PLC0415

    size, seats, rows = ballots(path)
    poll = ScottishSTV(seats=seats, candidates=list(map(str, range(size))))
    for count, places in rows:
        if places:
            poll.add_ballot(list(map(str, places)), count)
    return poll.calculate, lambda found: sorted(map(int, found.elected_as_tuple()))


def droop(path: Path, **options):
    sys.path.insert(0, os.environ["DROOP_DIR"])
    from droop.election import Election  # noqa: PLC0415
    from droop.profile import ElectionProfile  # noqa: PLC0415

    profile = ElectionProfile(path=str(path))

    def run():
        election = Election(profile, options)
        election.count()
        return election

    return run, lambda found: sorted(candidate.cid - 1 for candidate in found.elected)


PEERS = {
    "votelib_pairwise": votelib_pairwise,
    "pyrankvote_irv": pyrankvote_irv,
    "stvpoll_scottish": stvpoll_scottish,
    "droop_scottish": lambda path: droop(path, rule="scotland"),
    "droop_meek": lambda path: droop(path, rule="meek", arithmetic="guarded", precision=18),
    "droop_meek_prf": lambda path: droop(path, rule="meek-prf"),
}

if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")  # peers may print what they like
    os.dup2(2, 1)
    work, winners = PEERS[sys.argv[1]](Path(sys.argv[2]).resolve())
    seconds, result = once(work)
    print(json.dumps({"seconds": seconds, "winners": winners(result)}), file=out, flush=True)
