// Which ballots of a log count (docs/board.md, "Reading a log").
import { BoardError, has } from "./bytes.js";

export const PAPER = "paper";

/** A leaf stands where it must not, or says what is not so; `about` is "order", "voters", "batches" or "voids". */
export class LogError extends BoardError {
  constructor(index, about, why) {
    super(`leaf ${index}: ${why}`);
    Object.assign(this, { index, about });
  }
}

/**
 * A log as far as it was read. Whose ballot it is: a pseudonym, the serial of a token, or batch and sheet ("1/17").
 * `keep(leaf, channel, index)` makes of a leaf what is kept in `votes`.
 */
export class Reading {
  size = 0;
  opened = null;
  closed = null;
  result = null;
  kinds = new Map(); // kind of leaf -> how many
  votes = new Map(); // whose -> what was kept: the ballots that count
  unused = new Map(); // sheet -> "blank" or "spoiled"
  onPaper = new Set(); // pseudonyms whose voters took paper instead
  batches = new Map(); // number -> {declared, sheets, isClosed}
  sheets = new Map(); // place of a leaf -> the sheet that it tells, unless it was made void
  voids = new Map(); // place of a leaf that was made void -> the leaf that says so
  rollhash = ""; // of the roll as the log last told it
  voters = 0; // on that roll
  web = 0; // votes that were not cast on paper
  #keep;

  constructor(keep) {
    this.#keep = keep;
  }

  /** Reads the next leaf, whose members were checked; LogError where it may not stand here. */
  take(leaf) {
    if ((leaf.t === "open") !== !this.size || (this.size && !this.opened)) this.#refuse("order", "the log begins with its opening, and is opened once");
    if (this.size && leaf.e !== this.#election) this.#refuse("order", `of another election: ${leaf.e}`);
    if (this.closed && (leaf.t !== "result" || this.result)) this.#refuse("order", "after the close there is one result and nothing else");
    if (leaf.t === "result" && !this.closed) this.#refuse("order", "a result before the close");
    this.#take[leaf.t](leaf);
    this.kinds.set(leaf.t, (this.kinds.get(leaf.t) ?? 0) + 1);
    this.size++;
  }

  /** Counts a leaf that may not stand here, for who looks for faults after it; a close that only miscounts closes. */
  passOver(leaf) {
    if (leaf.t === "close" && this.opened && leaf.e === this.opened.e) this.closed ??= leaf;
    this.kinds.set(leaf.t, (this.kinds.get(leaf.t) ?? 0) + 1);
    this.size++;
  }

  /** Whose leaf comes next: what was kept of the logs before keeps their names. */
  get #election() {
    let election = this.opened.e;
    for (const { e, kept } of this.opened.after ?? []) {
      if (this.size >= kept) break;
      election = e;
    }
    return election;
  }

  /** The batches that are not closed. */
  get stillOpen() {
    return [...this.batches].filter(([, { isClosed }]) => !isClosed).map(([number]) => number);
  }

  #take = {
    open: (leaf) => this.#open(leaf),
    ballot: (leaf) => this.#ballot(leaf),
    revoke: (leaf) => this.#revoke(leaf),
    batch: (leaf) => this.#batch(leaf),
    paper: (leaf) => this.#paper(leaf),
    "batch-close": (leaf) => this.#batchClose(leaf),
    void: (leaf) => this.#void(leaf),
    "roll-change": ({ added, removed, rollhash }) => this.#roll(added - removed, rollhash),
    close: (leaf) => this.#close(leaf),
    result: (leaf) => void (this.result = leaf),
  };

  #open(leaf) {
    const names = [leaf.e, ...(leaf.after ?? []).map(({ e }) => e)];
    if (new Set(names).size < names.length) this.#refuse("order", "it continues a log of a name that is taken");
    this.opened = leaf;
    this.#roll(Object.values(leaf.roll).reduce((sum, voters) => sum + voters, 0), leaf.rollhash);
  }

  /** Nothing that counts is changed by the roll. */
  #roll(more, rollhash) {
    this.voters += more;
    this.rollhash = rollhash;
  }

  #ballot(leaf) {
    const byToken = has(leaf, "k");
    if (byToken !== Object.keys(this.opened.tokens).length > 0) this.#refuse("voters", "by a pseudonym where tokens are used, or the other way round");
    const voter = byToken ? leaf.k.m : leaf.p;
    if (this.onPaper.has(voter)) this.#refuse("voters", "its voter took a paper ballot");
    this.#checkDistrict("voters", leaf);
    if (!this.votes.has(voter)) this.web++;
    this.votes.set(voter, this.#keep(leaf, leaf.c, this.size));
  }

  #revoke(leaf) {
    if (!this.votes.delete(leaf.p)) this.#refuse("voters", "revokes a ballot that is not there");
    this.web--;
    if (leaf.why === "paper-instead") this.onPaper.add(leaf.p);
  }

  #batch(leaf) {
    if (this.batches.has(leaf.b)) this.#refuse("batches", `batch ${leaf.b} was declared before`);
    this.batches.set(leaf.b, { declared: leaf.sheets, sheets: new Set(), isClosed: false });
  }

  #paper(leaf) {
    const batch = this.#declared(leaf);
    if (leaf.s > batch.declared || batch.sheets.has(leaf.s)) this.#refuse("batches", `sheet ${leaf.s} of batch ${leaf.b} was typed before, or is none`);
    this.#checkDistrict("batches", leaf);
    const sheet = `${leaf.b}/${leaf.s}`;
    if (has(leaf, "x")) this.votes.set(sheet, this.#keep(leaf, PAPER, this.size));
    else this.unused.set(sheet, leaf.u);
    this.sheets.set(this.size, sheet);
    batch.sheets.add(leaf.s);
    batch.isClosed = false;
  }

  #batchClose(leaf) {
    const batch = this.#declared(leaf);
    const found = { typed: 0, blank: 0, spoiled: 0 };
    for (const sheet of batch.sheets) found[this.unused.get(`${leaf.b}/${sheet}`) ?? "typed"]++;
    if (Object.keys(found).some((word) => found[word] !== leaf[word])) this.#refuse("batches", `batch ${leaf.b} has ${JSON.stringify(found)}`);
    if (batch.sheets.size !== batch.declared) this.#refuse("batches", `${batch.sheets.size} of ${batch.declared} sheets of batch ${leaf.b}`);
    batch.isClosed = true;
  }

  #void(leaf) {
    const sheet = this.sheets.get(leaf.i);
    if (sheet === undefined) this.#refuse("voids", `leaf ${leaf.i} is no sheet that counts`);
    this.sheets.delete(leaf.i);
    this.votes.delete(sheet);
    this.unused.delete(sheet);
    const [batch, number] = sheet.split("/").map(Number);
    this.batches.get(batch).sheets.delete(number);
    this.batches.get(batch).isClosed = false;
    this.voids.set(leaf.i, leaf);
  }

  #close(leaf) {
    if (this.size < (this.opened.after?.[0].kept ?? 0)) this.#refuse("order", "closed before all that was kept");
    const told = Object.entries(leaf.counts);
    const isRight = told.length === this.kinds.size && told.every(([kind, count]) => this.kinds.get(kind) === count);
    if (leaf.size !== this.size || !isRight) this.#refuse("order", `${this.size} leaves are before it, and not of the kinds that it tells`);
    if (this.stillOpen.length) this.#refuse("batches", `batch ${this.stillOpen[0]} is not closed`);
    const marked = leaf.marks.web ?? 0;
    // Who has a token need not use it.
    const isUnused = this.web < marked && Object.keys(this.opened.tokens).length > 0;
    if (marked !== this.web && !isUnused) this.#refuse("voters", `${this.web} votes by web count, the roll has ${marked}`);
    this.closed = leaf;
  }

  #declared(leaf) {
    return this.batches.get(leaf.b) ?? this.#refuse("batches", `batch ${leaf.b} was not declared`);
  }

  #checkDistrict(about, leaf) {
    if (!has(this.opened.roll, leaf.d)) this.#refuse(about, `no district of this election: ${leaf.d}`);
  }

  #refuse(about, why) {
    throw new LogError(this.size, about, why);
  }
}
