// Binds a text field of the page to a text of Yjs. What others write goes into the field at once, but
// never while a syllable is being composed: the input method would lose its place.

const HIGH = /[\ud800-\udbff]/;
const LOW = /[\udc00-\udfff]/;

// What was replaced: place, number of units taken out, and the units put in. The caret tells which of
// several equal letters was typed. A pair of surrogates is one letter and is not split.
export function difference(before, after, caret) {
  const most = Math.min(before.length, after.length);
  let tail = 0;
  const tailMost = Math.min(most, after.length - caret);
  while (tail < tailMost && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  let start = 0;
  while (start < most - tail && before[start] === after[start]) start++;
  if (start && HIGH.test(before[start - 1]) && (LOW.test(before[start] ?? "") || LOW.test(after[start] ?? ""))) start--;
  const first = (text) => text[text.length - tail] ?? "";
  const last = (text) => text[text.length - tail - 1] ?? "";
  if (tail && LOW.test(first(before)) && (HIGH.test(last(before)) || HIGH.test(last(after)))) tail--;
  return { start, taken: before.length - tail - start, put: after.slice(start, after.length - tail) };
}

// Where a place between two units is after a change; one at which something was put in stays before it.
export function moved(place, delta) {
  let at = 0;
  for (const step of delta) {
    if (step.retain) at += step.retain;
    else if (step.insert) {
      if (at < place) place += step.insert.length;
      at += step.insert.length;
    } else if (at < place) place -= Math.min(step.delete, place - at);
  }
  return place;
}

// Where a unit is after a change; null if it was taken out.
export function unitMoved(unit, delta) {
  let at = 0;
  for (const step of delta) {
    if (step.retain) at += step.retain;
    else if (step.insert) {
      if (at <= unit) unit += step.insert.length;
      at += step.insert.length;
    } else if (at <= unit) {
      if (unit < at + step.delete) return null;
      unit -= step.delete;
    }
    if (at > unit) break;
  }
  return unit;
}

export function bind(field, text, origin, undo) {
  const isLine = field.tagName === "INPUT";
  const visible = () => (isLine ? text.toString().replaceAll("\n", " ") : text.toString());
  let shown; // what the field showed when field and text were last the same
  let isComposing = false;
  let held = []; // changes of others since the composition began
  const stopped = new AbortController();
  const listen = { signal: stopped.signal };

  // What was typed before the text had come is put in where it was typed.
  const caret = () => field.selectionEnd ?? field.value.length;
  const early = difference(field.defaultValue, field.value, caret());
  if (early.taken || early.put) {
    const start = Math.min(early.start, text.length);
    write(start, Math.min(early.taken, text.length - start), early.put);
  }
  show([]);

  function write(start, taken, put) {
    text.doc.transact(() => {
      if (taken) text.delete(start, taken);
      if (put) text.insert(start, put);
    }, origin);
  }

  // Brings what was typed into the text; gives the place after it, if anything was.
  function take() {
    const { start, taken, put } = difference(shown, field.value, caret());
    shown = field.value;
    if (!taken && !put) return null;
    if (!held.length) {
      write(start, taken, put);
      return start + put.length;
    }
    const through = (place, map) => held.reduce((now, delta) => (now === null ? null : map(now, delta)), place);
    const now = through(start, moved);
    text.doc.transact(() => {
      for (let unit = start + taken - 1; unit >= start; unit--) {
        const there = through(unit, unitMoved);
        if (there !== null) text.delete(there, 1);
      }
      if (put) text.insert(now, put);
    }, origin);
    return now + put.length;
  }

  function show(delta) {
    const value = visible();
    if (field.value !== value) {
      const { selectionStart, selectionEnd, selectionDirection, scrollTop } = field;
      field.value = value;
      if (document.activeElement === field)
        field.setSelectionRange(moved(selectionStart, delta), moved(selectionEnd, delta), selectionDirection);
      field.scrollTop = scrollTop;
    }
    shown = value;
  }

  const observe = (event, transaction) => {
    if (transaction.origin === origin) return;
    if (isComposing) held.push(event.delta);
    else show(event.delta);
  };
  text.observe(observe);

  field.addEventListener("compositionstart", () => (isComposing = true), listen);
  field.addEventListener("compositionend", () => {
    const before = caret();
    const missed = held;
    const after = take();
    isComposing = false;
    held = [];
    if (!missed.length) return;
    show([]);
    const place = after ?? missed.reduce(moved, before);
    if (document.activeElement === field) field.setSelectionRange(place, place);
  }, listen);
  field.addEventListener("input", () => {
    if (!isComposing) take();
  }, listen);
  const back = { historyUndo: () => undo.undo(), historyRedo: () => undo.redo() };
  const step = (event, name) => {
    event.preventDefault();
    undo.stopCapturing();
    back[name]();
  };
  field.addEventListener("beforeinput", (event) => back[event.inputType] && step(event, event.inputType), listen);
  field.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isComposing) return;
    const key = event.key.toLowerCase();
    if (key === "z") step(event, event.shiftKey ? "historyRedo" : "historyUndo");
    else if (key === "y") step(event, "historyRedo");
  }, listen);

  return {
    release() {
      text.unobserve(observe);
      stopped.abort();
    },
  };
}
