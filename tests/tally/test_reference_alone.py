"""The small reference implementations are short, and stand alone."""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tally" / "reference"
PACKAGES = ("app", "core", "accounts", "proposals", "ballots", "budget", "tally")
LONGEST = 40


def _imports(path: Path) -> set[str]:
    """Every module named in the file's import statements."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _lines_of_code(path: Path) -> int:
    """Lines with code on them: no comments, docstrings or blank lines."""
    text, lines = path.read_text(encoding="utf-8"), set()
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in (*silent, tokenize.ENDMARKER):
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            told = node.body[0]
            lines -= set(range(told.lineno, (told.end_lineno or 0) + 1))
    return len(lines)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_reference_is_short_and_needs_the_standard_library_only(path: Path):
    assert {name.split(".")[0] for name in _imports(path)} <= sys.stdlib_module_names
    assert _lines_of_code(path) <= LONGEST


def test_the_folder_s_own_file_holds_text_only():
    (only,) = ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8")).body
    assert isinstance(only, ast.Expr)


def test_nothing_of_the_house_imports_a_reference():
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if FOLDER not in path.parents and "node_modules" not in path.parts:
                assert not any(n.startswith("tally.reference") for n in _imports(path)), path


def test_importing_tally_loads_no_reference():
    program = (
        "import sys, tally; sys.exit(any(n.startswith('tally.reference') for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
