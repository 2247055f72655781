// All of the board.
export * as bytes from "./bytes.js";
export * as canonical from "./canonical.js";
export * as leaves from "./leaves.js";
export * as merkle from "./merkle.js";
export * as notes from "./notes.js";
export { Policy } from "./policy.js";
export { Reading } from "./reading.js";
export * as receipt from "./receipt.js";
export * as tiles from "./tiles.js";
