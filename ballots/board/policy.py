"""Whom a reader believes: the logs, the witnesses, and how many of these must have signed.

C2SP tlog-policy: lines ``log KEY [URL]``, ``witness NAME KEY [URL]``, ``group NAME NUMBER MEMBER…``
and ``quorum NAME``.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ballots.board.checkpoint import Checkpoint
from ballots.board.notes import LOG, WITNESS, Key, Note, NoteError

NONE = "none"
_DIGITS = 3  # of the number of members that must have signed


@dataclass(frozen=True, slots=True)
class Group:
    """So many of its members, witnesses or other groups, must have signed."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A policy, whole and without contradictions.

    Attributes
    ----------
    logs : key -> address, empty where none is told
    witnesses : name -> key and address
    quorum : a witness, a group or "none"
    """

    logs: Mapping[Key, str]
    witnesses: Mapping[str, tuple[Key, str]]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def read(cls, text: str) -> "Policy":
        """The policy of a file.

        Raises
        ------
        NoteError : with the number of the line that is wrong.
        """
        found = _Reader()
        for number, line in enumerate(text.split("\n"), 1):
            words = line.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if words and not words[0].startswith("#"):
                try:
                    found.take(*words)
                except TypeError:
                    raise NoteError(
                        f"line {number} of the policy: too few or too many words"
                    ) from None
                except NoteError as error:
                    raise NoteError(f"line {number} of the policy: {error}") from None
        if not found.quorum:
            raise NoteError("a policy needs a line: quorum")
        return cls(found.logs, found.witnesses, found.groups, found.quorum)

    def check(self, note: Note) -> Checkpoint:
        """The checkpoint of a note, if it is one of these logs' and enough witnesses have signed.

        Raises
        ------
        NoteError : it is not, or they have not.
        """
        logs = note.signed_by(self.logs)
        checkpoint = Checkpoint.read(note.text)
        if checkpoint.origin not in {key.name for key in logs}:
            raise NoteError(f"no log of the policy has signed a checkpoint of {checkpoint.origin}")
        keys = {key: name for name, (key, _) in self.witnesses.items()}
        signed = {keys[key] for key in note.signed_by(keys)}
        if not self.is_met(signed):
            have = ", ".join(sorted(signed)) or "nobody"
            raise NoteError(f"too few witnesses have signed: {have}")
        return checkpoint

    def is_met(self, signed: Collection[str], name: str | None = None) -> bool:
        """Whether these witnesses are enough for the quorum, or for one group or witness."""
        name = self.quorum if name is None else name
        if name == NONE:
            return True
        group = self.groups.get(name)
        if group is None:
            return name in signed
        return sum(self.is_met(signed, member) for member in group.members) >= group.needed


@dataclass
class _Reader:
    logs: dict[Key, str] = field(default_factory=dict)
    witnesses: dict[str, tuple[Key, str]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)
    quorum: str = ""

    def take(self, kind: str, *words: str) -> None:
        lines: Mapping[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if kind not in lines:
            raise NoteError(f"no such line: {kind}")
        lines[kind](*words)

    def _log(self, key: str, url: str = "") -> None:
        found = self._new_key(key, LOG)
        self.logs[found] = url

    def _witness(self, name: str, key: str, url: str = "") -> None:
        self._new_name(name)
        self.witnesses[name] = self._new_key(key, WITNESS), url

    def _group(self, name: str, needed: str, *members: str) -> None:
        self._new_name(name)
        for member in members:
            self._known(member)
            if member in self.grouped:  # or one witness would count twice
                raise NoteError(f"in a group already: {member}")
            self.grouped.add(member)
        number = {"any": 1, "all": len(members)}.get(needed) or (
            int(needed) if needed.isascii() and needed.isdigit() and len(needed) <= _DIGITS else 0
        )
        if not 1 <= number <= len(members):
            raise NoteError(f"a group needs some of its members: {needed}")
        self.groups[name] = Group(number, members)

    def _quorum(self, name: str) -> None:
        if self.quorum:
            raise NoteError("there is a quorum already")
        if name != NONE:
            self._known(name)
        self.quorum = name

    def _new_key(self, written: str, kind: int) -> Key:
        key = Key.read(written)
        known = self.logs if kind == LOG else [one for one, _ in self.witnesses.values()]
        if key.kind != kind or key.public in (one.public for one in known):
            raise NoteError(f"not a new key for this: {written}")
        return key

    def _new_name(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise NoteError(f"this name is taken: {name}")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise NoteError(f"neither a witness nor a group: {name}")
