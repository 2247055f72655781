"""The page of a ranked count, as it is kept in docs/govan-2007: no barrier, and nobody is asked."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "govan-2007"
WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_of_govan_has_no_barrier(browser, axe, language, width, dark):
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    address = (FOLDER / f"{language}.html").as_uri()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((more) => { more.open = true; })")
    try:
        assert axe(page) == []
        assert not page.evaluate(WIDER)
        assert page.evaluate("document.documentElement.lang") == language
        assert asked == [address]
        assert errors == []
    finally:
        page.close()


def test_all_of_it_is_reached_by_keyboard(browser):
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto((FOLDER / "en.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    stops = page.locator("summary, .scroll[tabindex='0']").count()
    reached = set()
    for _ in range(stops + 1):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("[...document.querySelectorAll('summary, .scroll')].indexOf(document.activeElement)"))  # fmt: skip
    assert reached >= {*range(stops)}
    page.close()
