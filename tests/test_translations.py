"""Both languages, whole: nothing outside the catalogue, nothing in it untranslated."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.lexer import TOKEN_DATA

ROOT = Path(__file__).resolve().parent.parent
KOREAN = ROOT / "app" / "translations" / "ko" / "LC_MESSAGES"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
METHODS = [
    *(
        (f"{package}/**.py", "python")
        for package in ("app", "core", "accounts", "proposals", "ballots", "budget")
    ),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
KEYWORDS = {"_": None, "gettext": None, "_l": None, "lazy_gettext": None, "ngettext": (1, 2)}
SPOKEN = {"title", "alt", "aria-label", "placeholder"}
# Shown as they are in both languages.
BRANDS = {"English", "한국어", "·", "✓", "—", ":", "/", "(", ")", ".", ",", "–", "-"}


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, str]]:
    """Every message in the code."""
    found = extract_from_dir(
        ROOT,
        METHODS,
        keywords=KEYWORDS,
        options_map={"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}},
    )
    return {message for _, _, message, *_ in found}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (KOREAN / "messages.po").open("rb") as file:
        return read_po(file, locale="ko")


def test_the_catalogue_holds_just_what_is_said(said, catalogue):
    held = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue
        if message.id
    }
    assert held == said
    assert not catalogue.obsolete


def test_nothing_is_untranslated_or_fuzzy(catalogue):
    for message in catalogue:
        if message.id:
            strings = [message.string] if isinstance(message.string, str) else message.string
            assert all(strings), message.id
            assert not message.fuzzy, message.id


def test_placeholders_are_the_same_on_both_sides(catalogue):
    pattern = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
    for message in catalogue:
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else message.id
            strings = [message.string] if isinstance(message.string, str) else message.string
            for string in strings:
                assert set(pattern.findall(string)) == set(pattern.findall(ids[-1])), ids


def test_the_messages_themselves_are_english(said):
    for message in said:
        text = message if isinstance(message, str) else " ".join(message)
        assert not re.search("[가-힣]", text.replace("(광장)", "")), text


def test_the_compiled_catalogue_is_of_this_text(catalogue):
    fresh = io.BytesIO()
    write_mo(fresh, catalogue)
    assert fresh.getvalue() == (KOREAN / "messages.mo").read_bytes()


class Words(HTMLParser):
    """Collects what a reader would read outside of expressions."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skip += tag in ("script", "style", "code", "svg", "pre")
        self.found += [value or "" for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.skip -= tag in ("script", "style", "code", "svg", "pre")

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.found.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_of_a_template_is_outside_the_catalogue(path: Path):
    tokens = Environment(autoescape=True).lexer.tokeniter(
        path.read_text(encoding="utf-8"), path.name
    )
    parser = Words()
    parser.feed(
        "".join(
            value
            if kind == TOKEN_DATA
            else ""
            if "comment" in kind
            else "\0"
            if "end" in kind
            else ""
            for _, kind, value in tokens
        )
    )
    for text in parser.found:
        bare = text.replace("\0", " ").strip()
        assert all(word in BRANDS or not re.search(r"[^\W\d_]", word) for word in bare.split()), (
            bare
        )
