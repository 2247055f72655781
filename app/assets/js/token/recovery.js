// The recovery code, and the token that follows from it: as ballots/tokens/recovery.py does it on the server's side.
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesOf } from "../board/bytes.js";
import { ALPHABET, meant } from "../board/receipt.js";
import { blind, numberOf } from "./blind.js";

export const SECRET_BYTES = 16;
const [SERIAL_BYTES, SALT_BYTES, FACTOR_BYTES] = [32, 48, 400];
const CHECK_BITS = 12n;
const LENGTH = 28;

/** The code of 16 random bytes, without hyphens. */
export function codeOf(secret) {
  const bits = (numberOf(secret) << CHECK_BITS) | checkOf(secret);
  return Array.from({ length: LENGTH }, (_, at) => ALPHABET[Number((bits >> BigInt(5 * (LENGTH - 1 - at))) & 31n)]).join("");
}

/** The 16 bytes of what was typed, or null: it is no code, or was mistyped. */
export function secretOf(typed) {
  const code = meant(typed);
  if (code.length !== LENGTH || [...code].some((letter) => !ALPHABET.includes(letter))) return null;
  const bits = [...code].reduce((sum, letter) => (sum << 5n) | BigInt(ALPHABET.indexOf(letter)), 0n);
  const number = bits >> CHECK_BITS;
  const secret = Uint8Array.from({ length: SECRET_BYTES }, (_, at) => Number((number >> BigInt(8 * (SECRET_BYTES - 1 - at))) & 255n));
  return (bits & ((1n << CHECK_BITS) - 1n)) === checkOf(secret) ? secret : null;
}

/** What the holder of the code lets the office sign, with the serial that it is under. */
export function blinded(secret, election, district, key) {
  const derived = (purpose, size) => hkdf(sha256, secret, bytesOf(`${election}\n${district}`), bytesOf(`token v1: ${purpose}`), size);
  const serial = derived("serial", SERIAL_BYTES);
  return { serial, ...blind(key, serial, derived("salt", SALT_BYTES), numberOf(derived("blinding", FACTOR_BYTES)) % key.n) };
}

function checkOf(secret) {
  const [first, second] = sha256(secret);
  return BigInt((first << 4) | (second >> 4));
}
