"""What may stand in the log: every kind of leaf, member by member, and nothing else.

A leaf is canonical JSON with the members ``v`` (1), ``t`` (its kind), ``e`` (the election) and
those that its kind names below. Bytes are lower-case hexadecimal. docs/board.md tells what each
means.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from math import gcd
from types import MappingProxyType
from typing import Any

from ballots.board import canonical
from ballots.board.canonical import CanonicalError
from ballots.board.notes import Key, NoteError
from ballots.board.tiles import LONGEST_LEAF

VERSION = 1
Check = Callable[[Any], bool]
Leaf = Mapping[str, Any]


class LeafError(ValueError):
    """This cannot stand in the log.

    Attributes
    ----------
    member : of the leaf, where one is to blame
    """

    def __init__(self, why: str, member: str = "") -> None:
        super().__init__(f"{member}: {why}" if member else why)
        self.member = member


def is_count(value: Any) -> bool:
    """A whole number from 0; True is none."""
    return type(value) is int and value >= 0


def is_number(value: Any) -> bool:
    """A whole number from 1."""
    return is_count(value) and value > 0


def is_text(value: Any) -> bool:
    """Text of 1 to 200 letters, without control characters."""
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST_TEXT and value.isprintable()


def is_election(value: Any) -> bool:
    """The name of a log: 1 to 100 small letters, digits, points, slashes and hyphens."""
    return isinstance(value, str) and bool(_ELECTION.fullmatch(value))


def is_choices(value: Any) -> bool:
    """What a ballot says: ``{"a":[…]}``, ``{"s":[[…]]}`` or ``{"r":[[…]]}``; numbers of options.

    >>> is_choices({"a": [1, 3]}), is_choices({"a": [3, 1]}), is_choices({"r": [[2], [1, 3]]})
    (True, False, True)
    """
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((form, said),) = value.items()
    return form in _FORMS and isinstance(said, list) and _FORMS[form](said)


def read(data: bytes) -> Leaf:
    """The leaf of these bytes.

    Raises
    ------
    LeafError : they are no leaf: not canonical, another version, a kind that is none, a member too
        few, too many, or not as it must be.
    """
    if len(data) > LONGEST_LEAF:
        raise LeafError(f"at most {LONGEST_LEAF} bytes, not {len(data)}")
    try:
        leaf = canonical.loads(data)
    except CanonicalError as error:
        raise LeafError(str(error)) from None
    if not isinstance(leaf, dict):
        raise LeafError("a leaf is an object")
    check(leaf)
    return leaf


def write(leaf: Leaf) -> bytes:
    """The bytes of a leaf, which is checked; raises LeafError."""
    check(leaf)
    try:
        data = canonical.dumps(leaf)
    except CanonicalError as error:
        raise LeafError(str(error)) from None
    if len(data) > LONGEST_LEAF:
        raise LeafError(f"at most {LONGEST_LEAF} bytes, not {len(data)}")
    return data


def check(leaf: Leaf) -> None:
    """Make sure that a leaf has the members of its kind and no others; raises LeafError."""
    kind = leaf.get("t")
    if not isinstance(kind, str) or kind not in KINDS:
        raise LeafError("no such kind of leaf", "t")
    optional = OPTIONAL.get(kind, {})
    members = {
        **_COMMON,
        **KINDS[kind],
        **{name: optional[name] for name in optional if name in leaf},
    }
    for one, other in _EITHER.get(kind, ()):
        if (one in leaf) == (other in leaf):
            raise LeafError(f"either this or {other}", one)
        del members[other if one in leaf else one]
    if missing := sorted(members.keys() - leaf.keys()):
        raise LeafError("is missing", missing[0])
    if unknown := sorted(leaf.keys() - members.keys()):
        raise LeafError(f"a leaf of the kind {kind} has no such member", unknown[0])
    for name, fits in members.items():
        if not fits(leaf[name]):
            raise LeafError("is not as it must be", name)


_LONGEST_TEXT = 200
_ELECTION = re.compile(r"[0-9a-z][0-9a-z./-]{0,99}")
_FRACTION = re.compile(r"([1-9][0-9]{0,15})/([1-9][0-9]{0,15})")
_OFFICERS = 2


def _hex(size: int) -> Check:
    pattern = re.compile(f"[0-9a-f]{{{2 * size}}}")
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _one_of(*words: object) -> Check:
    return lambda value: type(value) in (str, int) and value in words


def _two_people(value: Any) -> bool:
    """Two different names."""
    return (
        isinstance(value, list)
        and len(value) == _OFFICERS
        and all(map(is_text, value))
        and value[0] != value[1]
    )


def _table(inner: Check) -> Check:
    return lambda value: (
        isinstance(value, dict) and all(map(is_text, value)) and all(map(inner, value.values()))
    )


def _is_key(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(Key.read(value))
    except NoteError:
        return False


def _is_token(value: Any) -> bool:
    """A blindly signed token: its serial, and the signature of an RSA key of 3072 bits."""
    return (
        isinstance(value, dict)
        and value.keys() == {"m", "s"}
        and _hex(32)(value["m"])
        and _hex(384)(value["s"])
    )


def is_before(value: Any) -> bool:
    """The logs that one continues, the last of them first (docs/board.md, "A log that goes on")."""
    return isinstance(value, list) and bool(value) and all(map(_is_ended, value))


def _is_ended(value: Any) -> bool:
    """A log that ended, and what was kept of it: less than was signed."""
    return (
        isinstance(value, dict)
        and value.keys() == _ENDED.keys()
        and all(fits(value[name]) for name, fits in _ENDED.items())
        and value["kept"] < value["size"]
        and Key.read(value["log"]).name == value["e"]
    )


def _ascending(numbers: Any) -> bool:
    """Numbers of options, each once, the smallest first."""
    return (
        isinstance(numbers, list)
        and all(map(is_number, numbers))
        and all(one < other for one, other in pairwise(numbers))
    )


def _points(value: Any) -> bool:
    """Points: a whole number, or a fraction in lowest terms where a file has such."""
    if isinstance(value, str) and (found := _FRACTION.fullmatch(value)):
        return int(found[2]) > 1 and gcd(int(found[1]), int(found[2])) == 1
    return is_count(value)


def _scores(pairs: list[Any]) -> bool:
    return all(
        isinstance(pair, list) and len(pair) == len(("option", "points")) and _points(pair[1])
        for pair in pairs
    ) and _ascending([pair[0] for pair in pairs])


def _tiers(tiers: list[Any]) -> bool:
    if not all(tier and _ascending(tier) for tier in tiers):
        return False
    ranked = [number for tier in tiers for number in tier]
    return len({*ranked}) == len(ranked)


_FORMS: Mapping[str, Callable[[list[Any]], bool]] = MappingProxyType(
    {"a": _ascending, "s": _scores, "r": _tiers}
)
_COMMON: Mapping[str, Check] = MappingProxyType(
    {"v": _one_of(VERSION), "t": is_text, "e": is_election}
)
is_hash = _hex(32)  # SHA-256, in hexadecimal
_ENDED: Mapping[str, Check] = MappingProxyType(
    {
        "e": is_election,
        "log": _is_key,
        "size": is_number,  # of the last tree that was signed
        "root": is_hash,
        "kept": is_number,  # leaves, its opening included
        "open": is_hash,  # of its first leaf
    }
)
# Kind -> its members.
KINDS: Mapping[str, Mapping[str, Check]] = MappingProxyType(
    {
        "open": {
            "manifest": is_hash,
            "log": _is_key,
            "policy": is_hash,
            "roll": _table(is_count),  # district -> voters
            "rollhash": is_hash,
            "linkhash": is_hash,
            "tokens": _table(
                is_hash
            ),  # district -> its key for blind tokens; empty: there are none
            "ties": is_text,
            "verifiers": _table(is_hash),
            "code": is_text,
            "by": _two_people,
        },
        "ballot": {
            "d": is_text,
            "c": _one_of("web", "booth"),
            "f": is_number,
            "p": _hex(16),
            "k": _is_token,
            "n": is_hash,
            "x": is_choices,
        },
        "revoke": {"p": _hex(16), "why": _one_of("paper-instead", "lost-device")},
        "batch": {
            "b": is_number,
            "station": is_text,
            "seal": is_text,
            "sheets": is_number,
            "by": _two_people,
        },
        "paper": {
            "b": is_number,
            "s": is_number,
            "d": is_text,
            "f": is_number,
            "n": is_hash,
            "x": is_choices,
            "u": _one_of("blank", "spoiled"),  # unused: it gives no choices
        },
        "batch-close": {
            "b": is_number,
            "typed": is_count,
            "blank": is_count,
            "spoiled": is_count,
            "settled": is_count,  # sheets that the third clerk decided
            "keying": is_hash,
        },
        "void": {"i": is_count, "why": is_text, "document": is_text, "by": _two_people},
        "roll-change": {"added": is_count, "removed": is_count, "rollhash": is_hash},
        "close": {
            "size": is_number,
            "counts": _table(is_count),  # kind of leaf -> how many before
            "marks": _table(is_count),  # web, paper -> voters marked so on the roll
        },
        "result": {"bundle": is_hash, "funded": _ascending, "trace": is_hash},
    }
)
# Kind -> members that a leaf may have besides.
OPTIONAL: Mapping[str, Mapping[str, Check]] = MappingProxyType({"open": {"after": is_before}})
# Kind -> pairs of members of which a leaf has one.
_EITHER: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"ballot": (("p", "k"),), "paper": (("x", "u"),)}
)
