"""The logs that a bundle's log continues: what they signed, held against what was kept of them.

A kept leaf stands where it stood. So the tree that such a log had while it was no larger than what
was kept is built anew from the hash of its own first leaf and from the leaves that are here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from ballots.board import bundle, canonical
from ballots.board.checkpoint import Checkpoint
from ballots.board.leaves import is_before
from ballots.board.merkle import EMPTY_ROOT, Edge, ProofError, check_inclusion
from ballots.board.notes import Key
from ballots.board.receipt import Receipt
from budget.verification.case import Case, Unchecked, Wrong, blamed, must, needed
from budget.verification.hashes import hash_at, hashes_of
from core.words import lazy_gettext as _l

LOGS, NOTES = "after/logs.json", "after/checkpoints.txt"


@dataclass(frozen=True)
class Ended:
    """A log that was continued.

    Attributes
    ----------
    size, root : of the last tree that it signed
    kept : of its leaves, all from the first on, so many have their places here
    first : the hash of its first leaf, in whose place there is another one here
    """

    key: Key
    size: int
    root: bytes
    kept: int
    first: bytes

    def roots(self, case: Case, sizes: Collection[int]) -> dict[int, bytes]:
        """Size -> root of its tree, as far as that is known for these sizes."""
        found, edge = {0: EMPTY_ROOT, self.size: self.root}, Edge()
        here = hashes_of(case, needed(case.last, "V2").size)
        hashes = chain([self.first], islice(here, 1, None))
        for size in sorted(size for size in {*sizes} if size <= self.kept):
            edge = edge.grown(islice(hashes, size - edge.size))
            found[size] = edge.root
        return found


def ended(case: Case) -> list[Ended]:
    """The logs that this one continues, the last of them first; none for most logs."""
    found = list[Ended]()
    for one in told_before(case):
        least = min(one["kept"], found[-1].kept if found else one["kept"])
        root, first = bytes.fromhex(one["root"]), bytes.fromhex(one["open"])
        found.append(Ended(Key.read(one["log"]), one["size"], root, least, first))
    return found


def told_before(case: Case) -> list[dict[str, Any]]:
    """The file that names those logs; empty if there is none."""
    if LOGS not in case.bundle:
        return []
    with blamed(LOGS):
        told = canonical.loads(case.bundle.content(LOGS))
    must(is_before(told), _l("%(path)s has not the members that it must have.", path=LOGS))
    return list(told)


def check_before(case: Case) -> None:
    """V4: what these logs signed is a beginning of what was kept, or what the opening tells."""
    logs = {one.key.name: one for one in ended(case)}
    must(
        bool(logs) == (NOTES in case.bundle),
        _l("after/logs.json and after/checkpoints.txt belong together."),
    )
    if not logs:
        return
    with blamed(NOTES):
        notes = bundle.parted(case.bundle.content(NOTES).decode())
        points = [Checkpoint.read(note.text) for note in notes]
    sizes = {point.size for point in points}
    roots = {name: one.roots(case, sizes) for name, one in logs.items()}
    for number, (note, point) in enumerate(zip(notes, points, strict=True), 1):
        place = f"{NOTES} #{number}"
        is_known = point.origin in logs
        must(is_known, _l("%(place)s is of a log that this one does not continue.", place=place))
        one = logs[point.origin]
        with blamed(place):
            signers = note.signed_by([one.key])
        must(signers, _l("%(place)s is not signed by the log.", place=place))
        is_same = point.size <= one.size and (
            point.root == roots[point.origin].get(point.size, point.root)
        )
        said = _l("%(place)s: the log %(log)s signed something else than is told of it here.",
                  place=place, log=point.origin)  # fmt: skip
        must(is_same, said)
    for name, one in logs.items():
        is_here = (name, one.size) in {(point.origin, point.size) for point in points}
        said = _l("%(path)s lacks the last checkpoint of %(log)s.", path=NOTES, log=name)
        must(is_here, said)


def proved_before(case: Case, one: Ended, name: str, receipt: Receipt) -> bytes:
    """V13: the hash of the leaf that a receipt of such a log proves, if it was kept."""
    with blamed(name):
        signers, point = receipt.note.signed_by([one.key]), Checkpoint.read(receipt.note.text)
    must(signers, _l("%(place)s is not signed by the log.", place=name))
    said = _l("%(place)s is not proved by this log.", place=name)
    root = one.roots(case, [point.size]).get(point.size, point.root)
    must(receipt.index < point.size <= one.size and point.root == root, said)
    is_known = point.size <= one.kept or point.size == one.size
    if not is_known or receipt.index >= one.kept:
        raise Unchecked(
            _l("%(place)s: it is of the log %(log)s, whose entries from %(kept)s on were lost.",
               place=name, log=one.key.name, kept=f"{one.kept:,}")
        )  # fmt: skip
    size = needed(case.last, "V2").size
    hashed = hash_at(case, receipt.index, size) if receipt.index else one.first
    try:
        check_inclusion(hashed, receipt.index, point.size, receipt.proof, point.root)
    except ProofError:
        raise Wrong(said) from None
    return hashed
