"""From a manifest and the ballots that count to an outcome: all that a count needs, no database."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import tee
from typing import Any

import tally
from ballots.board.manifest import FORMS, Manifest, numbers_of
from budget.count import TIE_RULES
from tally import Instance, Outcome, Profile


def outcome_of(manifest: Manifest, ballots: Iterable[Mapping[str, Any]], seed: str) -> Outcome:
    """Count ballots, which fit the manifest, by its rule.

    Parameters
    ----------
    ballots : choices as leaves have them
    seed : of the lots; empty where none are drawn

    Raises
    ------
    SeedNeededError : lots are drawn and the seed is too short.
    TallyError : the rule is none, or does not take these ballots or parameters.
    """
    instance = instance_of(manifest)
    order, _ = TIE_RULES[manifest.ties]
    ties = order(instance, seed)
    profile = profile_of(manifest, ballots, instance)
    return tally.count(manifest.rule, instance, profile, ties, **manifest.parameters)


def instance_of(manifest: Manifest) -> Instance:
    """The options by their codes, and the fund."""
    options = (tally.Option(option.code, option.cost) for option in manifest.options)
    return Instance(tuple(options), manifest.fund)


def profile_of(
    manifest: Manifest, ballots: Iterable[Mapping[str, Any]], instance: Instance
) -> Profile:
    """The ballots as the counting room knows them: codes, equal ones together."""
    code = {option.number: option.code for option in manifest.options}
    named, scored = tee(ballots)
    ids = ([code[number] for number in numbers_of(said)] for said in named)
    points = ([Fraction(given) for _, given in said["s"]] for said in scored)
    has_points = FORMS[manifest.kind] == "s"
    return Profile.of(manifest.kind, instance, ids, points if has_points else None)


def funded_numbers(manifest: Manifest, outcome: Outcome) -> list[int]:
    """The numbers of the funded options, ascending."""
    return [option.number for option in manifest.options if option.code in outcome.funded]
