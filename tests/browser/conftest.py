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

from app import create_app, migrate
from app.config import Config
from core.db import Database
from tests.browser import walk

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser")
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
            item.add_marker(pytest.mark.timeout(600))  # it waits for two other programs


@dataclass(frozen=True)
class City:
    """Where the server answers, and what there is to visit."""

    base: str
    walk: walk.Walk
    keys: Path
    database_url: str

    @property
    def contest(self) -> str:
        """The vote of fifty projects."""
        return self.walk.contest


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    url, keys, secret = f"sqlite:///{folder / 'city.db'}", folder / "keys", "s" * 40
    app = create_app(Config(url, secret, keys, https=False))
    database: Database = app.extensions["database"]
    migrate.upgrade(database.writer)
    now = datetime.now(UTC)  # noqa: TID251 - the server reads the real clock
    with database.writing() as session:
        stops = walk.settle(session, app, app.extensions["keys"], now, password=PASSWORD)
    database.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = os.environ | {
        "GWANGJANG_DATABASE_URL": url, "GWANGJANG_KEYS_DIR": str(keys), "GWANGJANG_HTTPS": "0",
        "GWANGJANG_SECRET_KEY": secret, "GWANGJANG_DEMO": "1", "GWANGJANG_ORIGIN": "localhost/pb",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "gunicorn", "--config", "python:app.server", "-w", "1", "-b", f"127.0.0.1:{port}",
    ]  # fmt: skip
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        base = f"http://127.0.0.1:{port}"
        _wait_for(f"{base}/healthz")
        yield City(base, stops, keys, url)
        server.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if program is None:
        pytest.fail("There is no Chromium: `make browser` installs Debian's headless one.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, city: City) -> Iterator[Callable[..., Page]]:
    """Opens a page as a new visitor; at the end no error was logged and nobody else was asked."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        width: int = 360,
        language: str = "ko",
        *,
        scripts: bool = True,
        who: str = walk.VISITOR,
        dark: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=city.base, java_script_enabled=scripts,
            color_scheme="dark" if dark else "light", locale=language,
        )  # fmt: skip
        contexts.append(context)
        if who in city.walk.sessions:
            context.add_cookies(
                [{"name": "session", "value": city.walk.sessions[who], "url": city.base}]
            )
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
                if message.type == "error"
                and not any(word in message.text for word in ("status of 4", "DISCONNECTED"))
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
def axe() -> Callable[..., list[str]]:
    """What axe finds against WCAG 2.2 A and AA, or by the rules named, a line each."""

    def check(page: Page, *rules: str) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE + "\n;0")  # not added: a page forbids inline code
            page.context.add_init_script(AXE)  # and is quicker for the pages to come
        found = page.evaluate(
            "async (only) => (await axe.run({runOnly: only, resultTypes: ['violations']})).violations",
            rules or STANDARDS,
        )
        return [
            f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'][:160]})"
            for rule in found
            for node in rule["nodes"]
        ]

    return check


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not come up")
