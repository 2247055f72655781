"""The section ``candidates``: who stands, and by which names the files of ballots call them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tally.formats.ranked.rctab.section import Section
from tally.formats.ranked.rctab.sources import RESERVED, Source

WRITE_INS = "Undeclared Write-ins"
_KNOWN = ("name", "aliases", "code", "excluded")


@dataclass(frozen=True)
class Slate:
    """Who can be voted for.

    Attributes
    ----------
    names : of the candidates; undeclared write-ins, where they are counted, come last
    excluded : who stands on the ballots, and not for election
    known : every name and alias -> the candidate
    write_in : the number of undeclared write-ins; None: they are not counted
    """

    names: tuple[str, ...]
    excluded: frozenset[int]
    known: Mapping[str, int]
    write_in: int | None

    @property
    def untold(self) -> int:
        """The number of a rank that was marked for several who are not told."""
        return len(self.names)

    def called(self, name: str, source: Source) -> int | None:
        """Whom a file means by this name; None: nobody is called so."""
        if name and name == source.overvote:
            return self.untold
        if name and name == source.write_in:
            return self.write_in
        return self.known.get(name)


def slate(said: Sequence[Section], sources: Sequence[Source]) -> Slate:
    """The candidates.

    Raises
    ------
    FormatError : a name or alias that is missing, that comes twice, or that means something else.
    """
    labels = {
        label.lower()
        for source in sources
        for label in (source.overvote, source.skipped, source.write_in)
    }
    has_write_ins = any(source.has_write_ins for source in sources)
    taken = {*labels, *RESERVED, "", *([WRITE_INS.lower()] if has_write_ins else [])}
    names: list[str] = []
    excluded: set[int] = set()
    known: dict[str, int] = {}
    for place, one in enumerate(said):
        one.refuse_unknown(_KNOWN)
        name = one.text("name")
        called = [name, *one.texts("aliases"), *filter(None, [one.text("code")])]
        for alias in called:
            if alias in known or alias.lower() in taken:
                raise one.fault("rctab_clash", "name" if alias == name else "aliases", alias)
            known[alias] = place
        names.append(name)
        if one.flag("excluded"):
            excluded.add(place)
    if len(excluded) == len(names):
        raise said[-1].fault("rctab_clash", "excluded")
    write_in = None
    if has_write_ins:
        write_in = len(names)
        names.append(WRITE_INS)
        known[WRITE_INS] = write_in
    return Slate(tuple(names), frozenset(excluded), known, write_in)
