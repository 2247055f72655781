"""Count a vote again from its recount bundle, without those who counted it first.

    python3 verify.py BUNDLE [--key KEY] [--receipt FILE …] [--reference FILE.py] [--lang ko|en]

재검표 묶음 하나로 투표를 처음부터 확인하고 다시 세는 프로그램입니다. 파이썬 3.9 이상이면 됩니다.

It needs Python 3.9 or newer and nothing else. It says one line for each step, V0 to V13, and ends
with 0 (all was checked and is right), 1 (something is wrong) or 2 (nothing is wrong, but something
could not be checked with what is at hand). It writes no files and asks no network.

It is one file, long as it is, so that it can be sent, printed and read as one. It was written from
the documents, not from the program that counted: docs/bundle.md tells what a bundle holds and what
each step checks, docs/board.md what the log holds, docs/rules/greedy.md how greedy counts. Signed
notes, checkpoints, tiles, policies and receipts are C2SP's, the tree is RFC 9162's, signatures are
RFC 8032's (Ed25519) and RFC 9474's (RSA), the sample is R. L. Rivest's, the risk P. B. Stark's.

Read from the top: how findings are told; then the steps, each after what it needs; then all of them
in order. Texts for people stand in one string, "Korean | English".
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import importlib.util
import inspect
import io
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, zip_longest
from math import ceil, gcd
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn, TypeVar, Union

T = TypeVar("T")
Number = Union[int, Fraction]
Progress = Callable[[str, int, int], object]  # hears a step, and how much of how much is done
Choices = dict[str, list[Any]]  # what a ballot says: {"a": …}, {"s": …} or {"r": …}


# ------------------------------------------------------------------------------- what is found


Said = list[str]  # the same in Korean and in English


def say(text: str, *values: object) -> Said:
    """A text "Korean | English", with the values that it names."""
    return [half.format(*values) for half in text.split(" | ")]


class Finding(Exception):
    """Why a step does not end well."""

    def __init__(self, text: str, *values: object) -> None:
        self.said = say(text, *values)
        super().__init__(self.said[-1])

    def at(self, place: str, *values: object) -> Finding:
        """The same finding, and where."""
        self.said = [f"{where}: {what}" for where, what in zip(say(place, *values), self.said)]
        return self


class Wrong(Finding):
    """Something is not as it must be."""


class Unchecked(Finding):
    """Something could not be looked at; nothing is known against it."""


def must(is_so: object, text: str, *values: object) -> None:
    """Go on only if it is so; Wrong if not."""
    if not is_so:
        raise Wrong(text, *values)


def needed(value: T | None, step: str) -> T:
    """What an earlier step has found; Unchecked if it has found nothing."""
    if value is None:
        raise Unchecked("{0} 없이는 확인할 수 없습니다 | cannot be done without {0}", step)
    return value


# ------------------------------------------------------------------- canonical JSON (RFC 8785)

MOST = 2**53 - 1  # the largest whole number that all readers of JSON agree on


def read_json(data: bytes) -> Any:
    """The value of canonical JSON, without floats and null; Wrong for anything else."""
    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        _check_texts(value)
        is_canonical = write_json(value).encode() == data
    except (ValueError, RecursionError) as error:
        raise Wrong("정규 JSON이 아닙니다: {0} | no canonical JSON: {0}", error) from None
    must(
        is_canonical, "같은 값을 다르게 적은 JSON입니다 | canonical JSON writes the same otherwise"
    )
    return value


# What was found to be canonical JSON is read again by this, which is quicker: value, end.
parse = json.JSONDecoder().raw_decode


def write_json(value: Any) -> str:
    """A value as canonical JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return found


def _whole(digits: str) -> int:
    if len(digits) > len(str(-MOST)) or abs(int(digits)) > MOST:
        raise ValueError(f"a number out of range: {digits[:40]}")
    return int(digits)


def _refuse(written: str) -> NoReturn:
    raise ValueError(f"no whole number: {written[:40]}")


def _check_texts(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not key.isascii():
                raise ValueError(f"a key is no ASCII text: {key!a}")
            _check_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner)
    elif value is None:
        raise ValueError("null")
    elif isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        raise ValueError(f"text is not in normal form C: {value!a}")


def is_count(value: Any) -> bool:
    """A whole number from 0; True is none."""
    return type(value) is int and value >= 0


def is_number(value: Any) -> bool:
    """A whole number from 1."""
    return is_count(value) and value > 0


def is_text(value: Any) -> bool:
    """Any text."""
    return isinstance(value, str)


def matches(pattern: str) -> Callable[[Any], bool]:
    """Text that a pattern describes whole."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


is_hash = matches("[0-9a-f]{64}")


def check_shape(value: Any, shape: Any, place: str) -> None:
    """Make sure that a value is built as a shape says.

    A shape is a function that says yes or no; a list of one shape, for any number of it; a dict of
    members, all of which are there and no others; or a dict of one key `...`, for any names.
    """
    if callable(shape):
        fits = shape(value)
    elif isinstance(shape, list):
        fits = isinstance(value, list)
    else:
        fits = isinstance(value, dict) and (... in shape or value.keys() == shape.keys())
    must(fits, "{0}: docs/bundle.md의 형식이 아닙니다 | {0}: not as docs/bundle.md says", place)
    if isinstance(shape, list):
        for at, inner in enumerate(value):
            check_shape(inner, shape[0], f"{place}[{at}]")
    elif isinstance(shape, dict):
        for key, inner in value.items():
            check_shape(inner, shape.get(key, shape.get(...)), f"{place}.{key}")


# ------------------------------------------------------------------------ V0: the file (ustar)

BLOCK, RECORD = 512, 10240
ALWAYS = (
    "SHA256SUMS", "SHA256SUMS.note", "ballots.jsonl", "checkpoint", "checkpoints.txt",
    "election.pb", "manifest.json", "policy.txt", "result.json", "roll-summary.json", "tally.json",
)  # fmt: skip
SOMETIMES = re.compile(
    r"tile/(?:[0-9]|[1-5][0-9]|6[0-3]|entries)/(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"
    r"|after/(?:logs\.json|checkpoints\.txt)|tokens\.json|verify\.py|verify\.html|paper/(?:batches|adjudications)\.jsonl"
    r"|rla/(?:manifest\.csv|seed\.txt|sample\.csv|mvr\.jsonl|report\.json)"
)


class Bundle:
    """The files of a bundle, by path; `places` says where each begins, and how long it is."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.places: dict[str, tuple[int, int]] = {}
        self.has_leaves = False  # in an open vote, or the auditors' copy of a sealed one

    def __contains__(self, path: str) -> bool:
        return path in self.places

    def chunks(self, path: str) -> Iterator[bytes]:
        """A file, piece by piece."""
        must(path in self, "{0} 파일이 없습니다 | there is no file {0}", path)
        at, left = self.places[path]
        while left:
            self.file.seek(at)
            chunk = self.file.read(min(left, 1 << 20))
            must(chunk, "{0}: 파일이 끊겼습니다 | {0}: is cut off", path)
            at, left = at + len(chunk), left - len(chunk)
            yield chunk

    def read(self, path: str) -> bytes:
        """A whole file."""
        return b"".join(self.chunks(path))

    def json(self, path: str, shape: Any) -> Any:
        """The value of a file of canonical JSON, built as the shape says."""
        try:
            value = read_json(self.read(path))
        except Wrong as fault:
            raise fault.at("{0} | {0}", path) from None
        check_shape(value, shape, path)
        return value

    def lines(self, path: str) -> Iterator[str]:
        """The lines of a file of text, without their ends; bytes that are none stay apart."""
        rest = b""
        for chunk in self.chunks(path):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="surrogateescape") for line in whole)
        must(not rest, "{0}: 마지막 줄이 끊겼습니다 | {0}: its last line has no end", path)

    def sum_of(self, path: str) -> str:
        """The SHA-256 of a file, in hexadecimal digits."""
        found = hashlib.sha256()
        for chunk in self.chunks(path):
            found.update(chunk)
        return found.hexdigest()


def header(path: bytes, size: int) -> bytes:
    """The only header that a file of a bundle can have."""
    fields = [
        path.ljust(100, b"\0"),
        b"0000644\0" + b"0000000\0" * 2,  # mode, owner, group
        b"%011o\0" % size + b"%011o\0" % 0,  # time
        b" " * 8,  # in place of the sum
        b"0" + bytes(100) + b"ustar\x0000" + bytes(247),  # a regular file; no names, no device
    ]
    fields[3] = b"%06o\0 " % sum(b"".join(fields))
    return b"".join(fields)


def named(head: bytes, at: int) -> tuple[str, int]:
    """Path and size of the file whose header this is, if it is just as it must be."""
    path, digits = head[:100].rstrip(b"\0"), head[124:135]
    is_size = re.fullmatch(b"[0-7]{11}", digits)
    is_header = is_size and path.isascii() and head == header(path, int(digits, 8))
    text = (
        "바이트 {0:,}: tar 헤더의 형식이 다릅니다 | byte {0:,}: no header of a tar in its one form"
    )
    must(is_header, text, at)
    name = path.decode()
    is_known = name in ALWAYS or SOMETIMES.fullmatch(name)
    must(is_known, "{0}: 있을 수 없는 파일입니다 | {0}: no such file belongs in a bundle", name)
    return name, int(digits, 8)


def check_form(case: Case) -> Said:
    """V0: there is one form for the same files, so that one vote has one bundle."""
    file, places = case.bundle.file, {}
    end = file.seek(0, io.SEEK_END)
    at, before = file.seek(0), ""
    while any(head := file.read(BLOCK)):
        path, size = named(head, at)
        must(path > before, "{0}: 이름순이 아닙니다 | {0}: stands out of order, or twice", path)
        places[path], before = (at + BLOCK, size), path
        last = file.seek(at + BLOCK + size)
        at = last + -last % BLOCK
        is_whole = at <= end and not any(file.read(at - last))
        text = "{0}: 끊겼거나 뒤의 빈 곳이 0이 아닙니다 | {0}: is cut off, or not padded with zeros"
        must(is_whole, text, path)
    file.seek(at)
    zeros = -(-(at + 2 * BLOCK) // RECORD) * RECORD - at
    is_ended = end - at == zeros and not any(file.read(zeros))
    must(
        is_ended,
        "바이트 {0:,}: tar의 끝이 정해진 형식과 다릅니다 | byte {0:,}: the tar must not end so",
        at,
    )
    for path in ALWAYS:
        must(path in places, "{0} 파일이 없습니다 | there is no file {0}", path)
    case.bundle.places = places
    case.bundle.has_leaves = any(path.startswith("tile/entries/") for path in places)
    text = "파일 {0:,}개의 형식과 이름이 정해진 그대로입니다 | {0:,} files, in their one form"
    return say(text, len(places))


# ----------------------------------------------------------------------- Ed25519 (RFC 8032, 5.1)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")
TOP = 1 << 255
Point = tuple[int, int, int, int]  # X, Y, Z and T, with x = X/Z, y = Y/Z and xy = T/Z
NEUTRAL: Point = (0, 1, 1, 0)


def add(one: Point, other: Point) -> Point:
    """The sum of two points of the curve."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * D * one[3] * other[3] % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def decode(encoded: bytes) -> Point | None:
    """The point that 32 bytes stand for; None for those that stand for none."""
    number = int.from_bytes(encoded, "little")
    y, sign = number % TOP, number // TOP
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (sign and not x):
        return None
    x = P - x if x % 2 != sign else x
    return x, y, 1, x * y % P


def encode(point: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y + TOP * (x % 2)).to_bytes(32, "little")


@lru_cache(maxsize=128)
def multiples(encoded: bytes) -> Sequence[Sequence[Point]]:
    """A row of 0 to 15 times a point, one of 16 times that, and so on; none if it is no point."""
    base, rows = decode(encoded), list[list[Point]]()
    while base and len(rows) < 64:  # hexadecimal digits of a number of 256 bits
        row = [NEUTRAL]
        for _ in range(15):
            row.append(add(row[-1], base))
        rows.append(row)
        base = add(row[-1], base)
    return rows


def times(rows: Sequence[Sequence[Point]], number: int) -> Point:
    """So many times the point with these multiples."""
    total = NEUTRAL
    for row in rows:
        total = add(total, row[number & 15])
        number >>= 4
    return total


def has_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is the signature of a message by a public key A: whether R = sB - kA."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    minus = (int.from_bytes(public, "little") ^ TOP).to_bytes(32, "little")
    rows = multiples(minus)
    if len(signature) != 64 or s >= ORDER or not rows:
        return False
    k = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER
    return encode(add(times(multiples(BASE), s), times(rows, k))) == r


# ------------------------------------------------- signed notes, checkpoints and policies (C2SP)

LOG, WITNESS = 1, 4  # kinds of keys, as the standard numbers them
MOST_SIGNATURES = 64


def unbase64(written: str) -> bytes:
    """The bytes of base64 as the standard writes it; none for anything else."""
    try:
        found = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return found if base64.b64encode(found).decode() == written else b""


class Key(NamedTuple):
    """A public key with its name; `id` are the four bytes by which a signature names it."""

    written: str
    name: str
    id: bytes
    kind: int
    public: bytes

    @classmethod
    def read(cls, written: str, kind: int) -> Key:
        """The key of a text name+id+key; Wrong if it is none of this kind."""
        name, _, rest = written.partition("+")
        told, _, encoded = rest.partition("+")
        body = unbase64(encoded)
        material = name.encode(errors="surrogateescape") + b"\n" + body
        identity = hashlib.sha256(material).digest()[:4]
        is_key = len(body) == 33 and body[0] == kind and identity.hex() == told
        text = "올바른 공개키가 아닙니다: {0!a} | no public key for this: {0!a}"
        must(is_key and re.fullmatch(r"[^\s+]+", name), text, written)
        return cls(written, name, identity, kind, body[1:])

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether this is its signature under a text; a witness signs the moment with it."""
        message = text.encode()
        if self.kind == WITNESS:
            moment, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = b"cosignature/v1\ntime %d\n" % moment + message
            if moment >= 1 << 63:
                return False
        return has_signed(self.public, message, signature)


class Note(NamedTuple):
    """A text, and who says to have signed it: name, id and signature."""

    text: str
    signatures: list[tuple[str, bytes, bytes]]

    @classmethod
    def read(cls, data: bytes, place: str) -> Note:
        """The note of these bytes, of which nothing is believed yet; Wrong if they are none."""
        written = data.decode(errors="replace")
        text, parted, under = written.rpartition("\n\n")
        found = re.findall(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)\n", under)
        bodies = [unbase64(encoded) for _, encoded in found]
        is_note = (
            parted
            and written.encode() == data
            and not re.search(r"[\x00-\x09\x0b-\x1f]", written)
            and under == "".join(f"— {name} {encoded}\n" for name, encoded in found)
            and all(len(body) > 4 for body in bodies)
            and 0 < len(found) <= MOST_SIGNATURES
        )
        must(is_note, "{0}: 서명된 글이 아닙니다 | {0}: no signed note", place)
        signed = [(name, body[:4], body[4:]) for (name, _), body in zip(found, bodies)]
        return cls(text + "\n", signed)

    def signed_by(self, keys: Iterable[Key], place: str) -> list[Key]:
        """Who of these has signed; Wrong if a signature in one of their names is not theirs."""
        known = {(key.name, key.id): key for key in keys}
        signers = []
        for name, identity, signature in self.signatures:
            if key := known.get((name, identity)):
                is_signed = key.has_signed(self.text, signature)
                text = "{0}: {1}의 서명이 맞지 않습니다 | {0}: the signature of {1} is not under it"
                must(is_signed, text, place, name)
                signers.append(key)
        return signers

    def check_signed(self, key: Key, place: str) -> None:
        """Make sure that this key has signed."""
        text = "{0}: 로그의 키 {1}의 서명이 없습니다 | {0}: not signed by the log's key {1}"
        must(self.signed_by([key], place), text, place, key.written)


class Checkpoint(NamedTuple):
    """What a log says of itself: its name, how many leaves it has, and the root of their tree."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def read(cls, note: Note, place: str) -> Checkpoint:
        """The checkpoint that is the text of a note; Wrong if it is none."""
        found = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]{44})\n", note.text)
        origin, size, encoded = found.groups() if found else ("", "0", "")
        root = unbase64(encoded)
        must(len(root) == 32, "{0}: 확인점이 아닙니다 | {0}: no checkpoint", place)
        return cls(origin, int(size), root)


class Signed(NamedTuple):
    """A checkpoint, and the note that it stands in."""

    note: Note
    checkpoint: Checkpoint

    @classmethod
    def read(cls, data: bytes, place: str) -> Signed:
        """The checkpoint of a file; Wrong if it is none."""
        note = Note.read(data, place)
        return cls(note, Checkpoint.read(note, place))


def signed_in(bundle: Bundle, name: str) -> list[Signed]:
    """The checkpoints of a file, between which are empty lines."""
    data = bundle.read(name)
    parts = data[:-1].split(b"\n\n") if data else []
    is_whole = len(parts) % 2 == 0 and data[-1:] in (b"", b"\n")
    must(is_whole, "{0}: 끊긴 글이 있습니다 | {0}: a note is cut off", name)
    pairs = enumerate(zip(parts[::2], parts[1::2]), 1)
    return [Signed.read(b"%s\n\n%s\n" % pair, f"{name} #{number:,}") for number, pair in pairs]


class Policy:
    """Whom to believe: one log, witnesses, and which of them must have signed."""

    def __init__(self, data: bytes) -> None:
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, tuple[int, Sequence[str]]] = {}
        self.grouped: set[str] = set()  # nobody may be in two groups, or they would count twice
        self.quorum = ""
        is_plain = not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data)
        must(is_plain, "policy.txt에 제어 문자가 있습니다 | policy.txt has control characters")
        text = data.decode(errors="surrogateescape")
        for number, line in enumerate(text.split("\n"), 1):
            words = re.findall(r"[^ \t]+", line)
            is_right = not words or words[0].startswith("#") or self._takes(*words)
            place = "policy.txt {0}번째 줄이 맞지 않습니다 | line {0} of policy.txt is not right"
            must(is_right, place, number)
        is_whole = self.quorum and len(self.logs) == 1
        must(
            is_whole,
            "policy.txt에 로그 하나와 정족수가 있어야 합니다 | policy.txt: no log or quorum",
        )

    def _takes(self, kind: str, *words: str) -> bool:
        if kind == "log" and 1 <= len(words) <= 2:
            self.logs.append(Key.read(words[0], LOG))
        elif kind == "witness" and 2 <= len(words) <= 3 and self._is_free(words[0]):
            key = Key.read(words[1], WITNESS)
            is_new = all(key.public != one.public for one in self.witnesses.values())
            self.witnesses[words[0]] = key
            return is_new
        elif kind == "group" and len(words) > 2 and self._is_free(words[0]):
            return self._takes_group(*words)
        elif kind == "quorum" and len(words) == 1 and not self.quorum:
            self.quorum = words[0]
            return self.quorum == "none" or not self._is_free(self.quorum)
        else:
            return False
        return True

    def _takes_group(self, name: str, most: str, *members: str) -> bool:
        count = {"any": "1", "all": str(len(members))}.get(most, most)
        is_some = re.fullmatch("[1-9][0-9]{0,2}", count) and int(count) <= len(members)
        are_known = all(member in self.witnesses or member in self.groups for member in members)
        are_new = not self.grouped & {*members} and len({*members}) == len(members)
        self.grouped |= {*members}
        self.groups[name] = (int(count) if is_some else 0, members)
        return bool(is_some and are_known and are_new)

    def _is_free(self, name: str) -> bool:
        return name not in ("none", *self.witnesses, *self.groups)

    def is_met(self, signed: Iterable[str], name: str = "") -> bool:
        """Whether these witnesses are enough for the quorum, or for one witness or group."""
        name = name or self.quorum
        if name not in self.groups:
            return name == "none" or name in signed
        least, members = self.groups[name]
        return sum(self.is_met(signed, member) for member in members) >= least


# ----------------------------------------------------------------------------------- V1 and V2


def check_sums(case: Case) -> Said:
    """V1: what is in the bundle is what the log's key has signed for."""
    bundle, lines = case.bundle, []
    told = bundle.read("SHA256SUMS")
    for path in bundle.places:
        if path not in ("SHA256SUMS", "SHA256SUMS.note"):
            lines.append(f"{bundle.sum_of(path)}  {path}\n".encode())
            case.progress("V1", len(lines), len(bundle.places))
    for line, other in zip_longest(lines, told.splitlines(keepends=True), fillvalue=b""):
        path = (line or other).decode(errors="replace").strip().split("  ")[-1]
        must(
            line == other,
            "{0}: 체크섬이 SHA256SUMS와 다릅니다 | {0}: not its sum in SHA256SUMS",
            path,
        )
    note = Note.read(bundle.read("SHA256SUMS.note"), "SHA256SUMS.note")
    is_same = note.text.encode() == told
    must(is_same, "SHA256SUMS.note의 글이 다릅니다 | SHA256SUMS.note is not about SHA256SUMS")
    note.check_signed(case.key, "SHA256SUMS.note")
    return say(
        "파일 {0:,}개의 체크섬과 서명이 맞습니다 | {0:,} files have the sums signed", len(lines)
    )


def check_policy(case: Case) -> Said:
    """V2: the last checkpoint is signed by the log, and by as many witnesses as must be."""
    policy, log = case.policy, case.key
    text = "policy.txt의 로그 키가 {0} 키가 아닙니다 | the log's key in policy.txt is not {0}"
    must(policy.logs == [log], text, log.written)
    note, last = Signed.read(case.bundle.read("checkpoint"), "checkpoint")
    note.check_signed(log, "checkpoint")
    text = "{0}의 확인점이 아니라 {1}의 것입니다 | the checkpoint is not of {0}, but of {1}"
    must(last.origin == log.name, text, log.name, last.origin)
    case.last = last
    signers = note.signed_by(policy.witnesses.values(), "checkpoint")
    names = sorted(name for name, key in policy.witnesses.items() if key in signers)
    text = "증인의 서명이 모자랍니다: {0}곳 | too few witnesses have signed: {0}"
    must(policy.is_met(names), text, len(names))
    return say(
        "기록 {0:,}개까지 로그와 증인 {1}곳이 서명했습니다. 로그의 키: {2} | "
        "the log and {1} witnesses have signed {0:,} leaves; the log's key: {2}",
        *(last.size, len(names), log.written),
    )


# --------------------------------------------------------------- V3 and V4: the tree (RFC 9162)

WIDTH = 256  # hashes in a full tile (C2SP tlog-tiles)
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: list[bytes]) -> bytes:
    """The hash of subtrees of one size side by side, of which the last may be smaller."""
    while len(hashes) > 1:
        odd = hashes[len(hashes) & ~1 :]
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2])] + odd
    return hashes[0] if hashes else EMPTY


def tile_path(level: object, index: int, width: int = WIDTH) -> str:
    """Where a tile lies; the leaves themselves are on the level "entries"."""
    path = f"{index % 1000:03d}"
    while index := index // 1000:
        path = f"x{index % 1000:03d}/{path}"
    return f"tile/{level}/{path}" + (f".p/{width}" if width < WIDTH else "")


def leaves_in(bundle: Bundle, index: int, width: int) -> list[bytes]:
    """The leaves of one file; before each stands its length in two bytes."""
    path = tile_path("entries", index, width)
    data, found, at = bundle.read(path), [], 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        found.append(data[start:at])
    is_whole = at == len(data) and len(found) == width
    must(is_whole, "{0}: 기록 {1}개가 온전하지 않습니다 | {0}: not {1} whole leaves", path, width)
    return found


class Tree:
    """The tiles of a log of some size, and the roots that they lead to.

    `rows` holds the hashes of the last tile of each level but the lowest, as far as it goes;
    `indexes` which tile of its level that is; `paths` the files that were read.
    """

    def __init__(self, bundle: Bundle, size: int) -> None:
        self.bundle, self.size = bundle, size
        self.rows: list[list[bytes]] = []
        self.indexes: list[int] = []
        self.paths: set[str] = set()

    def roots(
        self, sizes: Iterable[int], progress: Callable[[int, int], object]
    ) -> dict[int, bytes]:
        """The root of the tree at each of these sizes; Wrong if the tiles do not agree.

        Where the bundle has the leaves, the lowest tiles must hold their hashes.
        """
        found, wanted = {0: EMPTY}, sorted({*sizes} - {0}, reverse=True)
        for first in range(0, self.size, WIDTH):
            progress(first, self.size)
            index, width = first // WIDTH, min(WIDTH, self.size - first)
            hashes = self._hashes(0, index, width)
            if self.bundle.has_leaves:
                self._check_leaves(hashes, index)
            while wanted and wanted[-1] <= first + width:
                size = wanted.pop()
                found[size] = self._root(hashes[: size - first])
            if width == WIDTH:
                self._push(1, root_of(hashes))
        for level in range(1, len(self.rows) + 1):
            self._check_row(level)
        left = min(
            {path for path in self.bundle.places if path[:5] == "tile/"} - self.paths, default=""
        )
        must(not left, "{0}: 이 로그의 타일이 아닙니다 | {0}: no tile of this log", left)
        return found

    def _hashes(self, level: int, index: int, width: int) -> list[bytes]:
        path = tile_path(level, index, width)
        data = self.bundle.read(path)
        self.paths.add(path)
        must(
            len(data) == 32 * width, "{0}: 해시 {1}개가 아닙니다 | {0}: not {1} hashes", path, width
        )
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def _check_leaves(self, hashes: list[bytes], index: int) -> None:
        self.paths.add(tile_path("entries", index, len(hashes)))
        found = [leaf_hash(leaf) for leaf in leaves_in(self.bundle, index, len(hashes))]
        if found != hashes:
            at = next(at for at, hashed in enumerate(hashes) if hashed != found[at])
            text = (
                "기록 {0:,}번이 타일의 해시와 다릅니다 | leaf {0:,} has another hash than its tile"
            )
            raise Wrong(text, index * WIDTH + at)

    def _push(self, level: int, hashed: bytes) -> None:
        if level > len(self.rows):
            self.rows.append([])
            self.indexes.append(0)
        row = self.rows[level - 1]
        row.append(hashed)
        if len(row) == WIDTH:
            self._check_row(level)
            self.rows[level - 1] = []
            self.indexes[level - 1] += 1
            self._push(level + 1, root_of(row))

    def _check_row(self, level: int) -> None:
        row, index = self.rows[level - 1], self.indexes[level - 1]
        is_same = not row or row == self._hashes(level, index, len(row))
        path = tile_path(level, index, len(row))
        must(is_same, "{0}: 아래 타일과 맞지 않습니다 | {0}: not what the tiles below say", path)

    def _root(self, hashes: list[bytes]) -> bytes:
        """The root so far, with these hashes of leaves after the full tiles."""
        end = [root_of(hashes)] if hashes else []
        for row in self.rows:
            end = [root_of(row + end)] if row or end else []
        return root_of(end)


def check_tree(case: Case) -> Said:
    """V3: the leaves and the tiles lead to the root that was signed."""
    last, sizes = needed(case.last, "V2"), []
    for points in (case.earlier, case.receipts):  # what is wrong with these, V4 and V13 say
        try:
            sizes += [one.checkpoint.size for one in points()]
        except Wrong:
            continue
    tree = Tree(case.bundle, last.size)
    wanted = [last.size, *(size for size in sizes if size <= last.size)]
    roots = tree.roots(wanted, lambda done, whole: case.progress("V3", done, whole))
    is_signed = roots[last.size] == last.root
    must(is_signed, "루트 해시가 확인점과 다릅니다 | the tiles lead to a root that was not signed")
    case.roots = roots
    if case.bundle.has_leaves:
        text = (
            "기록 {0:,}개와 타일에서 서명된 루트 해시가 나옵니다 | "
            "{0:,} leaves and the tiles lead to the signed root"
        )
    else:
        text = (
            "타일에서 기록 {0:,}개의 서명된 루트 해시가 나옵니다 | "
            "the tiles lead to the signed root of {0:,} leaves, which are not here themselves"
        )
    return say(text, last.size)


def check_earlier(case: Case) -> Said:
    """V4: every earlier checkpoint is a beginning of the same tree."""
    roots, last = needed(case.roots, "V3"), needed(case.last, "V2")
    keys, points, before = [case.key, *case.policy.witnesses.values()], case.earlier(), 0
    for number, (note, (origin, size, root)) in enumerate(points, 1):
        case.progress("V4", number, len(points))
        place = f"checkpoints.txt #{number:,}"
        is_signed = case.key in note.signed_by(keys, place) and origin == case.key.name
        must(is_signed, "{0}: 이 로그의 서명이 없습니다 | {0}: not signed by this log", place)
        is_next = before <= size <= last.size
        must(is_next, "{0}: 크기가 순서에 맞지 않습니다 | {0}: its size is out of order", place)
        text = (
            "{0}: 기록 {1:,}개까지의 내용이 다릅니다. 로그가 둘로 갈라졌습니다 | "
            "{0}: another tree of {1:,} leaves was signed; the log was forked"
        )
        must(root == roots[size], text, place, size)
        before = size
    if logs := check_before(case):
        text = (
            "앞선 확인점 {0:,}개가 모두 같은 로그의 앞부분이고, 이어받은 기록은 앞선 로그 {1}에 "
            "서명된 그대로입니다 | {0:,} earlier checkpoints are beginnings of the same log, and "
            "what was kept of {1} is what was signed there"
        )
        return say(text, len(points), ", ".join(logs))
    text = (
        "앞선 확인점 {0:,}개가 모두 같은 로그의 앞부분입니다 | "
        "{0:,} earlier checkpoints are beginnings of the same log"
    )
    return say(text, len(points))


LOGS, NOTES = "after/logs.json", "after/checkpoints.txt"


class Ended(NamedTuple):
    """A log that this one continues: its last tree that was signed, and what was kept of it.

    Its leaves up to `kept` lie here in their places, but for the first one, whose hash is `first`.
    """

    key: Key
    size: int
    root: bytes
    kept: int
    first: bytes

    def roots(self, case: Case, sizes: Iterable[int]) -> dict[int, bytes]:
        """Size -> root of its tree, for those of these sizes that are known."""
        wanted = {size for size in sizes if 0 < size <= self.kept}
        count = min(max(wanted, default=0), needed(case.last, "V2").size)
        hashes = [self.first]
        for at in range(0, count, WIDTH):
            tile = case.bundle.read(tile_path(0, *tile_of(at, needed(case.last, "V2").size)))
            hashes += [tile[place : place + 32] for place in range(0 if at else 32, len(tile), 32)]
        found = {size: root_of(hashes[:size]) for size in wanted}
        return {0: EMPTY, **found, self.size: self.root}

    def leaf(self, receipt: Receipt, case: Case) -> bytes:
        """The hash of the leaf that a receipt of this log proves, if it was kept."""
        place, index, _, note, (_, size, root) = receipt
        note.check_signed(self.key, place)
        text = "{0}: 이 로그로 증명되지 않습니다 | {0}: is not proved by this log"
        is_own = index < size <= self.size and root == self.roots(case, [size]).get(size, root)
        must(is_own, text, place)
        if self.kept < size < self.size or index >= self.kept:
            raise Unchecked(
                "{0}: 로그 {1}에서 {2:,}번부터 잃어버린 기록의 것입니다 | "
                "{0}: of the log {1}, whose leaves from {2:,} on were lost",
                *(place, self.key.name, self.kept),
            )
        leaf = leaf_at(case, index) if index else self.first
        must(receipt.root(leaf) == root, text, place)
        return leaf


def check_before(case: Case) -> list[str]:
    """The logs that this one continues, of which all that they signed must be what was kept."""
    logs = {one.key.name: one for one in case.ended()}
    text = "{0}와 {1}는 함께 있어야 합니다 | {0} and {1} belong together"
    must(bool(logs) == (NOTES in case.bundle), text, LOGS, NOTES)
    points = signed_in(case.bundle, NOTES) if logs else []
    sizes = {point.size for _, point in points}
    roots = {name: one.roots(case, sizes) for name, one in logs.items()}
    for number, (note, (origin, size, root)) in enumerate(points, 1):
        place = f"{NOTES} #{number:,}"
        text = "{0}: 이어받은 로그의 것이 아닙니다 | {0}: of a log that this one does not continue"
        must(origin in logs, text, place)
        note.check_signed(logs[origin].key, place)
        is_same = size <= logs[origin].size and root == roots[origin].get(size, root)
        text = "{0}: 로그 {1}에 다른 것이 서명되었습니다 | {0}: {1} signed something else"
        must(is_same, text, place, origin)
    ends = {(point.origin, point.size) for _, point in points}
    for name, one in logs.items():
        text = "{0}에 {1}의 마지막 확인점이 없습니다 | {0} lacks the last checkpoint of {1}"
        must((name, one.size) in ends, text, NOTES, name)
    return [*logs]


# -------------------------------------------------------------------- V5: the grammar of leaves

NUMBER, COUNT = "[1-9][0-9]{0,15}", "(?:0|[1-9][0-9]{0,15})"
HASH, PSEUDONYM = '"[0-9a-f]{64}"', '"[0-9a-f]{32}"'
TEXT = r'"(?:[^"\\\x00-\x1f\x7f]|\\["\\]){1,200}"'
ELECTION = "[0-9a-z][0-9a-z./-]{0,99}"
Leaf = dict[str, Any]


def any_of(item: str) -> str:
    """Any number of something, with commas between."""
    return f"(?:{item}(?:,{item})*)?"


def table(value: str) -> str:
    """Names with values of one form."""
    return r"\{" + any_of(f"{TEXT}:{value}") + r"\}"


ENDED = (
    rf'\{{"e":"{ELECTION}","kept":{NUMBER},"log":{TEXT},'
    rf'"open":{HASH},"root":{HASH},"size":{NUMBER}\}}'
)
AFTER = rf"\[{ENDED}(?:,{ENDED})*\]"
PEOPLE = rf"\[{TEXT},{TEXT}\]"
TOKEN = r'\{"m":"[0-9a-f]{64}","s":"[0-9a-f]{768}"\}'
POINTS = f'(?:{COUNT}|"{NUMBER}/{NUMBER}")'
SET = r'\{"a":\[' + any_of(NUMBER) + r"\]\}"
SCORES = r'\{"s":\[' + any_of(rf"\[{NUMBER},{POINTS}\]") + r"\]\}"
RANKS = r'\{"r":\[' + any_of(rf"\[{NUMBER}(?:,{NUMBER})*\]") + r"\]\}"
CHOICES = f"(?:{SET}|{SCORES}|{RANKS})"
OPENING = {
    **dict.fromkeys(("manifest", "policy", "rollhash", "linkhash"), HASH),
    **dict.fromkeys(("log", "ties", "code"), TEXT),
    "roll": table(COUNT),
    "tokens": table(HASH),
    "verifiers": table(HASH),
    "by": PEOPLE,
}
BALLOT = {"d": TEXT, "c": '"(?:web|booth)"', "f": NUMBER, "n": HASH, "x": CHOICES}
SHEET = {"b": NUMBER, "s": NUMBER, "d": TEXT, "f": NUMBER, "n": HASH}
# Kind of leaf -> its members and how each is written; some kinds have two forms.
KINDS: dict[str, tuple[dict[str, str], ...]] = {
    "open": (OPENING, {"after": AFTER, **OPENING}),
    "ballot": ({"p": PSEUDONYM, **BALLOT}, {"k": TOKEN, **BALLOT}),
    "revoke": ({"p": PSEUDONYM, "why": '"(?:paper-instead|lost-device)"'},),
    "batch": ({"b": NUMBER, "station": TEXT, "seal": TEXT, "sheets": NUMBER, "by": PEOPLE},),
    "paper": ({**SHEET, "x": CHOICES}, {**SHEET, "u": '"(?:blank|spoiled)"'}),
    "batch-close": (
        {"b": NUMBER, "keying": HASH}
        | dict.fromkeys(("typed", "blank", "spoiled", "settled"), COUNT),
    ),
    "void": ({"i": COUNT, "why": TEXT, "document": TEXT, "by": PEOPLE},),
    "roll-change": ({"added": COUNT, "removed": COUNT, "rollhash": HASH},),
    "close": ({"size": NUMBER, "counts": table(COUNT), "marks": table(COUNT)},),
    "result": ({"bundle": HASH, "trace": HASH, "funded": rf"\[{any_of(NUMBER)}\]"},),
}
COMMON = {"v": "1", "t": TEXT, "e": f'"{ELECTION}"'}


def read_leaf(data: bytes) -> Leaf:
    """The leaf of these bytes; Wrong, with the member to blame, if they are none."""
    leaf: Leaf = read_json(data)
    kind = leaf.get("t") if isinstance(leaf, dict) else None
    is_kind = isinstance(kind, str) and kind in KINDS
    must(is_kind, "그런 종류의 기록은 없습니다 | no such kind of leaf")
    forms = [{**form, **COMMON} for form in KINDS[str(kind)]]
    form = next((form for form in forms if form.keys() == leaf.keys()), {})
    must(
        form, "{0} 기록에 값이 빠졌거나 더 있습니다 | a {0} with a member too few or too many", kind
    )
    for member, pattern in form.items():
        written = write_json(leaf[member])
        is_right = re.fullmatch(pattern, written) and written.isprintable()
        is_right = is_right and (member not in SOUND or SOUND[member](leaf[member]))
        must(is_right, "{0} 값이 맞지 않습니다 | {0} is not as it must be", member)
    return leaf


def is_ascending(numbers: list[int]) -> bool:
    """Whether each number is greater than the one before it."""
    return sorted({*numbers}) == numbers


def are_choices(choices: Choices) -> bool:
    """Whether choices that are written well name each option once, in order, with sound points."""
    if "a" in choices:
        return is_ascending(choices["a"])
    if "r" in choices:
        ranked = [number for tier in choices["r"] for number in tier]
        return all(map(is_ascending, choices["r"])) and len({*ranked}) == len(ranked)
    said = choices["s"]
    fractions = [points.split("/") for _, points in said if isinstance(points, str)]
    are_lowest = all(int(b) > 1 and gcd(int(a), int(b)) == 1 for a, b in fractions)
    return are_lowest and is_ascending([number for number, _ in said])


def are_ended(logs: list[dict[str, Any]]) -> bool:
    """Whether less was kept of each log than it signed, and its key has its name."""
    return all(
        log["kept"] < log["size"] and Key.read(log["log"], LOG).name == log["e"] for log in logs
    )


# Member -> what must be true of its value besides how it is written.
SOUND: dict[str, Callable[[Any], bool]] = {
    "after": are_ended,
    "by": lambda by: by[0] != by[1],
    "funded": is_ascending,
    "log": lambda written: bool(Key.read(written, LOG)),
    "x": are_choices,
}


# ------------------------------------------------------------------------------ what was asked

# Kind of ballot -> the form of its choices.
CHOICES_OF = {
    "approval": "a",
    "knapsack": "a",
    "choose_one": "a",
    "ordinal": "r",
    "cumulative": "s",
    "scored": "s",
}
OPTION = {"n": is_number, "code": is_text, "title": is_text, "cost": is_count, "field": is_text}
MANIFEST = {
    "v": lambda version: is_number(version) and version == 1,
    "election": matches(ELECTION),
    "titles": {"en": is_text, "ko": is_text},
    "kind": matches("|".join(CHOICES_OF)),
    "fund": is_count,
    "currency": matches("[A-Z]{3}"),
    "picks": is_count,
    "fields": {...: is_count},
    "options": [OPTION],
    "count": {
        "rule": is_text,
        "parameters": {...: lambda value: isinstance(value, (int, str))},
        "ties": matches("id_text|lot|cost_then_lot"),
    },
    "publication": matches("sealed|open"),
}


class Option(NamedTuple):
    """What can be funded: its number on ballots, its code in the outcome, its cost, its field."""

    number: int
    code: str
    cost: int
    field: str


class Manifest:
    """What was asked, and how it is counted."""

    def __init__(self, bundle: Bundle) -> None:
        told = bundle.json("manifest.json", MANIFEST)
        self.election: str = told["election"]
        self.kind: str = told["kind"]
        self.fund: int = told["fund"]
        self.picks: int = 1 if self.kind == "choose_one" else told["picks"]
        self.limits = {field: most for field, most in told["fields"].items() if most}
        self.rule: str = told["count"]["rule"]
        self.parameters: dict[str, Any] = told["count"]["parameters"]
        self.ties: str = told["count"]["ties"]
        self.is_open = told["publication"] == "open"
        rows = [Option(row["n"], row["code"], row["cost"], row["field"]) for row in told["options"]]
        self.options = {option.number: option for option in rows}
        self.numbers = frozenset(self.options)
        self.costs = {option.number: option.cost for option in rows}
        codes = {option.code for option in rows}
        is_right = len(codes) == len(rows) and is_ascending([option.number for option in rows])
        must(
            is_right, "manifest.json: 사업의 번호나 코드가 겹칩니다 | manifest.json: options repeat"
        )

    def check_ballot(self, choices: Choices) -> None:
        """Make sure that a ballot says what could be said in this vote."""
        form = CHOICES_OF[self.kind]
        if form not in choices:
            raise Wrong("{0} 투표의 표가 아닙니다 | no ballot of the kind {0}", self.kind)
        numbers = choices["a"] if form == "a" else [one[0] for one in choices[form]]
        if not self.numbers.issuperset(numbers):
            unknown = min({*numbers} - self.numbers)
            raise Wrong("사업 {0}번은 없습니다 | there is no option {0}", unknown)
        if form == "r" and any(len(tier) > 1 for tier in choices["r"]):
            raise Wrong("한 순위에 사업이 둘 이상입니다 | options share a rank")
        if self.picks and len(numbers) > self.picks:
            raise Wrong("사업을 {0}개 골랐습니다 | {0} options are too many", len(numbers))
        if self.kind == "knapsack":
            cost = sum(map(self.costs.__getitem__, numbers))
            must(cost <= self.fund, "합이 {0:,}, 예산을 넘습니다 | it costs {0:,}, too much", cost)
        if self.limits:
            for field, picked in Counter(self.options[number].field for number in numbers).items():
                text = "{0} 분야에서 {1}개 골랐습니다 | {1} options of the field {0} are too many"
                must(picked <= self.limits.get(field, picked), text, field, picked)


# -------------------------------------------------- tokens (RFC 9474: RSA-PSS with SHA-384)

SALT = 48
TOKENS = {...: {"e": lambda exponent: exponent == 65537, "n": matches("[89a-f][0-9a-f]{767}")}}


def has_signed_token(key: dict[str, Any], message: bytes, signature: bytes) -> bool:
    """Whether this is the signature of a message (RFC 8017, 8.1.2 and 9.1.2)."""
    n, size = int(key["n"], 16), len(key["n"]) // 2
    number = int.from_bytes(signature, "big")
    encoded = pow(number, key["e"], n).to_bytes(size, "big")
    masked, hashed, last = encoded[: -SALT - 1], encoded[-SALT - 1 : -1], encoded[-1]
    mask, at = b"", 0
    while len(mask) < len(masked):
        mask += hashlib.sha384(hashed + at.to_bytes(4, "big")).digest()
        at += 1
    block = int.from_bytes(masked, "big") ^ int.from_bytes(mask[: len(masked)], "big")
    block %= 1 << 8 * len(masked) - 1  # the first bit of the whole is not used
    salt = block % (1 << 8 * SALT)
    told = hashlib.sha384(message).digest() + salt.to_bytes(SALT, "big")
    is_padded = block >> 8 * SALT == 1 and masked[0] < 128 and last == 0xBC
    return number < n and is_padded and hashlib.sha384(bytes(8) + told).digest() == hashed


# ------------------------------------------------------------------- V5 to V9: reading the log

Voter = Union[str, tuple[int, int]]  # pseudonym, serial of a token, or batch and sheet
# The usual leaf: a ballot under a pseudonym, in ASCII, without the largest numbers. What matches
# and whose choices can be parsed is just what `read_leaf` reads as well; this is only quicker.
USUAL = re.compile(
    r'\{"c":"(web|booth)","d":"([ !#-\[\]-~]{1,200})","e":"([0-9a-z./-]+)","f":([1-9][0-9]{0,14}),'
    rf'"n":{HASH},"p":"([0-9a-f]{{32}})","t":"ballot","v":1,'
    rf'"x":(\{{"a":\[[0-9,]*\]\}}|{SCORES.replace("15", "14")}|{RANKS.replace("15", "14")})\}}'
)


class Batch:
    """A pile of paper: declared sheets, what was typed of each, whether nothing came after.

    `fresh` are the sheets that came since it was declared or closed, with what the log reads there.
    """

    def __init__(self, declared: int) -> None:
        self.declared, self.is_closed = declared, False
        self.sheets: dict[int, str] = {}  # sheet -> typed, blank or spoiled
        self.fresh: dict[int, Any] = {}


class Keying(NamedTuple):
    """That a batch was closed: by which leaf, where it lies, and which sheets came before it."""

    place: int
    leaf: Leaf
    sheets: dict[int, Any]


class Reading:
    """The log as far as it was read, and the first fault of each step.

    `votes` holds the ballots that count, each as its whole line of ballots.jsonl; `places` says
    which leaf told which sheet, unless it was made void.
    """

    def __init__(self, manifest: Manifest, keys: dict[str, Any]) -> None:
        self.manifest, self.keys = manifest, keys
        self.faults: dict[str, Finding] = {}
        self.size = self.added = 0
        self.kinds: Counter[str] = Counter()
        self.opened: Leaf = {}
        self.closed: Leaf = {}
        self.result: Leaf = {}
        self.rollhash = ""
        self.districts: dict[str, int] = {}  # where pseudonyms may vote
        self.votes: dict[Voter, str] = {}
        self.on_paper: set[str] = set()
        self.batches: dict[int, Batch] = {}
        self.keyings: list[Keying] = []
        self.places: dict[int, tuple[int, int]] = {}
        self.voids: list[tuple[int, str]] = []

    @property
    def election(self) -> str:
        """Whose leaf comes next: what was kept of logs before keeps their names."""
        found = self.manifest.election
        for log in self.opened.get("after", ()):
            if self.size >= log["kept"]:
                break
            found = log["e"]
        return found

    @property
    def web(self) -> int:
        """How many of the ballots that count were not cast on paper."""
        return sum(isinstance(voter, str) for voter in self.votes)

    def expect(self, step: str, is_so: object, text: str, *values: object) -> bool:
        """Whether it is so; if not, it is a fault of this leaf, kept if it is the step's first."""
        if not is_so and step not in self.faults:
            self.faults[step] = Wrong(text, *values).at("기록 {0:,}번 | leaf {0:,}", self.size)
        return bool(is_so)

    def take(self, data: bytes) -> None:
        """Read the next leaf; Wrong if it fits not the grammar or not the manifest (V5)."""
        usual = USUAL.fullmatch(data.decode("latin-1"))
        if not (usual and self._takes_usual(*usual.groups())):
            leaf = read_leaf(data)
            if "x" in leaf:
                self.manifest.check_ballot(leaf["x"])
            if self._is_in_place(leaf):
                getattr(self, "_" + leaf["t"].replace("-", "_"))(leaf)
            self.kinds[leaf["t"]] += 1
        self.size += 1

    def _takes_usual(
        self, channel: str, district: str, election: str, form: str, voter: str, written: str
    ) -> bool:
        """Whether a ballot was read; if not, nothing was done, and what it is must be looked at."""
        if self.closed or election != self.election or district not in self.districts:
            return False
        try:
            choices, _ = parse(written)
        except ValueError:
            return False
        must(are_choices(choices), "x 값이 맞지 않습니다 | x is not as it must be")
        self.manifest.check_ballot(choices)
        self._cast(voter, f'{{"c":"{channel}","d":"{district}","f":{form},"x":{written}}}')
        self.kinds["ballot"] += 1
        return True

    def _is_in_place(self, leaf: Leaf) -> bool:
        kind, election = leaf["t"], self.election
        text = "개시 기록은 맨 처음에 한 번만 있습니다 | a log begins with its opening, once"
        is_so = self.expect("V6", (kind == "open") == (self.size == 0), text)
        text = "투표 {0}의 기록이 아닙니다 | it is not of the election {0}"
        is_so &= self.expect("V6", leaf["e"] == election, text, election)
        text = "마감 뒤에는 결과 하나만 옵니다 | after the close comes one result, not before"
        is_next = (kind == "result") == bool(self.closed) and not self.result
        is_so &= self.expect("V6", is_next, text)
        return is_so and (kind == "open" or bool(self.opened))

    def _open(self, leaf: Leaf) -> None:
        names = [leaf["e"], *(log["e"] for log in leaf.get("after", ()))]
        text = "이어받은 로그와 이름이 같습니다 | it continues a log of a name that is taken"
        if not self.expect("V6", len({*names}) == len(names), text):
            return
        self.opened, self.rollhash = leaf, leaf["rollhash"]
        self.districts = {} if leaf["tokens"] else leaf["roll"]

    def _ballot(self, leaf: Leaf) -> None:
        token = leaf.get("k")
        text = "가명과 투표권이 섞였습니다 | a pseudonym where tokens are used, or the reverse"
        if not self.expect("V7", bool(token) == bool(self.opened["tokens"]), text):
            return
        if self._has_district("V7", leaf):
            if token:
                key, serial = self.keys.get(leaf["d"]), bytes.fromhex(token["m"])
                is_signed = key and has_signed_token(key, serial, bytes.fromhex(token["s"]))
                self.expect("V7", is_signed, "투표권의 서명이 틀립니다 | its token is not signed")
            self._cast(token["m"] if token else leaf["p"], line_of(leaf, leaf["c"]))

    def _cast(self, voter: str, line: str) -> None:
        text = "종이로 투표하기로 한 사람입니다 | its voter took a paper ballot"
        if self.expect("V7", voter not in self.on_paper, text):
            self.votes[voter] = line

    def _revoke(self, leaf: Leaf) -> None:
        voter = leaf["p"]
        text = "취소할 표가 없습니다 | revokes a ballot that is not there"
        if self.expect("V7", voter in self.votes, text):
            del self.votes[voter]
            self.on_paper |= {voter} if leaf["why"] == "paper-instead" else set()

    def _batch(self, leaf: Leaf) -> None:
        text = "{0}번 묶음이 두 번 신고되었습니다 | batch {0} was declared before"
        if self.expect("V8", leaf["b"] not in self.batches, text, leaf["b"]):
            self.batches[leaf["b"]] = Batch(leaf["sheets"])

    def _paper(self, leaf: Leaf) -> None:
        batch, sheet = self._declared(leaf), leaf["s"]
        if batch and self._has_district("V8", leaf):
            is_new = sheet <= batch.declared and sheet not in batch.sheets
            text = "{0}번 묶음의 {1}번 용지를 받을 수 없습니다 | batch {0} awaits no sheet {1}"
            if self.expect("V8", is_new, text, leaf["b"], sheet):
                batch.sheets[sheet], batch.is_closed = leaf.get("u", "typed"), False
                batch.fresh[sheet] = leaf.get("u", leaf.get("x"))
                self.places[self.size] = (leaf["b"], sheet)
                if "x" in leaf:
                    self.votes[leaf["b"], sheet] = line_of(leaf, "paper")

    def _batch_close(self, leaf: Leaf) -> None:
        if batch := self._declared(leaf):
            found = Counter(batch.sheets.values())
            is_so = all(leaf[word] == found[word] for word in ("typed", "blank", "spoiled"))
            text = "{0}번 묶음의 장수가 다릅니다: {1} | batch {0} holds other sheets: {1}"
            self.expect("V8", is_so, text, leaf["b"], dict(found))
            text = "{0}번 묶음 {1}장 중 {2}장만 입력되었습니다 | batch {0}: {2} sheets of {1}"
            count = len(batch.sheets)
            self.expect("V8", count == batch.declared, text, leaf["b"], batch.declared, count)
            self.keyings.append(Keying(self.size, leaf, batch.fresh))
            batch.is_closed, batch.fresh = True, {}

    def _void(self, leaf: Leaf) -> None:
        at = leaf["i"]
        text = "{0}번은 세고 있는 종이 기록이 아닙니다 | leaf {0} is no sheet that counts"
        if self.expect("V9", at in self.places, text, at):
            number, sheet = self.places.pop(at)
            batch = self.batches[number]
            del batch.sheets[sheet]
            batch.fresh.pop(sheet, None)
            batch.is_closed = False
            self.votes.pop((number, sheet), None)
            self.voids.append((at, leaf["document"]))

    def _roll_change(self, leaf: Leaf) -> None:
        self.added += leaf["added"] - leaf["removed"]
        self.rollhash = leaf["rollhash"]

    def _close(self, leaf: Leaf) -> None:
        kept = max((log["kept"] for log in self.opened.get("after", ())[:1]), default=0)
        text = "이어받은 기록이 끝나기 전에 마감되었습니다 | closed before all that was kept"
        if not self.expect("V6", self.size >= kept, text):
            return
        self.closed = leaf
        is_so = leaf["size"] == self.size and leaf["counts"] == dict(self.kinds)
        text = "앞의 기록은 {0:,}개입니다: {1} | before it are {0:,} leaves: {1}"
        self.expect("V6", is_so, text, self.size, dict(self.kinds))
        marked = leaf["marks"].get("web", 0)
        text = (
            "온라인 표 {0:,}개, 명부의 표시 {1:,}개 | {0:,} ballots by web, {1:,} marks on the roll"
        )
        # Who has a token is marked, and need not use it.
        is_so = self.web <= marked if self.opened["tokens"] else self.web == marked
        self.expect("V7", is_so, text, self.web, marked)
        waiting = [number for number, batch in self.batches.items() if not batch.is_closed]
        text = "닫지 않은 묶음이 있습니다: {0} | batches are not closed: {0}"
        self.expect("V8", not waiting, text, waiting)

    def _result(self, leaf: Leaf) -> None:
        self.result = leaf

    def _declared(self, leaf: Leaf) -> Batch | None:
        batch = self.batches.get(leaf["b"])
        text = "{0}번 묶음은 신고되지 않았습니다 | batch {0} was not declared"
        self.expect("V8", batch, text, leaf["b"])
        return batch

    def _has_district(self, step: str, leaf: Leaf) -> bool:
        text = "이 투표에 없는 지역입니다: {0} | no district of this vote: {0}"
        return self.expect(step, leaf["d"] in self.opened["roll"], text, leaf["d"])


def line_of(leaf: Leaf, channel: str) -> str:
    """The line of ballots.jsonl for a ballot that counts."""
    return write_json({"c": channel, "d": leaf["d"], "f": leaf["f"], "x": leaf["x"]})


def check_grammar(case: Case) -> Said:
    """V5: each leaf fits the grammar, each ballot the manifest; the log is read meanwhile."""
    case.manifest = manifest = Manifest(case.bundle)
    if not case.bundle.has_leaves:
        must(not manifest.is_open, "공개 투표에 기록이 없습니다 | an open vote without its leaves")
        raise Unchecked("기록의 내용이 없는 공개용 묶음입니다 | the public copy has no leaves")
    last, reading = needed(case.last, "V2"), Reading(manifest, case.tokens())
    for first in range(0, last.size, WIDTH):
        case.progress("V5", first, last.size)
        for leaf in leaves_in(case.bundle, first // WIDTH, min(WIDTH, last.size - first)):
            try:
                reading.take(leaf)
            except Wrong as fault:
                raise fault.at("기록 {0:,}번 | leaf {0:,}", reading.size) from None
    case.reading = reading
    text = "기록 {0:,}개가 문법과 투표 규칙에 맞습니다 | {0:,} leaves fit the grammar and the vote"
    return say(text, reading.size)


def reading_of(case: Case, step: str) -> Reading:
    """The reading of the log; raises what was found wrong with it for this step."""
    reading = needed(case.reading, "V5")
    if step in reading.faults:
        raise reading.faults[step]
    must(reading.closed or step == "V6", "마감 기록이 없습니다 | the log was not closed")
    return reading


def check_ends(case: Case) -> Said:
    """V6: `open` is first, `close` last, and `open` names what was asked and who may check."""
    bundle, reading = case.bundle, reading_of(case, "V6")
    must(reading.closed, "마감 기록이 없습니다 | the log was not closed")
    told = reading.opened
    here = {path: bundle.sum_of(path) for path in ("verify.py", "verify.html") if path in bundle}
    text = "개시 기록의 {0} 값이 묶음과 다릅니다 | the opening names another {0}"
    must(told["manifest"] == bundle.sum_of("manifest.json"), text, "manifest")
    must(told["policy"] == bundle.sum_of("policy.txt"), text, "policy")
    must(told["log"] == case.key.written, text, "log")
    must(told["verifiers"] == here, text, "verifiers")
    keys = {
        district: hashlib.sha256(write_json(key).encode()).hexdigest()
        for district, key in reading.keys.items()
    }
    must(told["tokens"] == keys, text, "tokens")
    must(keys.keys() <= told["roll"].keys(), text, "tokens")
    must(told.get("after", []) == case.before(), text, "after")
    said = say(
        "개시 기록이 맨 앞, 마감 기록이 맨 뒤에 있고, 개시 기록에 적힌 값이 묶음과 같습니다 | "
        "the opening is first, the close last, and what the opening names is what is here"
    )
    for log in told.get("after", ()):
        text = (
            ". 앞선 로그 {0}에 이어집니다. 거기 서명된 기록 {1:,}개 중 {2:,}개를 잃었습니다 | "
            "; it continues the log {0}, where of {1:,} leaves that were signed {2:,} were lost"
        )
        more = say(text, log["e"], log["size"], log["size"] - log["kept"])
        said = [one + other for one, other in zip(said, more)]
    return said


ROLL = {
    "districts": {...: {"paper": is_count, "voters": is_count, "web": is_count}},
    "rollhash": is_hash,
}


def check_voters(case: Case) -> Said:
    """V7: the last ballot of each voter counts, and as many by web as the roll has marks for."""
    reading = reading_of(case, "V7")
    roll = case.bundle.json("roll-summary.json", ROLL)
    rows = roll["districts"]
    text = "roll-summary.json의 {0} 값이 다릅니다 | roll-summary.json has another {0} than the log"
    must(roll["rollhash"] == reading.rollhash, text, "rollhash")
    must(rows.keys() == reading.opened["roll"].keys(), text, "districts")
    voters = sum(reading.opened["roll"].values()) + reading.added
    must(voters == sum(row["voters"] for row in rows.values()), text, "voters")
    for channel in ("web", "paper"):
        marks = reading.closed["marks"].get(channel, 0)
        must(marks == sum(row[channel] for row in rows.values()), text, channel)
    text = (
        "온라인 표 {0:,}개 중 사람마다 마지막 표 {1:,}개를 셌고, 명부의 표시와 같습니다 | "
        "of {0:,} ballots by web {1:,} count, the last of each voter, as the roll is marked"
    )
    return say(text, reading.kinds["ballot"], reading.web)


RECORDS, SETTLED = "paper/batches.jsonl", "paper/adjudications.jsonl"


def is_reading(value: Any) -> bool:
    """What a clerk reads on a sheet: choices, or that it is blank or spoiled."""
    is_written = re.fullmatch(CHOICES, write_json(value))
    return value in ("blank", "spoiled") or (bool(is_written) and are_choices(value))


def are_readings(value: Any) -> bool:
    """Sheets, ascending, each with what was read on it."""
    rows: list[Any] = value if isinstance(value, list) else [None]
    are_rows = all(isinstance(row, list) and len(row) == 2 and is_number(row[0]) for row in rows)
    return (
        are_rows
        and is_ascending([row[0] for row in rows])
        and all(is_reading(row[1]) for row in rows)
    )


def are_clerks(value: Any) -> bool:
    """Two accounts or three, no account twice."""
    are_texts = isinstance(value, list) and all(is_text(one) and one for one in value)
    return are_texts and 2 <= len(value) == len({*value}) <= 3


KEYED = {
    "b": is_number,
    "clerks": are_clerks,
    "first": are_readings,
    "n": is_hash,
    "second": are_readings,
    "settled": are_readings,
}


def adjudications(line: str, keying: Keying) -> Iterator[str]:
    """The sheets that a record says a third clerk settled; Wrong if the log says otherwise.

    Parameters
    ----------
    line : the record of a keying: what two clerks typed blindly, and what a third one settled
    keying : the close of the batch that must be the record's
    """
    data, leaf = line.encode(errors="surrogateescape"), keying.leaf
    text = "기록 {0:,}번의 해시와 다릅니다 | leaf {0:,} has the hash of another record"
    must(hashlib.sha256(data).hexdigest() == leaf["keying"], text, keying.place)
    record = read_json(data)
    check_shape(record, KEYED, "record")
    first, second, settled = (dict(record[name]) for name in ("first", "second", "settled"))
    text = "묶음이나 용지가 로그와 다릅니다 | of another batch or of other sheets than the log"
    is_same = record["b"] == leaf["b"] and first.keys() == second.keys() == keying.sheets.keys()
    must(is_same, text)
    differing = {sheet for sheet in first if first[sheet] != second[sheet]}
    is_settled = settled.keys() == differing and len(settled) == leaf["settled"]
    is_settled = is_settled and len(record["clerks"]) == (3 if settled else 2)
    text = "다르게 읽은 용지와 정리한 용지가 다릅니다 | settled are not the sheets that differ"
    must(is_settled, text)
    for sheet, reading in {**first, **settled}.items():
        text = "{0}번 용지를 로그가 다르게 읽습니다 | the log reads sheet {0} otherwise"
        must(reading == keying.sheets[sheet], text, sheet)
    for sheet, reading in settled.items():
        told = {"b": leaf["b"], "by": record["clerks"][2], "s": sheet, "settled": reading}
        yield write_json({**told, "first": first[sheet], "second": second[sheet]})


def check_batches(case: Case) -> Said:
    """V8: declared, typed, blank and spoiled sheets add up, and were typed as the records say."""
    reading, bundle = reading_of(case, "V8"), case.bundle
    settled: list[str] = []
    records, told = (
        bundle.lines(path) if path in bundle else iter(()) for path in (RECORDS, SETTLED)
    )
    for number, (line, keying) in enumerate(zip_longest(records, reading.keyings), 1):
        try:
            text = "닫은 묶음과 수가 다릅니다 | there are not as many as batches were closed"
            must(line is not None and keying, text)
            settled += adjudications(line, keying)
        except Wrong as fault:
            raise fault.at("{0} #{1:,} | {0} #{1:,}", RECORDS, number) from None
    is_told = settled == [*told]
    must(is_told, "{0}: 입력 기록과 다릅니다 | {0}: not what the records say", SETTLED)
    found = Counter(word for batch in reading.batches.values() for word in batch.sheets.values())
    text = (
        "종이 묶음 {0:,}개의 장수와 입력 기록이 맞습니다: "
        "표 {1:,}, 백지 {2:,}, 무효 {3:,}, 셋째 사람이 정한 것 {4:,}장 | "
        "the sheets of {0:,} batches add up, as they were keyed: "
        "{1:,} typed, {2:,} blank, {3:,} spoiled, {4:,} settled"
    )
    figures = found["typed"], found["blank"], found["spoiled"], len(settled)
    return say(text, len(reading.batches), *figures)


def check_voids(case: Case) -> Said:
    """V9: what was made void is listed with its document."""
    reading = reading_of(case, "V9")
    listed = "; ".join(f"#{at} {document}" for at, document in reading.voids) or "-"
    text = "무효로 한 종이 기록 {0:,}개: {1} | paper leaves made void, {0:,}: {1}"
    return say(text, len(reading.voids), listed)


# ------------------------------------------------------------------------------- V10: the count

RESULT = {"ballots": is_count, "funded": [is_number], "seed": is_text, "trace": is_hash}
GREEDY = {"greedy_cost": False, "greedy_card": True, "greedy_score": True}  # for each unit of money
UNSUPPORTED, SUPPORTED, FREE = range(3)


def picks(choices: Choices) -> list[tuple[int, Number]]:
    """The options that a ballot names, with their points: 1, its own, or Borda's."""
    if "a" in choices:
        return [(number, 1) for number in choices["a"]]
    if "r" in choices:
        ranked = [tier[0] for tier in choices["r"]]
        return [(number, len(ranked) - place) for place, number in enumerate(ranked, 1)]
    return [(number, Fraction(points)) for number, points in choices["s"]]


class Count:
    """Ballots added up: how many there are, and the votes and the points of each option."""

    def __init__(self, options: Iterable[int], lines: Iterable[str]) -> None:
        self.ballots = 0
        self.votes = dict.fromkeys(options, 0)
        self.points: dict[int, Number] = dict.fromkeys(self.votes, 0)
        for line in lines:
            self.ballots += 1
            choices = parse(line)[0]["x"]
            if "a" in choices:  # by far the most, and without points of their own
                for number in choices["a"]:
                    self.votes[number] += 1
                continue
            for number, points in picks(choices):
                self.votes[number] += 1
                self.points[number] += points

    def support(self, rule: str, number: int) -> Number:
        """What the rule goes by."""
        if rule == "greedy_score":
            return self.points[number]
        return self.votes[number]


SHORTEST_SEED = 16  # bytes


def tie_order(manifest: Manifest, seed: str) -> list[Option]:
    """All options, in the order that settles ties."""
    options = sorted(manifest.options.values(), key=lambda option: option.code.encode())
    is_seed = not seed if manifest.ties == "id_text" else len(seed.encode()) >= SHORTEST_SEED
    must(is_seed, "씨앗이 맞지 않습니다 | a seed too few or too many, or too short")
    if seed:
        lot = {
            option: hashlib.sha256(seed.encode() + b"\0" + option.code.encode()).digest()
            for option in options
        }
        options.sort(key=lot.__getitem__)
    if manifest.ties == "cost_then_lot":
        options.sort(key=lambda option: option.cost)
    return options


def exact(number: Number) -> Union[int, str]:
    """A number as tally.json writes it: whole, or "n/d" in lowest terms."""
    number = Fraction(number)
    return number.numerator if number.denominator == 1 else f"{number}"


def merit_of(option: Option, manifest: Manifest, count: Count) -> tuple[int, Number]:
    """What gives an option its turn, the greatest first: support, for each unit of money or not."""
    support = count.support(manifest.rule, option.number)
    if not (support and option.cost):
        return (FREE if support else UNSUPPORTED), 0
    return SUPPORTED, Fraction(support) / (option.cost if GREEDY[manifest.rule] else 1)


def greedy(manifest: Manifest, count: Count, order: list[Option]) -> dict[str, Any]:
    """The outcome, as tally.json tells it: best first, each is funded if what is left pays for it.

    Parameters
    ----------
    order : all options, in the order that settles ties
    """
    terms = {"minimum_votes": 0, "stop": False, **manifest.parameters}
    is_right = (
        len(terms) == 2 and is_count(terms["minimum_votes"]) and terms["stop"] in (True, False)
    )
    must(is_right, "manifest.json: count.parameters | manifest.json: count.parameters")
    left, is_stopped, rounds, ties = manifest.fund, False, [], []
    merits = {option: merit_of(option, manifest, count) for option in order}
    ranked = sorted(order, key=merits.__getitem__, reverse=True)  # equals stay in the tie order
    for (kind, merit), level in groupby(ranked, key=merits.__getitem__):
        equals = list(level)
        votes = {option: count.votes[option.number] for option in equals}
        rivals = [option for option in equals if votes[option] >= terms["minimum_votes"]]
        if len(rivals) > 1:
            able = [option.cost for option in rivals if option.cost <= left]
            matters = sum(able) > left or (terms["stop"] and 0 < len(able) < len(rivals))
            codes = [option.code for option in rivals]
            ties.append({"options": codes, "mattered": matters and not is_stopped})
        for option in equals:
            if votes[option] < terms["minimum_votes"]:
                decision = "too_few_votes"
            elif is_stopped:
                decision = "after_the_stop"
            else:
                decision = "funded" if option.cost <= left else "does_not_fit"
                is_stopped = terms["stop"] and decision == "does_not_fit"
            turn = {
                "option": option.code,
                "support": exact(count.support(manifest.rule, option.number)),
                "cost": option.cost,
                "left": left,
                "decision": decision,
                "key": None if kind == FREE else exact(merit),
                "stage": "",
            }
            rounds.append(turn)
            left -= option.cost if decision == "funded" else 0
    return {
        **about(manifest, count, left),
        "facts": {},
        "funded": [turn["option"] for turn in rounds if turn["decision"] == "funded"],
        "parameters": terms,
        "rounds": rounds,
        "ties": ties,
    }


def about(manifest: Manifest, count: Count, left: int) -> dict[str, Any]:
    """What an outcome says of the whole."""
    return {
        "arithmetic": "exact integers and fractions",
        "ballots": count.ballots,
        "left": left,
        "limit": manifest.fund,
        "rule": manifest.rule,
        "spent": manifest.fund - left,
    }


# Rule -> the function that a program for it has, and how it is called; docs/bundle.md.
MEASURES = {"card": "cardinality", "cost": "cost", "score": "points"}
REFERENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "phragmen": ("phragmen", {}),
    "pb_ear": ("pb_ear", {}),
    **{f"maxw_{name}": ("max_welfare", {"utility": told}) for name, told in MEASURES.items()},
    **{f"bos_{name}": ("bos", {"utility": told}) for name, told in MEASURES.items()},
    **{
        f"ees_{name}{end}": ("exact_equal_shares", {"utility": MEASURES[name], "completion": told})
        for name in ("card", "cost")
        for end, told in (("", "none"), ("_addopt", "add_opt"))
    },
    **{
        f"mes_{name}{end}": ("equal_shares", {"utility": told, "completion": completion})
        for name, told in MEASURES.items()
        for end, completion in (
            *(("", "none"), ("_u", "utilitarian"), ("_add1", "add1"), ("_add1u", "add1u")),
        )
    },
    **{
        f"cstv_{short}{end}": ("cstv", {"transfer": transfer, "by": by})
        for short, transfer in (("ewt", "elimination"), ("mt", "minimal"))
        for end, by in (("", "excess"), ("c", "support_per_cost"), ("s", "support"))
    },
}


def funded_by(path: str, manifest: Manifest, order: list[Option], lines: list[str]) -> set[str]:
    """The codes of what a program for the rule funds; raises whatever the program does."""
    name, terms = REFERENCES[manifest.rule]
    codes = {option.number: option.code for option in order}
    told = [picks(parse(line)[0]["x"]) for line in lines]
    ballots: list[Any] = [{codes[number]: points for number, points in one} for one in told]
    if name == "pb_ear":  # it takes rankings
        ballots = [list(ballot) for ballot in ballots]
    spec = importlib.util.spec_from_file_location("reference", path)
    if not (spec and spec.loader):
        raise ImportError("no Python program")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name)
    known = inspect.signature(function).parameters
    terms = {**terms, **manifest.parameters}
    terms = {term: value for term, value in terms.items() if term in known or value}
    costs = {option.code: option.cost for option in order}
    return {*function(costs, manifest.fund, ballots, list(costs), **terms)}


LINE = re.compile(
    rf'\{{(?:(?:"c":"(?:web|booth|paper)",)?"d":{TEXT},)?"f":{NUMBER},"x":{CHOICES}\}}'
)


def ballots_of(case: Case, manifest: Manifest) -> Iterable[str]:
    """The lines of the ballots that count: from the log, or, without leaves, ballots.jsonl."""
    if case.bundle.has_leaves:
        yield from needed(case.reading, "V5").votes.values()
        return
    before = ""
    for number, line in enumerate(case.bundle.lines("ballots.jsonl"), 1):
        try:
            is_line = LINE.fullmatch(line) and line.isprintable()
            must(is_line, "표가 아닙니다 | no ballot")
            choices = read_json(line.encode())["x"]
            must(are_choices(choices), "x 값이 맞지 않습니다 | x is not as it must be")
            manifest.check_ballot(choices)
            must(before <= line, "순서에 맞지 않습니다 | it is out of order")
        except Wrong as fault:
            place = "ballots.jsonl {0:,}번째 줄 | line {0:,} of ballots.jsonl"
            raise fault.at(place, number) from None
        before = line
        yield line


def check_count(case: Case) -> Said:
    """V10: this program's own count gives tally.json byte for byte; result.json follows from it."""
    manifest, bundle = needed(case.manifest, "V5"), case.bundle
    result, told = bundle.json("result.json", RESULT), bundle.read("tally.json")
    is_traced = result["trace"] == bundle.sum_of("tally.json")
    must(is_traced, "result.json의 trace가 다릅니다 | result.json traces another tally.json")
    order = tie_order(manifest, result["seed"])
    if manifest.rule in GREEDY:
        count, funded = count_greedy(case, manifest, order, told)
        text = (
            "표 {0:,}개를 다시 세어 tally.json과 똑같은 결과를 얻었습니다: 사업 {1:,}개 선정 | "
            "{0:,} ballots, counted again, give the same tally.json: {1:,} projects are funded"
        )
    elif manifest.rule in REFERENCES and case.reference:
        count, funded = count_by_program(case, manifest, order, told)
        text = (
            "표 {0:,}개를 받은 프로그램으로 다시 세어 같은 사업 {1:,}개를 얻었습니다 | "
            "{0:,} ballots, counted by the program given, fund the same {1:,} projects"
        )
    else:
        text = "{0} 규칙의 프로그램이 없습니다 | a program is needed for {0}: --reference"
        raise Unchecked(text, manifest.rule)
    numbers = sorted(option.number for option in order if option.code in funded)
    is_so = result["ballots"] == count.ballots and result["funded"] == numbers
    must(is_so, "result.json이 tally.json과 다릅니다 | result.json does not follow from tally.json")
    leaf = case.reading.result if case.reading else {}
    is_so = not leaf or (leaf["funded"] == numbers and leaf["trace"] == result["trace"])
    must(is_so, "로그의 결과 기록이 다릅니다 | the log's own result is another")
    return say(text, count.ballots, len(numbers))


def count_greedy(
    case: Case, manifest: Manifest, order: list[Option], told: bytes
) -> tuple[Count, set[str]]:
    """The ballots and the codes that greedy funds; Wrong if its outcome is not what was told."""
    has_points = manifest.kind in ("ordinal", "cumulative", "scored")
    text = "{0} 규칙은 이 표를 셀 수 없습니다 | {0} does not count such ballots"
    must(has_points or manifest.rule != "greedy_score", text, manifest.rule)
    count = Count(manifest.options, ballots_of(case, manifest))
    outcome = greedy(manifest, count, order)
    mine = write_json(outcome).encode()
    if mine != told:
        at = next((at for at, byte in enumerate(mine) if told[at : at + 1] != mine[at : at + 1]), 0)
        around = mine[max(at - 60, 0) : at + 60].decode(errors="replace")
        text = "다시 센 tally.json은 다릅니다: …{0}… | counted again, tally.json is: …{0}…"
        raise Wrong(text, around)
    return count, {*outcome["funded"]}


def count_by_program(
    case: Case, manifest: Manifest, order: list[Option], told: bytes
) -> tuple[Count, set[str]]:
    """The ballots and the codes that a program for the rule funds; Wrong if others were told."""
    lines = [*ballots_of(case, manifest)]
    count = Count(manifest.options, lines)
    try:
        funded = funded_by(case.reference, manifest, order, lines)
    except Exception as error:  # whatever a program of others does
        text = "{0}: 셀 수 없습니다: {1!r} | {0}: cannot count: {1!r}"
        raise Unchecked(text, case.reference, error) from None
    left = manifest.fund - sum(option.cost for option in order if option.code in funded)
    try:
        outcome = json.loads(told)
        is_same = {*outcome["funded"]} == funded
        is_same = is_same and about(manifest, count, left).items() <= outcome.items()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        is_same = False
    must(is_same, "다시 세면 {0}입니다 | counted again it is {0}", sorted(funded))
    return count, funded


# ------------------------------------------------------------------- V11: the ballots published

FEWEST = 10  # ballots of a district and channel, or of a district, that may be told apart


def published(lines: Iterable[str]) -> list[str]:
    """The lines of ballots.jsonl; where too few have the same, they lack channel and district."""
    lines = list(lines)
    cells = Counter(line[: line.index(',"f":')] for line in lines)  # of channel and district
    districts = {cell: parse(cell + "}")[0]["d"] for cell in cells}
    sizes: Counter[str] = Counter()
    for cell, size in cells.items():
        sizes[districts[cell]] += size
    shown = {}
    for cell in [cell for cell, size in cells.items() if size < FEWEST]:
        district = districts[cell]
        shown[cell] = f'{{"d":{write_json(district)},' if sizes[district] >= FEWEST else "{"
    if shown:
        ends = [line.index(',"f":') for line in lines]
        lines = [
            shown[line[:end]] + line[end + 1 :] if line[:end] in shown else line
            for line, end in zip(lines, ends)
        ]
    return sorted(lines)


def check_ballots(case: Case) -> Said:
    """V11: the counted ballots are those of ballots.jsonl."""
    reading = needed(case.reading, "V5")
    pairs = zip_longest(published(reading.votes.values()), case.bundle.lines("ballots.jsonl"))
    for number, (line, told) in enumerate(pairs, 1):
        if line != told:
            text = (
                "ballots.jsonl {0:,}번째 줄은 {1}이어야 합니다 | "
                "line {0:,} of ballots.jsonl should be {1}"
            )
            raise Wrong(text, number, line or "-")
    text = (
        "집계한 표 {0:,}개가 ballots.jsonl과 같습니다 | the {0:,} ballots that count are published"
    )
    return say(text, len(reading.votes))


# --------------------------------------------------------- V12: the risk-limiting audit of paper

GAMMA = Fraction(103905, 100000)
PAIR = {"above": is_number, "below": is_number, "risk": matches(r"[01]\.[0-9]{6}")}
REPORT = {"assertions": [PAIR], "limit": matches("[1-9][0-9]{0,8}/[1-9][0-9]{0,8}")}
READ = re.compile(
    rf'\{{"b":({NUMBER}),"s":({NUMBER}),(?:"u":"(?:blank|spoiled|missing)"|"x":{CHOICES})\}}'
)
Sheet = tuple[int, int]  # batch and number
Support = dict[int, Number]  # option -> what ballots give it


def rows_of(bundle: Bundle, path: str, head: str) -> list[tuple[int, int]]:
    """The rows of a table with two columns of numbers from 1."""
    rows = []
    for number, line in enumerate(bundle.lines(path), 1):
        cells = re.fullmatch(f"({NUMBER}),({NUMBER})", line)
        text = "{0} {1:,}번째 줄이 맞지 않습니다 | line {1:,} of {0} is not right"
        must(cells if number > 1 else line == head, text, path, number)
        rows += [(int(cells[1]), int(cells[2]))] if cells else []
    return rows


def drawn(seed: str, batches: Iterable[tuple[int, int]]) -> list[Sheet]:
    """All sheets in the order of the draw: by a number made of seed and sheet, read backwards."""
    hashed, tickets = hashlib.sha256(seed.encode()).hexdigest(), []
    for batch, sheets in batches:
        for sheet in range(1, sheets + 1):
            digest = hashlib.sha256(f"{hashed}{batch}:{sheet}".encode()).digest()
            tickets.append((f"{int.from_bytes(digest, 'big'):064d}"[::-1], (batch, sheet)))
    return [sheet for _, sheet in sorted(tickets)]


class Assertion(NamedTuple):
    """That one option has more support than another, each times a factor; a sum over ballots."""

    above: int
    below: int
    factor_above: int
    factor_below: int

    def value(self, support: Support) -> Number:
        """What ballots that give this support add to the sum."""
        above, below = support.get(self.above, 0), support.get(self.below, 0)
        return self.factor_above * above - self.factor_below * below


def check_audit(case: Case) -> Said:
    """V12: the sample and the figures of the audit of paper follow from its seed."""
    bundle = case.bundle
    if not any(path.startswith("rla/") for path in bundle.places):
        rows = bundle.json("roll-summary.json", ROLL)["districts"].values()
        has_batches = case.reading is not None and bool(case.reading.batches)
        if has_batches or any(row["paper"] for row in rows):
            raise Unchecked(
                "종이 투표의 감사가 묶음에 없습니다 | there is no audit of the paper here"
            )
        return say("종이 투표가 없어 감사할 것이 없습니다 | there is no paper, so no audit of it")
    batches = rows_of(bundle, "rla/manifest.csv", "batch,sheets")
    sample = rows_of(bundle, "rla/sample.csv", "batch,sheet")
    seed = bundle.read("rla/seed.txt").decode(errors="replace")
    is_seed = re.fullmatch("[0-9]{20,200}\n", seed)
    must(is_seed, "rla/seed.txt: 숫자 스무 자리 이상 | rla/seed.txt: not 20 digits or more")
    reading = needed(case.reading, "V5")
    if "V8" in reading.faults or not reading.closed:  # else there are as many leaves as sheets
        needed(None, "V8")
    declared = sorted((number, batch.declared) for number, batch in reading.batches.items())
    must(
        batches == declared,
        "rla/manifest.csv가 로그와 다릅니다 | rla/manifest.csv is not the log's",
    )
    is_drawn = sample == drawn(seed[:-1], batches)[: len(sample)]
    must(is_drawn, "rla/sample.csv가 추첨과 다릅니다 | rla/sample.csv is not what the seed draws")
    risk, limit = check_risks(bundle, reading, sample)
    if risk > limit:
        text = "오류 위험이 {0:.4f}, 한도는 {1}입니다 | the risk is still {0:.4f}, the limit is {1}"
        raise Unchecked(text, float(risk), limit)
    text = (
        "용지 {0:,}장의 추첨과 계산이 맞습니다. 오류 위험은 {1:.4f}, 한도는 {2}입니다 | "
        "{0:,} sheets of paper were drawn; the risk is {1:.4f}, its limit {2}"
    )
    return say(text, len(sample), float(risk), limit)


def check_risks(bundle: Bundle, reading: Reading, sample: list[Sheet]) -> tuple[Fraction, Fraction]:
    """The greatest risk of all assertions, which together imply who is funded, and its limit."""
    manifest, options, rule = reading.manifest, reading.manifest.options, reading.manifest.rule
    is_ordinal = rule == "greedy_score" and manifest.kind == "ordinal"
    has_assertions = rule in ("greedy_cost", "greedy_card") or is_ordinal
    is_plain = not any(manifest.parameters.values()) and all(one.cost for one in options.values())
    if not (has_assertions and is_plain):
        raise Unchecked("{0}의 종이 감사는 정해진 것이 없습니다 | no audit is known of {0}", rule)
    report, before, risks = bundle.json("rla/report.json", REPORT), (0, 0), [Fraction(0)]
    count, changed = Count(options, reading.votes.values()), changes(bundle, reading, sample)
    sheets = sum(batch.declared for batch in reading.batches.values())
    funded = {*bundle.json("result.json", RESULT)["funded"]} & options.keys()
    room = {number: manifest.fund - options[number].cost for number in options.keys() - funded}
    for row in report["assertions"]:
        above, below = pair = row["above"], row["below"]
        text = (
            "rla/report.json의 명제 {0} > {1}이 틀립니다 | rla/report.json: {0} > {1} is not right"
        )
        must(above in funded and below in room and before < pair[::-1], text, *pair)
        before = pair[::-1]
        room[below] -= options[above].cost
        costs = (options[below].cost, options[above].cost) if GREEDY[rule] else (1, 1)
        claim = Assertion(above, below, *costs)
        most = max(costs) * (len(options) - 1 if is_ordinal else 1)
        margin = claim.value({number: count.support(rule, number) for number in options})
        errors = [
            2 * most if read is None else claim.value(typed) - claim.value(read)
            for typed, read in changed
        ]
        risk = risk_of(margin, most, sheets, len(sample), errors) if margin > 0 else Fraction(1)
        must(margin > 0 and row["risk"] == six_places(risk), text, *pair)
        risks.append(risk)
    is_enough = all(left < 0 for left in room.values())
    must(is_enough, "rla/report.json의 명제가 모자랍니다 | rla/report.json: too few assertions")
    return max(risks), Fraction(report["limit"])


def changes(
    bundle: Bundle, reading: Reading, sample: list[Sheet]
) -> list[tuple[Support, Support | None]]:
    """The sheets that were read otherwise than typed: both supports; None for a missing sheet."""
    found: list[tuple[Support, Support | None]] = []
    with_points = reading.manifest.rule == "greedy_score"
    lines = bundle.lines("rla/mvr.jsonl")
    for number, (sheet, line) in enumerate(zip_longest(sample, lines), 1):
        text = (
            "rla/mvr.jsonl {0:,}번째 줄이 맞지 않습니다 | line {0:,} of rla/mvr.jsonl is not right"
        )
        cells = READ.fullmatch(line or "")
        must(sheet and cells and sheet == (int(cells[1]), int(cells[2])), text, number)
        seen, _ = parse(line)
        if "x" in seen:
            must(are_choices(seen["x"]), text, number)
            try:
                reading.manifest.check_ballot(seen["x"])
            except Wrong as fault:
                raise fault.at("rla/mvr.jsonl #{0:,} | rla/mvr.jsonl #{0:,}", number) from None
        typed = parse(reading.votes.get(sheet, "{}"))[0].get("x")
        supports = [
            {number: points if with_points else 1 for number, points in picks(choices)}
            for choices in (typed or {"a": []}, seen.get("x", {"a": []}))
        ]
        if seen.get("u") == "missing":
            found.append((supports[0], None))
        elif supports[0] != supports[1]:
            found.append((supports[0], supports[1]))
    return found


def risk_of(
    margin: Number, most: int, sheets: int, size: int, errors: Iterable[Number]
) -> Fraction:
    """The chance, at most, that so many sheets agree so well though the claim is false.

    Parameters
    ----------
    margin : the sum by all ballots as they were typed
    most : the most that one ballot can add to the sum, or take from it
    sheets, size : how many there are, and how many were drawn
    errors : by how much the typing favoured the claim, where it was not right
    """
    if margin > 2 * most * sheets:
        return Fraction(0)  # the sheets could not make it false, however wrong they are
    unit = 2 * GAMMA * most
    risk: Fraction = max(1 - margin / (unit * sheets), Fraction(0)) ** size
    for error in errors:
        risk /= 1 - error / unit
    return min(risk, Fraction(1))


def six_places(risk: Fraction) -> str:
    """A risk as decimals, rounded up."""
    whole, rest = divmod(ceil(risk * 10**6), 10**6)
    return f"{whole}.{rest:06d}"


# ----------------------------------------------------------------- V13: receipts (C2SP tlog-proof)


class Receipt(NamedTuple):
    """Where a leaf lies, and what proves that it is in the tree of a checkpoint."""

    place: str
    leaf: int
    proof: list[bytes]
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def read(cls, place: str, data: bytes) -> Receipt:
        """The receipt of a file; Wrong if it is none."""
        head, _, rest = data.partition(b"\n\n")
        found = re.fullmatch(
            rb"c2sp\.org/tlog-proof@v1\n(?:extra [^\n]*\n)?"
            rb"index (0|[1-9][0-9]{0,18})((?:\n[^\n]+)*)",
            head,
        )
        index, lines = found.groups() if found else (b"0", b"\n-")
        proof = [unbase64(line.decode(errors="replace")) for line in lines.split(b"\n")[1:]]
        is_proof = len(proof) <= 64 and all(len(hashed) == 32 for hashed in proof)
        must(is_proof, "{0}: 확인증이 아닙니다 | {0}: no receipt", place)
        return cls(place, int(index), proof, *Signed.read(rest, place))

    def root(self, leaf: bytes) -> bytes | None:
        """The root that the proof leads to from the hash of the leaf (RFC 9162, 2.1.3.2)."""
        place, last, found = self.leaf, self.checkpoint.size - 1, leaf
        for hashed in self.proof:
            if not last:
                return None
            if place % 2 or place == last:
                found = node_hash(hashed, found)
                while place and not place % 2:
                    place, last = place >> 1, last >> 1
            else:
                found = node_hash(found, hashed)
            place, last = place >> 1, last >> 1
        return None if last else found


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's


def code_of(leaf: bytes) -> str:
    """The first 100 bits of the hash of a leaf, as a voter reads them."""
    bits = int.from_bytes(leaf, "big") >> 156
    code = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(20)))
    return "-".join(code[at : at + 4] for at in range(0, 20, 4))


def check_receipts(case: Case) -> Said:
    """V13: receipts given beside the bundle are proved by the tree of its last checkpoint."""
    found = []
    before = {one.key.name: one for one in case.ended()} if case.given else {}
    for receipt in case.receipts():
        if ended := before.get(receipt.checkpoint.origin):
            found.append(f"#{receipt.leaf} {code_of(ended.leaf(receipt, case))}")
            continue
        roots, last = needed(case.roots, "V3"), needed(case.last, "V2")
        place, index, _, note, (origin, size, root) = receipt
        note.check_signed(case.key, place)
        must(origin == case.key.name, "{0}: 다른 로그입니다 | {0}: of another log", place)
        if size > last.size:
            text = "{0}: 이 묶음 뒤의 것입니다 | {0}: later than the last checkpoint here"
            raise Unchecked(text, place)
        text = "{0}: 이 로그로 증명되지 않습니다 | {0}: is not proved by this log"
        must(index < size and root == roots[size], text, place)
        leaf = leaf_at(case, index)
        must(receipt.root(leaf) == root, text, place)
        found.append(f"#{index} {code_of(leaf)}")
    if not found:
        return say("받은 확인증이 없습니다 | no receipts were given")
    text = "확인증 {0:,}개가 이 로그로 증명됩니다: {1} | {0:,} receipts are proved by this log: {1}"
    return say(text, len(found), ", ".join(found))


def leaf_at(case: Case, index: int) -> bytes:
    """The hash of a leaf, of the lowest tiles."""
    tile = case.bundle.read(tile_path(0, *tile_of(index, needed(case.last, "V2").size)))
    return tile[index % WIDTH * 32 :][:32]


def tile_of(index: int, size: int) -> tuple[int, int]:
    """Which of the lowest tiles holds a leaf, and how wide it is in a log of this size."""
    return index // WIDTH, min(WIDTH, size - index // WIDTH * WIDTH)


# -------------------------------------------------------------------------------- all of them


class Case:
    """One bundle under examination: what was given, and what the steps have found so far."""

    def __init__(
        self,
        bundle: Bundle,
        named: str,
        given: Sequence[tuple[str, bytes]],
        reference: str,
        progress: Progress,
    ) -> None:
        self.bundle, self.named, self.given = bundle, named, given
        self.reference, self.progress = reference, progress
        self.last: Checkpoint | None = None
        self.roots: dict[int, bytes] | None = None
        self.manifest: Manifest | None = None
        self.reading: Reading | None = None

    @property
    def policy(self) -> Policy:
        """Whom to believe, but for the log's key where that was named."""
        return Policy(self.bundle.read("policy.txt"))

    @property
    def key(self) -> Key:
        """The log's key: the one that was named, else the bundle's own."""
        return Key.read(self.named, LOG) if self.named else self.policy.logs[0]

    def earlier(self) -> list[Signed]:
        """The checkpoints before the last one."""
        return signed_in(self.bundle, "checkpoints.txt")

    def before(self) -> list[dict[str, Any]]:
        """What is told of the logs that this one continues, the last of them first."""
        if LOGS not in self.bundle:
            return []
        told: list[dict[str, Any]] = self.bundle.json(
            LOGS, lambda value: re.fullmatch(AFTER, write_json(value)) and are_ended(value)
        )
        return told

    def ended(self) -> list[Ended]:
        """These logs, each with what is known of it by what was kept since."""
        found, kept = list[Ended](), MOST
        for told in self.before():
            kept = min(kept, told["kept"])
            root, first = bytes.fromhex(told["root"]), bytes.fromhex(told["open"])
            found.append(Ended(Key.read(told["log"], LOG), told["size"], root, kept, first))
        return found

    def receipts(self) -> list[Receipt]:
        """The receipts that were given."""
        return [Receipt.read(name, data) for name, data in self.given]

    def tokens(self) -> dict[str, Any]:
        """District -> the key of its tokens; empty where pseudonyms are used."""
        found: dict[str, Any] = {}
        if "tokens.json" in self.bundle:
            found = self.bundle.json("tokens.json", TOKENS)
        return found


class Step(NamedTuple):
    """How a step ended: "right", "wrong" or "unchecked"; and why, in Korean and in English."""

    name: str
    state: str
    said: Said


STEPS: dict[str, Callable[[Case], Said]] = {
    "V0": check_form,
    "V1": check_sums,
    "V2": check_policy,
    "V3": check_tree,
    "V4": check_earlier,
    "V5": check_grammar,
    "V6": check_ends,
    "V7": check_voters,
    "V8": check_batches,
    "V9": check_voids,
    "V10": check_count,
    "V11": check_ballots,
    "V12": check_audit,
    "V13": check_receipts,
}


def verify(
    file: BinaryIO,
    *,
    key: str = "",
    receipts: Sequence[tuple[str, bytes]] = (),
    reference: str = "",
    progress: Progress = lambda _step, _done, _whole: None,
) -> Iterator[Step]:
    """The steps of one bundle, each as it ends.

    Parameters
    ----------
    file : the bundle, open for reading bytes
    key : the log's key, if it is not to be taken from the bundle
    receipts : name and content of each
    reference : path of a program for the rule, if it is none that is counted here
    progress : hears the step, and how much of how much is done
    """
    case = Case(Bundle(file), key, receipts, reference, progress)
    for name, check in STEPS.items():
        try:
            if name != "V0" and not case.bundle.places:
                needed(None, "V0")
            step = Step(name, "right", check(case))
        except Unchecked as gap:
            step = Step(name, "unchecked", gap.said)
        except Wrong as fault:
            step = Step(name, "wrong", fault.said)
        except Exception as error:  # nothing that a file holds may end in a stack trace
            text = "예상하지 못한 내용입니다: {0!r} | this was not expected: {0!r}"
            step = Step(name, "wrong", say(text, error))
        yield step


def exit_code(steps: Iterable[Step]) -> int:
    """0: all was checked and is right; 1: something is wrong; 2: something was not checked."""
    states = {step.state for step in steps}
    return 1 if "wrong" in states else 2 if "unchecked" in states else 0


STATES = {
    "right": ["맞음", "right"],
    "wrong": ["틀림", "WRONG"],
    "unchecked": ["확인 못 함", "not checked"],
}
VERDICTS = (
    "모두 확인했고 모두 맞습니다. | All was checked, and all is right.",
    "틀린 것이 있습니다. | Something is wrong.",
    "틀린 것은 없지만 다 확인하지는 못했습니다. | Nothing is wrong, but not all could be checked.",
)
LANGUAGES = {"ko": slice(0, 1), "en": slice(1, 2), "both": slice(0, 2)}


def show_progress(step: str, done: int, whole: int) -> None:
    """One line on the terminal that is written again and again."""
    sys.stderr.write(f"\r{step} {100 * done // max(whole, 1):3d} %\x1b[K\r")


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the bundle that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("bundle", metavar="BUNDLE", help="재검표 묶음 / the recount bundle")
    parser.add_argument("--key", default="", help="로그의 공개키 / the log's key (name+id+key)")
    parser.add_argument(
        "--receipt", nargs="+", action="extend", default=[], metavar="FILE",
        help="투표 확인증 / receipts of voters",
    )  # fmt: skip
    parser.add_argument("--reference", default="", metavar="FILE.py", help="개표 규칙 / the rule")
    parser.add_argument("--lang", choices=LANGUAGES, default="both")
    given = parser.parse_args(arguments)
    shown, steps = LANGUAGES[given.lang], []
    progress = {"progress": show_progress} if sys.stderr.isatty() else {}
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may not know Korean
    try:
        receipts = [(path, Path(path).read_bytes()) for path in given.receipt]
        file = Path(given.bundle).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        print(f"V0  {'/'.join(STATES['wrong'][shown])}: {error}")
        return 1
    with file:
        for step in verify(
            file, key=given.key, receipts=receipts, reference=given.reference, **progress
        ):
            steps.append(step)
            state, said = "/".join(STATES[step.state][shown]), " | ".join(step.said[shown])
            print(plain(f"{step.name:<4}{state}: {said}"), flush=True)
    code = exit_code(steps)
    print(" ".join(say(VERDICTS[code])[shown]))
    return code


def plain(text: str) -> str:
    """Text without what could make a terminal do something; a bundle may be hostile."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


if __name__ == "__main__":
    sys.exit(main())
