// The page after the cast: asks until the ballot is in the log, and shows the tick only when all is proved.
import { BoardError } from "../board/bytes.js";
import { forget, kept } from "./kept.js";
import { remember } from "./memory.js";
import { Unreached, checkRecorded, getJson, hashOf, logOf, provedBy } from "./proof.js";
import { show } from "./states.js";

const [FIRST_WAIT, LONGEST_WAIT] = [700, 10_000]; // milliseconds between two questions

export async function watch(place) {
  show(place, "waiting");
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const isDone = await ask(place);
    if (isDone) return;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Asks once; whether that was the last time. */
async function ask(place) {
  const { receipt: code, receiptUrl, clearBallot: contest } = place.dataset;
  const sent = kept(contest);
  let answer;
  try {
    answer = await getJson(receiptUrl);
    const log = logOf(place.dataset);
    if (answer.state === "unknown") throw new BoardError("the server does not know this ballot");
    const hash = hashOf(answer, code);
    if (sent) checkRecorded(answer, hash, sent);
    if (answer.state === "waiting") {
      show(place, "waiting");
      return false;
    }
    const receipt = provedBy(answer, hash, log);
    remember(log, receipt.note.written);
    forget(contest);
    show(place, STATES[answer.state] ?? "replaced", { index: receipt.index, compared: Boolean(sent), proof: answer.proof });
  } catch (error) {
    if (!(error instanceof BoardError)) show(place, "unreached");
    if (error instanceof Unreached) return false;
    if (!(error instanceof BoardError)) throw error;
    show(place, "wrong", { detail: error.message, evidence: JSON.stringify({ code, sent, answer, key: place.dataset.logKey }, null, 1) });
  }
  return true;
}

const STATES = { in: "proved" };
