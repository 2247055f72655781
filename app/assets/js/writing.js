// Several people write one text at once. Without this file the same page saves by its buttons, and
// shows all texts side by side where two changed the same words.
// All words come from data attributes of the page: there is no language in this file.
import * as Y from "yjs";
import { bind } from "./writing/binding.js";
import { Line } from "./writing/line.js";
import { Kept } from "./writing/kept.js";

const LIVE = "input[type=text], input:not([type]), textarea";
const form = document.querySelector("[data-writing]");
if (form) begin(form);

function begin(form) {
  const said = form.dataset;
  const part = (name) => form.querySelector(`[data-${name}]`);
  const fields = [...form.querySelectorAll(LIVE)].filter((field) => field.name && field.name !== "cost_minor");
  const doc = new Y.Doc();
  const here = {}; // the origin of what is typed on this page
  const line = new Line(doc, {
    address: said.writing,
    token: form.elements.csrf_token.value,
    kept: new Kept(`${said.writing} ${said.account}`),
    field: () => (fields.includes(document.activeElement) ? document.activeElement.name : ""),
  });
  let bindings = null;
  let wasCutOff = false;

  line.onanswer = () => {
    if (bindings) return;
    const undo = new Y.UndoManager(fields.map((field) => doc.getText(field.name)), { trackedOrigins: new Set([here]) });
    bindings = fields.map((field) => bind(field, doc.getText(field.name), here, undo));
    part("together").hidden = false;
    for (const event of ["focusin", "focusout"]) form.addEventListener(event, () => line.soon());
  };
  line.onstate = (state, why) => {
    part("state").textContent = state === "refused" ? why : said[state];
    part("together").dataset.now = state;
    if (state === "refused") stop();
    // Told aloud is only what a writer must know, not each letter that is saved.
    if (state === "offline" || state === "out" || state === "refused") tell(state === "refused" ? why : said[state]);
    else if (state === "saved" && wasCutOff) tell(said.again);
    if (state === "offline") wasCutOff = true;
    else if (state === "saved") wasCutOff = false;
  };
  line.onpeople = (people) => {
    const others = people.filter((person) => !person.is_you);
    const at = new Map();
    for (const { name, fields: where } of others) for (const field of where) at.set(field, [...(at.get(field) ?? []), name]);
    for (const field of fields) {
      const box = field.closest(".field");
      if (at.has(field.name)) box.dataset.others = at.get(field.name).join(", ");
      else delete box.dataset.others;
    }
    const names = others.map(({ name, fields: [field] }) =>
      field ? fill(said.in, { name, field: form.querySelector(`label[for="${field}"]`).textContent }) : name,
    );
    const text = names.length ? fill(said.here, { names: names.join(", ") }) : "";
    if (part("people").textContent !== text) part("people").textContent = text;
  };

  form.addEventListener("submit", async (event) => {
    if (!bindings) return;
    form.elements.written.value = said.live;
    if (line.isSaved) return;
    event.preventDefault();
    if (await line.saved()) form.requestSubmit(event.submitter);
  });
  addEventListener("pagehide", () => line.leave());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  line.start();

  // From here on the form is a plain one, with the words that stand in it.
  function stop() {
    for (const binding of bindings ?? []) binding.release();
    bindings = null;
    form.elements.written.value = "";
    part("together").hidden = false;
  }

  function tell(text) {
    part("news").textContent = text;
  }
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
