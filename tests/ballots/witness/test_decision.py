"""What a witness signs and with which status it refuses, in the order of C2SP tlog-witness."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board.checkpoint import Checkpoint
from ballots.board.notes import LOG, Note, Signer
from ballots.board.submission import Submission
from ballots.witness.decision import Conflict, Fork, Refusal, admit, judge
from tests.ballots.witness.growing import GrowingLog

OURS = GrowingLog()
FORKED = GrowingLog(forked_at=5)
OTHER = Signer.of(OURS.signer.name, LOG, b"o" * 32)  # the same name, another key


def status_of(data: bytes, last: Checkpoint | None = None, logs=(OURS.key,)) -> int:
    try:
        judge(admit(data, logs), last)
    except Refusal as refusal:
        return int(refusal.status)
    return 200


@given(st.integers(0, 70), st.integers(0, 70))
def test_every_growth_is_signed_and_none_of_another_history(old, size):
    old, size = sorted((old, size))
    last = OURS.tree(old) if old else None
    assert status_of(OURS.submission(old, size), last) == 200
    forked = status_of(FORKED.submission(old, size), last)
    assert forked == (422 if old > 5 else 200)


@pytest.mark.parametrize(
    ("old", "size", "last", "status"),
    [
        (0, 7, None, 200), (3, 7, 3, 200), (7, 7, 7, 200), (0, 0, None, 200), (0, 0, 0, 200),
        (7, 3, 7, 400), (8, 7, 7, 400),
        (0, 7, 3, 409), (2, 7, 3, 409), (4, 7, 3, 409), (3, 7, None, 409), (2, 2, 7, 409),
    ],
)  # fmt: skip
def test_sizes(old, size, last, status):
    data = OURS.submission(old, size) if old <= size else f"old {old}\n\n{OURS.note(size)}".encode()
    assert status_of(data, None if last is None else OURS.tree(last)) == status


def test_a_conflict_tells_the_size_that_was_signed():
    with pytest.raises(Conflict) as told:
        judge(admit(OURS.submission(2, 7), [OURS.key]), OURS.tree(3))
    assert told.value.body == "3\n"


def test_two_trees_of_one_size_are_a_fork_whatever_the_proof_says():
    for data in (FORKED.submission(7, 7), f"old 7\n{'A' * 43}=\n\n{FORKED.note(7)}".encode()):
        with pytest.raises(Fork) as told:
            judge(admit(data, [OURS.key]), OURS.tree(7))
        assert told.value.status == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize(
    ("old", "proof", "size", "last"),
    [
        (0, [b"x" * 32], 7, None),  # from nothing, nothing is to prove
        (3, [], 7, 3), (3, [b"x" * 32], 7, 3), (7, [b"x" * 32], 7, 7),
        (3, [*OURS.proof(3, 7), b"x" * 32], 7, 3), (3, OURS.proof(3, 7)[:-1], 7, 3),
        (4, FORKED.proof(4, 7), 7, 4),
    ],
)  # fmt: skip
def test_a_wrong_proof(old, proof, size, last):
    data = str(Submission(old, tuple(proof), OURS.note(size))).encode()
    assert status_of(data, OURS.tree(last) if last else None) == 422


def test_an_empty_tree_has_one_root():
    text = str(Checkpoint(OURS.signer.name, 0, bytes(32)))
    data = f"old 0\n\n{Note(text, (OURS.signer.sign(text),))}".encode()
    assert status_of(data) == 422


def signed_by(*signers, over=None):
    text = OURS.note(7).text
    return f"old 0\n\n{Note(text, tuple(one.sign(over or text) for one in signers))}".encode()


@pytest.mark.parametrize(
    ("data", "logs", "status"),
    [
        (OURS.submission(0, 7), [], 404),
        (OURS.submission(0, 7), [GrowingLog("elsewhere.example").key], 404),
        (OURS.submission(0, 7), [OTHER.key], 403),
        (signed_by(OURS.signer, over="something else\n"), [OURS.key], 403),
        (signed_by(OTHER, OURS.signer), [OURS.key], 200),
        (signed_by(OTHER), [OTHER.key, OURS.key], 200),
        (signed_by(GrowingLog("elsewhere.example").signer), [OURS.key, GrowingLog("elsewhere.example").key], 403),
    ],
)  # fmt: skip
def test_whose_signature_counts(data, logs, status):
    assert status_of(data, None, logs) == status


def test_only_the_logs_own_signature_is_passed_on():
    stranger = Signer.of("else.example", LOG, b"s" * 32)
    admitted = admit(signed_by(stranger, OURS.signer, OURS.signer), [OURS.key])
    assert admitted.note == OURS.note(7)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"old 3\n", b"\xff\n\n", b"old 03\n\n%s", b"old -1\n\n%s", b"old 3 \n\n%s", b"3\n\n%s",
        b"old 3\nQQ==\n\n%s", b"old 3\n*\n\n%s", b"old " + b"9" * 20 + b"\n\n%s", b"old 3\n\nno note",
        b"old 3\n" + b"%s" % (b"A" * 43 + b"=\n") * 64 + b"\n%s",
        "old 0\n\nno checkpoint\n\n— a AAAAAAA=\n".encode(),
    ],
)  # fmt: skip
def test_what_cannot_be_read(data):
    data = data.replace(b"%s", str(OURS.note(7)).encode())
    assert status_of(data, OURS.tree(3)) == 400


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_be_answered(data):
    assert status_of(data) == 400


def test_any_other_byte_of_a_submission_is_refused_or_the_same():
    good = OURS.submission(3, 7)
    for at in range(len(good)):
        forged = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        assert status_of(forged, OURS.tree(3)) in (400, 403, 404, 409, 422), at
