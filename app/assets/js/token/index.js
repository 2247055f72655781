// Blinding and recovery codes, for tests that hold them against the standard's vectors and the program in Python.
export { blind, finalize, numberOf } from "./blind.js";
export { blinded, codeOf, secretOf } from "./recovery.js";
