"""The pairwise, positional and scored rules by their ids, for the registry.

Each row: rule id, module of `tally.ranked`, its function, the parameters that the id fixes, those
that can be set with their types, and the page under `docs/rules/`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tally.outcome import Parameter

Row = tuple[str, str, str, Mapping[str, Parameter], Mapping[str, type], str]

_NONE: Mapping[str, Parameter] = MappingProxyType({})
_NOTHING: Mapping[str, type] = MappingProxyType({})
_UNRANKED: Mapping[str, type] = MappingProxyType({"unranked": str})


def _row(
    rule_id: str,
    module: str,
    fixed: Mapping[str, Parameter] = _NONE,
    settable: Mapping[str, type] = _UNRANKED,
    *,
    function: str = "",
) -> Row:
    return (rule_id, module, function or module, fixed, settable, module)


def _by_strength(module: str, *strengths: str) -> tuple[Row, ...]:
    """One row for each way to weigh a defeat."""
    return tuple(
        _row(f"{module}_{strength}", module, MappingProxyType({"strength": strength}))
        for strength in strengths
    )


ROWS: tuple[Row, ...] = (
    _row("plurality", "plurality", settable=MappingProxyType({"shared": str})),
    _row("borda", "borda", MappingProxyType({"convention": "shared"}), _NOTHING),
    _row("borda_symmetric", "borda", MappingProxyType({"convention": "symmetric"}), _NOTHING),
    _row("borda_truncated", "borda", MappingProxyType({"convention": "truncated"}), _NOTHING),
    _row("bucklin", "bucklin", settable=_NOTHING),
    _row("copeland", "copeland"),
    *_by_strength("minimax", "winning", "margin", "opposition"),
    *_by_strength("schulze", "winning", "margin", "ratio"),
    *_by_strength("ranked_pairs", "winning", "margin", "ratio"),
    _row("kemeny", "kemeny"),
    _row("smith", "smith"),
    _row("schwartz", "smith", function="schwartz"),
    _row("star", "star", settable=_NOTHING),
    _row("score", "score", settable=_NOTHING),
    _row("approval", "approval", settable=MappingProxyType({"least": int, "ranks": int})),
)

# Those that need points on the ballots; approval takes both kinds.
SCORED = frozenset({"star", "score"})
