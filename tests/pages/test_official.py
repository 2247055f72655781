"""An official's whole way by page: from an empty desk to the agenda."""

import re
from uuid import uuid4

import pytest

from ballots.closing import CHECKS
from budget import queries, services, slate
from core import clock
from core.access import Role
from tests import factories
from tests.factories import DAY

FORM = {
    "slug": "2027", "fiscal_year": "2027", "title_ko": "우리 예산", "title_en": "Our budget",
    "goal_ko": "목표", "goal_en": "Goal", "next_ko": "다음", "next_en": "Next",
    "fund_minor": "1억 원", "opens_at": "2026-09-01T09:00", "closes_at": "2026-09-20T18:00",
    "roll_kind": "declared", "grounds": ["lives", "works", "studies"], "least_age": "14",
    "kind": "approval", "max_picks": "3", "picks-safety-construction": "2",
    "count_rule": "greedy_cost", "minimum_votes": "1", "tie_rule": "cost_then_lot",
}  # fmt: skip


@pytest.fixture
def officials(database, now):
    with database.writing() as session:
        return {role: factories.account(session, now, role) for role in Role}


def test_a_cycle_by_page_from_preparation_to_delivery(
    client, database, now, officials, sign_in, monkeypatch, integrate
):
    def as_(role):
        sign_in(officials[role])

    def together(name, **data):
        """The poll manager proposes, the auditor confirms."""
        for role, step in ((Role.POLL_MANAGER, "propose"), (Role.AUDITOR, "confirm")):
            as_(role)
            answer = client.post(f"/desk/cycles/2027/{name}/{step}", data=data)
            assert answer.status_code == 302, answer.text

    def act(name, **data):
        before = client.get(f"/desk/cycles/2027/{name}").text
        phase = before.split('name="phase"')[1].split('value="')[1].split('"')[0]
        answer = client.post(f"/desk/cycles/2027/{name}", data={"phase": phase, **data})
        assert answer.status_code == 302, answer.text

    with database.writing() as session:
        proposals = [factories.proposal(session, now, status="received").id for _ in range(2)]
    as_(Role.BUDGET_OFFICER)
    assert "No cycle yet" in client.get("/desk").text
    assert client.get("/desk/cycles/new").status_code == 200
    assert client.post("/desk/cycles/new", data=FORM).headers["Location"] == "/desk/cycles/2027"
    assert client.get("/cycles/2027").status_code == 404  # only prepared
    assert "100,000,000" in client.get("/desk/cycles/2027/edit").text
    client.post("/desk/cycles/2027/edit", data={**FORM, "goal_en": "A better goal"})
    act("call")
    assert "A better goal" in client.get("/cycles/2027").text
    act("review")
    for id_ in proposals:
        assert client.post(f"/desk/proposals/{id_}", data={"to": "dept_review"}).status_code == 302
    as_(Role.REVIEWER)
    for id_ in proposals:
        assert (
            client.post(f"/desk/proposals/{id_}", data={"to": "fit"}).status_code == 422
        )  # no reason
        assert (
            client.post(
                f"/desk/proposals/{id_}", data={"to": "fit", "reason": "can be done"}
            ).status_code
            == 302
        )
    assert client.get("/desk/proposals?status=fit").text.count("/desk/proposals/") >= 2
    as_(Role.BUDGET_OFFICER)
    assert "Put on the slate" in client.get("/desk/cycles/2027/slate").text
    for id_, cost in zip(proposals, ("60,000,000", "50,000,000"), strict=True):
        client.post(f"/desk/cycles/2027/slate/{id_}", data={"cost_minor": cost})
    client.post(f"/desk/cycles/2027/slate/{proposals[0]}", data={"cost_minor": "much"})
    client.post(f"/desk/cycles/2027/slate/{proposals[0]}", data={"remove": "1"})
    client.post(f"/desk/cycles/2027/slate/{proposals[0]}", data={"cost_minor": "60,000,000"})
    act("freeze")
    act("thaw")
    act("freeze")
    together("open")
    assert "until" in client.get("/").text
    contest = client.get("/cycles/2027").text.split("/votes/")[1].split('"')[0].split("/")[0]
    client.post(f"/votes/{contest}/cast", data={"choice": ["1", "2"], "nonce": "00" * 32})
    as_(Role.POLL_MANAGER)
    early = client.post("/desk/cycles/2027/stop/propose", data={"reason": " "})
    assert early.status_code == 422
    together("stop", reason="everyone has voted")
    integrate()
    together("close", read=list(CHECKS))
    as_(Role.TALLY_OFFICER)
    counting = client.post("/desk/cycles/2027/count", data={"phase": "closed"})
    assert counting.headers["Location"] == "/desk/cycles/2027/lot"
    lot = "/desk/cycles/2027/lot"
    assert client.post(f"{lot}/seed", data={"seed": "1 2 3"}).status_code == 422
    assert client.post(f"{lot}/seed", data={"seed": "1 2 3 4 5 " * 4}).status_code == 302
    assert "Take it back" in client.get(lot).text
    assert client.post(f"{lot}/confirm").status_code == 403  # the same officer
    client.post(f"{lot}/withdraw")
    client.post(f"{lot}/seed", data={"seed": "1 2 3 4 5 " * 4})
    as_(Role.AUDITOR)
    assert "12345123451234512345" in client.get(lot).text
    assert client.post(f"{lot}/confirm").status_code == 302
    as_(Role.TALLY_OFFICER)
    act("publish")
    outcome = client.get("/cycles/2027/outcome").text
    assert "1 project is funded" in outcome
    assert "12345123451234512345" in outcome
    assert "stood level" in outcome
    task = client.get("/agenda").text.split("/agenda/")[1].split('"')[0]
    as_(Role.BUDGET_OFFICER)
    assert "Put into the draft budget" in client.get(f"/agenda/{task}").text
    client.post(f"/agenda/{task}/draft", data={"amount": ""})
    client.post(f"/agenda/{task}/draft", data={"amount": "50,000,000"})
    as_(Role.COUNCIL_CLERK)
    client.post(f"/agenda/{task}/decide", data={"amount": "what"})
    assert client.post(f"/agenda/{task}/decide", data={"amount": "60,000,000"}).status_code == 422
    client.post(f"/agenda/{task}/decide", data={"amount": "40,000,000", "reason": "cheaper"})
    as_(Role.REVIEWER)
    client.post(f"/agenda/{task}/report", data={"to": "in_progress", "spent": "x"})
    client.post(
        f"/agenda/{task}/report",
        data={
            "to": "in_progress",
            "spent": "1,000",
            "next_step": "=build",
            "next_on": "2026-08-01",
            "department": "Roads",
        },
    )
    page = client.get(f"/agenda/{task}").text
    assert "In progress" in page
    assert "overdue" in page
    assert "'=build" in client.get("/agenda?format=csv").text
    journal = client.get("/journal").text
    assert "voting was closed" in journal
    assert "put on the slate for ₩50,000,000" in journal
    assert (
        client.get("/journal?format=json&about=cycle").json["entries"][0]["act"] == "cycle.publish"
    )
    monkeypatch.setattr(clock, "now", lambda: now + DAY)


def test_who_votes_is_decided_kept_and_told(client, officials, sign_in):
    sign_in(officials[Role.BUDGET_OFFICER])
    asked = FORM | {
        "roll_kind": "listed", "grounds": ["lives", "works"], "neighbourhoods": ["haan-1"],
        "least_age": "16", "age_on": "2026-09-01",
    }  # fmt: skip
    client.post("/desk/cycles/new", data=asked)
    page = client.get("/desk/cycles/2027/edit").text
    for kept in ('value="listed"', 'value="lives"', 'value="haan-1"'):
        assert re.search(rf"(selected|checked)[^>]*{kept}", page), kept
    assert not re.search(r'checked[^>]*value="studies"', page)
    assert 'value="2026-09-01"' in page
    client.post("/desk/cycles/2027/call", data={"phase": "preparing"})
    told = client.get("/cycles/2027").text
    assert "Everyone who lives or works in the city." in told
    assert "Only in these neighbourhoods: Haan 1-dong." in told
    assert "Voters are 16 or older on Tue 1 Sep 2026." in told
    assert "a letter brings each of them a code" in told


def test_how_secret_a_vote_is_stands_in_the_rules_and_freezes_with_them(
    client, database, now, officials, sign_in
):
    sign_in(officials[Role.BUDGET_OFFICER])
    client.post("/desk/cycles/new", data=FORM | {"publication": "open", "credential": "blind"})
    page = client.get("/desk/cycles/2027/edit").text
    assert "Voters must keep a recovery code" in page
    for kept in ('value="open"', 'value="blind"'):
        assert re.search(rf"selected[^>]*{kept}", page), kept
    assert "By blind token, which nothing joins" in client.get("/desk/cycles/2027").text
    client.post("/desk/cycles/2027/call", data={"phase": "preparing"})
    told = client.get("/cycles/2027").text
    assert "Ballots bear blind tokens" in told
    assert "The vote is open" in told
    with database.writing() as session:
        digests = set()
        for credential in ("linked", "blind"):
            for publication in ("sealed", "open"):
                cycle = queries.cycle(session, "2027")
                cycle.contest.credential, cycle.contest.publication = credential, publication
                slate.fix_digest(session, cycle)
                digests.add(cycle.contest.rules_digest)
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [({"slug": "Our Budget"}, "Only small letters"),
        ({"title_en": "  "}, "Write a title"), ({"closes_at": "2026-08-01T10:00"}, "must close after"),
     ({"fund_minor": "lots"}, "Write the amount"), ({"opens_at": "soon"}, "Write the day"), ({"max_picks": "0"}, "from 1 to 500"), ({"grounds": []}, "Tick at least one"), ({"least_age": ""}, "Write the age"), ({"least_age": "200"}, "from 0 to 120"), ({"neighbourhoods": ["yeoksam"]}, "Please look at this again"), ({"age_on": "soon"}, "Please look at this again"),
     ({"picks-safety-construction": "two"}, "whole numbers above zero")],
)  # fmt: skip
def test_what_is_wrong_in_a_plan_is_said(client, officials, sign_in, change, said):
    sign_in(officials[Role.BUDGET_OFFICER])
    answer = client.post("/desk/cycles/new", data=FORM | change)
    assert answer.status_code == 422
    assert said in answer.text


def test_from_any_task_two_clicks_reach_proposal_count_and_cycle(client, database, now, keys):
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="published", keys=keys, ballots_cast=[[1]])
    page = client.get("/agenda").text
    task = "/agenda/" + page.split("/agenda/")[1].split('"')[0]
    text = client.get(task).text
    proposal = "/proposals/" + text.split('href="/proposals/')[1].split('"')[0]
    assert f'href="/cycles/{cycle.slug}/projects/' in text
    assert f'href="/cycles/{cycle.slug}"' in text
    back = client.get(proposal).text
    assert client.get(f"{proposal}/agenda").headers["Location"] == task
    assert (
        client.get(f"{proposal}/vote")
        .headers["Location"]
        .startswith(f"/cycles/{cycle.slug}/projects/")
    )
    assert f"{proposal}/agenda" in back
    assert (
        client.get(f"/contests/{cycle.contest_id}").headers["Location"] == f"/cycles/{cycle.slug}"
    )


def test_pages_of_a_cycle_cost_the_same_however_large_it_is(
    client, database, now, keys, count_queries
):
    seen = []
    for costs in ([1] * 3, [1] * 40):
        with database.writing() as session:
            slug = factories.cycle(
                session, now, phase="published", keys=keys, costs=costs, ballots_cast=[[1]]
            ).slug
        numbers = []
        for path in (
            f"/cycles/{slug}",
            f"/cycles/{slug}/outcome",
            f"/cycles/{slug}/projects/1",
            f"/agenda?cycle={slug}",
            "/",
            "/proposals",
            "/journal",
        ):
            with count_queries() as statements:
                assert client.get(path).status_code == 200
            numbers.append(len(statements))
        seen.append(numbers)
    assert all(large <= small for small, large in zip(*seen, strict=True)), seen
    assert max(seen[0]) <= 14


def test_the_auditor_reads_the_desk_and_changes_nothing(client, database, now, officials, sign_in):
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="reviewing")
        waiting = factories.proposal(session, now, status="dept_review").id
    sign_in(officials[Role.AUDITOR])
    for path in (
        "/desk",
        f"/desk/cycles/{cycle.slug}",
        f"/desk/cycles/{cycle.slug}/slate",
        "/desk/proposals?status=draft",
        f"/desk/proposals/{waiting}",
    ):
        assert client.get(path).status_code == 200
    assert (
        client.post(f"/desk/proposals/{waiting}", data={"to": "fit", "reason": "x"}).status_code
        == 422
    )
    assert client.post(f"/desk/cycles/{cycle.slug}/freeze").status_code == 403


def test_an_outcome_by_equal_shares_is_told_and_recounted(
    database, client, keys, now, both_languages
):
    with database.writing() as session:
        cycle = factories.cycle(
            session, now, phase="published", keys=keys, slug="shares", fund_minor=120,
            count_rule="mes_cost_add1u", ballots_cast=[[1], [1, 2], [2], [3], [3]],
        )  # fmt: skip
        assert services.recount(session, cycle)
    page = client.get("/cycles/shares/outcome")
    assert page.status_code == 200
    expected = {"en": "supporters paid", "ko": "지지자들이"}[both_languages]
    assert expected in page.text
    assert client.get("/rules/mes_cost_add1u").status_code == 200


def test_a_line_of_the_journal_leads_to_its_cycle(client, database, now):
    with database.writing() as session:
        made = factories.cycle(session, now, phase="collecting")
    shown = client.get("/journal").text
    address = shown.split('href="/cycles/by-id/')[1].partition('"')[0]
    answer = client.get(f"/cycles/by-id/{address}")
    assert answer.headers["Location"] == f"/cycles/{made.slug}"
    assert client.get(f"/cycles/by-id/{uuid4()}").status_code == 404
