"""Typical prices beside the cost: added up in the page, and a plain list without a script."""

from tests.browser.walk import VOTER


def test_a_sum_of_typical_prices_becomes_the_cost(visit, city):
    page = visit(360, "en", who=VOTER)
    page.goto("/proposals/new")
    page.locator("[data-prices] summary").click()
    page.get_by_label("How many: A bench").fill("12")
    assert page.locator("[data-sum]").text_content() == "₩7,200,000"
    page.get_by_role("button", name="Take this sum as the cost").click()
    assert page.locator("#cost_minor").input_value() == "₩7,200,000"
    assert page.evaluate("document.activeElement.id") == "cost_minor"
    page.get_by_label("How many: A bench").fill("-1")  # nothing that can be reckoned with
    assert page.locator("[data-sum]").text_content() == "₩0"
