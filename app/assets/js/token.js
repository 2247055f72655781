// The ballot of a vote by token, from the choice to the ticket. The token is asked for with a name and without a choice,
// the ballot is cast with a choice and without a name. All words stand in the page.
import { BoardError, bytesOf, bytesOfHex, hexOf, isHex } from "./board/bytes.js";
import { write } from "./board/canonical.js";
import { leafHash } from "./board/merkle.js";
import { codeOf as receiptCodeOf, grouped } from "./board/receipt.js";
import { Unreached, logOf } from "./box/proof.js";
import { finalize } from "./token/blind.js";
import { SECRET_BYTES, blinded, codeOf, secretOf } from "./token/recovery.js";
import { REQUEST_BYTES, checkTicket } from "./token/ticket.js";

const NONCE_BYTES = 32;
const place = document.querySelector("[data-token]");
const find = (selector) => place.querySelector(selector);
const randomHex = (size) => hexOf(crypto.getRandomValues(new Uint8Array(size)));
const pages = place.dataset;

// Once for the page: what is sent twice is one ballot.
const [nonce, request] = [randomHex(NONCE_BYTES), randomHex(REQUEST_BYTES)];
const fresh = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));

/** A refusal in the server's own words. */
class Refused extends Error {
  constructor({ error }, isKnown) {
    super(String(error));
    this.isKnown = isKnown; // the voter has a token by another code
  }
}

start();

function start() {
  find("[data-recovery]").textContent = grouped(codeOf(fresh));
  offer("[data-recovery-file]", `${pages.election}\n${grouped(codeOf(fresh))}\n`);
  find("form").addEventListener("submit", (event) => {
    event.preventDefault();
    showPicks();
    step("check");
  });
  for (const button of place.querySelectorAll("[data-go]")) button.addEventListener("click", () => step(button.dataset.go));
  find("[data-cast]").addEventListener("click", cast);
  step("choose", { quietly: true });
}

function step(name, { quietly = false } = {}) {
  for (const part of place.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== name;
  place.dataset.now = name;
  if (quietly) return;
  scrollTo(0, 0);
  find(`[data-step=${name}] h1`).focus();
}

const picked = () => [...place.querySelectorAll("input[name=choice]:checked")];

function showPicks() {
  const list = find("[data-picks]");
  const rows = picked().map((box) => {
    const row = document.createElement("li");
    const label = find(`label[for=${box.id}]`);
    row.append(label.querySelector("b").cloneNode(true), label.querySelector(".cost").cloneNode(true));
    return row;
  });
  list.replaceChildren(...(rows.length ? rows : [Object.assign(document.createElement("li"), { textContent: list.dataset.empty })]));
}

async function cast() {
  const isTyped = !find("[data-mode=typed]").hidden;
  const secret = isTyped ? secretOf(find("#recovery").value) : fresh;
  if (!secret) return slip("typed");
  if (!isTyped && !find("#kept").checked) return slip("kept");
  slip("");
  step("working");
  try {
    show(await vote(secret));
  } catch (error) {
    if (error instanceof BoardError) {
      find("[data-detail]").textContent = error.message;
      return step("wrong");
    }
    if (!(error instanceof Refused || error instanceof Unreached)) throw error;
    if (error.isKnown) {
      find("[data-mode=new]").hidden = true;
      find("[data-mode=typed]").hidden = false;
    }
    step("code");
    slip(error instanceof Unreached ? "unreached" : "", error instanceof Refused ? error.message : "");
  }
}

/** Gets the token and casts the ballot; what was answered, checked. */
async function vote(secret) {
  const { district, election, form } = pages;
  const log = logOf(pages);
  const key = keyOf(await ask(pages.keysUrl, NAMELESS), district);
  const { serial, ...hidden } = blinded(secret, election, district, key);
  const body = new URLSearchParams({ blinded: hexOf(hidden.sent), csrf_token: pages.csrf });
  const { signature } = await ask(pages.issueUrl, { method: "POST", body, credentials: "same-origin" });
  const token = { m: hexOf(serial), s: hexOf(finalize(key, hidden, bytesOfHex(String(signature)))) };
  const x = { a: picked().map((box) => Number(box.value)).sort((a, b) => a - b) };
  const leaf = write({ v: 1, t: "ballot", e: election, d: district, c: "web", f: Number(form), k: token, n: nonce, x });
  const hash = leafHash(bytesOf(leaf));
  const { ticket, until } = await ask(pages.castUrl, { ...NAMELESS, method: "POST", body: `${request}\n${leaf}` });
  checkTicket(String(ticket), log, hash, request);
  return { hash, ticket, until };
}

// No cookie goes along, nor where the question comes from.
const NAMELESS = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };

async function ask(url, options) {
  let [answer, told] = [null, null];
  try {
    answer = await fetch(url, { ...options, headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } });
    told = await answer.json();
  } catch {
    throw new Unreached(url);
  }
  if (!answer.ok) throw new Refused(told, url === pages.issueUrl && answer.status === 409);
  return told;
}

/** The key of a district, from what everybody gets alike. */
function keyOf(keys, district) {
  const { n, e } = keys[district] ?? {};
  if (!isHex(n, 384) || e !== 65537) throw new BoardError(`no key for tokens of ${district}`);
  return { n: BigInt(`0x${n}`), e: BigInt(e) };
}

function show({ hash, ticket, until }) {
  sessionStorage.removeItem(`ballot:${pages.token}`);
  const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone: "Asia/Seoul" });
  find("[data-receipt-code]").textContent = grouped(receiptCodeOf(hash));
  const waits = find("[data-until]");
  waits.textContent = waits.dataset.until.replace("{moment}", moment.format(new Date(until)));
  offer("[data-ticket-file]", ticket);
  step("done");
}

function offer(selector, text) {
  find(selector).href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
}

function slip(name, refusal = "") {
  for (const part of place.querySelectorAll("[data-slip]")) part.hidden = part.dataset.slip !== name;
  Object.assign(find("[data-refusal]"), { hidden: !refusal, textContent: refusal });
}
