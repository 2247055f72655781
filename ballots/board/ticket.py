"""The ticket: what a voter has of a ballot that waits to be mixed with others.

The log's key says with it that a leaf is received and will be in the log by the close. It is a
signed note (C2SP signed-note) whose first line no checkpoint has, so that neither passes for the
other; what is not kept of it is proved by the note and a log without that leaf.
"""

from dataclasses import dataclass

from ballots.board.notes import Note, Signer

HEAD = "ballot-ticket@v1"
REQUEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Ticket:
    """A leaf that is received.

    Attributes
    ----------
    election : the log's name
    leaf : hash of the leaf, 32 bytes
    request : 16 random bytes of the browser, so that the answer is to its own question
    """

    election: str
    leaf: bytes
    request: bytes

    def __str__(self) -> str:
        """What is signed."""
        return f"{HEAD}\n{self.election}\n{self.leaf.hex()}\n{self.request.hex()}\n"

    def signed(self, signer: Signer) -> Note:
        """The ticket with the log's signature; the same one each time that it is asked for."""
        return Note(str(self), (signer.sign(str(self)),))
