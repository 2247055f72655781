"""Signed notes: a text and, under it, lines of signatures by named keys (C2SP signed-note).

Two kinds of keys are known: a log's own (Ed25519 over the text) and a witness's (Ed25519 over the
text with the moment before it, C2SP tlog-cosignature).
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 1, 4  # kinds of keys, as the standard numbers them
_DASH = "— "
_ID_BYTES, _TIME_BYTES, _KEY_BYTES = 4, 8, 32
_MOST_SIGNATURES = 64
_LATEST = 2**63 - 1


class NoteError(ValueError):
    """This is no note, or nobody who is known signed it rightly."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with its name.

    Attributes
    ----------
    kind : `LOG` or `WITNESS`
    public : 32 bytes
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a name that a note cannot hold (NoteError)."""
        if not self.name or "+" in self.name or any(letter.isspace() for letter in self.name):
            raise NoteError(f"a key's name has no blanks and no plus: {self.name!r}")
        if self.kind not in (LOG, WITNESS) or len(self.public) != _KEY_BYTES:
            raise NoteError(f"{self.name}: neither the key of a log nor of a witness")

    @classmethod
    def read(cls, written: str) -> "Key":
        """The key of a text ``name+id+key``, as policies and leaves hold it.

        Raises
        ------
        NoteError : it is none, or its id belongs to another key.

        >>> Key.read("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").name
        'example.com/foo'
        """
        name, _, rest = written.partition("+")
        identity, _, encoded = rest.partition("+")
        body = _decoded(encoded)
        if not body:
            raise NoteError(f"no key: {written}")
        key = cls(name, body[0], body[1:])
        if key.id.hex() != identity:
            raise NoteError(f"this id belongs to another key: {written}")
        return key

    def __str__(self) -> str:
        """The key as text, as `read` takes it."""
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(material).digest()[:_ID_BYTES]

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether this is the key's signature under the text."""
        message = text.encode()
        if self.kind == WITNESS:
            moment, signature = int.from_bytes(signature[:_TIME_BYTES]), signature[_TIME_BYTES:]
            if moment > _LATEST:
                return False
            message = _timed(text, moment)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: who says to have signed, and the signature."""

    name: str
    id: bytes
    signed: bytes

    @property
    def moment(self) -> int:
        """When a witness signed, in seconds since 1970; of witnesses' signatures only."""
        return int.from_bytes(self.signed[:_TIME_BYTES])

    def __str__(self) -> str:
        """The line, without its end."""
        return f"{_DASH}{self.name} {base64.b64encode(self.id + self.signed).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, whose last line has its end too, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, data: bytes) -> "Note":
        """The note of these bytes; nothing of it is believed yet.

        Raises
        ------
        NoteError : they are no note.
        """
        try:
            written = data.decode()
        except UnicodeDecodeError:
            raise NoteError("a note is text in UTF-8") from None
        if any(letter < " " and letter != "\n" for letter in written):
            raise NoteError("a note has no control characters")
        text, parted, under = written.rpartition("\n\n")
        if not parted or not under.endswith("\n"):
            raise NoteError("a note has a text, an empty line, and lines of signatures")
        return cls(text + "\n", signatures_in(under))

    def __str__(self) -> str:
        """The whole note."""
        lines = "".join(f"{signature}\n" for signature in self.signatures)
        return f"{self.text}\n{lines}"

    def signed_by(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        """Who of these has signed, each once.

        Raises
        ------
        NoteError : a signature names one of these keys and is not its own.
        """
        known = {(key.name, key.id): key for key in keys}
        found: dict[Key, None] = {}
        for signature in self.signatures:
            key = known.get((signature.name, signature.id))
            if key is None or key in found:
                continue
            if not key.has_signed(self.text, signature.signed):
                raise NoteError(f"the signature of {key.name} is not under this text")
            found[key] = None
        return tuple(found)

    def only(self, keys: Iterable[Key]) -> "Note":
        """The note with the signatures of these keys alone, each the one that `signed_by` reads."""
        wanted = {(key.name, key.id) for key in keys}
        kept: dict[tuple[str, bytes], Signature] = {}
        for one in self.signatures:
            if (one.name, one.id) in wanted:
                kept.setdefault((one.name, one.id), one)
        return Note(self.text, tuple(kept.values()))

    def with_signatures(self, more: Sequence[Signature]) -> "Note":
        """The note with further signatures; one of the same key gives way to the later one."""
        kept = {(one.name, one.id): one for one in (*self.signatures, *more)}
        return Note(self.text, tuple(kept.values()))


def signatures_in(lines: str) -> tuple[Signature, ...]:
    """The signatures of lines as notes and witnesses' answers have them; raises NoteError."""
    found = lines.splitlines()
    if not 0 < len(found) <= _MOST_SIGNATURES:
        raise NoteError(f"a note has 1 to {_MOST_SIGNATURES} signatures, not {len(found)}")
    return tuple(map(_signature, found))


@dataclass(frozen=True)
class Signer:
    """A private key with its name; signing the same text again gives the same bytes."""

    name: str
    kind: int
    private: Ed25519PrivateKey

    @classmethod
    def of(cls, name: str, kind: int, seed: bytes) -> "Signer":
        """The signer whose private key is these 32 bytes."""
        return cls(name, kind, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def key(self) -> Key:
        """What others check its signatures with."""
        return Key(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, moment: int = 0) -> Signature:
        """Its signature under a text.

        Parameters
        ----------
        moment : seconds since 1970, for witnesses
        """
        if self.kind == LOG:
            return Signature(self.name, self.key.id, self.private.sign(text.encode()))
        signed = moment.to_bytes(_TIME_BYTES) + self.private.sign(_timed(text, moment))
        return Signature(self.name, self.key.id, signed)


def _timed(text: str, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    body = _decoded(encoded)
    if not line.startswith(_DASH) or not name or "+" in name or len(body) <= _ID_BYTES:
        raise NoteError(f"no line of a signature: {line}")
    return Signature(name, body[:_ID_BYTES], body[_ID_BYTES:])


def _decoded(encoded: str) -> bytes:
    """The bytes of base64; none where it is not written as the standard does."""
    try:
        body = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return body if base64.b64encode(body).decode() == encoded else b""
