"""verify.html before right bundles and forged ones, opened as a file and without network."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import tally
from ballots.board.manifest import FORMS, ListedOption
from tests.browser.bundles import ELECTION, MANIFEST, SEED, Files, Leaves, Whole, count

PAGE = Path(__file__).parents[2] / "ballots" / "verifiers" / "verify.html"
BOARD = (Path(__file__).parent / "vendor" / "board.js").read_text(encoding="utf-8")
STEPS = [f"V{number}" for number in range(14)]


def ballot(voter: int, choices: dict[str, Any], channel: str = "web") -> dict[str, Any]:
    return {
        "t": "ballot", "d": "all", "c": channel, "f": 1, "p": f"{voter:032x}", "n": f"{voter:064x}", "x": choices,
    }  # fmt: skip


PICKS = [[1], [2], [1, 2], [3], [3, 4], [5], [], [1, 3, 4], [2, 5], [4], [1, 2], [2, 3]]
WEB = [*(ballot(voter, {"a": picks}) for voter, picks in enumerate(PICKS)), ballot(3, {"a": [4]})]
SHEET = {"t": "paper", "b": 1, "d": "all", "f": 1, "n": "8" * 64}
CLERKS = ["clerk 1", "clerk 2"]
VOID = {
    "t": "void",
    "i": 18,
    "why": "typed from another sheet",
    "document": "2026-117",
    "by": CLERKS,
}
ON_PAPER = [
    *WEB,
    {"t": "revoke", "p": f"{0:032x}", "why": "paper-instead"},
    {"t": "revoke", "p": f"{1:032x}", "why": "lost-device"},
    {"t": "batch", "b": 1, "station": "library", "seal": "A-1", "sheets": 2, "by": CLERKS},
    SHEET | {"s": 1, "x": {"a": [2]}},
    SHEET | {"s": 2, "u": "blank"},
    VOID,
    SHEET | {"s": 2, "x": {"a": [3]}},
    {"t": "batch-close", "b": 1, "typed": 2, "blank": 0, "spoiled": 0, "settled": 1, "keying": "4" * 64},
    {"t": "roll-change", "added": 1, "removed": 0, "rollhash": "00" * 32},
]  # fmt: skip
WEB_VOTE, PAPER_VOTE = Whole(WEB), Whole(ON_PAPER)


def changed(path: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        assert old in files[path]
        files[path] = files[path].replace(old, new, 1)

    return change


def member(index: int, **members: Any) -> Callable[[Leaves], None]:
    return lambda log: log[index].update(members)


def dropped(path: str) -> Callable[[Files], None]:
    def drop(files: Files) -> None:
        files[path] = b"".join(files[path].splitlines(keepends=True)[1:])

    return drop


# What was forged -> the first step that says so, and the bundle; sums and signatures are renewed.
FORGED: dict[str, tuple[str, bytes]] = {
    "a header": ("V0", WEB_VOTE.bundle().replace(b"0000644", b"0000600", 1)),
    "a file without its sum": ("V1", WEB_VOTE.bundle().replace(b"META", b"META"[::-1], 1)),
    "a witness too few": ("V2", replace(WEB_VOTE, witnesses=1).bundle()),
    "a hash": ("V3", replace(WEB_VOTE, on_files=lambda files: files.update({"tile/0/000.p/15": bytes(480)})).bundle()),
    "a leaf": ("V3", replace(WEB_VOTE, on_files=changed("tile/entries/000.p/15", b'"a":[1]', b'"a":[2]')).bundle()),
    "an earlier checkpoint": (
        "V4", replace(WEB_VOTE, on_files=lambda files: files.update({"checkpoints.txt": Whole(WEB[1:]).files()["checkpoints.txt"]})).bundle(),
    ),
    "an unknown option": ("V5", replace(WEB_VOTE, on_leaves=member(1, x={"a": [9]})).bundle()),
    "too many of a field": ("V5", replace(WEB_VOTE, on_leaves=member(1, x={"a": [1, 3, 5]})).bundle()),
    "a leaf against the grammar": ("V5", replace(WEB_VOTE, on_leaves=member(1, f=0)).bundle()),
    "another manifest": ("V6", replace(WEB_VOTE, on_leaves=member(0, manifest="1" * 64)).bundle()),
    "another verifier": ("V6", replace(WEB_VOTE, on_files=lambda files: files.update({"verify.py": b""})).bundle()),
    "no close": ("V6", replace(WEB_VOTE, on_leaves=lambda log: log.pop() and None).bundle()),
    "a mark too many": ("V7", replace(WEB_VOTE, on_leaves=member(-1, marks={"web": 13, "paper": 0})).bundle()),
    "a mark on the roll": ("V7", replace(WEB_VOTE, on_files=changed("roll-summary.json", b'"web":12', b'"web":11')).bundle()),
    "a sheet too few": ("V8", replace(PAPER_VOTE, on_leaves=member(16, sheets=3)).bundle()),
    "void of a web ballot": ("V9", replace(PAPER_VOTE, on_leaves=member(19, i=2)).bundle()),
    "another outcome": ("V10", replace(WEB_VOTE, on_files=changed("tally.json", b'"mattered":true', b'"mattered":false')).bundle()),
    "another result": ("V10", replace(WEB_VOTE, on_files=changed("result.json", b'"ballots":12', b'"ballots":11')).bundle()),
    "a ballot less": ("V11", replace(WEB_VOTE, on_files=dropped("ballots.jsonl")).bundle()),
}  # fmt: skip


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
    receipts = [WEB_VOTE.receipt(index) for index in (0, 5, 13)]
    found = verify(page, WEB_VOTE.bundle(), *receipts)
    assert found == dict.fromkeys([*STEPS, ""], "right")
    expect(page.locator("#verdict")).to_contain_text("All is right")
    expect(page.locator("#steps")).to_contain_text("Receipts given: 3.")
    page.get_by_role("button", name="한국어").click()
    expect(page.locator("#verdict")).to_contain_text("모두 맞아요")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_what_cannot_be_checked_is_incomplete_and_not_wrong(page, axe):
    sealed = replace(WEB_VOTE, manifest=replace(MANIFEST, publication="sealed"))
    found = verify(page, sealed.bundle())
    without_leaves = ["V5", "V6", "V7", "V8", "V9", "V11"]
    assert [step for step in STEPS if found[step] == "incomplete"] == without_leaves
    assert {*found.values()} == {"right", "incomplete"}
    assert found[""] == "incomplete"
    assert axe(page) == []
    paper = verify(page, PAPER_VOTE.bundle())
    assert [step for step in STEPS if paper[step] != "right"] == ["V12"]
    expect(page.locator("#steps")).to_contain_text("18: 2026-117, typed from another sheet")
    shares = replace(WEB_VOTE, manifest=replace(MANIFEST, rule="mes_cost"))
    found = verify(page, shares.bundle())
    assert [step for step in STEPS if found[step] != "right"] == ["V10"]
    assert found["V10"] == "incomplete"


def test_every_forgery_is_wrong_at_its_step(page, axe):
    for name, (step, tar) in FORGED.items():
        found = verify(page, tar)
        assert [one for one in STEPS if found[one] == "wrong"][:1] == [step], name
        assert found[""] == "wrong", name
        expect(page.locator("#verdict")).to_contain_text(step)
    assert axe(page) == []


def test_receipts_and_keys_of_others_are_wrong(page):
    other = Whole([*WEB[:7], ballot(7, {"a": []}), *WEB[8:]])
    found = verify(page, WEB_VOTE.bundle(), WEB_VOTE.receipt(1), other.receipt(1))
    assert [step for step in STEPS if found[step] == "wrong"] == ["V13"]
    expect(page.locator("#steps")).to_contain_text("receipt-1.txt")
    page.fill("#key", f"{ELECTION}+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    assert verify(page, WEB_VOTE.bundle())["V1"] == "wrong"
    page.set_input_files(
        "#files",
        [{"name": "r", "mimeType": "text/plain", "buffer": WEB_VOTE.receipt(1)}],
    )
    expect(page.locator("#refusal")).to_contain_text("Choose the bundle too")


def test_any_byte_of_a_bundle_matters(page):
    tar = WEB_VOTE.bundle()
    for at in range(100, len(tar), len(tar) // 30):
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
        manifest = replace(
            MANIFEST,
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
        yield json.loads(bytes(manifest)), ballots, count(manifest, ballots, SEED).to_json()


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
        [[(manifest, ballots) for manifest, ballots, _ in drawn], SEED],
    )
    page.close()
    assert found == [outcome for _, _, outcome in drawn]
    assert sum('"ties":[{' in outcome for outcome in found) > 40
    assert sum("/" in outcome for outcome in found) > 40
