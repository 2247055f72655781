"""The voter's browser checks what the server says, before a made-up server that can lie in every way."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Browser, Page, Route, expect

from ballots.board import leaves
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import inclusion_proof, leaf_hash, root
from ballots.board.notes import LOG, Note, Signer
from ballots.board.receipt import Receipt
from ballots.board.tiles import tiles_of
from core import codes

SITE = "http://box.test"
STATIC = Path(__file__).parents[2] / "app" / "static"
ELECTION = "gm.example/pb/2026"
SIGNER = Signer.of(ELECTION, LOG, bytes(32))
OTHER = Signer.of(ELECTION, LOG, bytes([1] * 32))
FORM = """
<form method="post" action="/receipt" data-cast="7" data-election="{election}" data-district="all" data-form="1"
      data-log-key="{key}">
  <input type="hidden" name="nonce" value="server"><input type="hidden" name="choice" value="10">
  <input type="hidden" name="choice" value="9"><button>Cast</button></form>
<script src="/cast.js"></script>
"""
RECEIPT = """{% from "macros/proof.html" import cast_states %}
<div class="code-box" data-clear-ballot="7" data-receipt="{{ code }}" data-receipt-url="/code.json" data-election="{{ election }}"
     data-log-key="{{ key }}"><div data-state="server"><h1>The server says so</h1></div>{{ cast_states(code) }}</div>
"""
FIND = """{% from "macros/proof.html" import found_states %}
<h1>Find</h1>
<div data-find-url="/code.json" data-code="{{ code }}" data-checkpoint-url="/log/checkpoint" data-election="{{ election }}"
     data-log-key="{{ key }}"><p data-state="server unreached">The server says so</p>{{ found_states() }}</div>
"""


def code_of(hashed: bytes) -> str:
    bits = int.from_bytes(hashed) >> 156
    return "".join(codes.ALPHABET[bits >> 95 - 5 * at & 31] for at in range(20))


@dataclass
class Box:
    """A log as the server shows it, and the answer about the ballot at `index`."""

    entries: list[bytes]
    index: int = 5
    state: str = "in"
    signer: Signer = SIGNER
    lies: dict[str, Any] = field(default_factory=dict)

    @property
    def hashes(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries]

    @property
    def note(self) -> Note:
        text = str(Checkpoint(ELECTION, len(self.entries), root(self.hashes)))
        return Note(text, (self.signer.sign(text),))

    @property
    def code(self) -> str:
        return code_of(self.hashes[self.index])

    @property
    def answer(self) -> dict[str, Any]:
        hashes = self.hashes

        def nodes(level: int, place: int) -> bytes:
            return root(hashes[place << level : place + 1 << level])

        proof = tuple(inclusion_proof(nodes, self.index, len(self.entries)))
        return {
            "state": self.state, "index": self.index, "hash": hashes[self.index].hex(),
            "proof": str(Receipt(self.index, proof, self.note)),
        } | self.lies  # fmt: skip

    def tile(self, path: str) -> bytes | None:
        hashes = self.hashes
        for tile in tiles_of(len(hashes)):
            if tile.path == path:
                span, first = 256**tile.level, tile.index * 256
                rows = [hashes[(first + at) * span :][:span] for at in range(tile.width)]
                return b"".join(map(root, rows))
        return None

    def grown(self, more: int) -> "Box":
        return replace(self, entries=[*self.entries, *map(str.encode, map(str, range(more)))])


@pytest.fixture
def box() -> Box:
    return Box([str(number).encode() for number in range(300)])


@dataclass
class Voter:
    """A voter's browser before a box; the box can be changed between two pages."""

    page: Page
    app: Flask
    box: Box
    is_down: bool = False

    def serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        key = str(self.box.signer.key)
        pages: dict[str, str] = {"/receipt": RECEIPT, "/find": FIND}
        if path in ("/cast.js", "/receipt.js"):
            route.fulfill(path=STATIC / path[1:])
        elif path == "/check":
            route.fulfill(content_type="text/html", body=FORM.format(election=ELECTION, key=key))
        elif path in pages:
            if path == "/receipt" and route.request.method == "POST":
                self.record(route.request.post_data or "")
            with self.app.test_request_context():
                body = render_template_string(
                    pages[path], code=self.box.code, election=ELECTION, key=key
                )
            script = '<script src="/receipt.js"></script>'
            route.fulfill(content_type="text/html", body=f"<meta charset=utf-8>{body}{script}")
        elif self.is_down:
            route.abort()
        elif path == "/code.json":
            route.fulfill(json=self.box.answer)
        elif path == "/log/checkpoint":
            route.fulfill(body=str(self.box.note))
        else:
            tile = self.box.tile(path.removeprefix("/log/"))
            route.fulfill(status=404) if tile is None else route.fulfill(body=tile)

    def record(self, form: str) -> None:
        """Cast as the server does: the browser's nonce, and a pseudonym."""
        fields = dict(pair.split("=") for pair in form.split("&"))
        leaf = leaves.write(
            {
                "v": 1, "t": "ballot", "e": ELECTION, "d": "all", "c": "web", "f": 1,
                "p": "0" * 32, "n": fields["nonce"], "x": {"a": [9, 10]},
            }
        )  # fmt: skip
        self.box.entries.append(leaf)
        self.box.index = len(self.box.entries) - 1
        self.box.lies.setdefault("leaf", leaf.decode())

    def cast(self) -> None:
        self.page.goto(f"{SITE}/check")
        self.page.click("button")

    def find(self, box: Box) -> None:
        self.box = box
        self.page.goto(f"{SITE}/find")

    def sees(self, state: str) -> None:
        expect(self.page.locator("[data-now]")).to_have_attribute("data-now", state)
        shown = self.page.locator("[data-state]:visible").first
        assert state in (shown.get_attribute("data-state") or "").split()


@pytest.fixture
def voter(browser: Browser, app: Flask, box: Box):
    context = browser.new_context()
    found = Voter(context.new_page(), app, box)
    found.page.route("**/*", found.serve)
    yield found
    context.close()


def test_a_ballot_is_compared_and_proved_before_the_tick(voter):
    voter.box.lies["state"] = "waiting"
    voter.cast()
    voter.sees("waiting")
    assert "✓" not in voter.page.inner_text("body")
    del voter.box.lies["state"]
    voter.sees("proved")
    assert "✓" in voter.page.inner_text("h1:visible")
    expect(voter.page.locator("[data-value=index]").first).to_have_text("300")
    expect(voter.page.locator("[data-if=compared]")).to_be_visible()
    with voter.page.expect_download() as saved:
        voter.page.click("[data-file]")
    assert saved.value.suggested_filename == f"receipt-{voter.box.code}.txt"
    assert saved.value.path().read_text() == voter.box.answer["proof"]
    assert voter.page.evaluate("sessionStorage.length") == 0
    voter.page.reload()  # nothing is left to be compared with
    voter.sees("proved")
    expect(voter.page.locator("[data-if=compared]")).to_be_hidden()


LIES: dict[str, Callable[[Box], dict[str, Any]]] = {
    "another ballot was recorded": lambda _: {
        "leaf": leaves.write(
            {
                "v": 1, "t": "ballot", "e": ELECTION, "d": "all", "c": "web", "f": 1,
                "p": "0" * 32, "n": "0" * 64, "x": {"a": [1]},
            }
        ).decode()
    },
    "what was recorded is not shown": lambda _: {"leaf": None},
    "the leaf of somebody else": lambda box: {"hash": box.hashes[0].hex()},
    "no hash": lambda _: {"hash": "00"},
    "another place": lambda _: {"index": 3},
    "no proof": lambda _: {"proof": None},
    "the proof of another leaf": lambda box: {"proof": replace(box, index=2, lies={}).answer["proof"]},
    "a signature of another key": lambda box: {
        "proof": replace(box, signer=OTHER, index=300, lies={}).grown(2).answer["proof"]
    },
    "it is unknown": lambda _: {"state": "unknown"},
}  # fmt: skip


def test_every_lie_about_the_ballot_is_red_and_shown(voter, box):
    for name, lie in LIES.items():
        voter.page.goto(f"{SITE}/check")
        voter.page.evaluate("localStorage.clear()")
        voter.box = replace(box, entries=[*box.entries], lies=lie(box))
        voter.cast()
        voter.sees("wrong")
        assert "✓" not in voter.page.inner_text("body"), name
        evidence = voter.page.locator("[data-value=evidence]").text_content()
        assert json.loads(evidence or "")["sent"]["x"] == {"a": [9, 10]}, name


def test_a_lost_connection_is_no_lie_and_ends(voter):
    voter.is_down = True
    voter.cast()
    voter.sees("unreached")
    voter.is_down = False
    voter.sees("proved")


def test_a_code_is_proved_from_the_files_of_the_log(voter, box):
    voter.find(box)
    voter.sees("proved")
    for state in ("replaced", "revoked"):
        box = replace(box, state=state).grown(100)
        voter.find(box)
        voter.sees(state)
    for state in ("unknown", "waiting"):
        voter.find(replace(box, lies={"state": state}))
        voter.sees("server")


def test_a_fork_a_shorter_log_and_another_key_are_red_to_who_was_there_before(voter, box):
    voter.find(box)
    voter.sees("proved")
    lies = [
        replace(box, entries=[b"forged", *box.entries[1:], b"more"]),
        replace(box, entries=[b"forged", *box.entries[1:]]),
        replace(box, entries=box.entries[:-1]),
        replace(box, signer=OTHER),
    ]
    for lie in lies:
        voter.find(lie)
        voter.sees("wrong")
    voter.find(box.grown(1))
    voter.sees("proved")


def test_a_receipt_is_remembered_and_the_log_must_extend_it(voter):
    voter.cast()
    voter.sees("proved")
    voter.find(replace(voter.box, entries=[b"forged", *voter.box.entries[1:]]))
    voter.sees("wrong")


def test_what_cannot_be_fetched_leaves_the_servers_word(voter, box):
    voter.is_down = True
    voter.find(box)
    voter.sees("unreached")
    expect(voter.page.get_by_text("The server says so")).to_be_visible()


def test_a_ballot_that_lies_elsewhere_or_nowhere_is_not_proved(voter, box):
    voter.find(replace(box, lies={"index": 6}))
    voter.sees("wrong")
    for index in (None, 300):
        voter.find(replace(box, lies={"index": index}))
        voter.sees("unreached")
