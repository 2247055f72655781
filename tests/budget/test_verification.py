"""The program's verifier and verify.py, written apart, say the same of every step of every bundle."""

import io
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ballots.board import bundle, canonical, leaves
from ballots.board.bundle import Bundle, File
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import inclusion_proof, leaf_hash, root
from ballots.board.notes import LOG, Note, Signer
from ballots.board.receipt import Receipt
from ballots.verifiers import verify as alone
from budget.verification.steps import STEPS, exit_code, verify
from core import words
from tests.ballots.board import made
from tests.ballots.verifiers.forge import turned as turned_at

VOTE = made.vote()
FILES = VOTE.files(leaves=True)
ENEMY = Signer.of(made.ELECTION, LOG, bytes([9] * 32))


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


def log_of(change, vote=VOTE):
    """The vote with another log, closed and signed as if it were right; its count follows."""
    log = [dict(made.read_leaf(leaf)) for leaf in vote.log[:-1]]
    close = dict(made.read_leaf(vote.log[-1]))
    changed = change(log)
    log = log if changed is None else changed
    counts = {}
    for one in log:
        counts[one["t"]] = counts.get(one["t"], 0) + 1
    close |= {"size": len(log), "counts": counts}
    return signed([*map(canonical.dumps, [*log, close])])


def signed(log, files=FILES):
    """The same files with another log that the log's key and the witnesses have signed."""
    forged = replace(VOTE, log=tuple(log), sizes=(1, 5))
    kept = {path: content for path, content in files.items() if not path.startswith("tile/")}
    return made.packed(
        kept
        | dict(made.recount.tile_files(forged.log, with_leaves=True))
        | {
            "checkpoint": str(forged.checkpoint(len(log), forged.signers)).encode(),
            "checkpoints.txt": bundle.joined(map(forged.checkpoint, forged.sizes)).encode(),
        }
    )


def at(kind, log, place=0):
    return [index for index, one in enumerate(log) if one["t"] == kind][place]


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


def turned(path, old, new):
    def forge(files):
        assert old in files[path]
        return files | {path: files[path].replace(old, new, 1)}

    return forge


def without(*paths):
    return lambda files: {path: text for path, text in files.items() if path not in paths}


def added(path, text=b""):
    return lambda files: files | {path: text}


def result(**changes):
    body = json.loads(FILES["result.json"])
    return added("result.json", canonical.dumps(body | changes))


def roll(change):
    body = json.loads(FILES["roll-summary.json"])
    change(body)
    return added("roll-summary.json", canonical.dumps(body))


FORGED = {
    "policy that names nobody": (added("policy.txt", b"quorum none\n"), ["V1", "V2"]),
    "policy with another quorum": (turned("policy.txt", b"two 2", b"two 1"), ["V6"]),
    "policy in no text": (added("policy.txt", b"\xff"), ["V1", "V2"]),
    "too few witnesses": (
        added("checkpoint", str(VOTE.checkpoint(len(VOTE.log), ["press"])).encode()), ["V2"],
    ),
    "no checkpoint": (added("checkpoint", b"nothing\n"), ["V2"]),
    "earlier checkpoint": (added("checkpoint", str(VOTE.checkpoint(30, VOTE.signers)).encode()), ["V3", "V5"]),
    "checkpoints in no order": (
        added("checkpoints.txt", bundle.joined(map(VOTE.checkpoint, (9, 1))).encode()), ["V4"],
    ),
    "checkpoints with a hole": (turned("checkpoints.txt", b"\n\ngm", b"\n\n\ngm"), ["V4"]),
    "checkpoint of a fork": (
        added(
            "checkpoints.txt",
            bundle.joined([replace(VOTE, log=VOTE.log[::-1]).checkpoint(5)]).encode(),
        ),
        ["V4"],
    ),
    "no earlier checkpoints": (added("checkpoints.txt"), []),
    "tile turned": (
        added("tile/0/000.p/38", FILES["tile/0/000.p/38"][::-1]), ["V3"],
    ),
    "tile missing": (without("tile/0/000.p/38"), ["V3"]),
    "tile too many": (added("tile/1/000.p/1", bytes(32)), ["V3"]),
    "leaves turned": (turned("tile/entries/000.p/38", b"station 1", b"station 3"), ["V3"]),
    "leaves missing": (without("tile/entries/000.p/38"), []),
    "manifest in another form": (turned("manifest.json", b'"v":1', b'"v": 1'), ["V5"]),
    "manifest of another fund": (turned("manifest.json", b'"fund":1000', b'"fund":2000'), ["V6", "V10"]),
    "manifest of fewer picks": (turned("manifest.json", b'"picks":3', b'"picks":1'), ["V5"]),
    "verifier turned": (added("verify.py", b"raise SystemExit(0) #\n"), ["V6"]),
    "verifier missing": (without("verify.html"), ["V6"]),
    "roll of another hash": (roll(lambda body: body.update(rollhash="ff" * 32)), ["V7"]),
    "roll of more voters": (
        roll(lambda body: body["districts"]["haan-1"].update(voters=31)), ["V7"],
    ),
    "roll of more marks": (roll(lambda body: body["districts"]["haan-1"].update(web=1)), ["V7"]),
    "roll of fewer districts": (roll(lambda body: body["districts"].pop("haan-1")), ["V7"]),
    "roll with more members": (roll(lambda body: body.update(more=1)), ["V7", "V12"]),
    "tally turned": (turned("tally.json", b'"spent":800', b'"spent":900'), ["V10"]),
    "tally of one sign more": (
        lambda files: result(
            trace=made._sum(files["tally.json"] + b" ")
        )(added("tally.json", files["tally.json"] + b" ")(files)), ["V10"],
    ),
    "result of more ballots": (result(ballots=20), ["V10"]),
    "result of others funded": (result(funded=[1, 2]), ["V10"]),
    "result of another seed": (result(seed="27182818284590452353"), []),
    "result of a short seed": (result(seed="three dice"), ["V10"]),
    "result without a seed": (result(seed=""), ["V10"]),
    "result with more": (result(more=1), ["V10"]),
    "ballots fewer": (
        lambda files: files | {"ballots.jsonl": files["ballots.jsonl"].split(b"\n", 1)[1]}, ["V11"],
    ),
    "ballots in another order": (
        lambda files: files
        | {"ballots.jsonl": b"".join(files["ballots.jsonl"].splitlines(keepends=True)[::-1])},
        ["V11"],
    ),
    "tokens where none are used": (
        added("tokens.json", canonical.dumps({"soha-2": {"e": 65537, "n": "f" * 768}})), ["V6"],
    ),
    "tokens in no form": (added("tokens.json", b"[]"), ["V5"]),
    "audit without a sample": (added("rla/seed.txt", b"31415926535897932384\n"), ["V12"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_forged_files_are_found_at_their_step(name):
    forge, steps = FORGED[name]
    assert wrong(made.packed(forge(FILES))) == steps


PUBLIC = {
    "ballots in another order": (
        lambda files: files
        | {"ballots.jsonl": b"".join(files["ballots.jsonl"].splitlines(keepends=True)[::-1])},
    ),
    "a ballot more": (turned("ballots.jsonl", b"{", b'{"f":1,"x":{"a":[1]}}\n{'),),
    "a ballot that does not fit": (turned("ballots.jsonl", b'"a":[]', b'"a":[1,2,3,4]'),),
    "a ballot of no option": (turned("ballots.jsonl", b'"a":[]', b'"a":[9]'),),
    "a line without its end": (lambda files: files | {"ballots.jsonl": files["ballots.jsonl"][:-1]},),
    "a line of more": (turned("ballots.jsonl", b'"f":1', b'"f":1,"p":"00"'),),
    "a channel without its district": (turned("ballots.jsonl", b'"d":"cheolsan-3",', b""),),
    "a channel that is none": (turned("ballots.jsonl", b'"c":"web"', b'"c":"tin"'),),
}  # fmt: skip


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


def change(kind, place=0, **members):
    def forge(log):
        log[at(kind, log, place)].update(members)

    return forge


def drop(kind, place=0):
    def forge(log):
        del log[at(kind, log, place)]

    return forge


def again(kind, place=0):
    """The same leaf once more, at the end."""
    return lambda log: log.append(dict(log[at(kind, log, place)]))


LOGS = {
    "a ballot changed": (change("ballot", 5, x={"a": [4]}), ["V10", "V11"]),
    "a ballot lost": (drop("ballot", 5), ["V7", "V8", "V9", "V10", "V11"]),
    "a ballot of no district": (change("ballot", 5, d="nowhere"), ["V7", "V10", "V11"]),
    "a ballot of another vote": (change("ballot", 5, e="gm.example/pb/2028"), ["V6", "V7", "V10", "V11"]),
    "a ballot of no form": (change("ballot", 5, f=0), ["V5"]),
    "a ballot of no option": (change("ballot", 5, x={"a": [9]}), ["V5"]),
    "a ballot of another kind": (change("ballot", 5, x={"s": [[1, 1]]}), ["V5"]),
    "an opening of another vote": (
        change("open", 0, e="gm.example/pb/2028"), ["V6", "V7", "V8", "V9", "V10", "V11"],
    ),
    "no opening": (drop("open"), ["V6", "V7", "V8", "V9", "V10", "V11"]),
    "opened twice": (again("open"), ["V6"]),
    "revoked twice": (again("revoke"), ["V7", "V10", "V11"]),
    "revoked nothing": (change("revoke", 0, p="ff" * 16), ["V7"]),
    "paper and web": (again("ballot", 2), ["V7"]),
    "a batch declared twice": (again("batch"), ["V8"]),
    "a sheet typed twice": (again("paper", 1), ["V8"]),
    "a sheet of no batch": (change("paper", 0, b=9), ["V8", "V10", "V11"]),
    "a sheet beyond the batch": (change("paper", 0, s=9), ["V8", "V10", "V11"]),
    "a batch of more sheets": (change("batch", 0, sheets=6), ["V8"]),
    "a batch of fewer blanks": (change("batch-close", 0, blank=0, spoiled=2), ["V8"]),
    "a batch not closed": (drop("batch-close", 1), ["V8"]),
    "a void of nothing": (change("void", 0, i=3), ["V8", "V9", "V10", "V11"]),
    "a roll-change of more": (change("roll-change", 0, added=3), ["V7"]),
    "an opening of another key": (change("open", 0, log=str(ENEMY.key)), ["V6"]),
    "an opening of other tokens": (change("open", 0, tokens={"soha-2": "aa" * 32}), ["V6", "V7", "V10", "V11"]),
}  # fmt: skip


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


# ------------------------------------------------------------------------------- blind tokens


@pytest.fixture(scope="module")
def office():
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def token(office, serial):
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
    signed = office.sign(serial, scheme, hashes.SHA384())
    return {"m": serial.hex(), "s": signed.hex()}


def with_tokens(office, *, districts=("cheolsan-3",), forge=lambda one: one, keys=None):
    """A vote of four voters by blind tokens, one of whom votes twice."""
    told = {"e": 65537, "n": f"{office.public_key().public_numbers().n:x}"}
    keys = dict.fromkeys(districts, told) if keys is None else keys
    sums = {name: made._sum(canonical.dumps(told)) for name in districts}
    log = [made.opening(tokens=sums)]
    for voter in (1, 2, 3, 4, 2):
        log.append(
            made.leaf(
                "ballot", made.ELECTION, d="cheolsan-3", c="web", f=1, n=f"{len(log):064x}",
                k=token(office, bytes([voter] * 32)), x={"a": [voter]},
            )
        )  # fmt: skip
    log[-1] = forge(log[-1])
    closed = made.closed(log)
    vote = replace(VOTE, log=closed, marks=made.marks_of(closed), sizes=())
    files = vote.files(leaves=True)
    roll = json.loads(files["roll-summary.json"]) | {"rollhash": made.ROLLHASHES[0]}
    files["roll-summary.json"] = canonical.dumps(roll)
    return made.packed(files | {"tokens.json": canonical.dumps(keys)})


def test_tokens_are_held_to_the_keys_that_the_opening_names(office):
    states, code = both(with_tokens(office))
    assert (code, {*states.values()}) == (0, {"right"})
    other = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    fake = token(other, bytes([2] * 32))
    assert wrong(with_tokens(office, forge=lambda one: one | {"k": fake})) == ["V7"]
    reused = token(office, bytes([2] * 32)) | {"m": "44" * 32}  # another serial, the same signature
    assert wrong(with_tokens(office, forge=lambda one: one | {"k": reused})) == ["V7"]
    assert "V6" in wrong(with_tokens(office, districts=("cheolsan-3", "nowhere")))
    unfit = {"cheolsan-3": {"e": 3, "n": "f" * 768}}
    assert wrong(with_tokens(office, keys=unfit)) == ["V5"]
    assert wrong(with_tokens(office, keys={})) == ["V6", "V7"]


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
