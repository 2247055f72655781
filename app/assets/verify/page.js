// The page around the verifier: takes files, shows how far it is, and says plainly what came out.
import workerText from "verifier-worker";
import { WORDS, fill } from "./words.js";

const HEAD_OF_RECEIPT = "c2sp.org/tlog-proof";
const SIGNS = { right: "✓", wrong: "✗", incomplete: "–" };
const byId = (id) => document.getElementById(id);

let words = WORDS[navigator.language.startsWith("ko") ? "ko" : "en"];
let worker = null;
let told = fresh();

function fresh() {
  return { steps: [], refusal: "", verdict: "", failure: "", step: "", isRunning: false };
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    words = WORDS[button.dataset.language];
    show();
  });
}
byId("files").addEventListener("change", ({ target }) => take([...target.files]));
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop") take([...event.dataTransfer.files]);
  });
}
show();

/** Sorts receipts from the bundle by their first bytes, and starts. */
async function take(files) {
  worker?.terminate();
  told = fresh();
  show();
  const heads = await Promise.all(files.map((file) => file.slice(0, HEAD_OF_RECEIPT.length).text()));
  const receipts = files.filter((_, at) => heads[at] === HEAD_OF_RECEIPT);
  const bundles = files.filter((file) => !receipts.includes(file));
  if (bundles.length === 1) start(bundles[0], receipts);
  else if (files.length) told.refusal = bundles.length ? "twoBundles" : "noBundle";
  show();
}

function start(bundle, receipts) {
  told.isRunning = true;
  const address = URL.createObjectURL(new Blob([workerText], { type: "text/javascript" }));
  worker = new Worker(address);
  URL.revokeObjectURL(address);
  worker.onmessage = ({ data }) => hear(data);
  worker.onerror = ({ message }) => hear({ failure: message });
  worker.postMessage({ bundle, receipts, key: byId("key").value.trim() });
}

function hear(message) {
  if ("progress" in message) {
    byId("bar").value = message.progress;
    if (told.step === message.step) return;
    told.step = message.step;
  } else if ("verdict" in message) Object.assign(told, { verdict: message.verdict, isRunning: false });
  else if ("failure" in message) Object.assign(told, { verdict: "failed", failure: message.failure, isRunning: false });
  else told.steps.push(message);
  show();
}

function show() {
  document.documentElement.lang = words.lang;
  document.title = words.title;
  for (const place of document.querySelectorAll("[data-words]")) place.textContent = words[place.dataset.words];
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === words.lang));
  }
  byId("refusal").textContent = told.refusal ? words[told.refusal] : "";
  byId("progress").hidden = !told.isRunning;
  byId("now").textContent = told.step ? fill(words.working, { step: told.step, name: words.checks[told.step][0] }) : "";
  showVerdict();
  byId("lines").hidden = !told.steps.length;
  byId("steps").replaceChildren(...told.steps.map(lineOf));
}

function showVerdict() {
  const place = byId("verdict");
  place.className = told.verdict;
  if (!told.verdict) return place.replaceChildren();
  const named = told.steps.filter(({ state }) => state === told.verdict).map(({ step }) => `${step} ${words.checks[step][0]}`);
  const [title, text] = words.verdicts[told.verdict];
  place.replaceChildren(element("h2", title), element("p", fill(text, { steps: named.join(", ") })));
  if (told.failure) place.append(detailOf(told.failure));
}

function lineOf({ step, state, values, reason, detail }) {
  const [name, right, wrong, none] = words.checks[step];
  const text = { right: values.isNone ? none : right, wrong, incomplete: words.reasons[reason] }[state];
  const line = element("li");
  line.className = state;
  line.append(element("strong", `${step} ${name}`), element("span", `${SIGNS[state]} ${words.states[state]}`), element("p", fill(text, values)));
  if (detail) line.append(detailOf(detail));
  for (const log of values.continued ?? []) line.append(element("p", fill(words.continued, log)));
  for (const one of values.listed ?? []) line.append(element("p", one));
  return line;
}

function detailOf(text) {
  const place = element("p", `${words.detail}: `);
  const said = element("code", text);
  said.lang = "en";
  place.append(said);
  return place;
}

function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
