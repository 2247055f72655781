"""What a log says: which ballots count, and that everything in it happened as it may.

The place in the log is the only order. For each pseudonym, or token, the last ballot before the
close counts, unless it was revoked after. A sheet of paper counts once, unless it was made void.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ballots.board.leaves import Leaf

PAPER = "paper"
# What a fault is about: the order of leaves, voters and their ballots, batches, what is made void.
ORDER, VOTERS, BATCHES, VOID = "order", "voters", "batches", "void"


class LogError(ValueError):
    """A leaf stands where it must not, or says what is not so.

    Attributes
    ----------
    index : its place in the log
    about : `ORDER`, `VOTERS`, `BATCHES` or `VOID`
    """

    def __init__(self, index: int, why: str, about: str) -> None:
        super().__init__(f"leaf {index}: {why}")
        self.index, self.about = index, about


@dataclass(frozen=True, slots=True)
class Vote:
    """One ballot that counts.

    Attributes
    ----------
    index : the place of its leaf
    channel : "web", "booth" or "paper"
    choices : as in the leaf
    """

    index: int
    district: str
    channel: str
    form: int
    choices: Mapping[str, Any]


@dataclass
class Batch:
    """A pile of paper ballots: how many were declared, and what was typed of them so far.

    Attributes
    ----------
    sheets : numbers of the sheets that were typed
    is_closed : whether nothing was typed or made void since it was closed
    """

    declared: int
    sheets: set[int] = field(default_factory=set)
    is_closed: bool = False


# Whose ballot it is: a pseudonym, the serial of a token, or a batch and the number of a sheet.
Ballot = str | tuple[int, int]


@dataclass
class Reading:
    """A log as far as it was read.

    Attributes
    ----------
    size : leaves
    opened, closed, result : these leaves, empty until they were read
    kinds : kind of leaf -> how many
    votes : the ballots that count
    unused : sheets without choices -> "blank" or "spoiled"
    on_paper : pseudonyms whose voters took paper instead
    batches : number -> batch
    sheets : place of a leaf -> the sheet that it tells, unless it was made void
    void : place of a leaf that was made void -> the document that says so
    voters : how many are on the roll, in all districts
    rollhash : of the roll, as it was told last
    """

    size: int = 0
    opened: Leaf = field(default_factory=dict)
    closed: Leaf = field(default_factory=dict)
    result: Leaf = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    votes: dict[Ballot, Vote] = field(default_factory=dict)
    unused: dict[Ballot, str] = field(default_factory=dict)
    on_paper: set[str] = field(default_factory=set)
    batches: dict[int, Batch] = field(default_factory=dict)
    sheets: dict[int, tuple[int, int]] = field(default_factory=dict)
    void: dict[int, str] = field(default_factory=dict)
    voters: int = 0
    rollhash: str = ""

    @property
    def web(self) -> int:
        """How many of the votes that count were not cast on paper."""
        return sum(vote.channel != PAPER for vote in self.votes.values())

    @property
    def kept(self) -> int:
        """How many leaves come from the log that this one continues; 0 if it continues none."""
        kept: int = self.opened["after"][0]["kept"] if "after" in self.opened else 0
        return kept

    @property
    def still_open(self) -> list[int]:
        """The batches that are not closed."""
        return [number for number, batch in self.batches.items() if not batch.is_closed]

    def take(self, leaf: Leaf) -> None:
        """Read the next leaf, whose members were checked.

        Raises
        ------
        LogError : it may not stand here; nothing was taken.
        """
        kind = leaf["t"]
        if (kind == "open") != (not self.size) or (self.size and not self.opened):
            raise self.refuse("the log begins with its opening, and is opened once")
        if self.size and leaf["e"] != election_at(self.opened, self.size):
            raise self.refuse(f"of another election: {leaf['e']}")
        if self.closed and (kind != "result" or self.result):
            raise self.refuse("after the close there is one result and nothing else")
        if kind == "result" and not self.closed:
            raise self.refuse("a result before the close")
        _TAKE[kind](self, leaf)
        self.kinds[kind] += 1
        self.size += 1

    def pass_over(self, leaf: Leaf) -> None:
        """Count a leaf that may not stand here, for who looks for faults after it.

        A close that only miscounts closes.
        """
        if leaf["t"] == "close" and self.opened and leaf["e"] == self.opened["e"]:
            self.closed = self.closed or leaf
        self.kinds[leaf["t"]] += 1
        self.size += 1

    def refuse(self, why: str, about: str = ORDER) -> LogError:
        """What is wrong with the next leaf."""
        return LogError(self.size, why, about)


def election_at(opened: Leaf, index: int) -> str:
    """Whose leaf stands at a place from 1: what was kept of the logs before keeps their names."""
    election: str = opened["e"]
    for ended in opened.get("after", ()):
        if index >= ended["kept"]:
            break
        election = ended["e"]
    return election


def replay(leaves: Iterable[Leaf]) -> Reading:
    """The reading of a whole log, or of its beginning; raises LogError."""
    reading = Reading()
    for leaf in leaves:
        reading.take(leaf)
    return reading


def _open(log: Reading, leaf: Leaf) -> None:
    names = [leaf["e"], *(ended["e"] for ended in leaf.get("after", ()))]
    if len({*names}) != len(names):
        raise log.refuse("it continues a log of a name that is taken")
    log.opened = leaf
    log.voters, log.rollhash = sum(leaf["roll"].values()), leaf["rollhash"]


def _ballot(log: Reading, leaf: Leaf) -> None:
    if ("k" in leaf) != bool(log.opened["tokens"]):
        raise log.refuse("by a pseudonym where tokens are used, or the other way round", VOTERS)
    voter = leaf["p"] if "p" in leaf else leaf["k"]["m"]
    if voter in log.on_paper:
        raise log.refuse("its voter took a paper ballot", VOTERS)
    log.votes[voter] = _vote(log, leaf, leaf["c"])


def _revoke(log: Reading, leaf: Leaf) -> None:
    if leaf["p"] not in log.votes:
        raise log.refuse("revokes a ballot that is not there", VOTERS)
    del log.votes[leaf["p"]]
    if leaf["why"] == "paper-instead":
        log.on_paper.add(leaf["p"])


def _batch(log: Reading, leaf: Leaf) -> None:
    if leaf["b"] in log.batches:
        raise log.refuse(f"batch {leaf['b']} was declared before", BATCHES)
    log.batches[leaf["b"]] = Batch(leaf["sheets"])


def _paper(log: Reading, leaf: Leaf) -> None:
    batch, sheet = _declared(log, leaf), (leaf["b"], leaf["s"])
    if leaf["s"] > batch.declared or leaf["s"] in batch.sheets:
        raise log.refuse(
            f"sheet {leaf['s']} of batch {leaf['b']} was typed before, or is none", BATCHES
        )
    vote = _vote(log, leaf, PAPER)
    if "x" in leaf:
        log.votes[sheet] = vote
    else:
        log.unused[sheet] = leaf["u"]
    log.sheets[log.size] = sheet
    batch.sheets.add(leaf["s"])
    batch.is_closed = False


def _batch_close(log: Reading, leaf: Leaf) -> None:
    batch = _declared(log, leaf)
    words = Counter(log.unused.get((leaf["b"], sheet), "typed") for sheet in batch.sheets)
    if any(leaf[word] != words[word] for word in ("typed", "blank", "spoiled")):
        raise log.refuse(f"batch {leaf['b']} has {dict(words)}", BATCHES)
    if len(batch.sheets) != batch.declared:
        typed = f"{len(batch.sheets)} of {batch.declared}"
        raise log.refuse(f"{typed} sheets of batch {leaf['b']}", BATCHES)
    batch.is_closed = True


def _void(log: Reading, leaf: Leaf) -> None:
    if leaf["i"] not in log.sheets:
        raise log.refuse(f"leaf {leaf['i']} is no sheet that counts", VOID)
    sheet = log.sheets.pop(leaf["i"])
    log.votes.pop(sheet, None)
    log.unused.pop(sheet, None)
    batch = log.batches[sheet[0]]
    batch.sheets.remove(sheet[1])
    batch.is_closed = False
    log.void[leaf["i"]] = leaf["document"]


def _roll_change(log: Reading, leaf: Leaf) -> None:
    log.voters += leaf["added"] - leaf["removed"]
    log.rollhash = leaf["rollhash"]


def _close(log: Reading, leaf: Leaf) -> None:
    if log.size < log.kept:
        raise log.refuse("closed before all that was kept")
    if leaf["size"] != log.size or leaf["counts"] != dict(log.kinds):
        raise log.refuse(f"{log.size} leaves are before it: {dict(log.kinds)}")
    if log.still_open:
        raise log.refuse(f"batch {log.still_open[0]} is not closed", BATCHES)
    marked = leaf["marks"].get("web", 0)
    # Who has a token need not use it, and nobody can tell whose token was not.
    if log.web > marked or (log.web < marked and not log.opened["tokens"]):
        marks = dict(leaf["marks"])
        raise log.refuse(f"{log.web} votes by web count, the roll has {marks}", VOTERS)
    log.closed = leaf


def _result(log: Reading, leaf: Leaf) -> None:
    log.result = leaf


def _declared(log: Reading, leaf: Leaf) -> Batch:
    batch = log.batches.get(leaf["b"])
    if batch is None:
        raise log.refuse(f"batch {leaf['b']} was not declared", BATCHES)
    return batch


def _vote(log: Reading, leaf: Leaf, channel: str) -> Vote:
    if leaf["d"] not in log.opened["roll"]:
        about = BATCHES if channel == PAPER else VOTERS
        raise log.refuse(f"no district of this election: {leaf['d']}", about)
    return Vote(log.size, leaf["d"], channel, leaf["f"], leaf.get("x", {}))


_TAKE: Mapping[str, Callable[[Reading, Leaf], None]] = MappingProxyType(
    {
        "open": _open,
        "ballot": _ballot,
        "revoke": _revoke,
        "batch": _batch,
        "paper": _paper,
        "batch-close": _batch_close,
        "void": _void,
        "roll-change": _roll_change,
        "close": _close,
        "result": _result,
    }
)
