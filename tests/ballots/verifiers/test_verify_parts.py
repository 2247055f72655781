"""verify.py's parts against the board's, against published vectors and against the counting room.

The two were written apart; where they differ, one of them is wrong, or the document between them.
"""

import hashlib
import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import leaves, merkle, recount
from ballots.board.checkpoint import Checkpoint
from ballots.board.leaves import LeafError
from ballots.board.manifest import ListedOption, UnfitBallotError, check_ballot
from ballots.board.notes import Note, NoteError
from ballots.board.policy import Policy
from ballots.verifiers import verify
from budget.recount import outcome_of
from tests.ballots.board import made

VECTORS = Path(__file__).resolve().parents[1] / "board" / "vectors"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "vectors"
MERKLE, BLIND = SHARED / "merkle", SHARED / "rfc9474"


def vectors(folder):
    return [
        pytest.param(json.loads(path.read_text(encoding="utf-8")), id=path.stem)
        for path in sorted((VECTORS / folder).glob("*.json"))
    ]


def accepts(error, read, *given):
    try:
        read(*given)
    except error:
        return False
    return True


def manifest_of(manifest):
    bundle = verify.Bundle(BytesIO(bytes(manifest)))
    bundle.places["manifest.json"] = (0, len(bytes(manifest)))
    return verify.Manifest(bundle)


# Leaves


@pytest.mark.parametrize("case", vectors("leaves"))
def test_a_leaf_of_each_kind_is_read(case):
    data = case["leaf"].encode()
    assert verify.read_leaf(data) == leaves.read(data)
    assert verify.leaf_hash(data).hex() == case["hash"]


@pytest.mark.parametrize("case", vectors("forged_leaves"))
def test_a_forged_leaf_is_refused(case):
    with pytest.raises(verify.Wrong):
        verify.read_leaf(case["leaf"].encode())


def test_the_kinds_and_their_members_are_the_same():
    ours = {kind: {name for form in forms for name in form} for kind, forms in verify.KINDS.items()}
    theirs = {
        kind: {*members, *leaves.OPTIONAL.get(kind, ())} for kind, members in leaves.KINDS.items()
    }
    assert ours == theirs


LEAVES = [param.values[0]["leaf"] for param in vectors("leaves")]
ODD = [None, True, -1, 0, 1, 2**53, 0.5, "", "a", "é", "e\u0301", "\x7f", '"', "\\", "\u2028", "0" * 64, [], [1], ["a", "b"], {}, {"a": []}, {"a": [1, 1]}, {"s": [[1, "1/2"]]}, {"s": [[1, "2/4"]]}, {"r": [[1], [1]]}, {"Haan": 1}, "x" * 200, "x" * 201]  # fmt: skip


@given(st.sampled_from(LEAVES), st.data())
def test_a_leaf_with_another_value_is_read_by_both_or_by_neither(text, data):
    leaf = json.loads(text)
    name = data.draw(st.sampled_from([*leaf, "more"]))
    leaf[name] = data.draw(st.sampled_from(ODD))
    written = json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    forged = written.encode("utf-8", "surrogatepass")
    assert accepts(verify.Wrong, verify.read_leaf, forged) == accepts(
        LeafError, leaves.read, forged
    )


@given(st.sampled_from(LEAVES), st.data())
def test_a_leaf_with_another_byte_is_read_by_both_or_by_neither(text, data):
    forged = bytearray(text.encode())
    at = data.draw(st.integers(0, len(forged) - 1))
    forged[at] = data.draw(st.integers(0, 255))
    one, other = bytes(forged), bytes(forged)
    assert accepts(verify.Wrong, verify.read_leaf, one) == accepts(LeafError, leaves.read, other)


# The usual ballot, which is read by one pattern


@given(st.data())
def test_the_quick_way_reads_what_the_long_way_reads(data):
    """With any byte turned: the same line, or the same refusal."""
    vote = made.vote()
    leaf = bytearray(vote.log[1])
    if data.draw(st.booleans()):
        leaf[data.draw(st.integers(0, len(leaf) - 1))] = data.draw(st.integers(0, 255))

    def read(*, quickly):
        reading = verify.Reading(manifest_of(vote.manifest), {})
        reading.take(vote.log[0])
        if not quickly:
            reading.districts = {}
        try:
            reading.take(bytes(leaf))
        except verify.Wrong:
            return "refused"
        return reading.votes, {step: fault.said for step, fault in reading.faults.items()}

    assert read(quickly=True) == read(quickly=False)


# Whole logs


class Anything(verify.Manifest):
    """A manifest that any ballot of an election fits."""

    def __init__(self, election):
        self.election = election

    def check_ballot(self, choices):
        """All is well."""


def reading_of(case):
    election = json.loads(case["leaves"][0])["e"]
    reading = verify.Reading(Anything(election), {"Cheolsan 1": None})
    for leaf in case["leaves"]:
        reading.take(leaf.encode())
    return reading


@pytest.mark.parametrize("case", vectors("logs"))
def test_the_same_ballots_count(case):
    reading = reading_of(case)
    assert reading.faults == {}
    told = [
        {"c": channel, "d": d, "f": 1, "x": choices} for _, d, channel, choices in case["votes"]
    ]
    found = [json.loads(line) for line in reading.votes.values()]
    key = verify.write_json
    assert sorted(found, key=key) == sorted(told, key=key)
    assert sorted(at for at, _ in reading.voids) == case["void"]


@pytest.mark.parametrize("case", vectors("forged_logs"))
def test_a_forged_log_is_refused_at_the_same_leaf(case):
    faults = reading_of(case).faults.values()
    assert any(fault.said[1].startswith(f"leaf {case['index']}: ") for fault in faults)


# Ballots


@given(
    st.sampled_from(sorted(made.SAID)),
    st.lists(st.integers(1, 6), max_size=5),
    st.sampled_from(["a", "r", "s", "tier"]),
    st.integers(0, 3),
)
def test_a_ballot_fits_both_or_neither(kind, numbers, form, picks):
    manifest = replace(made.MANIFEST, kind=kind, picks=picks)
    choices = {
        "a": {"a": sorted({*numbers})},
        "r": {"r": [[number] for number in dict.fromkeys(numbers)]},
        "s": {"s": [[number, 1] for number in sorted({*numbers})]},
        "tier": {"r": [sorted({*numbers})] if numbers else []},
    }[form]
    ours = accepts(verify.Wrong, manifest_of(manifest).check_ballot, choices)
    assert ours == accepts(UnfitBallotError, check_ballot, manifest, choices)


# Trees


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 513, 65_535, 65_537, 66_100])
def test_the_roots_are_those_of_the_board_s_tree(size):
    log = [b"%d" % number for number in range(size)]
    files = dict(recount.tile_files(log, with_leaves=True))
    bundle = verify.Bundle(BytesIO(b"".join(files.values())))
    at = 0
    for path, content in files.items():
        bundle.places[path] = (at, len(content))
        at += len(content)
    bundle.has_leaves = True
    sizes = sorted({0, 1, 2, size // 3, size // 2, size - size % 256, size} & {*range(size + 1)})
    roots = verify.Tree(bundle, size).roots(sizes, lambda _done, _whole: None)
    hashes = [merkle.leaf_hash(leaf) for leaf in log]
    assert roots == {0: merkle.EMPTY_ROOT} | {at: merkle.root(hashes[:at]) for at in sizes}


@pytest.mark.shared
@pytest.mark.skipif(not MERKLE.exists(), reason="the shared vectors are not at hand")
def test_inclusion_proofs_of_others_are_judged_as_they_say():
    paths = sorted((MERKLE / "inclusion").rglob("*.json"))
    assert len(paths) > 90
    for path in paths:
        case = json.loads(path.read_text())
        root, leaf, *proof = (
            verify.unbase64(hashed) for hashed in (case["root"], case["leafHash"], *(case["proof"] or []))
        )  # fmt: skip
        size, at = case["treeSize"], case["leafIdx"]
        receipt = verify.Receipt("", at, proof, None, verify.Checkpoint("", size, root))
        is_proved = at < size and len(root) == 32 and receipt.root(leaf) == root
        assert is_proved != case["wantErr"], path


# Notes, keys, policies


EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)  # C2SP signed-note
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def test_the_standard_s_note_is_read():
    key = verify.Key.read(EXAMPLE_KEY, verify.LOG)
    verify.Note.read(EXAMPLE.encode(), "note").check_signed(key, "note")
    other = EXAMPLE.replace("example message", "Example message")
    with pytest.raises(verify.Wrong, match="the signature of example.com/foo"):
        verify.Note.read(other.encode(), "note").check_signed(key, "note")


@given(st.data())
def test_a_checkpoint_with_another_byte_is_read_and_signed_for_both_or_neither(data):
    note = bytearray(str(made.vote().checkpoint(9, ["press"])).encode())
    at = data.draw(st.integers(0, len(note) - 1))
    note[at] = data.draw(st.integers(0, 255))
    keys = [made.LOG_KEY.key, made.WITNESSES["press"].key]

    def by_board():
        found = Note.read(bytes(note))
        return Checkpoint.read(found.text), {str(key) for key in found.signed_by(keys)}

    def by_verifier():
        found = verify.Note.read(bytes(note), "note")
        ours = [verify.Key.read(str(key), key.kind) for key in keys]
        signers = {key.written for key in found.signed_by(ours, "note")}
        return verify.Checkpoint.read(found, "note"), signers

    assert accepts(NoteError, by_board) == accepts(verify.Wrong, by_verifier)
    if accepts(NoteError, by_board):
        (one, signers), (other, ours) = by_board(), by_verifier()
        assert (one.origin, one.size, one.root) == tuple(other)
        assert signers == ours


W = [str(signer.key) for signer in made.WITNESSES.values()]
L = str(made.LOG_KEY.key)
LINES = [f"log {L}", f"witness a {W[0]}", f"witness b {W[1]} https://b.example", f"witness c {W[2]}", f"witness d {W[0]}", "group g any a b", "group h 2 a b c", "group i all g c", "group j 3 a b", "group k 0 a", "group a 1 b", "quorum none", "quorum a", "quorum g", "quorum h", "quorum i", "quorum z", "# a comment", "", "\tquorum\tb ", "group none 1 a", "group l 1", "nonsense", f"witness e {L}", f"log {W[0]}", "group m 1 m"]  # fmt: skip


@given(st.lists(st.sampled_from(LINES[1:]), max_size=9), st.sets(st.sampled_from("abc")))
def test_a_policy_is_read_and_met_by_both_or_neither(lines, signed):
    text = "\n".join([LINES[0], *lines]) + "\n"
    is_read = accepts(NoteError, Policy.read, text)
    assert is_read == accepts(verify.Wrong, verify.Policy, text.encode()), text
    if is_read:
        ours, theirs = verify.Policy(text.encode()), Policy.read(text)
        assert ours.is_met(signed) == theirs.is_met(signed)


def test_a_policy_has_one_log():
    for text in (
        "quorum none\n",
        f"log {L}\nlog {L}\nquorum none\n",
        f"log {L}\n\x07quorum none\n",
    ):
        with pytest.raises(verify.Wrong):
            verify.Policy(text.encode())


# Signatures


# RFC 8032, 7.1: public key, message, signature
RFC8032 = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize("vector", RFC8032)
def test_the_standard_s_signatures_are_right_and_no_others(vector):
    public, message, signature = map(bytes.fromhex, vector)
    assert verify.has_signed(public, message, signature)
    assert not verify.has_signed(public, message + b"\0", signature)
    assert not verify.has_signed(public, message, signature[:-1])
    s = int.from_bytes(signature[32:], "little") + verify.ORDER
    assert not verify.has_signed(public, message, signature[:32] + s.to_bytes(32, "little"))
    for wrong in (
        bytes(32),
        b"\xff" * 32,
        (2).to_bytes(32, "little"),
        (1 << 255).to_bytes(32, "little"),
    ):
        assert not verify.has_signed(wrong, message, signature)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=99), st.integers(0, 511))
def test_signatures_are_judged_as_openssl_does(seed, message, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify.has_signed(public, message, signature)
    forged = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert not verify.has_signed(public, message, forged)


@pytest.mark.shared
@pytest.mark.skipif(not BLIND.exists(), reason="the shared vectors are not at hand")
def test_the_standard_s_token_is_right_and_no_other():
    cases = json.loads((BLIND / "test_vectors.json").read_text())
    (case,) = [one for one in cases if len(one["salt"]) == 2 * verify.SALT]
    n, message, signature = (bytes.fromhex(case[name]) for name in ("n", "msg", "sig"))
    key = {"n": n.hex(), "e": int(case["e"], 16)}
    assert verify.has_signed_token(key, message, signature)
    assert not verify.has_signed_token(key, message + b"\0", signature)
    assert not verify.has_signed_token(key, message, signature[:-1] + b"\0")
    square = pow(int.from_bytes(signature), 2, int.from_bytes(n))
    assert not verify.has_signed_token(key, message, square.to_bytes(len(n)))


# The count


@st.composite
def votes(draw):
    kind = draw(st.sampled_from(sorted(made.SAID)))
    size = draw(st.integers(1, 6))
    options = tuple(
        ListedOption(
            number, f"{draw(st.sampled_from('ab가'))}{number}", "", draw(st.integers(0, 9))
        )
        for number in range(1, size + 1)
    )
    has_points = kind in ("ordinal", "cumulative", "scored")
    manifest = replace(
        made.MANIFEST, kind=kind, options=options, picks=0, fund=draw(st.integers(0, 20)),
        rule=draw(st.sampled_from(["greedy_cost", "greedy_card", "greedy_score"][: 2 + has_points])),
        ties=draw(st.sampled_from(["id_text", "lot", "cost_then_lot"])),
        parameters=draw(st.fixed_dictionaries({}, optional={"minimum_votes": st.integers(0, 3), "stop": st.booleans()})),
    )  # fmt: skip
    numbers = st.lists(st.integers(1, size), unique=True)
    points = st.sampled_from([0, 1, 2, "1/2", "4/3"])

    def choices():
        picked = draw(numbers)
        if kind in ("cumulative", "scored"):
            return {"s": [[number, draw(points)] for number in sorted(picked)]}
        return made.SAID[kind](picked)

    return manifest, [choices() for _ in range(draw(st.integers(0, 8)))]


@given(votes())
def test_greedy_tells_byte_for_byte_what_the_counting_room_tells(vote):
    manifest, ballots = vote
    seed = "" if manifest.ties == "id_text" else made.SEED
    ours = manifest_of(manifest)
    lines = [verify.write_json({"f": 1, "x": choices}) for choices in ballots]
    count = verify.Count(ours.options, lines)
    told = verify.write_json(verify.greedy(ours, count, verify.tie_order(ours, seed)))
    assert told == outcome_of(manifest, ballots, seed).to_json()


@given(st.lists(st.tuples(st.sampled_from(["a", "가", 'q"']), st.sampled_from(["web", "booth", "paper"]), st.integers(1, 3)), max_size=80))  # fmt: skip
def test_too_few_ballots_are_published_without_their_district(cast):
    lines = [
        verify.write_json({"c": c, "d": d, "f": 1, "x": {"a": [number]}}) for d, c, number in cast
    ]
    found = [recount.Vote(0, d, c, 1, {"a": [number]}) for d, c, number in cast]
    told = [line.decode().removesuffix("\n") for line in recount.ballot_lines(found)]
    assert verify.published(lines) == told


def test_the_hash_of_a_file_is_taken_in_pieces():
    content = bytes(3 << 20) + b"end"
    bundle = verify.Bundle(BytesIO(content))
    bundle.places["tally.json"] = (0, len(content))
    assert bundle.sum_of("tally.json") == hashlib.sha256(content).hexdigest()
    bundle.places["tally.json"] = (0, len(content) + 1)
    with pytest.raises(verify.Wrong, match="is cut off"):
        bundle.read("tally.json")
