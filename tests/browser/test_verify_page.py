"""verify.html before right bundles and forged ones, opened as a file and without network."""

import base64
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import tally
from ballots.board import canonical, recount
from ballots.board.manifest import FORMS, ListedOption, Manifest
from ballots.board.merkle import inclusion_proof, leaf_hash, root
from ballots.board.receipt import Receipt
from ballots.verifiers import verify as alone
from budget.recount import outcome_of
from tests.ballots.board import made
from tests.ballots.verifiers import audited, cases, continued, tokens

PAGE = Path(__file__).parents[2] / "ballots" / "verifiers" / "verify.html"
BOARD = (Path(__file__).parent / "vendor" / "board.js").read_text(encoding="utf-8")
STEPS = [f"V{number}" for number in range(14)]
Files = dict[str, bytes]

VOTE = made.vote()
ON_WEB = ("open", "ballot", "revoke", "roll-change")
WEB = made.closed(one for one in made.events() if one["t"] in ON_WEB)
WEB_VOTE = replace(VOTE, log=WEB, marks=made.marks_of(WEB))


def whole(vote: made.Vote) -> bytes:
    return made.packed(vote.files(leaves=True))


def logged(vote: made.Vote, log: Sequence[bytes]) -> bytes:
    """A bundle whose log is another one, signed as if it were right."""
    other = replace(vote, log=tuple(log))
    files = vote.files(leaves=True)
    for path in [path for path in files if path.startswith("tile/")]:
        del files[path]
    files |= dict(recount.tile_files(log, with_leaves=True))
    files["checkpoint"] = str(other.checkpoint(len(log), vote.signers)).encode()
    files["checkpoints.txt"] = str(other.checkpoint(1)).encode()
    return made.packed(files)


def leaf(vote: made.Vote, kind: str, **members: Any) -> bytes:
    """A bundle where the first leaf of a kind says something else."""
    log = list(vote.log)
    index, said = next(
        (at, one) for at, one in enumerate(map(made.read_leaf, log)) if one["t"] == kind
    )
    log[index] = canonical.dumps({**said, **members})
    return logged(vote, log)


def changed(path: str, old: bytes, new: bytes) -> bytes:
    """A bundle where a file of the web vote says something else; sums and note are renewed."""
    files = WEB_VOTE.files(leaves=True)
    assert old in files[path]
    files[path] = files[path].replace(old, new, 1)
    return made.packed(files)


def receipt(vote: made.Vote, index: int, size: int) -> bytes:
    hashes = [leaf_hash(leaf) for leaf in vote.log[:size]]

    def nodes(level: int, place: int) -> bytes:
        return root(hashes[place << level :][: 1 << level])

    proof = tuple(inclusion_proof(nodes, index, size))
    return str(Receipt(index, proof, vote.checkpoint(size))).encode()


TILE, ENTRIES = (f"tile/{level}/000.p/{len(WEB)}" for level in ("0", "entries"))
OTHERS = replace(WEB_VOTE, log=WEB[:1] + WEB[2:])
# What was forged -> the first step that says so, and the bundle.
FORGED: dict[str, tuple[str, bytes]] = {
    "a header": ("V0", whole(WEB_VOTE).replace(b"0000644", b"0000600", 1)),
    "a file without its sum": ("V1", whole(WEB_VOTE).replace(b"META", b"ATEM", 1)),
    "a witness too few": ("V2", whole(replace(WEB_VOTE, signers=("press",)))),
    "a hash": ("V3", changed(TILE, WEB_VOTE.files()[TILE], bytes(32 * len(WEB)))),
    "a leaf": ("V3", changed(ENTRIES, b'"a":[1,2]', b'"a":[1,3]')),
    "an earlier checkpoint": (
        "V4",
        changed(
            "checkpoints.txt", *(str(one.checkpoint(9)).encode() for one in (WEB_VOTE, OTHERS))
        ),
    ),
    "an unknown option": ("V5", leaf(WEB_VOTE, "ballot", x={"a": [9]})),
    "too many of a field": ("V5", leaf(WEB_VOTE, "ballot", x={"a": [1, 3, 5]})),
    "a leaf against the grammar": ("V5", leaf(WEB_VOTE, "ballot", f=0)),
    "another manifest": ("V6", leaf(WEB_VOTE, "open", manifest="1" * 64)),
    "another verifier": ("V6", changed("verify.py", b"0", b"1")),
    "no close": ("V6", logged(WEB_VOTE, WEB[:-1])),
    "a mark too many": ("V7", leaf(WEB_VOTE, "close", marks={"web": 99, "paper": 0})),
    "a mark on the roll": ("V7", changed("roll-summary.json", b'"web":13', b'"web":12')),
    "a voter more": ("V7", changed("roll-summary.json", b'"voters":40', b'"voters":41')),
    "another roll": ("V7", changed("roll-summary.json", b"22", b"21")),
    "a sheet too few": ("V8", leaf(VOTE, "batch", sheets=6)),
    "void of a web ballot": ("V8", leaf(VOTE, "void", i=2)),  # the sheet is typed twice
    "another outcome": ("V10", changed("tally.json", b'"mattered":', b'"Mattered":')),
    "another result": ("V10", changed("result.json", b'"ballots":1', b'"ballots":2')),
    "another ballot": ("V11", changed("ballots.jsonl", b'"a":[1,2]', b'"a":[1,1]')),
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="en")
    context.set_offline(True)
    found, errors = context.new_page(), []
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.goto(PAGE.as_uri())
    yield found
    context.close()
    assert errors == []


def verify(page: Page, tar: bytes, *receipts: bytes) -> dict[str, str]:
    """Step -> state; "" -> the whole verdict."""
    page.set_input_files("#files", [])
    names = ["vote.tar", *(f"receipt-{at}.txt" for at in range(len(receipts)))]
    page.set_input_files(
        "#files",
        [
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            for name, data in zip(names, [tar, *receipts], strict=True)
        ],
    )
    expect(page.locator("#verdict h2")).to_be_visible()
    found: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#steps li")].map(
            (line) => [line.querySelector("strong").textContent.split(" ")[0], line.className]))"""
    )
    return found | {"": page.locator("#verdict").get_attribute("class") or ""}


def test_a_right_bundle_is_right_in_both_languages(page, axe):
    assert axe(page) == []
    receipts = [receipt(WEB_VOTE, index, 17) for index in (0, 5, 16)]
    found = verify(page, whole(WEB_VOTE), *receipts)
    assert found == dict.fromkeys([*STEPS, ""], "right")
    expect(page.locator("#verdict")).to_contain_text("All is right")
    expect(page.locator("#steps")).to_contain_text("Receipts given: 3.")
    page.get_by_role("button", name="한국어").click()
    expect(page.locator("#verdict")).to_contain_text("모두 맞아요")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_what_cannot_be_checked_is_incomplete_and_not_wrong(page, axe):
    found = verify(page, made.packed(WEB_VOTE.files()))
    without_leaves = ["V5", "V6", "V7", "V8", "V9", "V11"]
    assert [step for step in STEPS if found[step] == "incomplete"] == without_leaves
    assert {*found.values()} == {"right", "incomplete"}
    assert found[""] == "incomplete"
    assert axe(page) == []
    paper = verify(page, whole(VOTE))
    assert [step for step in STEPS if paper[step] != "right"] == ["V12"]
    expect(page.locator("#steps")).to_contain_text("2027-11, typed wrong")
    shares = replace(made.MANIFEST, rule="mes_cost", parameters={})
    found = verify(page, whole(made.vote(shares)))
    assert [step for step in STEPS if found[step] != "right"] == ["V10", "V12"]
    assert found["V10"] == "incomplete"


def test_every_forgery_is_wrong_at_its_step(page, axe):
    for name, (step, tar) in FORGED.items():
        found = verify(page, tar)
        assert [one for one in STEPS if found[one] == "wrong"][:1] == [step], name
        assert found[""] == "wrong", name
        expect(page.locator("#verdict")).to_contain_text(step)
    assert axe(page) == []


def test_it_says_the_same_of_every_step_as_verify_py(page):
    page.evaluate(BOARD + ";globalThis.board = board; 0")
    names = {"incomplete": "unchecked"}
    for name, tar in cases.every():
        found = page.evaluate(
            """async (encoded) => {
                const tar = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
                const states = {};
                const tell = ({ step, state }) => { if (state) states[step] = state; };
                await new board.Verifier(new Blob([tar]), {}, tell).run();
                return states;
            }""",
            base64.b64encode(tar).decode(),
        )
        told = {step.name: step.state for step in alone.verify(io.BytesIO(tar))}
        assert {step: names.get(state, state) for step, state in found.items()} == told, name


def test_audits_tokens_and_paper_are_checked_by_the_page_itself(page, axe):
    vote = audited.clear()
    found = verify(page, audited.bundle(vote, audited.audit(vote)))
    assert {*found.values()} == {"right"}
    expect(page.locator("#steps")).to_contain_text("Sheets drawn: 6.")
    assert axe(page) == []
    assert {*verify(page, tokens.with_tokens()).values()} == {"right"}
    found = verify(page, tokens.FORGED["a token squared"][0]())
    assert [step for step in STEPS if found[step] == "wrong"] == ["V7"]


def test_a_log_that_goes_on_is_told_and_receipts_of_the_one_before_are_checked(page, axe):
    data = made.packed(continued.vote().files(leaves=True), continued.SIGNER)
    found = verify(page, data, continued.receipt(continued.OLD, 3, 20))
    assert [step for step in STEPS if found[step] != "right"] == ["V12"]
    told = (
        f"This log continues {made.ELECTION}. Of 33 entries that were signed there, 13 were lost."
    )
    expect(page.locator("#steps")).to_contain_text(told)
    assert axe(page) == []
    for index, size, state in ((24, 33, "incomplete"), (3, 25, "incomplete"), (3, 34, "wrong")):
        assert verify(page, data, continued.receipt(continued.OLD, index, size))["V13"] == state
    forged = continued.receipt(continued.OTHER, 3, 20)
    assert verify(page, data, forged)["V13"] == "wrong"


def test_receipts_and_keys_of_others_are_wrong(page):
    own, other = receipt(WEB_VOTE, 1, 9), receipt(OTHERS, 1, 9)
    found = verify(page, whole(WEB_VOTE), own, other)
    assert [step for step in STEPS if found[step] == "wrong"] == ["V13"]
    expect(page.locator("#steps")).to_contain_text("receipt-1.txt")
    page.fill("#key", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    found = verify(page, whole(WEB_VOTE))
    assert [step for step in STEPS if found[step] == "wrong"][:2] == ["V1", "V2"]
    page.set_input_files(
        "#files", [{"name": "receipt.txt", "mimeType": "text/plain", "buffer": own}]
    )
    expect(page.locator("#refusal")).to_contain_text("Choose the bundle too")


def test_any_byte_of_a_bundle_matters(page):
    tar = whole(WEB_VOTE)
    for at in range(100, len(tar), len(tar) // 20):
        forged = tar[:at] + bytes([tar[at] ^ 1]) + tar[at + 1 :]
        assert verify(page, forged)[""] == "wrong", at


def elections() -> Iterator[tuple[dict[str, Any], list[Any], str]]:
    """Drawn votes with ties, free options, empty ballots, and terms: a manifest, its ballots, the outcome."""
    draw = np.random.default_rng(21)
    pairs = [
        (rule, kind)
        for rule in ("greedy_cost", "greedy_card", "greedy_score")
        for kind in sorted(tally.RULES[rule].kinds)
    ]
    for number, (rule, kind) in enumerate(pairs * 20):
        size = int(draw.integers(0, 7))
        options = [
            ListedOption(
                n, f"{'가p'[n % 2]}{draw.integers(0, 99)}-{n}", "", int(draw.integers(0, 5))
            )
            for n in range(1, size + 1)
        ]
        terms = {"minimum_votes": int(draw.integers(0, 3)), "stop": bool(draw.integers(0, 2))}
        manifest: Manifest = replace(
            made.MANIFEST,
            kind=kind,
            fund=int(draw.integers(0, 12)),
            options=tuple(options),
            fields={},
            picks=0,
            rule=rule,
            parameters=terms if number % 5 else {},
            ties=["id_text", "lot", "cost_then_lot"][number % 3],
        )
        ballots = [ballot_of(draw, kind, size) for _ in range(int(draw.integers(0, 9)))]
        yield (
            json.loads(bytes(manifest)),
            ballots,
            outcome_of(manifest, ballots, made.SEED).to_json(),
        )


def ballot_of(draw: np.random.Generator, kind: str, size: int) -> dict[str, Any]:
    most = 1 if kind == "choose_one" else size
    numbers = [int(n) + 1 for n in draw.permutation(size)[: draw.integers(0, most + 1)]]
    points = [[n, ["1/2", "2/3", 0, 1, 2][n % 5]] for n in sorted(numbers)]
    forms = {"a": sorted(numbers), "r": [[n] for n in numbers], "s": points}
    return {FORMS[kind]: forms[FORMS[kind]]}


def test_greedy_counts_give_the_same_bytes_as_the_counting_room(browser):
    page = browser.new_page()
    page.evaluate(BOARD + ";globalThis.board = board; 0")
    drawn = list(elections())
    found = page.evaluate(
        """([elections, seed]) => elections.map(([value, ballots]) => {
            const groups = new Map();
            for (const said of ballots) {
                const text = board.canonical.write(said);
                groups.set(text, (groups.get(text) ?? 0) + 1);
            }
            return board.count(new board.Manifest(value), groups, seed);
        })""",
        [[(manifest, ballots) for manifest, ballots, _ in drawn], made.SEED],
    )
    page.close()
    assert found == [outcome for _, _, outcome in drawn]
    assert sum('"ties":[{' in outcome for outcome in found) > 40
    assert sum("/" in outcome for outcome in found) > 40
