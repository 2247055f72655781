// The page where a code is looked up: proves from the log's own files what the server says of the ballot.
import { BoardError, areEqual, textOf } from "../board/bytes.js";
import { checkInclusion, inclusionProof } from "../board/merkle.js";
import { Checkpoint, Note } from "../board/notes.js";
import { nodesOf } from "../board/tiles.js";
import { agree } from "./memory.js";
import { Unreached, getBytes, getJson, hashOf, logOf } from "./proof.js";
import { show } from "./states.js";

export async function find(place) {
  const { code, findUrl, checkpointUrl } = place.dataset;
  const tile = (path) => getBytes(new URL(path, new URL(checkpointUrl, location)));
  let answer;
  try {
    show(place, "checking");
    const log = logOf(place.dataset);
    const written = await getBytes(checkpointUrl);
    const note = new Note(written);
    const checkpoint = Checkpoint.signed(note, log);
    await agree(log, textOf(written), tile);
    answer = await getJson(findUrl);
    if (IS_NOWHERE.includes(answer.state)) return show(place, "server"); // there is nothing that could be proved
    const hash = hashOf(answer, code);
    if (!(Number.isSafeInteger(answer.index) && answer.index < checkpoint.size)) return show(place, "unreached");
    const nodes = nodesOf(tile, checkpoint.size);
    if (!areEqual(await nodes(0, answer.index), hash)) throw new BoardError(`another ballot lies at ${answer.index}`);
    checkInclusion(hash, answer.index, checkpoint.size, await inclusionProof(nodes, answer.index, checkpoint.size), checkpoint.root);
    show(place, STATES[answer.state] ?? "revoked", { index: answer.index });
  } catch (error) {
    if (!(error instanceof BoardError)) show(place, "unreached");
    if (error instanceof Unreached) return;
    if (!(error instanceof BoardError)) throw error;
    show(place, "wrong", { detail: error.message, evidence: JSON.stringify({ code, answer, key: place.dataset.logKey, checkpoints: error.evidence }, null, 1) });
  }
}

const IS_NOWHERE = ["unknown", "waiting"];
const STATES = { in: "proved", replaced: "replaced" };
