"""Every page at both widths, in both languages, against WCAG 2.2 A and AA."""

import pytest

PAGES = [
    "front",
    "proposals",
    "proposal",
    "cycles",
    "cycle",
    "outcome",
    "project",
    "agenda",
    "journal",
    "rule",
    "sign-in",
    "sign-up",
    "find",
]
MINE = ["/me", "/me/details", "/me/password", "/me/erase", "/proposals/new", "/proposals/mine"]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_public_pages_have_no_barrier(visit, axe, city, width, language):
    page = visit(width, language)
    for name in PAGES:
        page.goto(city.paths[name])
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{name} is wider than {width}"
        )
        assert page.locator("h1").count() == 1, name


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_persons_pages_and_the_ballot_have_no_barrier(visit, axe, city, width, language):
    page = visit(width, language, signed_in=True)
    for path in [*MINE, f"/votes/{city.contest}"]:
        page.goto(path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.locator("input[name=choice]").first.check()
    page.locator(".pick-bar .button").first.click()
    assert axe(page) == []


def test_dark_pages_and_errors_have_no_barrier(visit, axe, city):
    page = visit(360, "ko", dark=True)
    for name in PAGES:
        page.goto(city.paths[name])
        assert axe(page) == [], name
    page.goto("/sign-in")
    page.locator("main form button").click()
    page.locator(".summary-of-errors").wait_for()
    assert axe(page) == []


@pytest.mark.parametrize("width", [320])
def test_pages_reflow_at_320_pixels(visit, city, width):
    page = visit(width, "en")
    for name in PAGES:
        page.goto(city.paths[name])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_nothing_moves_while_a_page_loads(visit, city):
    page = visit(360, "ko")
    for name in ("front", "proposals", "outcome"):
        page.goto(city.paths[name])
        shift = page.evaluate(
            """() => new Promise((done) => { let sum = 0;
            new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
              .observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 300); })"""
        )
        assert shift < 0.02, name
