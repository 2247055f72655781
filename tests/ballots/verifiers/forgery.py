"""Bundles that were forged by whoever holds the log's key: everything is signed again as if right."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ballots.board import canonical, recount
from ballots.verifiers import verify
from tests.ballots.board import made


def judged(data: bytes, **given: Any) -> dict[str, verify.Step]:
    """Step -> what verify.py says of a bundle."""
    return {step.name: step for step in verify.verify(io.BytesIO(data), **given)}


def states(steps: Mapping[str, verify.Step], state: str) -> set[str]:
    """The steps that ended so."""
    return {name for name, step in steps.items() if step.state == state}


def with_log(vote: made.Vote, log: Iterable[bytes]) -> dict[str, bytes]:
    """The auditors' files of a vote, but of another log, which is signed as if it were right."""
    forged = replace(vote, log=tuple(log))
    kept = {
        path: content
        for path, content in vote.files(leaves=True).items()
        if not path.startswith("tile/")
    }
    size = len(forged.log)
    return {
        **kept,
        **dict(recount.tile_files(forged.log, with_leaves=True)),
        "checkpoint": str(forged.checkpoint(size, forged.signers)).encode(),
        "checkpoints.txt": b"",
    }


def with_leaf(vote: made.Vote, at: int, **members: Any) -> list[bytes]:
    """The log of a vote with one leaf changed, whether or not that is still a leaf."""
    leaf = {**canonical.loads(vote.log[at]), **members}
    leaf = {name: value for name, value in leaf.items() if value is not None}
    return [*vote.log[:at], canonical.dumps(leaf), *vote.log[at + 1 :]]


def place_of(vote: made.Vote, kind: str, **members: Any) -> int:
    """Where the first leaf of a kind with these members lies."""
    for at, data in enumerate(vote.log):
        leaf = canonical.loads(data)
        if leaf["t"] == kind and members.items() <= leaf.items():
            return at
    raise LookupError(kind)
