"""Similar proposals appear beside the form while somebody types, and nothing jumps."""

from tests.browser.walk import VOTER

TITLE = "건널목에 신호등"  # as the factories' own proposal, in other words
SHIFT = """() => { window.shift = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.hadRecentInput ? 0 : entry.value;
}).observe({type: 'layout-shift', buffered: true}); }"""


def test_they_appear_while_one_types_and_go_again(visit, axe):
    page = visit(360, "ko", who=VOTER)
    page.goto("/proposals/new")
    assert page.locator("#similar").is_hidden()
    page.evaluate(SHIFT)
    title = page.locator("#title")
    title.focus()
    above = title.bounding_box()
    page.keyboard.type(TITLE, delay=20)
    page.locator("#similar li").first.wait_for()
    assert title.bounding_box() == above
    assert page.evaluate("document.activeElement.id") == "title"
    page.wait_for_timeout(700)
    assert page.evaluate("window.shift") < 0.02
    assert "건널목에 신호등을 달아요." in page.locator("#similar li").first.text_content()
    said = page.locator("[data-similar-said]")
    assert said.get_attribute("aria-live") == "polite"
    assert said.text_content() == page.locator(".similar-jump a").text_content() != ""
    assert axe(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator(".similar-jump a").click()
    assert page.locator("#similar").is_visible()
    title.fill("천문대")
    page.locator("#similar").wait_for(state="hidden")
    assert said.text_content() == ""


def test_the_difference_is_kept_without_leaving_the_form(visit, axe, city):
    draft = next(stop.path for stop in city.walk.stops if stop.endpoint == "drafts.edit")
    page = visit(1280, "ko", who=VOTER)
    page.goto(draft)
    page.locator("#need").fill("아직 저장하지 않은 글")
    page.locator("#similar details summary").first.click()
    area = page.locator("#similar textarea").first
    area.fill("제 것은 학교 앞이에요.")
    page.locator("#similar details button").first.click()
    page.locator("#similar [data-answer]").wait_for()
    assert page.locator("#need").input_value() == "아직 저장하지 않은 글"
    assert axe(page) == []
    page.goto(draft.replace("/edit", "/submit"))
    assert "제 것은 학교 앞이에요." in page.locator(".similar textarea").first.input_value()


def test_without_a_script_the_check_page_has_them(visit, city):
    draft = next(stop.path for stop in city.walk.stops if stop.endpoint == "drafts.edit")
    page = visit(360, "ko", scripts=False, who=VOTER)
    page.goto(draft)
    assert page.locator("#similar").is_hidden()
    page.goto(draft.replace("/edit", "/submit"))
    assert page.locator(".similar li").count() > 0
