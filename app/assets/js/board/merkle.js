// The hash tree of a log, and what proves that a leaf is in it or that it only grew (RFC 9162, 2.1).
// Sizes and places reach beyond 32 bits: they are halved by division, not shifted.
import { sha256 } from "@noble/hashes/sha2.js";
import { BoardError, areEqual } from "./bytes.js";

export const HASH_BYTES = 32;
const half = (number) => Math.floor(number / 2);
const isOdd = (number) => number % 2 === 1;

const leafRoom = new Uint8Array(2 ** 16);
const nodeRoom = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1);

/** The hash of one leaf of at most 65,535 bytes. */
export function leafHash(leaf) {
  leafRoom.set(leaf, 1);
  return sha256(leafRoom.subarray(0, leaf.length + 1));
}

export function nodeHash(left, right) {
  nodeRoom.set(left, 1);
  nodeRoom.set(right, 1 + HASH_BYTES);
  return sha256(nodeRoom);
}

/** A tree as far as its growth goes: the perfect subtrees of which it consists, the largest first. */
export class Edge {
  size = 0;
  #hashes = [];

  /** Takes the hash of the next leaf; `seen` is called with level and hash of each subtree that is whole now. */
  push(leaf, seen) {
    let hash = leaf;
    let level = 0;
    for (let full = this.size; isOdd(full); full = half(full)) {
      hash = nodeHash(this.#hashes.pop(), hash);
      seen?.(++level, hash);
    }
    this.#hashes.push(hash);
    this.size++;
  }

  get root() {
    return this.size ? foldRight(this.#hashes) : sha256(new Uint8Array());
  }
}

const foldRight = (hashes) => hashes.reduceRight((found, hash) => nodeHash(hash, found));

/** Makes sure that the hash of a leaf stands at `index` of the tree with this root. */
export function checkInclusion(leaf, index, size, proof, root) {
  if (!(index >= 0 && index < size)) throw new BoardError(`no leaf ${index} in a tree of ${size}`);
  checkHashes(leaf, root, ...proof);
  const [found] = climb(index, size - 1, [leaf], proof);
  if (!areEqual(found, root)) throw new BoardError("the proof leads to another root");
}

/** Makes sure that the tree of `old` leaves is the beginning of that of `size`. */
export function checkConsistency(old, size, proof, oldRoot, root) {
  if (!(old > 0 && old <= size)) throw new BoardError(`no proof from ${old} leaves to ${size}`);
  checkHashes(oldRoot, root, ...proof);
  if (old === size) {
    if (proof.length || !areEqual(oldRoot, root)) throw new BoardError("two trees of one size must be equal");
    return;
  }
  let [place, last, span] = [old - 1, size - 1, 1];
  for (; isOdd(place); place = half(place), last = half(last)) span *= 2;
  const hashes = span === old ? [oldRoot, ...proof] : proof;
  if (!hashes.length) throw new BoardError("the proof is too short");
  const [before, after] = climb(place, last, [hashes[0], hashes[0]], hashes.slice(1));
  if (!areEqual(before, oldRoot) || !areEqual(after, root)) throw new BoardError("the proof leads to other roots");
}

/** What a proof leads to; of two hashes the first is joined on its left only: it is of the older tree. */
function climb(place, last, from, proof) {
  let found = from;
  for (const hash of proof) {
    if (!last) throw new BoardError("the proof is too long");
    if (isOdd(place) || place === last) {
      found = found.map((one) => nodeHash(hash, one));
      for (; !isOdd(place) && place; place = half(place)) last = half(last);
    } else {
      found = found.map((one, at) => (at < found.length - 1 ? one : nodeHash(one, hash)));
    }
    [place, last] = [half(place), half(last)];
  }
  if (last) throw new BoardError("the proof is too short");
  return found;
}

/**
 * The hashes that prove the tree of `old` leaves to be the beginning of that of `size`.
 * `nodes(level, place)` promises the hash of the leaves from place * 2^level to before (place + 1) * 2^level.
 */
export async function consistencyProof(nodes, old, size) {
  if (!(old > 0 && old <= size)) throw new BoardError(`no proof from ${old} leaves to ${size}`);
  const [path, [first, last]] = descend(size, (middle) => old <= middle, (_, end) => old < end);
  if (first) path.push([first, last]); // else the old tree is itself a subtree, and known to who checks
  return Promise.all(path.reverse().map((span) => spanHash(nodes, ...span)));
}

/** The hashes that prove leaf `index` to be in the tree of `size` leaves. */
export async function inclusionProof(nodes, index, size) {
  if (!(index >= 0 && index < size)) throw new BoardError(`no leaf ${index} in a tree of ${size}`);
  const [path] = descend(size, (middle) => index < middle, (first, end) => end - first > 1);
  return Promise.all(path.reverse().map((span) => spanHash(nodes, ...span)));
}

/** The root of the first `size` leaves. */
export const rootOf = (nodes, size) => spanHash(nodes, 0, size);

function descend(size, isLeft, goesOn) {
  const path = [];
  let [first, last] = [0, size];
  while (goesOn(first, last)) {
    const middle = first + below(last - first);
    if (isLeft(middle)) {
      path.push([middle, last]);
      last = middle;
    } else {
      path.push([first, middle]);
      first = middle;
    }
  }
  return [path, [first, last]];
}

/** The largest power of two below `size`, which is 2 or more. */
function below(size) {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The hash of leaves that are a subtree of their tree: perfect ones, folded from the right. */
async function spanHash(nodes, first, last) {
  const parts = [];
  for (let [at, level] = [first, 0]; at < last; at += 2 ** level) {
    for (level = 0; 2 ** (level + 1) <= last - at; ) level++;
    parts.push(nodes(level, at / 2 ** level));
  }
  return foldRight(await Promise.all(parts));
}

function checkHashes(...hashes) {
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) throw new BoardError(`a hash has ${HASH_BYTES} bytes`);
}
