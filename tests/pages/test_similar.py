"""Similar proposals on the pages: while one writes, before handing in, and on the desk."""

import re
from dataclasses import replace

import pytest

from core.access import Role
from proposals.models import Proposal
from tests import factories
from tests.factories import TEXT

LAMPS = replace(
    TEXT, title="가로등 세우기", title_en="Street lights", summary="어두운 골목에 가로등을 세워요."
)
MINE = replace(TEXT, title="골목에 보안등", title_en="", summary="밤길이 어두워요.")


@pytest.fixture
def there(database, now):
    """A public proposal that others may have wished for too."""
    with database.writing() as session:
        return factories.proposal(session, now, status="received", text=LAMPS).id


@pytest.fixture
def own(database, now, sign_in):
    """A draft of whoever is signed in."""
    with database.writing() as session:
        author = factories.account(session, now)
        draft = factories.proposal(session, now, author=author, text=MINE).id
    sign_in(author)
    return draft


def status_of(database, id_):
    with database.reading() as session:
        return session.get_one(Proposal, id_).status


def test_the_list_is_for_what_was_typed_and_silent_without_any(client, there, own):
    typed = {"title": MINE.title, "summary": MINE.summary}
    page = client.post("/proposals/similar", data=typed).text
    assert "Street lights" in page
    assert f'href="/proposals/{there}"' in page
    assert "Received" in page
    assert "Cheolsan 3-dong" in page
    assert "가로등 (yours: 보안등)" in re.sub(r"<[^>]*>", "", page)
    assert "<details" not in page  # nothing is kept yet that could be told apart
    for nothing in ({}, {"title": "수영 강습"}, {"title": "\0"}):
        assert client.post("/proposals/similar", data=nothing).text.strip() == ""


def test_a_visitor_is_shown_none(client, there):
    answer = client.post("/proposals/similar", data={"title": MINE.title})
    assert answer.status_code == 302


@pytest.mark.parametrize("page", ["/proposals/{}/edit", "/proposals/{}/submit"])
def test_one_page_costs_what_it_shows(client, database, now, there, own, count_queries, page):
    page = page.format(own)
    client.get(page)
    with count_queries() as few:
        client.get(page)
    with database.writing() as session:
        for serial in range(30):
            text = replace(LAMPS, title=f"가로등 {serial}", need="강아지 텃밭")
            factories.proposal(session, now, status="received", text=text)
    client.get(page)  # which reads the new ones once
    with count_queries() as many:
        client.get(page)
    assert len(many) == len(few)


def test_the_difference_is_read_by_the_desk_and_by_everyone(
    client, database, now, there, own, sign_in
):
    check = client.get(f"/proposals/{own}/submit").text
    assert "Is it one of these?" in check
    answer = client.post(f"/proposals/{own}/different/{there}", data={"reason": "<b>Mine</b>"})
    assert answer.headers["Location"] == f"/proposals/{own}/submit"
    assert "&lt;b&gt;Mine&lt;/b&gt;" in client.get(f"/proposals/{own}/submit").text
    client.post(f"/proposals/{own}/submit")
    assert "&lt;b&gt;Mine&lt;/b&gt;" in client.get(f"/proposals/{own}").text
    with database.writing() as session:
        sign_in(factories.account(session, now, Role.BUDGET_OFFICER))
    assert "&lt;b&gt;Mine&lt;/b&gt;" in client.get(f"/desk/proposals/{own}").text
    beside = client.get(f"/desk/proposals/{own}/beside/{there}").text
    assert "&lt;b&gt;Mine&lt;/b&gt;" in beside
    assert "골목에 보안등" in beside
    assert "가로등 세우기" in beside


def test_the_script_is_answered_without_a_page(client, there, own):
    json = {"Accept": "application/json"}
    address = f"/proposals/{own}/different/{there}"
    assert client.post(address, data={"reason": "x"}, headers=json).status_code == 204
    assert client.post(address, data={"reason": "x" * 501}, headers=json).status_code == 422
    said = client.post(address, data={"reason": "x" * 501}, follow_redirects=True).text
    assert "At most 500 letters" in said


def test_nobody_tells_apart_what_is_not_theirs(client, database, now, there, own, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now))
    assert (
        client.post(f"/proposals/{own}/different/{there}", data={"reason": "x"}).status_code == 403
    )
    assert client.post(f"/proposals/{there}/different/{there}", data={}).status_code == 403


def test_from_a_possible_duplicate_to_the_merge(client, database, now, there, own, sign_in):
    client.post(f"/proposals/{own}/submit")
    with database.writing() as session:
        sign_in(factories.account(session, now, Role.BUDGET_OFFICER))
    review = client.get(f"/desk/proposals/{own}").text
    assert "Possibly the same" in review
    beside = re.search(r'href="(/desk/proposals/[^"]*/beside/[^"]*)"', review)[1]
    merge = re.search(r'href="([^"]*into=\d+)"', client.get(beside).text)[1]
    filled = client.get(merge).text
    number = re.search(r"into=(\d+)", merge)[1]
    assert f'value="{number}"' in filled
    data = {"into_number": number, "reason": "The same lamps."}
    asked = client.post(merge, data=data, follow_redirects=True).text
    assert "It waits for its authors" in asked
    assert status_of(database, own) == "received"


def test_only_public_proposals_are_set_side_by_side(client, database, now, there, own, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now, Role.REVIEWER))
    assert client.get(f"/desk/proposals/{there}/beside/{own}").status_code == 404
    assert client.get(f"/desk/proposals/{own}/beside/{there}").status_code == 404


def test_a_reviewer_who_may_not_merge_is_offered_no_merge(client, database, now, there, sign_in):
    with database.writing() as session:
        other = factories.proposal(session, now, status="received", text=MINE).id
        sign_in(factories.account(session, now, Role.REVIEWER))
    assert (
        "becomes part of the second"
        not in client.get(f"/desk/proposals/{there}/beside/{other}").text
    )
    assert "selected" not in re.findall(
        r'<option[^>]*value="merged"', client.get(f"/desk/proposals/{there}?into=1").text
    )


def test_what_is_said_of_a_draft_is_not_read_by_naming_it(
    client, database, now, there, own, sign_in
):
    client.post(f"/proposals/{own}/different/{there}", data={"reason": "My secret."})
    typed = {"title": MINE.title, "summary": MINE.summary}
    assert "My secret." in client.post(f"/proposals/similar?of={own}", data=typed).text
    with database.writing() as session:
        sign_in(factories.account(session, now))
    page = client.post(f"/proposals/similar?of={own}", data=typed).text
    assert "Street lights" in page
    assert "My secret." not in page
