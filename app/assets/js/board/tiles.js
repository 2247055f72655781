// The tree as files: 256 hashes in each, and the leaves beside them (C2SP tlog-tiles).
import { BoardError } from "./bytes.js";
import { HASH_BYTES, nodeHash } from "./merkle.js";

const HEIGHT = 8;
export const WIDTH = 2 ** HEIGHT;
export const ENTRIES = "entries";

/** Where the tile of a level (or of `ENTRIES`) is served: `tile/0/x001/x234/067`, `tile/entries/005.p/3`. */
export function pathOf(level, index, width = WIDTH) {
  const groups = [];
  for (let rest = index; rest || !groups.length; rest = Math.floor(rest / 1000)) {
    groups.unshift((groups.length ? "x" : "") + String(rest % 1000).padStart(3, "0"));
  }
  return `tile/${level}/${groups.join("/")}${width < WIDTH ? `.p/${width}` : ""}`;
}

/** How many hashes the tile has in a tree of `size` leaves. */
export const widthOf = (level, index, size) => Math.min(WIDTH, Math.floor(size / WIDTH ** level) - index * WIDTH);

/** Level, index and width of all tiles of hashes of a tree, the lowest level first. */
export function* tilesOf(size) {
  for (let [level, row] = [0, size]; row; level++, row = Math.floor(row / WIDTH)) {
    for (let index = 0; index * WIDTH < row; index++) yield [level, index, Math.min(WIDTH, row - index * WIDTH)];
  }
}

/** The hashes of a tile. */
export function hashesIn(bytes, width) {
  if (bytes.length !== width * HASH_BYTES) throw new BoardError(`a tile of ${width} hashes has ${width * HASH_BYTES} bytes, not ${bytes.length}`);
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** The leaves of a bundle: before each its length in two bytes. */
export function leavesIn(bytes, width) {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + bytes[at] * 256 + bytes[at + 1];
    if (!(end <= bytes.length)) throw new BoardError("a bundle ends within a leaf");
    found.push(bytes.subarray(at + 2, end));
    at = end;
  }
  if (found.length !== width) throw new BoardError(`a bundle of ${width} leaves holds ${found.length}`);
  return found;
}

/** The hashes of perfect subtrees (`nodes` of merkle.js) from tiles; `fetch(path)` promises the bytes of one. */
export function nodesOf(fetch, size) {
  const kept = new Map();
  const tile = (level, index) => {
    const width = widthOf(level, index, size);
    const path = pathOf(level, index, width);
    if (!kept.has(path)) kept.set(path, fetch(path).then((bytes) => hashesIn(bytes, width)));
    return kept.get(path);
  };
  return async (level, place) => {
    const up = level % HEIGHT;
    const first = place * 2 ** up;
    const hashes = await tile((level - up) / HEIGHT, Math.floor(first / WIDTH));
    return halve(hashes.slice(first % WIDTH, (first % WIDTH) + 2 ** up));
  };
}

function halve(hashes) {
  let row = hashes;
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, at) => nodeHash(row[2 * at], row[2 * at + 1]));
  return row[0];
}
