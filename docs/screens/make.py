"""Takes a picture of each main page of a running demo, at both widths and in both languages.

python docs/screens/make.py DEMO_FOLDER [BASE_URL] [OUT_FOLDER]
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

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
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main(folder: Path, base: str, out: Path) -> None:
    """Every picture, named page-width-language."""
    password = Home(folder).settings()["DEMO_PASSWORD"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width in WIDTHS:
            for language in LANGUAGES:
                _all(browser, base, out, password, width, language)
        browser.close()


def _all(browser: Browser, base: str, out: Path, password: str, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=base)
    page = context.new_page()
    page.goto(f"/?lang={language}")

    def shot(name: str, *, whole: bool = False) -> None:
        page.screenshot(path=out / f"{name}-{width}-{language}.png", full_page=whole)

    for name, path in PUBLIC.items():
        page.goto(path)
        shot(name)
    page.goto("/proposals")
    page.locator(".card h3 a").first.click()
    shot("proposal")
    _vote(page, password, shot)
    context.close()


def _vote(page: Page, password: str, shot) -> None:  # type: ignore[no-untyped-def]  # a local function
    page.goto("/sign-in")
    page.fill("#email", "citizen@demo.example")
    page.fill("#password", password)
    page.locator("main form button").click()
    page.goto("/")
    page.locator(".open-vote a.button").first.click()
    for box in page.locator("input[name=choice]").all()[:2]:
        box.check()
    shot("ballot")
    page.locator(".pick-bar .button").first.click()
    shot("check")
    page.locator("main form p.actions button").click()
    shot("receipt")
    page.goto("/proposals/new")
    shot("write")


if __name__ == "__main__":
    arguments = (
        sys.argv[1:] + ["demo-data", "http://127.0.0.1:8000", "docs/screens"][len(sys.argv) - 1 :]
    )
    main(Path(arguments[0]), arguments[1], Path(arguments[2]))
