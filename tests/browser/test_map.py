"""The map in a real browser: by mouse, by keys, without scripts; `visit` sees that nobody else is asked."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.walk import VOTER

PAUSE = 700  # milliseconds in which a move of the map ends


@pytest.mark.parametrize("width", [360, 1280])
def test_the_map_shows_what_the_list_beside_it_says(visit, axe, width):
    page = visit(width, "ko", dark=width > 1000)
    page.goto("/proposals/map")
    sign, beside = page.locator(".leaflet-marker-icon"), page.locator("[data-map-list] a")
    expect(sign).to_have_count(1)
    expect(beside).to_have_count(1)
    assert sign.get_attribute("title") == beside.text_content()
    expect(page.locator("[data-drawing]")).to_be_hidden()
    assert axe(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_the_map_is_used_by_keys_alone(visit):
    page = visit(1280, "en")
    page.goto("/proposals/map")
    sign = page.locator(".leaflet-marker-icon")
    expect(sign).to_have_count(1)
    page.locator("[data-map]").focus()
    before = sign.bounding_box()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(PAUSE)
    assert sign.bounding_box()["x"] < before["x"]
    sign.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/proposals/[0-9a-f-]{36}$"))
    expect(page.locator("svg.city circle")).to_be_visible()


def test_without_scripts_there_is_the_drawing_and_the_list(visit):
    page = visit(360, "ko", scripts=False)
    page.goto("/proposals/map")
    expect(page.locator("svg.city")).to_be_visible()
    expect(page.locator("[data-map]")).to_be_hidden()
    expect(page.locator("[data-map-middle]")).to_have_count(0)


def test_a_place_is_chosen_by_click_and_by_keys(visit, city, axe):
    page = visit(360, "en", who=VOTER)
    page.goto(next(stop.path for stop in city.walk.stops if stop.endpoint == "places.place"))
    field = page.locator("#point")
    expect(page.locator(".pin")).to_be_visible()
    before = field.input_value()
    page.locator("[data-map]").click(position={"x": 120, "y": 200})
    expect(field).not_to_have_value(before)
    clicked = field.input_value()
    page.locator("[data-map]").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(PAUSE)
    page.locator("[data-map-middle]").press("Enter")
    expect(field).not_to_have_value(clicked)
    expect(page.locator("[data-map-said]")).to_contain_text(field.input_value())
    assert axe(page) == []
    page.locator("main form.form button").first.click()
    expect(page.locator(".notice.good")).to_be_visible()
