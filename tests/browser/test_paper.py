"""Typing sheets in a real browser: numbers and Enter, with and without scripts; and the booth."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Error, expect

from ballots import services
from ballots.booth import permits
from ballots.models import Contest
from ballots.paper import batches, queries
from ballots.paper.models import Batch
from core.access import Role
from core.db import Database
from core.journal import Actor
from tests.browser.walk import VOTER


@pytest.fixture
def database(city):
    opened = Database(city.database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def now():
    return datetime.now(UTC)  # noqa: TID251 - the server reads the real clock


@pytest.fixture
def batch(database, city, now) -> str:
    """The address of a confirmed batch of twelve sheets."""
    one, other = UUID(int=1), UUID(int=2)
    with database.writing() as session:
        contest = session.get_one(Contest, UUID(city.contest))
        made = batches.declare(session, contest, station="Hall", seal="1", sheets=12, clerk_id=one)
        actor = Actor(str(Role.POLL_CLERK), other)
        batches.confirm(session, contest, made, clerk_id=other, actor=actor, now=now)
    return f"/desk/votes/{city.contest}/paper/batches/{made.id}"


def readings(database, batch: str) -> dict[int, str]:
    with database.reading() as session:
        found = session.get_one(Batch, UUID(batch.rpartition("/")[2]))
        return queries.readings(session, found.id, 1)


def test_numbers_and_enter_alone_type_a_batch_without_reloading(visit, database, batch):
    page = visit(1280, "en", who=Role.POLL_CLERK)
    page.goto(batch)
    page.get_by_role("button", name="Begin typing").click()
    expect(page.locator("h1")).to_have_text("Sheet 1")
    page.wait_for_load_state()
    loads = []
    page.on("load", lambda _page: loads.append(page.url))
    for sheet in range(1, 12):
        expect(page.locator("h1")).to_have_text(f"Sheet {sheet}")
        page.keyboard.type("3 1")
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sheet 12")
    page.keyboard.type("51")
    page.keyboard.press("Enter")
    expect(page.locator("[data-refused]")).to_contain_text("There is no option 51")
    expect(page.locator("#typed")).to_have_value("51")
    assert loads == []
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(page.locator("h1")).to_have_text("Sheet 11")
    expect(page.locator("#typed")).to_have_value("1 3")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sheet 12")
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("All sheets are typed")
    page.get_by_role("button", name="I have finished").click()
    expect(page.get_by_text("You have finished")).to_be_visible()
    assert readings(database, batch) == {
        **dict.fromkeys(range(1, 12), '{"a":[1,3]}'), 12: "blank"
    }  # fmt: skip


def test_a_tablet_types_the_same_without_scripts(visit, database, batch):
    page = visit(800, "ko", scripts=False, who=Role.POLL_CLERK)
    page.goto(batch)
    page.get_by_role("button", name="입력 시작").click()
    page.locator("#typed").fill("1 2 3 4")
    page.locator("#typed").press("Enter")
    expect(page.locator("h1")).to_have_text("1번 용지")
    expect(page.locator("#typed")).to_have_value("1 2 3 4")
    page.get_by_role("button", name="무효로 기록").click()
    expect(page.locator("h1")).to_have_text("2번 용지")
    page.locator("#typed").fill("0")
    page.get_by_role("button", name="다음 용지").click()
    expect(page.locator("h1")).to_have_text("3번 용지")
    page.get_by_role("link", name="앞 용지로").click()
    expect(page.locator("#typed")).to_have_value("0")
    assert readings(database, batch) == {1: "spoiled", 2: "blank"}


def test_the_booth_from_lock_to_lock(visit, axe, database, city, now):
    contest_id = UUID(city.contest)
    with database.writing() as session:
        contest = session.get_one(Contest, contest_id)
        services.enrol(session, contest_id, ["a voter of the booth"])
        code = permits.give(session, contest, "a voter of the booth", now=now)
    page = visit(1280, "ko")
    address = f"/votes/{city.contest}/booth"
    page.goto(address)
    page.locator("#permit").fill(code)
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Which projects do you choose?")
    assert axe(page) == []
    page.locator("input[name=choice]").first.check()
    page.get_by_role("button", name="한국어").click()
    assert page.locator("input[name=choice]:checked").count() == 1
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Check my choices").click()
    assert axe(page) == []
    page.get_by_role("button", name="Cast my ballot").click()
    expect(page.locator(".code")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    page.get_by_role("link", name="Done").click()
    expect(page.locator("#permit")).to_have_value("")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the browser has kept no page
        page.go_back()


def test_a_person_signed_in_is_asked_to_sign_out_of_the_booth(visit, axe, city):
    page = visit(360, "ko", who=VOTER)
    page.goto(f"/votes/{city.contest}/booth")
    expect(page.get_by_role("button", name="로그아웃")).to_be_visible()
    assert axe(page) == []
