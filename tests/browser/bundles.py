"""Whole bundles of small votes, right ones and forged ones, for whoever checks bundles."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import tally
from ballots.board import bundle, canonical, leaves
from ballots.board.bundle import File
from ballots.board.checkpoint import Checkpoint
from ballots.board.manifest import FORMS, ListedOption, Manifest, numbers_of
from ballots.board.merkle import inclusion_proof, leaf_hash, root
from ballots.board.notes import LOG, WITNESS, Note, Signer
from ballots.board.reading import PAPER, LogError, Reading
from ballots.board.receipt import Receipt
from ballots.board.recount import Marks, ballot_lines, result, roll_summary, tile_files

ELECTION = "gm.example/pb/2026"
SIGNER = Signer.of(ELECTION, LOG, bytes(32))
WITNESSES = [Signer.of(f"witness.example/{n}", WITNESS, bytes([n + 1] * 32)) for n in range(3)]
SEED = "drawn in public, 20 letters"
MANIFEST = Manifest(
    election=ELECTION,
    titles={"en": "Vote", "ko": "투표"},
    kind="approval",
    fund=100,
    currency="KRW",
    picks=3,
    fields={"roads": 2},
    options=tuple(
        ListedOption(n, f"P-{n}", f"Project {n}", cost, "roads" if n % 2 else "")
        for n, cost in enumerate([40, 40, 30, 25, 0], 1)
    ),
    rule="greedy_cost",
    parameters={},
    ties="cost_then_lot",
    publication="open",
)
Leaves = list[dict[str, Any]]
Files = dict[str, bytes]


def nothing(_: Any) -> None:
    """Leave it as it is."""


@dataclass(frozen=True)
class Whole:
    """A vote and its bundle; what forges it is called on the way.

    Attributes
    ----------
    log : its leaves but the first and the last, without the members that all have
    on_leaves, on_files : change the leaves before they are hashed, the files before they are summed
    witnesses : how many sign the last checkpoint
    """

    log: Sequence[dict[str, Any]]
    manifest: Manifest = MANIFEST
    witnesses: int = 2
    on_leaves: Callable[[Leaves], None] = nothing
    on_files: Callable[[Files], None] = nothing
    verifiers: Files = field(default_factory=lambda: {"verify.py": b"print()\n"})

    @property
    def policy(self) -> str:
        """Two of three witnesses."""
        lines = [f"witness w{n} {one.key}" for n, one in enumerate(WITNESSES)]
        return "\n".join([f"log {SIGNER.key}", *lines, "group all 2 w0 w1 w2", "quorum all", ""])

    def opened(self) -> dict[str, Any]:
        return {
            "t": "open", "manifest": self.manifest.digest, "policy": _hex(self.policy.encode()),
            "log": str(SIGNER.key), "roll": {"all": 99}, "rollhash": "00" * 32, "linkhash": "00" * 32,
            "tokens": {}, "ties": self.manifest.ties, "code": "v1", "by": ["one", "other"],
            "verifiers": {name: _hex(data) for name, data in self.verifiers.items()},
        }  # fmt: skip

    def leaves(self) -> list[bytes]:
        """The bytes of the log."""
        common = {"v": 1, "e": ELECTION}
        body: Leaves = [common | self.opened(), *(common | leaf for leaf in self.log)]
        reading = read(body)
        votes = reading.votes.values()
        marks = {
            "web": sum(vote.channel != PAPER for vote in votes),
            PAPER: sum(batch.declared for batch in reading.batches.values()),
        }
        close = {"t": "close", "size": len(body), "counts": dict(reading.kinds), "marks": marks}
        body.append(common | close)
        self.on_leaves(body)
        return [canonical.dumps(leaf) for leaf in body]

    def files(self) -> Files:
        """What is in the bundle, but for the sums."""
        honest = replace(self, on_leaves=nothing).leaves()
        files = self._files(self.leaves(), read(map(leaves.read, honest)))
        self.on_files(files)
        return files

    def bundle(self) -> bytes:
        """The tar."""
        spooled = [File.of(path, data) for path, data in self.files().items()]
        return b"".join(bundle.written(spooled, SIGNER))

    def receipt(self, index: int) -> bytes:
        """The proof of one leaf in the tree just before the close."""
        hashes = [leaf_hash(leaf) for leaf in self.leaves()][:-1]

        def nodes(level: int, place: int) -> bytes:
            return root(hashes[place << level :][: 1 << level])

        proof = inclusion_proof(nodes, index, len(hashes))
        return str(Receipt(index, tuple(proof), checkpoint(hashes))).encode()

    def _files(self, log: Sequence[bytes], reading: Reading) -> Files:
        hashes, votes = list(map(leaf_hash, log)), list(reading.votes.values())
        outcome = count(self.manifest, [vote.choices for vote in votes], SEED)
        told = outcome.to_json().encode()
        numbers = [one.number for one in self.manifest.options if one.code in outcome.funded]
        seed = "" if self.manifest.ties == "id_text" else SEED
        earlier = [checkpoint(hashes[:size]) for size in sorted({1, len(log) // 2, len(log) - 1})]
        return {
            "manifest.json": bytes(self.manifest),
            "policy.txt": self.policy.encode(),
            "checkpoint": str(checkpoint(hashes, self.witnesses)).encode(),
            "checkpoints.txt": bundle.joined(earlier).encode(),
            "ballots.jsonl": b"".join(ballot_lines(votes)),
            "roll-summary.json": roll_summary(
                {"all": Marks(99, **reading.closed["marks"])}, "00" * 32
            ),
            "tally.json": told,
            "result.json": result(told, ballots=len(votes), funded=numbers, seed=seed),
            "election.pb": b"META\n",
            **self.verifiers,
            **dict(tile_files(log, with_leaves=self.manifest.publication == "open")),
        }


def read(body: Iterable[leaves.Leaf]) -> Reading:
    """The reading of leaves as far as they can be read."""
    reading = Reading()
    for leaf in body:
        try:
            reading.take(leaf)
        except LogError:
            break
    return reading


def checkpoint(hashes: Sequence[bytes], witnesses: int = 0) -> Note:
    text = str(Checkpoint(ELECTION, len(hashes), root(hashes)))
    signers = WITNESSES[:witnesses]
    return Note(text, (SIGNER.sign(text), *(one.sign(text, 1_700_000_000) for one in signers)))


def count(manifest: Manifest, ballots: Sequence[Any], seed: str) -> tally.Outcome:
    """The outcome by the counting room."""
    instance = tally.Instance(
        tuple(tally.Option(one.code, one.cost) for one in manifest.options), manifest.fund
    )
    code = {one.number: one.code for one in manifest.options}
    points = [[tally_points(pair[1]) for pair in said.get("s", [])] for said in ballots]
    profile = tally.Profile.of(
        manifest.kind,
        instance,
        [[code[number] for number in numbers_of(said)] for said in ballots],
        points if FORMS[manifest.kind] == "s" else None,
    )
    lot = tally.tie_order(seed.encode(), list(instance.index))
    ties = {
        "id_text": tally.by_id(instance),
        "lot": lot,
        "cost_then_lot": tally.by_cost(instance, lot),
    }[manifest.ties]
    return tally.count(manifest.rule, instance, profile, ties, **manifest.parameters)


def tally_points(written: int | str) -> tally.Amount:
    return written if isinstance(written, int) else Fraction(written)


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
