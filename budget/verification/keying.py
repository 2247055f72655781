"""What a log says of the typing of paper: which sheets came before each close of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ballots.board.leaves import Leaf

Readings = Mapping[int, Any]  # sheet -> choices, "blank" or "spoiled"


@dataclass(frozen=True, slots=True)
class Keying:
    """The close of a batch.

    Attributes
    ----------
    place : of its leaf
    sheets : what the log reads on each sheet that came since the batch was declared or closed last
    """

    place: int
    leaf: Leaf
    sheets: Readings


@dataclass
class Keyings:
    """All closes of batches of a log, as it is read."""

    closed: list[Keying] = field(default_factory=list)
    _fresh: dict[int, dict[int, Any]] = field(default_factory=dict)
    _sheets: dict[int, tuple[int, int]] = field(default_factory=dict)

    def take(self, leaf: Leaf, place: int) -> None:
        """Hear of the next leaf that stands where it may."""
        if leaf["t"] == "paper":
            self._sheets[place] = leaf["b"], leaf["s"]
            said = leaf["u"] if "u" in leaf else leaf["x"]
            self._fresh.setdefault(leaf["b"], {})[leaf["s"]] = said
        elif leaf["t"] == "void":
            batch, sheet = self._sheets[leaf["i"]]
            self._fresh.get(batch, {}).pop(sheet, None)
        elif leaf["t"] == "batch-close":
            self.closed.append(Keying(place, leaf, self._fresh.pop(leaf["b"], {})))
