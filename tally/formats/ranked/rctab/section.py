"""The settings of one section of a configuration, each read as what it must be."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tally.errors import FormatError
from tally.formats.ranked.json_text import JsonText, Step

_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}", re.ASCII)
_FLAGS: Mapping[str, bool] = {"true": True, "false": False, "": False}


@dataclass(frozen=True)
class Section:
    """One section; faults are told by its place in the file.

    Attributes
    ----------
    path : of the section in the file
    said : the settings by their names
    """

    document: JsonText
    path: tuple[Step, ...]
    said: Mapping[str, Any]

    @classmethod
    def top(cls, document: JsonText) -> "Section":
        """The whole file; raises FormatError where a section comes twice or it is no JSON."""
        said: dict[str, Any] = {}
        for name, value, at in document.walk():
            if name in said:
                raise document.fault("rctab_known", at, name)
            said[name] = value
        return cls(document, (), said)

    def fault(self, code: str, name: str, found: object = None) -> FormatError:
        """What is wrong with this setting."""
        path = (*self.path, name)
        field = ".".join(map(str, path))
        found = self.said.get(name, "") if found is None else found
        return self.document.fault(code, self.document.place(path), found, field)

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Refuse a setting that nobody here knows: it might decide the outcome."""
        for name in self.said:
            if name not in known:
                raise self.fault("rctab_known", name, name)

    def section(self, name: str) -> "Section":
        """The section of this name."""
        value = self.said.get(name)
        if not isinstance(value, dict):
            raise self.fault("rctab_text", name)
        return Section(self.document, (*self.path, name), value)

    def sections(self, name: str) -> list["Section"]:
        """The sections in the list of this name, one or more."""
        rows = self.said.get(name)
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise self.fault("rctab_text", name)
        return [
            Section(self.document, (*self.path, name, place), row) for place, row in enumerate(rows)
        ]

    def text(self, name: str) -> str:
        """The setting as text, without blanks around; empty where it is not given."""
        value = self.said.get(name)
        if value is None:
            return ""
        if isinstance(value, bool | float | list | dict):
            raise self.fault("rctab_text", name)
        return str(value).strip()

    def texts(self, name: str) -> list[str]:
        """The texts in the list of this name."""
        rows = self.said.get(name) or []
        if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
            raise self.fault("rctab_text", name)
        return [row.strip() for row in rows]

    def word(self, name: str, words: Iterable[str]) -> str:
        """One of these words."""
        value = self.text(name)
        if value not in {*words}:
            raise self.fault("rctab_word", name)
        return value

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number in these bounds; None where it is not given."""
        value = self.text(name)
        if not value:
            return None
        if not _WHOLE.fullmatch(value) or not least <= int(value) <= most:
            raise self.fault("rctab_whole", name)
        return int(value)

    def needed(self, name: str, least: int, most: int) -> int:
        """A whole number in these bounds, which must be given."""
        value = self.whole(name, least, most)
        if value is None:
            raise self.fault("rctab_whole", name)
        return value

    def decimal(self, name: str, least: int, most: int) -> Fraction:
        """A number in these bounds, which must be given."""
        value = str(self.said.get(name, "")).strip()
        if not _DECIMAL.fullmatch(value) or not least <= Fraction(value.rstrip(".")) <= most:
            raise self.fault("rctab_whole", name)
        return Fraction(value.rstrip("."))

    def flag(self, name: str) -> bool:
        """True or false; false where it is not given."""
        value = self.said.get(name)
        told = "" if value is None else str(value).strip().lower()
        if told not in _FLAGS or not isinstance(value, bool | str | None):
            raise self.fault("rctab_flag", name)
        return _FLAGS[told]
