"""The kinds of a field: what an answer to each is, and how it reads. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from core.words import LazyString, speaking
from core.words import lazy_gettext as _l
from proposals.asking.models import FormField

LONGEST_ANSWER, MOST_DIGITS = 1000, 12

KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "text": _l("Text"),
        "number": _l("A whole number"),
        "choice": _l("One of a few"),
        "yes_no": _l("Yes or no"),
    }
)
YES_NO: Mapping[str, LazyString] = MappingProxyType({"yes": _l("Yes"), "no": _l("No")})


def is_answer(field: FormField, value: str) -> bool:
    """Whether `value`, which is not empty, answers the field."""
    if field.kind == "number":
        return is_number(value)
    if field.kind == "choice":
        return is_number(value) and int(value) < len(field.choices)
    if field.kind == "yes_no":
        return value in YES_NO
    return len(value) <= LONGEST_ANSWER


def is_number(value: str) -> bool:
    """Whether it is written in digits as they are kept, without commas.

    >>> is_number("1200"), is_number("1,200"), is_number("007")
    (True, False, False)
    """
    is_digits = value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS
    return is_digits and value == str(int(value))


def said(field: FormField, value: str, language: str) -> str:
    """The answer as people read it."""
    if field.kind == "number":
        return f"{int(value):,}"
    if field.kind == "choice":
        return field.choice_names(language)[int(value)]
    if field.kind == "yes_no":
        with speaking(language):
            return str(YES_NO[value])
    return value
