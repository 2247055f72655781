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
from functools import cache

from ballots import verifiers
from ballots.board import canonical
from ballots.verifiers import verify
from tests.ballots.board import made
from tests.ballots.verifiers import audited, tokens

SEED = b"a byte is turned"
VOTERS, SAMPLED = 5000, 2000
WITH_TOKENS, MISTYPED = 5, 5  # voters of the small vote; the sheet that was typed anew
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


@cache
def vote() -> made.Vote:
    """An invented vote by tokens and on paper, with an audit of its paper.

    Its ties go by text: a seed would be free, for it is drawn afterwards.
    """
    manifest = replace(made.MANIFEST, parameters={}, picks=0, fields={}, ties="id_text")
    key = tokens.told_key(tokens.office())
    opening = made.opening(
        manifest, tokens={"cheolsan-3": hashlib.sha256(canonical.dumps(key)).hexdigest()}
    )
    cast = [
        made.leaf(
            "ballot", made.ELECTION, d="cheolsan-3", c="web", f=1, n=f"{voter:064x}",
            k=tokens.token(tokens.office(), bytes([voter] * 32)), x={},
        )
        for voter in range(1, WITH_TOKENS + 1)
    ]  # fmt: skip
    paper = [one for one in made.events(manifest) if one["t"] not in ("open", "ballot", "revoke")]
    log = [opening, *cast, *paper]
    for place, one in enumerate(log):
        if "x" in one:
            one["x"] = {"a": audited.CHOICES[place % len(audited.CHOICES)]}
        if one["t"] == "void":
            one["i"] = next(at for at, other in enumerate(log) if other.get("s") == MISTYPED)
    closed = made.closed(log, manifest)
    found = made.Vote(manifest, closed, made.marks_of(closed), seed="")
    files = {"tokens.json": canonical.dumps({"cheolsan-3": key}), **audited.audit(found)}
    return replace(found, more=files)


def small() -> bytes:
    """That vote, with its leaves."""
    return made.packed(vote().files(leaves=True))


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
    files = vote().files(leaves=True)
    for path, content in files.items():
        for at in range(0, 0 if path in UNCHECKED else len(content), every):
            if not is_free(path, content, at):
                yield f"byte {at} of {path}", made.packed({**files, path: turned(content, at)})


def is_free(path: str, content: bytes, at: int) -> bool:
    """Whether nothing else in a bundle says what stands there: how much risk an audit may leave."""
    return path == "rla/report.json" and at >= content.index(b'"limit":')


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
