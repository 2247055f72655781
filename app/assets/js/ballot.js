// Enhances the ballot form; without it the form works and the server checks the same rules.
// All words come from data attributes of the page: there is no language in this file.

const form = document.querySelector("form[data-ballot]");
const cleared = document.querySelector("[data-clear-ballot]");
if (cleared) sessionStorage.removeItem(`ballot:${cleared.dataset.clearBallot}`);
if (form) enhance(form);

function enhance(form) {
  const boxes = [...form.querySelectorAll("input[name=choice]")];
  const bar = form.querySelector(".pick-bar");
  const state = bar.querySelector("[data-state]");
  const meter = bar.querySelector("meter");
  const limitBox = bar.querySelector(".at-limit");
  const words = bar.dataset;
  const key = `ballot:${form.dataset.ballot}`;
  const max = Number(form.dataset.max) || Infinity;
  const fund = form.dataset.fund === undefined ? null : Number(form.dataset.fund);
  const money = new Intl.NumberFormat(document.documentElement.lang);

  const picked = () => boxes.filter((box) => box.checked);
  const spent = () => picked().reduce((sum, box) => sum + Number(box.dataset.cost), 0);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  restore();
  bar.hidden = false;
  meter.hidden = false;
  tell();
  form.addEventListener("change", (event) => {
    if (!boxes.includes(event.target)) return;
    const why = event.target.checked ? refusal(event.target) : null;
    if (why) event.target.checked = false;
    tell();
    why ? offerSwap(why, event.target) : (limitBox.hidden = true);
    keep();
  });
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    say(words.offline);
  });
  setUpFinder();

  function refusal(box) {
    const fieldset = box.closest("fieldset");
    const inField = picked().filter((other) => other.closest("fieldset") === fieldset).length;
    if (fieldset.dataset.max && inField > Number(fieldset.dataset.max)) {
      return { text: fill(words.fieldFull, { limit: fieldset.dataset.max, field: fieldset.dataset.name }), within: fieldset };
    }
    if (picked().length > max) return { text: fill(words.full, { limit: max }), within: form };
    if (fund !== null && spent() > fund) {
      return { text: fill(words.overFund, { over: money.format(spent() - fund) }), within: form };
    }
    return null;
  }

  function tell() {
    const number = picked().length;
    if (fund !== null) {
      meter.max = fund;
      meter.value = spent();
      state.textContent = fill(words.fundState, { number, used: money.format(spent()), left: money.format(fund - spent()) });
    } else {
      meter.max = Number.isFinite(max) ? max : boxes.length;
      meter.value = number;
      state.textContent = fill(Number.isFinite(max) ? words.pickState : words.freeState, { number, limit: max });
    }
  }

  // The pick that did not fit waits; taking one of the others back lets it in.
  function offerSwap(why, wanted) {
    const list = document.createElement("ul");
    for (const box of picked().filter((other) => why.within.contains(other))) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button second small";
      button.textContent = words.swap;
      button.setAttribute("aria-label", `${words.swap}: ${box.dataset.title}`);
      button.addEventListener("click", () => {
        box.checked = false;
        wanted.checked = true;
        const still = refusal(wanted);
        if (still) wanted.checked = false;
        tell();
        keep();
        still ? offerSwap(still, wanted) : say(fill(words.swapped, { title: wanted.dataset.title }));
        wanted.focus();
      });
      item.append(Object.assign(document.createElement("span"), { textContent: box.dataset.title }), button);
      list.append(item);
    }
    say(why.text);
    limitBox.append(list);
  }

  function say(text) {
    limitBox.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
    limitBox.hidden = false;
  }

  function keep() {
    sessionStorage.setItem(key, JSON.stringify(picked().map((box) => box.value)));
  }

  function restore() {
    if (picked().length) return;
    const kept = JSON.parse(sessionStorage.getItem(key) || "[]");
    for (const box of boxes) box.checked = kept.includes(box.value);
    if (picked().some((box) => refusal(box))) for (const box of boxes) box.checked = false;
  }

  function setUpFinder() {
    const finder = form.querySelector(".finder");
    if (!finder) return;
    finder.hidden = false;
    const [text, place] = [finder.querySelector("input"), finder.querySelector("select")];
    const found = finder.querySelector("[data-found]");
    const rows = [...form.querySelectorAll(".option")];
    finder.addEventListener("input", () => {
      const wanted = text.value.trim().toLocaleLowerCase();
      let shown = 0;
      for (const row of rows) {
        const fits = row.textContent.toLocaleLowerCase().includes(wanted) && (!place.value || row.dataset.place === place.value);
        row.hidden = !fits;
        shown += fits;
      }
      for (const fieldset of form.querySelectorAll("fieldset")) {
        fieldset.hidden = ![...fieldset.querySelectorAll(".option")].some((row) => !row.hidden);
      }
      found.textContent = fill(words.found, { number: shown });
    });
    finder.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }
}
