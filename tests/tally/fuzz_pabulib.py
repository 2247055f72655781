"""Throw broken Pabulib files at both readers: python tests/tally/fuzz_pabulib.py [COUNT] [SEED].

Each input is a real small file with bytes flipped, deleted, doubled or spliced. Whatever it is,
nothing but `FormatError` may be raised, and the fast and the careful reader must agree: the same
values and notes, or the same fault on the same line. Ends with 1 if any input breaks this.
"""
# ruff: noqa: T201 - a program that prints and is called by hand

import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from tally import FormatError
from tally.formats import pabulib
from tally.formats.pabulib import Election, arrays, table

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
FOLDERS = (
    HERE.parent / "cases",
    ROOT / "app" / "demo",
    ROOT.parent / "shared" / "data" / "pabulib",
)
BALLOTS = 40  # of each file: enough for every kind of row, and quick
PIECES = (
    b";", b",", b"\n", b"\r", b"\r\n", b'"', b'""', b"\0", b" ", b"\t", b"0", b"1", b"-", b".",
    b"VOTES\n", b"votes;\n", b"META;", b"PROJECTS\n", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc5\xbf",
    b"\xff", b"1,1", b"1,", b",;", b"\n\n", b";;;\n", b"approval", b"ordinal", b"cumulative",
    b"choose-1", b"points", b"99999999999999999999", b"0.1", b"1,5",
)  # fmt: skip
CHUNKS = (300, 1000, table.CHUNK)


def seeds(folders: Sequence[Path] = FOLDERS) -> list[bytes]:
    """Real files, the long ones without most of their ballots."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*.pb"))]
    return [_short(path.read_bytes()) for path in paths]


def _short(data: bytes) -> bytes:
    head, votes, ballots = data.partition(b"VOTES")
    return head + votes + b"".join(ballots.splitlines(keepends=True)[: BALLOTS + 2])


def mutated(rng: np.random.Generator, files: list[bytes]) -> bytes:
    """One of the files after a few accidents, mostly among its ballots."""
    data = files[rng.integers(len(files))]
    for _ in range(rng.geometric(0.5)):
        accident = ACCIDENTS[rng.integers(len(ACCIDENTS))]
        low = max(data.rfind(b"VOTES"), 0) if rng.random() < 0.7 else 0
        start = int(rng.integers(low, len(data) + 1))
        stop = min(start + int(rng.geometric(0.2)), len(data))
        new = accident(rng, data[start:stop], files[rng.integers(len(files))])
        data = data[:start] + new + data[stop:]
    return data


def _flip(rng: np.random.Generator, span: bytes, _other: bytes) -> bytes:
    return bytes(byte ^ (1 << int(rng.integers(8))) for byte in span[:1]) + span[1:]


def _renumber(rng: np.random.Generator, span: bytes, _other: bytes) -> bytes:
    return bytes(int(rng.integers(48, 58)) if 48 <= byte < 58 else byte for byte in span)


def _delete(_rng: np.random.Generator, _span: bytes, _other: bytes) -> bytes:
    return b""


def _double(_rng: np.random.Generator, span: bytes, _other: bytes) -> bytes:
    return span * 2


def _insert(rng: np.random.Generator, span: bytes, _other: bytes) -> bytes:
    return span + PIECES[rng.integers(len(PIECES))]


def _splice(rng: np.random.Generator, span: bytes, other: bytes) -> bytes:
    start = int(rng.integers(len(other)))
    return other[start : start + 4 * len(span)]


def _splice_row(rng: np.random.Generator, span: bytes, other: bytes) -> bytes:
    rows = other.splitlines(keepends=True)
    return span + b"\n" + rows[rng.integers(len(rows))].rstrip()


ACCIDENTS = (_flip, _renumber, _renumber, _delete, _double, _insert, _splice, _splice_row)


def said_by(read: Callable[[], Election]) -> object:
    """The values that a reader gives, or its refusal."""
    try:
        election = read()
    except FormatError as fault:
        return fault.code, fault.line, fault.field, fault.column, str(fault)
    return election


def compare(data: bytes) -> Iterator[str]:
    """How each reading ended: by the fast reader, the careful one, or refused.

    Raises
    ------
    AssertionError : the readers differ, or a file is not the same when written and read again.
    """
    for lenient in (False, True):
        calls = Counter[str]()

        def careful(data: bytes, *, lenient: bool, calls: Counter[str] = calls) -> object:
            calls["careful"] += 1
            return pabulib.read_bytes(data, lenient=lenient)

        arrays.read_bytes, kept = careful, arrays.read_bytes  # to see who had the last word
        try:
            fast = said_by(lambda lenient=lenient: pabulib.load(data, lenient=lenient))
        finally:
            arrays.read_bytes = kept
        slow = said_by(lambda lenient=lenient: pabulib.read_bytes(data, lenient=lenient).election())
        assert fast == slow, (fast, slow)
        if isinstance(slow, Election):
            file = pabulib.read_bytes(data, lenient=lenient)
            assert lenient or pabulib.read(pabulib.write(file)) == file
        yield "refused" if not isinstance(slow, Election) else "careful" if calls else "fast"


def main(count: int, seed: int) -> int:
    """Compare on `count` inputs; the number of failures."""
    files, ends, failures = seeds(), Counter[str](), 0
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        data = mutated(rng, files)
        table.CHUNK = int(rng.choice(CHUNKS))
        try:
            ends.update(compare(data))
        except Exception:  # any other exception is what we look for
            failures += 1
            print(f"input {number} of seed {seed}:\n{traceback.format_exc()}{data!r}\n")
        if (number + 1) % 10_000 == 0:
            print(f"{number + 1:,} inputs, {failures} failures", flush=True)
    print(
        f"{count:,} inputs from {len(files)} files, each read strictly and leniently: "
        f"{ends['fast']:,} by the fast reader, {ends['careful']:,} by the careful one, "
        f"{ends['refused']:,} refused; {failures} failures."
    )
    return failures


if __name__ == "__main__":
    given = [int(said) for said in sys.argv[1:3]]
    sys.exit(bool(main(*given, *(100_000, 1)[len(given) :])))
