"""Writing and reading proposals through the client."""

import re

import pytest

from tests import factories

WORDS = {
    "title": "그늘막", "summary": "그늘막을 놓아요.", "need": "더워요.", "benefit": "시원해요.", "place": "하천길",
    "neighbourhood": "haan-3", "field": "urban-environment", "cost_minor": "1,200만", "version": "1",
}  # fmt: skip


@pytest.fixture
def author(database, now, sign_in):
    with database.writing() as session:
        person = factories.account(session, now)
    sign_in(person)
    return person


def test_from_a_title_to_the_receipt_number(client, author):
    assert client.get("/proposals/new").status_code == 200
    assert client.post("/proposals/new", data={"title": ""}).status_code == 422
    answer = client.post("/proposals/new", data={"title": "그늘막", "then": "save"})
    edit = answer.headers["Location"]
    base = edit.removesuffix("/edit")
    assert client.get(base).status_code == 200
    check = client.post(edit, data={"title": "그늘막", "version": "1", "then": "submit"}).headers[
        "Location"
    ]
    missing = client.get(check)
    assert missing.status_code == 422
    assert "Tell why it is needed" in missing.text
    client.post(f"{base}/submit")
    assert "그늘막" not in client.get("/proposals").text  # still a draft
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(edit).text)[1]
    client.post(edit, data={**WORDS, "version": version})
    assert "Is everything right?" in client.get(check).text
    received = client.post(f"{base}/submit").headers["Location"]
    assert re.search(r'class="code">\d+<', client.get(received).text)
    assert "그늘막" in client.get("/proposals").text
    assert "Received" in client.get("/proposals/mine").text
    assert client.get(f"{base}/withdraw").status_code == 200
    client.post(f"{base}/withdraw")
    assert client.get("/proposals?q=그늘막").text.count("card") < 3


def test_a_save_from_an_old_window_shows_both_texts(client, author):
    edit = client.post("/proposals/new", data={"title": "One"}).headers["Location"]
    client.post(edit, data={"title": "Saved elsewhere", "version": "1"})
    answer = client.post(edit, data={"title": "Written here", "version": "1"})
    assert answer.status_code == 409
    assert "Saved elsewhere" in answer.text
    assert "Written here" in answer.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]
    assert client.post(edit, data={"title": "Both", "version": version}).status_code == 302


def test_others_see_no_draft_and_change_nothing(app, client, author, database, now, sign_in):
    base = (
        client.post("/proposals/new", data={"title": "Mine"})
        .headers["Location"]
        .removesuffix("/edit")
    )
    with database.writing() as session:
        sign_in(factories.account(session, now))
    assert client.get(base).status_code == 404
    assert client.get(f"{base}/edit").status_code == 403
    assert client.post(f"{base}/submit").status_code == 403
    assert app.test_client().get(base).status_code == 404


def test_text_is_text_and_not_page(client, author):
    hostile = '<script>alert(1)</script>"><img src=x>'
    edit = client.post("/proposals/new", data={**WORDS, "title": hostile[:60]}).headers["Location"]
    page = client.get(edit.removesuffix("/edit")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [({"title": "x" * 61}, "At most 60"), ({"need": "x" * 5001}, "At most 5000"), ({"cost_minor": "3억 1원"}, "at most ₩300,000,000"),
     ({"cost_minor": "some"}, "Write the amount"), ({"field": "nowhere"}, "Not a valid choice")],
)  # fmt: skip
def test_what_cannot_be_is_said(client, author, change, said):
    answer = client.post("/proposals/new", data={**WORDS, **change})
    assert answer.status_code == 422
    assert said in answer.text


def test_an_author_may_object(client, database, now, author):
    with database.writing() as session:
        made = factories.proposal(session, now, status="unfit", author=session.merge(author)).id
    assert "You disagree?" in client.get(f"/proposals/{made}").text
    assert client.post(f"/proposals/{made}/object", data={"reason": ""}).status_code == 422
    client.post(f"/proposals/{made}/object", data={"reason": "it is public land"})
    page = client.get(f"/proposals/{made}").text
    assert "Objection" in page
    assert "it is public land" in page


def test_a_merged_proposal_leads_to_the_other(client, database, now):
    with database.writing() as session:
        one = factories.proposal(session, now, status="received")
        other = factories.proposal(session, now, status="received")
        one.status, one.merged_into_id = "merged", other.id
    assert f"/proposals/{other.id}" in client.get(f"/proposals/{one.id}").text


def test_the_list_is_paged_without_losing_filters(client, database, now):
    with database.writing() as session:
        author = factories.account(session, now)
        for key in range(30):
            factories.proposal(
                session, now, status="received", author=author, shuffle_key=key * 2**56
            )
    page = client.get("/proposals?field=safety-construction").text
    seen = re.findall(r'<h3><a href="/proposals/([0-9a-f-]+)"', page)
    while more := re.search(r'button second" href="(/proposals\?[^"]*after=[^"]*)"', page):
        page = client.get(more[1].replace("&amp;", "&")).text
        assert "field=safety-construction" in more[1]
        seen += re.findall(r'<h3><a href="/proposals/([0-9a-f-]+)"', page)
    assert len(seen) == len(set(seen)) == 30
    assert "Nothing found" in client.get("/proposals?q=없는낱말").text
