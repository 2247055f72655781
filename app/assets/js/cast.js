// Makes the ballot here: with a random number of the browser's own, so that the server cannot give two voters one
// entry of the log. What was sent is kept until the receipt page has compared it with what was recorded.
import { keep } from "./box/kept.js";

const NONCE_BYTES = 32;
const form = document.querySelector("form[data-cast]");
if (form) prepare(form);

function prepare(form) {
  const nonce = form.elements.nonce;
  // Once for the page: a form that is sent twice is one ballot.
  nonce.value = [...crypto.getRandomValues(new Uint8Array(NONCE_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.addEventListener("submit", ({ submitter }) => {
    if (!submitter?.hasAttribute("formaction")) keep(form.dataset.cast, membersOf(form, nonce.value));
  });
}

/** Every member of the leaf but the voter's pseudonym, which the server gives. */
function membersOf(form, n) {
  const { election, district, form: number } = form.dataset;
  const picked = [...form.querySelectorAll("input[name=choice]")].map(({ value }) => Number(value));
  return { v: 1, t: "ballot", e: election, d: district, c: "web", f: Number(number), n, x: { a: picked.sort((a, b) => a - b) } };
}
