// Shows similar proposals beside the form while somebody writes. Without this file the check page shows them.
// All words come from data attributes of the page: there is no language in this file.

const panel = document.querySelector("[data-similar]");
const form = document.querySelector("main form.form");
if (panel && form) watch(panel, form);

function watch(panel, form) {
  const PAUSE = 600; // milliseconds without a key
  const FIELDS = ["title", "summary", "need", "title_en", "summary_en"];
  const list = panel.querySelector("[data-list]");
  const jump = document.querySelector(".similar-jump");
  const said = document.querySelector("[data-similar-said]");
  let timer, asking, shown = "", before = "";

  form.addEventListener("input", later);
  panel.addEventListener("submit", keep);
  later();

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  function typed() {
    const values = new URLSearchParams();
    for (const name of FIELDS) values.set(name, form.elements[name]?.value ?? "");
    return values;
  }

  async function ask() {
    const body = typed();
    if (body.toString() === before) return;
    before = body.toString();
    if (![...body.values()].some((text) => text.trim())) return show("");
    body.set("csrf_token", form.elements.csrf_token.value);
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(panel.dataset.similar, { method: "POST", body, signal: asking.signal });
      if (answer.ok && !answer.redirected) show(await answer.text());
    } catch (error) {
      if (error.name !== "AbortError") before = ""; // off line: the next key asks again
    }
  }

  // Whoever is writing in the list keeps it as it is.
  function show(html) {
    if (html === shown || list.contains(document.activeElement) || list.querySelector("[data-changed]")) return;
    shown = html;
    list.innerHTML = html;
    for (const area of list.querySelectorAll("textarea")) area.addEventListener("input", () => (area.dataset.changed = ""));
    const number = Number(list.firstElementChild?.dataset.number ?? 0);
    const words = number ? panel.dataset.count.replace("{number}", number) : "";
    panel.hidden = jump.hidden = !number;
    jump.firstElementChild.textContent = words;
    if (said.textContent !== words) said.textContent = words;
  }

  // Kept without leaving the page, where a text that is not saved would be lost.
  async function keep(event) {
    event.preventDefault();
    const own = event.target;
    const area = own.elements.reason;
    const body = new URLSearchParams(new FormData(own));
    const headers = { Accept: "application/json" };
    const answer = await fetch(own.action, { method: "POST", body, headers }).catch(() => null);
    const isKept = answer?.status === 204;
    if (isKept) delete area.dataset.changed;
    said.textContent = isKept ? panel.dataset.kept : panel.dataset.failed;
    own.querySelector("[data-answer]")?.remove();
    own.append(Object.assign(document.createElement("p"), { className: "small", textContent: said.textContent }));
    own.lastElementChild.dataset.answer = "";
  }
}
