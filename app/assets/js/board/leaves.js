// What may stand in the log: every kind of leaf, member by member, and nothing else (docs/board.md).
import { BoardError, bytesOf, has, isHex } from "./bytes.js";
import { hasJust, isObject, read as readCanonical, write as writeCanonical } from "./canonical.js";
import { Key } from "./notes.js";

const LONGEST = 65535;
const LONGEST_TEXT = 200;
const PRINTABLE = /^(?: |[^\p{C}\p{Z}])+$/u;

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isNumber = (value) => isCount(value) && value > 0;
export const isText = (value) => typeof value === "string" && PRINTABLE.test(value) && [...value].length <= LONGEST_TEXT;
const isHash = (value) => isHex(value, 32);
const isPseudonym = (value) => isHex(value, 16);
const isElection = (value) => typeof value === "string" && /^[0-9a-z][0-9a-z./-]{0,99}$/.test(value);
const oneOf = (...words) => (value) => words.includes(value);
const table = (inner) => (value) =>
  isObject(value) && Object.keys(value).every((name) => isText(name) && inner(value[name]));
const areTwoPeople = (value) =>
  Array.isArray(value) && value.length === 2 && value.every(isText) && value[0] !== value[1];
const isToken = (value) => hasJust(value, "m", "s") && isHash(value.m) && isHex(value.s, 384);

function isKey(value) {
  try {
    return typeof value === "string" && Boolean(new Key(value));
  } catch {
    return false;
  }
}

const ENDED = { e: isElection, log: isKey, size: isNumber, root: isHash, kept: isNumber, open: isHash };

/** The logs that one continues, the last of them first; of each less was kept than it signed. */
export function isBefore(value) {
  return Array.isArray(value) && value.length > 0 && value.every(isEnded);
}

const isEnded = (log) =>
  hasJust(log, ...Object.keys(ENDED)) &&
  Object.keys(ENDED).every((name) => ENDED[name](log[name])) &&
  log.kept < log.size &&
  new Key(log.log).name === log.e;

const areAscending = (numbers) =>
  Array.isArray(numbers) && numbers.every((number, at) => isNumber(number) && (!at || numbers[at - 1] < number));

/** Points: a whole number, or a fraction in lowest terms where a file has such. */
function arePoints(value) {
  const found = typeof value === "string" && /^([1-9][0-9]{0,15})\/([1-9][0-9]{0,15})$/.exec(value);
  if (!found) return isCount(value);
  let [above, under] = [BigInt(found[1]), BigInt(found[2])];
  if (under === 1n) return false;
  while (under) [above, under] = [under, above % under];
  return above === 1n;
}

const FORMS = {
  a: areAscending,
  s: (pairs) =>
    Array.isArray(pairs) &&
    pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && arePoints(pair[1])) &&
    areAscending(pairs.map(([number]) => number)),
  r: (tiers) =>
    Array.isArray(tiers) &&
    tiers.every((tier) => areAscending(tier) && tier.length) &&
    new Set(tiers.flat()).size === tiers.flat().length,
};

/** What a ballot says: `{"a":[…]}`, `{"s":[[…]]}` or `{"r":[[…]]}`; numbers of options. */
export function isChoices(value) {
  if (!isObject(value)) return false;
  const [form, ...rest] = Object.keys(value);
  return !rest.length && has(FORMS, form) && FORMS[form](value[form]);
}

const COMMON = { v: oneOf(1), t: isText, e: isElection };
const KINDS = {
  open: {
    manifest: isHash, log: isKey, policy: isHash, roll: table(isCount), rollhash: isHash, linkhash: isHash,
    tokens: table(isHash), ties: isText, verifiers: table(isHash), code: isText, by: areTwoPeople,
  },
  ballot: { d: isText, c: oneOf("web", "booth"), f: isNumber, p: isPseudonym, k: isToken, n: isHash, x: isChoices },
  revoke: { p: isPseudonym, why: oneOf("paper-instead", "lost-device") },
  batch: { b: isNumber, station: isText, seal: isText, sheets: isNumber, by: areTwoPeople },
  paper: { b: isNumber, s: isNumber, d: isText, f: isNumber, n: isHash, x: isChoices, u: oneOf("blank", "spoiled") },
  "batch-close": { b: isNumber, typed: isCount, blank: isCount, spoiled: isCount, settled: isCount, keying: isHash },
  void: { i: isCount, why: isText, document: isText, by: areTwoPeople },
  "roll-change": { added: isCount, removed: isCount, rollhash: isHash },
  close: { size: isNumber, counts: table(isCount), marks: table(isCount) },
  result: { bundle: isHash, funded: areAscending, trace: isHash },
};
// Kind -> members that a leaf may have besides.
const OPTIONAL = { open: { after: isBefore } };
// Kind -> two members of which a leaf has one.
const EITHER = { ballot: ["p", "k"], paper: ["x", "u"] };

/** The leaf of these bytes; BoardError where they are none. */
export function read(bytes) {
  if (bytes.length > LONGEST) throw new BoardError(`at most ${LONGEST} bytes, not ${bytes.length}`);
  const leaf = readCanonical(bytes);
  check(leaf);
  return leaf;
}

/** The bytes of a leaf, which is checked. */
export function write(leaf) {
  check(leaf);
  return bytesOf(writeCanonical(leaf));
}

function check(leaf) {
  if (!isObject(leaf)) throw new BoardError("a leaf is an object");
  if (typeof leaf.t !== "string" || !has(KINDS, leaf.t)) throw new BoardError("t: no such kind of leaf");
  const members = KINDS[leaf.t];
  const [one, other] = EITHER[leaf.t] ?? [];
  if (one && has(leaf, one) === has(leaf, other)) throw new BoardError(`${one}: either this or ${other}`);
  for (const name in COMMON) checkMember(leaf, name, COMMON[name]);
  let known = Object.keys(COMMON).length;
  for (const name in members) {
    if ((name === one || name === other) && !has(leaf, name)) continue;
    checkMember(leaf, name, members[name]);
    known++;
  }
  for (const [name, fits] of Object.entries(OPTIONAL[leaf.t] ?? {})) {
    if (!has(leaf, name)) continue;
    checkMember(leaf, name, fits);
    known++;
  }
  if (Object.keys(leaf).length !== known) throw new BoardError(`a leaf of the kind ${leaf.t} has no such members`);
}

function checkMember(leaf, name, fits) {
  if (!has(leaf, name)) throw new BoardError(`${name}: is missing`);
  if (!fits(leaf[name])) throw new BoardError(`${name}: is not as it must be`);
}
