"""Turns one byte of a bundle after another: verify.py must say "wrong" each time, and in which step.

python -m tests.ballots.verifiers.forge [EVERY]    every byte (1), or every so-manieth

Three forgers: one who turns any byte of a small bundle; one who does so in a large one, at places
drawn from a seed; and one who holds the log's key, and after turning a byte of a file signs all
sums anew, so that only what the bundle says itself can betray it. The last one leaves alone what is
in the bundle for other programs only (election.pb).
"""

# ruff: noqa: T201 - a program that prints and is called by hand

import hashlib
import io
import sys
from collections.abc import Iterator
from dataclasses import replace

from ballots import verifiers
from ballots.verifiers import verify
from tests.ballots.board import made

SEED = b"a byte is turned"
VOTERS, SAMPLED = 5000, 2000
UNCHECKED = ("election.pb",)
Forgery = tuple[str, bytes]  # where, and the whole bundle


def drawn(place: str) -> int:
    """A number drawn from the seed for this place."""
    return int.from_bytes(hashlib.sha256(SEED + place.encode()).digest()[:8])


def turned(data: bytes, at: int) -> bytes:
    """The same with one byte turned into another one."""
    other = data[at] ^ 1 + drawn(str(at)) % 255
    return b"%b%c%b" % (data[:at], other, data[at + 1 :])


def caught(data: bytes) -> str:
    """The first step that is wrong; empty if there is none, or if a step broke off on the way."""
    for step in verify.verify(io.BytesIO(data)):
        if "was not expected" in step.said[1]:
            return ""
        if step.state == "wrong":
            return step.name
    return ""


def small() -> bytes:
    """The invented vote, with its leaves."""
    return made.packed(made.vote().files(leaves=True))


def large() -> bytes:
    """A vote of some thousand ballots, with the verifiers themselves."""
    shipped = verifiers.files()
    opening, ballot, *_ = made.events(verifiers=shipped)
    change = made.leaf(
        "roll-change", made.ELECTION, added=2, removed=2, rollhash=made.ROLLHASHES[1]
    )
    cast = [
        {**ballot, "p": f"{voter:032x}", "n": f"{voter:064x}"} for voter in range(1, VOTERS + 1)
    ]
    log = made.closed([opening, change, *cast])
    vote = made.Vote(made.MANIFEST, log, made.marks_of(log), verifiers=shipped)
    return made.packed(vote.files(leaves=True))


def anywhere(data: bytes, every: int) -> Iterator[Forgery]:
    """Each byte turned, or every so-manieth."""
    for at in range(0, len(data), every):
        yield f"byte {at}", turned(data, at)


def somewhere(data: bytes, count: int) -> Iterator[Forgery]:
    """So many bytes turned, at places that are drawn."""
    for number in range(count):
        at = drawn(f"place {number}") % len(data)
        yield f"byte {at} of the large bundle", turned(data, at)


def signed_anew(every: int) -> Iterator[Forgery]:
    """Bytes of files turned, and the sums signed as if they were right."""
    manifest = replace(
        made.MANIFEST, ties="id_text"
    )  # a seed would be free: it is drawn afterwards
    files = made.vote(manifest, seed="").files(leaves=True)
    for path, content in files.items():
        for at in range(0, 0 if path in UNCHECKED else len(content), every):
            yield f"byte {at} of {path}", made.packed({**files, path: turned(content, at)})


def forge(forgeries: Iterator[Forgery]) -> tuple[int, list[str]]:
    """How many there were, and which were not caught."""
    count, missed = 0, []
    for place, data in forgeries:
        count += 1
        if not caught(data):
            missed.append(place)
    return count, missed


def main() -> int:
    """Forge, and tell what was not caught."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    whole, fine = large(), small()
    for data in (whole, fine):
        assert not caught(data)
    total, missed = 0, list[str]()
    for name, forgeries in (
        ("any byte of a small bundle", anywhere(fine, every)),
        ("bytes of a large bundle", somewhere(whole, SAMPLED // every)),
        ("bytes under sums that were signed anew", signed_anew(every)),
    ):
        count, found = forge(forgeries)
        print(f"{name}: {count}", *found, sep="\n  ", flush=True)
        total, missed = total + count, missed + found
    print(f"flips={total} undetected={len(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
