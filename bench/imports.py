"""How fast whole elections are cast, and how much memory that takes. Prints one line a file.

python bench/imports.py [FILE.pb …]      without files: a made one of 100,000 ballots
"""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from app import migrate
from ballots.integrator import Integrator
from ballots.keys import Keys
from budget import files, services
from budget.publication import publish
from core.db import opened
from core.journal import OPERATOR, Actor
from tally.formats import pabulib

BALLOTS, PROJECTS, PICKS = 100_000, 150, 10
LEAST_RATE, MOST_MEGABYTES = 2_000, 500
THE_OPERATOR = Actor(OPERATOR)


def made() -> str:
    """A file of many ballots, the same every time; lower numbers are liked more."""
    rows = [
        "META",
        "key;value",
        "budget;5000000",
        "vote_type;approval",
        "PROJECTS",
        "project_id;cost",
    ]
    rows += [f"p{number};{10_000 + 997 * number}" for number in range(PROJECTS)]
    rows += ["VOTES", "voter_id;vote"]
    for voter in range(BALLOTS):
        picks = {
            (voter * 7919 + pick * (1 + voter % 13) * 31) % (PROJECTS - pick * 9)
            for pick in range(PICKS)
        }
        rows.append(f"v{voter};" + ",".join(f"p{number}" for number in sorted(picks)))
    return "\n".join(rows) + "\n"


def whole_life(path: Path) -> None:
    """Import, close, count, publish, export; in a process of its own, so that memory is its own."""
    with tempfile.TemporaryDirectory() as folder, opened(f"sqlite:///{folder}/city.db") as database:
        migrate.upgrade(database.writer)
        keys = Keys.of(Path(folder) / "keys", Path(folder) / "guards", "bench/pb")
        now = datetime.now(UTC)  # noqa: TID251 - a program that measures
        began = time.perf_counter()
        file = pabulib.read_bytes(path.read_bytes())
        plan = files.ImportPlan(path.stem[:60].lower(), path.name, path.stem, path.stem)
        with database.writing() as session:
            cycle = files.import_cycle(session, file, plan, actor=THE_OPERATOR, keys=keys, now=now)
        cast = time.perf_counter() - began
        with database.writing() as session:
            cycle = session.merge(cycle)
            services.close_vote(
                session, cycle, actor=THE_OPERATOR, keys=keys, now=now, reason="bench"
            )
            services.count(session, cycle, actor=THE_OPERATOR, now=now)
        Integrator(database, keys).turn()
        with database.writing() as session:
            cycle = session.merge(cycle)
            publish(
                session, cycle, actor=THE_OPERATOR, keys=keys, shelf=Path(folder) / "bundles",
                now=now,
            )  # fmt: skip
            pabulib.write(files.export_cycle(session, cycle))
        whole = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        rate = len(file.votes) / cast
        good = peak <= MOST_MEGABYTES and (rate >= LEAST_RATE or len(file.votes) < LEAST_RATE)
        print(
            f"{path.name[:60]:<60} {len(file.votes):>7,} ballots  {rate:>7,.0f}/s  whole {whole:5.1f} s  "
            f"peak {peak} MB  {'PASS' if good else 'FALLS SHORT'}",
            flush=True,
        )


def main(arguments: list[str]) -> None:
    """Each file in a process of its own."""
    if arguments[:1] == ["--one"]:
        whole_life(Path(arguments[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        if not arguments:
            path = Path(folder) / "made.pb"
            path.write_text(made(), encoding="utf-8")
            arguments = [str(path)]
        for name in arguments:
            subprocess.run([sys.executable, __file__, "--one", name], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
