"""Signed notes, checkpoints, receipts and policies: the standards' examples, and forgeries."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import ProofError, inclusion_proof, leaf_hash, node_hash, root
from ballots.board.notes import LOG, WITNESS, Key, Note, NoteError, Signer, signatures_in
from ballots.board.policy import Policy
from ballots.board.receipt import Receipt

# The example of the signed-note standard.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
LOG_KEY = Signer.of("gm.example/pb/2026", LOG, bytes(32))
WITNESSES = [Signer.of(f"witness.example/{n}", WITNESS, bytes([n + 1] * 32)) for n in range(3)]
HASHES = [leaf_hash(bytes([number])) for number in range(5)]
CHECKPOINT = Checkpoint(LOG_KEY.name, 5, root(HASHES))


def signed(text=str(CHECKPOINT), witnesses=()):
    signatures = [LOG_KEY.sign(text), *(one.sign(text, 1_700_000_000) for one in witnesses)]
    return Note(text, tuple(signatures))


def policy(*lines):
    logs = [f"log {LOG_KEY.key}"]
    witnesses = [f"witness w{n} {one.key} https://w{n}.example" for n, one in enumerate(WITNESSES)]
    return "\n".join([*logs, *witnesses, *lines]) + "\n"


def test_the_standards_example_is_signed_by_its_key():
    key = Key.read(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    note = Note.read(EXAMPLE)
    assert str(note).encode() == EXAMPLE
    assert note.signed_by([key]) == (key,)
    assert note.signed_by([LOG_KEY.key]) == ()


def test_any_other_byte_of_a_note_is_no_note_or_not_signed():
    key = Key.read(EXAMPLE_KEY)
    for at in range(len(EXAMPLE)):
        forged = EXAMPLE[:at] + bytes([EXAMPLE[at] ^ 1]) + EXAMPLE[at + 1 :]
        try:
            assert Note.read(forged).signed_by([key]) == ()
        except NoteError:
            continue


def test_signing_again_gives_the_same_bytes_and_a_witness_tells_the_moment():
    note = signed(witnesses=WITNESSES)
    assert str(note) == str(signed(witnesses=WITNESSES))
    keys = [LOG_KEY.key, *(one.key for one in WITNESSES)]
    assert note.signed_by(keys) == tuple(keys)
    assert note.signatures[1].moment == 1_700_000_000
    late = WITNESSES[0].sign(note.text, 1_700_000_009)
    again = note.with_signatures([late])
    assert len(again.signatures) == 4
    assert again.signatures[1].moment == 1_700_000_009
    assert signatures_in(f"{late}\n") == (late,)


def test_a_witness_cannot_be_moved_in_time():
    line = WITNESSES[0].sign(str(CHECKPOINT), 5)
    for body in (line.signed[:7] + b"\x06" + line.signed[8:], b"\xff" + line.signed[1:], b"short"):
        assert not WITNESSES[0].key.has_signed(str(CHECKPOINT), body)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xff\n\n", b"text\n", b"text\n\n", b"a\rb\n\n\xe2\x80\x94 a AAAAAAA=\n",
        "text\n\n— a AAAAAAA=".encode(), "text\n\n— a+b AAAAAAA=\n".encode(),
        "text\n\n— a AAAA\n".encode(), b"text\n\n- a AAAAAAA=\n",
        "text\n\n— a AAAAAAB=\n".encode(), "text\n\n— a *\n".encode(),
        b"text\n\n" + "— a AAAAAAA=\n".encode() * 65,
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(data):
    with pytest.raises(NoteError):
        Note.read(data)


@pytest.mark.parametrize(
    "written",
    [
        "", "a", "a+00000000", "a+00000000+AQ==", "a+00000000+****", EXAMPLE_KEY.replace("530d", "530e"),
        EXAMPLE_KEY.replace("example.com/foo", "exam ple"), "+530d903a+" + EXAMPLE_KEY[25:],
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(written):
    with pytest.raises(NoteError):
        Key.read(written)
    with pytest.raises(NoteError, match="neither"):
        Key("a", 9, bytes(32))


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back_from_its_text(size, hashed):
    checkpoint = Checkpoint("gm.example/pb/2026", size, hashed)
    assert Checkpoint.read(str(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "a\n5\n", "\n5\nAAAA\n", "a\n05\n{}\n", "a\n-1\n{}\n", "a\n5\nAAAA\n", "a\n5\n{}\nextension\n",
        "a\n5\n{}", "a\n" + "9" * 5000 + "\n{}\n", "a\n5\n*\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        Checkpoint.read(text.format(base64.b64encode(bytes(32)).decode()))


def nodes(level, place):
    hashes = HASHES[place << level : place + 1 << level]
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def test_a_receipt_proves_its_leaf_and_no_other():
    receipt = Receipt(3, tuple(inclusion_proof(nodes, 3, 5)), signed())
    read = Receipt.read(str(receipt).encode())
    assert read == receipt
    assert read.check(HASHES[3], LOG_KEY.key) == CHECKPOINT
    with pytest.raises(ProofError):
        read.check(HASHES[2], LOG_KEY.key)
    with pytest.raises(NoteError, match="has not signed"):
        read.check(HASHES[3], Key.read(EXAMPLE_KEY))
    other = signed(str(Checkpoint("elsewhere", 5, root(HASHES))))
    with pytest.raises(NoteError, match="a checkpoint of elsewhere"):
        Receipt(3, read.proof, other).check(HASHES[3], LOG_KEY.key)
    extra = str(receipt).replace("index", "extra QQ==\nindex", 1).encode()
    assert Receipt.read(extra) == receipt


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp", "c3sp"), ("index 3", "index 03"), ("index 3", "index"), ("\n\n", "\n"), ("=\n", "\n"),
        ("index 3\n", "extra QQ==\n"), ("index 3\n", "index 3\n" + "A" * 43 + "=\n" * 65),
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_refused(old, new):
    text = str(Receipt(3, tuple(inclusion_proof(nodes, 3, 5)), signed()))
    with pytest.raises(NoteError):
        Receipt.read(text.replace(old, new).encode())
    with pytest.raises(NoteError, match="UTF-8"):
        Receipt.read(b"\xff\n\n")
    with pytest.raises(NoteError, match="place of the leaf"):
        Receipt.read(b"c2sp.org/tlog-proof@v1\n\nx")


def test_a_policy_says_when_enough_have_signed():
    two = Policy.read(policy("# two of three", "group all\tall w0 w1", "group some 1 all w2", "quorum some"))  # fmt: skip
    assert two.check(signed(witnesses=WITNESSES[:2])) == CHECKPOINT
    assert two.check(signed(witnesses=WITNESSES[2:])) == CHECKPOINT
    with pytest.raises(NoteError, match="too few witnesses have signed: w1"):
        two.check(signed(witnesses=WITNESSES[1:2]))
    with pytest.raises(NoteError, match="signed: nobody"):
        two.check(signed())
    assert Policy.read(policy("quorum none")).check(signed()) == CHECKPOINT
    assert Policy.read(policy("group g any w0 w1", "quorum g")).is_met({"w1"})
    with pytest.raises(NoteError, match="no log of the policy"):
        two.check(Note(str(CHECKPOINT), (WITNESSES[0].sign(str(CHECKPOINT), 1),)))
    elsewhere = str(Checkpoint("elsewhere", 5, root(HASHES)))
    with pytest.raises(NoteError, match="checkpoint of elsewhere"):
        two.check(Note(elsewhere, (LOG_KEY.sign(elsewhere),)))


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "needs a line: quorum"),
        (("quorum nobody",), "line 5 of the policy: neither a witness nor a group: nobody"),
        (("quorum w0", "quorum w1"), "line 6 of the policy: there is a quorum already"),
        (("group w0 any w1",), "name is taken: w0"),
        (("group none any w1",), "name is taken: none"),
        (("group g any w0 w0",), "in a group already: w0"),
        (("group g any w0", "group h any w0"), "in a group already: w0"),
        (("group g 3 w0 w1",), "some of its members: 3"),
        (("group g 0 w0",), "some of its members: 0"),
        (("group g many w0",), "some of its members: many"),
        (("group g any",), "some of its members: any"),
        (("group g",), "too few or too many words"),
        (("nonsense",), "no such line: nonsense"),
        ((f"log {WITNESSES[0].key}",), "not a new key"),
        ((f"log {LOG_KEY.key}",), "not a new key"),
        ((f"witness x {WITNESSES[0].key}",), "not a new key"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_with_its_line(lines, why):
    with pytest.raises(NoteError, match=why):
        Policy.read(policy(*lines))


def test_a_note_is_cut_down_to_the_signatures_of_some_keys():
    note = signed(witnesses=WITNESSES)
    twice = Note(note.text, (*note.signatures, note.signatures[0]))
    kept = twice.only([LOG_KEY.key, WITNESSES[1].key])
    assert kept == Note(note.text, (note.signatures[0], note.signatures[2]))
