"""The text of a Pabulib file."""

import csv
from collections.abc import Iterable, Mapping, Sequence

from tally.formats.pabulib.amounts import number
from tally.formats.pabulib.file import POINTED, SECTIONS, PabulibFile


def write(file: PabulibFile) -> str:
    """The text of `file`, its columns in their own order; `read` gives back an equal one.

    Raises
    ------
    ValueError : a number has no finite decimal, or a row would be read as blank or as the head of
        a section: a nameless voter or one named VOTES, who chose nothing.
    """
    lines = _Lines()
    lines.section("META", ["key", "value"], file.meta.items())
    projects = [
        {**row.rest, "project_id": row.id, "cost": number(row.cost)} for row in file.projects
    ]
    lines.table("PROJECTS", file.project_columns, ["project_id", "cost"], projects)
    needed = ["voter_id", "vote"]
    if file.kind in POINTED:
        needed.append("points")
    lines.table("VOTES", file.vote_columns, needed, list(_votes(file)))
    return "".join(lines)


def _votes(file: PabulibFile) -> Iterable[Mapping[str, str]]:
    for row in file.votes:
        said = {**row.rest, "voter_id": row.voter, "vote": ",".join(row.choices)}
        if row.points is not None:
            said["points"] = ",".join(map(number, row.points))
        yield said


class _Lines(list[str]):
    """Lines of csv text."""

    def section(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A section with its header line."""
        # csv quotes a line break within a field only if it is part of its own: so it is told
        # "\r\n", and `write` puts a plain one.
        writer = csv.writer(self, delimiter=";", lineterminator="\r\n")
        writer.writerows([[name], columns])
        for row in rows:
            first = row[0].strip()
            if (not first or first.upper() in SECTIONS) and not any(map(str.strip, row[1:])):
                raise ValueError(f"a row of {name} says nothing that can be read: {row}")
            writer.writerow(row)

    def table(
        self,
        name: str,
        columns: Sequence[str],
        needed: Sequence[str],
        rows: Sequence[Mapping[str, str]],
    ) -> None:
        """A section whose rows may have further columns than those of its header."""
        found = dict.fromkeys([*columns, *needed])
        for row in rows:
            if not row.keys() <= found.keys():
                found |= dict.fromkeys(row)
        self.section(name, list(found), ([row.get(key, "") for key in found] for row in rows))

    def write(self, line: str) -> None:
        """Take a line as csv hands it over."""
        self.append(line[:-2] + "\n")
