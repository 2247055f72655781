"""A real Chromium before the real server, with a small city behind it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts import passwords
from app import migrate
from ballots.linker import Linker
from core.access import Role
from core.db import Database
from tests import factories

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run",
]  # fmt: skip
PASSWORD = "the password of the browser"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass(frozen=True)
class City:
    """Where the server answers, and what there is to visit."""

    base: str
    paths: dict[str, str]
    contest: str
    keys: Path
    database_url: str


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    url, keys = f"sqlite:///{folder / 'city.db'}", folder / "keys"
    database = Database(url)
    migrate.upgrade(database.writer)
    paths, contest = _settle(database, Linker(keys))
    database.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = os.environ | {
        "GWANGJANG_DATABASE_URL": url, "GWANGJANG_KEYS_DIR": str(keys), "GWANGJANG_HTTPS": "0",
        "GWANGJANG_SECRET_KEY": "s" * 40, "GWANGJANG_DEMO": "1",
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "app.wsgi:application",
        "-k",
        "gevent",
        "-w",
        "1",
        "-b",
        f"127.0.0.1:{port}",
        "--no-control-socket",
    ]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        base = f"http://127.0.0.1:{port}"
        _wait_for(f"{base}/healthz")
        yield City(base, paths, contest, keys, url)
        server.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail(
            "There is no Chromium: install Debian's package chromium (`make browser` does)."
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def kept_session(browser: Browser, city: City) -> list:
    """The cookies of one sign-in, shared by all tests: sign-ins are limited, as they should be."""
    context = browser.new_context(base_url=city.base)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "voter@test.example")
    page.fill("#password", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/")
    cookies = [
        {"name": kept["name"], "value": kept["value"], "url": city.base}
        for kept in context.cookies()
        if kept["name"] == "session"
    ]
    context.close()
    return cookies


@pytest.fixture
def visit(browser: Browser, city: City, kept_session: list) -> Iterator[Callable[..., Page]]:
    """Opens a page as a new visitor; at the end no error was logged and nobody else was asked."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        width: int = 360,
        language: str = "ko",
        *,
        scripts: bool = True,
        signed_in: bool = False,
        dark: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=city.base, java_script_enabled=scripts,
            color_scheme="dark" if dark else "light", locale=language,
        )  # fmt: skip
        contexts.append(context)
        if signed_in:
            context.add_cookies(kept_session)
        context.on(
            "request",
            lambda request: (
                complaints.append(request.url)
                if not request.url.startswith((city.base, "data:"))
                else None
            ),
        )
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "status of 4" not in message.text
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"/?lang={language}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe finds against WCAG 2.2 A and AA, a line each. The script is evaluated, not added: the page forbids inline code."""

    def check(page: Page) -> list[str]:
        page.evaluate(AXE + "\n;0")
        found = page.evaluate(
            "async (tags) => (await axe.run({runOnly: tags})).violations", STANDARDS
        )
        return [
            f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'][:160]})"
            for rule in found
            for node in rule["nodes"]
        ]

    return check


def _settle(database: Database, linker: Linker) -> tuple[dict[str, str], str]:
    now = datetime.now(UTC)  # noqa: TID251 - the server reads the real clock
    with database.writing() as session:
        voter = factories.account(session, now, email="voter@test.example")
        voter.password_hash = passwords.hashed(PASSWORD)
        factories.account(session, now, Role.AUDITOR)
        done = factories.cycle(
            session,
            now,
            phase="published",
            linker=linker,
            ballots_cast=[[1], [1, 2], [2]],
            slug="done",
        )
        open_ = factories.cycle(
            session,
            now,
            linker=linker,
            costs=[10 + serial for serial in range(50)],
            max_picks=4,
            fund_minor=500,
            slug="open",
            field_limits={"safety-construction": 3},
        )
        factories.cycle(
            session, now, linker=linker, kind="knapsack", max_picks=None, slug="knapsack"
        )
        proposal = factories.proposal(session, now, status="received", author=voter)
        paths = {
            "front": "/", "proposals": "/proposals", "proposal": f"/proposals/{proposal.id}", "cycles": "/cycles",
            "cycle": "/cycles/open", "outcome": "/cycles/done/outcome", "project": "/cycles/done/projects/1",
            "agenda": "/agenda", "journal": "/journal", "rule": "/rules/greedy_cost", "sign-in": "/sign-in",
            "sign-up": "/sign-up", "missing": "/nowhere", "find": f"/votes/{open_.contest_id}/find",
        }  # fmt: skip
        assert done.phase == "published"
    return paths, str(open_.contest_id)


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not come up")
