// The board and the counting, for tests that hold them against the published vectors and the program in Python.
export * from "../js/board/index.js";
export { hidden } from "./ballots.js";
export { RULES, count } from "./greedy.js";
export { Manifest } from "./manifest.js";
export { Verifier } from "./verifier.js";
