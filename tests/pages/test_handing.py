"""Handing in for somebody at the desk, answering in that name, and taking over."""

import re
from html import unescape
from uuid import UUID

import pytest

from core.access import Role
from core.journal import Actor
from proposals import services as proposals
from proposals.models import Proposal
from tests import factories

OFFICE = Actor(Role.BUDGET_OFFICER)
TEXT = {
    "title": "그늘막", "summary": "그늘막을 놓아요.", "need": "더워요.", "benefit": "시원해요.", "place": "하천길",
    "neighbourhood": "haan-3", "field": "urban-environment", "cost_minor": "1,200만",
}  # fmt: skip
HANDED = {
    **TEXT, "name": "순이 할머니", "reach": "02-555-0199", "channel": "phone",
    "consented_at": "2026-08-30T14:00", "consent": "전화로 동의",
}  # fmt: skip


@pytest.fixture
def person(database, now):
    """Gives a function: a new account, as an official of these roles."""

    def make(*roles):
        with database.writing() as session:
            return factories.account(session, now, *roles)

    return make


def test_the_desk_hands_in_and_the_person_takes_over(app, client, person, sign_in):
    sign_in(person(Role.REVIEWER))
    assert client.post("/desk/hand-in", data={**HANDED, "consent": ""}).status_code == 422
    missing = client.post("/desk/hand-in", data={**HANDED, "need": ""})
    assert missing.status_code == 422
    assert "Tell why it is needed." in missing.text
    receipt = client.post("/desk/hand-in", data=HANDED).headers["Location"]
    assert "02-555-0199" in client.get(receipt).text
    printed = client.post(receipt).text
    code = re.search(r'class="code">([A-Z0-9-]{19})<', printed)[1]
    assert "02-555-0199" not in printed  # which goes over the counter
    assert code not in client.get(receipt).text
    page = receipt.replace("/desk/hand-in", "/proposals")
    visitor = app.test_client()
    visitor.set_cookie("lang", "en")
    public = visitor.get(page).text
    assert "순이 할머니" in public
    assert "(handed in at the desk)" in public
    assert "02-555-0199" not in public + visitor.get("/journal").text
    sign_in(person())
    wrong = client.post("/proposals/claim", data={"code": "AAAA-AAAA"})
    assert wrong.status_code == 422
    client.post("/proposals/claim", data={"code": code.lower()})
    assert "그늘막" in client.get("/proposals/mine").text
    assert "(handed in at the desk for " in client.get(page).text
    assert client.get(receipt).status_code == 403


def test_the_desk_answers_for_a_person_with_that_consent(client, database, now, person, sign_in):
    sign_in(person(Role.REVIEWER))
    receipt = client.post("/desk/hand-in", data=HANDED).headers["Location"]
    page, desk = (
        receipt.replace("/desk/hand-in", root) for root in ("/proposals", "/desk/proposals")
    )
    assert client.get(f"{receipt}/answer").status_code == 409  # nothing is asked
    with database.writing() as session:
        proposal = session.get(Proposal, UUID(receipt.split("/")[-1]))
        proposals.move(
            session, proposal, "supplement", actor=OFFICE, now=now, reason="어느 하천길인가요?"
        )
    assert f'href="{receipt}/answer"' in client.get(desk).text
    form = client.get(f"{receipt}/answer").text
    assert "어느 하천길인가요?" in form
    base = unescape(re.search(r'name="base"[^>]*value="([^"]*)"', form)[1])
    said = {**HANDED, "base": base, "place": "목감천 하천길", "consent": "전화로 읽어 드림"}
    refused = client.post(f"{receipt}/answer", data={**said, "consent": ""})
    assert refused.status_code == 422
    assert "Write how the person agreed." in refused.text
    missing = client.post(f"{receipt}/answer", data={**said, "need": ""})
    assert (missing.status_code, "Tell why it is needed." in missing.text) == (422, True)
    with database.writing() as session:
        session.get(Proposal, UUID(receipt.split("/")[-1])).place = "안양천 하천길"
    stale = client.post(f"{receipt}/answer", data=said)
    assert stale.status_code == 409
    assert all(words in stale.text for words in ("목감천", "안양천", "전화로 읽어 드림"))
    base = unescape(re.search(r'name="base"[^>]*value="([^"]*)"', stale.text)[1])
    assert client.post(f"{receipt}/answer", data={**said, "base": base}).status_code == 302
    shown = client.get(page).text
    assert "목감천 하천길" in shown
    assert "The office answered in the name of the person" in shown
    assert "전화로 읽어 드림" not in shown + client.get("/journal").text
    assert "전화로 읽어 드림" in client.get(receipt).text
    sign_in(person())
    assert client.get(f"{receipt}/answer").status_code == 403
