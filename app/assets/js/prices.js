// Adds up typical prices beside the cost field. Without this file they are a list to read.
// All words come from the page: there is no language in this file.

for (const panel of document.querySelectorAll("[data-prices]")) reckon(panel);

function reckon(panel) {
  const cost = document.getElementById(panel.dataset.into);
  const said = panel.querySelector("[data-sum]");
  const won = new Intl.NumberFormat("en");
  for (const part of panel.querySelectorAll("[data-scripted]")) part.hidden = false;

  const sum = () => {
    let total = 0; // at most a hundred thousand of each: far within what a number holds exactly
    for (const input of panel.querySelectorAll("[data-price]"))
      if (input.validity.valid) total += Number(input.value) * Number(input.dataset.price);
    return total;
  };
  const show = () => (said.textContent = `₩${won.format(sum())}`);
  panel.addEventListener("input", (event) => {
    event.stopPropagation(); // a number of lamps is no change of the proposal
    show();
  });
  panel.querySelector("[data-take]").addEventListener("click", () => {
    cost.value = `₩${won.format(sum())}`;
    cost.dispatchEvent(new Event("input", { bubbles: true }));
    cost.focus();
  });
  show();
}
