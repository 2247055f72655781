// Tokens that were signed blindly: their signatures are plain RSA-PSS, which the browser itself checks (RFC 9474, RFC 8017).
import { sha256 } from "@noble/hashes/sha2.js";
import { BoardError, bytesOf, bytesOfHex, has, hexOf, isHex } from "../js/board/bytes.js";
import { hasJust, isObject, readText, write } from "../js/board/canonical.js";

const SCHEME = { name: "RSA-PSS", hash: "SHA-384" };
const SALT_BYTES = 48;
const [EXPONENT, EXPONENT_BYTES] = [65537, "AQAB"];
const MODULUS_BYTES = 384;

const isKey = (value) =>
  hasJust(value, "e", "n") && value.e === EXPONENT && isHex(value.n, MODULUS_BYTES) && value.n[0] >= "8";

/** The keys of the districts, as tokens.json tells them; none where voters have pseudonyms. */
export class TokenKeys {
  #told;
  #keys = new Map(); // district -> the browser's key, or null where it takes none

  constructor(text = "{}") {
    this.#told = readText(text);
    if (!isObject(this.#told) || !Object.values(this.#told).every(isKey)) throw new BoardError("tokens.json has not the members that it must have");
  }

  /** District -> hash of its key, as the opening has it. */
  get sums() {
    return Object.fromEntries(Object.entries(this.#told).map(([district, key]) => [district, hexOf(sha256(bytesOf(write(key))))]));
  }

  /** Whether this browser can check signatures where it shows the page. */
  get canCheck() {
    return Boolean(globalThis.crypto?.subtle);
  }

  /** Whether a token is signed by the key of this district; without the browser's help nothing is known against it. */
  async hasSigned(district, { m, s }) {
    if (!this.canCheck) return true;
    const key = await this.#key(district);
    return key !== null && crypto.subtle.verify({ name: SCHEME.name, saltLength: SALT_BYTES }, key, bytesOfHex(s), bytesOfHex(m));
  }

  async #key(district) {
    if (!has(this.#told, district)) return null;
    if (!this.#keys.has(district)) this.#keys.set(district, imported(this.#told[district].n));
    return this.#keys.get(district);
  }
}

async function imported(modulus) {
  const binary = String.fromCharCode(...bytesOfHex(modulus));
  const n = btoa(binary).replaceAll("+", "-").replaceAll("/", "_");
  try {
    return await crypto.subtle.importKey("jwk", { kty: "RSA", e: EXPONENT_BYTES, n }, SCHEME, false, ["verify"]);
  } catch {
    return null; // no key can have signed what this number says
  }
}
