// The ballots that count, as ballots.jsonl has them: sorted lines without pseudonyms and nonces.
import { BoardError, compareBytes, has, textOf } from "../js/board/bytes.js";
import { readText, write } from "../js/board/canonical.js";

const LEAST = 10; // ballots of a district, or of a district and channel, that may be told apart

const add = (counts, key, times = 1) => counts.set(key, (counts.get(key) ?? 0) + times);

/** The line of one ballot; `c` and `d` may be left out. */
export const lineOf = ({ c, d, f, x }) => write({ ...(c && { c }), ...(d && { d }), f, x });

/** Line -> how often it stands in the file. */
export async function linesOf(bundle, manifest, did) {
  const counts = new Map();
  let before = new Uint8Array();
  for await (const lines of bundle.lines("ballots.jsonl", did)) {
    for (const bytes of lines) {
      if (compareBytes(before, bytes) > 0) throw new BoardError("the lines of ballots.jsonl are not sorted");
      before = bytes;
      add(counts, textOf(bytes));
    }
  }
  for (const line of counts.keys()) checkLine(line, manifest);
  return counts;
}

function checkLine(line, manifest) {
  const said = readText(line);
  const members = Object.keys(said);
  const isWhole = has(said, "f") && has(said, "x") && Number.isSafeInteger(said.f) && said.f > 0;
  const isKnown = members.every((name) => ["c", "d", "f", "x"].includes(name)) && !(has(said, "c") && !has(said, "d"));
  if (!isWhole || !isKnown) throw new BoardError(`no line of a ballot: ${line}`);
  manifest.check(said.x);
}

/** What the lines of these ballots must be: whoever is one of fewer than ten is not told apart. */
export function hidden(counts) {
  const [districts, cells] = [new Map(), new Map()];
  const ballots = [...counts].map(([line, times]) => [JSON.parse(line), times]);
  for (const [{ c, d }, times] of ballots) {
    add(districts, d, times);
    add(cells, write([d, c]), times);
  }
  const found = new Map();
  for (const [{ c, d, f, x }, times] of ballots) {
    const shown = districts.get(d) < LEAST ? { f, x } : cells.get(write([d, c])) < LEAST ? { d, f, x } : { c, d, f, x };
    add(found, lineOf(shown), times);
  }
  return found;
}

/** Choices -> how many ballots of the lines say so. */
export function choicesOf(counts) {
  const found = new Map();
  for (const [line, times] of counts) add(found, write(JSON.parse(line).x), times);
  return found;
}

/** A line that one side has more often than the other; null where both are equal. */
export function difference(found, told) {
  for (const line of new Set([...found.keys(), ...told.keys()])) {
    const [counted, written] = [found.get(line) ?? 0, told.get(line) ?? 0];
    if (counted !== written) return { line, counted, written };
  }
  return null;
}
