// The audit of paper by a sample: whether sample and figures follow from its seed (docs/bundle.md, "The audit of paper").
import { sha256 } from "@noble/hashes/sha2.js";
import { BoardError, bytesOf, hexOf, textOf } from "../js/board/bytes.js";
import { hasJust, isObject, readText } from "../js/board/canonical.js";
import { isChoices } from "../js/board/leaves.js";
import { pointsOf } from "./greedy.js";
import { numbersOf } from "./manifest.js";

export const FILES = { batches: "rla/manifest.csv", seed: "rla/seed.txt", sample: "rla/sample.csv", read: "rla/mvr.jsonl", report: "rla/report.json" };
const UNUSED = ["blank", "spoiled", "missing"];
const [GAMMA, HUNDRED_THOUSAND] = [103905n, 100000n]; // one over the other
const MILLION = 10n ** 6n;
const TICKET = 64; // digits

/** The rows of a table with two columns of numbers from 1. */
export function rowsOf(lines, path, head) {
  const rows = lines.map((bytes) => /^([1-9][0-9]{0,15}),([1-9][0-9]{0,15})$/.exec(textOf(bytes))?.slice(1).map(Number));
  if (!lines.length || textOf(lines[0]) !== head) throw new BoardError(`${path} does not begin with ${head}`);
  const wrong = rows.findIndex((row, at) => at && !row);
  if (wrong >= 0) throw new BoardError(`${path}, line ${wrong + 1} is not right`);
  return rows.slice(1);
}

export function seedOf(text) {
  if (!/^[0-9]{20,200}\n$/.test(text)) throw new BoardError(`${FILES.seed} has not 20 digits or more`);
  return text.slice(0, -1);
}

/** All sheets in the order of the draw: by a number made of seed and sheet, read backwards. */
export function drawn(seed, batches) {
  const hashed = hexOf(sha256(bytesOf(seed)));
  const tickets = batches.flatMap(([batch, sheets]) =>
    Array.from({ length: sheets }, (_, at) => {
      const digest = hexOf(sha256(bytesOf(`${hashed}${batch}:${at + 1}`)));
      const digits = BigInt(`0x${digest}`).toString().padStart(TICKET, "0");
      return [[...digits].reverse().join(""), [batch, at + 1]];
    }),
  );
  return tickets.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sheet]) => sheet);
}

/** Whether the protocol has assertions for how this vote was counted. */
export function hasAssertions({ kind, options, count: { rule, parameters } }) {
  const isKnown = ["greedy_card", "greedy_cost"].includes(rule) || isBorda({ kind, rule });
  return isKnown && !Object.values(parameters).some(Boolean) && options.every(({ cost }) => cost);
}

const isBorda = ({ kind, rule }) => rule === "greedy_score" && kind === "ordinal";

/** Report and re-read sheets, held against the ballots of the log. */
export class Audit {
  #manifest;
  #rule;
  #points; // whether points count, or that an option is named
  #support = new Map(); // option -> what all ballots give it
  #typed; // sheet -> choices, where it has any

  /** `ballots` maps choices in canonical JSON to how many ballots say so; `typed` is asked for "batch/sheet". */
  constructor(manifest, ballots, typed) {
    this.#manifest = manifest;
    this.#rule = manifest.count.rule;
    this.#points = isBorda({ kind: manifest.kind, rule: this.#rule });
    this.#typed = typed;
    for (const { n } of manifest.options) this.#support.set(n, 0n);
    for (const [choices, times] of ballots) {
      for (const [number, points] of this.#supportOf(JSON.parse(choices))) this.#support.set(number, this.#support.get(number) + points * BigInt(times));
    }
  }

  #supportOf(choices) {
    const points = this.#points ? pointsOf(choices) : () => 1;
    return new Map(numbersOf(choices).map((number, at) => [number, BigInt(points(at))]));
  }

  /** The sheets that were read otherwise than typed: support as typed, and as read; null for a missing sheet. */
  differences(sample, lines) {
    if (sample.length !== lines.length) throw new BoardError(`${FILES.read} has ${lines.length} lines for ${sample.length} sheets`);
    const found = [];
    sample.forEach(([batch, sheet], at) => {
      const seen = this.#seen(lines[at], at + 1);
      if (seen.b !== batch || seen.s !== sheet) throw new BoardError(`${FILES.read}, line ${at + 1} is of another sheet`);
      const nothing = { a: [] };
      const [typed, read] = [this.#typed(`${batch}/${sheet}`) ?? nothing, seen.x ?? nothing].map((choices) => this.#supportOf(choices));
      if (seen.u === "missing") found.push([typed, null]);
      else found.push([typed, read]);
    });
    return found;
  }

  #seen(bytes, number) {
    const wrong = (why) => new BoardError(`${FILES.read}, line ${number}: ${why}`);
    let said;
    try {
      said = readText(textOf(bytes));
    } catch (error) {
      throw wrong(error.message);
    }
    const isSaid = isObject(said) && (hasJust(said, "b", "s", "x") ? isChoices(said.x) : hasJust(said, "b", "s", "u") && UNUSED.includes(said.u));
    if (!isSaid) throw wrong("says nothing of a sheet");
    if (said.x) {
      try {
        this.#manifest.check(said.x);
      } catch (error) {
        throw wrong(error.message);
      }
    }
    return said;
  }

  /** The greatest risk of all assertions, as millionths rounded up; BoardError if they do not prove who is funded. */
  risk(assertions, funded, { sheets, differences }) {
    const cost = new Map(this.#manifest.options.map((option) => [option.n, BigInt(option.cost)]));
    const won = new Set(funded.filter((number) => cost.has(number)));
    const room = new Map([...cost].filter(([number]) => !won.has(number)).map(([number, price]) => [number, BigInt(this.#manifest.fund) - price]));
    let before = [0, 0];
    const risks = assertions.map((row) => {
      const { above, below } = row;
      const isNext = below > before[0] || (below === before[0] && above > before[1]);
      const refuse = (why) => new BoardError(`${FILES.report}, ${above} above ${below}: ${why}`);
      if (!won.has(above) || !room.has(below) || !isNext) throw refuse("no assertion here");
      before = [below, above];
      room.set(below, room.get(below) - cost.get(above));
      const factors = this.#rule === "greedy_cost" ? [1n, 1n] : [cost.get(below), cost.get(above)];
      const risk = this.#riskOf(row, factors, sheets, differences);
      if (!risk || decimals(risk) !== row.risk) throw refuse(risk ? `the risk is ${decimals(risk)}` : "does not hold");
      return risk;
    });
    if ([...room.values()].some((left) => left >= 0n)) throw new BoardError(`${FILES.report} has too few assertions`);
    return risks.reduce((most, risk) => (isAbove(risk, most) ? risk : most), [0n, 1n]);
  }

  /** The risk as a fraction, not in lowest terms; null where the ballots themselves say otherwise. */
  #riskOf({ above, below }, [byAbove, byBelow], sheets, differences) {
    const value = (support) => byAbove * (support.get(above) ?? 0n) - byBelow * (support.get(below) ?? 0n);
    const points = this.#points ? BigInt(this.#manifest.options.length - 1) : 1n;
    const most = points * (byAbove > byBelow ? byAbove : byBelow);
    const margin = value(this.#support);
    if (margin <= 0n) return null;
    const errors = differences.map(([typed, read]) => (read ? value(typed) - value(read) : 2n * most));
    return riskOf(margin, most, sheets, errors);
  }
}

/**
 * (1 - M / 2γUN)^n · Π 1 / (1 - e / 2γU), at most 1, as numerator and denominator.
 *
 * `errors` has one of each sheet that was drawn: by how much its typing favoured the assertion.
 */
export function riskOf(margin, most, sheets, errors) {
  if (margin > 2n * most * sheets) return [0n, 1n]; // the sheets could not make it false, however wrong they are
  const unit = 2n * GAMMA * most;
  const size = BigInt(errors.length);
  const base = unit * sheets - HUNDRED_THOUSAND * margin;
  let [above, under] = [(base > 0n ? base : 0n) ** size, (unit * sheets) ** size];
  for (const error of errors.filter(Boolean)) [above, under] = [above * unit, under * (unit - HUNDRED_THOUSAND * error)];
  return above > under ? [1n, 1n] : [above, under];
}

/** Of two fractions, whether the first is the greater. */
export const isAbove = ([one, under], [other, below]) => one * below > other * under;

/** A fraction as decimals, rounded up. */
export function decimals([above, under]) {
  const millionths = (above * MILLION + under - 1n) / under;
  return `${millionths / MILLION}.${String(millionths % MILLION).padStart(6, "0")}`;
}

/** The report, if it is as it must be. */
export function reportOf(text) {
  const report = readText(text);
  const isRow = (row) => hasJust(row, "above", "below", "risk") && [row.above, row.below].every(Number.isSafeInteger) && /^[01]\.[0-9]{6}$/.test(row.risk);
  const isReport = hasJust(report, "assertions", "limit") && Array.isArray(report.assertions) && report.assertions.every(isRow);
  const limit = isReport && /^([1-9][0-9]{0,8})\/([1-9][0-9]{0,8})$/.exec(report.limit);
  if (!limit) throw new BoardError(`${FILES.report} is not as it must be`);
  return { assertions: report.assertions, limit: [BigInt(limit[1]), BigInt(limit[2])] };
}
