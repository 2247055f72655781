// Who typed what of each batch of paper: the records, held against the log that has their hashes.
import { sha256 } from "@noble/hashes/sha2.js";
import { BoardError, bytesOf, hexOf, isHex, textOf } from "../js/board/bytes.js";
import { hasJust, readText, write } from "../js/board/canonical.js";
import { isChoices } from "../js/board/leaves.js";

export const RECORDS = "paper/batches.jsonl";
export const SETTLED = "paper/adjudications.jsonl";
const [TWO, THREE] = [2, 3]; // clerks: two type each sheet, a third settles where they differ
const WITHOUT = ["blank", "spoiled"];

/** The closes of batches, each with the sheets that came since the batch was declared or closed last. */
export class Keyings {
  closed = []; // {index, leaf, sheets: number -> reading in canonical JSON}
  #fresh = new Map(); // batch -> its sheets so far
  #places = new Map(); // place of a leaf -> batch and sheet

  /** Hears of the next leaf that stands where it may. */
  take(leaf, index) {
    if (leaf.t === "paper") {
      this.#places.set(index, [leaf.b, leaf.s]);
      if (!this.#fresh.has(leaf.b)) this.#fresh.set(leaf.b, new Map());
      this.#fresh.get(leaf.b).set(leaf.s, write(leaf.u ?? leaf.x));
    } else if (leaf.t === "void") {
      const [batch, sheet] = this.#places.get(leaf.i);
      this.#fresh.get(batch)?.delete(sheet);
    } else if (leaf.t === "batch-close") {
      this.closed.push({ index, leaf, sheets: this.#fresh.get(leaf.b) ?? new Map() });
      this.#fresh.delete(leaf.b);
    }
  }

  /** How many sheets were settled; BoardError if the lines of the two files are not what the log has hashes of. */
  check(records, adjudications) {
    if (records.length !== this.closed.length) throw new BoardError(`${RECORDS} has ${records.length} lines, and ${this.closed.length} batches were closed`);
    const settled = this.closed.flatMap((keying, at) => {
      try {
        return settledBy(records[at], keying);
      } catch (error) {
        throw error instanceof BoardError ? new BoardError(`${RECORDS}, line ${at + 1}: ${error.message}`) : error;
      }
    });
    const told = adjudications.map(textOf);
    if (settled.length !== told.length || settled.some((line, at) => line !== told[at])) throw new BoardError(`${SETTLED} does not say what the records say`);
    return settled.length;
  }
}

/** The lines on the sheets that a third clerk settled, by one record. */
function settledBy(bytes, { index, leaf, sheets }) {
  if (hexOf(sha256(bytes)) !== leaf.keying) throw new BoardError(`leaf ${index} has the hash of another record`);
  const record = readText(textOf(bytes));
  if (!isRecord(record)) throw new BoardError("not as docs/bundle.md says");
  const [first, second, settled] = [record.first, record.second, record.settled].map((rows) => new Map(rows.map(([sheet, reading]) => [sheet, write(reading)])));
  if (record.b !== leaf.b || !areSame(first, second) || !areSame(first, sheets)) throw new BoardError("of another batch, or of other sheets than the log");
  const differing = new Map([...first].filter(([sheet, reading]) => reading !== second.get(sheet)));
  const isSettled = areSame(settled, differing) && settled.size === leaf.settled && record.clerks.length === (settled.size ? THREE : TWO);
  if (!isSettled) throw new BoardError("settled are not the sheets that differ");
  const other = [...sheets.keys()].find((sheet) => (settled.get(sheet) ?? first.get(sheet)) !== sheets.get(sheet));
  if (other) throw new BoardError(`the log reads sheet ${other} otherwise`);
  const reading = (rows, sheet) => rows.find(([number]) => number === sheet)[1];
  return record.settled.map(([sheet, said]) =>
    write({ b: leaf.b, by: record.clerks[TWO], first: reading(record.first, sheet), s: sheet, second: reading(record.second, sheet), settled: said }),
  );
}

const areSame = (one, other) => one.size === other.size && [...one.keys()].every((sheet) => other.has(sheet));

const isRecord = (value) =>
  hasJust(value, "b", "clerks", "first", "n", "second", "settled") &&
  Number.isSafeInteger(value.b) &&
  areClerks(value.clerks) &&
  isHex(value.n, 32) &&
  [value.first, value.second, value.settled].every(areReadings);

const areClerks = (value) =>
  Array.isArray(value) &&
  value.every((one) => typeof one === "string" && one) &&
  new Set(value).size === value.length &&
  [TWO, THREE].includes(value.length);

const areReadings = (value) =>
  Array.isArray(value) &&
  value.every((row) => Array.isArray(row) && row.length === 2 && Number.isSafeInteger(row[0]) && (WITHOUT.includes(row[1]) || isChoices(row[1]))) &&
  value.every(([sheet], at) => sheet > (at ? value[at - 1][0] : 0));
