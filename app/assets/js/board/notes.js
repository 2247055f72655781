// Signed notes: a text and, under it, lines of signatures by named keys (C2SP signed-note).
// Ed25519 by a library and not by the browser: older phones have none.
import * as ed25519 from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { BoardError, base64Of, bytesOf, bytesOfBase64, hexOf, textOf } from "./bytes.js";

ed25519.hashes.sha512 = sha512;

export const LOG = 1; // kinds of keys, as the standard numbers them
export const WITNESS = 4;
const DASH = "— ";
const [ID_BYTES, TIME_BYTES, KEY_BYTES, SIGNATURE_BYTES] = [4, 8, 32, 64];
const MOST_SIGNATURES = 64;
const NAME = /^[^\s+]+$/u;
const MOST_SECONDS = 2n ** 63n - 1n;

/** A public key with its name, as policies and leaves write it: `name+id+key`. */
export class Key {
  constructor(written) {
    const [name, id, ...rest] = written.split("+");
    const encoded = rest.join("+"); // base64 has this letter too
    const body = encoded ? bytesOfBase64(encoded) : new Uint8Array();
    if (!NAME.test(name) || body.length !== 1 + KEY_BYTES || ![LOG, WITNESS].includes(body[0])) {
      throw new BoardError(`no key of a log or a witness: ${written}`);
    }
    const own = hexOf(sha256(Uint8Array.of(...bytesOf(`${name}\n`), ...body)).subarray(0, ID_BYTES));
    if (own !== id) throw new BoardError(`this id belongs to another key: ${written}`);
    Object.assign(this, { name, id, kind: body[0], public: body.subarray(1), written });
    Object.freeze(this);
  }

  /** Whether this is the key's signature under the text. */
  hasSigned(text, signature) {
    let [message, signed] = [text, signature];
    if (this.kind === WITNESS) {
      if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return false;
      const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
      if (seconds > MOST_SECONDS) return false;
      message = `cosignature/v1\ntime ${seconds}\n${text}`;
      signed = signature.subarray(TIME_BYTES);
    }
    if (signed.length !== SIGNATURE_BYTES) return false;
    return ed25519.verify(signed, bytesOf(message), this.public, { zip215: false });
  }
}

/** A text, whose last line has its end too, and the signatures under it; nothing of it is believed yet. */
export class Note {
  constructor(bytes) {
    const written = textOf(bytes);
    this.written = written;
    if (/[\x00-\x09\x0b-\x1f]/.test(written)) throw new BoardError("a note has no control characters");
    const end = written.lastIndexOf("\n\n");
    if (end < 0 || !written.endsWith("\n")) throw new BoardError("a note has a text, an empty line, and lines of signatures");
    this.text = written.slice(0, end + 1);
    const lines = written.slice(end + 2, -1).split("\n");
    if (lines.length > MOST_SIGNATURES) throw new BoardError(`a note has at most ${MOST_SIGNATURES} signatures`);
    this.signatures = lines.map(signatureOf);
  }

  /** Who of these keys has signed, each once; BoardError where a signature names one and is not its own. */
  signedBy(keys) {
    const known = new Map(keys.map((key) => [`${key.name}+${key.id}`, key]));
    const found = new Set();
    for (const { name, id, signed } of this.signatures) {
      const key = known.get(`${name}+${id}`);
      if (!key || found.has(key)) continue;
      if (!key.hasSigned(this.text, signed)) throw new BoardError(`the signature of ${key.name} is not under this text`);
      found.add(key);
    }
    return [...found];
  }
}

function signatureOf(line) {
  const [name, encoded, ...rest] = line.slice(DASH.length).split(" ");
  if (!line.startsWith(DASH) || !NAME.test(name) || !encoded || rest.length) throw new BoardError(`no line of a signature: ${line}`);
  const body = bytesOfBase64(encoded);
  if (body.length <= ID_BYTES) throw new BoardError(`no line of a signature: ${line}`);
  return { name, id: hexOf(body.subarray(0, ID_BYTES)), signed: body.slice(ID_BYTES) };
}

/** What a log says of itself: its name, how many leaves it has, and the root of their tree (C2SP tlog-checkpoint). */
export class Checkpoint {
  constructor(text) {
    const [origin, size, root, end, ...rest] = text.split("\n");
    if (!origin || end !== "" || rest.length) throw new BoardError("a checkpoint has three lines: origin, size, root");
    this.origin = origin;
    this.size = wholeNumber(size);
    this.root = hashOf(root);
  }

  /** The checkpoint of a note that this log has signed. */
  static signed(note, log) {
    if (!note.signedBy([log]).length) throw new BoardError(`${log.name} has not signed this checkpoint`);
    const found = new Checkpoint(note.text);
    if (found.origin !== log.name) throw new BoardError(`this is a checkpoint of ${found.origin}, not of ${log.name}`);
    return found;
  }

  toString() {
    return `${this.origin}\n${this.size}\n${base64Of(this.root)}\n`;
  }
}

export function wholeNumber(written) {
  if (!/^(0|[1-9][0-9]*)$/.test(written) || !Number.isSafeInteger(Number(written))) throw new BoardError(`no size of a log: ${written}`);
  return Number(written);
}

export function hashOf(encoded) {
  const found = bytesOfBase64(encoded);
  if (found.length !== KEY_BYTES) throw new BoardError(`no hash: ${encoded}`);
  return found;
}
