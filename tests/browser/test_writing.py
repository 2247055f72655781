"""Several real pages write one text at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from accounts.models import Account, RoleGrant
from core.access import Role
from core.db import Database
from proposals.models import Proposal
from proposals.people import consents
from proposals.people import queries as members
from proposals.people.consents import PUBLISH
from proposals.people.models import Membership
from proposals.services import Text, begin_draft, current, submit
from proposals.writing import queries, storing
from tests.browser.walk import VOTER

WRITERS = (VOTER, str(Role.REVIEWER), str(Role.POLL_CLERK))


@dataclass(frozen=True)
class Draft:
    """A draft of three people, and what the database has of it."""

    id: UUID
    database: Database

    @property
    def path(self) -> str:
        return f"/proposals/{self.id}/edit"

    def words(self) -> dict[str, str]:
        with self.database.reading() as session:
            return queries.words(session, session.get_one(Proposal, self.id))

    def shares(self) -> queries.Shares:
        with self.database.reading() as session:
            found = queries.shares(session, session.get_one(Proposal, self.id))
        assert found is not None
        return found


@pytest.fixture
def draft(city) -> Iterator[Draft]:
    database = Database(city.database_url)
    now = datetime.now(UTC)  # noqa: TID251 - the server reads the real clock
    with database.writing() as session:
        author = session.scalars(select(Account).where(Account.email == "voter@test.example")).one()
        author.name = "Hana"
        text = Text(title="놀이터", need="첫 줄\n\n끝 줄", benefit="")
        made = begin_draft(session, author.id, text, now=now)
        for name, role in zip("하나", WRITERS[1:], strict=True):
            grant = select(RoleGrant.account_id).where(RoleGrant.role == role)
            person = session.get_one(Account, session.scalars(grant).first())
            person.name = name
            session.add(
                Membership(
                    proposal_id=made.id, account_id=person.id, role="coauthor", joined_at=now
                )
            )
    yield Draft(made.id, database)
    database.dispose()


@pytest.fixture
def pages(visit: Callable[..., Page], draft: Draft) -> Iterator[Callable[..., list[Page]]]:
    """Opens the draft as each of its writers, and waits until each is live."""
    opened: list[Page] = []

    def open_(count: int = 2, **options) -> list[Page]:
        for who in islice(cycle(WRITERS), count):
            page = visit(who=who, language="en", **options)
            page.goto(draft.path)
            expect(page.locator("[data-state]")).to_have_text("Everything is saved.")
            opened.append(page)
        return opened[-count:]

    yield open_
    for page in opened:
        if not page.is_closed():
            page.goto("about:blank")  # it says that it is gone; one that is torn down says nothing


def at(page: Page, field: str, place: int) -> None:
    """Put the caret of a page at a place of a field."""
    page.locator(f"#{field}").evaluate(
        "(field, place) => { field.focus(); field.setSelectionRange(place, place); }", place
    )


def same(pages: list[Page], field: str) -> str:
    """What all pages show in a field, once they show the same and all of it is saved."""
    for page in pages:
        expect(page.locator("[data-state]")).to_have_text("Everything is saved.", timeout=20_000)
    first = pages[0].locator(f"#{field}")
    for _ in range(100):
        values = {page.locator(f"#{field}").input_value() for page in pages}
        if len(values) == 1:
            break
        pages[0].wait_for_timeout(100)
    for page in pages[1:]:
        expect(page.locator(f"#{field}")).to_have_value(first.input_value())
    return first.input_value()


def test_two_pages_write_at_once_and_one_is_cut_off(pages, draft):
    one, other = pages()
    at(one, "need", 3)
    at(other, "need", 9)
    for letter in "abcdefgh":
        one.keyboard.type(letter)
        other.keyboard.type(letter.upper())
    assert same([one, other], "need") == "첫 줄abcdefgh\n\n끝 줄ABCDEFGH"
    other.context.set_offline(offline=True)
    other.keyboard.type(" off line 👋")
    expect(other.locator("[data-state]")).to_contain_text("No connection", timeout=20_000)
    one.keyboard.type(" meanwhile")
    other.wait_for_timeout(2_000)
    other.keyboard.type(" and on")
    assert "No connection" in other.locator("[data-state]").inner_text()
    other.context.set_offline(offline=False)
    wanted = "첫 줄abcdefgh meanwhile\n\n끝 줄ABCDEFGH off line 👋 and on"
    expect(one.locator("#need")).to_have_value(wanted, timeout=20_000)
    assert same([one, other], "need") == wanted
    expect(other.locator("[data-news]")).to_contain_text("The connection is back")
    assert draft.words()["need"] == wanted
    runs = [(run.text, run.name) for run in draft.shares().runs["need"]]
    assert (" off line 👋 and on" in runs[-1][0], runs[-1][1]) == (True, "하")
    assert "".join(text for text, _ in runs) == wanted


def test_hangul_is_composed_while_another_writes_above(pages, draft):
    one, other = pages()
    at(one, "need", 9)
    input_method = one.context.new_cdp_session(one)
    for at_, syllable in enumerate(("ㅎ", "하", "한")):
        input_method.send(
            "Input.imeSetComposition", {"text": syllable, "selectionStart": 1, "selectionEnd": 1}
        )
        at(other, "need", 0)
        other.keyboard.type(f"위{at_}")
        expect(other.locator("[data-state]")).to_have_text("Everything is saved.")
        one.wait_for_timeout(300)
    assert one.locator("#need").input_value() == "첫 줄\n\n끝 줄한"  # nothing moves while composing
    input_method.send("Input.insertText", {"text": "한"})
    for syllable in ("ㄱ", "그", "글"):
        input_method.send(
            "Input.imeSetComposition", {"text": syllable, "selectionStart": 1, "selectionEnd": 1}
        )
    input_method.send("Input.insertText", {"text": "글"})
    assert same([one, other], "need") == "위2위1위0첫 줄\n\n끝 줄한글"
    assert one.locator("#need").evaluate("field => field.selectionStart") == 16
    assert draft.shares().runs["need"][-1].text.endswith("한글")


def test_the_caret_stays_with_its_words_and_undo_takes_back_ones_own(pages):
    one, other = pages()
    at(one, "need", 4)
    at(other, "need", 0)
    other.keyboard.type("머리글 ")
    assert same([one, other], "need") == "머리글 첫 줄\n\n끝 줄"
    assert one.locator("#need").evaluate("field => field.selectionStart") == 8
    one.keyboard.type("나")
    same([one, other], "need")
    one.keyboard.press("Control+z")
    assert same([one, other], "need") == "머리글 첫 줄\n\n끝 줄"


BEFORE_AN_ANSWER = """
window.WebSocket = class extends WebSocket {
  set onmessage(read) {
    super.onmessage = (event) => {
      document.documentElement.dataset.socket = "";
      window.before?.();
      window.before = null;
      read(event);
    };
  }
};
"""


def test_a_place_taken_just_before_an_answer_comes_is_told_too(pages):
    one, other = pages()
    other.add_init_script(BEFORE_AN_ANSWER)
    other.reload()
    other.locator("html[data-socket]").wait_for()
    expect(other.locator("[data-state]")).to_have_text("Everything is saved.")
    other.evaluate("() => { window.before = () => document.querySelector('#benefit').focus(); }")
    at(other, "need", 0)
    other.keyboard.type("x")
    expect(one.locator("[data-people]")).to_have_text("Here with you: 하 (in “Expected benefit”).")


def test_who_is_here_is_told_and_where(pages):
    one, other = pages()
    other.locator("#benefit").focus()
    expect(one.locator("[data-people]")).to_have_text("Here with you: 하 (in “Expected benefit”).")
    expect(one.locator(".field[data-others]")).to_contain_text("Expected benefit")
    other.close()
    expect(one.locator("[data-people]")).to_have_text("")


def test_ten_write_in_one_place_one_of_them_cut_off_and_no_letter_is_lost(pages, draft):
    opened = pages(10)
    opened[3].context.set_offline(offline=True)
    for page in opened:
        at(page, "benefit", 0)
    words = [f"{sign * 3}{number}" for number, sign in enumerate("가나다👋abc한글é")]
    for turn in range(5):
        for page, word in zip(opened, words, strict=True):
            if turn < len(word):
                page.keyboard.type(word[turn])
    opened[3].wait_for_timeout(3_000)
    opened[3].context.set_offline(offline=False)
    for page in opened:
        expect(page.locator("[data-state]")).to_have_text("Everything is saved.", timeout=30_000)
    wanted = sorted("".join(words))
    for _ in range(200):
        if sorted(opened[0].locator("#benefit").input_value()) == wanted:
            break
        opened[0].wait_for_timeout(100)
    text = same(opened, "benefit")
    assert sorted(text) == wanted
    assert draft.words()["benefit"] == text
    by_name: dict[str, str] = {}
    for run in draft.shares().runs["benefit"]:
        by_name[run.name] = by_name.get(run.name, "") + run.text
    for at_, name in enumerate(("Hana", "하", "나")):
        assert sorted(by_name.get(name, "")) == sorted("".join(words[at_::3]))


def agree(session, proposal, now):
    """All who write a draft agree to its text."""
    text = current(session, proposal)
    for writer in members.writers(session, proposal):
        consents.give(
            session, proposal.id, PUBLISH, text.digest, account_id=writer.account_id, now=now
        )


def test_what_was_written_together_is_handed_in_by_the_author(pages, draft):
    one, other = pages()
    other.locator("#summary").fill("함께 써요.")
    other.locator("#benefit").fill("좋아져요.")
    other.locator("#place").fill("공원")
    other.locator("#cost_minor").fill("1000만")
    other.locator("#field").select_option(index=1)
    other.get_by_role("button", name="Check and hand in").click()
    expect(other.locator("main")).to_contain_text("hands it in")
    with draft.database.writing() as session:
        now = datetime.now(UTC)  # noqa: TID251 - the server reads the real clock
        agree(session, session.get_one(Proposal, draft.id), now)
    one.goto(draft.path.replace("/edit", "/submit"))
    expect(one.locator("main")).to_contain_text("함께 써요.")
    one.get_by_role("button", name="Hand the proposal in").click()
    expect(one.locator("main")).to_contain_text("We have received your proposal")


def test_a_page_that_writes_too_late_is_told_and_keeps_its_words(pages, draft):
    _, other = pages()
    with draft.database.writing() as session:
        made = session.get_one(Proposal, draft.id)
        made.summary = made.benefit = made.place = "x"
        made.field, made.cost_minor = "welfare-learning", 10
        now = datetime.now(UTC)  # noqa: TID251 - the server reads the real clock
        storing.write(
            session,
            made,
            {"summary": "x", "benefit": "x", "place": "x"},
            account_id=made.author_id,
            now=now,
        )
        agree(session, made, now)
        submit(session, made, author_id=made.author_id, now=now)
    at(other, "need", 0)
    other.keyboard.type("zu spät ")
    expect(other.locator("[data-state]")).to_contain_text(
        "cannot be changed any more", timeout=20_000
    )
    assert other.locator("#need").input_value().startswith("zu spät ")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_passes_axe_while_several_write(pages, axe, width):
    one, other = pages(width=width)
    other.locator("#need").focus()
    expect(one.locator("[data-people]")).to_contain_text("하")
    assert axe(one) == []
    assert one.evaluate("document.documentElement.scrollWidth <= innerWidth")
