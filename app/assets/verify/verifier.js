// The steps V0 to V13 of docs/bundle.md, one after another; each is right, wrong or incomplete.
import { BoardError, areEqual, has } from "../js/board/bytes.js";
import { hasJust, readText, write } from "../js/board/canonical.js";
import { Checkpoint, Key, Note } from "../js/board/notes.js";
import { Policy } from "../js/board/policy.js";
import { PAPER } from "../js/board/reading.js";
import { Receipt } from "../js/board/receipt.js";
import { checkInclusion } from "../js/board/merkle.js";
import { nodesOf } from "../js/board/tiles.js";
import { checkBefore, logsBefore, notesIn } from "./after.js";
import { Audit, FILES, decimals, drawn, hasAssertions, isAbove, reportOf, rowsOf, seedOf } from "./audit.js";
import { checkLine, choicesOf, difference, hidden, howOften, linesOf } from "./ballots.js";
import { checkPaths, outcomeOf, resultOf, rollOf } from "./files.js";
import { RULES, count } from "./greedy.js";
import { hasLeaves, readLog } from "./log.js";
import { Manifest } from "./manifest.js";
import { RECORDS, SETTLED } from "./paper.js";
import { Bundle } from "./tar.js";
import { TokenKeys } from "./tokens.js";

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
      if (act !== this.#form) this.#need("files");
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
    checkPaths(paths);
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

  /** Whom to believe, but for the log's key where that was given. */
  async #policyOfOneLog() {
    const policy = new Policy(await this.#bundle.text("policy.txt"));
    if (policy.logs.length !== 1) throw new BoardError("the policy has not one log");
    return policy;
  }

  /** The log's key: as it was given, else the policy's. */
  #logKey = async () => (this.#key ? new Key(this.#key) : (await this.#policyOfOneLog()).logs[0]);

  async #policy() {
    const policy = await this.#policyOfOneLog();
    const log = await this.#logKey();
    if (policy.logs[0].written !== log.written) throw new BoardError(`the policy does not name the key ${log.written}`);
    const note = new Note(await this.#bundle.read("checkpoint"));
    const checkpoint = Checkpoint.signed(note, log);
    Object.assign(this.#found, { checkpoint, log, policy });
    policy.check(note);
    return { size: checkpoint.size, log: log.written };
  }

  async #tree() {
    const { size, root } = this.#need("checkpoint");
    for (const read of [this.#readManifest, this.#readTokens, this.#readNotes]) await this.#later(read);
    const sizes = new Set([size, ...[...(this.#found.notes ?? []), ...this.#receiptsRead()].map(({ checkpoint }) => checkpoint.size)]);
    const { manifest = null, tokens = null } = this.#found;
    const pass = await readLog(this.#bundle, size, { sizes, manifest: tokens && manifest, tokens, did: this.#treeProgress });
    this.#found.pass = pass;
    pass.complaints.check("tree");
    if (!areEqual(pass.edge.root, root)) throw new BoardError("the root of the last checkpoint is another one");
    this.#found.roots = pass.roots;
    return { size, hasLeaves: pass.hasLeaves };
  }

  /** Reads what a later step will read again, and tell what is wrong with it. */
  async #later(read) {
    try {
      await read.call(this);
    } catch (error) {
      told(error);
    }
  }

  async #readManifest() {
    this.#found.manifest = new Manifest(readText(await this.#bundle.text("manifest.json")));
  }

  async #readTokens() {
    this.#found.tokens = new TokenKeys(this.#bundle.has("tokens.json") ? await this.#bundle.text("tokens.json") : undefined);
  }

  /** The earlier checkpoints. */
  async #readNotes() {
    this.#found.notes = notesIn(await this.#bundle.text("checkpoints.txt"), "checkpoints.txt");
    this.#work.whole += SIGNATURE_WEIGHT * this.#found.notes.length;
  }

  async #checkpoints() {
    const roots = this.#need("roots");
    const { size } = this.#need("checkpoint");
    if (!has(this.#found, "notes")) await this.#readNotes();
    let before = 0;
    for (const { note, checkpoint } of this.#found.notes) {
      this.#progress(SIGNATURE_WEIGHT);
      Checkpoint.signed(note, this.#found.log);
      this.#found.policy.check(note, { needsQuorum: false });
      if (checkpoint.size < before || checkpoint.size > size) throw new BoardError(`a checkpoint of ${checkpoint.size} leaves stands after one of ${before}`);
      if (!areEqual(roots.get(checkpoint.size), checkpoint.root)) throw new BoardError(`the checkpoint of ${checkpoint.size} leaves is of another tree`);
      before = checkpoint.size;
    }
    await checkBefore(this.#bundle, await this.#before(), this.#nodes(size));
    return { checkpoints: this.#found.notes.length };
  }

  #before = () => logsBefore(this.#bundle);
  #nodes = (size) => nodesOf((path) => this.#bundle.read(path), size);

  async #grammar() {
    if (!has(this.#found, "manifest")) await this.#readManifest();
    if (!hasLeaves(this.#bundle)) {
      if (this.#need("manifest").publication === "open") throw new BoardError("an open vote without its leaves");
      throw new Incomplete("noLeaves");
    }
    const { complaints, reading } = this.#need("pass");
    if (!has(this.#found, "tokens")) await this.#readTokens();
    complaints.check("leaves");
    return { size: reading.size };
  }

  /** The log, if each of its leaves could be read. */
  #pass() {
    if (!hasLeaves(this.#bundle)) throw new Incomplete("noLeaves");
    const pass = this.#need("pass");
    if (!pass.isRead) throw new Incomplete("before");
    return pass;
  }

  /** The reading, if nothing about this was wrong. */
  #reading(about) {
    const { complaints, reading } = this.#pass();
    complaints.check(about);
    if (!reading.closed) throw new BoardError("the log was not closed");
    return reading;
  }

  async #order() {
    const { opened } = this.#reading("order");
    const { sums } = this.#bundle;
    const tokens = this.#need("tokens").sums;
    const verifiers = Object.fromEntries(VERIFIERS.filter(this.#bundle.has).map((name) => [name, sums.get(name)]));
    const wanted = { manifest: sums.get("manifest.json"), policy: sums.get("policy.txt"), log: this.#need("log").written, verifiers, tokens };
    for (const name in wanted) if (write(opened[name]) !== write(wanted[name])) throw new BoardError(`the opening names another ${name}`);
    const other = Object.keys(tokens).find((district) => !has(opened.roll, district));
    if (other) throw new BoardError(`there are tokens of a district that is none: ${other}`);
    const before = (await this.#before()).map((log) => log.told);
    if (write(opened.after ?? []) !== write(before)) throw new BoardError("the opening names another after");
    return { continued: before.map(({ e, size, kept }) => ({ log: e, size, lost: size - kept })) };
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
    const [marked, byToken] = [closed.marks.web ?? 0, Object.keys(opened.tokens).length > 0];
    if (byToken ? web > marked : web !== marked) throw new BoardError(`${web} votes by web count, the roll has other marks`);
    if (byToken && !this.#need("tokens").canCheck) throw new Incomplete("tokens");
    return { web, votes: votes.size };
  }

  #roll = async () => rollOf(await this.#bundle.text("roll-summary.json"));
  #result = async () => resultOf(await this.#bundle.text("result.json"));

  async #batches() {
    const { batches, stillOpen, unused, votes, web } = this.#reading("batches");
    if (stillOpen.length) throw new BoardError(`batch ${stillOpen[0]} is not closed`);
    const [records, adjudications] = [await this.#bundle.allLines(RECORDS), await this.#bundle.allLines(SETTLED)];
    const settled = this.#pass().keyings.check(records, adjudications);
    const blank = [...unused.values()].filter((word) => word === "blank").length;
    return { batches: batches.size, typed: votes.size - web, blank, spoiled: unused.size - blank, settled };
  }

  #voids() {
    const { voids } = this.#reading("voids");
    return { voids: voids.size, listed: [...voids].map(([index, { document, why }]) => `${index}: ${document}, ${why}`) };
  }

  /** Line -> ballots that count: of the log where it is here, else of ballots.jsonl. */
  async #counted() {
    if (!hasLeaves(this.#bundle)) {
      const written = await this.#written();
      for (const line of written.keys()) checkLine(line, this.#need("manifest"));
      return written;
    }
    this.#found.lines ??= howOften(this.#pass().reading.votes.values());
    return this.#found.lines;
  }

  #written = () => linesOf(this.#bundle, this.#progress);

  async #count() {
    const manifest = this.#need("manifest");
    const tally = await this.#bundle.text("tally.json");
    const result = await this.#result();
    const lines = await this.#counted();
    const { funded, ballots } = outcomeOf(tally);
    const numbers = manifest.options.filter(({ code }) => funded.includes(code)).map(({ n }) => n);
    const follows = { ballots, funded: numbers, seed: result.seed, trace: this.#bundle.sums.get("tally.json") };
    if (write(result) !== write(follows)) throw new BoardError("result.json does not follow from tally.json");
    if ((manifest.count.ties === "id_text") !== (result.seed === "")) throw new BoardError("a seed where no lots are drawn, or none where they are");
    if (!RULES.includes(manifest.count.rule)) throw new Incomplete("unknownRule", { rule: manifest.count.rule });
    if (count(manifest, choicesOf(lines), result.seed) !== tally) throw new BoardError("the count of this page gives another tally.json");
    const own = this.#found.pass?.reading.result;
    if (own && (write(own.funded) !== write(numbers) || own.trace !== result.trace)) throw new BoardError("the log's own result is another");
    return { ballots, funded: numbers.length };
  }

  async #ballots() {
    this.#pass();
    const found = hidden(await this.#counted());
    const other = difference(found, await this.#written());
    if (other) throw new BoardError(`${other.counted} ballots that count, ${other.written} in ballots.jsonl: ${other.line}`);
    return { lines: [...found.values()].reduce((sum, times) => sum + times, 0) };
  }

  async #audit() {
    if (!this.#need("files").some((path) => path.startsWith("rla/"))) return this.#withoutAudit();
    const [batches, sample] = [
      rowsOf(await this.#bundle.allLines(FILES.batches), FILES.batches, "batch,sheets"),
      rowsOf(await this.#bundle.allLines(FILES.sample), FILES.sample, "batch,sheet"),
    ];
    const seed = seedOf(await this.#bundle.text(FILES.seed));
    const { complaints, reading } = this.#pass();
    if (complaints.has("batches") || !reading.closed) throw new Incomplete("before"); // else there are as many leaves as sheets
    const declared = [...reading.batches].map(([number, batch]) => [number, batch.declared]).sort(([one], [other]) => one - other);
    if (write(batches) !== write(declared)) throw new BoardError(`${FILES.batches} is not the log's`);
    if (write(drawn(seed, batches).slice(0, sample.length)) !== write(sample)) throw new BoardError(`${FILES.sample} is not what the seed draws`);
    const manifest = this.#need("manifest");
    if (!hasAssertions(manifest)) throw new Incomplete("noAudit", { rule: manifest.count.rule });
    const { assertions, limit } = reportOf(await this.#bundle.text(FILES.report));
    const audit = new Audit(manifest, choicesOf(await this.#counted()), (sheet) => JSON.parse(reading.votes.get(sheet) ?? "{}").x);
    const differences = audit.differences(sample, await this.#bundle.allLines(FILES.read));
    const sheets = BigInt(declared.reduce((sum, [, size]) => sum + size, 0));
    const risk = audit.risk(assertions, (await this.#result()).funded, { sheets, differences });
    const values = { drawn: sample.length, risk: decimals(risk), limit: limit.join("/") };
    if (isAbove(risk, limit)) throw new Incomplete("risk", values);
    return values;
  }

  async #withoutAudit() {
    const hasPaper = Object.values((await this.#roll()).districts).some(({ paper }) => paper);
    if (hasPaper || (this.#found.pass?.isRead && this.#found.pass.reading.batches.size)) throw new Incomplete("audit");
    return { isNone: true };
  }

  /** The receipts that were given, as far as they can be read. */
  #receiptsRead() {
    return this.#receipts.flatMap(([name, bytes]) => {
      try {
        return [receiptOf(name, bytes)];
      } catch {
        return []; // V13 says what is wrong with it
      }
    });
  }

  async #given() {
    for (const { name, receipt } of this.#receipts.map((given) => receiptOf(...given))) {
      try {
        await this.#checkReceipt(receipt, this.#need("roots"), this.#need("checkpoint").size);
      } catch (error) {
        throw error instanceof Incomplete ? error : new BoardError(`${name}: ${told(error).message}`);
      }
    }
    return { receipts: this.#receipts.length };
  }

  /** A receipt's tree must be the beginning of the bundle's, and its proof be of the leaf that lies there. */
  async #checkReceipt(receipt, roots, size) {
    const ended = (await this.#before()).find(({ key }) => key.name === new Checkpoint(receipt.note.text).origin);
    if (ended) {
      if (!(await ended.proves(receipt, this.#nodes(size)))) throw new Incomplete("lost");
      return;
    }
    const checkpoint = Checkpoint.signed(receipt.note, this.#need("log"));
    if (checkpoint.size > size) throw new Incomplete("later");
    if (!areEqual(roots.get(checkpoint.size), checkpoint.root)) throw new BoardError("of another tree");
    checkInclusion(await this.#nodes(size)(0, receipt.index), receipt.index, checkpoint.size, receipt.proof, checkpoint.root);
  }
}

/** A receipt that was given, and the checkpoint that it is proved against; nothing is believed yet. */
function receiptOf(name, bytes) {
  try {
    const receipt = Receipt.of(bytes);
    return { name, receipt, checkpoint: new Checkpoint(receipt.note.text) };
  } catch (error) {
    throw new BoardError(`${name}: ${told(error).message}`);
  }
}

/** A complaint of the bundle; any other error is one of this page and goes on. */
function told(error) {
  if (error instanceof BoardError) return error;
  throw error;
}
