"""The review desk: what lies on it, who moves it, and that no typed word is lost."""

import pytest

from core.access import Role
from tests import factories


@pytest.fixture
def desk(client, database, now, sign_in):
    """Gives a function: be an official of that role, before a proposal at that status."""

    def sit(role, status, *, has_author=True):
        with database.writing() as session:
            made = factories.proposal(session, now, status=status)
            made.author_id = made.author_id if has_author else None
            sign_in(factories.account(session, now, role))
        return f"/desk/proposals/{made.id}"

    return sit


def test_a_draft_lies_on_no_desk(client, desk):
    page = desk(Role.BUDGET_OFFICER, "draft")
    assert client.get(page).status_code == 404
    assert client.get(page.removeprefix("/desk")).status_code == 404
    assert client.post(page, data={"to": "received"}).status_code == 404
    assert "Walk lights" not in client.get("/desk/proposals?status=draft").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"to": "unfit", "reason_code": "unlawful"}, "Write the reason"),
        ({"to": "unfit", "reason": "my careful words"}, "Choose why"),
        (
            {"to": "unfit", "reason_code": "mood", "reason": "my careful words"},
            "Not a valid choice",
        ),
        ({"to": "selected", "reason": "my careful words"}, "Not a valid choice"),
        ({"reason": "my careful words"}, "Not a valid choice"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(client, desk, data, said):
    page = desk(Role.REVIEWER, "dept_review")
    answer = client.post(page, data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert data.get("reason", "") in answer.text
    assert "Under department review" in client.get(page).text


def test_a_verdict_is_read_by_everyone(app, client, desk):
    page = desk(Role.REVIEWER, "dept_review")
    verdict = {"to": "unfit", "reason_code": "unlawful", "reason": "§ 36 forbids <b>it</b>"}
    assert client.post(page, data=verdict).status_code == 302
    visitor = app.test_client()
    visitor.set_cookie("lang", "en")
    public = visitor.get(page.removeprefix("/desk")).text
    assert "Against a law or ordinance" in public
    assert "§ 36 forbids &lt;b&gt;it&lt;/b&gt;" in public
    assert "Department reviewer" in public


@pytest.mark.parametrize("number", ["", "0", "7777", "no", "9" * 40])
def test_a_merge_asks_for_a_number_that_is_there(client, desk, number):
    page = desk(Role.BUDGET_OFFICER, "received", has_author=False)
    answer = client.post(
        page, data={"to": "merged", "reason": "the same idea", "into_number": number}
    )
    assert answer.status_code == 422
    assert "the same idea" in answer.text


def test_a_merge_leads_to_the_other(client, database, now, desk):
    with database.writing() as session:
        other = factories.proposal(session, now, status="received")
        number = other.receipt.number
    page = desk(Role.BUDGET_OFFICER, "received", has_author=False)
    data = {"to": "merged", "reason": "the same idea", "into_number": str(number)}
    assert client.post(page, data=data).status_code == 302
    assert f"/proposals/{other.id}" in client.get(page.removeprefix("/desk")).text


def test_what_has_an_author_is_not_merged_by_hand(client, desk):
    page = desk(Role.BUDGET_OFFICER, "received")
    shown = client.get(page).text
    assert 'value="merged"' not in shown
    assert "Propose a merge to the authors" in shown
    data = {"to": "merged", "reason": "the same idea", "into_number": "1"}
    assert client.post(page, data=data).status_code == 422


def test_the_auditor_reads_and_has_no_step(client, desk):
    page = desk(Role.AUDITOR, "received")
    assert "Nothing to do for your role" in client.get(page).text
    assert client.post(page, data={"to": "dept_review"}).status_code == 422
    assert "dept_review" not in client.get("/journal").text


def test_the_desk_costs_the_same_however_much_waits(client, database, now, desk, count_queries):
    desk(Role.BUDGET_OFFICER, "received")

    def asked():
        with count_queries() as sent:
            assert client.get("/desk/proposals").status_code == 200
        return len(sent)

    before = asked()
    with database.writing() as session:
        for _ in range(20):
            factories.proposal(session, now, status="received")
    assert asked() == before
