// The proof that a leaf is in the log, as one text that needs no server (C2SP tlog-proof), and its code.
import { BoardError, bytesOf, textOf } from "./bytes.js";
import { checkInclusion } from "./merkle.js";
import { Checkpoint, Note, hashOf, wholeNumber } from "./notes.js";

const HEAD = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 64;

/** Where a leaf lies, what proves it, and the checkpoint that it is proved against; nothing is believed yet. */
export class Receipt {
  constructor(text) {
    const parted = text.indexOf("\n\n");
    const [head, ...lines] = text.slice(0, Math.max(parted, 0)).split("\n");
    if (head !== HEAD) throw new BoardError(`a receipt begins with ${HEAD}`);
    if (lines[0]?.startsWith("extra ")) lines.shift();
    const place = lines.shift() ?? "";
    if (!place.startsWith("index ") || lines.length > MOST_HASHES) throw new BoardError("a receipt says the place of the leaf, and then hashes");
    this.index = wholeNumber(place.slice("index ".length));
    this.proof = lines.map(hashOf);
    this.note = new Note(bytesOf(text.slice(parted + 2)));
  }

  static of(bytes) {
    return new Receipt(textOf(bytes));
  }

  /** Makes sure that the hash of a leaf is in this log; the checkpoint that says so. */
  check(hash, log) {
    const checkpoint = Checkpoint.signed(this.note, log);
    checkInclusion(hash, this.index, checkpoint.size, this.proof, checkpoint.root);
    return checkpoint;
  }
}

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base32
const LENGTH = 20;
const SLIPS = { I: "1", L: "1", O: "0", U: "V" };

/** The first 100 bits of a leaf's hash, as a voter can read and type them. */
export function codeOf(hash) {
  let [bits, held, code] = [0, 0, ""];
  for (let at = 0; code.length < LENGTH; ) {
    if (held < 5) [bits, held] = [(bits << 8) | hash[at++], held + 8];
    held -= 5;
    code += ALPHABET[bits >> held];
    bits &= (1 << held) - 1;
  }
  return code;
}

export const grouped = (code) => code.match(/.{1,4}/g).join("-");

/** What was meant by what was typed: case, hyphens, blanks and look-alike letters do not matter. */
export const meant = (text) => text.toUpperCase().replace(/[-\s]/g, "").replace(/[ILOU]/g, (letter) => SLIPS[letter]);

/** The receipt code that was typed; empty where it can be none. */
export function codeTyped(text) {
  const code = meant(text);
  return code.length === LENGTH && [...code].every((letter) => ALPHABET.includes(letter)) ? code : "";
}
