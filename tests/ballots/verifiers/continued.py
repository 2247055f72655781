"""An invented vote whose log was lost from an entry on, and the log that continues it.

vote = continued.vote()    # /2: KEPT leaves of the old log, then what voters and clerks did again
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from ballots.board import bundle, canonical, recount
from ballots.board.manifest import Manifest
from ballots.board.merkle import Edge, inclusion_proof, leaf_hash, root
from ballots.board.notes import LOG, Note, Signer
from ballots.board.receipt import Receipt
from tests.ballots.board import made

OLD = made.vote()
SIZE, KEPT = 33, 20  # leaves that were signed, and those that are left
ELECTION = f"{made.ELECTION}/2"
SIGNER = Signer.of(ELECTION, LOG, bytes([9] * 32))
MANIFEST = replace(made.MANIFEST, election=ELECTION)
LOGS, NOTES = "after/logs.json", "after/checkpoints.txt"


def ended(old: made.Vote = OLD, size: int = SIZE, kept: int = KEPT) -> dict[str, Any]:
    """What the opening tells of the log before."""
    edge = Edge().grown(map(leaf_hash, old.log[:size]))
    return {
        "e": old.manifest.election, "kept": kept, "log": str(old.signer.key),
        "open": leaf_hash(old.log[0]).hex(), "root": edge.root.hex(), "size": size,
    }  # fmt: skip


@cache
def vote() -> made.Vote:
    """The vote with the log that continues the old one."""
    return following(OLD, [ended()], MANIFEST, SIGNER)


@cache
def vote_twice() -> made.Vote:
    """The vote whose second log was lost as well: of that less was kept than of the first."""
    manifest = replace(MANIFEST, election=f"{made.ELECTION}/3")
    after = [ended(vote(), 30, 15), ended()]
    return following(vote(), after, manifest, Signer.of(manifest.election, LOG, bytes([10] * 32)))


def following(
    old: made.Vote, after: list[dict[str, Any]], manifest: Manifest, signer: Signer
) -> made.Vote:
    """A vote that keeps leaves of an old one, and in which the rest is done again."""
    policy = made.POLICY.replace(str(made.LOG_KEY.key), str(signer.key))
    opening = made.opening(manifest, policy) | {"after": after, "log": str(signer.key)}
    kept = [made.read_leaf(data) for data in old.log[1 : after[0]["kept"]]]
    log = made.closed([opening, *kept, *made.events(manifest)[after[0]["kept"] :]], manifest)
    notes = [old.checkpoint(after[0][member]) for member in ("kept", "size")]
    notes += bundle.parted(old.more.get(NOTES, b"").decode())
    files = {LOGS: canonical.dumps(after), NOTES: bundle.joined(notes).encode()}
    return made.Vote(manifest, log, made.marks_of(log), policy=policy, signer=signer, more=files)


def receipt(old: made.Vote, index: int, size: int) -> bytes:
    """A receipt that the old log gave."""
    hashes = [leaf_hash(data) for data in old.log[:size]]
    proof = inclusion_proof(
        lambda level, at: root(hashes[at << level : at + 1 << level]), index, size
    )
    return str(Receipt(index, tuple(proof), old.checkpoint(size))).encode()


# ------------------------------------------------------------------------------ forged ones


FILES = vote().files(leaves=True)
ENEMY = Signer.of(made.ELECTION, LOG, bytes([11] * 32))


def packed(files: Mapping[str, bytes]) -> bytes:
    """These files as a bundle of the log that goes on."""
    return made.packed(files, SIGNER)


def logs(**members: Any) -> bytes:
    """The file of logs before, which says something else."""
    return canonical.dumps([{**ended(), **members}])


def notes(*kept: Note) -> bytes:
    """The file of the checkpoints of logs before."""
    return bundle.joined(kept).encode()


def without(path: str) -> dict[str, bytes]:
    """All files but one."""
    return {name: text for name, text in FILES.items() if name != path}


def with_log(change: Callable[[list[dict[str, Any]]], object], **files: bytes) -> bytes:
    """The vote with another log, closed and signed as if it were right."""
    log = [dict(made.read_leaf(data)) for data in vote().log]
    change(log)
    forged = replace(vote(), log=tuple(map(canonical.dumps, log)), sizes=(1, 5))
    here = {path: text for path, text in FILES.items() if not path.startswith("tile/")}
    return packed(
        here
        | dict(recount.tile_files(forged.log, with_leaves=True))
        | {
            "checkpoint": str(forged.checkpoint(len(log), forged.signers)).encode(),
            "checkpoints.txt": bundle.joined(map(forged.checkpoint, forged.sizes)).encode(),
        }
        | files
    )


def says(place: int, **members: Any) -> Callable[[list[dict[str, Any]]], object]:
    """Change what a leaf says."""
    return lambda log: log[place].update(members)


BOTH = OLD.checkpoint(KEPT), OLD.checkpoint(SIZE)
OTHER = replace(OLD, log=(OLD.log[1], *OLD.log[1:]))
OTHERS_ROOT = [ended() | {"root": "ab" * 32}]
BY_ENEMY = replace(OLD, signer=ENEMY)
BALLOT = 5  # a leaf that was kept
# What was done -> the bundle, and the steps that must find it.
FORGED: Mapping[str, tuple[Callable[[], bytes], list[str]]] = {
    "another size kept": (lambda: packed({**FILES, LOGS: logs(kept=19)}), ["V6"]),
    "all kept": (lambda: packed({**FILES, LOGS: logs(kept=SIZE)}), ["V4", "V6"]),
    "logs in no form": (lambda: packed({**FILES, LOGS: b"[]"}), ["V4", "V6"]),
    "logs that are no JSON": (lambda: packed({**FILES, LOGS: b"["}), ["V4", "V6"]),
    "logs of a key of another name": (
        lambda: packed({**FILES, LOGS: logs(log=str(SIGNER.key))}), ["V4", "V6"],
    ),
    "no logs": (lambda: packed(without(LOGS)), ["V4", "V6"]),
    "no checkpoints of the log before": (lambda: packed(without(NOTES)), ["V4"]),
    "neither of the two": (
        lambda: packed({path: text for path, text in without(LOGS).items() if path != NOTES}),
        ["V6"],
    ),
    "its last checkpoint alone": (lambda: packed({**FILES, NOTES: notes(BOTH[1])}), []),
    "all its checkpoints": (
        lambda: packed({**FILES, NOTES: notes(*map(OLD.checkpoint, range(SIZE + 1)))}), [],
    ),
    "its last checkpoint missing": (lambda: packed({**FILES, NOTES: notes(BOTH[0])}), ["V4"]),
    "a checkpoint beyond its last": (
        lambda: packed({**FILES, NOTES: notes(*BOTH, OLD.checkpoint(SIZE + 1))}), ["V4"],
    ),
    "a checkpoint of another tree": (
        lambda: packed({**FILES, NOTES: notes(OTHER.checkpoint(KEPT), BOTH[1])}), ["V4"],
    ),
    "a checkpoint by another key": (
        lambda: packed({**FILES, NOTES: notes(BY_ENEMY.checkpoint(KEPT), BOTH[1])}), ["V4"],
    ),
    "a checkpoint of a strange log": (
        lambda: packed({**FILES, NOTES: notes(vote().checkpoint(5), *BOTH)}), ["V4"],
    ),
    "checkpoints that are none": (lambda: packed({**FILES, NOTES: b"x"}), ["V4"]),
    "another last tree": (
        lambda: with_log(says(0, after=OTHERS_ROOT), **{LOGS: canonical.dumps(OTHERS_ROOT)}),
        ["V4"],
    ),
    "another opening before": (
        lambda: with_log(
            says(0, after=[ended() | {"open": "ab" * 32}]), **{LOGS: logs(open="ab" * 32)}
        ), ["V4"],
    ),
    "a kept ballot changed": (lambda: with_log(says(BALLOT, x={"a": [4]})), ["V4", "V10", "V11"]),
    "a kept leaf under the new name": (
        lambda: with_log(says(BALLOT, e=ELECTION)), ["V4", "V6", "V7", "V10", "V11"],
    ),
    "a new leaf under the old name": (
        lambda: with_log(says(KEPT, e=made.ELECTION)), ["V6"],
    ),
    "an opening that does not tell of it": (
        lambda: with_log(lambda log: log[0].pop("after")),
        ["V6", "V7", "V10", "V11"],
    ),
    "an opening under the old name": (
        lambda: with_log(says(0, e=made.ELECTION)), ["V6", "V7", "V8", "V9", "V10", "V11"],
    ),
}  # fmt: skip


def every() -> Iterator[tuple[str, bytes]]:
    """Each case with its bundle."""
    yield "a log that continues another", packed(FILES)
    yield "the public copy of it", packed(vote().files())
    yield (
        "a log that continues two",
        made.packed(vote_twice().files(leaves=True), vote_twice().signer),
    )
    for name, (forge, _) in FORGED.items():
        yield f"continued: {name}", forge()
