// RSA blind signatures (RFC 9474): RSABSSA-SHA384-PSS-Randomized with a message that is its own random prefix.
// Own code, since libraries draw salt and blinding by lot: here they follow from the recovery code (docs/adr/0026).
import { sha384 } from "@noble/hashes/sha2.js";
import { BoardError, bytesOfHex, hexOf } from "../board/bytes.js";

const HASH_BYTES = 48;

/** What the office signs, and what takes the blinding off again; `key` is `{n, e}`, `factor` a number below `n`. */
export function blind(key, message, salt, factor) {
  const encoded = numberOf(encode(message, salt, bitsOf(key.n) - 1));
  const inverse = inverseOf(factor, key.n);
  inverseOf(encoded, key.n); // a message with a factor of the key would give the key away
  const sent = (encoded * power(factor, key.e, key.n)) % key.n;
  return { encoded, inverse, sent: bytesOfNumber(sent, key.n) };
}

/** The signature of the message itself; BoardError where the office has not signed what was sent. */
export function finalize(key, { encoded, inverse }, signed) {
  const signature = (numberOf(signed) * inverse) % key.n;
  if (signed.length !== sizeOf(key.n) || power(signature, key.e, key.n) !== encoded) throw new BoardError("the office has not signed what was sent");
  return bytesOfNumber(signature, key.n);
}

/** EMSA-PSS-ENCODE (RFC 8017, 9.1.1) with SHA-384. */
function encode(message, salt, bits) {
  const size = Math.ceil(bits / 8);
  const hashed = sha384(Uint8Array.of(...new Uint8Array(8), ...sha384(message), ...salt));
  const block = new Uint8Array(size - HASH_BYTES - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  const mask = maskOf(hashed, block.length);
  const masked = block.map((byte, at) => byte ^ mask[at]);
  masked[0] &= 0xff >> (8 * size - bits);
  return Uint8Array.of(...masked, ...hashed, 0xbc);
}

/** MGF1 with SHA-384. */
function maskOf(seed, size) {
  const mask = [];
  for (let at = 0; mask.length < size; at++) mask.push(...sha384(Uint8Array.of(...seed, at >> 24, at >> 16, at >> 8, at)));
  return mask.slice(0, size);
}

export const numberOf = (bytes) => BigInt(`0x${hexOf(bytes)}`);
const bitsOf = (n) => n.toString(2).length;
const sizeOf = (n) => Math.ceil(bitsOf(n) / 8);
const bytesOfNumber = (number, n) => bytesOfHex(number.toString(16).padStart(2 * sizeOf(n), "0"));

function power(base, exponent, n) {
  let found = 1n;
  for (let square = base % n; exponent; exponent >>= 1n, square = (square * square) % n) if (exponent & 1n) found = (found * square) % n;
  return found;
}

/** By Euclid's way; BoardError where there is none. */
function inverseOf(number, n) {
  let [rest, next, found, before] = [n, number % n, 0n, 1n];
  while (next) {
    const times = rest / next;
    [rest, next] = [next, rest - times * next];
    [found, before] = [before, found - times * before];
  }
  if (rest !== 1n) throw new BoardError("a number with a factor of the key");
  return found < 0n ? found + n : found;
}
