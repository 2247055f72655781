"""The vote page and casting, beside the layers of the usual stack, in one run and one process.

python bench/web.py [FOLDER_OF_LAYERS]    default ../shared/bench/web; without it only we are measured

CPU a request, in-process (no socket), rounds interleaved so that a noisy neighbour hits all alike.
Ours is the real thing: session, CSRF, form post, roll, rule check, pseudonym, box, durable commit.
"""

import importlib
import io
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from accounts.models import Account
from app import create_app, migrate
from app.config import Config
from ballots import services
from ballots.entries import Opening
from ballots.models import Contest, Option
from core.city import Neighbourhood
from core.db import Database

ROUNDS, REQUESTS, OPTIONS = 30, 60, 30
LAYERS = ("l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "p0", "p1", "p2")
BAR = 0.8
SECRET = "b" * 40
OPENING = Opening("localhost/pb/bench", "{}", "id_text", ("one", "other"), {})
PICKS = (1, 4, 6, 8, 9, 13, 18, 22, 26, 29)
BODY = "&".join(f"choice={number}" for number in PICKS)
THEIR_FORM = "&".join(f"choices={number - 1}" for number in PICKS) + "&note="
Call = Callable[[int], None]


def ours(folder: Path, voters: int) -> dict[str, Call]:
    """Our application with one open vote and a signed-in voter for each request."""
    app = create_app(config(f"sqlite:///{folder / 'ours.db'}", folder / "keys"))
    contest, cookies = settled(app, voters)
    nonces = itertools.count()

    def cast(serial: int) -> None:
        cookie, token = cookies[serial % voters]
        body = f"{BODY}&csrf_token={token}&nonce={next(nonces):064x}".encode()
        assert _call(app, "POST", f"/votes/{contest}/cast", cookie, body).startswith("302")

    def page(serial: int) -> None:
        cookie, _token = cookies[serial % voters]
        assert _call(app, "GET", f"/votes/{contest}", cookie, b"").startswith("200")

    return {"our cast": cast, "our page": page}


def theirs(folder: Path, layers_folder: Path, voters: int) -> dict[str, Call]:
    """The layers of the usual stack, on a SQLite of their own with the same settings."""
    tokens = folder / "tokens"
    os.environ |= {"DB_URL": f"sqlite:///{folder / 'layers.db'}", "TOK": str(tokens)}
    environ = {**os.environ, "PYTHONPATH": str(layers_folder)}
    subprocess.run(
        [sys.executable, str(layers_folder / "layers.py"), "setup", str(voters), str(tokens)],
        check=True, env=environ,
    )  # fmt: skip
    sys.path.insert(0, str(layers_folder))
    layers = importlib.import_module("layers")
    rows = [line.split() for line in tokens.read_text().splitlines()]
    json_body = b'{"choices":[0,3,5,7,8,12,17,21,25,28]}'

    def caller(layer: str) -> Call:
        def call(serial: int) -> None:
            _voter, cookie, token = rows[serial % voters]
            if layer in ("l0", "l1", "p0", "p1", "p2"):
                answer = _call(layers.application, "GET", f"/{layer}/", cookie, b"")
            elif layer in ("l4", "l7"):
                answer = _call(
                    layers.application,
                    "POST",
                    f"/{layer}/",
                    cookie,
                    f"{THEIR_FORM}&csrf_token={token}".encode(),
                )
            else:
                answer = _call(layers.application, "POST", f"/{layer}/", cookie, json_body, token)
            assert answer.startswith("200"), (layer, answer)

        return call

    calls = {layer: caller(layer) for layer in LAYERS}
    calls["reset"] = lambda _serial: layers.reset()
    return calls


def measure(calls: dict[str, Call]) -> dict[str, float]:
    """Median CPU microseconds a request; casts that were made are undone between rounds of theirs."""
    reset = calls.pop("reset", lambda _serial: None)
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            if name in ("l5", "l6", "l7"):
                reset(0)
            call(0)
            began = time.process_time()
            for serial in range(1, REQUESTS + 1):
                call(serial)
            spent[name].append((time.process_time() - began) / REQUESTS * 1e6)
    return {name: statistics.median(values) for name, values in spent.items()}


def main(layers_folder: Path) -> None:
    """Measure, print the table and the verdict."""
    with tempfile.TemporaryDirectory() as name, Path(os.devnull).open("w") as silence:
        folder = Path(name)
        calls = ours(folder, REQUESTS + 1)
        found = (layers_folder / "layers.py").exists()
        if found:
            calls = theirs(folder, layers_folder, REQUESTS + 1) | calls
        with redirect_stdout(silence):
            medians = measure(calls)
    for name, value in medians.items():
        beside = f"  {value / medians['l7']:5.2f} × l7" if found else ""
        print(f"{name:<9} {value:>7.0f} µs CPU a request  {1e6 / value:>7.0f}/s a core{beside}")
    if not found:
        print(
            f"The layers to compare with are not at hand ({layers_folder}): only ours was measured."
        )
        return
    ratio = medians["our cast"] / medians["l7"]
    print(
        "PASS" if ratio <= BAR else f"FALLS SHORT: casting costs {ratio:.2f} × l7, the bar is {BAR}"
    )


def settled(app: Flask, voters: int) -> tuple[str, list[tuple[str, str]]]:
    """One open vote; its id, and a signed session and CSRF token for each voter."""
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)  # noqa: TID251 - the application reads the real clock
    migrate.upgrade(database.writer)
    with database.writing() as session:
        session.add(Neighbourhood(slug="here", name_ko="여기", name_en="Here", position=1))
        session.flush()
        people = [
            Account(email=f"v{serial}@bench.example", name="V", password_hash="!", language="ko",
                    neighbourhood="here", declared_at=now, created_at=now)
            for serial in range(voters)
        ]  # fmt: skip
        contest = Contest(
            title_ko="투표", title_en="Vote", kind="approval", max_picks=10, fund_minor=10**9,
            opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1), rules_digest="d" * 64,
        )  # fmt: skip
        session.add_all([*people, contest])
        session.flush()
        session.add_all(
            Option(
                contest_id=contest.id,
                number=number,
                code=str(number),
                title=f"사업 {number}",
                summary="한 문장이에요.",
                place="여기",
                cost_minor=1000 * number,
            )
            for number in range(1, OPTIONS + 1)
        )
        session.flush()
        services.open_contest(session, contest, OPENING, keys=app.extensions["keys"], now=now)
        ids = [str(person.id) for person in people]
    return str(contest.id), [_cookie(app, id_, serial) for serial, id_ in enumerate(ids)]


def config(url: str, keys: Path) -> Config:
    """Settings as in production, but without https."""
    return Config(url, SECRET, keys, https=False)


def _cookie(app: Flask, account_id: str, serial: int) -> tuple[str, str]:
    """A signed session of one voter, and the CSRF token that belongs to it."""
    raw = f"{serial:040x}"
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    kept = {"_user_id": f"{account_id}.0", "_fresh": True, "csrf_token": raw}
    token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)
    return str(signer.dumps(kept)), str(token)


def _call(app: Callable, method: str, path: str, cookie: str, body: bytes, token: str = "") -> str:
    is_json = bool(token)
    environ = {
        "REQUEST_METHOD": method, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.version": (1, 0), "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False, "HTTP_HOST": "127.0.0.1", "PATH_INFO": path,
        "QUERY_STRING": "", "REMOTE_ADDR": "127.0.0.1", "wsgi.input": io.BytesIO(body), "HTTP_COOKIE": f"session={cookie}",
        "CONTENT_LENGTH": str(len(body)), "HTTP_X_CSRFTOKEN": token,
        "CONTENT_TYPE": "application/json" if is_json else "application/x-www-form-urlencoded",
    }  # fmt: skip
    status: list[str] = []
    answer = app(environ, lambda said, _headers, _info=None: status.append(said))
    b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    return status[0]


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[2] / "shared" / "bench" / "web"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
