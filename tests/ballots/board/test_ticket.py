"""A ticket: signed by the log, for one leaf and one request, and never a checkpoint."""

import pytest

from ballots.board.checkpoint import Checkpoint
from ballots.board.notes import LOG, Note, NoteError, Signer
from ballots.board.ticket import Ticket

SIGNER = Signer.of("gm.example/pb/2026", LOG, bytes(32))
TICKET = Ticket("gm.example/pb/2026", b"\x01" * 32, b"\x02" * 16)


def test_a_ticket_is_a_note_of_the_logs_key_and_the_same_each_time():
    note = TICKET.signed(SIGNER)
    assert note.text == f"ballot-ticket@v1\ngm.example/pb/2026\n{'01' * 32}\n{'02' * 16}\n"
    assert Note.read(str(note).encode()).signed_by([SIGNER.key]) == (SIGNER.key,)
    assert TICKET.signed(SIGNER) == note


def test_neither_passes_for_the_other():
    with pytest.raises(NoteError):
        Checkpoint.read(str(TICKET))
    checkpoint = str(Checkpoint("gm.example/pb/2026", 7, bytes(32)))
    assert checkpoint.split("\n", maxsplit=1)[0] != str(TICKET).split("\n")[0]
    signature = TICKET.signed(SIGNER).signatures
    with pytest.raises(NoteError, match="not under this text"):
        Note(checkpoint, signature).signed_by([SIGNER.key])
