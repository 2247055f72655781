// Shows one of a page's states; all words stand in the page.

/** Hides the parts of other states; `values` fill what has `data-value`, and show what has `data-if`. */
export function show(place, state, values = {}) {
  for (const part of place.querySelectorAll("[data-state]")) part.hidden = !part.dataset.state.split(" ").includes(state);
  place.dataset.now = state;
  for (const slot of place.querySelectorAll("[data-value]")) slot.textContent = values[slot.dataset.value] ?? "";
  for (const part of place.querySelectorAll("[data-if]")) part.hidden = !values[part.dataset.if];
}
