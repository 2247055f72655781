"""Needs and pledges through the client."""

from uuid import UUID

import pytest

from core.access import Role
from proposals.models import Proposal
from tests import factories


@pytest.fixture
def author(database, now):
    with database.writing() as session:
        return factories.account(session, now)


@pytest.fixture
def page(database, now, author):
    with database.writing() as session:
        made = factories.proposal(session, now, status="received", author=session.merge(author))
        return f"/proposals/{made.id}"


def pledge_page(text: str, page: str) -> str:
    return page + "/pledges/" + text.split(f"{page}/pledges/")[1].partition('"')[0]


def offer_page(text: str, page: str) -> str:
    return f"{page}/needs/" + text.split(f"{page}/needs/")[1].partition('"')[0]


def test_a_need_is_listed_pledged_to_accepted_delivered_and_thanked_for(
    client, database, now, author, page, sign_in
):
    sign_in(author)
    client.post(
        f"{page}/needs", data={"kind": "funds", "what": "그늘막 값", "amount": "100만", "by_day": "2026-12-01"}
    )  # fmt: skip
    assert "₩0 of ₩1,000,000 promised" in client.get(page).text
    with database.writing() as session:
        giver = factories.account(session, now, name="Dana")
    sign_in(giver)
    offer = offer_page(client.get(page).text, page)
    assert (
        client.post(offer, data={"amount": "300,000", "organisation": "철산상회"}).status_code
        == 302
    )
    shown = client.get(page).text
    assert "철산상회" in shown
    assert "₩300,000 offered, not answered yet" in shown
    assert "They change neither the ballot nor the count" in shown
    pledge = pledge_page(shown, page)
    assert "Take it back" in client.get(pledge).text
    assert "Accept it" not in client.get(pledge).text
    sign_in(author)
    client.post(pledge, data={"step": "accepted"})
    assert "₩300,000 of ₩1,000,000 promised" in client.get(page).text
    client.post(pledge, data={"step": "delivered"})
    assert client.post(pledge, data={"step": "thanked"}).status_code == 422
    client.post(pledge, data={"step": "thanked", "said": "덕분에 시원해졌어요."})
    shown = client.get(page).text
    assert "덕분에 시원해졌어요." in shown
    assert "₩300,000 delivered" in shown
    assert "A pledge of ₩300,000 for “그늘막 값” is now: Accepted." in client.get("/journal").text


@pytest.mark.parametrize("amount", ["", "0", "-4", "1.5", "많이", "9" * 40, "1e9"])
def test_an_amount_that_is_none_gets_a_sentence(client, author, page, sign_in, amount):
    sign_in(author)
    answer = client.post(f"{page}/needs", data={"kind": "hours", "what": "일손", "amount": amount})
    assert answer.status_code == 422
    assert "Write a whole number, 1 or more." in answer.text


def test_words_of_people_stay_words(client, author, page, sign_in):
    sign_in(author)
    client.post(
        f"{page}/needs",
        data={"kind": "goods", "what": "<script>alert(1)</script>%(x)s", "amount": "3"},
    )
    shown = client.get(page).text + client.get("/journal").text
    assert "<script>alert" not in shown
    assert "%(x)s" in shown
    too_much = {"kind": "goods", "what": "가" * 121, "amount": "3"}
    assert client.post(f"{page}/needs", data=too_much).status_code == 422


def test_a_stranger_changes_no_list_and_answers_no_pledge(
    client, database, now, page, sign_in, author
):
    sign_in(author)
    client.post(f"{page}/needs", data={"kind": "space", "what": "방", "amount": "1"})
    with database.writing() as session:
        other, third = factories.account(session, now), factories.account(session, now)
    sign_in(other)
    assert client.get(f"{page}/needs").status_code == 403
    client.post(offer_page(client.get(page).text, page), data={"amount": "1"})
    pledge = pledge_page(client.get(page).text, page)
    sign_in(third)
    assert client.post(pledge, data={"step": "accepted"}).status_code == 409
    assert client.post(pledge, data={"step": "nonsense"}).status_code == 400


def test_needs_of_a_draft_are_seen_by_nobody_else(client, database, now, sign_in, author, page):
    sign_in(author)
    client.post(f"{page}/needs", data={"kind": "space", "what": "방", "amount": "1"})
    offer = offer_page(client.get(page).text, page)
    with database.writing() as session:
        session.get(Proposal, UUID(page[-36:])).status = "draft"
        other = factories.account(session, now, Role.BUDGET_OFFICER)
    sign_in(other)
    for path in (page, offer, f"{page}/needs"):
        assert client.get(path).status_code in (403, 404)
