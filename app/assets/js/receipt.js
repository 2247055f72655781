// Checks receipts in the voter's browser: on the page after the cast, and on the page where a code is looked up.
import { find } from "./box/find.js";
import { watch } from "./box/watch.js";

const pages = { "[data-receipt-url]": watch, "[data-find-url]": find };
for (const [selector, act] of Object.entries(pages)) {
  const place = document.querySelector(selector);
  if (place) act(place);
}
