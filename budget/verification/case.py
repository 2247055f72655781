"""One bundle under examination: what was given, and what its steps have found so far."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from ballots.board import bundle, canonical
from ballots.board.bundle import Bundle
from ballots.board.canonical import CanonicalError
from ballots.board.checkpoint import Checkpoint
from ballots.board.leaves import Check
from ballots.board.manifest import Manifest
from ballots.board.notes import Key, Note, NoteError
from ballots.board.policy import Policy
from ballots.board.reading import Reading
from ballots.board.receipt import Receipt
from budget.verification.keying import Keyings
from core.words import lazy_gettext as _l

T = TypeVar("T")
Said = Any  # text, or a sentence that finds its language when it is said


class Finding(Exception):  # noqa: N818 - neither of the two is an error of the program
    """Why a step does not end well."""

    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said


class Wrong(Finding):
    """Something is not as it must be."""


class Unchecked(Finding):
    """Something could not be looked at; nothing is known against it."""


@dataclass
class Case:
    """What the steps share.

    Attributes
    ----------
    named : the log's key, where it is not taken from the bundle
    given : name and content of each receipt
    last : the last checkpoint, once the log's signature under it was seen
    roots : size -> root of the tree of so many leaves
    reading : the log, once each leaf of it was read
    keyings : the closes of its batches of paper, by the same reading
    faults : step -> the first fault that reading the log found for it
    """

    file: BinaryIO
    named: Key | None = None
    given: Sequence[tuple[str, bytes]] = ()
    opened: Bundle | None = None
    last: Checkpoint | None = None
    roots: Mapping[int, bytes] | None = None
    manifest: Manifest | None = None
    reading: Reading | None = None
    keyings: Keyings = field(default_factory=Keyings)
    faults: dict[str, Wrong] = field(default_factory=dict)

    @property
    def bundle(self) -> Bundle:
        """The bundle, if V0 could read it."""
        return needed(self.opened, "V0")

    @property
    def has_leaves(self) -> bool:
        """Whether this is an open vote, or the auditors' copy of a sealed one."""
        return any(path.startswith("tile/entries/") for path in self.bundle.places)

    @property
    def policy(self) -> Policy:
        """Whom to believe, but for the log's key where that was named."""
        with blamed("policy.txt"):
            found = Policy.read(self.bundle.content("policy.txt").decode())
        must(len(found.logs) == 1, _l("policy.txt has not one log."))
        return found

    @property
    def key(self) -> Key:
        """The log's key: the one that was named, else the bundle's own."""
        return self.named or next(iter(self.policy.logs))

    def earlier(self) -> list[tuple[Note, Checkpoint]]:
        """The checkpoints before the last one."""
        with blamed("checkpoints.txt"):
            notes = bundle.parted(self.bundle.content("checkpoints.txt").decode())
            return [(note, Checkpoint.read(note.text)) for note in notes]

    def receipts(self) -> list[tuple[str, Receipt, Checkpoint]]:
        """The receipts that were given, and what each was proved against."""
        found = []
        for name, data in self.given:
            with blamed(name):
                receipt = Receipt.read(data)
                found.append((name, receipt, Checkpoint.read(receipt.note.text)))
        return found

    def json(self, path: str, members: Mapping[str, Check]) -> dict[str, Any]:
        """A file of canonical JSON that has just these members."""
        with blamed(path):
            value = canonical.loads(self.bundle.content(path))
        is_right = (
            isinstance(value, dict)
            and value.keys() == members.keys()
            and all(fits(value[name]) for name, fits in members.items())
        )
        must(is_right, _l("%(path)s has not the members that it must have.", path=path))
        return dict(value)

    def check_signed(self, note: Note, place: str, keys: Iterable[Key] = ()) -> None:
        """Make sure that the log has signed, and that no signature of the other keys is false."""
        with blamed(place):
            signers = note.signed_by([self.key, *keys])
        must(self.key in signers, _l("%(place)s is not signed by the log.", place=place))


def must(is_so: object, said: Said) -> None:
    """Go on only if it is so; Wrong if not."""
    if not is_so:
        raise Wrong(said)


def needed(value: T | None, step: str) -> T:
    """What an earlier step has found; Unchecked if it has found nothing."""
    if value is None:
        raise Unchecked(_l("It cannot be done without %(step)s.", step=step))
    return value


@contextmanager
def blamed(place: str) -> Iterator[None]:
    """Turn what a reader of files refuses into Wrong, and say of which file it was."""
    try:
        yield
    except (bundle.BundleError, CanonicalError, NoteError, UnicodeDecodeError) as error:
        said = str(error)
        raise Wrong(said if said.startswith(place) else f"{place}: {said}") from None
