"""What was asked and how it is counted, as `manifest.json` of a bundle says it.

The file is canonical JSON of the members that docs/bundle.md names, and of no others; the `open`
leaf holds its hash.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from ballots.board import canonical
from ballots.board.canonical import CanonicalError
from ballots.board.leaves import is_count, is_election, is_number, is_text

VERSION = 1
PATH = "manifest.json"
# Kind of ballot -> the form of its choices.
FORMS: Mapping[str, str] = MappingProxyType(
    {
        "approval": "a",
        "knapsack": "a",
        "choose_one": "a",
        "ordinal": "r",
        "cumulative": "s",
        "scored": "s",
    }
)
LANGUAGES = ("en", "ko")
TIES = ("cost_then_lot", "id_text", "lot")
PUBLICATIONS = ("open", "sealed")
_CURRENCY_LETTERS = 3

Parameter = int | bool | str
Numbers = list[int]


class ManifestError(ValueError):
    """This is no manifest.

    Attributes
    ----------
    member : the one to blame, where there is one
    """

    def __init__(self, why: str, member: str = "") -> None:
        super().__init__(f"{member}: {why}" if member else why)
        self.member = member


class UnfitBallotError(ValueError):
    """A ballot says what the manifest does not allow."""


@dataclass(frozen=True, slots=True)
class ListedOption:
    """An option as voters saw it; `field` is empty where it has none, `cost` in minor units."""

    number: int
    code: str
    title: str
    cost: int
    field: str = ""


@dataclass(frozen=True)
class Manifest:
    """One vote: its options, its ballots, its count.

    Attributes
    ----------
    election : the log's name
    titles : "en" and "ko" -> title
    fund : what may be spent, in minor units
    picks : most options on a ballot; 0: no limit
    fields : field -> most options of it on a ballot; 0: no limit of its own
    options : by ascending number
    rule, parameters : by which it is counted, as docs/rules names them
    ties : how level options are settled
    publication : "sealed" or "open"

    Raises
    ------
    ManifestError : a member is not as it must be.
    """

    election: str
    titles: Mapping[str, str]
    kind: str
    fund: int
    currency: str
    picks: int
    fields: Mapping[str, int]
    options: tuple[ListedOption, ...]
    rule: str
    parameters: Mapping[str, Parameter]
    ties: str
    publication: str = "sealed"

    def __post_init__(self) -> None:
        """Look at each member."""
        for name, fits in _MEMBERS.items():
            if not fits(getattr(self, name)):
                raise ManifestError("is not as it must be", name)

    @classmethod
    def read(cls, data: bytes) -> "Manifest":
        """The manifest of a file; raises ManifestError."""
        try:
            body = canonical.loads(data)
        except CanonicalError as error:
            raise ManifestError(str(error)) from None
        body = _members(body, "", {"v", "count", *_PLAIN, "options"})
        counted = _members(body.pop("count"), "count", {"rule", "parameters", "ties"})
        listed = body.pop("options")
        if not isinstance(listed, list):
            raise ManifestError("is no list", "options")
        options = tuple(_option(_members(one, "options", {*_OF_OPTION})) for one in listed)
        version = body.pop("v")
        if not is_number(version) or version != VERSION:
            raise ManifestError(f"this program reads version {VERSION}", "v")
        return cls(**body, options=options, **counted)

    def __bytes__(self) -> bytes:
        """The file; raises CanonicalError where a text is not in normal form C."""
        body = {name: getattr(self, name) for name in _PLAIN}
        return canonical.dumps(
            body
            | {
                "v": VERSION,
                "titles": dict(self.titles),
                "fields": dict(self.fields),
                "options": [
                    {key: getattr(option, name) for key, name in _OF_OPTION.items()}
                    for option in self.options
                ],
                "count": {
                    "rule": self.rule,
                    "parameters": dict(self.parameters),
                    "ties": self.ties,
                },
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the file, as the `open` leaf has it."""
        return hashlib.sha256(bytes(self)).hexdigest()


def check_ballot(manifest: Manifest, choices: Mapping[str, Any]) -> None:
    """Make sure that a ballot, whose leaf was read, says what this vote allows.

    Raises
    ------
    UnfitBallotError
    """
    ((form, said),) = choices.items()
    if form != FORMS[manifest.kind]:
        raise UnfitBallotError(f"{manifest.kind} ballots have the form {FORMS[manifest.kind]!r}")
    numbers = _NUMBERS[form](said)
    listed = {option.number: option for option in manifest.options}
    if unknown := [number for number in numbers if number not in listed]:
        raise UnfitBallotError(f"there is no option {unknown[0]}")
    limit = 1 if manifest.kind == "choose_one" else manifest.picks
    if limit and len(numbers) > limit:
        raise UnfitBallotError(f"names {len(numbers)} options, at most {limit} may be")
    for field, picked in Counter(listed[number].field for number in numbers).items():
        most = manifest.fields.get(field)
        if most and picked > most:
            raise UnfitBallotError(f"names {picked} options of {field}, at most {most} may be")
    if manifest.kind == "knapsack":
        cost = sum(listed[number].cost for number in numbers)
        if cost > manifest.fund:
            raise UnfitBallotError(f"costs {cost}, the fund is {manifest.fund}")


def numbers_of(choices: Mapping[str, Any]) -> Numbers:
    """The options that choices name: in order of preference for ranks, else ascending."""
    ((form, said),) = choices.items()
    return _NUMBERS[form](said)


def _ranked(tiers: list[Numbers]) -> Numbers:
    if any(len(tier) > 1 for tier in tiers):
        raise UnfitBallotError("ranks two options level")
    return [number for tier in tiers for number in tier]


# Form of choices -> how the numbers of its options are read.
_NUMBERS: Mapping[str, Callable[[Any], Numbers]] = MappingProxyType(
    {
        "a": list,
        "s": lambda pairs: [number for number, _ in pairs],
        "r": _ranked,
    }
)


def _members(value: Any, place: str, names: set[str]) -> dict[str, Any]:
    """A JSON object that has just these members; raises ManifestError."""
    if not isinstance(value, dict):
        raise ManifestError("is no object", place)
    if wrong := sorted(names ^ value.keys()):
        raise ManifestError("is missing, or should not be there", wrong[0])
    return dict(value)


def _option(body: Mapping[str, Any]) -> ListedOption:
    return ListedOption(**{name: body[key] for key, name in _OF_OPTION.items()})


def _is_options(options: tuple[ListedOption, ...]) -> bool:
    codes = [option.code for option in options]
    return (
        all(map(_is_option, options))
        and all(one.number < other.number for one, other in pairwise(options))
        and len({*codes}) == len(codes)
    )


def _is_option(option: ListedOption) -> bool:
    return (
        is_number(option.number)
        and is_text(option.code)
        and isinstance(option.title, str)
        and is_count(option.cost)
        and isinstance(option.field, str)
    )


def _is_table(value: Any, inner: Callable[[Any], bool]) -> bool:
    return isinstance(value, Mapping) and all(map(inner, value.values()))


# Members that are written as they are, under their own names.
_PLAIN = ("election", "titles", "kind", "fund", "currency", "picks", "fields", "publication")
# Member of an option in the file -> attribute.
_OF_OPTION: Mapping[str, str] = MappingProxyType(
    {"n": "number", "code": "code", "title": "title", "cost": "cost", "field": "field"}
)
_MEMBERS: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "election": is_election,
        "titles": lambda value: (
            _is_table(value, lambda title: isinstance(title, str))
            and sorted(value) == sorted(LANGUAGES)
        ),
        "kind": lambda value: isinstance(value, str) and value in FORMS,
        "fund": is_count,
        "currency": lambda value: (
            isinstance(value, str)
            and len(value) == _CURRENCY_LETTERS
            and value.isascii()
            and value.isupper()
        ),
        "picks": is_count,
        "fields": lambda value: _is_table(value, is_count) and "" not in value,
        "options": _is_options,
        "rule": is_text,
        "parameters": lambda value: _is_table(value, lambda one: isinstance(one, int | str)),
        "ties": lambda value: isinstance(value, str) and value in TIES,
        "publication": lambda value: isinstance(value, str) and value in PUBLICATIONS,
    }
)
