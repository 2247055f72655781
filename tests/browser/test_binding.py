"""What a text field makes of typing and of changes of others, beside plain lists of signs."""

from pathlib import Path

BINDING = (Path(__file__).parent / "vendor" / "binding.js").read_text(encoding="utf-8")

CHANCE = """
let seed = 7;
const chance = (most) => (seed = (seed * 48271) % 2147483647) % most;
const signs = ["a", "a", "b", "한", "한", "👋", "🏽", "é", "\\n"];
const word = (most) => Array.from({ length: chance(most + 1) }, () => signs[chance(signs.length)]);
"""

TYPING = """() => {
  const whole = (text) => [...text].every((sign) => sign.length === 2 || !/[\\ud800-\\udfff]/.test(sign));
  for (let round = 0; round < 5000; round++) {
    const old = word(12), put = word(4), at = chance(old.length + 1), gone = chance(old.length - at + 1);
    const before = old.join(""), head = old.slice(0, at).join("") + put.join("");
    const after = head + old.slice(at + gone).join("");
    const said = binding.difference(before, after, head.length);
    const kept = before.slice(0, said.start), taken = before.slice(said.start, said.start + said.taken);
    const fails =
      kept + said.put + before.slice(said.start + said.taken) !== after ? "another text"
      : ![kept, taken, said.put].every(whole) ? "half a letter"
      : said.put.length > put.join("").length + 2 ? "more than was typed"
      : null;
    if (fails) return [fails, before, after, said];
  }
  return "fine";
}"""

PLACES = """() => {
  for (let round = 0; round < 3000; round++) {
    const size = chance(10), units = Array.from({ length: size }, (_, unit) => ({ unit }));
    const delta = [], list = [];
    let at = 0;
    while (at < size || chance(3)) {
      const kind = at < size ? chance(3) : 1, length = 1 + chance(3);
      if (kind === 1) {
        if (delta.at(-1)?.insert) { if (at === size) break; continue; }
        delta.push({ insert: "x".repeat(length) });
        for (let n = 0; n < length; n++) list.push({ before: at });
        continue;
      }
      const step = Math.min(length, size - at);
      delta.push(kind === 0 ? { retain: step } : { delete: step });
      if (kind === 0) list.push(...units.slice(at, at + step));
      at += step;
    }
    for (let place = 0; place <= size; place++) {
      const wanted = list.filter(({ unit, before }) => (unit ?? before) < place).length;
      if (binding.moved(place, delta) !== wanted) return ["place", place, delta, wanted];
    }
    for (let unit = 0; unit < size; unit++) {
      const there = list.findIndex((one) => one.unit === unit);
      if ((binding.unitMoved(unit, delta) ?? -1) !== there) return ["unit", unit, delta, there];
    }
  }
  return "fine";
}"""


def run(browser, function: str):
    page = browser.new_page()
    found = page.evaluate(f"(() => {{ {BINDING}; {CHANCE}; return ({function})(); }})()")
    page.close()
    return found


def test_typing_is_read_as_what_was_typed_and_no_letter_is_halved(browser):
    assert run(browser, TYPING) == "fine"


def test_places_move_with_what_others_change(browser):
    assert run(browser, PLACES) == "fine"
