"""The leaves that this room writes, each from what its act knows."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ballots import verifiers
from ballots.board import leaves
from ballots.board.leaves import Leaf
from ballots.log import BALLOT, REVOKE, Entry

NONCE_BYTES = 32
DISTRICT = "all"  # a contest has one electorate
FORM = 1  # and one form of its ballot


@dataclass(frozen=True)
class Opening:
    """What is promised before the first ballot.

    Attributes
    ----------
    election : the log's name
    manifest : what is asked and how it is counted, canonical JSON
    witnesses : lines of the policy that name witnesses and their quorum
    ties : how level options are settled
    verifiers : file -> its bytes
    by : two officers
    """

    election: str
    manifest: str
    ties: str
    by: Sequence[str]
    verifiers: Mapping[str, bytes]
    witnesses: str = "quorum none\n"

    def policy(self, log_key: str) -> str:
        """Whom a reader believes (C2SP tlog-policy)."""
        return f"log {log_key}\n{self.witnesses}"


def opened(  # noqa: PLR0917 - one leaf's members
    opening: Opening, log_key: str, link_hash: str, roll: Sequence[str], code: str,
    tokens: Mapping[str, str],
) -> Entry:  # fmt: skip
    """The first leaf; `tokens` are the hashes of the districts' keys, none for pseudonyms."""
    return _opened(
        opening, log_key, code, roll={DISTRICT: len(roll)}, rollhash=roll_hash(roll),
        linkhash=link_hash, tokens=dict(tokens),
    )  # fmt: skip


def continued(
    opening: Opening, log_key: str, code: str, before: Leaf, ended: Mapping[str, Any]
) -> Entry:
    """The first leaf of a log that goes on: what the one `before` promised of voters stays.

    Parameters
    ----------
    ended : what was signed of that log last, and what was kept of it
    """
    members = {name: before[name] for name in ("roll", "rollhash", "linkhash", "tokens")}
    after = [dict(ended), *before.get("after", ())]
    return _opened(opening, log_key, code, **members, after=after)


def _opened(opening: Opening, log_key: str, code: str, **members: Any) -> Entry:
    return _entry(
        "open", opening.election, manifest=_hash(opening.manifest), log=log_key,
        policy=_hash(opening.policy(log_key)), ties=opening.ties,
        verifiers=verifiers.digests(opening.verifiers), code=code, by=list(opening.by), **members,
    )  # fmt: skip


def ballot(election: str, channel: str, pseudonym: bytes, nonce: bytes, choices: str) -> Entry:
    """One ballot; `choices` is canonical JSON.

    Written as it stands instead of by `leaves.write`, which takes five times as long: this is done
    for every ballot that is cast. A test holds the two together.
    """
    leaf = (
        f'{{"c":"{channel}","d":"{DISTRICT}","e":"{election}","f":{FORM},"n":"{nonce.hex()}",'
        f'"p":"{pseudonym.hex()}","t":"{BALLOT}","v":{leaves.VERSION},"x":{choices}}}'
    )
    return Entry(leaf.encode(), BALLOT, pseudonym)


def revoked(election: str, pseudonym: bytes, why: str) -> Entry:
    """A voter's ballot counts no longer."""
    return _entry(REVOKE, election, voter=pseudonym, p=pseudonym.hex(), why=why)


def batch(  # noqa: PLR0917 - one leaf's members
    election: str, number: int, station: str, seal: str, sheets: int, by: Sequence[str]
) -> Entry:
    """A pile of paper, before it is typed; `by` are two clerks."""
    return _entry(
        "batch", election, b=number, station=station, seal=seal, sheets=sheets, by=list(by)
    )


def paper(election: str, number: int, sheet: int, nonce: bytes, said: Mapping[str, Any]) -> Entry:
    """One sheet of a batch; `said` is its member `x`, or `u` if it gives no choices."""
    return _entry("paper", election, b=number, s=sheet, d=DISTRICT, f=FORM, n=nonce.hex(), **said)


def batch_closed(
    election: str, number: int, states: Mapping[str, int], settled: int, keying: str
) -> Entry:
    """All sheets of a batch are typed; `keying` is the hash of who typed what."""
    return _entry(
        "batch-close", election, b=number, typed=states.get("typed", 0),
        blank=states.get("blank", 0), spoiled=states.get("spoiled", 0), settled=settled,
        keying=keying,
    )  # fmt: skip


def void(election: str, position: int, why: str, document: str, by: Sequence[str]) -> Entry:
    """A sheet of paper counts no longer; `by` are two officers."""
    return _entry("void", election, i=position, why=why, document=document, by=list(by))


def roll_changed(election: str, told: int, roll: Sequence[str]) -> Entry:
    """The roll is another than the log told before: `told` voters then."""
    return _entry(
        "roll-change", election, added=max(len(roll) - told, 0), removed=max(told - len(roll), 0),
        rollhash=roll_hash(roll),
    )  # fmt: skip


def closed(election: str, size: int, counts: Mapping[str, int], marks: Mapping[str, int]) -> Entry:
    """The last leaf but the result."""
    return _entry("close", election, size=size, counts=dict(counts), marks=dict(marks))


def result(election: str, *, bundle: str, funded: Sequence[int], trace: str) -> Entry:
    """What came out, after the close.

    Parameters
    ----------
    bundle : SHA-256 of the sums of the public bundle, in hexadecimal
    funded : numbers of options, ascending
    trace : SHA-256 of tally.json, in hexadecimal
    """
    return _entry("result", election, bundle=bundle, funded=list(funded), trace=trace)


def roll_hash(roll: Sequence[str]) -> str:
    """SHA-256 of who is on the roll: sorted, a line each."""
    return _hash("".join(f"{voter_id}\n" for voter_id in sorted(roll)))


def _entry(kind: str, election: str, *, voter: bytes | None = None, **members: Any) -> Entry:
    leaf = leaves.write({"v": leaves.VERSION, "t": kind, "e": election, **members})
    return Entry(leaf, kind, voter)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
