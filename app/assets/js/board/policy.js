// Whom a reader believes: the logs, the witnesses, and how many of these must have signed (C2SP tlog-policy).
import { BoardError } from "./bytes.js";
import { Checkpoint, Key, LOG, WITNESS } from "./notes.js";

const NONE = "none";

/** A policy, whole and without contradictions. */
export class Policy {
  logs = [];
  #witnesses = new Map(); // name -> key
  #groups = new Map(); // name -> [needed, members]
  #quorum = "";

  constructor(text) {
    const grouped = new Set();
    text.split("\n").forEach((line, at) => {
      const words = line.split(/[ \t]+/).filter(Boolean);
      if (!words.length || words[0].startsWith("#")) return;
      try {
        this.#take(grouped, ...words);
      } catch (error) {
        throw new BoardError(`line ${at + 1} of the policy: ${error.message}`);
      }
    });
    if (!this.#quorum) throw new BoardError("a policy needs a line: quorum");
  }

  /** The checkpoint of a note, if it is one of these logs' and enough witnesses have signed, where these are needed. */
  check(note, { needsQuorum = true } = {}) {
    const logs = note.signedBy(this.logs);
    const checkpoint = new Checkpoint(note.text);
    if (!logs.some((key) => key.name === checkpoint.origin)) {
      throw new BoardError(`no log of the policy has signed a checkpoint of ${checkpoint.origin}`);
    }
    const keys = note.signedBy([...this.#witnesses.values()]);
    const signed = [...this.#witnesses].filter(([, key]) => keys.includes(key)).map(([name]) => name);
    if (needsQuorum && !this.#isMet(signed, this.#quorum)) throw new BoardError(`too few witnesses have signed: ${signed.join(", ") || "nobody"}`);
    return checkpoint;
  }

  #isMet(signed, name) {
    if (name === NONE) return true;
    if (!this.#groups.has(name)) return signed.includes(name);
    const [needed, members] = this.#groups.get(name);
    return members.filter((member) => this.#isMet(signed, member)).length >= needed;
  }

  #take(grouped, kind, ...words) {
    const lines = { log: [1, 2], witness: [2, 3], group: [3, Infinity], quorum: [1, 1] };
    const [least, most] = lines[kind] ?? [];
    if (!least) throw new BoardError(`no such line: ${kind}`);
    if (words.length < least || words.length > most) throw new BoardError("too few or too many words");
    if (kind === "log") this.logs.push(newKey(words[0], LOG, this.logs));
    else if (kind === "witness") {
      this.#checkNew(words[0]);
      this.#witnesses.set(words[0], newKey(words[1], WITNESS, [...this.#witnesses.values()]));
    } else if (kind === "group") this.#group(grouped, ...words);
    else this.#setQuorum(words[0]);
  }

  #group(grouped, name, needed, ...members) {
    this.#checkNew(name);
    for (const member of members) {
      this.#checkKnown(member);
      if (grouped.has(member)) throw new BoardError(`in a group already: ${member}`); // or one witness would count twice
      grouped.add(member);
    }
    const number = { any: 1, all: members.length }[needed] ?? (/^[0-9]{1,3}$/.test(needed) ? Number(needed) : 0);
    if (!(number >= 1 && number <= members.length)) throw new BoardError(`a group needs some of its members: ${needed}`);
    this.#groups.set(name, [number, members]);
  }

  #setQuorum(name) {
    if (this.#quorum) throw new BoardError("there is a quorum already");
    if (name !== NONE) this.#checkKnown(name);
    this.#quorum = name;
  }

  #checkNew(name) {
    if (name === NONE || this.#witnesses.has(name) || this.#groups.has(name)) throw new BoardError(`this name is taken: ${name}`);
  }

  #checkKnown(name) {
    if (!this.#witnesses.has(name) && !this.#groups.has(name)) throw new BoardError(`neither a witness nor a group: ${name}`);
  }
}

function newKey(written, kind, known) {
  const key = new Key(written);
  const isKnown = known.some((other) => String(other.public) === String(key.public));
  if (key.kind !== kind || isKnown) throw new BoardError(`not a new key for this: ${written}`);
  return key;
}
