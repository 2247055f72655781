// Which files a bundle has, and what those in JSON must look like.
import { BoardError, isHex } from "../js/board/bytes.js";
import { hasJust, isObject, readText } from "../js/board/canonical.js";
import { PAPER } from "../js/board/reading.js";

const NEEDED = [
  "SHA256SUMS", "SHA256SUMS.note", "ballots.jsonl", "checkpoint", "checkpoints.txt", "election.pb", "manifest.json",
  "policy.txt", "result.json", "roll-summary.json", "tally.json",
];
const KNOWN = new RegExp(
  [
    "^(?:tokens\\.json|verify\\.(?:py|html)",
    "after/(?:logs\\.json|checkpoints\\.txt)",
    "paper/(?:batches|adjudications)\\.jsonl",
    "rla/(?:manifest\\.csv|seed\\.txt|sample\\.csv|mvr\\.jsonl|report\\.json)",
    "tile/(?:entries|[0-7])/(?:x[0-9]{3}/)*[0-9]{3}(?:\\.p/[1-9][0-9]{0,2})?)$",
  ].join("|"),
);

/** Makes sure that these are the paths of a bundle. */
export function checkPaths(paths) {
  const unknown = paths.find((path) => !NEEDED.includes(path) && !KNOWN.test(path));
  if (unknown !== undefined) throw new BoardError(`a bundle has no file ${unknown}`);
  const missing = NEEDED.find((path) => !paths.includes(path));
  if (missing) throw new BoardError(`${missing} is missing`);
}

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isDistrict = (value) => hasJust(value, PAPER, "voters", "web") && Object.values(value).every(isCount);

/** The hash of the roll, and each district's voters and marks. */
export function rollOf(text) {
  const roll = readText(text);
  const isRoll = hasJust(roll, "districts", "rollhash") && isHex(roll.rollhash, 32) && isObject(roll.districts);
  if (!isRoll || !Object.values(roll.districts).every(isDistrict)) throw new BoardError("roll-summary.json is not as it must be");
  return roll;
}

export function resultOf(text) {
  const result = readText(text);
  const isResult = hasJust(result, "ballots", "funded", "seed", "trace") && typeof result.seed === "string" && Array.isArray(result.funded);
  if (!isResult) throw new BoardError("result.json is not as it must be");
  return result;
}

/** What tally.json says, whatever more that is. */
export function outcomeOf(text) {
  let value = null;
  try {
    value = JSON.parse(text);
  } catch {
    // the same refusal as below
  }
  if (!isObject(value) || !Array.isArray(value.funded)) throw new BoardError("tally.json is no outcome");
  return value;
}
