"""The rules that count by rounds by their ids, for the registry.

Each row: rule id, module of `tally.ranked`, its function, the parameters that the id fixes, those
that can be set with their types, and the page under `docs/rules/`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tally.outcome import Parameter
from tally.ranked.rctab_rules import Rules

Row = tuple[str, str, str, Mapping[str, Parameter], Mapping[str, type], str]

_NONE: Mapping[str, Parameter] = MappingProxyType({})
_SHARED: Mapping[str, type] = MappingProxyType({"overvote": str})
_BATCH: Mapping[str, type] = MappingProxyType({"overvote": str, "batch": bool})
_RUNOFF: Mapping[str, type] = MappingProxyType({"stop": str, "batch": bool, "overvote": str})
_RULES: Mapping[str, type] = MappingProxyType({"rules": Rules})

ROWS: tuple[Row, ...] = (
    ("irv", "irv", "irv", _NONE, _RUNOFF, "irv"),
    ("rctab", "rctab", "rctab", _NONE, _RULES, "rctab"),
    ("scottish", "scottish", "scottish", _NONE, _SHARED, "scottish"),
    ("wigm", "wigm", "wigm", _NONE, _BATCH, "wigm"),
    ("wigm_prf", "wigm", "wigm_prf", _NONE, _BATCH, "wigm"),
    ("meek", "meek", "meek", _NONE, _BATCH, "meek"),
    ("meek_prf", "meek", "meek_prf", _NONE, _SHARED, "meek"),
)

# Policies of `tally.ranked.ties` that the rules' own texts ask for, where they ask for one.
POLICIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "scottish": ("backwards", "order"),
        **dict.fromkeys(("meek", "meek_prf", "wigm", "wigm_prf"), ("first",)),
    }
)
