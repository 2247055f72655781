"""One record of a mirror: leaves for the auditors' eyes alone, under a head that anyone may read.

The head says what the log's own checkpoints say too: which leaves these are, and the tree after
them. The rest is sealed by HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305), with the head
as `info`, so that no record can be read under another head. docs/mirror.md has the form.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ballots.board import canonical
from ballots.board.canonical import CanonicalError
from ballots.board.merkle import HASH_BYTES, Edge
from ballots.mirror.errors import MirrorFaultError, MirrorKeyError

BLOCK = 4096  # bytes: what is sealed is filled up to a multiple, or its length would tell choices
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class Head:
    """Which leaves a record holds.

    Attributes
    ----------
    election : the log's name
    first : place of its first leaf
    edge : the tree after its last
    """

    contest_id: UUID
    election: str
    first: int
    edge: Edge

    @classmethod
    def read(cls, data: bytes) -> "Head":
        """The head of its bytes; raises MirrorFaultError."""
        try:
            told = canonical.loads(data)
            hashes, size, first = bytes.fromhex(told["edge"]), int(told["size"]), told["first"]
            cut = (hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
            head = cls(UUID(told["contest"]), told["e"], first, Edge(size, tuple(cut)))
        except (CanonicalError, ValueError, LookupError, AttributeError, TypeError) as error:
            raise MirrorFaultError(why=f"{type(error).__name__}: {error}") from None
        is_tree = len(hashes) == size.bit_count() * HASH_BYTES
        if not is_tree or not 0 <= first < size or bytes(head) != data:
            raise MirrorFaultError(why=f"the head of leaf {first}")
        return head

    def __bytes__(self) -> bytes:
        """Canonical JSON."""
        told = {
            "contest": str(self.contest_id), "e": self.election, "first": self.first,
            "edge": b"".join(self.edge.hashes).hex(), "size": self.edge.size,
        }  # fmt: skip
        return canonical.dumps(told)


@dataclass(frozen=True)
class Contents:
    """What is sealed.

    Attributes
    ----------
    leaves : canonical bytes, from the head's `first` on
    keyings : place of a `batch-close` leaf -> the record whose hash is in it
    """

    leaves: Sequence[bytes]
    keyings: Mapping[int, str] = field(default_factory=dict)


def seal(head: Head, contents: Contents, key: X25519PublicKey) -> bytes:
    """The body of a record: a line for its head, then what is sealed."""
    told = {
        "keyings": {str(place): body for place, body in contents.keyings.items()},
        "leaves": [leaf.decode() for leaf in contents.leaves],
    }
    plain = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    filled = plain.ljust(-(-len(plain) // BLOCK) * BLOCK)
    line = bytes(head)
    return line + b"\n" + _SUITE.encrypt(filled, key, info=line)


def head_of(body: bytes) -> Head:
    """The head of a record; raises MirrorFaultError."""
    return Head.read(body.partition(b"\n")[0])


def unseal(body: bytes, key: X25519PrivateKey) -> Contents:
    """What was sealed.

    Raises
    ------
    MirrorKeyError : by another key, or not what was sealed.
    MirrorFaultError : not as many leaves as the head says.
    """
    line, _, sealed = body.partition(b"\n")
    head = Head.read(line)
    try:
        told = json.loads(_SUITE.decrypt(sealed, key, info=line))
    except (InvalidTag, ValueError):
        raise MirrorKeyError from None
    leaves = [leaf.encode() for leaf in told["leaves"]]
    if len(leaves) != head.edge.size - head.first:
        raise MirrorFaultError(why=f"leaves from {head.first} on: {len(leaves)}")
    return Contents(leaves, {int(place): body for place, body in told["keyings"].items()})


def public_key(text: str) -> X25519PublicKey:
    """The key that a setting names; raises MirrorKeyError."""
    try:
        return X25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise MirrorKeyError from None


def public_text(key: X25519PublicKey) -> str:
    """The same as text: 44 letters of base64."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def new_key() -> X25519PrivateKey:
    """A key of the auditors."""
    return X25519PrivateKey.generate()


def private_pem(key: X25519PrivateKey) -> bytes:
    """A private key for its file: PKCS 8, as other programs read it too."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def private_key(pem: bytes) -> X25519PrivateKey:
    """The private key of a file; raises MirrorKeyError."""
    try:
        found = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise MirrorKeyError from None
    if not isinstance(found, X25519PrivateKey):
        raise MirrorKeyError
    return found
