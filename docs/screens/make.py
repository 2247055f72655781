"""Takes a picture of each main page of a running demo, at both widths and in both languages.

python docs/screens/make.py DEMO_FOLDER [BASE_URL] [OUT_FOLDER]
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

from app.demo.home import Home

WIDTHS = (360, 1280)
LANGUAGES = ("ko", "en")
PUBLIC = {
    "front": "/",
    "proposals": "/proposals",
    "cycles": "/cycles",
    "outcome": "/cycles/jozsefvaros-2022/outcome",
    "agenda": "/agenda",
    "journal": "/journal",
    "sign-in": "/sign-in",
}
SHOT: Any = {"type": "jpeg", "quality": 55}  # small enough to be kept
TRIES = 5
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main(folder: Path, base: str, out: Path) -> None:
    """Every picture, named page-width-language."""
    password = Home(folder).settings()["DEMO_PASSWORD"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width in WIDTHS:
            for language in LANGUAGES:
                context = browser.new_context(
                    viewport={"width": width, "height": 800}, base_url=base
                )
                page = context.new_page()
                page.goto(f"/?lang={language}")
                _all(page, password, lambda name: out / f"{name}-{width}-{language}.jpg")  # noqa: B023 - called at once
                context.close()
        browser.close()


def _all(page: Page, password: str, file: Callable[[str], Path]) -> None:
    for name, path in PUBLIC.items():
        page.goto(path)
        _shoot(page, file(name))
    page.goto("/proposals")
    page.locator(".card h3 a").first.click()
    _shoot(page, file("proposal"))
    page.goto("/sign-in")
    page.fill("#email", "citizen@demo.example")
    page.fill("#password", password)
    page.locator("main form button").click()
    page.goto("/")
    page.locator(".open-vote a.button").first.click()
    for box in page.locator("input[name=choice]").all()[:2]:
        box.check()
    _shoot(page, file("ballot"))
    page.locator(".pick-bar .button").first.click()
    _shoot(page, file("check"))
    page.locator("main form p.actions button").click()
    _shoot(page, file("receipt"))
    page.goto("/proposals/new")
    _shoot(page, file("write"))


def _shoot(page: Page, path: Path) -> None:
    """Take one picture; on a busy machine Chromium sometimes needs a second try."""
    for _ in range(TRIES):
        try:
            page.screenshot(path=path, **SHOT)
        except Error:
            page.wait_for_timeout(500)
        else:
            return
    sys.exit(f"no picture could be taken for {path}")


if __name__ == "__main__":
    arguments = (
        sys.argv[1:] + ["demo-data", "http://127.0.0.1:8000", "docs/screens"][len(sys.argv) - 1 :]
    )
    main(Path(arguments[0]), arguments[1], Path(arguments[2]))
