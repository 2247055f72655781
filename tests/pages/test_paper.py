"""Paper through the client: what clerks and officers see, and what they must not."""

import re

import pytest

from ballots import log, services
from ballots.board import leaves
from ballots.closing import CHECKS
from ballots.paper import printing, queries, stations
from ballots.paper.models import Batch
from core import typesetting
from core.access import Role
from tests import factories


@pytest.fixture
def vote(database, now, keys):
    with database.writing() as session:
        made = factories.cycle(session, now, keys=keys, max_picks=2)
        stations.add(session, made.contest_id, "Hall")
    return made


@pytest.fixture
def base(vote) -> str:
    return f"/desk/votes/{vote.contest_id}/paper"


@pytest.fixture
def as_(database, now, sign_in):
    """Sign in as one of five: three clerks, two officers; always the same account for a name."""
    people = {}

    def do(name: str) -> None:
        if name not in people:
            role = Role.POLL_MANAGER if "officer" in name else Role.POLL_CLERK
            with database.writing() as session:
                people[name] = factories.account(session, now, role)
        sign_in(people[name])

    return do


@pytest.fixture
def declared(client, as_, base, database):
    """A batch of two sheets, confirmed."""
    as_("one")
    answer = client.post(f"{base}/batches", data={"station": "Hall", "seal": "A 12", "sheets": "2"})
    batch = answer.headers["Location"]
    as_("two")
    client.post(f"{batch}/confirm")
    return batch


def kinds(database, contest_id) -> list[str]:
    with database.reading() as session:
        told = log.leaves(session.connection(), contest_id)
        return [leaves.read(leaf)["t"] for leaf in told]


def types(client, batch: str, *texts: str) -> None:
    client.post(f"{batch}/begin")
    for sheet, text in enumerate(texts, start=1):
        assert client.post(f"{batch}/key", data={"sheet": sheet, "typed": text}).status_code == 200
    client.post(f"{batch}/finish")


def test_two_clerks_and_a_third_bring_a_batch_into_the_log(
    client, as_, base, declared, database, vote, both_languages
):
    as_("one")
    types(client, declared, "1 3", "0")
    as_("two")
    assert "1 3" not in client.get(declared).text
    types(client, declared, "1 3", "*")
    assert kinds(database, vote.contest_id) == ["open", "batch"]
    as_("one")
    assert client.post(f"{declared}/begin").status_code == 403
    as_("three")
    client.post(f"{declared}/begin")
    page = client.get(f"{declared}/key").text
    assert "<b data-first>0</b>" in page
    assert "<b data-second>*</b>" in page
    client.post(f"{declared}/key", data={"sheet": 2, "typed": "0"})
    client.post(f"{declared}/finish")
    assert kinds(database, vote.contest_id)[2:] == ["paper", "paper", "batch-close"]
    assert client.get(f"{base}").status_code == 200


def test_one_request_keys_a_sheet_and_shows_the_next(client, as_, declared):
    as_("one")
    client.post(f"{declared}/begin")
    page = client.get(f"{declared}/key").text
    assert "Sheet 1" in page
    page = client.post(f"{declared}/key", data={"sheet": 1, "typed": "2"}).text
    assert "Sheet 2" in page
    assert "1 of 2 sheets typed" in page
    assert re.search(r'href="[^"]*sheet=1"', page)
    page = client.get(f"{declared}/key?sheet=1").text
    assert 'value="2"' in page
    page = client.post(f"{declared}/key", data={"sheet": 2, "typed": "1"}).text
    assert "All sheets are typed" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1 2 3", "at most 2"),
        ("9", "no option 9"),
        ("1 1", "typed twice"),
        ("one", "cannot be read"),
        ("", "Nothing was typed"),
    ],
)
def test_a_bad_entry_is_refused_and_stays_in_the_field(client, as_, declared, typed, said):
    as_("one")
    client.post(f"{declared}/begin")
    answer = client.post(f"{declared}/key", data={"sheet": 1, "typed": typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert "Sheet 1" in answer.text
    answer = client.post(
        f"{declared}/key", data={"sheet": 1, "typed": typed}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    assert said in answer.json["refused"]
    assert answer.json["sheet"]["number"] == 1


def test_a_clerk_may_record_a_sheet_beyond_the_rule_as_spoiled(client, as_, declared, database):
    as_("one")
    client.post(f"{declared}/begin")
    page = client.post(f"{declared}/key", data={"sheet": 1, "typed": "1 2 3"}).text
    assert re.search(r"data-spoil\s*>", page)
    page = client.post(f"{declared}/key", data={"sheet": 1, "typed": "x"}).text
    assert re.search(r"data-spoil hidden>", page)
    answer = client.post(
        f"{declared}/key", data={"sheet": 1, "typed": "*"},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.json == {
        "sheet": {
            "number": 2, "before": 1, "typed": "", "is_again": False, "done": 1, "due": 2,
            "first": "", "second": "",
        }
    }  # fmt: skip


def test_nobody_types_at_a_place_that_is_not_theirs(client, as_, declared):
    as_("one")
    assert client.get(f"{declared}/key").status_code == 404
    assert client.post(f"{declared}/key", data={"sheet": 1, "typed": "1"}).status_code == 404
    assert client.post(f"{declared}/finish").status_code == 404


def test_who_declares_cannot_confirm_and_may_withdraw(client, as_, base, database, vote):
    as_("one")
    answer = client.post(f"{base}/batches", data={"station": "Hall", "seal": "7", "sheets": "5"})
    batch = answer.headers["Location"]
    assert "A second clerk now signs in" in client.get(batch).text
    assert client.post(f"{batch}/confirm").status_code == 403
    assert client.post(f"{batch}/withdraw").headers["Location"] == base
    assert client.get(batch).status_code == 404
    assert kinds(database, vote.contest_id) == ["open"]


@pytest.mark.parametrize(
    "data",
    [
        {"station": "Hull", "seal": "1", "sheets": "5"},
        {"station": "Hall", "seal": "", "sheets": "5"},
        {"station": "Hall", "seal": "a\tb", "sheets": "5"},
        {"station": "Hall", "seal": "1", "sheets": "0"},
        {"station": "Hall", "seal": "1", "sheets": "2001"},
    ],
)
def test_a_declaration_is_whole_or_none(client, as_, base, database, vote, data):
    as_("one")
    assert client.post(f"{base}/batches", data=data).status_code == 422
    with database.reading() as session:
        assert session.query(Batch).count() == 0


def test_two_officers_open_a_batch_again(client, as_, declared, database, vote):
    for clerk in ("one", "two"):
        as_(clerk)
        types(client, declared, "1", "2")
    form = {"sheets": "2", "why": "held the wrong way round", "document": "2026-17"}
    assert client.post(f"{declared}/reopen", data=form).status_code == 403
    as_("first officer")
    assert client.post(f"{declared}/reopen", data=form | {"sheets": "b"}).status_code == 422
    assert client.post(f"{declared}/reopen", data=form | {"sheets": "3"}).status_code == 422
    client.post(f"{declared}/reopen", data=form)
    assert client.post(f"{declared}/agree").status_code == 403
    as_("second officer")
    assert "held the wrong way round" in client.get(declared).text
    client.post(f"{declared}/agree")
    assert kinds(database, vote.contest_id)[-1] == "void"
    client.post(f"{declared}/begin")
    assert "Sheet 2" in client.get(f"{declared}/key").text
    as_("first officer")
    client.post(f"{declared}/discard", data={"place": "1"})
    assert client.post(f"{declared}/discard").status_code == 409
    assert "not begun" in client.get(declared).text
    journal = client.get("/journal").text
    assert "sheets 2 of batch 1 were made void, document 2026-17" in journal


def test_a_proposal_can_be_dropped(client, as_, declared):
    for clerk in ("one", "two"):
        as_(clerk)
        types(client, declared, "1", "2")
    as_("first officer")
    form = {"sheets": "1-2", "why": "doubt", "document": "18"}
    client.post(f"{declared}/reopen", data=form)
    client.post(f"{declared}/drop")
    assert "It is proposed" not in client.get(declared).text


def test_stations_show_zero_instead_of_nothing(client, as_, base, database, vote, keys):
    as_("first officer")
    assert client.post(f"{base}/stations", data={"name": ""}).status_code == 422
    client.post(f"{base}/stations", data={"name": "Market"})
    assert client.post(f"{base}/stations", data={"name": "Market"}).status_code == 409
    with database.writing() as session:
        services.enrol(session, vote.contest_id, ["kim"])
        services.mark_paper(session, vote.contest_id, "kim", keys=keys, station="Hall")
    page = client.get(base).text
    assert "1 sheet did not come back" in page
    assert page.count('data-label="Sheets handed out">0<') == 1
    assert client.post(f"{base}/stations/remove", data={"name": "Hall"}).status_code == 409
    client.post(f"{base}/stations/remove", data={"name": "Market"})
    assert client.post(f"{base}/stations/remove", data={"name": "Market"}).status_code == 404
    as_("one")
    assert client.post(f"{base}/stations", data={"name": "Other"}).status_code == 403


def test_no_count_of_what_was_typed_is_shown(client, as_, base, declared, vote):
    for clerk in ("one", "two"):
        as_(clerk)
        types(client, declared, "1", "0")
    as_("first officer")
    for address in (base, declared, "/journal"):
        assert not re.search(r"\b(typed|blank|spoiled)\W+[0-9]", client.get(address).text)


def test_the_desk_does_not_close_over_an_open_batch(client, as_, declared, vote):
    as_("first officer")
    answer = client.post(f"/desk/cycles/{vote.slug}/close/propose", data={"read": list(CHECKS)})
    assert answer.status_code == 409
    assert "stopped, batches" in answer.text


def test_the_ballot_is_printed_once_the_slate_is_frozen(client, as_, base, database, now, keys):
    as_("first officer")
    answer = client.get(f"{base}/ballot.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert answer.data == client.get(f"{base}/ballot.pdf").data
    with database.writing() as session:
        early = factories.cycle(session, now, phase="collecting")
    assert client.get(f"/desk/votes/{early.contest_id}/paper/ballot.pdf").status_code == 404


@pytest.mark.parametrize("kind", ["approval", "knapsack", "choose_one", "ordinal", "cumulative"])
def test_a_ballot_says_in_both_languages_how_to_fill_it_in(database, now, kind):
    with database.writing() as session:
        made = factories.cycle(session, now, phase="frozen", kind=kind, max_picks=None)
        session.flush()
        session.refresh(made.contest)
        content = printing.content(session, made.contest)
    assert len({rule["en"] for rule in content["rules"]}) == len(content["rules"])
    for rule in content["rules"]:
        assert re.search("[가-힣]", rule["ko"])
        assert not re.search("[가-힣]", rule["en"])
    (group,) = content["groups"]
    assert [option["number"] for option in group["options"]] == [1, 2, 3]
    assert group["options"][0]["cost"] == {"ko": "60원", "en": "₩60"}


def test_without_a_korean_font_it_says_so(client, as_, base, monkeypatch):
    typesetting.font.cache_clear()
    monkeypatch.setattr(typesetting, "FONTS", ("No such face",))
    as_("first officer")
    answer = client.get(f"{base}/ballot.pdf")
    assert answer.status_code == 503
    assert "No Korean font" in answer.text


def test_an_auditor_reads_and_changes_nothing(client, database, now, sign_in, base, declared):
    with database.writing() as session:
        auditor = factories.account(session, now, Role.AUDITOR)
    sign_in(auditor)
    assert client.get(base).status_code == client.get(declared).status_code == 200
    for address in ("begin", "key", "finish", "confirm", "discard", "reopen"):
        assert client.post(f"{declared}/{address}").status_code == 403
    with database.reading() as session:
        assert queries.state(session, session.query(Batch).one()).name == "typing"
