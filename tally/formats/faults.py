"""What a reader does on a fault: strict ones stop, lenient ones repair what they can and say so."""

import csv
from dataclasses import dataclass, field

from tally.errors import FormatError

LONGEST_FIELD = 1024 * 1024


def limit_fields() -> None:
    """Set the longest field of CSV: the module has one limit for all readers of a process."""
    csv.field_size_limit(LONGEST_FIELD)


@dataclass
class Faults:
    """Strict reading stops at a fault; lenient reading repairs it where it can, and notes it."""

    lenient: bool
    notes: list[str] = field(default_factory=list)

    def met(self, fault: FormatError, repair: str) -> None:
        """Raise `fault`, or note that the reader goes on by `repair`."""
        if not self.lenient:
            raise fault
        self.notes.append(f"{fault}: {repair}")
