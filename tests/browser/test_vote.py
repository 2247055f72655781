"""The vote in a real browser: by keyboard alone, without scripts, at the limit, and its weight."""

import re

from playwright.sync_api import Page, expect

from tests.browser.walk import VOTER

LIMIT = 40_000


def focus(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus; fail if it cannot be reached."""
    for _ in range(250):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_the_whole_vote_by_keyboard(visit, city):
    page = visit(1280, "en")
    page.goto("/sign-in")
    focus(page, "#email")
    page.keyboard.type("voter@test.example")
    page.keyboard.press("Tab")
    page.keyboard.type("the password of the browser")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sign out")).to_be_visible()
    page.goto(f"/votes/{city.contest}")
    for _ in range(2):
        focus(page, "input[name=choice]")
        page.keyboard.press("Space")
    expect(page.locator("[data-state]")).to_have_text("2 of 4 chosen")
    focus(page, ".pick-bar .button")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Is this your ballot?")
    focus(page, "form[action$='/cast'] p.actions .button")
    page.keyboard.press("Enter")
    expect(page.locator("h1:visible")).to_have_text("✓ Your ballot is in the box")
    expect(page.locator("[data-if=compared]")).to_be_visible()
    expect(page.locator(".code")).to_have_text(re.compile(r"^([0-9A-Z]{4}-){4}[0-9A-Z]{4}$"))
    code = page.locator(".code").inner_text()
    page.goto(f"/votes/{city.contest}/find")
    page.fill("#code", code.lower())
    page.keyboard.press("Enter")
    expect(page.locator("[data-now] h2:visible")).to_contain_text("✓ Your ballot is in the box")


def test_the_whole_vote_without_scripts(visit, city):
    page = visit(360, "ko", scripts=False, who=VOTER)
    page.goto(f"/votes/{city.contest}")
    boxes = page.locator("input[name=choice]")
    for serial in range(5):
        boxes.nth(serial).check()
    page.locator(".pick-bar .button").first.click()
    expect(page.locator(".summary-of-errors")).to_contain_text("4개까지")
    assert page.locator("input[name=choice]:checked").count() == 5
    for box in page.locator("input[name=choice]:checked").all()[:3]:
        box.uncheck()
    page.locator(".pick-bar .button").first.click()
    page.locator("form[action$='/cast'] p.actions .button").click()
    look_again = page.locator("noscript .button")
    for _ in range(100):  # the integrator needs a second or two
        if not look_again.count():
            break
        look_again.click()
        page.wait_for_timeout(100)
    expect(page.locator("h1:visible")).to_contain_text("표가 투표함에 들어갔어요")


def test_at_the_limit_a_swap_is_offered_and_choices_survive_a_reload(visit, city):
    page = visit(360, "en", who=VOTER)
    page.goto(f"/votes/{city.contest}")
    boxes = page.locator("input[name=choice]")
    for serial in range(3):
        boxes.nth(serial).check()
    boxes.nth(3).click()
    expect(boxes.nth(3)).not_to_be_checked()
    expect(page.locator(".at-limit")).to_contain_text("You have chosen all 3 in")
    page.locator(".at-limit button").first.click()
    expect(boxes.nth(3)).to_be_checked()
    expect(page.locator("[data-state]")).to_have_text("3 of 4 chosen")
    page.reload()
    expect(page.locator("[data-state]")).to_have_text("3 of 4 chosen")
    page.fill("#find", "project 07")
    expect(page.locator("p[data-found]")).to_have_text("Projects shown: 1")
    assert page.locator(".option:visible").count() == 1


def test_a_lost_connection_keeps_the_choices_and_says_so(visit, city):
    page = visit(360, "en", who=VOTER)
    page.goto(f"/votes/{city.contest}")
    page.locator("input[name=choice]").first.check()
    page.context.set_offline(True)
    page.locator(".pick-bar .button").first.click()
    expect(page.locator(".at-limit")).to_contain_text("no connection")
    page.context.set_offline(False)
    page.locator(".pick-bar .button").first.click()
    expect(page.locator("h1")).to_have_text("Is this your ballot?")


def test_a_first_visit_to_a_ballot_of_fifty_projects_is_light(visit, city):
    page = visit(360, "ko", who=VOTER)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.clearBrowserCache")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"/votes/{city.contest}", wait_until="networkidle")
    assert page.locator("input[name=choice]").count() == 50
    assert 5_000 < sum(sizes) < LIMIT, f"{sum(sizes):.0f} bytes"


def test_a_knapsack_shows_money_used_and_left(visit, city):
    page = visit(360, "en", who=VOTER)
    page.goto("/cycles/knapsack")
    page.locator("a.button").first.click()
    boxes = page.locator("input[name=choice]")
    boxes.nth(0).check()
    expect(page.locator("[data-state]")).to_contain_text("won used")
    boxes.nth(1).click()
    boxes.nth(2).click()
    expect(page.locator(".at-limit")).to_contain_text("too much")
