// The logs that a bundle's log continues: what they signed, held against what was kept of them.
import { BoardError, areEqual, bytesOf, bytesOfHex } from "../js/board/bytes.js";
import { readText } from "../js/board/canonical.js";
import { isBefore } from "../js/board/leaves.js";
import { Edge, checkInclusion } from "../js/board/merkle.js";
import { Checkpoint, Key, Note } from "../js/board/notes.js";

const LOGS = "after/logs.json";
const NOTES = "after/checkpoints.txt";

/** The notes of a file, between which are empty lines, each with its checkpoint. */
export function notesIn(text, name) {
  const parts = text ? text.split(/(?<=\n)\n/) : [];
  if (parts.length % 2) throw new BoardError(`${name} does not end with a note`);
  return Array.from({ length: parts.length / 2 }, (_, at) => {
    const note = new Note(bytesOf(`${parts[2 * at]}\n${parts[2 * at + 1]}`));
    return { note, checkpoint: new Checkpoint(note.text) };
  });
}

/** The logs that the bundle's continues, the last of them first; none for most logs. */
export async function logsBefore(bundle) {
  if (!bundle.has(LOGS)) return [];
  const told = readText(await bundle.text(LOGS));
  if (!isBefore(told)) throw new BoardError(`${LOGS} is not as it must be`);
  let kept = Infinity;
  return told.map((one) => new Ended(one, (kept = Math.min(kept, one.kept))));
}

/** Makes sure that all which these logs signed is what was kept, or what the opening tells. */
export async function checkBefore(bundle, logs, nodes) {
  if (Boolean(logs.length) !== bundle.has(NOTES)) throw new BoardError(`${LOGS} and ${NOTES} belong together`);
  const notes = logs.length ? notesIn(await bundle.text(NOTES), NOTES) : [];
  const sizes = notes.map(({ checkpoint }) => checkpoint.size);
  const roots = new Map();
  for (const log of logs) roots.set(log, await log.roots(nodes, sizes));
  for (const { note, checkpoint } of notes) {
    const log = logs.find(({ key }) => key.name === checkpoint.origin);
    if (!log) throw new BoardError(`${NOTES} has a checkpoint of ${checkpoint.origin}, which is not continued here`);
    Checkpoint.signed(note, log.key);
    log.checkRoot(checkpoint, roots.get(log));
  }
  for (const { key, told } of logs) {
    const isLast = ({ checkpoint }) => checkpoint.origin === key.name && checkpoint.size === told.size;
    if (!notes.some(isLast)) throw new BoardError(`${NOTES} lacks the last checkpoint of ${key.name}`);
  }
}

/** A log that ended; its leaves up to `kept` lie here in their places, but for the first one. */
class Ended {
  constructor(told, kept) {
    Object.assign(this, { told, kept, key: new Key(told.log) });
  }

  /** Size -> root of its tree, for those of these sizes that are known. */
  async roots(nodes, sizes) {
    const edge = new Edge();
    const found = new Map([[0, edge.root]]);
    for (const size of sizes.filter((size) => size <= this.kept).sort((one, other) => one - other)) {
      while (edge.size < size) edge.push(await this.#leaf(nodes, edge.size));
      found.set(size, edge.root);
    }
    return found.set(this.told.size, bytesOfHex(this.told.root));
  }

  #leaf = async (nodes, index) => (index ? nodes(0, index) : bytesOfHex(this.told.open));

  checkRoot({ size, root }, roots) {
    const isSame = size <= this.told.size && areEqual(roots.get(size) ?? root, root);
    if (!isSame) throw new BoardError(`${this.key.name} signed something else than is told of it here: ${size} leaves`);
  }

  /** Whether a receipt of this log proves its leaf; false where the leaf, or what proves it, was lost. */
  async proves(receipt, nodes) {
    const checkpoint = Checkpoint.signed(receipt.note, this.key);
    const { size, root } = checkpoint;
    this.checkRoot(checkpoint, await this.roots(nodes, [size]));
    if (receipt.index >= size) throw new BoardError(`no leaf ${receipt.index} in a tree of ${size}`);
    if ((this.kept < size && size < this.told.size) || receipt.index >= this.kept) return false;
    checkInclusion(await this.#leaf(nodes, receipt.index), receipt.index, size, receipt.proof, root);
    return true;
  }
}
