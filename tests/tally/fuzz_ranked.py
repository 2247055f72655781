"""Throw broken files of ranked ballots at their readers: python -m tests.tally.fuzz_ranked [COUNT] [SEED].

Each input is a real small file with bytes flipped, deleted, doubled or spliced. Whatever it is,
nothing but `FormatError` may be raised, the pass over plain lines and the careful reader must
agree, and what was read is written so that it reads the same, or refused. Ends with 1 if any input
breaks this.
"""
# ruff: noqa: T201 - a program that prints and is called by hand

import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tally import FormatError
from tally.formats import ranked
from tally.formats.ranked import RankedFile, plain
from tally.formats.ranked.file import lines_of
from tally.ranked import Rankings
from tests.tally import fuzz_pabulib

HERE = Path(__file__).resolve()
FOLDERS = (HERE.parent / "ranked", HERE.parents[3] / "shared" / "data" / "ranked")
LINES = 60  # of each file, from its beginning and its end
PIECES = (
    b"0", b"1", b" 0\n", b"\n", b"\r", b"\r\n", b" ", b"\t", b"-", b"=", b">", b",", b";", b":", b"*",
    b"^", b"#", b"#/", b"{", b"}", b"{}", b"[", b"]", b"(", b")", b'"', b'""', b"||", b"\\", b"/5",
    b"\0", b"\xef\xbb\xbf", b"\xff", b"\xe2\x80\xa8", b"\xc2\x85", b"\xd9\xa1", b"\xc2\xb2", b"9" * 50,
    b"9" * 5000, b"0.1", b"1/3", b"1/0", b"[nick a b]\n", b"[tie 2 1]\n", b"-1\n", b"overvote",
    b"rank1,", b"count,", b"-+-+-\n", b"{title: 1}\n", b"=a:[b]\n", b"# TITLE: x\n",
    b"#/Candidates: a ; b\n", b"# ALTERNATIVE NAME 1: x\n",
)  # fmt: skip
EXAMPLES = (
    b'{title: "Town"}\n{seats: 2}\n=ada:[Ada A.]\n=bo:["Bo"]\n3: ada > bo = [Cy]\n2 * "Cy"\n1:\n',
    b"=a:[Ada]\n4: a/5, b/3, c/3\n2: b/2 > a/1\n# said\n7: [x #1]/9\n",
    b"Precinct,rank1,rank2,rank3,weight\nP 1,Ada,Bo,undervote,2\nP 2,overvote,Bo,Bo,1.5\n",
    b'Response ID,"Ada, A.",Bo,Cy,count\nR1,1,2,,3\nR2,,1,1,1/2\n',
    b"count\tAda\tBo\n2\t1\t\n",
    b"7, 5, 9\nAda,Bo,Cy\n-+-+-+-+-\n() : 3\n(7,) : 2\n(9, 5,7) : 1\n",
)


def seeds() -> list[bytes]:
    """Real files, the long ones without their middle; and one of each format made by hand."""
    suffixes = (".blt", ".soi", ".toc", ".toi", ".soc", ".cvotes", ".csv", ".txt")
    paths = [path for folder in FOLDERS for path in folder.rglob("*") if path.suffix in suffixes]
    return [*EXAMPLES, *(_short(path.read_bytes()) for path in sorted(paths))]


def _short(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return data if len(lines) <= 2 * LINES else b"".join(lines[:LINES] + lines[-LINES:])


def mutated(rng: np.random.Generator, files: list[bytes]) -> bytes:
    """One of the files after a few accidents."""
    data = files[rng.integers(len(EXAMPLES)) if rng.random() < 0.4 else rng.integers(len(files))]
    for _ in range(rng.geometric(0.5)):
        start = int(rng.integers(len(data) + 1))
        stop = min(start + int(rng.geometric(0.2)), len(data))
        span = data[start:stop]
        if rng.random() < 0.4:
            new = span + PIECES[rng.integers(len(PIECES))]
        else:
            accident = ACCIDENTS[rng.integers(len(ACCIDENTS))]
            new = accident(rng, span, files[rng.integers(len(files))])
        data = data[:start] + new + data[stop:]
    return data


ACCIDENTS = fuzz_pabulib.ACCIDENTS


def careful_lines(
    text: str, first: int, size: int, form: plain.Form
) -> tuple[Rankings, list[plain.Line]]:
    """As `plain.plain_lines`, but without taking any line for plain."""
    return Rankings.of_groups(size, ()), list(lines_of(text.removesuffix("\n"), first))


def said_by(data: bytes, *, lenient: bool) -> object:
    """The file, or the refusal."""
    try:
        return ranked.load(data, lenient=lenient)
    except FormatError as fault:
        return fault.code, fault.line, fault.field, fault.column, str(fault)


def compare(data: bytes) -> Iterator[str]:
    """How each reading ended: the format, or refused.

    Raises
    ------
    AssertionError : the two ways of reading differ, a strictly read file has notes of repairs, or a
        file is not the same when written and read again.
    """
    for lenient in (False, True):
        bulk = said_by(data, lenient=lenient)
        plain_lines, plain.plain_lines = plain.plain_lines, careful_lines
        try:
            careful = said_by(data, lenient=lenient)
        finally:
            plain.plain_lines = plain_lines
        assert bulk == careful, (bulk, careful)
        if isinstance(bulk, RankedFile):
            assert isinstance(careful, RankedFile)
            assert bulk.notes == careful.notes
            assert bulk.rankings == careful.rankings
            check_written(bulk)
        yield bulk.format if isinstance(bulk, RankedFile) else "refused"


def check_written(file: RankedFile) -> None:
    """In its own format a file is written so that it reads the same, or not at all."""
    try:
        data = ranked.dump(file)
    except FormatError as fault:
        assert fault.code in {"ranked_lost", "ranked_number"}  # noqa: PT017 - of the caller's file
        return
    again = ranked.READERS[file.format](data.decode())
    assert again.contest.names == file.contest.names
    assert again.contest.seats == file.contest.seats
    assert again.rankings == file.rankings


def main(count: int, seed: int) -> int:
    """Compare on `count` inputs; the number of failures."""
    files, ends, failures = seeds(), Counter[str](), 0
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        data = mutated(rng, files)
        plain.CHUNK = int(rng.choice((20, 300, 1 << 18)))
        try:
            ends.update(compare(data))
        except Exception:  # any other exception is what we look for
            failures += 1
            print(f"input {number} of seed {seed}:\n{traceback.format_exc()}{data[:2000]!r}\n")
        if (number + 1) % 10_000 == 0:
            print(f"{number + 1:,} inputs, {failures} failures", flush=True)
    told = ", ".join(f"{kind} {many:,}" for kind, many in sorted(ends.items()))
    print(
        f"{count:,} inputs from {len(files)} files, each read strictly and leniently: {told}; "
        f"{failures} failures."
    )
    return failures


if __name__ == "__main__":
    given = [int(said) for said in sys.argv[1:3]]
    sys.exit(bool(main(*given, *(100_000, 1)[len(given) :])))
