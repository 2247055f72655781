"""The examples in the docstrings hold."""

import doctest
import importlib
import pkgutil

import pytest

import tally

MODULES = [
    "core.money", "proposals.search", "tally",
    *(found.name for found in pkgutil.walk_packages(tally.__path__, "tally.")),
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    tried = sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES)
    assert tried >= 10
