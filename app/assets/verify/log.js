// One pass over the log: its hashes against the tiles, its leaves against the grammar, and which ballots count.
import { BoardError, areEqual } from "../js/board/bytes.js";
import { read as readLeaf } from "../js/board/leaves.js";
import { Edge, HASH_BYTES, leafHash } from "../js/board/merkle.js";
import { LogError, Reading } from "../js/board/reading.js";
import { ENTRIES, WIDTH, hashesIn, leavesIn, pathOf, tilesOf } from "../js/board/tiles.js";
import { lineOf } from "./ballots.js";
import { Keyings } from "./paper.js";

/** What of a log was wrong first, by what it is about. */
class Complaints {
  #first = new Map();

  add(about, message) {
    if (!this.#first.has(about)) this.#first.set(about, message);
  }

  /** Throws what was wrong, if anything. */
  check(...abouts) {
    for (const about of abouts) if (this.#first.has(about)) throw new BoardError(this.#first.get(about));
  }

  has = (...abouts) => abouts.some((about) => this.#first.has(about));
}

/**
 * Goes through the log of a bundle.
 *
 * `sizes` are those whose roots are asked for; `manifest` and `tokens` may be null if they could not be read; `did` hears
 * of bytes that were read. Complaints are about "tree", "leaves", "order", "voters", "batches" and "voids".
 */
export async function readLog(bundle, size, { sizes, manifest, tokens, did }) {
  const log = new LogPass(manifest, tokens, sizes);
  log.hasLeaves = hasLeaves(bundle);
  log.checkPaths(bundle, size);
  for (let index = 0; index * WIDTH < size; index++) {
    await log.takeTile(bundle, index, Math.min(WIDTH, size - index * WIDTH), did);
  }
  await log.checkRows(bundle, size);
  return log;
}

/** Whether this is an open vote, or the auditors' copy of a sealed one. */
export const hasLeaves = (bundle) => bundle.paths().some((path) => path.startsWith("tile/entries/"));

class LogPass {
  complaints = new Complaints();
  edge = new Edge();
  roots = new Map(); // size -> root; of no worth where something about the tree was wrong
  reading = new Reading((leaf, channel) => this.#once(lineOf({ c: channel, d: leaf.d, f: leaf.f, x: leaf.x })));
  keyings = new Keyings();
  #lines = new Map(); // a line -> itself: of equal ballots one is kept
  #rows = new Map(); // level of tiles -> hashes that follow from what lies below
  #manifest;
  #tokens;
  #sizes;

  constructor(manifest, tokens, sizes) {
    this.#manifest = manifest;
    this.#tokens = tokens;
    this.#sizes = sizes;
    this.#note();
  }

  /** Whether every leaf was read, be it right where it stands or not. */
  get isRead() {
    return this.hasLeaves && Boolean(this.#manifest) && !this.complaints.has("leaves");
  }

  /** All tiles of the tree, and no others. */
  checkPaths(bundle, size) {
    const wanted = new Set();
    for (const [level, index, width] of tilesOf(size)) {
      wanted.add(pathOf(level, index, width));
      if (!level && this.hasLeaves) wanted.add(pathOf(ENTRIES, index, width));
    }
    for (const path of wanted) if (!bundle.has(path)) return this.complaints.add("tree", `${path} is missing`);
    for (const path of bundle.paths()) {
      if (path.startsWith("tile/") && !wanted.has(path)) return this.complaints.add("tree", `${path} is no tile of a tree of ${size}`);
    }
  }

  #note() {
    if (this.#sizes.has(this.edge.size)) this.roots.set(this.edge.size, this.edge.root);
  }

  async takeTile(bundle, index, width, did) {
    const told = await this.#attempt("tree", async () => hashesIn(await bundle.read(pathOf(0, index, width), did), width));
    const leaves = this.hasLeaves && (await this.#attempt("leaves", async () => leavesIn(await bundle.read(pathOf(ENTRIES, index, width), did), width)));
    if (this.hasLeaves && !leaves) this.complaints.add("tree", `leaves from ${index * WIDTH} on cannot be read`);
    const signed = [];
    for (let at = 0; at < width; at++) {
      const hash = leaves ? leafHash(leaves[at]) : told?.[at];
      if (!hash) continue;
      if (told && !areEqual(hash, told[at])) this.complaints.add("tree", `leaf ${this.edge.size} has another hash in its tile`);
      if (leaves) this.#read(leaves[at], signed);
      this.edge.push(hash, this.#seen);
      this.#note();
    }
    await Promise.all(signed.map((one) => this.#checkToken(one)));
  }

  /** What was read; null, with a complaint, where it could not be. */
  async #attempt(about, read) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      this.complaints.add(about, error.message);
      return null;
    }
  }

  async #checkToken({ index, district, token }) {
    if (!(await this.#tokens.hasSigned(district, token))) this.complaints.add("voters", `leaf ${index}: its token is not signed`);
  }

  #once(line) {
    if (!this.#lines.has(line)) this.#lines.set(line, line);
    return this.#lines.get(line);
  }

  #seen = (level, hash) => {
    if (level % 8) return;
    const row = this.#rows.get(level / 8) ?? [];
    this.#rows.set(level / 8, row);
    row.push(hash);
  };

  /** Reads a leaf, unless one before could not be read; tokens are put to those whose signature is to be checked. */
  #read(bytes, signed) {
    if (!this.isRead) return;
    const index = this.reading.size;
    let leaf;
    try {
      leaf = readLeaf(bytes);
      if (leaf.x) this.#manifest.check(leaf.x);
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      this.complaints.add("leaves", `leaf ${index}: ${error.message}`);
      return;
    }
    if (leaf.k && this.#tokens) signed.push({ index, district: leaf.d, token: leaf.k });
    try {
      if (!index && leaf.e !== this.#manifest.election) throw new LogError(index, "order", `of another election: ${leaf.e}`);
      this.reading.take(leaf);
      this.keyings.take(leaf, index);
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      this.complaints.add(error.about, error.message);
      this.reading.passOver(leaf);
    }
  }

  /** Tiles above the lowest must hold what follows from those below. */
  async checkRows(bundle, size) {
    for (const [level, index, width] of tilesOf(size)) {
      if (!level || !bundle.has(pathOf(level, index, width))) continue;
      const path = pathOf(level, index, width);
      const told = await bundle.read(path);
      const found = (this.#rows.get(level) ?? []).slice(index * WIDTH, index * WIDTH + width);
      if (told.length !== found.length * HASH_BYTES || !found.every((hash, at) => areEqual(hash, told.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)))) {
        this.complaints.add("tree", `${path} does not follow from the tiles below it`);
      }
    }
  }
}

