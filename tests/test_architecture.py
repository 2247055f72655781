"""What the house promises about itself."""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from app import sentences
from app.config import PREFIX, Config
from app.errors import REFUSALS
from budget.phases import ACTS
from core.errors import RoomError
from tally import RULES

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("app", "core", "accounts", "proposals", "ballots", "budget", "tally")
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not {"node_modules", "migrations"} & set(path.parts)
]
RECORDERS = ("journal.record", "_tell")
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
# One file so that it can be sent, printed and read as one: docs/adr/0018-two-verifiers.md.
ONE_FILE = ROOT / "ballots" / "verifiers" / "verify.py"


def test_every_refusal_has_its_sentence():
    found, todo = set(), [RoomError]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if not kind.__subclasses__() and kind.__module__.split(".")[0] in PACKAGES:
            found.add(kind)
    assert found == set(REFUSALS)


def test_every_act_of_the_journal_has_its_sentence_and_every_sentence_its_act():
    steps = {f"cycle.{name}" for name in ACTS}
    written = steps | {act for path in SOURCES for act in _acts_recorded(path)}
    assert written == set(sentences.ACTS)


@pytest.mark.parametrize("package", PACKAGES)
def test_whatever_is_imported_is_in_the_lock_of_those_who_only_install(package):
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    locked = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    owners = packages_distributions()
    own = {*PACKAGES, *sys.stdlib_module_names, "_typeshed"}  # the last is there for mypy alone
    for path in (ROOT / package).rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for name in _roots_imported(path) - own:
            assert locked & {canonicalize_name(owner) for owner in owners[name]}, (path, name)


def _roots_imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def _acts_recorded(path: Path) -> Iterator[str]:
    """The act named in each call that records one; `cycle.{act}` stands for the steps of a cycle."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(RECORDERS):
            continue
        for argument in node.args:
            if isinstance(argument, ast.Constant):
                yield argument.value
            elif isinstance(argument, ast.JoinedStr):
                assert ast.unparse(argument) == "f'cycle.{act}'", path


def test_every_setting_is_told():
    told = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for name in Config.__dataclass_fields__:
        assert f"`{PREFIX}{name.upper()}`" in told


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_has_its_document(rule):
    assert rule.id in (ROOT / "docs" / "rules" / f"{rule.document}.md").read_text(encoding="utf-8")
    assert rule.id in sentences.RULES
    assert len(sentences.steps(rule.id)) > 3


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path: Path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE or path == ONE_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


def test_views_hold_no_query_and_no_commit():
    for path in SOURCES:
        if path.name in ("views.py", "desk.py"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\bselect\(|\.commit\(|\.execute\(", text), path


def test_pages_ask_nobody_else_for_anything():
    for path in [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "app" / "static").glob("*.css"),
        *(ROOT / "app" / "static").glob("*.js"),
    ]:
        outside = re.findall(
            r"https?://(?!www\.w3\.org/|github\.com/yjs/|leafletjs\.com)[^\s\"')]+",
            path.read_text(encoding="utf-8"),
        )
        assert outside == [], path


def test_bundles_are_built_of_the_sources_that_lie_beside_them():
    assets = ROOT / "app" / "assets"
    told = json.loads((assets / "built.json").read_text(encoding="utf-8"))
    sources = [*assets.glob("css/*.css"), *assets.glob("js/**/*.js")]
    assert {str(path.relative_to(assets)) for path in sources} <= told.keys()
    stale = [
        path
        for path, digest in told.items()
        if hashlib.sha256((assets / path).read_bytes()).hexdigest() != digest
    ]
    assert stale == [], "run `make assets`"


def test_templates_hold_no_inline_code():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)|\|safe", text), path


def test_locks_carry_hashes_and_name_no_host():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
    assert '"resolved"' not in (ROOT / "app" / "assets" / "package-lock.json").read_text(
        encoding="utf-8"
    )
