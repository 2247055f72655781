"""verify.py over whole bundles: right ones, and each kind of wrong one by its step."""

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from ballots.board import canonical, recount
from ballots.board.blind import blind, finalize, prepared, sign
from ballots.board.bundle import header
from ballots.board.manifest import FORMS
from ballots.board.merkle import inclusion_proof
from ballots.board.notes import LOG, Signer
from ballots.board.receipt import Receipt
from ballots.board.tiles import nodes_of
from ballots.verifiers import verify
from tests.ballots.board import made
from tests.ballots.verifiers.forgery import judged, place_of, states, with_leaf, with_log

VERIFY = Path(verify.__file__)
ROOT = VERIFY.parents[2]
VOTE = made.vote()
AUDITORS, PUBLIC = VOTE.files(leaves=True), VOTE.files()
ROLL_CHANGE = made.leaf(
    "roll-change", made.ELECTION, added=2, removed=2, rollhash=made.ROLLHASHES[1]
)
STEPS = {f"V{number}" for number in range(14)}


def web_vote(manifest=made.MANIFEST, **changes):
    """The invented vote without its paper and whoever asked for it."""
    events = [
        leaf
        for leaf in made.events(manifest, **changes)
        if leaf["t"] in ("open", "ballot", "roll-change") or leaf.get("why") == "lost-device"
    ]
    log = made.closed(events, manifest)
    return made.Vote(manifest, log, made.marks_of(log))


# Right ones


def test_a_vote_by_web_is_right_in_every_step():
    steps = judged(made.packed(web_vote().files(leaves=True)))
    assert states(steps, "right") == STEPS
    assert verify.exit_code(steps.values()) == 0


def test_where_paper_was_not_audited_that_step_alone_is_not_checked():
    steps = judged(made.packed(AUDITORS))
    assert states(steps, "unchecked") == {"V12"}
    assert states(steps, "wrong") == set()
    assert verify.exit_code(steps.values()) == 2


def test_without_leaves_what_needs_them_is_not_checked_and_the_published_ballots_are_counted():
    steps = judged(made.packed(PUBLIC))
    assert states(steps, "unchecked") == {"V5", "V6", "V7", "V8", "V9", "V11", "V12"}
    assert states(steps, "wrong") == set()
    assert "19 ballots, counted again" in steps["V10"].said[1]


@pytest.mark.parametrize("ties", ["id_text", "lot", "cost_then_lot"])
@pytest.mark.parametrize("kind", made.SAID)
def test_greedy_is_counted_for_each_kind_of_ballot_and_each_way_to_settle_ties(kind, ties):
    for rule in ("greedy_cost", "greedy_card", "greedy_score"):
        if rule == "greedy_score" and FORMS[kind] == "a":
            continue
        manifest = replace(made.MANIFEST, kind=kind, rule=rule, ties=ties, parameters={})
        vote = made.vote(manifest, seed="" if ties == "id_text" else made.SEED)
        for leaves in (True, False):
            steps = judged(made.packed(vote.files(leaves=leaves)))
            assert states(steps, "wrong") == set(), steps
            assert steps["V10"].state == "right"


def test_a_log_of_several_levels_of_tiles_is_read_whole():
    manifest = replace(made.MANIFEST, publication="open")
    ballot = canonical.loads(VOTE.log[1])
    cast = [{**ballot, "p": f"{voter:032x}"} for voter in range(600)]
    log = made.closed([made.opening(manifest), ROLL_CHANGE, *cast], manifest)
    vote = made.Vote(manifest, log, made.marks_of(log), sizes=(0, 1, 255, 256, 257, 513, 599))
    steps = judged(made.packed(vote.files(leaves=True)))
    assert states(steps, "right") == STEPS
    assert "603 leaves" in steps["V3"].said[1]


# Keys and witnesses


def test_the_log_s_key_may_be_named_and_another_one_is_refused():
    data = made.packed(AUDITORS)
    assert states(judged(data, key=str(made.LOG_KEY.key)), "wrong") == set()
    other = Signer.of(made.ELECTION, LOG, bytes(32))
    steps = judged(data, key=str(other.key))
    assert {"V1", "V2"} <= states(steps, "wrong")
    assert str(other.key) in steps["V2"].said[1]
    assert "no public key" in judged(data, key="nonsense")["V2"].said[1]


def test_whoever_signs_with_another_key_is_told_so():
    other = Signer.of(made.ELECTION, LOG, bytes(32))
    steps = judged(made.packed(AUDITORS, signer=other))
    assert states(steps, "wrong") == {"V1"}
    assert "not signed by the log's key" in steps["V1"].said[1]


@pytest.mark.parametrize("signers", [(), ("press",)])
def test_too_few_witnesses_are_wrong(signers):
    files = {**AUDITORS, "checkpoint": str(VOTE.checkpoint(len(VOTE.log), signers)).encode()}
    steps = judged(made.packed(files))
    assert states(steps, "wrong") == {"V2"}
    assert "too few witnesses" in steps["V2"].said[1]


def test_a_witness_whose_signature_is_wrong_spoils_the_checkpoint():
    note = AUDITORS["checkpoint"].decode()
    *lines, last = note.splitlines(keepends=True)
    elsewhere = str(VOTE.checkpoint(9, ["press"])).splitlines(keepends=True)[-1]
    steps = judged(made.packed({**AUDITORS, "checkpoint": "".join([*lines, elsewhere]).encode()}))
    assert last != elsewhere
    assert "the signature of press.example/witness" in steps["V2"].said[1]


# The file


def test_what_is_no_tar_is_told_by_its_first_step():
    for data in (b"", b"hello", bytes(10_240), b"\xff" * 20_000):
        steps = judged(data)
        assert states(steps, "wrong") == {"V0"}
        assert states(steps, "unchecked") == STEPS - {"V0"}


@pytest.mark.parametrize("cut", [1, 512, 5000, 10_240, 20_000])
def test_a_file_that_ends_too_early_or_goes_on_is_wrong(cut):
    data = made.packed(AUDITORS)
    assert states(judged(data[:-cut]), "wrong") == {"V0"}
    assert states(judged(data + bytes(cut)), "wrong") == {"V0"}


def test_files_out_of_order_missing_or_unknown_are_wrong():
    def tar(*paths):
        data = b"".join(header(path, 0) for path in paths) + bytes(1024)
        return data + bytes(-len(data) % 10_240)

    always = verify.ALWAYS
    for paths, why in (
        ((always[1], always[0]), "SHA256SUMS: stands out of order"),
        ((always[0], always[0]), "SHA256SUMS: stands out of order"),
        (always[:-1], "there is no file tally.json"),
        ((*always, "notes.txt"), "notes.txt: no such file"),
        ((*always, "tile/0/1"), "tile/0/1: no such file"),
    ):
        assert why in judged(tar(*paths))["V0"].said[1]


# Sums, tiles, checkpoints


def test_a_wrong_sum_names_its_file():
    data = made.packed(AUDITORS)
    at = data.index(b"META\n")
    steps = judged(data[:at] + b"meta" + data[at + 4 :])
    assert states(steps, "wrong") == {"V1"}
    assert steps["V1"].said[1] == "election.pb: not its sum in SHA256SUMS"


def test_a_fork_of_the_log_is_told_by_the_checkpoint_that_shows_it():
    fork = replace(VOTE, log=(VOTE.log[1], *VOTE.log[1:]))
    earlier = [VOTE.checkpoint(1), fork.checkpoint(9), VOTE.checkpoint(21)]
    files = {**AUDITORS, "checkpoints.txt": "\n".join(map(str, earlier)).encode()}
    steps = judged(made.packed(files))
    assert states(steps, "wrong") == {"V4"}
    assert steps["V4"].said[1].startswith("checkpoints.txt #2: another tree of 9 leaves")


@pytest.mark.parametrize(
    ("earlier", "why"),
    [
        ([VOTE.checkpoint(9), VOTE.checkpoint(1)], "#2: its size is out of order"),
        ([replace(VOTE, log=(*VOTE.log, b"{}")).checkpoint(39)], "#1: its size is out of order"),
        ([replace(VOTE.checkpoint(9), signatures=VOTE.checkpoint(1).signatures)], "#1: the signature of"),
    ],
)  # fmt: skip
def test_an_earlier_checkpoint_that_is_out_of_order_or_not_signed_is_wrong(earlier, why):
    files = {**AUDITORS, "checkpoints.txt": "\n".join(map(str, earlier)).encode()}
    assert why in judged(made.packed(files))["V4"].said[1]


def test_tiles_must_agree_and_be_those_of_the_log():
    def said(**files):
        steps = judged(made.packed({**AUDITORS, **files}))
        return steps["V3"].said[1] if "V3" in states(steps, "wrong") else ""

    tile, size = AUDITORS["tile/0/000.p/38"], len(VOTE.log)
    assert "leaf 37 has another hash" in said(**{"tile/0/000.p/38": tile[:-1] + b"\0"})
    assert "not 38 hashes" in said(**{"tile/0/000.p/38": tile[:-1]})
    assert "tile/0/001.p/1: no tile" in said(**{"tile/0/001.p/1": tile[:32]})
    assert "not 38 whole leaves" in said(**{"tile/entries/000.p/38": b"\0\1"})
    other = replace(VOTE, log=VOTE.log[::-1]).checkpoint(size, VOTE.signers)
    assert "root that was not signed" in said(checkpoint=str(other).encode())
    without = {path: content for path, content in AUDITORS.items() if path != "tile/0/000.p/38"}
    assert "there is no file tile/0/000.p/38" in judged(made.packed(without))["V3"].said[1]


# The log


def test_a_leaf_that_is_none_is_told_with_its_place_and_member():
    at = place_of(VOTE, "ballot")
    for members, why in (
        ({"x": {"a": [2, 1]}}, "leaf 1: x is not as it must be"),
        ({"x": {"a": [9]}}, "leaf 1: there is no option 9"),
        ({"x": {"a": [1, 2, 4, 5]}}, "leaf 1: 4 options are too many"),
        ({"x": {"a": [1, 3, 5]}}, "leaf 1: 3 options of the field parks are too many"),
        ({"x": {"r": [[1]]}}, "leaf 1: no ballot of the kind approval"),
        ({"n": "00"}, "leaf 1: n is not as it must be"),
        ({"n": None}, "leaf 1: a ballot with a member too few or too many"),
        ({"t": "vote"}, "leaf 1: no such kind of leaf"),
    ):
        steps = judged(made.packed(with_log(VOTE, with_leaf(VOTE, at, **members))))
        assert states(steps, "wrong") == {"V5"}
        assert steps["V5"].said[1] == why
        assert states(steps, "unchecked") >= {"V6", "V7", "V8", "V9", "V10", "V11"}


@pytest.mark.parametrize(
    ("kind", "members", "step", "why"),
    [
        ("open", {"manifest": "00" * 32}, "V6", "the opening names another manifest"),
        ("open", {"policy": "00" * 32}, "V6", "names another policy"),
        ("open", {"log": str(Signer.of(made.ELECTION, LOG, bytes(32)).key)}, "V6", "names another log"),
        ("open", {"verifiers": {}}, "V6", "names another verifiers"),
        ("open", {"tokens": {"haan-1": "00" * 32}}, "V6", "names another tokens"),
        ("close", {"size": 36}, "V6", "leaf 37: before it are 37 leaves"),
        ("close", {"counts": {}}, "V6", "leaf 37: before it are 37 leaves"),
        ("close", {"marks": {"paper": 6, "web": 14}}, "V7", "leaf 37: 15 ballots by web, 14 marks"),
        ("close", {"marks": {"paper": 5, "web": 15}}, "V7", "another paper than the log"),
        ("ballot", {"d": "nowhere"}, "V7", "leaf 1: no district of this vote: nowhere"),
        ("ballot", {"e": "elsewhere"}, "V6", "leaf 1: it is not of the election"),
        ("revoke", {"p": "ff" * 16}, "V7", "revokes a ballot that is not there"),
        ("roll-change", {"rollhash": "00" * 32}, "V7", "another rollhash"),
        ("roll-change", {"added": 3}, "V7", "another voters"),
        ("batch", {"sheets": 6}, "V8", "batch 1: 5 sheets of 6"),
        ("batch", {"b": 9}, "V8", "batch 1 was not declared"),
        ("paper", {"s": 5}, "V8", "batch 1 awaits no sheet 5"),
        ("batch-close", {"blank": 2}, "V8", "batch 1 holds other sheets"),
        ("void", {"i": 2}, "V9", "leaf 2 is no sheet that counts"),
    ],
)  # fmt: skip
def test_a_leaf_that_says_what_is_not_so_is_wrong_in_its_step(kind, members, step, why):
    log = with_leaf(VOTE, place_of(VOTE, kind), **members)
    steps = judged(made.packed(with_log(VOTE, log)))
    assert step in states(steps, "wrong")
    assert why in steps[step].said[1]


def test_a_log_begins_once_and_ends_with_its_close():
    opening, *middle, close = VOTE.log
    for log, why in (
        (VOTE.log[1:], "leaf 0: a log begins with its opening"),
        ([opening, opening, *middle, close], "leaf 1: a log begins with its opening"),
        ([opening, *middle], "the log was not closed"),
        ([*VOTE.log, middle[0]], "leaf 38: after the close"),
    ):
        steps = judged(made.packed(with_log(VOTE, log)))
        assert "V6" in states(steps, "wrong")
        assert why in steps["V6"].said[1]


def test_a_result_may_follow_and_must_say_what_was_counted():
    told = json.loads(AUDITORS["result.json"])
    leaf = made.leaf("result", made.ELECTION, bundle="00" * 32, trace=told["trace"], funded=told["funded"])  # fmt: skip
    steps = judged(made.packed(with_log(VOTE, [*VOTE.log, canonical.dumps(leaf)])))
    assert states(steps, "wrong") == set()
    for forged in ({**leaf, "funded": [1]}, {**leaf, "trace": "00" * 32}):
        steps = judged(made.packed(with_log(VOTE, [*VOTE.log, canonical.dumps(forged)])))
        assert states(steps, "wrong") == {"V10"}
    twice = [*VOTE.log, *[canonical.dumps(leaf)] * 2]
    assert states(judged(made.packed(with_log(VOTE, twice))), "wrong") == {"V6"}


def test_who_took_paper_votes_by_web_no_more():
    at = place_of(VOTE, "revoke", why="paper-instead")
    again = canonical.loads(VOTE.log[1]) | {"p": canonical.loads(VOTE.log[at])["p"]}
    log = [*VOTE.log[: at + 1], canonical.dumps(again), *VOTE.log[at + 1 :]]
    steps = judged(made.packed(with_log(VOTE, log)))
    assert f"leaf {at + 1}: its voter took a paper ballot" in steps["V7"].said[1]


def test_an_open_vote_must_have_its_leaves():
    vote = made.vote(replace(made.MANIFEST, publication="open"))
    assert "an open vote without its leaves" in judged(made.packed(vote.files()))["V5"].said[1]


# The count


def test_another_outcome_or_another_ballot_is_wrong():
    lines = AUDITORS["ballots.jsonl"].splitlines(keepends=True)
    steps = judged(made.packed({**AUDITORS, "ballots.jsonl": b"".join(lines[1:])}))
    assert states(steps, "wrong") == {"V11"}
    assert steps["V11"].said[1].startswith("line 1 of ballots.jsonl should be {")
    assert states(judged(made.packed({**PUBLIC, "ballots.jsonl": b"".join(lines[1:])})), "wrong") == {"V10"}  # fmt: skip
    for text, why in (
        (b"".join(lines[::-1]), "out of order"), (b"{}\n", "no ballot"), (b"\xff\n", "no ballot"),
        (b'{"f":1,"x":{"a":[9]}}\n', "no option 9"), (b'{"f":1,"x":{"a":[]}}', "has no end"),
        (b'{"f":1,"x":{"a":[2,1]}}\n', "x is not"), (b'{"f":9999999999999999,"x":{"a":[]}}\n', "out of range"),
    ):  # fmt: skip
        steps = judged(made.packed({**PUBLIC, "ballots.jsonl": text}))
        assert why in steps["V10"].said[1]


@pytest.mark.parametrize("name", ["tally.json", "result.json"])
def test_each_figure_of_the_outcome_follows_from_the_ballots(name):
    told = json.loads(AUDITORS[name])
    for member, value in told.items():
        if member == "seed":
            continue
        other = value + 1 if isinstance(value, int) else [] if isinstance(value, list) else "other"
        forged = canonical.dumps({**told, member: other}) if name == "result.json" else (
            json.dumps({**told, member: other}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        )  # fmt: skip
        files = {**AUDITORS, name: forged}
        if name == "tally.json":
            result = json.loads(AUDITORS["result.json"])
            files["result.json"] = recount.result(
                forged, ballots=result["ballots"], funded=result["funded"], seed=result["seed"]
            )
        assert states(judged(made.packed(files)), "wrong") == {"V10"}, member


def test_lots_need_a_seed_and_other_ties_have_none():
    for ties, seed in (("cost_then_lot", ""), ("id_text", made.SEED)):
        vote = made.vote(replace(made.MANIFEST, ties=ties), seed=made.SEED)
        files = vote.files(leaves=True)
        files["result.json"] = canonical.dumps({**json.loads(files["result.json"]), "seed": seed})
        assert "a seed too few" in judged(made.packed(files))["V10"].said[1]


@pytest.mark.parametrize("rule", verify.REFERENCES)
def test_other_rules_are_counted_by_the_reference_implementations(rule):
    name, _ = verify.REFERENCES[rule]
    kind = "scored" if "_score" in rule or name == "cstv" else "approval"
    kind = "ordinal" if rule == "pb_ear" else kind
    vote = made.vote(replace(made.MANIFEST, rule=rule, kind=kind, parameters={}))
    data = made.packed(vote.files(leaves=True))
    assert "a program is needed" in judged(data)["V10"].said[1]
    reference = ROOT / "tally" / "reference" / f"{name}.py"
    steps = judged(data, reference=str(reference))
    assert steps["V10"].state == "right", steps["V10"].said[1]


def test_a_program_for_a_rule_may_find_others_or_fail(tmp_path):
    vote = made.vote(replace(made.MANIFEST, rule="phragmen", parameters={}))
    data = made.packed(vote.files(leaves=True))
    program = tmp_path / "phragmen.py"
    program.write_text("def phragmen(costs, limit, ballots, ties):\n    return ties[:1]\n")
    assert "counted again it is ['" in judged(data, reference=str(program))["V10"].said[1]
    for text in ("", "1 / 0\n", "def phragmen(costs):\n    return []\n"):
        program.write_text(text)
        assert judged(data, reference=str(program))["V10"].state == "unchecked"
    assert judged(data, reference=str(tmp_path / "none.py"))["V10"].state == "unchecked"
    assert judged(data, reference=str(tmp_path))["V10"].state == "unchecked"


def test_a_rule_that_nobody_knows_is_not_checked():
    vote = made.vote(replace(made.MANIFEST, kind="ordinal", rule="greedy_ranked", parameters={}))
    steps = judged(made.packed(vote.files(leaves=True)))
    assert states(steps, "unchecked") == {"V10", "V12"}
    assert "greedy_ranked" in steps["V10"].said[1]


# Tokens


@pytest.fixture(scope="module")
def office():
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def token_vote(office):
    """Five ballots with tokens, and a second one of the first voter."""
    public = office.public_key()
    key = {"e": 65537, "n": f"{public.public_numbers().n:x}"}
    digest = verify.hashlib.sha256(canonical.dumps(key)).hexdigest()

    def ballot(serial, choice):
        message = serial
        hidden = blind(public, message)
        signed = finalize(public, hidden, sign(office, hidden.sent))
        token = {"m": message.hex(), "s": signed.hex()}
        return made.leaf("ballot", made.ELECTION, d="haan-1", c="web", f=1, n="00" * 32, k=token, x={"a": [choice]})  # fmt: skip

    serials = [prepared(b"") for _ in range(4)]
    ballots = [ballot(serial, 1) for serial in serials]
    again = {**ballots[0], "x": {"a": [2]}}
    opening = made.opening(tokens={"haan-1": digest})
    log = made.closed([opening, *ballots, again, ROLL_CHANGE])
    more = {"tokens.json": canonical.dumps({"haan-1": key})}
    return made.Vote(made.MANIFEST, log, made.marks_of(log), sizes=(), more=more)


def test_tokens_must_be_signed_by_the_key_of_their_district(office):
    vote = token_vote(office)
    assert states(judged(made.packed(vote.files(leaves=True))), "right") == STEPS
    token = canonical.loads(vote.log[1])["k"]
    square = pow(int(token["s"], 16), 2, office.public_key().public_numbers().n)
    for forged in (
        {**token, "m": "00" * 32}, {**token, "s": f"{square:0768x}"}, {**token, "s": "f" * 768},
    ):  # fmt: skip
        log = with_leaf(vote, 1, k=forged)
        steps = judged(made.packed(with_log(vote, log)))
        assert "V7" in states(steps, "wrong")
        assert "leaf 1: its token is not signed" in steps["V7"].said[1]


def test_the_keys_of_tokens_are_those_of_the_opening(office):
    vote = token_vote(office)
    files = vote.files(leaves=True)
    other = {"haan-1": {"e": 65537, "n": "f" * 768}}
    steps = judged(made.packed({**files, "tokens.json": canonical.dumps(other)}))
    assert "another tokens" in steps["V6"].said[1]
    del files["tokens.json"]
    assert "V6" in states(judged(made.packed(files)), "wrong")
    by_pseudonym = [vote.log[0], VOTE.log[1], *vote.log[2:]]
    assert "a pseudonym where" in judged(made.packed(with_log(vote, by_pseudonym)))["V7"].said[1]


# Receipts


def receipt(vote, index, size, signers=()):
    files = dict(recount.tile_files(vote.log[:size], with_leaves=False))
    proof = inclusion_proof(nodes_of(lambda tile: files[tile.path], size), index, size)
    return Receipt(index, tuple(proof), vote.checkpoint(size, signers))


def test_receipts_are_proved_by_the_log_or_told_by_name():
    data = made.packed(PUBLIC)
    good = [(f"{at}.tlog-proof", str(receipt(VOTE, at, size)).encode()) for at, size in ((0, 1), (3, 9), (7, 38))]  # fmt: skip
    steps = judged(data, receipts=good)
    assert steps["V13"].state == "right"
    assert "3 receipts are proved by this log: #0 " in steps["V13"].said[1]
    fork = replace(VOTE, log=(VOTE.log[1], *VOTE.log[1:]))
    other = replace(receipt(VOTE, 3, 9), index=4)
    for bad, why in (
        (receipt(fork, 3, 9), "is not proved"), (other, "is not proved"),
        (replace(receipt(VOTE, 3, 9), index=9), "is not proved"),
        (replace(receipt(VOTE, 3, 9), proof=()), "is not proved"),
        (replace(receipt(VOTE, 3, 9), proof=(bytes(32),) * 9), "is not proved"),
        (replace(receipt(VOTE, 3, 9), note=replace(VOTE.checkpoint(9), signatures=VOTE.checkpoint(8).signatures)), "the signature of"),
        ("c2sp.org/tlog-proof@v1\n", "no receipt"), ("", "no receipt"),
    ):  # fmt: skip
        steps = judged(data, receipts=[*good, ("mine", str(bad).encode())])
        assert states(steps, "wrong") == {"V13"}, why
        assert steps["V13"].said[1].startswith("mine: ")
        assert why in steps["V13"].said[1]


def test_a_receipt_that_is_later_than_the_bundle_is_not_checked():
    later = replace(VOTE, log=(*VOTE.log, b"{}"))
    given = [("mine", str(receipt(later, 3, 39)).encode())]
    assert judged(made.packed(PUBLIC), receipts=given)["V13"].state == "unchecked"


def test_the_code_of_a_receipt_is_the_hash_of_its_leaf():
    hashed = bytes(range(32))
    code = verify.code_of(hashed)
    assert len(code.replace("-", "")) == 20
    bits = int.from_bytes(hashed, "big") >> 156
    assert [verify.ALPHABET.index(letter) for letter in code.replace("-", "")] == [
        bits >> 5 * place & 31 for place in reversed(range(20))
    ]


# The program


def test_it_prints_one_line_for_each_step_in_korean_english_or_both(tmp_path, capsys):
    path, proof = tmp_path / "bundle.tar", tmp_path / "mine.tlog-proof"
    path.write_bytes(made.packed(web_vote().files(leaves=True)))
    proof.write_text(str(receipt(web_vote(), 1, 9)), encoding="utf-8")
    assert verify.main([str(path), "--receipt", str(proof), "--key", str(made.LOG_KEY.key)]) == 0
    *lines, verdict = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(STEPS, key=lambda step: int(step[1:]))
    assert all(line[4:].startswith("맞음/right: ") and " | " in line for line in lines)
    assert verdict == "모두 확인했고 모두 맞습니다. All was checked, and all is right."
    assert verify.main([str(path), "--lang", "ko"]) == 0
    korean = capsys.readouterr().out
    assert "right" not in korean
    assert verify.main([str(path), "--lang", "en"]) == 0
    assert capsys.readouterr().out.isascii()


def test_it_ends_with_0_1_or_2(tmp_path, capsys):
    path = tmp_path / "bundle.tar"
    assert verify.main([str(path)]) == 1
    path.write_bytes(made.packed(PUBLIC))
    assert verify.main([str(path)]) == 2
    path.write_bytes(made.packed(PUBLIC)[:-1])
    assert verify.main([str(path)]) == 1
    assert "틀린 것이 있습니다" in capsys.readouterr().out


def test_a_bundle_cannot_make_a_terminal_do_something(tmp_path, capsys):
    path = tmp_path / "bundle.tar"
    contents = dict.fromkeys(verify.ALWAYS, b"")
    names = [name for name in verify.ALWAYS if not name.startswith("SHA256SUMS")]
    told = [f"{verify.hashlib.sha256(b'').hexdigest()}  {name}\n" for name in names]
    contents["SHA256SUMS"] = "".join([*told, "0  \x1b[2J\x9b\n"]).encode()
    tar = b"".join(header(name, len(text)) + text + bytes(-len(text) % 512) for name, text in contents.items())  # fmt: skip
    path.write_bytes(tar + bytes(1024) + bytes(-(len(tar) + 1024) % 10_240))
    assert verify.main([str(path)]) == 1
    said = capsys.readouterr().out
    assert "[2J" in said
    assert "\x1b" not in said
    assert verify.plain("a\x1b[2J\x9b\ud800") == "a�[2J��"


def test_a_terminal_that_knows_no_korean_gets_an_answer_too(tmp_path):
    path = tmp_path / "bundle.tar"
    path.write_bytes(made.packed(PUBLIC))
    command = [sys.executable, VERIFY, path]
    environment = {"PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, b"")


def test_a_terminal_sees_how_far_it_is(tmp_path, capsys, monkeypatch):
    path = tmp_path / "bundle.tar"
    path.write_bytes(made.packed(PUBLIC))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    verify.main([str(path)])
    assert "V3   0 %" in capsys.readouterr().err


def test_it_runs_alone_and_reads_as_python_3_9(tmp_path):
    text = VERIFY.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 9))
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }  # fmt: skip
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
    (tmp_path / "verify.py").write_text(text, encoding="utf-8")
    (tmp_path / "bundle.tar").write_bytes(made.packed(PUBLIC))
    command = [sys.executable, "-I", "verify.py", "bundle.tar"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, b"")
