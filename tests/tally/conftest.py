"""What several tests of the counting room begin with."""

import json
from typing import Any

import pytest

from tally.formats.ranked import rctab
from tests.tally.rctab_files import CSV


@pytest.fixture
def loaded(tmp_path):
    (tmp_path / "votes.csv").write_text(CSV, encoding="utf-8")

    def load(said: dict[str, Any], *, indent: int | None = None) -> rctab.Configured:
        path = tmp_path / "config.json"
        path.write_text(json.dumps(said, indent=indent), encoding="utf-8")
        return rctab.load(path)

    return load
