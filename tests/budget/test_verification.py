"""The program's verifier and verify.py, written apart, say the same of every step of every bundle."""

import io
import json
from dataclasses import replace

import pytest

from ballots.board import bundle, canonical, leaves
from ballots.board.bundle import Bundle, File
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import inclusion_proof, leaf_hash, root
from ballots.board.notes import Note
from ballots.board.receipt import Receipt
from ballots.verifiers import verify as alone
from budget.verification.steps import STEPS, exit_code, verify
from core import words
from tests.ballots.board import made
from tests.ballots.verifiers import cases, continued, tokens
from tests.ballots.verifiers.cases import ENEMY, FILES, FORGED, LOGS, PUBLIC, VOTE, log_of, signed
from tests.ballots.verifiers.forge import turned as turned_at


def both(data, *, key=None, receipts=(), apart=()):
    """The states of all steps, in which the two agree but for those named; and the exit code."""
    with words.speaking("en"):
        steps = [*verify(io.BytesIO(data), key=key, receipts=receipts)]
        assert all(str(step.said) for step in steps)
    theirs = [*alone.verify(io.BytesIO(data), key=str(key or ""), receipts=receipts)]
    mine = {step.name: str(step.state) for step in steps}
    other = {step.name: step.state for step in theirs}
    assert [*mine] == [*other] == [*STEPS]
    differing = {name: (mine[name], other[name]) for name in mine if mine[name] != other[name]}
    assert {*differing} <= {*apart}, differing
    if not apart:
        assert exit_code(steps) == alone.exit_code(theirs)
    return mine, exit_code(steps)


def wrong(data, **given):
    """The steps that find something wrong."""
    states, code = both(data, **given)
    assert code == (1 if "wrong" in states.values() else 2 if "unchecked" in states.values() else 0)
    return [name for name, state in states.items() if state == "wrong"]


# ------------------------------------------------------------------------------- what is right


def test_the_auditors_copy_is_right_but_for_the_audit_of_its_paper():
    states, code = both(made.packed(FILES))
    assert code == 2
    assert {name for name, state in states.items() if state != "right"} == {"V12"}


def test_the_public_copy_of_a_sealed_vote_is_right_as_far_as_it_goes():
    states, code = both(made.packed(VOTE.files()))
    assert code == 2
    unchecked = [name for name, state in states.items() if state == "unchecked"]
    assert unchecked == ["V5", "V6", "V7", "V8", "V9", "V11", "V12"]


def test_an_open_vote_without_paper_is_right_whole():
    manifest = replace(made.MANIFEST, publication="open")
    log = [one for one in made.events(manifest) if one["t"] in ("open", "ballot", "roll-change")]
    vote = made.vote(manifest, log=made.closed(log, manifest))
    vote = replace(vote, marks=made.marks_of(vote.log), sizes=(1, 2, 2, 9))
    states, code = both(made.packed(vote.files(leaves=True)), key=made.LOG_KEY.key)
    assert (code, {*states.values()}) == (0, {"right"})
    assert wrong(made.packed(vote.files())) == ["V5"]


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("approval", "greedy_card"), ("knapsack", "greedy_cost"), ("choose_one", "greedy_card"),
        ("ordinal", "greedy_score"), ("cumulative", "greedy_score"), ("scored", "greedy_score"),
        ("ordinal", "greedy_cost"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("with_leaves", [False, True])
def test_both_count_greedy_the_same_for_every_kind_of_ballot(kind, rule, with_leaves):
    for ties in ("id_text", "lot", "cost_then_lot"):
        manifest = replace(made.MANIFEST, kind=kind, rule=rule, parameters={}, ties=ties)
        vote = made.vote(manifest, seed="" if ties == "id_text" else made.SEED)
        assert wrong(made.packed(vote.files(leaves=with_leaves))) == []


def test_a_rule_that_is_known_here_alone_is_counted_here_alone():
    for rule in ("mes_cost_add1u", "phragmen", "maxw_cost"):
        vote = made.vote(replace(made.MANIFEST, rule=rule, parameters={}))
        states, _ = both(made.packed(vote.files()), apart=["V10"])
        assert states["V10"] == "right"
    unknown = replace(made.MANIFEST, rule="nobody-knows-it")
    states, _ = both(made.packed(VOTE.files() | {"manifest.json": bytes(unknown)}))
    assert states["V10"] == "unchecked"


@pytest.mark.parametrize("with_leaves", [False, True])
def test_a_log_of_several_tiles_is_read_whole(with_leaves):
    cast = [
        made.leaf(
            "ballot", made.ELECTION, d="cheolsan-3", c="web", f=1, p=f"{voter:032x}",
            n=f"{voter:064x}", x={"a": [voter % 5 + 1]},
        )
        for voter in range(600)
    ]  # fmt: skip
    change = made.leaf(
        "roll-change", made.ELECTION, added=0, removed=0, rollhash=made.ROLLHASHES[1]
    )
    log = made.closed([made.opening(), *cast, change])
    vote = replace(VOTE, log=log, marks=made.marks_of(log), sizes=(1, 256, 257, 511, 600))
    states, code = both(made.packed(vote.files(leaves=with_leaves)))
    assert code == (0 if with_leaves else 2)
    assert (states["V3"], states["V4"]) == ("right", "right")


# ------------------------------------------------------------------------------ forged files


@pytest.mark.parametrize("name", FORGED)
def test_forged_files_are_found_at_their_step(name):
    forge, steps = FORGED[name]
    assert wrong(made.packed(forge(FILES))) == steps


@pytest.mark.parametrize("name", PUBLIC)
def test_a_forged_public_copy_is_found_by_its_count(name):
    (forge,) = PUBLIC[name]
    assert wrong(made.packed(forge(VOTE.files()))) == ["V10"]


def test_another_signer_and_other_bytes_are_found():
    data = made.packed(FILES, ENEMY)
    assert wrong(data) == ["V1"]
    assert wrong(made.packed(FILES), key=ENEMY.key) == ["V1", "V2"]
    places = Bundle.read(io.BytesIO(made.packed(FILES))).places
    sums = b"".join(bundle.written([File.of(*file) for file in FILES.items()], made.LOG_KEY))
    for path in ("SHA256SUMS", "election.pb"):
        turned_bytes = bytearray(sums)
        turned_bytes[places[path][0]] ^= 1
        assert wrong(bytes(turned_bytes)) == ["V1"]
    for cut in (b"", sums[:-1], sums + bytes(10_240), sums[:5000], b"x" * 10_240):
        states, code = both(cut)
        assert (code, states["V0"]) == (1, "wrong")
        assert {*states.values()} <= {"wrong", "unchecked", "right"}


# -------------------------------------------------------------------------------- forged logs


@pytest.mark.parametrize("name", LOGS)
def test_a_forged_log_is_found_at_its_step(name):
    forge, steps = LOGS[name]
    assert wrong(log_of(forge)) == steps


def test_a_close_that_miscounts_or_is_missing_is_found():
    log = [*VOTE.log]
    close = dict(made.read_leaf(log[-1]))
    for members, steps in (
        ({"size": 3}, ["V6"]),
        ({"counts": {"open": 1}}, ["V6"]),
        ({"marks": {"paper": 6, "web": 14}}, ["V7"]),
        ({"marks": {"paper": 5, "web": 15}}, ["V7"]),
    ):
        forged = [*log[:-1], canonical.dumps(close | members)]
        assert wrong(signed(forged)) == steps
    assert wrong(signed(log[:-1])) == ["V6", "V7", "V8", "V9"]
    assert wrong(signed([*log, log[-1]])) == ["V6"]


def test_a_result_in_the_log_is_held_to():
    told = json.loads(FILES["result.json"])
    leaf = made.leaf(
        "result", made.ELECTION, bundle="ab" * 32, funded=told["funded"], trace=told["trace"]
    )
    assert wrong(signed([*VOTE.log, leaves.write(leaf)])) == []
    forged = leaves.write(leaf | {"funded": [1]})
    assert wrong(signed([*VOTE.log, forged])) == ["V10"]
    assert wrong(signed([*VOTE.log[:-1], leaves.write(leaf)])) == ["V6", "V7", "V8", "V9"]


# ----------------------------------------------------------------------------------- receipts


def receipt(index, size=None, signer=None):
    size = len(VOTE.log) if size is None else size
    hashes = [*map(leaf_hash, VOTE.log[:size])]
    nodes = lambda level, place: root(hashes[place << level : place + 1 << level])  # noqa: E731
    note = VOTE.checkpoint(size)
    if signer:
        note = Note(note.text, (signer.sign(note.text),))
    return str(Receipt(index, tuple(inclusion_proof(nodes, index, size)), note)).encode()


def test_receipts_are_proved_by_the_bundle():
    data = made.packed(VOTE.files())
    good = [("a", receipt(3)), ("b", receipt(0, 9)), ("c", receipt(20, 21))]
    states, _ = both(data, receipts=good)
    assert states["V13"] == "right"
    text = str(Checkpoint(made.ELECTION, 99, bytes(32)))
    later = str(Receipt(3, (), Note(text, (made.LOG_KEY.sign(text),)))).encode()
    assert both(data, receipts=[("later", later)])[0]["V13"] == "unchecked"
    other = Receipt.read(receipt(3))
    for forged in (
        b"no receipt", receipt(3, signer=ENEMY), receipt(3).replace(b"index 3", b"index 4"),
        str(replace(other, proof=other.proof[:-1])).encode(),
    ):  # fmt: skip
        assert wrong(data, receipts=[*good, ("forged", forged)]) == ["V13"]


# ------------------------------------------------------------------- a log that continues another


@pytest.mark.parametrize("name", continued.FORGED)
def test_a_log_that_goes_on_is_held_to_what_the_one_before_has_signed(name):
    forge, steps = continued.FORGED[name]
    assert wrong(forge()) == steps


@pytest.mark.parametrize("with_leaves", [False, True])
@pytest.mark.parametrize("vote", [continued.vote(), continued.vote_twice()])
def test_a_log_that_goes_on_is_right_and_says_what_was_lost(vote, with_leaves):
    data = made.packed(vote.files(leaves=with_leaves), vote.signer)
    states, _ = both(data)
    assert "wrong" not in states.values()
    assert states["V4"] == "right"
    if with_leaves:
        with words.speaking("en"):
            said = {step.name: str(step.said) for step in verify(io.BytesIO(data))}
        theirs = {step.name: step.said for step in alone.verify(io.BytesIO(data))}
        lost = "of 33 entries that were signed there, 13 were lost."
        assert said["V6"].endswith(f"The log continues {made.ELECTION}: {lost}")
        assert "where of 33 leaves that were signed 13 were lost" in theirs["V6"][1]


@pytest.mark.parametrize(
    ("index", "size", "state"),
    [
        (3, 20, "right"), (3, 7, "right"), (0, 20, "right"), (3, 33, "right"), (0, 33, "right"),
        (3, 25, "unchecked"), (24, 25, "unchecked"), (24, 33, "unchecked"), (3, 34, "wrong"),
    ],
)  # fmt: skip
def test_a_receipt_of_the_log_before_is_proved_as_far_as_its_leaf_was_kept(index, size, state):
    data = made.packed(continued.vote().files(), continued.SIGNER)
    given = continued.receipt(continued.OLD, index, size)
    assert both(data, receipts=[("old", given)])[0]["V13"] == state


def test_a_forged_receipt_of_the_log_before_is_wrong():
    data = made.packed(continued.vote().files(), continued.SIGNER)
    good = continued.receipt(continued.OLD, 3, 20)
    for forged in (
        good.replace(b"index 3", b"index 4"), good.replace(b"index 3", b"index 20"),
        continued.receipt(continued.OTHER, 3, 20), continued.receipt(continued.OTHER, 3, 33),
        continued.receipt(continued.BY_ENEMY, 3, 20),
        b"".join(good.splitlines(keepends=True)[:2] + good.splitlines(keepends=True)[3:]),
    ):  # fmt: skip
        assert wrong(data, receipts=[("forged", forged)]) == ["V13"]


# ------------------------------------------------------------------------------- blind tokens


@pytest.mark.parametrize("name", tokens.FORGED)
def test_tokens_are_held_to_the_keys_that_the_opening_names(name):
    forge, steps = tokens.FORGED[name]
    assert [step for step in steps if step not in wrong(forge())] == []
    if not steps:
        assert {*both(forge())[0].values()} == {"right"}


# ---------------------------------------------------------------------- the keying of paper


@pytest.mark.parametrize("name", cases.RECORDS)
def test_records_of_keyings_are_held_to_the_log(name):
    assert wrong(cases.RECORDS[name]()) == ["V8"]


def test_the_word_of_a_third_clerk_is_needed_where_two_differ_and_only_there():
    log = [dict(made.read_leaf(leaf)) for leaf in VOTE.log[:-1]]
    for one in log:
        if one["t"] == "batch-close":
            one["settled"] = 0
    closed = made.closed(log)
    vote = replace(VOTE, log=closed, marks=made.marks_of(closed))
    files = vote.files(leaves=True)
    assert "paper/adjudications.jsonl" not in files
    assert both(made.packed(files))[0]["V8"] == "right"


# ------------------------------------------------------------------------- any byte at all


def test_a_byte_that_is_turned_is_found_by_both_at_the_same_steps():
    data = made.packed(FILES)
    for place in range(0, len(data), 499):
        assert wrong(turned_at(data, place)) != []


def test_a_byte_that_is_turned_is_found_even_where_all_sums_are_signed_anew():
    for path, text in FILES.items():
        for place in range(0, len(text), 199):
            found = wrong(made.packed(FILES | {path: turned_at(text, place)}))
            assert found != [] or path == "election.pb"  # which is for other programs
