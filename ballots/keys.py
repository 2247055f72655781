"""Every secret of the votes, in folders outside the database, and who watches over the logs."""

from dataclasses import dataclass
from pathlib import Path

from ballots.linker import Linker
from ballots.mirror.mirror import Mirror
from ballots.roll.keys import RollKeys
from ballots.signers import Signers
from ballots.tokens.keys import TokenKeys


@dataclass(frozen=True)
class Keys:
    """Who links voters with ballots until the close, who signs logs and tokens, what seals rolls.

    Attributes
    ----------
    mirror : where the logs are written once more; None: nowhere
    witnesses : lines of a policy: who must sign the logs too, of votes that are opened from now on
    """

    linker: Linker
    signers: Signers
    roll: RollKeys
    tokens: TokenKeys
    witnesses: str = "quorum none\n"
    mirror: Mirror | None = None

    @classmethod
    def of(
        cls, folder: Path, guards: Path, origin: str, witnesses: str = "quorum none\n",
        mirror: Mirror | None = None,
    ) -> "Keys":  # fmt: skip
        """The keys in `folder`; `guards` and `origin` are those of `Signers`."""
        signers = Signers(folder, guards, origin)
        return cls(Linker(folder), signers, RollKeys(folder), TokenKeys(folder), witnesses, mirror)
