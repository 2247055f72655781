// The greedy rules, counted from docs/rules/greedy.md: options by merit, each funded if what is left pays for it.
import { sha256 } from "@noble/hashes/sha2.js";
import { BoardError, bytesOf, compareBytes } from "../js/board/bytes.js";
import { hasJust } from "../js/board/canonical.js";
import { Amount, ZERO } from "./amounts.js";
import { numbersOf } from "./manifest.js";

export const RULES = ["greedy_card", "greedy_cost", "greedy_score"];
const SHORTEST_SEED = 16;
const DEFAULTS = { minimum_votes: 0, stop: false };
const [UNSUPPORTED, SUPPORTED, FREE] = [0, 1, 2]; // who comes last, who by merit, who first

/** The outcome as `tally.json` has it. `ballots` maps choices in canonical JSON to how many ballots say so. */
export function count(manifest, ballots, seed) {
  const { rule, parameters } = manifest.count;
  const terms = { ...DEFAULTS, ...parameters };
  const areKnown = hasJust(terms, ...Object.keys(DEFAULTS)) && Number.isSafeInteger(terms.minimum_votes) && typeof terms.stop === "boolean";
  if (!areKnown) throw new BoardError(`${rule} has no such parameters`);
  const stand = standings(manifest, ballots, rule);
  const walked = walk(levelsOf(stand, tieOrder(manifest, seed)), Amount.of(manifest.fund), terms);
  const number = [...ballots.values()].reduce((sum, times) => sum + times, 0);
  return written(manifest, terms, number, walked);
}

/** Each option with its votes, what the rule goes by, and its merit: a level and a number. */
function standings(manifest, ballots, rule) {
  const named = new Map(manifest.options.map(({ n }) => [n, new Map()])); // option -> points -> ballots that give them
  for (const [choices, times] of ballots) {
    const said = JSON.parse(choices);
    const points = pointsOf(said);
    numbersOf(said).forEach((number, at) => {
      const given = named.get(number);
      given.set(points(at), (given.get(points(at)) ?? 0) + times);
    });
  }
  return manifest.options.map(({ n, code, cost: price }) => {
    const cost = Amount.of(price);
    const votes = [...named.get(n).values()].reduce((sum, times) => sum.plus(Amount.of(times)), ZERO);
    const points = [...named.get(n)].reduce((sum, [each, times]) => sum.plus(Amount.of(each).times(BigInt(times))), ZERO);
    const support = rule === "greedy_score" ? points : votes;
    const merit = rule === "greedy_cost" || cost.isZero() ? support : support.over(cost);
    const level = merit.isZero() ? UNSUPPORTED : cost.isZero() ? FREE : SUPPORTED;
    return { code, cost, votes, support, level, merit: level === FREE ? ZERO : merit };
  });
}

/** Points of the option at a place of the choices: its own, Borda's on a ranking, else one. */
export function pointsOf({ r, s }) {
  if (s) return (at) => s[at][1];
  if (r) return (at) => r.length - at - 1;
  return () => 1;
}

/** The codes of all options, the one that wins a tie first. */
function tieOrder({ options, count: { ties } }, seed) {
  const byText = (one, other) => compareBytes(one.text, other.text);
  const byLot = (one, other) => compareBytes(one.lot, other.lot);
  const orders = { id_text: byText, lot: byLot, cost_then_lot: (one, other) => one.cost - other.cost || byLot(one, other) };
  const drawn = bytesOf(seed);
  if (ties !== "id_text" && drawn.length < SHORTEST_SEED) throw new BoardError(`a seed needs ${SHORTEST_SEED} bytes, this one has ${drawn.length}`);
  const keyed = options.map(({ code, cost }) => {
    const text = bytesOf(code);
    return { code, cost, text, lot: sha256(Uint8Array.of(...drawn, 0, ...text)) };
  });
  return keyed.sort(orders[ties]).map(({ code }) => code);
}

const compareMerit = (one, other) => other.level - one.level || other.merit.compare(one.merit);

/** Those of equal merit together, best first; on a level by the tie order. */
function levelsOf(stand, ties) {
  const place = new Map(ties.map((code, at) => [code, at]));
  const levels = [];
  for (const line of stand.sort((one, other) => compareMerit(one, other) || place.get(one.code) - place.get(other.code))) {
    const last = levels[levels.length - 1];
    if (last && !compareMerit(last[0], line)) last.push(line);
    else levels.push([line]);
  }
  return levels;
}

function walk(levels, limit, terms) {
  const least = Amount.of(terms.minimum_votes);
  const [rounds, ties, funded] = [[], [], []];
  let [left, isStopped] = [limit, false];
  for (const level of levels) {
    const inPlay = level.filter((line) => line.votes.compare(least) >= 0);
    if (inPlay.length > 1) ties.push({ codes: inPlay.map(({ code }) => code), mattered: !isStopped && matters(inPlay, left, terms.stop) });
    for (const line of level) {
      const decision = decide(line, left, least, isStopped);
      rounds.push({ line, left, decision });
      if (decision === "funded") {
        left = left.minus(line.cost);
        funded.push(line);
      } else if (decision === "does_not_fit") isStopped = terms.stop;
    }
  }
  return { rounds, ties, funded, left, spent: limit.minus(left) };
}

function decide(line, left, least, isStopped) {
  if (line.votes.compare(least) < 0) return "too_few_votes";
  if (isStopped) return "after_the_stop";
  return line.cost.compare(left) <= 0 ? "funded" : "does_not_fit";
}

/** Whether another order of these would fund another set: not all that fit alone fit together, or one too dear stops the walk. */
function matters(inPlay, left, stop) {
  const able = inPlay.filter(({ cost }) => cost.compare(left) <= 0);
  const together = able.reduce((sum, { cost }) => sum.plus(cost), ZERO);
  return together.compare(left) > 0 || (stop && able.length > 0 && able.length < inPlay.length);
}

function written(manifest, terms, number, { rounds, ties, funded, left, spent }) {
  const text = JSON.stringify;
  const turns = rounds.map(
    ({ line, left: before, decision }) =>
      `{"cost":${line.cost.toJson()},"decision":${text(decision)},"key":${line.level === FREE ? "null" : line.merit.toJson()},` +
      `"left":${before.toJson()},"option":${text(line.code)},"stage":"","support":${line.support.toJson()}}`,
  );
  const tied = ties.map(({ codes, mattered }) => `{"mattered":${mattered},"options":${text(codes)}}`);
  return (
    `{"arithmetic":"exact integers and fractions","ballots":${number},"facts":{},"funded":${text(funded.map(({ code }) => code))},` +
    `"left":${left.toJson()},"limit":${manifest.fund},"parameters":{"minimum_votes":${terms.minimum_votes},"stop":${terms.stop}},` +
    `"rounds":[${turns}],"rule":${text(manifest.count.rule)},"spent":${spent.toJson()},"ties":[${tied}]}`
  );
}
