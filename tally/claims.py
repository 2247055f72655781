"""Claims: an outcome as somebody else wrote it down, read without trust.

Nothing is guessed: text that is not an outcome's JSON is refused with the place in it. What an
outcome says twice (funded, spent, left) must be the same both times.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tally.certify import Check, Fault
from tally.errors import TallyError
from tally.formats.pabulib import parse_number
from tally.outcome import Decision, Outcome

# As many digits on either side as Python reads from text by itself.
_FRACTION = re.compile(r"-?\d{1,4300}/0*[1-9]\d{0,4000}")
_AROUND = 60  # characters of what was found


class ClaimError(TallyError):
    """Text that is no outcome.

    Attributes
    ----------
    where : the keys and places that lead there, as "rounds.3.cost"; empty for the whole
    code : what should stand there: a key of `SHAPES`, "object", "list", "json"; or of a key: that
        it is there ("key"), that there is none ("no key"), "each key once"
    found : what does
    """

    def __init__(self, where: str, code: str, found: str) -> None:
        super().__init__(
            f"{where or 'outcome'}: expected {code}, found {found[:_AROUND] or 'nothing'}"
        )
        self.where, self.code, self.found = where, code, found[:_AROUND]


@dataclass(frozen=True)
class Claim:
    """An outcome that was read, and where it contradicts itself."""

    outcome: Outcome
    faults: tuple[Fault, ...]


def _is_amount(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and bool(_FRACTION.fullmatch(value)))


# What may stand in one place.
SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "amount": _is_amount,
    "amount or null": lambda value: value is None or _is_amount(value),
    "text": lambda value: isinstance(value, str),
    "true or false": lambda value: isinstance(value, bool),
    "parameter": lambda value: isinstance(value, bool | int | str),
    "decision": lambda value: isinstance(value, str) and value in set(Decision),
}
# A list holds one shape of things, and an object under "*" too.
_OUTCOME: Mapping[str, Any] = {
    "arithmetic": "text",
    "ballots": "amount",
    "facts": {"*": "amount"},
    "funded": ["text"],
    "left": "amount",
    "limit": "amount",
    "parameters": {"*": "parameter"},
    "rounds": [
        {
            "option": "text", "support": "amount", "cost": "amount", "left": "amount",
            "decision": "decision", "key": "amount or null", "stage": "text",
        }
    ],
    "rule": "text",
    "spent": "amount",
    "ties": [{"options": ["text"], "mattered": "true or false"}],
}  # fmt: skip


def read(text: str) -> tuple[Claim, ...]:
    """The outcomes in a text: one as JSON, or lines of `gwangjang tally --json`.

    Raises
    ------
    ClaimError : the text is not that, or an outcome in it lacks something or has something else.

    >>> read('{"rule": "greedy_cost"}')
    Traceback (most recent call last):
    tally.claims.ClaimError: arithmetic: expected key, found nothing
    """
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return (_claim(_json(text)),)
    except ClaimError as error:
        if error.code != "json" or len(lines) < 2:  # noqa: PLR2004 - one line was read as the whole
            raise
    return tuple(_claim(_json(line)) for line in lines)


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except ClaimError:
        raise
    except (ValueError, RecursionError):
        raise ClaimError("", "json", text) from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key hides another of its name."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ClaimError("", "each key once", ", ".join(key for key, _ in pairs))
    return found


def _claim(value: Any) -> Claim:
    line: dict[str, Any] = {}
    if isinstance(value, dict) and "outcome" in value:
        line, value = value, value["outcome"]
    _check("", _OUTCOME, value)
    outcome = Outcome.from_json(json.dumps(value))
    try:
        right = json.loads(outcome.to_json())
    except ValueError:  # a sum of hostile fractions, longer than Python writes
        raise ClaimError("spent", "amount", "a number of too many digits") from None
    return Claim(outcome, (*_unlike("", value, right), *_line(line, outcome)))


def _check(where: str, shape: Any, value: Any) -> None:
    """Refuse what is not of this shape."""
    if isinstance(shape, str):
        if not SHAPES[shape](value):
            raise ClaimError(where, shape, _told(value))
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise ClaimError(where, "list", _told(value))
        for place, part in enumerate(value, 1):
            _check(f"{where}.{place}", shape[0], part)
    else:
        if not isinstance(value, dict):
            raise ClaimError(where, "object", _told(value))
        for key in {**shape, **value}:
            path = f"{where}.{key}".removeprefix(".")
            if key not in value:
                if key != "*":
                    raise ClaimError(path, "key", "")
            elif key not in shape and "*" not in shape:
                raise ClaimError(path, "no key", _told(value[key]))
            else:
                _check(path, shape.get(key, shape.get("*")), value[key])


def _unlike(where: str, said: Any, right: Any) -> Iterator[Fault]:
    """Where a claim of the right shape says something else than its own rounds do."""
    if isinstance(right, dict):
        for key in right:
            yield from _unlike(f"{where}.{key}".removeprefix("."), said[key], right[key])
    elif where == "rounds":
        for place, (mine, theirs) in enumerate(zip(said, right, strict=True), 1):
            yield from _unlike(f"{where}.{place}", mine, theirs)
    elif _told(said) != _told(right):
        yield Fault(Check.STATED, 0, "", where, _told(said), _told(right))


def _line(line: Mapping[str, Any], outcome: Outcome) -> Iterator[Fault]:
    """Where the line around an outcome says something else."""
    ties = [{"options": list(tie.options), "mattered": tie.mattered} for tie in outcome.ties]
    for key, right in (
        ("rule", outcome.rule), ("winners", list(outcome.funded)), ("ties", ties),
    ):  # fmt: skip
        if key in line and line[key] != right:
            yield Fault(Check.STATED, 0, "", key, _told(line[key]), _told(right))
    for key, amount in (("cost", outcome.spent), ("left", outcome.left)):
        if key in line:
            try:
                is_right = parse_number(str(line[key])) == amount
            except ValueError:
                is_right = False
            if not is_right:
                yield Fault(Check.STATED, 0, "", key, _told(line[key]), str(amount))


def _told(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
