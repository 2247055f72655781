"""A whole vote that was invented, and its bundle: for whoever tests what writes or reads bundles.

    vote = made.vote()                    # web, re-votes, revokes, two batches of paper, witnesses
    data = made.packed(vote.files())      # the public's copy; `leaves=True`: the auditors' copy

A forged bundle is made of other files, or of another log that is signed as if it were right.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ballots.board import bundle, canonical, leaves, recount
from ballots.board.bundle import File
from ballots.board.checkpoint import Checkpoint
from ballots.board.manifest import ListedOption, Manifest
from ballots.board.merkle import Edge, leaf_hash
from ballots.board.notes import LOG, WITNESS, Note, Signer
from ballots.board.reading import replay
from ballots.board.recount import Marks
from budget.recount import funded_numbers, outcome_of

ELECTION = "gm.example/pb/2027"
SEED = "31415926535897932384"
LOG_KEY = Signer.of(ELECTION, LOG, bytes([1] * 32))
WITNESSES = {
    name: Signer.of(f"{name}.example/witness", WITNESS, bytes([at] * 32))
    for at, name in enumerate(("commission", "university", "press"), 2)
}
POLICY = "".join(
    [
        f"log {LOG_KEY.key}\n",
        *(f"witness {name} {signer.key}\n" for name, signer in WITNESSES.items()),
        f"group two 2 {' '.join(WITNESSES)}\n",
        "quorum two\n",
    ]
)
VERIFIERS = {"verify.html": b"<!doctype html>\n", "verify.py": b"raise SystemExit(0)\n"}
ROLL = {"cheolsan-3": 40, "haan-1": 30, "soha-2": 20}
ROLLHASHES = ("21" * 32, "22" * 32)
MANIFEST = Manifest(
    election=ELECTION,
    titles={"en": "An invented vote", "ko": "지어낸 투표"},
    kind="approval",
    fund=1000,
    currency="KRW",
    picks=3,
    fields={"parks": 2, "roads": 0},
    options=(
        ListedOption(1, "bench", "벤치", 300, "parks"),
        ListedOption(2, "lamp", "가로등", 300, "roads"),
        ListedOption(3, "tree", "나무", 500, "parks"),
        ListedOption(4, "ramp", "경사로", 450),
        ListedOption(5, "swing", "그네", 200, "parks"),
    ),
    rule="greedy_cost",
    parameters={"minimum_votes": 1, "stop": False},
    ties="cost_then_lot",
)
PICKS = ((1, 2), (2,), (4,), (), (1, 5), (2, 4), (3,))  # what voters choose, in turn
# Kind of ballot -> choices that name these options.
SAID: Mapping[str, Any] = {
    "approval": lambda picks: {"a": sorted(picks)},
    "knapsack": lambda picks: {"a": sorted(picks)},
    "choose_one": lambda picks: {"a": list(picks[:1])},
    "ordinal": lambda picks: {"r": [[number] for number in reversed(picks)]},
    "cumulative": lambda picks: {"s": [[number, at + 1] for at, number in enumerate(picks)]},
    "scored": lambda picks: {"s": [[number, f"{2 * at + 1}/2"] for at, number in enumerate(picks)]},
}


@dataclass(frozen=True)
class Vote:
    """An invented vote: its log, and what is beside the log in a bundle.

    Attributes
    ----------
    sizes : of the checkpoints before the last
    signers : witnesses that sign the last one
    signer : the log's key
    more : further files
    """

    manifest: Manifest
    log: tuple[bytes, ...]
    marks: Mapping[str, Marks]
    seed: str = SEED
    sizes: tuple[int, ...] = (1, 9, 21)
    signers: tuple[str, ...] = ("commission", "press")
    verifiers: Mapping[str, bytes] = field(default_factory=lambda: VERIFIERS)
    policy: str = POLICY
    signer: Signer = LOG_KEY
    more: Mapping[str, bytes] = field(default_factory=dict)

    def files(self, *, leaves: bool = False) -> dict[str, bytes]:
        """The files of its bundle but for the sums: the public's copy, or the auditors'."""
        reading = replay(map(read_leaf, self.log))
        votes = list(reading.votes.values())
        outcome = outcome_of(self.manifest, (vote.choices for vote in votes), self.seed)
        told = outcome.to_json().encode()
        funded = funded_numbers(self.manifest, outcome)
        paper = paper_files(map(read_leaf, self.log)) if leaves else {}
        return {
            "manifest.json": bytes(self.manifest),
            "policy.txt": self.policy.encode(),
            "checkpoint": str(self.checkpoint(len(self.log), self.signers)).encode(),
            "checkpoints.txt": bundle.joined(map(self.checkpoint, self.sizes)).encode(),
            **dict(recount.tile_files(self.log, with_leaves=leaves)),
            "ballots.jsonl": b"".join(recount.ballot_lines(votes)),
            "roll-summary.json": recount.roll_summary(self.marks, ROLLHASHES[-1]),
            "tally.json": told,
            "result.json": recount.result(told, ballots=len(votes), funded=funded, seed=self.seed),
            "election.pb": b"META\n",
            **self.verifiers,
            **paper,
            **self.more,
        }

    def checkpoint(self, size: int, signers: Iterable[str] = ()) -> Note:
        """The checkpoint of a beginning of the log, signed by the log and these witnesses."""
        edge = Edge().grown(map(leaf_hash, self.log[:size]))
        text = str(Checkpoint(self.manifest.election, size, edge.root))
        signed = [
            self.signer.sign(text),
            *(WITNESSES[name].sign(text, 1_800_000_000) for name in signers),
        ]
        return Note(text, tuple(signed))


def vote(manifest: Manifest = MANIFEST, **changes: Any) -> Vote:
    """An invented vote of about forty leaves, by this manifest."""
    log = closed(events(manifest), manifest)
    return Vote(**{"manifest": manifest, "log": log, "marks": marks_of(log), **changes})


def packed(files: Mapping[str, bytes], signer: Signer = LOG_KEY) -> bytes:
    """These files as a bundle, with their sums and the signed note."""
    return b"".join(bundle.written([File.of(*file) for file in files.items()], signer))


def read_leaf(data: bytes) -> leaves.Leaf:
    """The leaf of these bytes."""
    return leaves.read(data)


def closed(log: Iterable[Mapping[str, Any]], manifest: Manifest = MANIFEST) -> tuple[bytes, ...]:
    """A log with the close that fits it; closes of batches have the hashes of their records."""
    log = list(log)
    for place, record in records_of(log).items():
        log[place] = {**log[place], "keying": _sum(canonical.dumps(record))}
    reading = replay(log)
    sheets = sum(len(batch.sheets) for batch in reading.batches.values())
    close = leaf(
        "close", manifest.election, size=reading.size, counts=dict(reading.kinds),
        marks={"paper": sheets, "web": reading.web},
    )  # fmt: skip
    return tuple(map(leaves.write, [*log, close]))


def records_of(log: Iterable[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Place of each close of a batch -> the record of its keying, in which the first sheets differ."""
    fresh: dict[int, dict[int, Any]] = {}
    places: dict[int, tuple[int, int]] = {}
    found = {}
    for place, one in enumerate(log):
        if one["t"] == "paper":
            places[place] = one["b"], one["s"]
            fresh.setdefault(one["b"], {})[one["s"]] = one.get("u", one.get("x"))
        elif one["t"] == "void":
            batch, sheet = places[one["i"]]
            fresh.get(batch, {}).pop(sheet, None)
        elif one["t"] == "batch-close":
            found[place] = _record(place, one, fresh.pop(one["b"], {}))
    return found


def _record(place: int, close: Mapping[str, Any], final: Mapping[int, Any]) -> dict[str, Any]:
    settled = sorted(final)[: close["settled"]]
    other = {sheet: "blank" if final[sheet] == "spoiled" else "spoiled" for sheet in settled}
    rows = lambda readings: [[sheet, readings[sheet]] for sheet in sorted(readings)]  # noqa: E731
    return {
        "b": close["b"], "clerks": ["clerk A", "clerk B", "clerk C"][: 3 if settled else 2],
        "first": rows(final), "n": f"{place:064x}", "second": rows({**final, **other}),
        "settled": rows({sheet: final[sheet] for sheet in settled}),
    }  # fmt: skip


def paper_files(log: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The files of a bundle that tell who typed what."""
    records = records_of(log).values()
    settled = [
        {
            "b": record["b"], "by": record["clerks"][2], "s": sheet, "settled": final,
            "first": dict(record["first"])[sheet], "second": dict(record["second"])[sheet],
        }
        for record in records for sheet, final in record["settled"]
    ]  # fmt: skip
    files = {"paper/batches.jsonl": records, "paper/adjudications.jsonl": settled}
    return {
        path: b"".join(canonical.dumps(row) + b"\n" for row in rows)
        for path, rows in files.items() if rows
    }  # fmt: skip


def marks_of(log: Iterable[bytes]) -> dict[str, Marks]:
    """What the roll's marks of each district are, if all who are marked have voted."""
    reading = replay(map(read_leaf, log))
    web = [vote.district for vote in reading.votes.values() if vote.channel != "paper"]
    typed = [read_leaf(log[at])["d"] for at in reading.sheets]
    return {name: Marks(size, web.count(name), typed.count(name)) for name, size in ROLL.items()}


def opening(
    manifest: Manifest = MANIFEST, policy: str = POLICY,
    verifiers: Mapping[str, bytes] | None = None, tokens: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The first leaf."""
    verifiers = VERIFIERS if verifiers is None else verifiers
    return leaf(
        "open", manifest.election, manifest=manifest.digest, policy=_sum(policy.encode()),
        log=str(LOG_KEY.key), roll=dict(ROLL), rollhash=ROLLHASHES[0], linkhash="23" * 32,
        tokens=dict(tokens or {}), ties=manifest.ties, code="0" * 40,
        verifiers={name: _sum(text) for name, text in verifiers.items()},
        by=["officer A", "officer B"],
    )  # fmt: skip


def events(manifest: Manifest = MANIFEST, **changes: Any) -> list[dict[str, Any]]:
    """What happens in the vote, from its opening to before its close."""
    election, said = manifest.election, SAID[manifest.kind]

    def ballot(voter: int, turn: int, district: str = "cheolsan-3", channel: str = "web") -> Any:
        return leaf(
            "ballot", election, d=district, c=channel, f=1, p=f"{voter:032x}",
            n=f"{voter * 100 + turn:064x}", x=said(PICKS[(voter + turn) % len(PICKS)]),
        )  # fmt: skip

    def revoke(voter: int, why: str) -> Any:
        return leaf("revoke", election, p=f"{voter:032x}", why=why)

    def batch(number: int, sheets: int) -> Any:
        return leaf(
            "batch", election, b=number, station=f"station {number}", seal=f"seal {number}",
            sheets=sheets, by=["clerk A", "clerk B"],
        )  # fmt: skip

    def paper(number: int, sheet: int, turn: int, district: str, **unused: str) -> Any:
        rest = unused or {"x": said(PICKS[turn % len(PICKS)])}
        nonce = f"{number * 1000 + sheet * 10 + turn:064x}"
        return leaf("paper", election, b=number, s=sheet, d=district, f=1, n=nonce, **rest)

    def batch_close(number: int, typed: int, blank: int, spoiled: int) -> Any:
        return leaf(
            "batch-close", election, b=number, typed=typed, blank=blank, spoiled=spoiled,
            settled=1, keying="24" * 32,
        )  # fmt: skip

    officers = ["officer A", "officer B"]
    log = [
        opening(manifest, **changes),
        *(ballot(voter, 0) for voter in range(14)),
        ballot(20, 0, "soha-2"),
        ballot(21, 0, "soha-2", "booth"),
        *(ballot(voter, 1) for voter in (0, 3)),
        ballot(20, 1, "soha-2"),
        revoke(1, "lost-device"),
        ballot(1, 2),
        revoke(2, "paper-instead"),
        leaf("roll-change", election, added=2, removed=2, rollhash=ROLLHASHES[1]),
        batch(1, 5),
        paper(1, 1, 0, "cheolsan-3"),
        paper(1, 2, 1, "haan-1"),
        paper(1, 3, 0, "haan-1", u="blank"),
        paper(1, 4, 0, "haan-1", u="spoiled"),
        paper(1, 5, 2, "haan-1"),
        batch_close(1, 3, 1, 1),
        batch(2, 1),
        paper(2, 1, 4, "soha-2"),
        batch_close(2, 1, 0, 0),
    ]
    mistyped = next(at for at, one in enumerate(log) if one.get("s") == 5)
    return [
        *log,
        leaf("void", election, i=mistyped, why="typed wrong", document="2027-11", by=officers),
        paper(1, 5, 5, "haan-1"),
        batch_close(1, 3, 1, 1),
    ]


def leaf(kind: str, election: str, **members: Any) -> dict[str, Any]:
    """A leaf of a kind."""
    return {"v": leaves.VERSION, "t": kind, "e": election, **members}


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
