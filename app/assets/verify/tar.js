// The bundle's tar: one form only, so that each header can be written again and compared.
import { sha256 } from "@noble/hashes/sha2.js";
import { BoardError, areEqual, bytesOf, hexOf, textOf } from "../js/board/bytes.js";

const BLOCK = 512;
const RECORD = 20 * BLOCK;
const CHUNK = 2 ** 22;
const LONGEST_PATH = 100;
const MOST_BYTES = 8 ** 11 - 1;
const [SIZE_AT, SUM_AT] = [124, 148];

/** The files of a bundle, by path. Only what is asked for is read, some megabytes at a time. */
export class Bundle {
  #file;
  #files = new Map(); // path -> [first byte, size]
  #windows = new Map(); // folder -> the stretch of the file that was read last
  sums = new Map(); // path -> SHA-256

  constructor(file) {
    this.#file = file;
  }

  /** Reads the whole file once: its form, and the sum of each file in it. `did(bytes)` hears how far it is. */
  async walk(did) {
    let at = 0;
    let before = "";
    for (;;) {
      const head = await this.#bytes(at, BLOCK);
      if (head.every((byte) => !byte)) break;
      const [path, size] = readHeader(head, at);
      if (this.#files.size && path <= before) throw new BoardError(`${path} does not come after ${before}`);
      before = path;
      this.#files.set(path, [at + BLOCK, size]);
      const end = at + BLOCK + size;
      this.sums.set(path, await this.#sum(at + BLOCK, end, did));
      at = Math.ceil(end / BLOCK) * BLOCK;
      this.#checkZeros(await this.#bytes(end, at - end), path);
    }
    const whole = Math.ceil((at + 2 * BLOCK) / RECORD) * RECORD;
    if (this.#file.size !== whole) throw new BoardError(`the file has ${this.#file.size} bytes and should have ${whole}`);
    this.#checkZeros(await this.#bytes(at, whole - at), "the end");
  }

  has = (path) => this.#files.has(path);
  paths = () => [...this.#files.keys()];
  size = (path) => this.#files.get(path)[1];

  /** The bytes of a file; those of neighbours come with one reading of the disk. */
  async read(path, did) {
    if (!this.has(path)) throw new BoardError(`${path} is missing`);
    const [first, size] = this.#files.get(path);
    did?.(size);
    if (size > CHUNK) return this.#bytes(first, size);
    const folder = path.split("/", 2).join("/");
    let [from, kept] = this.#windows.get(folder) ?? [0, new Uint8Array()];
    if (first < from || first + size > from + kept.length) {
      from = first;
      kept = await this.#bytes(first, Math.min(CHUNK, this.#file.size - first));
      this.#windows.set(folder, [from, kept]);
    }
    return kept.subarray(first - from, first - from + size);
  }

  text = async (path) => textOf(await this.read(path));

  /** The lines of a file, some thousands at a time; each must have its end. */
  async *lines(path, did) {
    if (!this.has(path)) throw new BoardError(`${path} is missing`);
    const [first, size] = this.#files.get(path);
    let rest = new Uint8Array();
    for (let at = first; at < first + size; at += CHUNK) {
      const more = await this.#bytes(at, Math.min(CHUNK, first + size - at));
      did?.(more.length);
      const held = new Uint8Array(rest.length + more.length);
      held.set(rest);
      held.set(more, rest.length);
      const found = [];
      let from = 0;
      for (let to = held.indexOf(10, rest.length); to >= 0; to = held.indexOf(10, from)) {
        found.push(held.subarray(from, to));
        from = to + 1;
      }
      rest = held.subarray(from);
      yield found;
    }
    if (rest.length) throw new BoardError(`the last line of ${path} has no end`);
  }

  /** All lines of a small file; none where there is no such file. */
  async allLines(path) {
    const found = [];
    if (this.has(path)) for await (const lines of this.lines(path)) found.push(...lines.map((line) => line.slice()));
    return found;
  }

  async #sum(from, end, did) {
    const sum = sha256.create();
    for (let at = from; at < end; at += CHUNK) {
      const chunk = await this.#bytes(at, Math.min(CHUNK, end - at));
      sum.update(chunk);
      did?.(chunk.length);
    }
    return hexOf(sum.digest());
  }

  #walked = [0, new Uint8Array()];

  async #bytes(from, size) {
    if (from + size > this.#file.size) throw new BoardError("the file ends too early");
    let [start, kept] = this.#walked;
    if (from < start || from + size > start + kept.length) {
      start = from;
      kept = new Uint8Array(await this.#file.slice(from, from + Math.max(size, CHUNK)).arrayBuffer());
      this.#walked = [start, kept];
    }
    return kept.subarray(from - start, from - start + size);
  }

  #checkZeros(bytes, where) {
    if (bytes.some(Boolean)) throw new BoardError(`what pads ${where} is not zeros`);
  }
}

function readHeader(head, at) {
  const end = head.indexOf(0);
  const path = textOf(head.subarray(0, Math.min(end < 0 ? LONGEST_PATH : end, LONGEST_PATH)));
  const size = Number.parseInt(String.fromCharCode(...head.subarray(SIZE_AT, SIZE_AT + 11)), 8);
  if (!(size >= 0) || !areEqual(headerOf(path, size), head)) throw new BoardError(`the header at byte ${at} has another form`);
  return [path, size];
}

function headerOf(path, size) {
  const head = new Uint8Array(BLOCK);
  if (size > MOST_BYTES) return head;
  const put = (offset, text) => head.set(bytesOf(text), offset);
  const octal = (number, digits) => number.toString(8).padStart(digits, "0");
  put(0, path);
  put(100, "0000644\0" + "0000000\0".repeat(2));
  put(SIZE_AT, `${octal(size, 11)}\0${"0".repeat(11)}\0`);
  put(SUM_AT, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\x0000");
  const sum = head.reduce((total, byte) => total + byte, 0);
  put(SUM_AT, `${octal(sum, 6)}\0 `);
  return head;
}
