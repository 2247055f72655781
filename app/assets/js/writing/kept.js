// What was written and is not stored yet, kept in the browser so that a closed window loses nothing.
// Each page has its place, which is empty once all is stored: nothing stays on a shared machine.

import { decode, encode } from "./bytes.js";

export class Kept {
  constructor(prefix) {
    this.prefix = `writing ${prefix} `;
    this.key = this.prefix + Math.random().toString(36).slice(2);
    this.found = [];
  }

  // What this and other windows of the same person left unsent.
  read() {
    try {
      this.found = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      return this.found.map((key) => decode(localStorage.getItem(key)));
    } catch {
      return []; // storage is forbidden
    }
  }

  write(update) {
    try {
      if (update) localStorage.setItem(this.key, encode(update));
      else for (const key of [this.key, ...this.found.splice(0)]) localStorage.removeItem(key);
    } catch {
      // Storage is forbidden or full: what is not stored yet lives as long as the window.
    }
  }
}
