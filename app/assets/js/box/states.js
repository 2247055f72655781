// Shows one of a page's states; all words stand in the page.

/** Hides the parts of other states; `values` fill what has `data-value`, show what has `data-if`, and are the file of a link with `data-file`. */
export function show(place, state, values = {}) {
  for (const part of place.querySelectorAll("[data-state]")) part.hidden = !part.dataset.state.split(" ").includes(state);
  place.dataset.now = state;
  for (const slot of place.querySelectorAll("[data-value]")) slot.textContent = values[slot.dataset.value] ?? "";
  for (const link of place.querySelectorAll("[data-file]")) {
    link.href = URL.createObjectURL(new Blob([values[link.dataset.file] ?? ""], { type: "text/plain" }));
  }
  for (const part of place.querySelectorAll("[data-if]")) part.hidden = !values[part.dataset.if];
}
