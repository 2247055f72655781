"""The rules of the field on small real elections beside the checkout: equal to the references."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tally import Instance, Profile, by_id
from tally.formats import pabulib
from tally.reference.bos import bos
from tally.reference.cstv import cstv
from tally.reference.exact_equal_shares import exact_equal_shares
from tally.reference.pb_ear import pb_ear as reference_ear
from tally.rules import bounded_overspending, cumulative_transfer, expanding_approvals
from tally.rules import exact_equal_shares as rule
from tests.tally.effort import slowly

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"
NAMES = (
    "Netherlands_Assen_2024",
    "Poland_Czestochowa_2020_Grabowka",
    "Switzerland_Zurich_D5",
    "Switzerland_Zurich_S5R",
    "US_Stanford_Dataset_Saratoga_NY_2022_vote_rankings",
    "Worldwide_Mechanical_Turk_Utilities_3",
)
FILES = [name for name in NAMES if (SHARED / f"{name}.pb").exists()]
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FILES, reason="the shared elections are not at hand; extra tests"),
]


def ballots_of(instance: Instance, profile: Profile) -> list[dict]:
    """One voter after another: id -> points, ranked options best first."""
    ids = [option.id for option in instance.options]
    rows = ((ballot, int(weight)) for ballot, weight in profile.rows())
    return [{ids[at]: said for at, said in ballot} for ballot, many in rows for _ in range(many)]


PAIRS: dict[str, tuple[Callable, Callable]] = {
    "bos_card": (bounded_overspending.by_card, partial(bos, utility="cardinality")),
    "bos_cost": (bounded_overspending.by_cost, partial(bos, utility="cost")),
    "ees_card_addopt": (
        rule.by_card_addopt,
        partial(exact_equal_shares, utility="cardinality", completion="add_opt", to_the_end=False),
    ),
    "ees_cost_addopt": (
        partial(rule.by_cost_addopt, skip=True),
        partial(exact_equal_shares, utility="cost", completion="add_opt_skip", to_the_end=False),
    ),
}
POINTS: dict[str, tuple[Callable, Callable]] = {
    "bos_score": (bounded_overspending.by_points, partial(bos, utility="points")),
    "cstv_mtc": (cumulative_transfer.minimal_transfers_per_cost, cstv),
    "cstv_ewt": (
        cumulative_transfer.elimination_by_excess,
        partial(cstv, by="excess", transfer="elimination"),
    ),
}


@pytest.mark.parametrize("name", [slowly(name, name == "Switzerland_Zurich_D5") for name in FILES])
def test_outcomes_equal_the_references(name: str):
    file = pabulib.read_bytes((SHARED / f"{name}.pb").read_bytes())
    instance, profile = file.instance(), file.profile()
    ties, voters = by_id(instance), ballots_of(instance, profile)
    costs = {option.id: option.cost for option in instance.options}
    named = [dict.fromkeys(ballot, 1) for ballot in voters]
    pairs = {} if file.kind == "ordinal" else PAIRS
    for rule_id, (fast, plain) in pairs.items():
        funded = fast(instance, profile, ties).funded
        assert list(funded) == plain(costs, instance.limit, named, list(ties)), rule_id
    if file.kind == "cumulative":
        for rule_id, (fast, plain) in POINTS.items():
            funded = fast(instance, profile, ties).funded
            assert list(funded) == plain(costs, instance.limit, voters, list(ties)), rule_id
    if file.kind == "ordinal":
        for last in (False, True):
            outcome = expanding_approvals.pb_ear(instance, profile, ties, unranked_last=last)
            ranked = [list(ballot) for ballot in voters]
            assert list(outcome.funded) == reference_ear(
                costs, instance.limit, ranked, list(ties), unranked_last=last
            )
