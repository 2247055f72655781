"""Every page at both widths, in both languages, against WCAG 2.2 A and AA."""

from itertools import groupby
from operator import attrgetter

import pytest

from tests.browser.walk import VISITOR, VOTER

WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_has_a_barrier(visit, axe, city, width, language):
    found = []
    by_who = attrgetter("who")
    for who, stops in groupby(sorted(city.walk.stops, key=by_who), key=by_who):
        page = visit(width, language, who=who)
        for stop in stops:
            answer = page.goto(stop.path)
            where = f"{stop.endpoint} as {who}"
            assert answer.status == 200, where
            assert page.url == city.base + stop.path, where
            found += [f"{where}: {barrier}" for barrier in axe(page)]
            found += [f"{where}: wider than {width}"] * page.evaluate(WIDER)
            if page.locator("h1").count() != 1:
                found.append(f"{where}: not one h1")
    assert found == []


def test_the_check_of_a_ballot_has_no_barrier(visit, axe, city):
    page = visit(360, "ko", who=VOTER)
    page.goto(f"/votes/{city.contest}")
    page.locator("input[name=choice]").first.check()
    page.locator(".pick-bar .button").first.click()
    assert axe(page) == []


def test_dark_pages_and_errors_have_no_barrier(visit, axe, city):
    page = visit(360, "ko", dark=True)
    for stop in city.walk.stops:
        if stop.who == VISITOR:
            page.goto(stop.path)
            assert axe(page) == [], stop
    page.goto("/sign-in")
    page.locator("main form button").click()
    page.locator(".summary-of-errors").wait_for()
    assert axe(page) == []
    page.goto("/nowhere")
    assert axe(page) == []


def test_pages_reflow_at_320_pixels(visit, city):
    by_who = attrgetter("who")
    for who, stops in groupby(sorted(city.walk.stops, key=by_who), key=by_who):
        page = visit(320, "en", who=who)
        for stop in stops:
            page.goto(stop.path)
            assert not page.evaluate(WIDER), stop


def test_nothing_moves_while_a_page_loads(visit, city):
    page = visit(360, "ko")
    for path in ("/", "/proposals", "/cycles/done/outcome"):
        page.goto(path)
        shift = page.evaluate(
            """() => new Promise((done) => { let sum = 0;
            new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
              .observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 300); })"""
        )
        assert shift < 0.02, path
