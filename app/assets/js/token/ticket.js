// The ticket of a ballot that waits to be mixed with others: the log's word that it will be in the box by the close.
import { BoardError, bytesOf, hexOf } from "../board/bytes.js";
import { Note } from "../board/notes.js";

const HEAD = "ballot-ticket@v1";
export const REQUEST_BYTES = 16;

/** Makes sure that the log has signed a ticket of this leaf's hash for this request. */
export function checkTicket(written, log, hash, request) {
  const note = new Note(bytesOf(written));
  if (note.text !== `${HEAD}\n${log.name}\n${hexOf(hash)}\n${request}\n`) throw new BoardError("the ticket is of another ballot");
  if (!note.signedBy([log]).length) throw new BoardError(`${log.name} has not signed this ticket`);
}
