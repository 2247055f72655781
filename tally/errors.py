"""Whose fault: every error here means that the caller handed in something wrong."""


class TallyError(ValueError):
    """Root of the counting room's errors."""


class InstanceError(TallyError):
    """Options or budget limit that cannot be counted: repeated id, negative cost."""


class BallotError(TallyError):
    """A ballot that its kind does not allow: unknown or repeated option, points missing."""


class ShortSeedError(TallyError):
    """A seed of fewer than 16 bytes; nothing was drawn."""


class UnknownRuleError(TallyError):
    """No rule of that id, or one that does not take this kind of ballot."""


class FormatError(TallyError):
    """A file that cannot be read without guessing.

    Attributes
    ----------
    code : a stable word for the fault, for translation
    line : the 1-based line of the file
    field : the column or section, empty if the whole line is meant
    expected, found : what should stand there, and what does
    column : the 1-based place of the field in its row; None where no one field is meant
    """

    def __init__(
        self, code: str, line: int, field: str, expected: str, found: str, *,
        column: int | None = None,
    ) -> None:  # fmt: skip
        place = "" if column is None else f"column {column}"
        where = ", ".join(part for part in (f"line {line}", field, place) if part)
        super().__init__(f"{where}: expected {expected}, found {found!r}")
        self.code, self.line, self.field, self.column = code, line, field, column
        self.expected, self.found = expected, found
