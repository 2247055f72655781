"""The listed roll through the client: import, letters, a vote by code, and the polling desk."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ballots import eligibility, voter
from ballots.models import Contest, RollEntry
from ballots.paper import stations
from ballots.paper.queries import reconciliation
from ballots.roll import checking, desk, queries, services
from ballots.roll.models import ListedVoter
from budget import services as budget
from core import clock, journal
from core.access import Role
from tests import factories

HEADER = "등록번호,이름,생년월일,동,자격\n"
ROLL = HEADER + "A-1,김하나,1990-03-01,철산3동,\nA-2,이두리,1985-12-24,하안1동,직장\n"
HANA = {"name": "김하나", "born": "1990-03-01"}


@pytest.fixture
def cycle(database, now):
    """A listed cycle before voting."""
    with database.writing() as session:
        return factories.cycle(session, now, phase="frozen", roll_kind="listed", slug="listed")


@pytest.fixture
def letters(database, now, keys, cycle) -> dict[str, str]:
    """Number -> code of each voter of a listed contest that is open."""
    with database.writing() as session:
        cycle = session.merge(cycle)
        report = checking.check(session, cycle.contest, ROLL.encode(), keys=keys.roll)
        services.put(session, cycle.contest, report.entries, actor=factories.SYSTEM, now=now)
        budget.open_vote(session, cycle, actor=factories.SYSTEM, keys=keys, now=now)
        printed = services.print_letters(
            session, cycle.contest, keys=keys.roll, actor=factories.SYSTEM, now=now
        )
    return {letter.number: letter.code for letter in printed}


@pytest.fixture
def as_(database, now, sign_in):
    """Sign an official in."""

    def do(role: Role) -> None:
        with database.writing() as session:
            person = factories.account(session, now, role)
        sign_in(person)

    return do


def upload(client, cycle, content: str):
    data = {"file": (io.BytesIO(content.encode()), "roll.csv")}
    return client.post(f"/desk/votes/{cycle.contest_id}/roll/import", data=data)


def record(database, contest_id, number: str) -> queries.Record:
    with database.reading() as session:
        found = queries.by_number(session, contest_id, number)
        return queries.record(session, contest_id, found.voter_id)


# Import and letters


def test_a_file_is_checked_confirmed_and_printed(client, database, cycle, as_, count_queries):
    as_(Role.POLL_MANAGER)
    base = f"/desk/votes/{cycle.contest_id}/roll"
    assert base in client.get("/desk/cycles/listed").text
    assert "Import a file" in client.get(base).text
    assert client.post(f"{base}/import").status_code == 422
    wrong = upload(client, cycle, ROLL + "A-1,박세나,2024-01-01,역삼동,\n")
    assert wrong.status_code == 422
    assert "1 thing is wrong: nothing was written" in wrong.text
    assert "is no neighbourhood of this city" in wrong.text
    page = upload(client, cycle, ROLL).text
    assert "2 voters can be put on the roll" in page
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ListedVoter)) == 0
    digest = re.search(r'name="digest" type="hidden" value="(\w{64})"', page)[1]
    assert client.post(f"{base}/confirm", data={"digest": digest}).status_code == 302
    assert "2 voters are on the roll now" in client.get(base).text
    assert client.post(f"{base}/confirm", data={"digest": digest}).status_code == 409
    printed = client.post(f"{base}/letters", data={"neighbourhood": "haan-1"}).text
    assert printed.count('class="letter"') == 1
    assert "A-2" in printed
    assert re.search(r'class="code">[0-9A-Z]{4}(-[0-9A-Z]{4}){3}<', printed)
    assert f"/votes/{cycle.contest_id}/code" in printed
    assert 'class="qr"' in printed
    assert 'lang="ko"' in printed
    assert client.post(f"{base}/letters").text.count('class="letter"') == 1
    assert "nothing to print" in client.post(f"{base}/letters").text
    assert client.post(f"{base}/letters", data={"batch": "1"}).text.count('class="letter"') == 1
    assert client.post(f"{base}/letters", data={"batch": "x"}).status_code == 422
    told = client.get("/journal").text
    assert "2 voters were put on the roll" in told
    assert "code letters were printed" in told
    assert client.post(f"{base}/empty").status_code == 302
    assert "The roll is empty" in client.get(base).text


def test_a_report_shows_the_first_lines_of_many(client, cycle, as_, monkeypatch):
    monkeypatch.setattr(desk, "SHOWN", 3)
    as_(Role.POLL_MANAGER)
    page = upload(client, cycle, HEADER + "A,,1990-01-01,철산3동,\n" * 9).text
    assert "9 things are wrong" in page
    assert "The first 3 of 9 are shown" in page
    assert page.count("Nothing is written here") == 3


def test_namesakes_are_shown_and_hinder_nothing(client, cycle, as_):
    as_(Role.POLL_MANAGER)
    page = upload(client, cycle, ROLL + "A-3,김 하나,1990-03-01,하안1동,\n").text
    assert "1 line to look at" in page
    assert "3 voters can be put on the roll" in page


def test_only_an_official_of_the_roll_may_send_a_large_file(app, client, cycle, as_):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    large = ROLL + "\n" * 2000
    app.config["WTF_CSRF_ENABLED"] = True  # the guard reads the form before anything else
    as_(Role.POLL_CLERK)
    assert upload(client, cycle, large).status_code == 413
    app.config["WTF_CSRF_ENABLED"] = False
    as_(Role.POLL_MANAGER)
    assert upload(client, cycle, large).status_code == 200


def test_pages_do_not_grow_with_the_roll(client, database, cycle, keys, now, as_, count_queries):
    as_(Role.POLL_MANAGER)
    base = f"/desk/votes/{cycle.contest_id}"
    seen = []
    for first, voters in ((0, 10), (100, 300)):
        lines = "".join(f"{first + n},이름{n},1990-01-01,철산3동,\n" for n in range(voters))
        with database.writing() as session:
            contest = session.get_one(Contest, cycle.contest_id)
            report = checking.check(session, contest, (HEADER + lines).encode(), keys=keys.roll)
            services.put(session, contest, report.entries, actor=factories.SYSTEM, now=now)
        with count_queries() as statements:
            pages = [
                client.get(f"{base}{path}").text for path in ("/roll", "/roll/letters", "/check")
            ]
            letters = client.post(f"{base}/roll/letters").text
        seen.append((len(statements), [len(page) for page in pages]))
        assert letters.count('class="letter"') <= 100
    (few, small), (many, large) = seen
    assert few == many
    assert all(abs(one - other) < 20 for one, other in zip(small, large, strict=True))  # digits


# By code


def paper(*picks, nonce="00" * 32):
    """A ballot as the page sends it; another nonce is another ballot."""
    return {"choice": [str(pick) for pick in picks], "nonce": nonce}


def enter(client, cycle, code: str):
    return client.post(f"/votes/{cycle.contest_id}/code", data={"code": code})


def test_from_the_letter_to_the_receipt_and_again(client, database, cycle, letters):
    base = f"/votes/{cycle.contest_id}"
    assert client.get(base).headers["Location"] == f"{base}/code"
    assert "need no account" in client.get(f"{base}/code").text
    code = letters["A-1"]
    typed = f"{code[:4]}-{code[4:]}".lower().replace("0", "o")
    assert enter(client, cycle, typed).headers["Location"] == base
    page = client.get(base)
    assert page.text.count('type="checkbox"') == 3
    assert "no-store" in page.headers["Cache-Control"]
    assert "Nothing is recorded for you" in client.get(f"{base}/recorded").text
    assert "Is this your ballot?" in client.post(f"{base}/check", data={"choice": "1"}).text
    for nonce, times in (("00", "once"), ("11", "2 times")):
        answer = client.post(f"{base}/cast", data=paper(1, nonce=nonce * 32))
        assert answer.headers["Location"] == f"{base}/receipt"
        assert client.get(f"{base}/receipt").status_code == 200
        assert f"by web, {times}" in client.get(f"{base}/recorded").text
    assert record(database, cycle.contest_id, "A-1") == queries.Record("web", 2)
    assert "You have voted already" in client.get(base).text
    client.post(f"{base}/code/leave")
    for path in ("", "/receipt", "/recorded"):
        assert client.get(base + path).headers["Location"] == f"{base}/code"
    assert record(database, cycle.contest_id, "A-2") == queries.Record("none", 0)


def test_wrong_unknown_and_foreign_codes_are_told_alike(client, database, now, cycle, letters):
    with database.writing() as session:
        other = factories.cycle(session, now, phase="frozen", roll_kind="listed")
    answers = [enter(client, cycle, "0000-0000-0000-0000"), enter(client, cycle, "what?"),
        enter(client, other, letters["A-1"])]  # fmt: skip
    errors = {re.search(r'class="error"[^>]*>([^<]+)<', answer.text)[1] for answer in answers}
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len(errors) == 1
    assert enter(client, cycle, "").status_code == 422


def test_guessing_is_slowed_down(client, cycle, letters):
    statuses = [enter(client, cycle, "guess").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_a_code_opens_one_contest_for_a_while(client, now, cycle, letters, monkeypatch):
    base = f"/votes/{cycle.contest_id}"
    enter(client, cycle, letters["A-1"])
    assert client.get("/me").headers["Location"].startswith("/sign-in")
    later = now + timedelta(seconds=voter.CODE_SECONDS)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(base).headers["Location"] == f"{base}/code"


def test_a_new_code_ends_the_session_of_the_old_one(client, database, cycle, letters, keys, now):
    base = f"/votes/{cycle.contest_id}"
    enter(client, cycle, letters["A-1"])
    with database.writing() as session:
        contest = session.get_one(Contest, cycle.contest_id)
        services.print_again(session, contest, 1, keys=keys.roll, actor=factories.SYSTEM, now=now)
    assert client.post(f"{base}/cast", data=paper(1)).headers["Location"] == f"{base}/code"
    assert enter(client, cycle, letters["A-1"]).status_code == 401


def test_an_account_does_not_vote_where_the_roll_is_a_list(
    client, database, now, cycle, letters, sign_in
):
    with database.writing() as session:
        sign_in(factories.account(session, now))
    base = f"/votes/{cycle.contest_id}"
    for answer in (client.get(base), client.post(f"{base}/cast", data=paper(1))):
        assert answer.headers["Location"] == f"{base}/code"
    enter(client, cycle, letters["A-2"])
    client.post(f"{base}/cast", data=paper(1))
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(RollEntry.status == "web")) == 1
        assert session.scalar(select(func.count()).select_from(RollEntry)) == 2


def test_no_code_and_no_number_is_logged(client, cycle, letters, capsys):
    enter(client, cycle, letters["A-1"])
    client.post(f"/votes/{cycle.contest_id}/cast", data=paper(1))
    said = capsys.readouterr().out
    assert letters["A-1"] not in said
    assert "A-1" not in said


# Accounts and what a contest asks of them


def rules(**changes):
    asked = {
        "grounds": eligibility.ALL_GROUNDS, "neighbourhoods": frozenset(), "least_age": 14,
        "age_on": None,
    }  # fmt: skip
    return eligibility.rules(**asked | changes)


@pytest.fixture
def declared(database, now, keys):
    """A contest of residents of one neighbourhood who are 18."""
    asked = rules(
        grounds=frozenset({"lives", "works"}), neighbourhoods=frozenset({"haan-1"}), least_age=18
    )
    with database.writing() as session:
        return factories.cycle(session, now, keys=keys, eligibility=asked)


def test_who_belongs_declares_once_and_votes(client, database, now, declared, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now, neighbourhood="haan-1"))
    base = f"/votes/{declared.contest_id}"
    assert client.get(base).headers["Location"] == f"{base}/declare"
    page = client.get(f"{base}/declare").text
    assert "I work here" in page
    assert "I study here" not in page
    assert "Voters are 18 or older" in page
    assert client.post(f"{base}/declare", data={"ground": "works"}).status_code == 422
    assert (
        client.post(f"{base}/declare", data={"ground": "studies", "is_old_enough": "y"}).status_code
        == 422
    )
    answer = client.post(f"{base}/declare", data={"ground": "works", "is_old_enough": "y"})
    assert answer.headers["Location"] == base
    assert client.get(base).status_code == 200
    assert client.post(f"{base}/cast", data=paper(1)).headers["Location"] == f"{base}/receipt"
    assert "by web, once" in client.get(f"{base}/recorded").text


def test_who_lives_elsewhere_is_told_why(client, database, now, declared, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now, neighbourhood="soha-2"))
    base = f"/votes/{declared.contest_id}"
    client.post(f"{base}/declare", data={"ground": "lives", "is_old_enough": "y"})
    for answer in (client.get(base), client.post(f"{base}/cast", data=paper(1))):
        assert answer.status_code == 403
        assert "neighbourhood given is not one of this vote" in answer.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RollEntry)) == 0


def test_without_a_least_age_only_the_ground_is_asked(client, database, now, keys, sign_in):
    with database.writing() as session:
        made = factories.cycle(
            session, now, keys=keys, eligibility=rules(grounds=frozenset({"lives"}), least_age=0)
        )
        sign_in(factories.account(session, now))
    base = f"/votes/{made.contest_id}"
    assert "is_old_enough" not in client.get(f"{base}/declare").text
    client.post(f"{base}/declare", data={"ground": "lives"})
    assert client.get(base).status_code == 200


def test_everyone_reads_who_votes(client, database, now, declared, both_languages):
    page = client.get(f"/cycles/{declared.slug}").text
    said = {"en": ("lives or works", "Haan 1-dong", "18 or older"), "ko": ("하안1동", "18세")}
    assert all(words in page for words in said[both_languages])


# At the desk


def look_up(client, cycle, **typed):
    return client.post(f"/desk/votes/{cycle.contest_id}/check", data=typed)


def test_a_clerk_hands_out_paper_to_who_is_identified(client, database, cycle, letters, as_):
    as_(Role.POLL_CLERK)
    address = f"/desk/votes/{cycle.contest_id}/check"
    assert address in client.get("/desk").text
    by_number = look_up(client, cycle, number="A-1").text
    assert "Has not voted" in by_number
    assert "Hand out" not in by_number
    look_up(client, cycle, number="A-1", act="paper")  # no identity, no act
    assert record(database, cycle.contest_id, "A-1").status == "none"
    found = look_up(client, cycle, **HANA).text
    assert "Hand out a paper ballot" in found
    assert look_up(client, cycle, **HANA, act="paper").headers["Location"] == address
    assert record(database, cycle.contest_id, "A-1") == queries.Record("paper", 1)
    again = look_up(client, cycle, **HANA).text
    assert "has a paper ballot already" in again
    assert "Hand out" not in again
    assert look_up(client, cycle, **HANA, act="paper").status_code == 409
    with database.reading() as session:
        (entry,) = (entry for entry in journal.entries(session) if entry.act == "roll.paper")
        assert entry.role == "poll_clerk"
        assert set(entry.values) == {"title_ko", "title_en"}


def test_paper_is_counted_for_the_station_that_hands_it_out(client, database, cycle, letters, as_):
    with database.writing() as session:
        stations.add(session, cycle.contest_id, "Hall")
    as_(Role.POLL_CLERK)
    assert look_up(client, cycle, **HANA, act="paper").status_code == 422
    assert look_up(client, cycle, **HANA, act="paper", station="Hull").status_code == 422
    assert record(database, cycle.contest_id, "A-1").status == "none"
    found = look_up(client, cycle, **HANA, station="Hall").text
    assert 'type="hidden" name="station" value="Hall"' in found
    done = look_up(client, cycle, **HANA, act="paper", station="Hall")
    assert done.headers["Location"].endswith("/check?station=Hall")
    assert '<option selected value="Hall">' in client.get(done.headers["Location"]).text
    with database.reading() as session:
        (line,) = reconciliation(session, cycle.contest_id)
        assert (line.station, line.marks) == ("Hall", 1)


def test_a_voter_who_was_checked_is_let_into_the_booth(
    client, database, cycle, letters, as_, integrate
):
    as_(Role.POLL_CLERK)
    look_up(client, cycle, number="A-1", act="booth")  # no identity, no permit
    page = look_up(client, cycle, **HANA, act="booth").text
    permit = re.search(r'class="code">([0-9A-Z]{4}-[0-9A-Z]{4})<', page)[1]
    client.delete_cookie("session")
    booth = f"/votes/{cycle.contest_id}/booth"
    cast = {"permit": permit, "tongue": "en", "choice": "1", "cast": "1"}
    assert client.post(booth, data=cast).status_code == 200
    assert client.post(booth, data=cast).status_code == 409
    assert record(database, cycle.contest_id, "A-1") == queries.Record("web", 1)


def test_paper_takes_the_place_of_a_web_ballot(client, database, cycle, letters, as_, integrate):
    enter(client, cycle, letters["A-1"])
    client.post(f"/votes/{cycle.contest_id}/cast", data=paper(1))
    as_(Role.POLL_CLERK)
    assert "takes the place of the ballot cast by web" in look_up(client, cycle, **HANA).text
    look_up(client, cycle, **HANA, act="paper")
    enter(client, cycle, letters["A-1"])
    answer = client.post(f"/votes/{cycle.contest_id}/cast", data=paper(2))
    assert answer.status_code == 409
    assert "You have a paper ballot" in client.get(f"/votes/{cycle.contest_id}/recorded").text


def test_a_clerk_gives_a_new_code(client, database, cycle, letters, as_):
    as_(Role.POLL_CLERK)
    page = look_up(client, cycle, number="A-1", **HANA, act="code").text
    code = re.search(r'class="code">([0-9A-Z-]{19})<', page)[1]
    assert enter(client, cycle, letters["A-1"]).status_code == 401
    assert enter(client, cycle, code).status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": "A-9"}, "No such voter"),
        ({"number": "A-2", **HANA}, "No such voter"),
        ({"name": "김하나", "born": "1990-03-02"}, "No such voter"),
        ({"name": "김하나", "born": "900301"}, "four digits"),
        ({"name": "김하나"}, "Type the number, or name and birth date"),
        ({}, "Type the number, or name and birth date"),
    ],
)
def test_who_is_not_found_gets_nothing(client, cycle, letters, as_, typed, said):
    as_(Role.POLL_CLERK)
    page = look_up(client, cycle, **typed, act="paper").text
    assert said in page
    assert "Hand out" not in page


def test_namesakes_are_told_apart_by_number(client, database, cycle, keys, now, as_):
    with database.writing() as session:
        contest = session.get_one(Contest, cycle.contest_id)
        twins = ROLL + "A-3,김하나,1990-03-01,하안1동,\n"
        report = checking.check(session, contest, twins.encode(), keys=keys.roll)
        services.put(session, contest, report.entries, actor=factories.SYSTEM, now=now)
    as_(Role.POLL_CLERK)
    assert "Two voters have this name" in look_up(client, cycle, **HANA).text
    assert "Number A-3" in look_up(client, cycle, **HANA, number="A-3").text


def test_a_clerk_sees_no_time_and_no_choice(client, cycle, letters, as_):
    enter(client, cycle, letters["A-1"])
    client.post(f"/votes/{cycle.contest_id}/cast", data=paper(1))
    as_(Role.POLL_CLERK)
    page = look_up(client, cycle, **HANA).text
    assert "Has voted by web" in page
    assert "Project" not in page
    assert not re.search(r"<time|\d{2}:\d{2}", page)


def test_where_voters_declare_there_is_no_desk(client, declared, as_):
    as_(Role.POLL_MANAGER)
    assert look_up(client, declared, number="A-1").status_code == 409
    page = client.get(f"/desk/votes/{declared.contest_id}/roll").text
    assert "This vote has no list of voters" in page
