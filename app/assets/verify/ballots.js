// The ballots that count, as ballots.jsonl has them: sorted lines without pseudonyms and nonces.
import { BoardError, compareBytes, has, textOf } from "../js/board/bytes.js";
import { readText, write } from "../js/board/canonical.js";
import { isText } from "../js/board/leaves.js";

const LEAST = 10; // ballots of a district, or of a district and channel, that may be told apart

const add = (counts, key, times = 1) => counts.set(key, (counts.get(key) ?? 0) + times);

/** Each line with how often it stands there. */
export function howOften(lines) {
  const counts = new Map();
  for (const line of lines) add(counts, line);
  return counts;
}

/** The line of one ballot in canonical JSON; `c` and `d` may be left out. */
export function lineOf({ c, d, f, x }) {
  const where = `${c ? `"c":"${c}",` : ""}${d ? `"d":${JSON.stringify(d)},` : ""}`;
  return `{${where}"f":${f},"x":${write(x)}}`;
}

/** Line -> how often it stands in the file. */
export async function linesOf(bundle, did) {
  const counts = new Map();
  let before = new Uint8Array();
  for await (const lines of bundle.lines("ballots.jsonl", did)) {
    for (const bytes of lines) {
      if (compareBytes(before, bytes) > 0) throw new BoardError("the lines of ballots.jsonl are not sorted");
      before = bytes;
      add(counts, textOf(bytes));
    }
  }
  return counts;
}

/** Makes sure that a line is of a ballot that the manifest allows. */
export function checkLine(line, manifest) {
  const said = readText(line);
  const members = Object.keys(said);
  const isWhole = has(said, "f") && has(said, "x") && Number.isSafeInteger(said.f) && said.f > 0;
  const isKnown = members.every((name) => ["c", "d", "f", "x"].includes(name)) && !(has(said, "c") && !has(said, "d"));
  const isPlaced = ["web", "booth", "paper"].includes(said.c ?? "web") && isText(said.d ?? "-");
  if (!isWhole || !isKnown || !isPlaced) throw new BoardError(`no line of a ballot: ${line}`);
  manifest.check(said.x);
}

/** What the lines of these ballots must be: whoever is one of fewer than ten is not told apart. */
export function hidden(counts) {
  const [districts, cells] = [new Map(), new Map()];
  const cellOf = ({ c, d }) => `${c} ${d}`;
  for (const [line, times] of counts) {
    const ballot = JSON.parse(line);
    add(districts, ballot.d, times);
    add(cells, cellOf(ballot), times);
  }
  if ([...cells.values()].every((times) => times >= LEAST)) return counts;
  const found = new Map();
  for (const [line, times] of counts) {
    const { c, d, f, x } = JSON.parse(line);
    const isSmall = cells.get(cellOf({ c, d })) < LEAST;
    add(found, isSmall ? lineOf({ d: districts.get(d) < LEAST ? "" : d, f, x }) : line, times);
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
  for (const side of [found, told]) {
    for (const line of side.keys()) {
      const [counted, written] = [found.get(line) ?? 0, told.get(line) ?? 0];
      if (counted !== written) return { line, counted, written };
    }
  }
  return null;
}
