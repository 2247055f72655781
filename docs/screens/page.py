"""Takes a picture of the top of a page that is a file.

python docs/screens/page.py PAGE.html OUT.jpg
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main(page: Path, out: Path) -> None:
    """The first 1,100 lines of pixels, as wide as a desktop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        view = browser.new_page(viewport={"width": 1280, "height": 1100})
        view.goto(page.resolve().as_uri())
        view.screenshot(path=out, type="jpeg", quality=55)  # small enough to be kept
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
