"""The examples in the docstrings hold."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import tally

MODULES = [
    "core.money", "proposals.search", "tally",
    *(found.name for found in pkgutil.walk_packages(tally.__path__, "tally.")),
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_guide_for_notebooks_holds(monkeypatch: pytest.MonkeyPatch):
    root = Path(__file__).resolve().parents[2]
    monkeypatch.chdir(root)
    told = doctest.testfile(str(root / "docs" / "library.md"), module_relative=False)
    assert told.failed == 0
    assert told.attempted > 5


def test_there_are_examples():
    found = (doctest.DocTestFinder().find(importlib.import_module(name)) for name in MODULES)
    assert sum(len(test.examples) for tests in found for test in tests) >= 10
