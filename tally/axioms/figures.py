"""Values of figures and codes only, told as canonical JSON like an outcome."""

import json
from dataclasses import fields, is_dataclass
from fractions import Fraction


class Figures:
    """Root of the frozen values that proofs and explanations give: dataclasses of exact figures."""

    __slots__ = ()

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks, no floats; a fraction is text "n/d"."""
        body = told(self)
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def told(value: object) -> object:
    """The same value in what JSON knows.

    Raises
    ------
    TypeError : a kind of value that proofs and explanations do not hold, such as a float.

    >>> told((Fraction(1, 2), Fraction(4, 2), None))
    ['1/2', 2, None]
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else str(value)
    if isinstance(value, tuple):
        return [told(part) for part in value]
    if is_dataclass(value):
        return {field.name: told(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"no figure and no code: {value!r}")
