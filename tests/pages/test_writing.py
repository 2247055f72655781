"""Writing together through the client: by POST, with everything hostile that can be sent."""

import json
import re
from base64 import b64decode, b64encode

import pytest
from pycrdt import Doc, Text

from core.journal import JournalEntry
from proposals.models import Proposal
from proposals.people import queries as circle
from proposals.people import services as joining
from proposals.people.models import Membership
from proposals.writing import queries, services, storing
from tests import factories

EMPTY = b64encode(b"\0").decode()


@pytest.fixture
def people(database, now):
    """The author of a draft, a co-author, a viewer, and a stranger."""
    with database.writing() as session:
        author, other, viewer, stranger = (
            factories.account(session, now, name=name) for name in ("Hana", "Minho", "Sora", "Jisu")
        )
        draft = factories.proposal(session, now, author=author)
        for person, role in ((other, "coauthor"), (viewer, "viewer")):
            session.add(
                Membership(proposal_id=draft.id, account_id=person.id, role=role, joined_at=now)
            )
        return {
            "draft": draft.id,
            "author": author,
            "other": other,
            "viewer": viewer,
            "stranger": stranger,
        }


class Tab:
    """A page of somebody's, as its script behaves."""

    def __init__(self, client, draft, name: str, number: int) -> None:
        self.client, self.address, self.name = client, f"/proposals/{draft}/writing", name
        self.document, self.after = Doc(client_id=number), -1

    def exchange(self, update: bytes | None = None, **changes):
        message = {
            "page": self.name, "field": "need", "after": self.after,
            "state": b64encode(self.document.get_state()).decode(), **changes,
        }  # fmt: skip
        if update is not None:
            message["update"] = b64encode(update).decode()
        answer = self.client.post(
            self.address, json=message, headers={"Accept": "application/json"}
        )
        if answer.status_code == 200:
            for data in answer.json["updates"]:
                self.document.apply_update(b64decode(data))
            self.after = answer.json["seq"]
        return answer

    def type(self, words: str) -> bytes:
        before = self.document.get_state()
        text = self.document.get("need", type=Text)
        text += words
        return self.document.get_update(before)

    @property
    def said(self) -> str:
        return str(self.document.get("need", type=Text))


def hand_in(client, people, sign_in):
    """Hand the draft in, to which the other writer agrees first."""
    address = f"/proposals/{people['draft']}"
    sign_in(people["other"])
    about = re.search(r'name="about" value="(\w+)"', client.get(f"{address}/submit").text)[1]
    client.post(f"{address}/agree", data={"about": about})
    sign_in(people["author"])
    assert client.post(f"{address}/submit").headers["Location"].endswith("/received")


def test_two_pages_hear_of_each_other(client, people, sign_in):
    one, other = (
        Tab(client, people["draft"], "pageone", 1),
        Tab(client, people["draft"], "pagetwo", 2),
    )
    sign_in(people["author"])
    assert one.exchange().json["people"] == [{"name": "Hana", "fields": ["need"], "is_you": True}]
    assert one.said == "어두워요."
    assert one.exchange(one.type(" 밤에는 더.")).json["seq"] == 1
    sign_in(people["other"])
    answer = other.exchange()
    assert other.said == "어두워요. 밤에는 더."
    assert [(who["name"], who["is_you"]) for who in answer.json["people"]] == [
        ("Hana", False),
        ("Minho", True),
    ]
    other.exchange(other.type("👋"))
    sign_in(people["author"])
    assert len(one.exchange().json["updates"]) == 1
    assert one.said == other.said == "어두워요. 밤에는 더.👋"
    client.post(f"{one.address}/leave", data={"page": "pageone"})
    sign_in(people["other"])
    assert [who["name"] for who in other.exchange().json["people"]] == ["Minho"]


@pytest.mark.parametrize("who", ["viewer", "stranger"])
def test_who_does_not_write_is_turned_away(client, people, sign_in, who):
    sign_in(people[who])
    answer = Tab(client, people["draft"], "pageone", 1).exchange()
    assert answer.status_code == 403
    assert answer.json["error"]


def test_a_visitor_is_led_to_the_sign_in(client, people):
    answer = Tab(client, people["draft"], "pageone", 1).exchange()
    assert answer.status_code == 302
    assert client.get(f"/proposals/{people['draft']}/words").status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[]", b"null", b"1", b"[" * 100_000, b'{"page": "abcdefg"}',
     json.dumps({"page": "short", "after": 0, "state": EMPTY}).encode(),
     json.dumps({"page": "<script>", "after": 0, "state": EMPTY}).encode(),
     json.dumps({"page": "abcdefg", "after": "0", "state": EMPTY}).encode(),
     json.dumps({"page": "abcdefg", "after": True, "state": EMPTY}).encode(),
     json.dumps({"page": "abcdefg", "after": 0, "state": "§"}).encode(),
     json.dumps({"page": "abcdefg", "after": -1, "state": "AQ=="}).encode(),
     json.dumps({"page": "abcdefg", "after": 0, "state": EMPTY, "field": ["need"]}).encode(),
     json.dumps({"page": "abcdefg", "after": 0, "state": EMPTY, "update": "AQEBAQ=="}).encode(),
     json.dumps({"page": "abcdefg", "after": 10**30, "state": "AQ=="}).encode()],
)  # fmt: skip
def test_what_is_no_message_is_refused(client, people, sign_in, body, database):
    sign_in(people["author"])
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    answer = client.post(f"/proposals/{people['draft']}/writing", data=body, headers=headers)
    assert answer.status_code == 400
    assert "reload the page" in answer.json["error"]
    with database.reading() as session:
        writing = queries.head(session, people["draft"])
        assert writing is None or writing.seq == 0


def test_a_huge_paste_and_a_forged_page_are_refused(client, people, sign_in):
    sign_in(people["author"])
    one = Tab(client, people["draft"], "pageone", 1)
    one.exchange()
    assert one.exchange(one.type("가" * storing.LONGEST_UPDATE)).status_code == 413
    again = Tab(client, people["draft"], "pageone", 1)
    again.exchange()
    assert again.exchange(again.type("mine")).status_code == 200
    sign_in(people["other"])
    forger = Tab(client, people["draft"], "pagetwo", 1)
    forger.exchange()
    answer = forger.exchange(forger.type("forged"))
    assert answer.status_code == 403
    assert "another person's page" in answer.json["error"]
    assert Tab(client, people["draft"], "pageone", 3).exchange().status_code == 403  # the name too


def test_one_person_opens_only_so_many_pages(client, people, sign_in):
    sign_in(people["author"])
    for number in range(services.MOST_PAGES):
        assert Tab(client, people["draft"], f"number{number}", number).exchange().status_code == 200
    late = Tab(client, people["draft"], "onemore", 99)
    answer = late.exchange(late.type("x"))
    assert answer.status_code == 409


def test_what_is_handed_in_takes_no_more(client, people, sign_in, database, now):
    sign_in(people["author"])
    one = Tab(client, people["draft"], "pageone", 1)
    one.exchange()
    one.exchange(one.type(" 끝."))
    assert "어두워요. 끝." in client.get(f"/proposals/{people['draft']}/submit").text
    hand_in(client, people, sign_in)
    assert one.exchange(one.type("too late")).status_code == 409
    with database.reading() as session:
        assert session.get(Proposal, people["draft"]).need == "어두워요. 끝."
    assert "어두워요. 끝." in client.get(f"/proposals/{people['draft']}").text


def test_a_form_without_script_is_seen_by_pages_with_one(client, people, sign_in):
    sign_in(people["author"])
    one = Tab(client, people["draft"], "pageone", 1)
    one.exchange()
    form = {
        "title": "보행 신호등", "summary": "건널목에 신호등을 달아요.", "title_en": "Walk lights",
        "benefit": "밝아져요.", "place": "철산동 건널목", "neighbourhood": "cheolsan-3",
        "field": "safety-construction", "cost_minor": "1000만",
    }  # fmt: skip
    edit = f"/proposals/{people['draft']}/edit"
    base = json.dumps({**form, "summary_en": "", "need": "어두워요.", "cost_minor": 10_000_000})
    answer = client.post(edit, data={**form, "need": "아주 어두워요.\r\n밤에.", "base": base})
    assert answer.status_code == 302
    one.exchange()
    assert one.said == "아주 어두워요.\n밤에."


def test_a_live_form_saves_only_what_is_not_written_together(client, people, sign_in):
    sign_in(people["author"])
    one = Tab(client, people["draft"], "pageone", 1)
    one.exchange()
    one.exchange(one.type(" 더."))
    edit = f"/proposals/{people['draft']}/edit"
    base = json.dumps(
        {"neighbourhood": "cheolsan-3", "field": "safety-construction", "cost_minor": 10_000_000}
    )
    sent = {"written": "live", "title": "", "need": "old", "cost_minor": "900만", "base": base,
            "neighbourhood": "cheolsan-3", "field": "safety-construction"}  # fmt: skip
    assert client.post(edit, data=sent).status_code == 302
    page = client.get(edit).text
    assert "어두워요. 더." in page
    assert "9,000,000" in page


def test_who_wrote_which_words_is_shown_to_those_who_belong_and_then_to_all(
    app, client, people, sign_in
):
    words = f"/proposals/{people['draft']}/words"
    sign_in(people["other"])
    other = Tab(client, people["draft"], "pagetwo", 2)
    assert client.get(words).status_code == 404  # nobody has opened the text yet
    other.exchange()
    other.exchange(other.type(" <b>정말</b>."))
    for who in ("author", "other", "viewer"):
        sign_in(people[who])
        page = client.get(words).text
        assert "&lt;b&gt;정말&lt;/b&gt;" in page
        assert 'title="Minho"' in page
    sign_in(people["stranger"])
    assert client.get(words).status_code == 404
    hand_in(client, people, sign_in)
    visitor = app.test_client()
    assert 'title="Minho"' in visitor.get(words).text
    assert words in visitor.get(f"/proposals/{people['draft']}").text


def test_an_invitation_is_good_once_and_nobody_is_dropped_by_an_edit(
    client, people, sign_in, database
):
    page = f"/proposals/{people['draft']}/people"
    sign_in(people["author"])
    link = (
        client.post(page, data={"role": "coauthor"})
        .text.partition("/proposals/join/")[2]
        .partition("<")[0]
    )
    assert client.post(f"/proposals/join/{link}").status_code == 409  # one's own
    sign_in(people["other"])
    assert client.post(f"/proposals/join/{link}").status_code == 302  # belongs already
    sign_in(people["stranger"])
    assert client.get(page).status_code == 403
    assert "asks you to write it together" in client.get(f"/proposals/join/{link}").text
    assert client.post(f"/proposals/join/{link}").status_code == 302
    assert "Jisu" in client.get(page).text
    sign_in(people["viewer"])
    assert client.post(f"/proposals/join/{link}").status_code == 404  # used
    sign_in(people["author"])
    sent = {"written": "live", "cost_minor": "900만", "neighbourhood": "", "field": ""}
    base = {"neighbourhood": "cheolsan-3", "field": "safety-construction", "cost_minor": 10_000_000}
    edit = f"/proposals/{people['draft']}/edit"
    assert client.post(edit, data={**sent, "base": json.dumps(base)}).status_code == 302
    for name in ("Minho", "Sora", "Jisu"):
        assert name in client.get(page).text
    assert client.post(f"/proposals/{people['draft']}/discard").status_code == 409
    with database.reading() as session:
        acts = [entry.act for entry in session.query(JournalEntry)]
    assert acts.count("proposal.joined") == 1


def test_a_viewer_reads_becomes_a_co_author_and_leaves(client, people, sign_in):
    draft = f"/proposals/{people['draft']}"
    sign_in(people["viewer"])
    assert client.get(draft).status_code == 200
    assert "보행 신호등" in client.get("/proposals/mine").text
    assert client.get(f"{draft}/edit").status_code == 403
    assert client.post(f"{draft}/people", data={"role": "coauthor"}).status_code == 403
    sign_in(people["author"])
    link = client.post(f"{draft}/people").text.partition("/proposals/join/")[2].partition("<")[0]
    assert client.get(f"{draft}/leave").status_code == 403
    assert client.post(f"{draft}/leave").status_code == 403
    sign_in(people["viewer"])
    client.post(f"/proposals/join/{link}")
    assert client.get(f"{draft}/edit").status_code == 200
    assert "What you wrote stays" in client.get(f"{draft}/leave").text
    client.post(f"{draft}/leave")
    assert client.get(draft).status_code == 404
    assert client.get(f"{draft}/edit").status_code == 403


def test_an_old_invitation_has_lapsed(client, people, sign_in, database, now):
    with database.writing() as session:
        made = session.get(Proposal, people["draft"])
        code = joining.invite(
            session, made, "viewer", author_id=made.author_id, now=now - circle.VALID_FOR
        )
    sign_in(people["stranger"])
    assert client.get(f"/proposals/join/{code}").status_code == 404
    assert client.post(f"/proposals/join/{code}").status_code == 404


def test_a_socket_asks_from_the_own_site_only(client, people, sign_in):
    sign_in(people["author"])
    for origin in ("https://elsewhere.example", "", "http://localhost"):
        answer = client.get(
            f"/proposals/{people['draft']}/writing/socket", headers={"Origin": origin},
            environ_overrides={"HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "Upgrade"},
        )  # fmt: skip
        assert answer.status_code == 400  # the last one: no socket under this server
