"""A whole vote in one file: a tar that has one form only, and the sums of what is in it.

The same files give the same bytes in whatever order they come; a file in any other form is refused,
so that no two programs can read two different things in it. docs/bundle.md is the specification.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from ballots.board.notes import Note, NoteError, Signer

SUMS, SUMS_NOTE = "SHA256SUMS", "SHA256SUMS.note"
VERIFIERS = ("verify.html", "verify.py")
LONGEST_PATH = 100
LARGEST_FILE = 8**11 - 1  # what eleven octal digits hold
_BLOCK, _RECORD = 512, 10_240
_CHUNK = 1 << 20
# Files that each bundle has, and those that some have.
ALWAYS = (
    SUMS, SUMS_NOTE, "ballots.jsonl", "checkpoint", "checkpoints.txt", "election.pb",
    "manifest.json", "policy.txt", "result.json", "roll-summary.json", "tally.json",
)  # fmt: skip
_SOMETIMES = re.compile(
    r"tile/(?:entries|[0-7])/(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"
    r"|after/(?:logs\.json|checkpoints\.txt)"
    r"|paper/(?:batches|adjudications)\.jsonl"
    r"|rla/(?:manifest\.csv|seed\.txt|sample\.csv|mvr\.jsonl|report\.json)"
    r"|tokens\.json|verify\.py|verify\.html"
)


class BundleError(ValueError):
    """This is no bundle, or cannot become one.

    Attributes
    ----------
    path : the file in it that is to blame, where there is one
    """

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.path = path


@dataclass(frozen=True, slots=True)
class File:
    """One file of a bundle: its content is read when it is needed, in pieces.

    Attributes
    ----------
    size : bytes
    digest : SHA-256 of the content
    read : the content from its beginning, each time that it is called
    """

    path: str
    size: int
    digest: bytes
    read: Callable[[], Iterable[bytes]]

    @classmethod
    def of(cls, path: str, content: bytes) -> "File":
        """The file of a content that is at hand."""
        return cls(path, len(content), hashlib.sha256(content).digest(), lambda: (content,))


@dataclass
class Spool:
    """Contents of any size, laid aside until all sums are known: these stand first in a bundle.

    Attributes
    ----------
    file : is written, and read again while the bundle is
    files : what was laid aside so far
    """

    file: BinaryIO = field(default_factory=BytesIO)
    files: list[File] = field(default_factory=list)
    _end: int = 0

    def add(self, path: str, content: Iterable[bytes]) -> File:
        """Lay a content aside."""
        digest, start, size = hashlib.sha256(), self._end, 0
        self.file.seek(start)
        for piece in content:
            self.file.write(piece)
            digest.update(piece)
            size += len(piece)
        self._end += size
        found = File(path, size, digest.digest(), lambda: pieces(self.file, start, size))
        self.files.append(found)
        return found


def written(files: Iterable[File], signer: Signer) -> Iterator[bytes]:
    """The bytes of a bundle, in pieces, with the sums and their signed note.

    Raises
    ------
    BundleError : a path is none of a bundle's, or stands twice, or its file is too large.
    """
    kept = sorted(files, key=lambda one: one.path.encode())
    sums = sums_of(kept)
    note = Note(sums, (signer.sign(sums),))
    added = (File.of(SUMS, sums.encode()), File.of(SUMS_NOTE, str(note).encode()))
    return tar([*added, *kept])


def sums_of(files: Iterable[File]) -> str:
    """What `SHA256SUMS` says of these files, as sha256sum writes it."""
    return "".join(f"{one.digest.hex()}  {one.path}\n" for one in files)


def tar(files: Sequence[File]) -> Iterator[bytes]:
    """These files as a tar of the one form, in pieces; raises BundleError."""
    before = ""
    for one in files:
        check_path(one.path, before)
        if one.size > LARGEST_FILE:
            raise BundleError(f"at most {LARGEST_FILE} bytes, not {one.size}", one.path)
        before = one.path
        yield header(one.path, one.size)
        yield from one.read()
        yield bytes(-one.size % _BLOCK)
    size = sum(_BLOCK + one.size + -one.size % _BLOCK for one in files) + 2 * _BLOCK
    yield bytes(2 * _BLOCK + -size % _RECORD)


def header(path: str, size: int) -> bytes:
    """The block before a file's content (POSIX ustar)."""
    fields = (
        path.encode().ljust(LONGEST_PATH, b"\0"),
        b"0000644\0",  # mode
        b"0000000\0" * 2,  # owner and group
        b"%011o\0" % size,
        b"00000000000\0",  # time
        b" " * 8,  # the sum, while it is taken
        b"0",  # a regular file
        bytes(100),  # it links to nothing
        b"ustar\x0000",
        bytes(247),  # no names of owner and group, no device, no prefix of the path
    )
    block = b"".join(fields)
    return block.replace(b" " * 8, b"%06o\0 " % sum(block), 1)


def check_path(path: str, before: str = "") -> None:
    """Make sure that a bundle may have this path, and have it after another; raises BundleError."""
    is_known = path in ALWAYS or _SOMETIMES.fullmatch(path)
    if not is_known or len(path) > LONGEST_PATH:
        raise BundleError("a bundle has no such file", path)
    if path.encode() <= before.encode():
        raise BundleError(f"stands twice, or must stand before {before}", path)


@dataclass(frozen=True)
class Bundle:
    """A bundle as it lies in a file.

    Attributes
    ----------
    places : path -> where its content begins, and how many bytes it has; in the file's order
    """

    file: BinaryIO
    places: dict[str, tuple[int, int]]

    @classmethod
    def read(cls, file: BinaryIO) -> "Bundle":
        """The bundle in a file, whose contents are not looked at yet.

        Raises
        ------
        BundleError : it has not the one form.
        """
        places: dict[str, tuple[int, int]] = {}
        at, before = 0, ""
        while True:
            block = _exactly(file, at, _BLOCK)
            at += _BLOCK
            if not any(block):
                break
            path, size = _named(block)
            check_path(path, before)
            places[path] = at, size
            end = at + size
            at = end + -size % _BLOCK
            if any(_exactly(file, end, at - end)):
                raise BundleError("is filled up with what is not zero", path)
            before = path
        rest = _exactly(file, at, _BLOCK + -(at + _BLOCK) % _RECORD)
        if any(rest) or file.read(1):
            raise BundleError("after the last file there are zeros, as many as there must be")
        if missing := [path for path in ALWAYS if path not in places]:
            raise BundleError("is missing", missing[0])
        return cls(file, places)

    def __contains__(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self.places

    def content(self, path: str) -> bytes:
        """A whole file; raises BundleError if there is none."""
        return b"".join(self.pieces(path))

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file's content, piece by piece; raises BundleError if there is none."""
        if path not in self.places:
            raise BundleError("is missing", path)
        return pieces(self.file, *self.places[path])

    def lines(self, path: str) -> Iterator[bytes]:
        """A file's content by lines, their ends with them; raises BundleError."""
        rest = b""
        for piece in self.pieces(path):
            *whole, rest = (rest + piece).split(b"\n")
            yield from (line + b"\n" for line in whole)
        if rest:
            yield rest

    def check_sums(self) -> None:
        """Make sure that each file has the sum that is told of it; raises BundleError."""
        told = self.content(SUMS)
        found = []
        for path, (_, size) in self.places.items():
            if path in (SUMS, SUMS_NOTE):
                continue
            digest = hashlib.sha256()
            for piece in self.pieces(path):
                digest.update(piece)
            one = File(path, size, digest.digest(), tuple)
            if sums_of([one]).encode() not in told:
                raise BundleError("is not the file that the sums are of", path)
            found.append(one)
        if sums_of(found).encode() != told:
            raise BundleError("names other files than there are", SUMS)


def pieces(file: BinaryIO, start: int, size: int) -> Iterator[bytes]:
    """A stretch of a file, a piece at a time."""
    for at in range(start, start + size, _CHUNK):
        yield _exactly(file, at, min(_CHUNK, start + size - at))


def joined(checkpoints: Iterable[Note]) -> str:
    """The text of `checkpoints.txt`."""
    return "\n".join(map(str, checkpoints))


def parted(text: str) -> list[Note]:
    """The notes of `checkpoints.txt`.

    Raises
    ------
    NoteError : the text is not what `joined` makes of notes.
    """
    halves = text.removesuffix("\n").split("\n\n") if text else []
    notes = [
        Note.read(f"{said}\n\n{signatures}\n".encode())
        for said, signatures in zip(halves[::2], halves[1::2], strict=False)
    ]
    if joined(notes) != text:
        raise NoteError("there is one empty line between two checkpoints")
    return notes


def _named(block: bytes) -> tuple[str, int]:
    """The path and the size that a header tells, if it has the one form."""
    path = block[:LONGEST_PATH].rstrip(b"\0")
    size = block[124:135]
    if not path.isascii() or not re.fullmatch(b"[0-7]{11}", size):
        raise BundleError("a header without a path in ASCII and a size in octal digits")
    name, length = path.decode(), int(size, 8)
    if header(name, length) != block:
        raise BundleError("its header has not the one form", name)
    return name, length


def _exactly(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    found = file.read(size)
    if len(found) != size:
        raise BundleError("the file ends too early")
    return found
