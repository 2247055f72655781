"""The hash tree of a log, and what proves that a leaf is in it or that it only grew.

Leaves are hashed with a zero byte before them, pairs of hashes with a one (RFC 6962): no leaf can
be taken for a node. A *perfect* subtree spans 2^level leaves from a multiple of that; `Nodes` gives
its hash by level and place, wherever it is stored.

References
----------
B. Laurie, E. Messeri, R. Stradling, Certificate Transparency Version 2.0 (RFC 9162, section 2.1).
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
# (level, place) -> the hash of the leaves from place * 2^level to before (place + 1) * 2^level.
Nodes = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof does not prove what it should."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Edge:
    """A tree as far as its growth goes: the perfect subtrees of which it consists, largest first.

    Attributes
    ----------
    size : leaves
    hashes : one for each bit of `size`

    >>> Edge().grown([leaf_hash(b"a"), leaf_hash(b"b")]).root == node_hash(
    ...     leaf_hash(b"a"), leaf_hash(b"b"))
    True
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def grown(
        self,
        leaves: Iterable[bytes],
        seen: Callable[[int, int, bytes], None] | None = None,
    ) -> "Edge":
        """The tree with the hashes of further leaves.

        Parameters
        ----------
        seen : called with level, place and hash of each perfect subtree of two leaves or more, as
            it becomes whole
        """
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            hashes.append(leaf)
            size += 1
            full, level = size, 0
            while not full & 1:  # two subtrees of one size have met
                right = hashes.pop()
                hashes[-1] = node_hash(hashes[-1], right)
                full >>= 1
                level += 1
                if seen is not None:
                    seen(level, full - 1, hashes[-1])
        return Edge(size, tuple(hashes))

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        if not self.hashes:
            return EMPTY_ROOT
        *left, root = self.hashes
        for hashed in reversed(left):
            root = node_hash(hashed, root)
        return root


def root(leaves: Iterable[bytes]) -> bytes:
    """The hash of the whole tree over these hashes of leaves."""
    return Edge().grown(leaves).root


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The hashes that prove leaf `index` to be in the tree of `size` leaves, from the leaf upwards.

    Raises
    ------
    ProofError : there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    proof: list[bytes] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            proof.append(_span(nodes, middle, last))
            last = middle
        else:
            proof.append(_span(nodes, first, middle))
            first = middle
    return proof[::-1]


def consistency_proof(nodes: Nodes, old: int, size: int) -> list[bytes]:
    """The hashes that prove the tree of `old` leaves to be the beginning of that of `size`.

    Raises
    ------
    ProofError : the old tree is empty or larger: that cannot be proved.
    """
    if not 0 < old <= size:
        raise ProofError(f"no proof from {old} leaves to {size}")
    proof: list[bytes] = []
    first, last = 0, size
    while old < last:
        middle = first + _split(last - first)
        if old <= middle:
            proof.append(_span(nodes, middle, last))
            last = middle
        else:
            proof.append(_span(nodes, first, middle))
            first = middle
    if first:  # else the old tree is itself a subtree, and known to who checks
        proof.append(_span(nodes, first, last))
    return proof[::-1]


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes
) -> None:
    """Make sure that the hash of a leaf stands at `index` of the tree with this root.

    Raises
    ------
    ProofError : it is not proved.
    """
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    _check_hashes(leaf, root_hash, *proof)
    place, last, found = index, size - 1, leaf
    for hashed in proof:
        if not last:
            raise ProofError("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(hashed, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, hashed)
        place >>= 1
        last >>= 1
    if last:
        raise ProofError("the proof is too short")
    if found != root_hash:
        raise ProofError("the proof leads to another root")


def check_consistency(
    old: int, size: int, proof: Sequence[bytes], old_root: bytes, root_hash: bytes
) -> None:
    """Make sure that the tree of `old` leaves is the beginning of that of `size`.

    Raises
    ------
    ProofError : it is not proved; an empty old tree proves nothing.
    """
    if not 0 < old <= size:
        raise ProofError(f"no proof from {old} leaves to {size}")
    _check_hashes(old_root, root_hash, *proof)
    if old == size:
        if proof or old_root != root_hash:
            raise ProofError("two trees of one size must be equal, and need no proof")
        return
    hashes = [old_root, *proof] if not old & (old - 1) else list(proof)
    if not hashes:
        raise ProofError("the proof is too short")
    place, last = old - 1, size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    before = after = hashes[0]
    for hashed in hashes[1:]:
        if not last:
            raise ProofError("the proof is too long")
        if place & 1 or place == last:
            before, after = node_hash(hashed, before), node_hash(hashed, after)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            after = node_hash(after, hashed)
        place >>= 1
        last >>= 1
    if last:
        raise ProofError("the proof is too short")
    if (before, after) != (old_root, root_hash):
        raise ProofError("the proof leads to other roots")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(hashed) != HASH_BYTES for hashed in hashes):
        raise ProofError(f"a hash has {HASH_BYTES} bytes")


def _split(size: int) -> int:
    """The largest power of two below `size`, which is 2 or more."""
    return 1 << (size - 1).bit_length() - 1


def _span(nodes: Nodes, first: int, last: int) -> bytes:
    """The hash of leaves that are a subtree of their tree: perfect ones, folded from the right."""
    parts: list[bytes] = []
    while first < last:
        level = (last - first).bit_length() - 1
        parts.append(nodes(level, first >> level))
        first += 1 << level
    *left, found = parts
    for hashed in reversed(left):
        found = node_hash(hashed, found)
    return found
