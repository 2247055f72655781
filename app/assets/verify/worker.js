// Runs the verifier apart from the page, so that the page stays at hand.
import { Verifier } from "./verifier.js";

const BETWEEN = 100; // milliseconds from one word of progress to the next

let last = 0;
function tell(message) {
  const now = performance.now();
  if ("progress" in message && now - last < BETWEEN) return;
  if ("progress" in message) last = now;
  postMessage(message);
}

onmessage = async ({ data: { bundle, key, receipts } }) => {
  try {
    const read = await Promise.all(receipts.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())]));
    await new Verifier(bundle, { key, receipts: read }, tell).run();
  } catch (error) {
    postMessage({ failure: String(error?.message ?? error) });
  }
};
