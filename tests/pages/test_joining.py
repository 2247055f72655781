"""Supporting, merging, splitting and the idea box, through the client."""

import re

import pytest
from sqlalchemy import delete

from core.access import Role
from core.journal import Actor
from proposals.merging import services as merging
from proposals.models import Proposal
from proposals.supports import services as supports
from proposals.supports.models import Threshold
from tests import factories
from tests.factories import DAY

OFFICE = Actor(Role.BUDGET_OFFICER)


@pytest.fixture
def person(database, now):
    """Gives a function: a new account, as an official of these roles."""

    def make(*roles):
        with database.writing() as session:
            return factories.account(session, now, *roles)

    return make


@pytest.fixture
def made(database, now):
    """Gives a function: the id of a proposal at a status, of this author."""

    def make(author=None, status="received"):
        with database.writing() as session:
            author = session.merge(author) if author else None
            return factories.proposal(session, now, status=status, author=author).id

    return make


def test_a_visitor_is_led_to_sign_in_and_a_person_supports_and_takes_back(
    app, client, person, made, sign_in
):
    page = f"/proposals/{made()}"
    visitor = app.test_client()
    visitor.set_cookie("lang", "en")
    assert f'href="{page}/support"' in visitor.get(page).text
    assert visitor.get(f"{page}/support").headers["Location"].startswith("/sign-in")
    sign_in(person())
    assert "Support this" in client.get(f"{page}/support").text
    client.post(f"{page}/support", data={"act": "give"})
    assert "1 person supports this." in client.get(page).text
    client.post(f"{page}/support", data={"act": "give"})
    assert "1 person supports this." in client.get(page).text
    client.post(f"{page}/support", data={"act": "take_back"})
    assert "0 people support this." in client.get(page).text


def test_a_draft_has_no_supports_and_says_nothing(client, person, made, sign_in):
    author = person()
    page = f"/proposals/{made(author, 'draft')}"
    sign_in(author)
    assert "Support this" not in client.get(page).text
    assert client.post(f"{page}/support").status_code == 404


def test_no_figure_moves_while_people_vote(client, person, made, sign_in):
    page = f"/proposals/{made(status='on_ballot')}"
    sign_in(person())
    assert "Support this" not in client.get(page).text
    assert client.post(f"{page}/support").status_code == 409
    assert "Supports are closed" in client.get(f"{page}/support").text


def test_a_supporter_sees_what_changed_and_confirms(client, database, person, made, sign_in):
    proposal_id = made()
    page = f"/proposals/{proposal_id}"
    sign_in(person())
    client.post(f"{page}/support")
    with database.writing() as session:
        proposal = session.get(Proposal, proposal_id)
        proposal.need, proposal.cost_minor, proposal.neighbourhood = (
            "밤에 어두워요.",
            7_000_000,
            None,
        )
    assert "The text has changed since you supported it" in client.get(page).text
    shown = re.sub(
        r"\[(put in|taken out):\s*|]|<span[^>]*>|</span>", "", client.get(f"{page}/support").text
    )
    assert re.search(r"<ins>밤에\s*</ins>어두워요\.", shown)  # the word that came, and no other
    for gone, new in (("₩10,000,000", "₩7,000,000"), ("Cheolsan 3-dong", "Whole city")):
        assert f"<del>{gone}</del> <ins>{new}</ins>" in shown
    assert "건널목에 신호등을 달아요." not in shown  # what reads the same
    client.post(f"{page}/support", data={"act": "confirm"})
    assert "The text has changed" not in client.get(page).text


def test_what_is_owed_is_public_with_its_lateness_and_answered_by_the_right_role(
    client, database, now, person, made, sign_in, monkeypatch
):
    proposal_id = made()
    with database.writing() as session:
        limit = Threshold(kind="answer", supports=1, within_days=30, due_days=5, role="reviewer")
        supports.set_threshold(session, limit, actor=OFFICE, now=now - 10 * DAY)
        giver = factories.account(session, now)
        proposal = session.get(Proposal, proposal_id)
        supports.give(session, proposal, account_id=giver.id, now=now - 9 * DAY)
    for page in ("/answers", f"/proposals/{proposal_id}"):
        assert "4 days overdue" in client.get(page).text
    assert "1 supports were reached: A department&#39;s answer" in client.get("/journal").text
    sign_in(person(Role.BUDGET_OFFICER))
    assert "Write the answer" not in client.get("/answers").text
    sign_in(person(Role.REVIEWER))
    answer = re.search(r'href="(/desk/answers/[^"]+)"', client.get("/answers").text)[1]
    assert client.post(answer, data={"answer": ""}).status_code == 422
    client.post(answer, data={"answer": "5월에 놓습니다."})
    assert client.post(answer, data={"answer": "아니요."}).status_code == 409
    shown = client.get(f"/proposals/{proposal_id}").text
    assert "5월에 놓습니다." in shown
    assert "overdue" not in shown


def test_the_mayors_reply_says_who_entered_it_for_whom(
    client, database, now, person, made, sign_in
):
    proposal_id = made()
    with database.writing() as session:
        limit = Threshold(kind="reply", supports=1, due_days=5, role="budget_officer")
        supports.set_threshold(session, limit, actor=OFFICE, now=now)
        proposal, giver = session.get(Proposal, proposal_id), factories.account(session, now)
        supports.give(session, proposal, account_id=giver.id, now=now)
    sign_in(person(Role.BUDGET_OFFICER))
    answer = re.search(r'href="(/desk/answers/[^"]+)"', client.get("/answers").text)[1]
    assert "Write what the mayor has said or signed." in client.get(answer).text
    client.post(answer, data={"answer": "가을에 놓겠습니다."})
    for page in (f"/proposals/{proposal_id}", "/answers", "/journal", answer):
        assert "Entered by: Budget office, for the mayor" in client.get(page).text


def test_the_office_calls_for_an_answer_and_sets_thresholds(client, person, made, sign_in):
    proposal_id = made()
    sign_in(person(Role.BUDGET_OFFICER))
    page = f"/desk/proposals/{proposal_id}/obligation"
    assert client.post(page, data={"kind": "forum"}).status_code == 422
    client.post(page, data={"kind": "forum", "reason": "비탈이 무너져요."})
    assert "비탈이 무너져요." in client.get(f"/proposals/{proposal_id}").text
    wrong = client.post("/desk/thresholds", data={"kind": "forum", "supports": "0"})
    assert wrong.status_code == 422
    data = {
        "kind": "forum",
        "supports": "70",
        "within_days": "",
        "due_days": "20",
        "role": "reviewer",
    }
    client.post("/desk/thresholds", data=data)
    assert 'value="70"' in client.get("/desk/thresholds").text
    assert "From 70 supports on: A public forum, within 20 days." in client.get("/answers").text


def test_two_authors_make_one_of_two(client, database, person, made, sign_in):
    one, other = person(), person()
    part, into = made(one), made(other)
    with database.reading() as session:
        number = session.get(Proposal, into).receipt.number
    sign_in(one)
    page = f"/proposals/{part}/merge"
    wrong = {"into_number": "99999", "reason": "same"}
    assert "No proposal on its way has this number: 99999." in client.post(page, data=wrong).text
    assert client.post(page, data={"reason": "same"}).status_code == 422
    others = {"into_number": str(number), "others": "88888", "reason": "same"}
    assert "88888" in client.post(page, data=others).text
    merge = client.post(page, data={"into_number": str(number), "reason": "같은 길"}).headers[
        "Location"
    ]
    assert "You have agreed to this text." in client.get(merge).text
    assert "A merge waits for its authors" in client.get(f"/proposals/{into}").text
    sign_in(person())
    assert client.get(merge).status_code == 404
    sign_in(other)
    assert merge in client.get("/proposals/asked").text
    assert client.post(f"{merge}/refuse", data={"reason": ""}).status_code == 422
    assert client.post(f"{merge}/agree", data={"digest": "zz"}).status_code == 409
    digest = re.search(r'name="digest"[^>]*value="([0-9a-f]+)"', client.get(merge).text)[1]
    client.post(f"{merge}/agree", data={"digest": digest})
    assert "All authors agreed." in client.get(merge).text
    shown = client.get(f"/proposals/{into}").text
    assert "What became part of it" in shown
    assert "became part of this one, with the consent of all authors: 1." in shown
    assert f'href="/proposals/{into}"' in client.get(f"/proposals/{part}").text
    sign_in(person(Role.BUDGET_OFFICER))
    assert merge in client.get(f"/proposals/{into}").text
    undo = f"/desk{merge}/undo"
    assert undo in client.get(merge).text
    assert client.post(undo, data={}).status_code == 422
    client.post(undo, data={"reason": "다른 길이에요."})
    assert "다른 길이에요." in client.get(f"/proposals/{part}").text
    assert client.post(undo, data={"reason": "again"}).status_code == 409
    assert "It cannot be undone" in client.get(undo).text


def test_an_author_merges_into_a_draft_or_takes_the_merge_back(client, person, made, sign_in):
    author = person()
    part, draft = made(author), made(author, "draft")
    other = made(person())
    sign_in(author)
    page = f"/proposals/{part}/merge"
    assert str(draft) in client.get(page).text
    merge = client.post(page, data={"draft": str(draft), "reason": "새 글"}).headers["Location"]
    assert "All authors agreed." in client.get(merge).text  # there is but one
    assert client.get(f"/proposals/{other}/merge").status_code == 200
    assert client.get(f"/proposals/{part}/merge").status_code == 404
    stays = "was a draft that the merge handed in. It stays handed in"
    assert stays not in client.get(merge).text  # nobody has asked yet
    sign_in(person(Role.BUDGET_OFFICER))
    assert stays in client.get(f"/desk{merge}/undo").text
    client.post(f"/desk{merge}/undo", data={"reason": "다른 길이에요."})
    sign_in(author)
    assert stays in client.get(merge).text
    assert client.get(f"/proposals/{draft}/withdraw").status_code == 200


def test_the_proposer_takes_a_merge_back(client, database, now, person, made, sign_in):
    author = person()
    part, into = made(author), made(person())
    with database.writing() as session:
        actor = Actor("citizen", author.id)
        merge = merging.propose(session, {part}, into, "same", actor=actor, now=now).id
    sign_in(author)
    client.post(f"/merges/{merge}/take-back")
    assert "The merge was taken back." in client.get(f"/merges/{merge}").text
    assert client.post(f"/merges/{merge}/take-back").status_code == 409


def test_a_refusal_says_why(client, database, now, person, made, sign_in):
    author = person()
    part, into = made(author), made(person())
    with database.writing() as session:
        merge = merging.propose(session, {part}, into, "same", actor=OFFICE, now=now).id
    sign_in(author)
    client.post(f"/merges/{merge}/refuse", data={"reason": "제 것은 다른 골목이에요."})
    assert "제 것은 다른 골목이에요." in client.get(f"/merges/{merge}").text
    assert "제 것은 다른 골목이에요." in client.get(f"/proposals/{into}").text


@pytest.mark.parametrize("titles", ["하나", "하나\n둘\n셋\n넷\n다섯", "하나\n" + "x" * 61])
def test_a_split_needs_some_titles(client, person, made, sign_in, titles):
    author = person()
    page = f"/proposals/{made(author)}/split"
    sign_in(author)
    assert client.post(page, data={"titles": titles}).status_code == 422


def test_parts_are_drafts_that_name_the_whole(client, person, made, sign_in):
    author = person()
    page = f"/proposals/{made(author)}"
    sign_in(author)
    client.post(f"{page}/split", data={"titles": "앞 골목\n뒤 골목"})
    mine = client.get("/proposals/mine").text
    assert "앞 골목" in mine
    part = re.search(r'href="(/proposals/[^"]+)/edit">앞|href="([^"]+)/edit"[^>]*>.{0,40}앞', mine)
    shown = client.get(next(filter(None, part.groups()))).text
    assert "Begun as a part of" in shown
    assert page in shown
    sign_in(person())
    assert client.get(f"{page}/split").status_code == 403


def test_a_reader_asks_to_write_and_is_accepted(client, person, made, sign_in):
    author, reader = person(), person()
    page = f"/proposals/{made(author)}"
    sign_in(reader)
    assert "Ask to write it together" in client.get(page).text
    client.post(f"{page}/ask", data={"message": "저도 거기 살아요."})
    assert "Ask to write it together" not in client.get(page).text
    assert client.post(f"{page}/ask").status_code == 409
    sign_in(author)
    asked = client.get("/proposals/asked").text
    assert "저도 거기 살아요." in asked
    answer = re.search(r'action="(/proposals/[^"]*/requests/[^"]*)"', asked)[1]
    client.post(answer, data={"act": "accept"})
    assert client.post(answer, data={"act": "decline"}).status_code == 404
    sign_in(reader)
    assert "Proposals of others that you belong to" in client.get("/proposals/mine").text


def test_an_idea_is_written_found_supported_and_made_a_proposal(app, client, person, sign_in):
    author, maker = person(), person()
    sign_in(author)
    assert client.post("/ideas/new", data={"title": "의자"}).status_code == 422
    idea = client.post("/ideas/new", data={"title": "골목 의자", "text": "쉬어 가요."}).headers[
        "Location"
    ]
    assert "골목 의자" in app.test_client().get("/ideas?q=골목의자").text
    assert "골목 의자" not in app.test_client().get("/ideas?q=자전거").text
    sign_in(maker)
    client.post(f"{idea}/support", data={"act": "give"})
    assert "1 person supports this." in client.get(idea).text
    client.post(f"{idea}/support", data={"act": "take_back"})
    edit = client.post(f"{idea}/proposal").headers["Location"]
    assert "쉬어 가요." in client.get(edit).text
    assert "Made of the idea of" in client.get(edit.removesuffix("/edit")).text
    assert client.get(f"{idea}/withdraw").status_code == 403
    sign_in(author)
    assert "asks you to be a co-author" in client.get("/proposals/asked").text
    assert client.post(f"{idea}/withdraw").status_code == 409


def test_an_idea_that_was_taken_back_is_gone(client, person, sign_in):
    sign_in(person())
    idea = client.post("/ideas/new", data={"title": "x", "text": "y"}).headers["Location"]
    assert "Nobody sees it any more." in client.get(f"{idea}/withdraw").text
    client.post(f"{idea}/withdraw")
    assert client.get(idea).status_code == 404


def test_the_pages_cost_the_same_however_many_there_are(
    client, database, now, person, made, sign_in, count_queries
):
    author = person(Role.BUDGET_OFFICER)
    proposal_id = made(author)
    pages = (f"/proposals/{proposal_id}", "/answers", "/ideas", "/proposals/asked")

    def grow(count):
        with database.writing() as session:
            proposal = session.get(Proposal, proposal_id)
            for _ in range(count):
                giver = factories.account(session, now)
                supports.give(session, proposal, account_id=giver.id, now=now)
                twin = factories.proposal(session, now, status="received", author=giver)
                supports.call(session, twin, "forum", "x", actor=OFFICE, now=now)
                merging.propose(
                    session, {twin.id}, _fresh(session, now, author), "x", actor=OFFICE, now=now
                )
        sign_in(author)
        for serial in range(count):
            client.post("/ideas/new", data={"title": f"idea {serial}", "text": "text"})

    def asked(path):
        with count_queries() as sent:
            assert client.get(path).status_code == 200
        return sum(statement.startswith(("SELECT", "WITH")) for statement in sent)

    grow(2)
    few = [asked(path) for path in pages]
    grow(8)
    assert [asked(path) for path in pages] == few
    assert max(few) <= 12


def _fresh(session, now, author):
    return factories.proposal(session, now, status="received", author=session.merge(author)).id


def test_a_city_owes_nothing_until_it_sets_what_and_is_suggested_the_usual(
    client, database, sign_in, now
):
    with database.writing() as session:
        office = factories.account(session, now, Role.BUDGET_OFFICER)
        session.execute(delete(Threshold))
    sign_in(office)
    assert "supports on" not in client.get("/answers").text
    suggested = client.get("/desk/thresholds").text
    assert all(f'value="{figure}"' in suggested for figure in (50, 100, 1000))
