// The steps V0 to V13 of docs/bundle.md, one after another; each is right, wrong or incomplete.
import { BoardError, areEqual, bytesOf, has } from "../js/board/bytes.js";
import { hasJust, isObject, readText, write } from "../js/board/canonical.js";
import { Checkpoint, Key, Note } from "../js/board/notes.js";
import { Policy } from "../js/board/policy.js";
import { PAPER } from "../js/board/reading.js";
import { Receipt } from "../js/board/receipt.js";
import { checkInclusion, rootOf } from "../js/board/merkle.js";
import { nodesOf } from "../js/board/tiles.js";
import { checkLine, choicesOf, difference, hidden, howOften, linesOf } from "./ballots.js";
import { RULES, count } from "./greedy.js";
import { readLog } from "./log.js";
import { Manifest } from "./manifest.js";
import { Bundle } from "./tar.js";

const NEEDED = [
  "SHA256SUMS", "SHA256SUMS.note", "ballots.jsonl", "checkpoint", "checkpoints.txt", "election.pb", "manifest.json",
  "policy.txt", "result.json", "roll-summary.json", "tally.json",
];
const KNOWN = new RegExp(
  [
    "^(?:tokens\\.json|verify\\.(?:py|html)",
    "paper/[0-9a-z][0-9a-z._-]*",
    "rla/(?:manifest\\.csv|seed\\.txt|sample\\.csv|mvr\\.jsonl|report\\.json)",
    "tile/(?:entries|[0-7])/(?:x[0-9]{3}/)*[0-9]{3}(?:\\.p/[1-9][0-9]{0,2})?)$",
  ].join("|"),
);
const VERIFIERS = ["verify.html", "verify.py"];
const TREE_WEIGHT = 3; // a byte that is hashed as part of the tree takes as long as three that are only summed
const SIGNATURE_WEIGHT = 60_000; // and a signature as long as so many bytes

/** A step cannot be done with what is at hand; `reason` is a name of words.js. */
class Incomplete extends Error {
  constructor(reason, values = {}) {
    super(reason);
    Object.assign(this, { reason, values });
  }
}

/** Checks one bundle; `tell` hears of each step and of progress. */
export class Verifier {
  #tell;
  #bundle;
  #key;
  #receipts;
  #found = {}; // what earlier steps have read
  #step = "V0";
  #work = { done: 0, whole: 1 };

  /** `key` is the log's as somebody else has told it, or empty; `receipts` are [name, bytes]. */
  constructor(file, { key = "", receipts = [] }, tell) {
    this.#bundle = new Bundle(file);
    this.#key = key;
    this.#receipts = receipts;
    this.#tell = tell;
    this.#work.whole = file.size;
  }

  async run() {
    const steps = {
      V0: this.#form, V1: this.#sums, V2: this.#policy, V3: this.#tree, V4: this.#checkpoints, V5: this.#grammar,
      V6: this.#order, V7: this.#voters, V8: this.#batches, V9: this.#voids, V10: this.#count, V11: this.#ballots,
      V12: this.#audit, V13: this.#given,
    };
    const states = [];
    for (const [step, act] of Object.entries(steps)) {
      this.#step = step;
      this.#progress(0);
      const found = await this.#judge(act);
      states.push(found.state);
      this.#tell({ step, ...found });
    }
    const verdict = ["wrong", "incomplete"].find((state) => states.includes(state)) ?? "right";
    this.#tell({ verdict });
  }

  async #judge(act) {
    try {
      return { state: "right", values: (await act.call(this)) ?? {} };
    } catch (error) {
      if (error instanceof Incomplete) return { state: "incomplete", reason: error.reason, values: error.values };
      if (error instanceof BoardError) return { state: "wrong", detail: error.message, values: {} };
      throw error;
    }
  }

  #progress = (bytes) => {
    this.#work.done += bytes;
    this.#tell({ progress: Math.min(1, this.#work.done / this.#work.whole), step: this.#step });
  };
  #treeProgress = (bytes) => this.#progress(TREE_WEIGHT * bytes);

  /** What an earlier step has read; without it this step cannot be done. */
  #need(name) {
    if (!has(this.#found, name)) throw new Incomplete("before");
    return this.#found[name];
  }

  async #form() {
    await this.#bundle.walk(this.#progress);
    const paths = this.#bundle.paths();
    const unknown = paths.find((path) => !NEEDED.includes(path) && !KNOWN.test(path));
    if (unknown !== undefined) throw new BoardError(`a bundle has no file ${unknown}`);
    const missing = NEEDED.find((path) => !this.#bundle.has(path));
    if (missing) throw new BoardError(`${missing} is missing`);
    this.#found.files = paths;
    this.#work.whole += paths.reduce((sum, path) => sum + this.#weight(path), 0);
    return { files: paths.length };
  }

  #weight(path) {
    if (/^tile\/(0|entries)\//.test(path)) return TREE_WEIGHT * this.#bundle.size(path);
    return path === "ballots.jsonl" ? this.#bundle.size(path) : 0;
  }

  async #sums() {
    const files = this.#need("files").filter((path) => !/^SHA256SUMS(\.note)?$/.test(path));
    const told = await this.#bundle.text("SHA256SUMS");
    const found = files.map((path) => `${this.#bundle.sums.get(path)}  ${path}\n`);
    if (found.join("") !== told) {
      const lines = told.split(/(?<=\n)/);
      const at = found.findIndex((line, place) => line !== lines[place]);
      throw new BoardError(at < 0 ? `SHA256SUMS names more: ${lines[found.length]}` : `SHA256SUMS has not the line ${found[at]}`);
    }
    const note = new Note(await this.#bundle.read("SHA256SUMS.note"));
    if (note.text !== told) throw new BoardError("SHA256SUMS.note is not of SHA256SUMS");
    const log = await this.#logKey();
    if (!note.signedBy([log]).length) throw new BoardError(`${log.name} has not signed SHA256SUMS.note`);
    return { files: files.length };
  }

  /** The log's key: as it was given, else the policy's for the log of the manifest. */
  async #logKey() {
    if (this.#key) return new Key(this.#key);
    const { election } = readText(await this.#bundle.text("manifest.json"));
    const { logs } = new Policy(await this.#bundle.text("policy.txt"));
    const key = logs.find(({ name }) => name === election);
    if (!key) throw new BoardError(`the policy has no key of the log ${election}`);
    return key;
  }

  async #policy() {
    this.#need("files");
    const policy = new Policy(await this.#bundle.text("policy.txt"));
    const log = await this.#logKey();
    if (!policy.logs.some(({ written }) => written === log.written)) throw new BoardError(`the policy does not name the key ${log.written}`);
    const checkpoint = new Checkpoint((await this.#lastNote()).text);
    this.#found.checkpoint = checkpoint;
    this.#found.log = log;
    policy.check(await this.#lastNote());
    if (checkpoint.origin !== log.name) throw new BoardError(`the last checkpoint is of ${checkpoint.origin}, not of ${log.name}`);
    return { size: checkpoint.size, log: log.written };
  }

  #lastNote = async () => new Note(await this.#bundle.read("checkpoint"));

  async #tree() {
    const { size, root } = this.#need("checkpoint");
    await this.#readManifest();
    await this.#readNotes();
    const sizes = new Set([size, ...(this.#found.notes ?? []).map(({ checkpoint }) => checkpoint.size)]);
    const pass = await readLog(this.#bundle, size, { sizes, manifest: this.#found.manifest ?? null, did: this.#treeProgress });
    this.#found.pass = pass;
    pass.complaints.check("tree");
    if (!areEqual(pass.edge.root, root)) throw new BoardError("the root of the last checkpoint is another one");
    return { size, hasLeaves: pass.hasLeaves };
  }

  /** The manifest, if it can be read; V5 says what is wrong with it. */
  async #readManifest() {
    try {
      this.#found.manifest = new Manifest(readText(await this.#bundle.text("manifest.json")));
    } catch (error) {
      this.#found.manifestComplaint = told(error);
    }
  }

  /** The earlier checkpoints, if they can be read; V4 says what is wrong with them. */
  async #readNotes() {
    try {
      const text = await this.#bundle.text("checkpoints.txt");
      const parts = text ? text.split(/(?<=\n)\n/) : [];
      if (parts.length % 2) throw new BoardError("checkpoints.txt does not end with a note");
      this.#found.notes = Array.from({ length: parts.length / 2 }, (_, at) => {
        const note = new Note(bytesOf(`${parts[2 * at]}\n${parts[2 * at + 1]}`));
        return { note, checkpoint: new Checkpoint(note.text) };
      });
      this.#work.whole += SIGNATURE_WEIGHT * this.#found.notes.length;
    } catch (error) {
      this.#found.notesComplaint = told(error);
    }
  }

  async #checkpoints() {
    const { size } = this.#need("checkpoint");
    const { roots, isWhole } = this.#need("pass");
    if (this.#found.notesComplaint) throw this.#found.notesComplaint;
    if (!isWhole) throw new Incomplete("before");
    let before = 0;
    for (const { note, checkpoint } of this.#found.notes) {
      this.#progress(SIGNATURE_WEIGHT);
      Checkpoint.signed(note, this.#found.log);
      if (checkpoint.size < before || checkpoint.size > size) throw new BoardError(`a checkpoint of ${checkpoint.size} leaves stands after one of ${before}`);
      if (!areEqual(roots.get(checkpoint.size), checkpoint.root)) throw new BoardError(`the checkpoint of ${checkpoint.size} leaves is of another tree`);
      before = checkpoint.size;
    }
    return { checkpoints: this.#found.notes.length };
  }

  #leaves() {
    const pass = this.#need("pass");
    if (!pass.hasLeaves) throw new Incomplete("noLeaves");
    return pass;
  }

  /** The reading, if nothing about `abouts` was wrong and no other thing ended it. */
  #reading(...abouts) {
    const pass = this.#leaves();
    pass.complaints.check(...abouts);
    if (!pass.isRead) throw new Incomplete("before");
    return pass.reading;
  }

  #grammar() {
    if (this.#found.manifestComplaint) throw this.#found.manifestComplaint;
    const pass = this.#leaves();
    pass.complaints.check("grammar", "manifest");
    if (!pass.isRead) throw new Incomplete("before");
    return { size: pass.reading.size };
  }

  #order() {
    const { opened } = this.#reading("order");
    const { sums } = this.#bundle;
    const wanted = { manifest: sums.get("manifest.json"), policy: sums.get("policy.txt"), log: this.#need("log").written, e: this.#need("manifest").election };
    for (const name in wanted) if (opened[name] !== wanted[name]) throw new BoardError(`the opening names another ${name}`);
    for (const name of new Set([...VERIFIERS.filter(this.#bundle.has), ...Object.keys(opened.verifiers)])) {
      if (!has(opened.verifiers, name) || opened.verifiers[name] !== sums.get(name)) throw new BoardError(`the opening names another ${name}`);
    }
    return {};
  }

  async #voters() {
    const { opened, closed, web, votes, voters, rollhash } = this.#reading("voters");
    const roll = await this.#roll();
    const sum = (member) => Object.values(roll.districts).reduce((total, district) => total + district[member], 0);
    const isSame = roll.rollhash === rollhash && hasJust(roll.districts, ...Object.keys(opened.roll));
    if (!isSame || sum("voters") !== voters) throw new BoardError("roll-summary.json is of another roll than the log");
    for (const channel of ["web", PAPER]) {
      const marked = closed.marks[channel] ?? 0;
      if (sum(channel) !== marked) throw new BoardError(`roll-summary.json has ${sum(channel)} marks for ${channel}, the close ${marked}`);
    }
    if (Object.keys(opened.tokens).length) throw new Incomplete("tokens");
    return { web, votes: votes.size };
  }

  /** The hash of the roll, and each district's voters and marks. */
  async #roll() {
    const roll = readText(await this.#bundle.text("roll-summary.json"));
    const isDistrict = (value) => hasJust(value, PAPER, "voters", "web") && Object.values(value).every(Number.isSafeInteger);
    if (!hasJust(roll, "districts", "rollhash") || !isObject(roll.districts) || !Object.values(roll.districts).every(isDistrict)) {
      throw new BoardError("roll-summary.json is not as it must be");
    }
    return roll;
  }

  #batches() {
    const { batches } = this.#reading("batches");
    return { batches: batches.size };
  }

  #voids() {
    const { voids } = this.#reading("voids");
    return { voids: voids.size, listed: [...voids].map(([index, { document, why }]) => `${index}: ${document}, ${why}`) };
  }

  /** Line -> ballots that count: of the log where it can be read, else of ballots.jsonl. */
  async #counted() {
    const pass = this.#need("pass");
    if (!pass.hasLeaves) {
      const written = await this.#written();
      for (const line of written.keys()) checkLine(line, this.#need("manifest"));
      return written;
    }
    if (!pass.isRead || pass.complaints.has("manifest")) throw new Incomplete("before");
    this.#found.lines ??= howOften(pass.reading.votes.values());
    return this.#found.lines;
  }

  #written = () => linesOf(this.#bundle, this.#progress);

  async #count() {
    const manifest = this.#need("manifest");
    const tally = await this.#bundle.text("tally.json");
    const result = readText(await this.#bundle.text("result.json"));
    if (!hasJust(result, "ballots", "funded", "seed", "trace") || typeof result.seed !== "string") throw new BoardError("result.json is not as it must be");
    const lines = await this.#counted();
    const { funded, ballots } = outcomeOf(tally);
    const numbers = manifest.options.filter(({ code }) => funded.includes(code)).map(({ n }) => n);
    const follows = { ballots, funded: numbers, seed: result.seed, trace: this.#bundle.sums.get("tally.json") };
    if (write(result) !== write(follows)) throw new BoardError("result.json does not follow from tally.json");
    if ((manifest.count.ties === "id_text") !== (result.seed === "")) throw new BoardError("a seed where no lots are drawn, or none where they are");
    if (!RULES.includes(manifest.count.rule)) throw new Incomplete("unknownRule", { rule: manifest.count.rule });
    if (count(manifest, choicesOf(lines), result.seed) !== tally) throw new BoardError("the count of this page gives another tally.json");
    return { ballots, funded: numbers.length };
  }

  async #ballots() {
    this.#leaves();
    const found = hidden(await this.#counted());
    const other = difference(found, await this.#written());
    if (other) throw new BoardError(`${other.counted} ballots that count, ${other.written} in ballots.jsonl: ${other.line}`);
    return { lines: [...found.values()].reduce((sum, times) => sum + times, 0) };
  }

  async #audit() {
    const files = this.#need("files");
    const isOnWebOnly = Object.values((await this.#roll()).districts).every(({ paper }) => !paper);
    if (!isOnWebOnly || files.some((path) => /^(paper|rla)\//.test(path))) throw new Incomplete("audit");
    return {};
  }

  async #given() {
    const { size } = this.#need("checkpoint");
    if (!this.#need("pass").isWhole) throw new Incomplete("before");
    const nodes = nodesOf((path) => this.#bundle.read(path), size);
    for (const [name, bytes] of this.#receipts) {
      try {
        await this.#checkReceipt(Receipt.of(bytes), nodes, size);
      } catch (error) {
        throw new BoardError(`${name}: ${told(error).message}`);
      }
    }
    return { receipts: this.#receipts.length };
  }

  /** A receipt's tree must be the beginning of the bundle's, and its proof be of the leaf that lies there. */
  async #checkReceipt(receipt, nodes, size) {
    const checkpoint = Checkpoint.signed(receipt.note, this.#need("log"));
    if (checkpoint.size > size) throw new BoardError(`of a tree of ${checkpoint.size} leaves, the bundle has ${size}`);
    if (!areEqual(await rootOf(nodes, checkpoint.size), checkpoint.root)) throw new BoardError("of another tree");
    checkInclusion(await nodes(0, receipt.index), receipt.index, checkpoint.size, receipt.proof, checkpoint.root);
  }
}

function outcomeOf(text) {
  let value = null;
  try {
    value = JSON.parse(text);
  } catch {
    // the same refusal as below
  }
  if (!isObject(value) || !Array.isArray(value.funded)) throw new BoardError("tally.json is no outcome");
  return value;
}

/** A complaint of the bundle; any other error is one of this page and goes on. */
function told(error) {
  if (error instanceof BoardError) return error;
  throw error;
}
