"""Laws of texts that are written together: whatever the order, all read the same, and each unit
keeps its writer."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text

from proposals.writing import texts, updates

SIGNS = "가나다라 abc\n한글👋🏽👍é"
WORDS = st.text(st.sampled_from(SIGNS), max_size=8)
FIELD = st.sampled_from(["need", "benefit"])


@dataclass
class Page:
    """A page that writes: it knows some of the updates, and what it wrote itself."""

    client: int
    document: Doc = field(init=False)
    made: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.document = Doc(client_id=self.client)

    def write(self, name: str, words: str) -> None:
        """Make a field read like `words`."""
        update = texts.edit(self.document.get_update(), self.client, {name: words})
        if update:
            self.document.apply_update(update)
            self.made.append(update)

    def said(self, name: str) -> str:
        return str(self.document.get(name, type=Text))

    def change(self, name: str, at: int, length: int, put: str) -> None:
        """Replace some signs."""
        old = self.said(name)
        at = at % (len(old) + 1)
        self.write(name, old[:at] + put + old[at + length :])


STEPS = st.lists(
    st.tuples(st.integers(0, 2), FIELD, st.integers(0, 40), st.integers(0, 3), WORDS, st.booleans()),
    min_size=1, max_size=15,
)  # fmt: skip


def played(steps) -> list[Page]:
    """Three pages that write, and sometimes hear of what the next one wrote."""
    pages = [Page(client) for client in (11, 22, 33)]
    for who, name, at, length, put, hears in steps:
        pages[who].change(name, at, length, put)
        if hears:
            listener = pages[(who + 1) % 3]
            listener.document.apply_update(pages[who].document.get_update())
    return pages


@given(STEPS, st.randoms(use_true_random=False))
def test_in_whatever_order_updates_come_all_read_the_same(steps, chance):
    made = [update for page in played(steps) for update in page.made]
    wholes = []
    for _ in range(3):
        chance.shuffle(made)
        wholes.append(texts.merged([texts.EMPTY, *made, *made[:2]]))
    said = [texts.contents(whole) for whole in wholes]
    assert said[0] == said[1] == said[2]
    assert texts.contents(texts.folded(wholes[0])) == said[0]
    deleted = texts.deleted(texts.folded(wholes[0]))
    assert not any(texts.deletes_more(deleted, updates.read(update).deletes) for update in made)


@given(st.lists(st.tuples(st.sampled_from([11, 22, 33]), WORDS), max_size=12), st.integers(1, 4))
def test_what_deletes_more_is_told_unit_by_unit(edits, every):
    gone: set[tuple[int, int]] = set()
    whole, later = texts.EMPTY, []
    for number, (client, words) in enumerate(edits):
        update = texts.edit(texts.merged([whole, *later]), client + 100 * number, {"need": words})
        for range_ in updates.read(update).deletes if update else ():
            who, first, count = range_
            units = {(who, clock) for clock in range(first, first + count)}
            known = texts.merged([texts.deleted(whole), *later])
            assert texts.deletes_more(known, [range_]) == bool(units - gone)
            assert texts.deletes_more(known, [(who, first, 1)]) == ((who, first) not in gone)
        if update is None:
            continue
        gone |= {
            (who, clock)
            for who, first, count in updates.read(update).deletes
            for clock in range(first, first + count)
        }
        later.append(update)
        if number % every == 0:
            whole, later = texts.folded(texts.merged([whole, *later])), []


@given(STEPS)
def test_a_late_comer_is_made_whole_and_one_who_has_all_gets_nothing_new(steps):
    pages = played(steps)
    whole = texts.folded(texts.merged(update for page in pages for update in page.made))
    for page in [*pages, Page(44)]:
        page.document.apply_update(texts.missing(whole, page.document.get_state()))
        assert {name: page.said(name) for name in ("need", "benefit")} == {
            name: texts.contents(whole)[name] for name in ("need", "benefit")
        }
        assert not updates.read(texts.missing(whole, page.document.get_state())).structs


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(0, 3), WORDS), max_size=20
    )
)
def test_who_wrote_which_sign_is_told_exactly(steps):
    """Beside a plain list of signs and writers, in which one at a time changes a few."""
    pages, whole = [Page(client) for client in (11, 22, 33)], texts.EMPTY
    owned: list[tuple[str, int]] = []
    for who, place, length, words in steps:
        page = pages[who]
        page.document.apply_update(whole)
        at = place % (len(owned) + 1)
        taken = owned[at : at + length]
        # Which of two equal signs is the old one, no list can tell.
        put = words if set(words).isdisjoint(sign for sign, _ in taken) else ""
        owned[at : at + length] = [(sign, page.client) for sign in put]
        before, start = page.document.get_state(), len("".join(s for s, _ in owned[:at]).encode())
        text = page.document.get("need", type=Text)
        with page.document.transaction():
            del text[start : start + len("".join(sign for sign, _ in taken).encode())]
            text.insert(start, put)
        whole = texts.merged([whole, page.document.get_update(before)])
    clients = {page.client: units_of(whole, page.client) for page in pages}
    runs = texts.authorship(texts.folded(whole), {c: [(c, n)] for c, n in clients.items()})["need"]
    assert [(sign, run.writer) for run in runs for sign in run.text] == owned


def units_of(whole: bytes, client: int) -> int:
    ends = [s.clock + s.length for s in updates.read(whole).structs if s.client == client]
    return max(ends, default=0)


@given(WORDS, WORDS)
def test_an_edit_says_just_what_differs(old, new):
    first = texts.edit(texts.EMPTY, 1, {"need": old})
    whole = texts.merged([texts.EMPTY, *([first] if first else [])])
    second = texts.edit(whole, 2, {"need": new})
    assert (second is None) == (old == new)
    if second:
        assert texts.contents(texts.merged([whole, second]))["need"] == new
        put = sum(struct.length for struct in updates.read(second).structs)
        assert put <= updates.units(new)


@settings(max_examples=5)
@given(st.integers(0, 2**32))
def test_a_long_text_takes_at_most_40_bytes_an_edit(seed):
    state, whole, made, said = seed or 1, texts.EMPTY, [], ""
    page = Page(5)
    text = page.document.get("need", type=Text)
    page.document.observe(lambda event: made.append(event.update))
    for edit in range(600):
        state = state * 6364136223846793005 % 2**61
        at = state % (len(said) + 1)
        text.insert(len(said[:at].encode()), "한")
        said = said[:at] + "한" + said[at:]
        if edit % 128 == 127:
            whole, made[:] = texts.folded(texts.merged([whole, *made])), []
    whole = texts.folded(texts.merged([whole, *made]))
    assert texts.contents(whole)["need"] == said
    assert len(whole) <= 40 * 600
