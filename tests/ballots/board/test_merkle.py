"""The hash tree against its definition, against others' vectors, and against every forgery tried."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board.merkle import (
    EMPTY_ROOT,
    Edge,
    ProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)

SHARED = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "merkle"
HASHES = [leaf_hash(bytes([number])) for number in range(70)]


def defined(hashes):
    """The root as RFC 9162 defines it, 2.1.1."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(defined(hashes[:split]), defined(hashes[split:]))


def perfect(level, place):
    return defined(HASHES[place << level : place + 1 << level])


def test_the_roots_are_those_of_the_definition():
    # of a tree of eight leaves that the standard's authors use: their first and their last root
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in leaves]
    assert (
        root(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert root(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    for size in range(70):
        assert root(HASHES[:size]) == defined(HASHES[:size])


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_tree_grows_the_same_in_any_steps(first, second):
    first, second = sorted((first, second))
    edge = Edge().grown(HASHES[:first]).grown(HASHES[first:second])
    assert edge == Edge().grown(HASHES[:second])
    assert len(edge.hashes) == edge.size.bit_count()


@pytest.mark.parametrize("size", range(1, 36))
def test_every_leaf_and_every_beginning_is_proved_and_nothing_else(size):
    whole = defined(HASHES[:size])
    for index in range(size):
        proof = inclusion_proof(perfect, index, size)
        check_inclusion(HASHES[index], index, size, proof, whole)
        old, begun = index + 1, defined(HASHES[: index + 1])
        grown = consistency_proof(perfect, old, size)
        check_consistency(old, size, grown, begun, whole)
        for wrong in (proof + proof[-1:] or [whole], proof[:-1], [whole, *proof]):
            if wrong != proof:
                with pytest.raises(ProofError):
                    check_inclusion(HASHES[index], index, size, wrong, whole)
        with pytest.raises(ProofError):
            check_inclusion(HASHES[index + 1], index, size, proof, whole)
        for wrong in ([*grown, whole], grown[:-1], [begun, *grown]):
            if wrong != grown:
                with pytest.raises(ProofError):
                    check_consistency(old, size, wrong, begun, whole)
        with pytest.raises(ProofError):
            check_consistency(old, size, grown, leaf_hash(b"other"), whole)


def test_what_cannot_be_proved_is_refused():
    for index, size in ((3, 3), (-1, 3)):
        with pytest.raises(ProofError, match="no leaf"):
            inclusion_proof(perfect, index, size)
        with pytest.raises(ProofError, match="no leaf"):
            check_inclusion(HASHES[0], index, size, [], HASHES[0])
    for old, size in ((0, 3), (4, 3)):
        with pytest.raises(ProofError, match="no proof from"):
            consistency_proof(perfect, old, size)
        with pytest.raises(ProofError, match="no proof from"):
            check_consistency(old, size, [], HASHES[0], HASHES[0])
    with pytest.raises(ProofError, match="32 bytes"):
        check_inclusion(HASHES[0], 0, 2, [b"short"], HASHES[0])
    with pytest.raises(ProofError, match="too short"):
        check_consistency(3, 5, [], HASHES[0], HASHES[0])


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="others' vectors are not at hand; an extra test")
@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_the_vectors_of_others_are_judged_as_they_say(kind):
    def bytes_of(text):
        return base64.b64decode(text or "")

    files = sorted((SHARED / kind).rglob("*.json"))
    assert len(files) > 90
    for path in files:
        case = json.loads(path.read_text())
        proof = [bytes_of(hashed) for hashed in case["proof"] or []]
        try:
            if kind == "inclusion":
                check_inclusion(bytes_of(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, bytes_of(case["root"]))  # fmt: skip
            else:
                check_consistency(case["size1"], case["size2"], proof, bytes_of(case["root1"]), bytes_of(case["root2"]))  # fmt: skip
        except ProofError:
            # one case calls two texts equal roots that are no hashes
            short = len(bytes_of(case.get("root1", case.get("root")))) != 32
            assert case["wantErr"] or short, path
        else:
            assert not case["wantErr"], path


def test_a_tree_tells_of_each_subtree_that_becomes_whole():
    told = []
    hashes = [leaf_hash(bytes([number])) for number in range(6)]
    Edge().grown(hashes[:3], lambda *node: told.append(node))
    pairs = [node_hash(*hashes[at : at + 2]) for at in (0, 2)]
    assert told == [(1, 0, pairs[0])]
    Edge().grown(hashes[:4], lambda *node: told.append(node))
    assert told[1:] == [(1, 0, pairs[0]), (1, 1, pairs[1]), (2, 0, node_hash(*pairs))]
