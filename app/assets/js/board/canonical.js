// Canonical JSON: one value, one row of bytes (RFC 8785, restricted to what leaves need).
import { BoardError, has, textOf } from "./bytes.js";

const ASCII = /^[\x00-\x7f]*$/;
const HALF = /\p{Surrogate}/u;

/** The canonical text of a value; BoardError where it has none. */
export function write(value) {
  switch (typeof value) {
    case "string":
      return writeText(value);
    case "number":
      if (!Number.isSafeInteger(value)) throw new BoardError(`no whole number in range: ${value}`);
      return String(value);
    case "boolean":
      return String(value);
    default:
      if (value === null || typeof value !== "object") throw new BoardError(`neither text nor whole number: ${value}`);
      return Array.isArray(value) ? `[${value.map(write).join()}]` : writeObject(value);
  }
}

/** The value of canonical bytes, and of no others. */
export const read = (bytes) => readText(textOf(bytes));

/** The same of text. A key that stands twice, a float, a blank: all show when it is written again. */
export function readText(text) {
  let value;
  let again;
  try {
    value = JSON.parse(text);
    again = write(value);
  } catch (error) {
    throw new BoardError(error instanceof RangeError ? "nested too deeply" : error.message);
  }
  if (again !== text) throw new BoardError(`the same value is written otherwise: ${again}`);
  return value;
}

function writeObject(value) {
  let text = "";
  for (const name of Object.keys(value).sort()) {
    if (!ASCII.test(name)) throw new BoardError(`a key is no ASCII text: ${name}`);
    text += `${text && ","}${JSON.stringify(name)}:${write(value[name])}`;
  }
  return `{${text}}`;
}

function writeText(text) {
  if (!ASCII.test(text)) {
    if (HALF.test(text)) throw new BoardError("half a letter");
    if (text.normalize("NFC") !== text) throw new BoardError("text is not in normal form C");
  }
  return JSON.stringify(text);
}

/** Whether an object has just these members. */
export const hasJust = (value, ...names) =>
  isObject(value) && Object.keys(value).length === names.length && names.every((name) => has(value, name));

export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
