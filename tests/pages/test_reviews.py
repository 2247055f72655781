"""The pages of a review: card, cost sheet, department, rivals; and what everyone reads of it."""

import re
from uuid import UUID

import pytest

from core import clock
from core.access import Role
from core.journal import CITIZEN, Actor
from proposals import services as proposals
from proposals.places.models import ProposalPoint
from proposals.review import queries, services
from tests import factories, reviews
from tests.factories import DAY

LINE = {
    "lines-0-what": "신호등", "lines-0-quantity": "2.5", "lines-0-unit": "대",
    "lines-0-price_minor": "4,000,000", "lines-0-estimated_by": "도로과", "lines-0-ground": "조달청 가격",
}  # fmt: skip


def hidden(answer, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.text)[1]


@pytest.fixture
def at(client, database, now, sign_in):
    """Gives a function: be an official of that role; gives the desk's page of a proposal."""

    def sit(role=Role.REVIEWER, make=reviews.under_review):
        with database.writing() as session:
            reviews.questions(session)
            made = make(session, now).id
            sign_in(factories.account(session, now, role))
        return f"/desk/proposals/{made}"

    return sit


def received(session, now):
    return factories.proposal(session, now, status="received")


def test_a_step_is_offered_once_its_card_is_answered(client, at):
    page = at()
    assert "that are not answered yet: 1" in client.get(page).text
    verdict = {"to": "unfit", "reason_code": "unlawful", "reason": "my careful words"}
    assert client.post(page, data=verdict).status_code == 422
    card = {
        "verdict-lawful": "no",
        "note-lawful": "§ 36",
        "seen": hidden(client.get(f"{page}/card"), "seen"),
    }
    assert client.post(f"{page}/card", data=card).status_code == 302
    public = page.removeprefix("/desk")
    assert "§ 36" not in client.get(public).text  # not before the decision
    assert client.post(page, data=verdict).status_code == 302
    shown = client.get(public).text
    assert "Is number 3 right?" in shown
    assert "§ 36" in shown


def test_a_card_that_somebody_else_answered_meanwhile_is_not_overwritten(client, at):
    page = at() + "/card"
    seen = hidden(client.get(page), "seen")
    assert client.post(page, data={"verdict-lawful": "no", "seen": seen}).status_code == 302
    late = client.post(page, data={"verdict-lawful": "yes", "note-lawful": "mine", "seen": seen})
    assert late.status_code == 422
    assert "Somebody else worked on this card" in late.text
    assert "mine" in late.text
    again = {"verdict-lawful": "yes", "seen": hidden(late, "seen")}
    assert client.post(page, data=again).status_code == 302


def test_conditions_are_listed_in_public(client, at):
    page = at()
    assert "Write the changes" not in client.get(page).text  # the card comes first
    card = {"verdict-lawful": "yes", "seen": hidden(client.get(f"{page}/card"), "seen")}
    client.post(f"{page}/card", data=card)
    assert "Write the changes" in client.get(page).text
    card = {
        **card,
        "conditions": "밤 10시까지\n\n안전 요원",
        "seen": hidden(client.get(f"{page}/card"), "seen"),
    }
    client.post(f"{page}/card", data=card)
    client.post(page, data={"to": "conditional", "reason": "because"})
    shown = client.get(page.removeprefix("/desk")).text
    assert "Eligible with these changes" in shown
    assert "밤 10시까지" in shown


def test_a_cost_sheet_adds_up_in_public(client, at):
    page = at() + "/costs"
    version = hidden(client.get(page), "version")
    assert client.post(page, data={**LINE, "version": version}).status_code == 302
    public = page.removeprefix("/desk").removesuffix("/costs")
    assert "₩10,000,000" in client.get(public).text
    two = {**LINE, "lines-0-quantity": "1", "version": hidden(client.get(page), "version")}
    client.post(page, data=two)
    assert "version 2" in client.get(public).text
    both = client.get(f"{public}/costs").text
    assert "Version 1" in both
    assert "₩10,000,000" in both


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines-0-quantity": "some"}, "Write a number above zero"),
        ({"lines-0-ground": ""}, "This is missing"),
        ({"lines-0-price_minor": "much"}, "Write the amount in digits"),
        ({"lines-0-price_minor": "333"}, "Line 1 does not come to whole won"),
        ({"lines-0-what": "", "lines-0-quantity": "", "lines-0-unit": "", "lines-0-price_minor": "", "lines-0-estimated_by": "", "lines-0-ground": ""}, "Write from one to 40 lines"),
        ({"version": "7"}, "newer version"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_told_and_kept(client, at, change, said):
    page = at() + "/costs"
    answer = client.post(page, data={**LINE, "version": "0", **change})
    assert answer.status_code == 422
    assert said in answer.text
    if "lines-0-what" not in change:
        assert "신호등" in answer.text


def test_the_department_and_its_deadline_are_public(client, at, monkeypatch, now):
    page = at(Role.BUDGET_OFFICER)
    client.post(f"{page}/department", data={"department": "parks"})
    assert "Write why another department" in client.get(page).text
    client.post(f"{page}/department", data={"department": "parks", "reason": "trees"})
    monkeypatch.setattr(clock, "now", lambda: now + 40 * DAY)
    public = client.get(page.removeprefix("/desk")).text
    assert "Parks answers by Mon 28 Sep 2026" in public
    assert "13 days overdue" in public
    assert "department “Parks”" in public  # a line of the history
    assert "trees" in public


def test_a_department_must_be_chosen(client, at):
    page = at(Role.BUDGET_OFFICER)
    client.post(f"{page}/department", data={"department": ""})
    assert "Choose a department." in client.get(page).text


def test_the_author_is_given_days_within_bounds(client, at):
    page = at(Role.BUDGET_OFFICER, received)
    data = {"to": "supplement", "reason": "who?", "due_on": "2026-09-02"}
    answer = client.post(page, data=data)
    assert answer.status_code == 422
    assert "from 7 to 60 days" in answer.text
    assert client.post(page, data={**data, "due_on": "2026-09-30"}).status_code == 302
    assert "The author answers by Wed 30 Sep 2026" in client.get(page.removeprefix("/desk")).text


def test_rivals_are_marked_with_a_reason_that_both_show(client, database, now, at):
    page = at(Role.BUDGET_OFFICER, received)
    with database.writing() as session:
        other = received(session, now)
        number = other.receipt.number
    rivals = f"{page}/rivals"
    suggested = client.get(rivals).text
    assert f"number={number}" in suggested
    assert "its place is told in the same words" in suggested  # the same crossing
    assert "m away on the map" not in suggested
    assert client.post(rivals, data={"number": number}).status_code == 422
    assert client.post(rivals, data={"number": "77777", "reason": "r"}).status_code == 422
    data = {"number": number, "reason": "one corner"}
    assert client.post(rivals, data=data).status_code == 302
    assert client.post(rivals, data=data).status_code == 422
    for path in (page.removeprefix("/desk"), f"/proposals/{other.id}"):
        shown = client.get(path).text
        assert "Only one of them can be carried out" in shown
        assert "one corner" in shown
    client.post(rivals, data={**data, "remove": "1"})
    assert "Only one of them can be carried out" not in client.get(page.removeprefix("/desk")).text


def test_a_possible_rival_is_shown_with_its_distance(client, database, now, at):
    page = at(Role.BUDGET_OFFICER, received)
    with database.writing() as session:
        other = received(session, now).id
        for proposal_id, latitude in ((page.split("/")[-1], 37_461_000), (str(other), 37_461_400)):
            point = ProposalPoint(
                proposal_id=UUID(proposal_id), latitude=latitude, longitude=126_880_000
            )
            session.add(point)
    assert "44 m away on the map · its place is told in the same words" in re.sub(
        r"\s+", " ", client.get(f"{page}/rivals").text
    )


def test_the_auditor_reads_all_and_changes_nothing(client, at):
    page = at(Role.AUDITOR, reviews.priced)
    for part in ("", "/card", "/costs", "/rivals"):
        answer = client.get(page + part)
        assert answer.status_code == 200
        assert 'class="form' not in answer.text
    client.post(f"{page}/card", data={"verdict-lawful": "yes"})
    assert client.post(f"{page}/department", data={"department": "parks"}).status_code == 403
    assert "The card: 1 question open" in client.get(page).text


def test_a_proposal_past_review_has_no_card(client, at, database):
    page = at(Role.REVIEWER, lambda session, now: factories.proposal(session, now, status="fit"))
    assert client.get(f"{page}/card").headers["Location"] == page


def test_an_objection_and_its_decision_are_public(client, database, now, at):
    def unfit(session, now):
        made = reviews.under_review(session, now)
        services.answer(session, made, {"lawful": reviews.YES}, actor=reviews.REVIEWER, now=now)
        proposals.move(
            session, made, "unfit", actor=reviews.REVIEWER, now=now, reason="no",
            reason_code="unlawful",
        )  # fmt: skip
        author = Actor(CITIZEN, made.author_id)
        proposals.move(session, made, "objection", actor=author, now=now, reason="Look again.")
        return made

    page = at(Role.BUDGET_OFFICER, unfit)
    assert "Somebody else than before decides" in client.get(page.removeprefix("/desk")).text
    client.post(page, data={"to": "unfit_final", "reason": "It stays so."})
    shown = client.get(page.removeprefix("/desk")).text
    assert "Not eligible, after an objection" in shown
    assert "It stays so." in shown


def test_an_author_is_not_offered_what_is_too_late(client, database, now, sign_in, monkeypatch):
    with database.writing() as session:
        reviews.questions(session)
        made = reviews.under_review(session, now)
        services.answer(session, made, {"lawful": reviews.YES}, actor=reviews.REVIEWER, now=now)
        proposals.move(
            session, made, "unfit", actor=reviews.REVIEWER, now=now, reason="no",
            reason_code="unlawful",
        )  # fmt: skip
        sign_in(made.author)
    page = f"/proposals/{made.id}"
    assert "You disagree?" in client.get(page).text
    monkeypatch.setattr(clock, "now", lambda: now + 15 * DAY)
    assert "You disagree?" not in client.get(page).text
    answer = client.post(f"{page}/object", data={"reason": "late"})
    assert answer.status_code == 409
    assert "14 days" in answer.text


def test_the_overview_sorts_narrows_and_costs_the_same(
    client, database, now, monkeypatch, count_queries
):
    def grow(count):
        with database.writing() as session:
            for _ in range(count):
                factories.proposal(session, now, status="received")

    def asked(path):
        with count_queries() as sent:
            answer = client.get(path)
            assert answer.status_code == 200
        return len(sent), answer.text

    with database.writing() as session:
        reviews.questions(session)
        reviews.under_review(session, now - 60 * DAY)
    grow(2)
    paths = ["/reviews", "/reviews?kind=formal", "/reviews?late=1", "/reviews?sort=nothing"]
    paths += [f"/reviews?sort={sort}" for sort in queries.SORTS]
    few = {path: asked(path)[0] for path in paths}
    grow(20)
    many = {path: asked(path) for path in paths}
    assert {path: count for path, (count, _) in many.items()} == few
    assert max(few.values()) <= 3
    assert "overdue" in many["/reviews"][1]
    assert "Roads" not in many["/reviews?kind=formal"][1].partition("<tbody>")[2]
    assert many["/reviews?late=1"][1].count("<tr>") == 2


def test_the_table_of_statuses_is_that_which_decides(client, both_languages):
    page = client.get("/proposals/statuses").text
    for name in ("Not eligible, after an objection", "부적격"):
        assert name in page
    assert page.count('<tr id="') == 30


def test_cost_sheets_of_what_is_not_public_are_not_shown(client, database, now):
    with database.writing() as session:
        made = factories.proposal(session, now).id
    assert client.get(f"/proposals/{made}/costs").status_code == 404
