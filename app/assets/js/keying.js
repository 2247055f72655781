// Types sheets without reloading: Enter sends one and shows the next, Backspace in an empty field goes
// back. Without this file the same page does the same by whole requests.
// All words come from data attributes of the page: there is no language in this file.

const page = document.querySelector("[data-keying]");
if (page) enhance(page);

function enhance(page) {
  const form = page.querySelector("form.entry");
  const field = form.elements.typed;
  const before = page.querySelector("[data-before]");
  const refused = page.querySelector("[data-refused]");
  const part = (name) => page.querySelector(`[data-${name}]`);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  let busy = false;

  const type = (sign) => {
    field.value = sign;
    form.requestSubmit();
  };
  for (const button of form.querySelectorAll("[data-sign]")) {
    button.hidden = false;
    button.addEventListener("click", () => type(button.dataset.sign));
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  part("spoil").addEventListener("submit", (event) => {
    event.preventDefault();
    type("*");
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Backspace" || field.value || event.repeat || before.hidden) return;
    event.preventDefault();
    location.assign(before.href);
  });
  field.select();

  async function send() {
    if (busy) return; // Enter held down types one sheet, not ten
    busy = true;
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const said = await answer.json();
      if (said.sheet) show(said);
      else say(said.error, false);
    } catch {
      say(page.dataset.offline, false);
    } finally {
      busy = false;
    }
  }

  function show({ sheet, refused: why, breaks_rule: breaksRule }) {
    if (why) return say(why, breaksRule);
    if (!sheet.number) return location.assign(form.action);
    refused.hidden = true;
    part("spoil").hidden = true;
    field.setAttribute("aria-invalid", "false");
    form.elements.sheet.value = sheet.number;
    part("number").textContent = fill(page.dataset.sheetText, sheet);
    part("done").textContent = fill(page.dataset.doneText, sheet);
    part("others").hidden = !sheet.first;
    part("first").textContent = sheet.first;
    part("second").textContent = sheet.second;
    part("finish").hidden = sheet.done < sheet.due;
    before.hidden = !sheet.before;
    const way = new URL(before.href);
    way.searchParams.set("sheet", sheet.before ?? "");
    before.href = way;
    field.value = sheet.typed;
    field.focus();
    field.select();
  }

  function say(text, breaksRule) {
    refused.hidden = false;
    refused.querySelector(".error").textContent = text;
    part("spoil").hidden = !breaksRule;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }
}
