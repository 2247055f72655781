// One pass over the log: its hashes against the tiles, its leaves against the grammar, and which ballots count.
import { BoardError, areEqual } from "../js/board/bytes.js";
import { read as readLeaf } from "../js/board/leaves.js";
import { Edge, HASH_BYTES, leafHash } from "../js/board/merkle.js";
import { LogError, Reading } from "../js/board/reading.js";
import { ENTRIES, WIDTH, hashesIn, leavesIn, pathOf, tilesOf } from "../js/board/tiles.js";
import { lineOf } from "./ballots.js";

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
 * `sizes` are those whose roots are asked for; `manifest` may be null if it could not be read; `did` hears of bytes
 * that were read. Complaints are about "tree", "grammar", "manifest", "order", "voters", "batches" and "voids".
 */
export async function readLog(bundle, size, { sizes, manifest, did }) {
  const log = new LogPass(manifest, sizes);
  log.hasLeaves = bundle.paths().some((path) => path.startsWith("tile/entries/"));
  log.checkPaths(bundle, size);
  for (let index = 0; index * WIDTH < size; index++) {
    const width = Math.min(WIDTH, size - index * WIDTH);
    try {
      await log.takeTile(bundle, index, width, did);
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      log.complaints.add("tree", error.message);
      log.isWhole = false;
      return log;
    }
  }
  await log.checkRows(bundle, size);
  if (log.hasLeaves && !log.complaints.has(...UNREAD) && !log.reading.closed) log.complaints.add("order", "the log does not end with its close");
  return log;
}

// Where one of these was found, later leaves were not read.
const UNREAD = ["tree", "grammar", "order", "voters", "batches", "voids"];

class LogPass {
  complaints = new Complaints();
  edge = new Edge();
  roots = new Map(); // size -> root
  reading = new Reading((leaf, channel) => this.#once(lineOf({ c: channel, d: leaf.d, f: leaf.f, x: leaf.x })));
  isWhole = true; // whether all hashes were there
  #lines = new Map(); // a line -> itself: of equal ballots one is kept
  #rows = new Map(); // level of tiles -> hashes that follow from what lies below
  #manifest;
  #sizes;

  constructor(manifest, sizes) {
    this.#manifest = manifest;
    this.#sizes = sizes;
    this.#note();
  }

  get isRead() {
    return this.hasLeaves && !this.complaints.has(...UNREAD);
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
    const told = hashesIn(await bundle.read(pathOf(0, index, width), did), width);
    const leaves = this.hasLeaves ? leavesIn(await bundle.read(pathOf(ENTRIES, index, width), did), width) : [];
    for (let at = 0; at < width; at++) {
      let hash = told[at];
      if (leaves.length) {
        hash = leafHash(leaves[at]);
        if (!areEqual(hash, told[at])) this.complaints.add("tree", `leaf ${this.edge.size} has another hash in its tile`);
        this.#read(leaves[at]);
      }
      this.edge.push(hash, this.#seen);
      this.#note();
    }
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

  #read(bytes) {
    if (this.complaints.has("grammar", "order", "voters", "batches", "voids")) return;
    try {
      const leaf = readLeaf(bytes);
      this.reading.take(leaf);
      if (leaf.x) this.#fit(leaf);
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      const isLog = error instanceof LogError;
      this.complaints.add(isLog ? error.about : "grammar", isLog ? error.message : `leaf ${this.edge.size}: ${error.message}`);
    }
  }

  #fit(leaf) {
    try {
      this.#manifest?.check(leaf.x);
    } catch (error) {
      this.complaints.add("manifest", `leaf ${this.edge.size}: ${error.message}`);
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

