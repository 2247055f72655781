"""Versions, consents and amendments through the client, with everything hostile that can be sent."""

import re
from dataclasses import asdict, replace

import pytest

from core.journal import JournalEntry
from proposals import queries as of_proposals
from proposals import services as proposals
from proposals.amendments import queries as amendments
from proposals.amendments import services as amending
from proposals.models import Proposal
from proposals.people.models import Membership
from proposals.versions import queries, services
from tests import factories
from tests.factories import TEXT

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def there(database, now):
    """A draft of two writers and a viewer, a public proposal of the same author, and a stranger."""
    with database.writing() as session:
        author, other, viewer, stranger = (
            factories.account(session, now, name=name) for name in ("Hana", "Minho", "Sora", "Jisu")
        )
        draft = factories.proposal(session, now, author=author)
        for person, role in ((other, "coauthor"), (viewer, "viewer")):
            session.add(
                Membership(proposal_id=draft.id, account_id=person.id, role=role, joined_at=now)
            )
        public = factories.proposal(
            session, now, status="received", author=author,
            text=replace(TEXT, need="밤길이 어두워요. 아이들이 넘어져요."),
        )  # fmt: skip
        return {
            "author": author, "other": other, "viewer": viewer, "stranger": stranger,
            "draft": f"/proposals/{draft.id}", "public": f"/proposals/{public.id}",
            "draft_id": draft.id, "public_id": public.id,
        }  # fmt: skip


def amended(client, address, **changes):
    """Send the form of an amendment as the page shows it, with some fields changed."""
    said = {name: "" if value is None else str(value) for name, value in asdict(TEXT).items()}
    said |= {"need": "밤길이 어두워요. 아이들이 넘어져요.", "reason": "그래서요.", "version": "1"}
    return client.post(f"{address}/amendments/new", data=said | changes)


def about(client, draft):
    return re.search(r'name="about" value="(\w+)"', client.get(f"{draft}/submit").text)[1]


def test_a_draft_is_handed_in_once_all_agree(client, there, sign_in, both_languages):
    draft = there["draft"]
    sign_in(there["author"])
    page = client.get(f"{draft}/submit").text
    assert "Minho" in page
    assert 'action="' + f"{draft}/submit" not in page
    answer = client.post(f"{draft}/submit")
    assert answer.status_code == 409
    assert "Minho" in answer.text
    sign_in(there["other"])
    client.post(f"{draft}/agree", data={"about": about(client, draft)})
    client.post(f"{draft}/agree", data={"then": "not"})
    sign_in(there["author"])
    assert client.post(f"{draft}/submit").status_code == 409
    sign_in(there["other"])
    client.post(f"{draft}/agree", data={"about": about(client, draft)})
    sign_in(there["author"])
    assert client.post(f"{draft}/submit").status_code == 302
    assert client.get(f"{draft}/versions").status_code == 200


@pytest.mark.parametrize("said", ["", "x", "0" * 64, "\0"])
def test_nobody_agrees_to_what_was_not_read(client, there, sign_in, said):
    sign_in(there["other"])
    assert client.post(f"{there['draft']}/agree", data={"about": said}).status_code == 409
    for who in ("viewer", "stranger"):
        sign_in(there[who])
        assert client.post(f"{there['draft']}/agree", data={"about": said}).status_code == 403


def test_the_author_alone_hands_in_as_before(client, database, now, sign_in):
    with database.writing() as session:
        made = factories.proposal(session, now)
        author, address = made.author, f"/proposals/{made.id}"
    sign_in(author)
    assert f'action="{address}/submit"' in client.get(f"{address}/submit").text
    assert client.post(f"{address}/submit").status_code == 302


def test_versions_of_a_draft_are_for_those_who_belong(client, there, sign_in, app):
    draft = there["draft"]
    sign_in(there["other"])
    assert client.post(f"{draft}/versions", data={"why": ""}).status_code == 422
    assert client.post(f"{draft}/versions", data={"why": SCRIPT}).status_code == 302
    assert client.post(f"{draft}/versions", data={"why": "again"}).status_code == 409
    pages = [f"{draft}/versions", f"{draft}/versions/1", f"{draft}/versions/compare"]
    for who in ("author", "other", "viewer"):
        sign_in(there[who])
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200
            assert SCRIPT not in answer.text
        assert f"{draft}/versions" in client.get(draft).text
    sign_in(there["viewer"])
    assert client.post(f"{draft}/versions", data={"why": "mine"}).status_code == 403
    assert client.post(f"{draft}/versions/1/restore").status_code == 403
    assert "restore" not in client.get(f"{draft}/versions/1").text
    sign_in(there["stranger"])
    for reader in (client, app.test_client()):
        for page in pages:
            assert reader.get(page).status_code == 404


def test_words_of_a_draft_stay_private_when_it_is_published(
    client, database, now, there, sign_in, app
):
    sign_in(there["other"])
    client.post(f"{there['draft']}/versions", data={"why": "private"})
    client.post(f"{there['draft']}/agree", data={"about": about(client, there["draft"])})
    sign_in(there["author"])
    client.post(f"{there['draft']}/submit")
    visitor = app.test_client()
    page = visitor.get(f"{there['draft']}/versions").text
    assert "private" not in page
    assert f"{there['draft']}/versions/2" in page
    assert visitor.get(f"{there['draft']}/versions/1").status_code == 404
    assert visitor.get(f"{there['draft']}/versions/compare?old=1&new=2").status_code == 404
    assert visitor.get(f"{there['draft']}/versions/compare").status_code == 200
    assert client.get(f"{there['draft']}/versions/1").status_code == 200
    with database.reading() as session:
        assert "private" not in str([line.values for line in session.query(JournalEntry)])


def test_two_versions_side_by_side_and_one_restored(client, database, now, there, sign_in):
    draft = there["draft"]
    with database.writing() as session:
        made = session.get(Proposal, there["draft_id"])
        author = made.author_id
        services.name(session, made, "first", account_id=author, now=now)
        edited = replace(TEXT, need=f"밤에 어두워요. {SCRIPT}", cost_minor=7, neighbourhood=None)
        proposals.revise(session, made, edited, author_id=author, base=asdict(TEXT), now=now)
        services.name(session, made, "second", account_id=author, now=now)
    sign_in(there["author"])
    page = client.get(f"{draft}/versions/compare?old=1&new=2").text
    assert SCRIPT not in page
    assert '<ins><span class="unseen">[put in: </span><span lang="ko">밤에 </span>' in page
    assert "<del>" in page
    assert "Whole city" in page
    for wrong in ("old=0", "old=3&new=2", "new=99999999999999999999", "old=-1"):
        assert client.get(f"{draft}/versions/compare?{wrong}").status_code == 404
    assert client.get(f"{draft}/versions/compare?old=x").status_code == 200
    assert "Nothing changed" in client.get(f"{draft}/versions/compare?old=2&new=2").text
    asked = client.get(f"{draft}/versions/1/restore").text
    assert "<ins>" in asked
    assert client.post(f"{draft}/versions/1/restore", data={"why": "w" * 201}).status_code == 422
    assert client.post(f"{draft}/versions/1/restore", data={"why": "better"}).status_code == 302
    assert "어두워요." in client.get(f"{draft}/edit").text
    assert "better" in client.get(f"{draft}/versions").text
    assert client.post(f"{draft}/versions/3/restore").status_code == 409
    assert "Nothing to restore" in client.get(f"{draft}/versions/3/restore").text


def test_the_list_of_versions_goes_on_over_pages(client, database, now, there, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    with database.writing() as session:
        made = session.get(Proposal, there["public_id"])
        for number in range(4):
            made.status = "supplement"
            session.flush()
            proposals.submit(session, made, author_id=made.author_id, now=now)
            assert number + 2 == queries.extent(session, made.id, belongs=False).last
    base = f"{there['public']}/versions"
    first = client.get(base).text
    assert f'{base}/4"' in first
    assert f'{base}/3"' not in first
    assert "before=4" in first
    assert "Show more" in first
    assert f'{base}/1"' in client.get(f"{base}?before=2").text
    assert "Show more" not in client.get(f"{base}?before=2").text
    for page in (base, f"{there['public']}/amendments"):
        for before in (-5, 10**30, -(10**30), "x"):
            assert client.get(f"{page}?before={before}").status_code == 200


def test_an_amendment_from_the_form_to_the_text(client, there, sign_in, database, both_languages):
    public = there["public"]
    sign_in(there["stranger"])
    assert 'name="version"' in client.get(f"{public}/amendments/new").text
    answer = amended(
        client, public, need=f"밤길이 깜깜해요. 아이들이 넘어져요. {SCRIPT}", reason=SCRIPT
    )
    address = answer.headers["Location"]
    again = amended(
        client, public, need=f"밤길이 깜깜해요. 아이들이 넘어져요. {SCRIPT}", reason=SCRIPT
    )
    assert again.headers["Location"] == address == f"{public}/amendments/1"
    page = client.get(address).text
    assert SCRIPT not in page
    assert 'value="accept"' not in page
    assert client.post(f"{address}/decide", data={"part": 1, "then": "accept"}).status_code == 403
    sign_in(there["author"])
    page = client.get(address).text
    assert page.count('value="accept"') == 2
    assert client.post(f"{address}/decide", data={"part": 1, "then": "accept"}).status_code == 302
    assert client.post(f"{address}/decide", data={"part": 2, "then": "decline"}).status_code == 422
    said = {"part": 2, "then": "decline", "why": "안전하지 않아요."}
    assert client.post(f"{address}/decide", data=said).status_code == 302
    assert client.post(f"{address}/decide", data=said).status_code == 409
    assert "안전하지 않아요." in client.get(address).text
    assert "밤길이 깜깜해요. 아이들이 넘어져요." in client.get(public).text
    assert "Jisu" in client.get(f"{public}/versions").text
    assert "Jisu" in client.get(f"{public}/versions/2").text
    assert "amendments/1" in client.get(f"{public}/amendments").text
    assert f"{public}/amendments" in client.get(public).text
    with database.reading() as session:
        acts = [line.act for line in of_proposals.history(session, there["public_id"])]
    assert acts[1:] == [
        "proposal.amendment_proposed", "proposal.amended", "proposal.amendment_declined",
    ]  # fmt: skip
    assert client.get("/journal").status_code == 200


def test_what_fits_nowhere_is_shown_three_times_and_overwrites_nothing(client, there, sign_in):
    public = there["public"]
    sign_in(there["stranger"])
    for need in ("밤길이 깜깜해요. 아이들이 넘어져요.", "밤길이 위험해요. 아이들이 넘어져요."):
        amended(client, public, need=need)
    sign_in(there["author"])
    client.post(f"{public}/amendments/1/decide", data={"part": 1, "then": "accept"})
    address = f"{public}/amendments/2"
    answer = client.post(f"{address}/decide", data={"part": 1, "then": "accept"})
    assert answer.status_code == 409
    for page in (answer.text, client.get(address).text):
        assert 'value="accept"' not in page
        for said in ("밤길이 어두워요.", "밤길이 깜깜해요. 아이들이 넘어져요.", "밤길이 위험해요."):
            assert said in page
    assert "Not accepted" in answer.text
    assert "밤길이 깜깜해요." in client.get(public).text


def test_what_moved_is_warned_of_before_it_is_accepted(client, there, sign_in):
    public = there["public"]
    sign_in(there["stranger"])
    for more in (" 하나.", " 둘."):
        amended(client, public, need=f"밤길이 어두워요. 아이들이 넘어져요.{more}")
    sign_in(there["author"])
    client.post(f"{public}/amendments/1/decide", data={"part": 1, "then": "accept"})
    page = client.get(f"{public}/amendments/2").text
    assert "The text around it has changed" in page
    client.post(f"{public}/amendments/2/decide", data={"part": 1, "then": "accept"})
    assert "밤길이 어두워요. 아이들이 넘어져요. 하나. 둘." in client.get(public).text


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, 422), ({"need": "바꿔요.", "reason": ""}, 422), ({"need": "가" * 5001}, 422),
     ({"title": ""}, 422), ({"need": ""}, 422), ({"need": "바꿔요.", "reason": "가" * 501}, 422),
     ({"need": "바꿔요.", "version": ""}, 422), ({"need": "바꿔요.", "version": "x"}, 422),
     ({"need": "바꿔요.", "version": "9"}, 404), ({"need": "바꿔요.", "version": "9" * 30}, 404),
     ({"need": "바꿔요.", "version": "-1"}, 404), ({"field": "no-such-field"}, 422),
     ({"cost_minor": "-5"}, 422)],
)  # fmt: skip
def test_a_form_that_says_nothing_clear_stores_nothing(
    client, there, sign_in, database, changes, status
):
    sign_in(there["stranger"])
    assert amended(client, there["public"], **changes).status_code == status
    with database.reading() as session:
        assert amendments.count(session, there["public_id"]) == amendments.Count(0, 0)


@pytest.mark.parametrize(
    ("said", "status"),
    [({}, 422), ({"part": 1}, 422), ({"part": "x", "then": "accept"}, 422), ({"part": 1, "then": "burn"}, 422),
     ({"part": 9, "then": "accept"}, 409), ({"part": 1, "then": "decline", "why": "w" * 501}, 422)],
)  # fmt: skip
def test_a_decision_names_a_part_and_what_to_do(client, there, sign_in, said, status):
    sign_in(there["stranger"])
    amended(client, there["public"], title="하나")
    sign_in(there["author"])
    address = f"{there['public']}/amendments/1/decide"
    assert client.post(address, data=said).status_code == status


def test_an_amendment_is_found_under_its_own_proposal_alone(client, there, sign_in, database, now):
    with database.writing() as session:
        other = factories.proposal(session, now, status="received", author=there["author"])
        elsewhere = f"/proposals/{other.id}"
    sign_in(there["stranger"])
    amended(client, there["public"], title="하나")
    sign_in(there["author"])
    for address in (f"{elsewhere}/amendments/1", f"{there['public']}/amendments/{10**12}"):
        assert client.get(address).status_code == 404
        decided = client.post(f"{address}/decide", data={"part": 1, "then": "accept"})
        assert decided.status_code == 404
    assert client.get(f"{there['draft']}/amendments/new").status_code == 409
    sign_in(there["stranger"])
    assert client.get(f"{there['draft']}/amendments/new").status_code == 404


def test_one_takes_back_ones_own(client, there, sign_in):
    sign_in(there["stranger"])
    amended(client, there["public"], title="하나")
    address = f"{there['public']}/amendments/1"
    sign_in(there["author"])
    assert client.get(f"{address}/withdraw").status_code == 403
    assert client.post(f"{address}/withdraw").status_code == 403
    sign_in(there["stranger"])
    assert client.get(f"{address}/withdraw").status_code == 200
    assert client.post(f"{address}/withdraw").headers["Location"] == address
    assert "Taken back" in client.get(address).text
    assert client.post(f"{address}/withdraw").status_code == 409


def test_on_a_ballot_nothing_is_proposed_or_decided(client, there, sign_in, database):
    sign_in(there["stranger"])
    amended(client, there["public"], title="하나")
    with database.writing() as session:
        session.get(Proposal, there["public_id"]).status = "on_ballot"
    assert client.get(f"{there['public']}/amendments/new").status_code == 409
    assert amended(client, there["public"], title="둘").status_code == 409
    assert "amendments/new" not in client.get(there["public"]).text
    sign_in(there["author"])
    page = client.get(f"{there['public']}/amendments/1").text
    assert "The text is settled" in page
    assert 'value="accept"' not in page
    answer = client.post(
        f"{there['public']}/amendments/1/decide", data={"part": 1, "then": "accept"}
    )
    assert answer.status_code == 409


def test_pages_cost_the_same_however_many_versions_there_are(
    client, database, now, there, sign_in, count_queries
):
    pages = ("versions", "versions/compare", "amendments")

    def asked():
        found = []
        for page in pages:
            with count_queries() as sent:
                assert client.get(f"{there['public']}/{page}").status_code == 200
            found.append(len(sent))
        return found

    sign_in(there["stranger"])
    amended(client, there["public"], title="하나")
    few = asked()
    with database.writing() as session:
        made = session.get(Proposal, there["public_id"])
        for number in range(20):
            made.status = "supplement"
            session.flush()
            proposals.submit(session, made, author_id=made.author_id, now=now)
            person = factories.account(session, now)
            changed = replace(TEXT, title=str(number))

            amending.propose(
                session, made, changed, base=1, reason="x", account_id=person.id, now=now
            )
    assert asked() == few
