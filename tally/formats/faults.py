"""What a reader does on a fault: strict ones stop, lenient ones repair what they can and say so."""

from dataclasses import dataclass, field

from tally.errors import FormatError


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
