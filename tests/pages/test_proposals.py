"""Writing and reading proposals through the client."""

import html
import re

import pytest

from proposals.files import contents
from proposals.files import services as files
from proposals.files.models import PHOTO
from tests import factories
from tests.pictures import picture

WORDS = {
    "title": "그늘막", "summary": "그늘막을 놓아요.", "need": "더워요.", "benefit": "시원해요.", "place": "하천길",
    "neighbourhood": "haan-3", "field": "urban-environment", "cost_minor": "1,200만",
}  # fmt: skip


def base_of(answer) -> str:
    """What the page says that its form was written on."""
    found = re.search(r'name="base"[^>]*value="([^"]*)"', answer.text)
    return html.unescape(found[1])


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
    check = client.post(edit, data={"title": "그늘막", "then": "submit"}).headers["Location"]
    missing = client.get(check)
    assert missing.status_code == 422
    assert "Tell why it is needed" in missing.text
    client.post(f"{base}/submit")
    assert "그늘막" not in client.get("/proposals").text  # still a draft
    client.post(edit, data={**WORDS, "base": base_of(client.get(edit))})
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
    base = base_of(client.get(edit))
    client.post(edit, data={"title": "Saved elsewhere", "base": base})
    answer = client.post(edit, data={"title": "Written here", "base": base})
    assert answer.status_code == 409
    for said in ("What you started from", ">One<", "Saved elsewhere", "Written here"):
        assert said in answer.text
    client.post(edit, data={"title": "Both", "base": base_of(answer)})
    assert 'value="Both"' in client.get(edit).text


def test_changes_of_different_fields_are_put_together(client, author):
    edit = client.post("/proposals/new", data=WORDS).headers["Location"]
    base = base_of(client.get(edit))
    one = client.post(edit, data={**WORDS, "need": "아주 더워요.", "base": base})
    other = client.post(edit, data={**WORDS, "cost_minor": "900만", "base": base})
    assert (one.status_code, other.status_code) == (302, 302)
    page = client.get(edit).text
    assert "아주 더워요." in page
    assert "9,000,000" in page


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


def test_what_is_missing_is_filled_in_on_the_same_page(client, author):
    edit = client.post("/proposals/new", data={"title": "그늘막"}).headers["Location"]
    base = edit.removesuffix("/edit")
    page = client.get(f"{base}/submit")
    form = re.search(r'<form class="form" method="post" action="([^"]+)"', page.text)
    checked = client.post(
        form[1], data={**WORDS, "base": base_of(page), "then": "submit"}
    )  # as its button does
    assert "Is everything right?" in client.get(checked.headers["Location"]).text


def test_a_double_click_hands_in_once(client, author):
    base = client.post("/proposals/new", data=WORDS).headers["Location"].removesuffix("/edit")
    first, second = (client.post(f"{base}/submit") for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"] == f"{base}/received"
    numbers = [
        re.search(r'class="code">(\d+)<', client.get(f"{base}/received").text)[1] for _ in range(2)
    ]
    assert numbers[0] == numbers[1]


def test_what_was_handed_in_is_not_edited(client, author):
    edit = client.post("/proposals/new", data=WORDS).headers["Location"]
    base = edit.removesuffix("/edit")
    assert client.get(f"{base}/received").status_code == 404  # not yet
    client.post(f"{base}/submit")
    for path in (edit, f"{base}/submit"):
        assert client.get(path).status_code == 409
    assert client.post(edit, data=WORDS).status_code == 409
    assert client.post(f"{base}/discard").status_code == 409


def test_a_draft_is_deleted_after_asking(client, author):
    base = client.post("/proposals/new", data=WORDS).headers["Location"].removesuffix("/edit")
    assert f"{base}/discard" in client.get("/proposals/mine").text
    assert "Delete this draft?" in client.get(f"{base}/discard").text
    assert client.get(base).status_code == 200  # asking deletes nothing
    client.post(f"{base}/discard")
    assert client.get(base).status_code == 404
    assert "You have not proposed anything yet" in client.get("/proposals/mine").text
    assert "그늘막" not in client.get("/journal").text


def test_both_whole_texts_stand_side_by_side(client, author):
    edit = client.post("/proposals/new", data=WORDS).headers["Location"]
    answer = client.post(edit, data={"title": "Mine"})  # written on nothing that the page names
    assert answer.status_code == 409
    saved = answer.text.split("What is saved now")
    for said in ("더워요.", "시원해요.", "하천길", "₩12,000,000", "Haan 3", "Urban"):
        assert any(said in part.partition("</p>")[0] for part in saved[1:])


@pytest.mark.parametrize("base", ["abc", "-1", "[" * 5000, "[]", '{"title": ["One"]}'])
def test_a_forged_base_saves_nothing(client, author, base):
    edit = client.post("/proposals/new", data={"title": "One"}).headers["Location"]
    answer = client.post(edit, data={"title": "Two", "base": base})
    assert answer.status_code == 409
    assert "Two" in answer.text  # kept for the writer
    assert "One" in client.get(edit).text


@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=x", "after=" + "9" * 30, "after=" + "9" * 5000, "field=nowhere", "status=draft",
     "q=%22%29%20OR%20%2A", "q=_", "q=%ED%A0%80", "q=%00", "field=%00"],
)  # fmt: skip
def test_no_address_of_the_list_is_a_fault(client, database, now, query):
    with database.writing() as session:
        factories.proposal(session, now)
    answer = client.get(f"/proposals?{query}")
    assert answer.status_code in (200, 400)
    assert "Walk lights" not in answer.text  # a draft, whatever is asked


def test_a_blank_title_is_no_title(client, author):
    assert client.post("/proposals/new", data={"title": "   "}).status_code == 422


def test_a_huge_paste_is_refused_with_a_sentence(client, author):
    answer = client.post("/proposals/new", data={**WORDS, "need": "글" * 1_000_000})
    assert answer.status_code == 413
    assert "<h1>" in answer.text


def test_an_objection_of_endless_length_is_kept_on_the_page(client, database, now, author):
    with database.writing() as session:
        made = factories.proposal(session, now, status="unfit", author=session.merge(author)).id
    answer = client.post(f"/proposals/{made}/object", data={"reason": "long " * 500})
    assert answer.status_code == 422
    assert "At most 2000" in answer.text
    assert "long long long" in answer.text
    assert "Not eligible" in client.get(f"/proposals/{made}").text


def test_pages_cost_the_same_however_many_proposals_there_are(
    client, database, now, author, count_queries
):
    def asked(path):
        with count_queries() as sent:
            assert client.get(path).status_code == 200
        return sum(statement.startswith(("SELECT", "WITH")) for statement in sent)

    def grow(count):
        with database.writing() as session:
            person = session.merge(author)
            for _ in range(count):
                made = factories.proposal(session, now, author=person)
                photo = contents.photo(picture())
                files.add(session, made.id, PHOTO, photo, "Steps", account_id=person.id, now=now)
                made.status = "received"
            return made.id

    shown = grow(2)
    pages = ("/proposals", "/proposals?q=신호등", "/proposals/mine", f"/proposals/{shown}")
    few = [asked(path) for path in pages]
    grow(30)
    # With a whole page found at once, the list may spare its second range.
    assert all(now_ <= before for now_, before in zip(map(asked, pages), few, strict=True))
    assert max(few) <= 12
