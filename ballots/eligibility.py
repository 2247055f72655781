"""Who may vote in a contest: rules as values, reasons for a refusal as words.

Laws: a wider electorate refuses nobody whom a narrower one admits; whoever grows older is not
refused for age later; the order of names and grounds has no effect.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, Self

from core import words
from core.clock import SEOUL
from core.words import LazyString
from core.words import lazy_gettext as _l

# What ties a person to the city.
GROUNDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "lives": _l("I live here"),
        "works": _l("I work here"),
        "studies": _l("I study here"),
    }
)
ALL_GROUNDS = frozenset(GROUNDS)
DECLARED_AGE = 14  # what every account declares to have reached

_WHO: Mapping[frozenset[str], LazyString] = MappingProxyType(
    {
        ALL_GROUNDS: _l("Everyone who lives, works or studies in the city."),
        frozenset({"lives"}): _l("Everyone who lives in the city."),
        frozenset({"works"}): _l("Everyone who works in the city."),
        frozenset({"studies"}): _l("Everyone who studies in the city."),
        frozenset({"lives", "works"}): _l("Everyone who lives or works in the city."),
        frozenset({"lives", "studies"}): _l("Everyone who lives or studies in the city."),
        frozenset({"works", "studies"}): _l("Everyone who works or studies in the city."),
    }
)
_REASONS: Mapping[str, LazyString] = MappingProxyType(
    {
        "ground": _l("The ground given is not one of this vote. %(who)s"),
        "neighbourhood": _l("The neighbourhood given is not one of this vote."),
        "age": _l("Voters are %(least)s or older on %(day)s."),
    }
)


@dataclass(frozen=True)
class Claim:
    """What a person is to the city, as a roll says or as the person declares.

    Attributes
    ----------
    ground : a key of GROUNDS
    neighbourhood : slug of where the person lives, works or studies; None: not known
    age : completed years on the electorate's day; None: not known
    """

    ground: str
    neighbourhood: str | None
    age: int | None


@dataclass(frozen=True)
class Electorate:
    """Who may vote.

    Attributes
    ----------
    age_on : the day on which the least age must be reached
    grounds : any of these suffices
    neighbourhoods : slugs; empty: all of the city
    least_age : completed years; 0: no limit
    """

    age_on: date
    grounds: frozenset[str] = ALL_GROUNDS
    neighbourhoods: frozenset[str] = frozenset()
    least_age: int = DECLARED_AGE

    @classmethod
    def of(cls, rules: Mapping[str, Any], last_day: date) -> Self:
        """The electorate that `rules` tell (see `rules`); `last_day` if they name no day."""
        day = rules.get("age_on")
        return cls(
            age_on=date.fromisoformat(day) if day else last_day,
            grounds=frozenset(rules.get("grounds", ALL_GROUNDS)),
            neighbourhoods=frozenset(rules.get("neighbourhoods", ())),
            least_age=rules.get("least_age", DECLARED_AGE),
        )

    @property
    def is_declared_by_all(self) -> bool:
        """Whether an account's own declaration answers for everything but the neighbourhood."""
        return self.grounds == ALL_GROUNDS and self.least_age <= DECLARED_AGE

    def refusals(self, claim: Claim) -> tuple[str, ...]:
        """Why the person may not vote: keys for `reason`, in a fixed order; none: may vote.

        What is not known is not assumed: it refuses where the electorate asks for it.
        """
        asked = {
            "ground": claim.ground not in self.grounds,
            "neighbourhood": bool(self.neighbourhoods)
            and claim.neighbourhood not in self.neighbourhoods,
            "age": self.least_age > 0 and (claim.age is None or claim.age < self.least_age),
        }
        return tuple(reason for reason, is_refused in asked.items() if is_refused)

    def reason(self, refusal: str) -> str:
        """A refusal in the reader's language."""
        return str(_REASONS[refusal]) % {
            "who": _WHO[self.grounds], "least": self.least_age, "day": _said(self.age_on),
        }  # fmt: skip

    def sentences(self, names: Mapping[str, str]) -> list[str]:
        """The electorate in plain words; `names` are the neighbourhoods' by slug, in order."""
        found = [str(_WHO[self.grounds])]
        if self.neighbourhoods:
            listed = ", ".join(name for slug, name in names.items() if slug in self.neighbourhoods)
            found.append(str(_l("Only in these neighbourhoods: %(names)s.")) % {"names": listed})
        if self.least_age:
            found.append(self.reason("age"))
        return found


def rules(
    *, grounds: frozenset[str], neighbourhoods: frozenset[str], least_age: int, age_on: date | None
) -> dict[str, Any]:
    """An electorate as plain JSON values, the same for the same electorate."""
    return {
        "age_on": age_on.isoformat() if age_on else None,
        "grounds": sorted(grounds),
        "least_age": least_age,
        "neighbourhoods": sorted(neighbourhoods),
    }


def age_on(day: date, born: date) -> int:
    """Completed years on `day`, below 0 before the birth.

    Whoever was born on 29 February is a year older on 1 March of years without that day.

    >>> age_on(date(2026, 9, 1), date(2012, 9, 1))
    14
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _said(day: date) -> str:
    return words.day(datetime.combine(day, time(12), SEOUL))
