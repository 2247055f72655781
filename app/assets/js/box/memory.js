// What this browser has seen of a log: its key, and checkpoints that later ones must extend. So it is a witness, too.
import { BoardError, areEqual, bytesOf } from "../board/bytes.js";
import { checkConsistency, consistencyProof } from "../board/merkle.js";
import { Checkpoint, Note } from "../board/notes.js";
import { nodesOf } from "../board/tiles.js";

const MOST_NOTES = 20;
const name = (election) => `log:${election}`;

/** What was seen; nothing where the browser keeps nothing. */
function recall(election) {
  const nothing = { key: "", notes: [] };
  try {
    return JSON.parse(localStorage.getItem(name(election))) ?? nothing;
  } catch {
    return nothing;
  }
}

function store(log, notes) {
  try {
    localStorage.setItem(name(log.name), JSON.stringify({ key: log.written, notes: notes.slice(-MOST_NOTES) }));
  } catch {
    // a browser that keeps nothing is no witness, and a voter's all the same
  }
}

/** Makes sure that a log has the key that it had before. */
export function checkKey(log) {
  const { key } = recall(log.name);
  if (key && key !== log.written) throw new BoardError(`this log had another key before: ${key}`);
}

/** Keeps a signed checkpoint, to be compared with those that come later. */
export function remember(log, written) {
  const { notes } = recall(log.name);
  store(log, [...notes.filter((other) => other !== written), written]);
}

/**
 * Makes sure that every checkpoint that was seen and this one are of one log that only grew, and keeps the largest.
 * `fetch(path)` promises the bytes of a tile. BoardError: a fork; its `evidence` is both checkpoints.
 */
export async function agree(log, written, fetch) {
  const { notes } = recall(log.name);
  let [largest, text] = [Checkpoint.signed(new Note(bytesOf(written)), log), written];
  for (const other of notes) {
    const seen = Checkpoint.signed(new Note(bytesOf(other)), log);
    const [old, now] = seen.size <= largest.size ? [seen, largest] : [largest, seen];
    try {
      await checkGrowth(old, now, fetch);
    } catch (error) {
      // A tile that is gone was of a larger log, and logs do not shrink.
      const found = error.status === 404 && now === seen ? new BoardError(`the log had ${seen.size} entries before`) : error;
      if (found instanceof BoardError) found.evidence = [other, text];
      throw found;
    }
    if (now === seen) [largest, text] = [seen, other];
  }
  store(log, [text]);
}

async function checkGrowth(old, now, fetch) {
  if (!old.size) return; // an empty log is the beginning of every one
  if (old.size === now.size && !areEqual(old.root, now.root)) throw new BoardError("two logs of one size");
  const proof = await consistencyProof(nodesOf(fetch, now.size), old.size, now.size);
  checkConsistency(old.size, now.size, proof, old.root, now.root);
}
