"""A vote by token in a real browser: blinded and cast there, found again by the recovery code alone."""

import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from ballots.board import blind
from ballots.board.notes import Key, Note
from ballots.models import Board, PendingLeaf
from ballots.tokens import keys as token_keys
from ballots.tokens import recovery
from core.db import Database
from tests.browser.walk import VOTER

TOKEN = (Path(__file__).parent / "vendor" / "token.js").read_text(encoding="utf-8")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "rfc9474"
GROUPED = re.compile(r"^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$")
WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def ask(browser: Browser):
    """Evaluates a function of a JSON argument where `token` is at hand."""
    page = browser.new_page()
    page.evaluate(TOKEN + ";globalThis.token = token; 0")
    page.evaluate("""() => {
        globalThis.hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        globalThis.bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
        globalThis.key = ({ n, e }) => ({ n: BigInt(`0x${n}`), e: BigInt(`0x${e}`) });
    }""")
    return page.evaluate


def test_browser_and_server_derive_the_same_token_and_read_the_same_codes(ask):
    key = rsa.generate_private_key(65537, blind.KEY_BITS).public_key()
    n = f"{key.public_numbers().n:x}"
    for number in (0, 1, 2**127 + 12345, 2**128 - 1):
        secret = number.to_bytes(16)
        mine = recovery.blinded(secret, "gm.example/pb/2026", "all", key)
        theirs = ask(
            """({ secret, n }) => {
                const made = token.blinded(bytes(secret), "gm.example/pb/2026", "all", key({ n, e: "10001" }));
                const code = token.codeOf(bytes(secret));
                const again = hex(token.secretOf(code.toLowerCase().replaceAll("0", "o")));
                return [hex(made.serial), hex(made.sent), made.inverse.toString(), code, again];
            }""",
            {"secret": secret.hex(), "n": n},
        )
        assert theirs == [
            mine.message.hex(), mine.sent.hex(), str(mine.inverse), recovery.code_of(secret), secret.hex(),
        ]  # fmt: skip
    assert ask("() => ['', '0'.repeat(28), 'Z'.repeat(28)].map(token.secretOf)") == [None] * 3


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.exists(), reason="the standard's vectors are not at hand; an extra test"
)
def test_the_vectors_of_the_standard_in_the_browser(ask):
    cases = json.loads((SHARED / "test_vectors.json").read_text())
    for case in cases:
        found = ask(
            """(given) => {
                const own = key(given);
                const r = token.numberOf(bytes(given.r));
                const made = token.blind(own, bytes((given.msg_prefix ?? "") + given.msg), bytes(given.salt), r);
                return [hex(made.sent), hex(token.finalize(own, made, bytes(given.blind_sig)))];
            }""",
            case | {"r": f"{pow(int(case['inv'], 16), -1, int(case['n'], 16)):01024x}"},
        )
        assert found == [case["blinded_msg"], case["sig"]]
    assert cases


def choose(page: Page, address: str, *projects: int) -> None:
    page.goto(address)
    for project in projects:
        page.check(f"#o{project}")
    page.click(".pick-bar .button")
    expect(page.locator("[data-picks] li")).to_have_count(len(projects))
    page.click("[data-step=check] [data-go=code]")


def waiting(city) -> list[dict]:
    """The ballots by token that wait for the log, as they say."""
    database = Database(city.database_url)
    with database.reading() as session:
        query = select(PendingLeaf.leaf, PendingLeaf.turn).order_by(PendingLeaf.turn)
        told = [json.loads(leaf) for leaf, _ in session.execute(query)]
    database.dispose()
    return [leaf for leaf in told if "k" in leaf]


def board(city) -> Board:
    database = Database(city.database_url)
    with database.reading() as session:
        found = session.scalars(select(Board).where(Board.tokens != "{}")).one()
    database.dispose()
    return found


def test_a_vote_by_token_found_again_by_its_code_on_another_device(visit, axe, city):
    address = f"/votes/{city.walk.blind}"
    page = visit(360, "ko", who=VOTER)
    sent = []
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108 - Playwright marks its handlers
    page.goto(address)
    expect(page.locator("[data-step=choose] h1")).to_be_visible()
    assert axe(page) == []
    choose(page, address, 1, 3)
    page.click("[data-step=code] [data-go=check]")
    assert axe(page) == []
    page.click("[data-step=check] [data-go=code]")
    expect(page.locator("[data-recovery]")).to_have_text(GROUPED)
    code = page.locator("[data-recovery]").inner_text()
    assert axe(page) == []
    assert not page.evaluate(WIDER)
    page.click("[data-cast]")  # not before the code is kept
    expect(page.locator("[data-slip=kept]")).to_be_visible()
    page.check("#kept")
    page.click("[data-cast]")
    expect(page.locator("h1:visible")).to_have_text("투표지를 받았습니다")
    expect(page.locator("[data-until]")).to_contain_text(
        re.compile(r"적어도 20\d\d\. \d+\. \d+\. \d+:\d\d까지")
    )
    assert axe(page) == []
    assert not page.evaluate(WIDER)
    with page.expect_download() as saved:
        page.click("[data-ticket-file]")
    mine = board(city)
    ticket = Note.read(saved.value.path().read_bytes())
    assert ticket.signed_by([Key.read(mine.log_key)])

    told = {request.url.removeprefix(city.base): request for request in sent}
    anonymous = [request for path, request in told.items() if path.startswith("/anonymous/")]
    assert len(anonymous) == 2
    assert not any("cookie" in request.all_headers() for request in anonymous)
    named = told[f"{address}/token"]
    assert "cookie" in named.all_headers()
    (leaf,) = waiting(city)
    assert leaf["x"] == {"a": [1, 3]}
    assert leaf["k"]["m"] not in (named.post_data or "")
    assert token_keys.has_signed(token_keys.read(mine.tokens), leaf)

    other = visit(1280, "en", who=VOTER)  # another device: nothing is known there but the code
    choose(other, address, 2)
    expect(other.locator("[data-mode=new]")).to_be_hidden()
    other.fill("#recovery", code[:-1] + ("0" if code[-1] != "0" else "1"))
    other.click("[data-cast]")
    expect(other.locator("[data-slip=typed]")).to_be_visible()
    assert axe(other) == []
    other.fill("#recovery", code.lower().replace("-", " "))
    other.click("[data-cast]")
    expect(other.locator("h1:visible")).to_have_text("Your ballot is received")
    first, second = waiting(city)
    assert (first["k"], second["x"]) == (second["k"], {"a": [2]})
    receipt = other.locator("[data-receipt-code]").inner_text()
    other.goto(f"{address}/find")
    other.fill("#code", receipt)
    other.keyboard.press("Enter")
    expect(other.locator(".notice:visible h2")).to_have_text(
        "A ballot with this code waits in the mix"
    )

    third = visit(360, "ko", who=VOTER)
    choose(third, address, 1)
    third.fill("#recovery", recovery.code_of(bytes(16)))  # a code, but of nobody here
    third.click("[data-cast]")
    expect(third.locator("[data-refusal]")).to_be_visible()
    assert len(waiting(city)) == 2


def test_without_scripts_the_page_says_so_and_takes_nothing(visit, axe, city):
    page = visit(360, "ko", scripts=False, who=VOTER)
    page.goto(f"/votes/{city.walk.blind}")
    expect(page.locator("noscript .notice h2, .notice h2").first).to_contain_text("스크립트")
    assert page.locator("input[name=choice]:visible, button[data-cast]:visible").count() == 0
