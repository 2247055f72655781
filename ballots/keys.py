"""Every secret of the votes, in folders outside the database."""

from dataclasses import dataclass
from pathlib import Path

from ballots.linker import Linker
from ballots.roll.keys import RollKeys
from ballots.signers import Signers


@dataclass(frozen=True)
class Keys:
    """Who links voters with ballots until the close, who signs the logs, what seals the rolls."""

    linker: Linker
    signers: Signers
    roll: RollKeys

    @classmethod
    def of(cls, folder: Path, guards: Path, origin: str) -> "Keys":
        """The keys in `folder`; `guards` and `origin` are those of `Signers`."""
        return cls(Linker(folder), Signers(folder, guards, origin), RollKeys(folder))
