// What was asked: the manifest's own form, and whether a ballot fits it (docs/bundle.md).
import { BoardError, has } from "../js/board/bytes.js";
import { hasJust, isObject } from "../js/board/canonical.js";
import { isChoices } from "../js/board/leaves.js";

// Kind of ballot -> the form of its choices.
const FORMS = { approval: "a", knapsack: "a", choose_one: "a", ordinal: "r", cumulative: "s", scored: "s" };
const TIES = ["cost_then_lot", "id_text", "lot"];

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isText = (value) => typeof value === "string";
const MEMBERS = {
  v: (value) => value === 1,
  election: isText,
  titles: (value) => isObject(value) && Object.values(value).every(isText),
  kind: (value) => isText(value) && has(FORMS, value),
  fund: isCount,
  currency: isText,
  picks: isCount,
  fields: (value) => isObject(value) && Object.values(value).every(isCount),
  options: (value) => Array.isArray(value) && value.every(isOption) && isAscending(value),
  count: (value) =>
    hasJust(value, "parameters", "rule", "ties") && isText(value.rule) && isObject(value.parameters) && TIES.includes(value.ties),
  publication: (value) => value === "sealed" || value === "open",
};

const isOption = (value) =>
  hasJust(value, "code", "cost", "field", "n", "title") &&
  [value.code, value.field, value.title].every(isText) &&
  [value.cost, value.n].every(isCount);
const isAscending = (options) =>
  options.every(({ n }, at) => n > (at ? options[at - 1].n : 0)) &&
  new Set(options.map(({ code }) => code)).size === options.length;

export class Manifest {
  constructor(value) {
    if (!hasJust(value, ...Object.keys(MEMBERS))) throw new BoardError("the manifest has a member too few or too many");
    for (const name in MEMBERS) if (!MEMBERS[name](value[name])) throw new BoardError(`the manifest's ${name} is not as it must be`);
    Object.assign(this, value);
    this.option = new Map(value.options.map((option) => [option.n, option]));
  }

  /** Makes sure that a ballot of these choices may be cast; BoardError says why not. */
  check(choices) {
    if (!isChoices(choices) || !has(choices, FORMS[this.kind])) throw new BoardError(`choices of another form than a ballot of the kind ${this.kind}`);
    const numbers = numbersOf(choices);
    const unknown = numbers.find((number) => !this.option.has(number));
    if (unknown) throw new BoardError(`no option ${unknown}`);
    if (this.kind === "ordinal" && choices.r.some((tier) => tier.length > 1)) throw new BoardError("two options of one rank");
    const most = this.kind === "choose_one" ? 1 : this.picks;
    if (most && numbers.length > most) throw new BoardError(`${numbers.length} options, at most ${most}`);
    this.#checkFields(numbers);
    const cost = numbers.reduce((sum, number) => sum + BigInt(this.option.get(number).cost), 0n);
    if (this.kind === "knapsack" && cost > BigInt(this.fund)) throw new BoardError(`costs ${cost}, more than there is`);
  }

  #checkFields(numbers) {
    const picked = new Map();
    for (const number of numbers) {
      const { field } = this.option.get(number);
      picked.set(field, (picked.get(field) ?? 0) + 1);
    }
    for (const [field, count] of picked) {
      const most = has(this.fields, field) ? this.fields[field] : 0;
      if (most && count > most) throw new BoardError(`${count} options of ${field || "no field"}, at most ${most}`);
    }
  }
}

/** The options that choices name, in their order. */
export const numbersOf = ({ a, r, s }) => a ?? r?.flat() ?? s.map(([number]) => number);
