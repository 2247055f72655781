"""V0 to V4 and V13: the file, its sums, who has signed, the tree, and what is proved by it."""

from collections.abc import Collection, Iterator
from itertools import islice

from ballots import receipts
from ballots.board.bundle import SUMS, SUMS_NOTE, Bundle
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import EMPTY_ROOT, Edge, ProofError, check_inclusion
from ballots.board.notes import Note
from ballots.board.recount import Tiles
from ballots.board.tiles import bundles
from budget.verification.after import check_before, ended, proved_before
from budget.verification.case import Case, Said, Unchecked, Wrong, blamed, must, needed
from budget.verification.hashes import hash_at, hashes_of
from core.codes import grouped
from core.words import lazy_gettext as _l


def check_form(case: Case) -> Said:
    """V0: the tar has its one form."""
    case.opened = Bundle.read(case.file)
    files = len(case.opened.places)
    return _l("%(files)s files, in the one form that a bundle has.", files=f"{files:,}")


def check_sums(case: Case) -> Said:
    """V1: what is in the bundle is what the log's key has signed for."""
    bundle = case.bundle
    bundle.check_sums()
    with blamed(SUMS_NOTE):
        note = Note.read(bundle.content(SUMS_NOTE))
    is_same = note.text.encode() == bundle.content(SUMS)
    must(is_same, _l("SHA256SUMS.note is not about SHA256SUMS."))
    case.check_signed(note, SUMS_NOTE)
    files = len(bundle.places) - len((SUMS, SUMS_NOTE))
    return _l("%(files)s files have the sums that the log's key has signed.", files=f"{files:,}")


def check_policy(case: Case) -> Said:
    """V2: the last checkpoint is signed by the log, and by as many witnesses as must be."""
    policy, key = case.policy, case.key
    must(key in policy.logs, _l("The log's key in policy.txt is not %(key)s.", key=key))
    with blamed("checkpoint"):
        note = Note.read(case.bundle.content("checkpoint"))
        last = Checkpoint.read(note.text)
    case.check_signed(note, "checkpoint")
    is_own = last.origin == key.name
    must(is_own, _l("The checkpoint is of %(log)s.", log=last.origin))
    case.last = last
    with blamed("checkpoint"):
        signed = note.signed_by(witness for witness, _ in policy.witnesses.values())
        policy.check(note)
    return _l(
        "The log and %(witnesses)s witnesses have signed %(leaves)s leaves. The log's key: %(key)s",
        witnesses=len(signed), leaves=f"{last.size:,}", key=key,
    )  # fmt: skip


def check_tree(case: Case) -> Said:
    """V3: the leaves and the tiles lead to the root that was signed; the tiles agree."""
    last = needed(case.last, "V2")
    sizes = {last.size}
    for given in (case.earlier, case.receipts):
        try:
            sizes |= {one[-1].size for one in given()}
        except Wrong:  # V4 and V13 say so
            continue
    roots = _roots(case, last.size, sizes)
    must(roots[last.size] == last.root, _l("The tiles lead to another root than was signed."))
    case.roots = roots
    if case.has_leaves:
        return _l("%(leaves)s leaves and their tiles lead to the signed root.",
                  leaves=f"{last.size:,}")  # fmt: skip
    return _l("The tiles of %(leaves)s leaves lead to the signed root; the leaves are not here.",
              leaves=f"{last.size:,}")  # fmt: skip


def check_earlier(case: Case) -> Said:
    """V4: every earlier checkpoint is signed, and a beginning of the same tree."""
    roots, last = needed(case.roots, "V3"), needed(case.last, "V2")
    witnesses = [key for key, _ in case.policy.witnesses.values()]
    earlier, before = case.earlier(), 0
    for number, (note, point) in enumerate(earlier, 1):
        place = f"checkpoints.txt #{number}"
        case.check_signed(note, place, witnesses)
        must(point.origin == case.key.name, _l("%(place)s is of another log.", place=place))
        in_order = before <= point.size <= last.size
        must(in_order, _l("%(place)s: its size is out of order.", place=place))
        said = _l(
            "%(place)s: another tree of %(size)s leaves was signed. The log was forked.",
            place=place, size=f"{point.size:,}",
        )  # fmt: skip
        must(roots[point.size] == point.root, said)
        before = point.size
    check_before(case)
    return _l("%(number)s earlier checkpoints are beginnings of the same log.",
              number=f"{len(earlier):,}")  # fmt: skip


def check_receipts(case: Case) -> Said:
    """V13: receipts given beside the bundle are proved by the tree of its last checkpoint."""
    codes = []
    before = {one.key.name: one for one in ended(case)} if case.given else {}
    for name, receipt, point in case.receipts():
        if point.origin in before:
            hashed = proved_before(case, before[point.origin], name, receipt)
            codes.append(grouped(receipts.code_of(hashed)))
            continue
        roots, last = needed(case.roots, "V3"), needed(case.last, "V2")
        case.check_signed(receipt.note, name)
        must(point.origin == case.key.name, _l("%(place)s is of another log.", place=name))
        if point.size > last.size:
            raise Unchecked(_l("%(place)s is later than the last checkpoint here.", place=name))
        said = _l("%(place)s is not proved by this log.", place=name)
        must(receipt.index < point.size and point.root == roots[point.size], said)
        hashed = hash_at(case, receipt.index, last.size)
        try:
            check_inclusion(hashed, receipt.index, point.size, receipt.proof, point.root)
        except ProofError:
            raise Wrong(said) from None
        codes.append(grouped(receipts.code_of(hashed)))
    if not codes:
        return _l("No receipts were given.")
    return _l("Receipts that are proved by this log: %(codes)s.", codes=", ".join(codes))


def _roots(case: Case, size: int, sizes: Collection[int]) -> dict[int, bytes]:
    """Size -> root, for these sizes up to `size`; Wrong if a tile is not what those below say."""
    roots, edge, growing = {0: EMPTY_ROOT}, Edge(), Tiles()
    hashes = hashes_of(case, size)
    paths = set()
    for wanted in sorted({size, *(one for one in sizes if 0 < one <= size)}):
        for hashed in islice(hashes, wanted - edge.size):
            edge = edge.grown((hashed,))
            paths |= _compared(case, growing.take(hashed))
        roots[wanted] = edge.root
    paths |= _compared(case, growing.partial())
    if case.has_leaves:
        paths |= {tile.path for tile in bundles(0, size)}
    more = {path for path in case.bundle.places if path.startswith("tile/")} - paths
    must(not more, _l("%(place)s is no tile of this log.", place=min(more, default="")))
    return roots


def _compared(case: Case, tiles: Iterator[tuple[str, bytes]]) -> set[str]:
    """The paths of tiles that were found as they must be."""
    paths = set()
    for path, content in tiles:
        is_same = case.bundle.content(path) == content
        must(is_same, _l("%(place)s is not what lies below it.", place=path))
        paths.add(path)
    return paths
