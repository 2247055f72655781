"""What a Pabulib file holds, row by row or as arrays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from tally.contest import Amount, Instance, Option
from tally.formats.pabulib.amounts import parse_number
from tally.profile import Profile

SECTIONS = ("META", "PROJECTS", "VOTES")
# The file's word for a kind of ballot -> ours.
KIND_OF: Mapping[str, str] = MappingProxyType(
    {
        "approval": "approval",
        "choose-1": "choose_one",
        "cumulative": "cumulative",
        "knapsack": "knapsack",
        "ordinal": "ordinal",
        "scoring": "scored",
    }
)
WORD_OF: Mapping[str, str] = MappingProxyType({kind: word for word, kind in KIND_OF.items()})
# Kinds whose ballots are sets: naming a project twice says no more than naming it once.
SETS = frozenset({"approval", "knapsack", "choose_one"})
# Kinds whose ballots give points in a column of their own.
POINTED = frozenset({"cumulative", "scored"})
LONGEST_LIMIT = 18  # digits of a number that int64 holds


@dataclass(frozen=True, slots=True)
class Project:
    """One line of PROJECTS: id, exact cost, and every other column as it stands."""

    id: str
    cost: Amount
    rest: Mapping[str, str]

    @property
    def name(self) -> str:
        """The project's name, or its id where the file has none."""
        return self.rest.get("name") or self.id


@dataclass(frozen=True, slots=True)
class Vote:
    """One line of VOTES: voter's id, chosen ids in the file's order, points where there are any."""

    voter: str
    choices: tuple[str, ...]
    points: tuple[Amount, ...] | None
    rest: Mapping[str, str]
    line: int = field(default=0, compare=False)  # where it stood in the file


@dataclass(frozen=True)
class Election:
    """What a count needs of a file: no voters' ids, no lines.

    Attributes
    ----------
    meta : every key of META, limits of ballots included (`max_length`, `max_sum_cost`, ...)
    names : each project's id and its name, in the order of the instance
    notes : oddities that do not stop the reading, one sentence each
    """

    meta: Mapping[str, str]
    instance: Instance
    profile: Profile
    names: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PabulibFile:
    """A whole file.

    Attributes
    ----------
    notes : oddities that do not stop the reading, one sentence each; a file is the same without
    project_columns, vote_columns : header lines of PROJECTS and VOTES in the file's own order;
        empty in a file made by hand: then ids come first
    """

    meta: Mapping[str, str]
    projects: tuple[Project, ...]
    votes: tuple[Vote, ...]
    notes: tuple[str, ...] = field(default=(), compare=False)
    project_columns: tuple[str, ...] = ()
    vote_columns: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of its ballots, in our word."""
        return KIND_OF[self.meta["vote_type"]]

    @property
    def budget(self) -> Amount:
        """The budget limit, exact."""
        return parse_number(self.meta["budget"])

    @property
    def names(self) -> Mapping[str, str]:
        """Each project's id and its name."""
        return {project.id: project.name for project in self.projects}

    def instance(self) -> Instance:
        """What was voted on."""
        return Instance(tuple(Option(row.id, row.cost) for row in self.projects), self.budget)

    def profile(self) -> Profile:
        """How it was voted."""
        instance, rows = self.instance(), self.votes
        points = (row.points for row in rows) if rows and rows[0].points is not None else None
        return Profile.of(self.kind, instance, (row.choices for row in rows), points)

    def election(self) -> Election:
        """What a count needs of it."""
        return Election(self.meta, self.instance(), self.profile(), self.names, self.notes)


def named_twice(line: int) -> str:
    """What is noted of a ballot that is a set and names a project twice."""
    return f"line {line}: a project named twice on one ballot is read once"


def remarks(meta: Mapping[str, str], projects: int, lengths: ArrayLike) -> Iterator[str]:
    """Where META says other than the file holds; `lengths` are the ballots' numbers of choices."""
    counts = np.asarray(lengths, dtype=np.int64)
    for key, found in (("num_projects", projects), ("num_votes", len(counts))):
        if key in meta and meta[key].strip() != str(found):
            yield f"{key} says {meta[key]}, the file has {found}"
    for key, odd in (("min_length", np.less), ("max_length", np.greater)):
        limit = meta.get(key, "")
        if limit.isdecimal() and len(limit) <= LONGEST_LIMIT:
            outside = np.count_nonzero(odd(counts, int(limit)))
            if outside:
                yield f"{outside} ballots are outside {key} {limit}"
