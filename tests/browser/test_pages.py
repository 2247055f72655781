"""Every page in both languages, as phones and as desks see it, against WCAG 2.2 A and AA; and none
scrolls sideways at 320."""

from itertools import groupby
from operator import attrgetter

import pytest

from tests.browser.walk import VISITOR, VOTER

WIDER = "document.documentElement.scrollWidth > innerWidth"


def stops_by_person(city):
    by_who = attrgetter("who")
    return groupby(sorted(city.walk.stops, key=by_who), key=by_who)


@pytest.mark.parametrize("is_public", [True, False], ids=["public", "signed in"])
@pytest.mark.parametrize(("language", "width"), [("ko", 360), ("en", 1280)])
def test_no_page_has_a_barrier(visit, axe, city, language, width, is_public):
    found = []
    for who, stops in stops_by_person(city):
        if (who == VISITOR) != is_public:
            continue
        page = visit(width, language, who=who)
        for stop in stops:
            answer = page.goto(stop.path)
            where = f"{stop.endpoint} as {who}"
            assert answer.status == 200, where
            assert page.url == city.base + stop.path, where
            if page.locator("h1").count() != 1:
                found.append(f"{where}: not one h1")
            if is_public or language == "ko":  # a desk's barriers do not hang on its language
                found += [f"{where}: {barrier}" for barrier in axe(page)]
            for other in (320, width):  # no script asks for it: no need to load anew
                page.set_viewport_size({"width": other, "height": 800})
                found += [f"{where}: wider than {other}"] * page.evaluate(WIDER)
    assert found == []


def test_the_check_of_a_ballot_has_no_barrier(visit, axe, city):
    page = visit(360, "ko", who=VOTER)
    page.goto(f"/votes/{city.contest}")
    page.locator("input[name=choice]").first.check()
    page.locator(".pick-bar .button").first.click()
    assert axe(page) == []


def test_dark_pages_and_errors_have_no_barrier(visit, axe, city):
    page = visit(360, "ko", dark=True)
    page.evaluate("document.querySelector('h1').style.color = '#333'")
    assert axe(page, "color-contrast")  # so that it is seen to look
    for stop in city.walk.stops:
        if stop.who == VISITOR:
            page.goto(stop.path)
            assert axe(page, "color-contrast") == [], stop
    page.goto("/sign-in")
    page.locator("main form button").click()
    page.locator(".summary-of-errors").wait_for()
    assert axe(page) == []
    page.goto("/nowhere")
    assert axe(page) == []


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
