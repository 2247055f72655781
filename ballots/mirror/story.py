"""A log as it is read back: what it says, who voted how often, whether it is the signed one."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from ballots.board import leaves
from ballots.board.leaves import Leaf, LeafError
from ballots.board.merkle import Edge, leaf_hash
from ballots.board.reading import LogError, Reading
from ballots.errors import LogFaultError, RollbackError
from ballots.log import BALLOT


@dataclass
class Story:
    """A log as far as it was read.

    Attributes
    ----------
    signed : the tree that the guard remembers
    casts : pseudonym -> its ballots
    first : pseudonym -> the place of its first ballot
    proven : so many leaves are surely those that were signed: the guard keeps the roots of perfect
        subtrees, and each that was reached was found to be the same
    """

    signed: Edge
    reading: Reading = field(default_factory=Reading)
    casts: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    edge: Edge = field(default_factory=Edge)
    proven: int = 0

    def take(self, data: bytes) -> Leaf:
        """Read the next leaf; raises LogFaultError, or RollbackError if the guard has another."""
        try:
            leaf = leaves.read(data)
            self.reading.take(leaf)
        except (LeafError, LogError) as error:
            raise LogFaultError(why=str(error)) from error
        self.edge = self.edge.grown([leaf_hash(data)])
        if self.edge.size in self._whole:
            if self.edge.hashes != self.signed.hashes[: len(self.edge.hashes)]:
                raise RollbackError(size=self.edge.size, signed=self.signed.size, by="guard")
            self.proven = self.edge.size
        if leaf["t"] == BALLOT and "p" in leaf:
            self.casts[leaf["p"]] += 1
            self.first.setdefault(leaf["p"], self.edge.size - 1)
        return leaf

    @cached_property
    def _whole(self) -> set[int]:
        """The sizes at which the log is made of perfect subtrees that the guard keeps."""
        size = self.signed.size
        bits = [1 << level for level in reversed(range(size.bit_length())) if size >> level & 1]
        return {*accumulate(bits)}
