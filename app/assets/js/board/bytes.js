// Bytes and the texts that stand for them. Whatever is not written in its one form is refused.

/** What a page or a file claims and is not so. */
export class BoardError extends Error {}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const bytesOf = (text) => encoder.encode(text);

/** The text of UTF-8, a byte order mark included: so equal texts are equal bytes. */
export function textOf(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new BoardError("not text in UTF-8");
  }
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function hexOf(bytes) {
  let text = "";
  for (const byte of bytes) text += PAIRS[byte];
  return text;
}

export const isHex = (text, size) =>
  typeof text === "string" && text.length === 2 * size && /^[0-9a-f]*$/.test(text);

export function bytesOfHex(text) {
  if (!isHex(text, text.length / 2)) throw new BoardError(`no hexadecimal: ${text}`);
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.substr(2 * at, 2), 16));
}

export const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));

/** The bytes of base64 as the standard writes it. */
export function bytesOfBase64(text) {
  let binary = "";
  try {
    binary = atob(text);
  } catch {
    // the same refusal as below
  }
  if (btoa(binary) !== text) throw new BoardError(`no base64: ${text}`);
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

export function areEqual(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Below, at or above zero, as the bytes of `one` come before, with or after those of `other`. */
export function compareBytes(one, other) {
  const least = Math.min(one.length, other.length);
  for (let at = 0; at < least; at++) if (one[at] !== other[at]) return one[at] - other[at];
  return one.length - other.length;
}

export const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);
