// Whether the server's answer about a ballot holds: each claim is checked, none is believed.
import { BoardError, areEqual, bytesOf, bytesOfHex } from "../board/bytes.js";
import { isObject, write } from "../board/canonical.js";
import { read as readLeaf } from "../board/leaves.js";
import { leafHash } from "../board/merkle.js";
import { Key } from "../board/notes.js";
import { Receipt, codeOf } from "../board/receipt.js";
import { checkKey } from "./memory.js";

/** The server did not answer, or not what it should: nothing is known by that. */
export class Unreached extends Error {
  constructor(url, status = 0) {
    super(url);
    this.status = status;
  }
}

async function get(url) {
  try {
    return await fetch(url, { cache: "no-store", credentials: "same-origin" });
  } catch {
    throw new Unreached(url);
  }
}

/** The JSON of an answer; a ballot that is not known is an answer as well (404). */
export async function getJson(url) {
  const answer = await get(url);
  if (!answer.ok && answer.status !== 404) throw new Unreached(url, answer.status);
  try {
    const body = await answer.json();
    if (isObject(body)) return body;
  } catch {
    // the same as below
  }
  throw new Unreached(url);
}

export async function getBytes(url) {
  const answer = await get(url);
  if (!answer.ok) throw new Unreached(url, answer.status);
  return new Uint8Array(await answer.arrayBuffer());
}

/** The key by which a page says that its log signs; the one that was seen before, if any was. */
export function logOf({ logKey, election }) {
  const log = new Key(logKey);
  if (log.name !== election) throw new BoardError(`the key is of ${log.name}, not of ${election}`);
  checkKey(log);
  return log;
}

/** The hash of the leaf that an answer is about, which must have this code. */
export function hashOf({ hash }, code) {
  const found = bytesOfHex(String(hash));
  if (found.length !== 32 || codeOf(found) !== code) throw new BoardError("the server tells of another ballot than that of this code");
  return found;
}

/** Makes sure that what was recorded is what was sent; `sent` is every member of the leaf but `p`. */
export function checkRecorded({ leaf: text }, hash, sent) {
  if (typeof text !== "string") throw new BoardError("the server does not show what it recorded");
  const bytes = bytesOf(text);
  const { p, ...recorded } = readLeaf(bytes);
  if (!p || write(recorded) !== write(sent)) throw new BoardError("another ballot was recorded than was sent");
  if (!areEqual(leafHash(bytes), hash)) throw new BoardError("what was recorded has another code");
}

/** The receipt of an answer, which must prove the leaf's hash in this log. */
export function provedBy({ index, proof }, hash, log) {
  const receipt = new Receipt(String(proof));
  if (receipt.index !== index) throw new BoardError("the proof is of another place");
  receipt.check(hash, log);
  return receipt;
}
