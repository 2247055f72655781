"""What the small reference implementations promise, and brute force beside them."""

from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tally.reference.bos import bos
from tally.reference.cstv import cstv
from tally.reference.ejr import violation
from tally.reference.equal_shares import equal_shares
from tally.reference.exact_equal_shares import exact_equal_shares
from tally.reference.greedy import greedy
from tally.reference.max_welfare import max_welfare
from tally.reference.pb_ear import pb_ear
from tally.reference.phragmen import phragmen
from tests.tally.effort import fewer
from tests.tally.small_elections import elections, spent

UTILITIES = st.sampled_from(["cardinality", "cost", "points"])
COMPLETIONS = st.sampled_from(["none", "utilitarian", "add1", "add1u"])
BYS = st.sampled_from(["excess", "support", "support_per_cost"])
TRANSFERS = st.sampled_from(["elimination", "minimal"])


@given(elections(most=3), UTILITIES, COMPLETIONS, st.booleans(), st.booleans(), BYS, TRANSFERS)
def test_no_rule_spends_more_than_the_limit_or_funds_twice(
    election, utility, completion, yes, integral, by, transfer
):
    costs, limit, ballots, ties = election
    switches = {"exhaustive": yes, "integral": integral}
    per = "points_per_cost" if yes else "votes_per_cost"
    for funded in (
        greedy(*election, "votes"),
        greedy(*election, per, minimum_votes=1, stop=integral),
        equal_shares(*election, utility, completion=completion, **switches),
        phragmen(*election),
        max_welfare(*election, utility),
        bos(*election, utility),
        exact_equal_shares(*election, completion="add_opt_skip", to_the_end=yes),
        cstv(*election, by, transfer=transfer),
        pb_ear(costs, limit, [list(ballot) for ballot in ballots], ties, unranked_last=yes),
    ):
        assert spent(costs, funded) <= limit
        assert len(set(funded)) == len(funded)


@given(elections(), UTILITIES)
def test_supported_options_of_cost_0_are_funded_first_in_the_tie_order(election, utility):
    costs, _, ballots, ties = election
    free = [p for p in ties if not costs[p] and any(p in ballot for ballot in ballots)]
    for funded in (
        greedy(*election),
        phragmen(*election),
        equal_shares(*election, utility, completion="add1u"),
        bos(*election, utility),
        exact_equal_shares(*election),
    ):
        assert funded[: len(free)] == free


@given(elections(options=4), BYS, TRANSFERS)
def test_cstv_and_complete_expanding_approvals_leave_nothing_out_that_still_fits(
    election, by, transfer
):
    costs, limit, ballots, ties = election
    rankings = [list(ballot) for ballot in ballots]
    outcomes = [cstv(*election, by, transfer=transfer)]
    if ballots:
        outcomes.append(pb_ear(costs, limit, rankings, ties, unranked_last=True))
    for funded in outcomes:
        assert all(p in funded or costs[p] > limit - spent(costs, funded) for p in ties)


@given(elections(options=6))
def test_equal_shares_by_cost_satisfies_ejr_up_to_any_one_option(election):
    costs, limit, ballots, _ = election
    funded = equal_shares(*election)
    assert violation(costs, limit, ballots, funded) is None


@given(elections(options=6, most=3), UTILITIES)
def test_max_welfare_is_the_first_of_the_best_of_all_sets(election, utility):
    costs, limit, ballots, ties = election
    worth = {
        p: sum(
            {"cardinality": 1, "cost": costs[p], "points": ballot[p]}[utility]
            for ballot in ballots
            if p in ballot
        )
        for p in ties
    }
    sets = [list(s) for size in range(len(ties) + 1) for s in combinations(ties, size)]
    fitting = [s for s in sets if spent(costs, s) <= limit]
    most = max(spent(worth, s) for s in fitting)
    best = [s for s in fitting if spent(worth, s) == most]
    first = max(best, key=lambda s: [p in s for p in ties])
    assert max_welfare(*election, utility) == first


@given(elections(), UTILITIES)
def test_bos_begins_with_the_least_price_over_the_part_squared(election, utility):
    costs, limit, ballots, ties = election
    votes = {p: sum(p in ballot for ballot in ballots) for p in ties}

    def worth(p: str) -> Fraction:  # all purses and utilities are equal at first
        purse = Fraction(limit, len(ballots))
        part = min(Fraction(1), votes[p] * purse / costs[p])
        price = Fraction(costs[p]) / votes[p] / (costs[p] if utility == "cost" else 1)
        return price / part  # alpha * rho = price * alpha

    live = [p for p in ties if votes[p] and 0 < costs[p] <= limit]
    paid = [p for p in bos(*election, utility) if costs[p]]
    assert paid[:1] == ([min(live, key=worth)] if live else [])


@fewer(2)
@given(
    elections(options=3, voters=4, dearest=4),
    st.sampled_from(["cardinality", "cost"]),
    st.booleans(),
)
def test_add_opt_finds_what_trying_every_purse_finds(election, utility, to_the_end):
    costs, limit, ballots, ties = election
    # With up to 4 voters all shares are multiples of 1/12, hence all purses that matter too.
    best: list[str] = []
    purse = Fraction(limit) / (len(ballots) or 1)
    for step in range(12 * sum(costs.values()) + 1):
        total = (purse + Fraction(step, 12)) * len(ballots)
        funded = exact_equal_shares(costs, total, ballots, ties, utility)
        fits = spent(costs, funded) <= limit
        if not fits and not to_the_end:
            break
        if fits and (step == 0 or not to_the_end or spent(costs, funded) > spent(costs, best)):
            best = funded
    found = exact_equal_shares(*election, utility, completion="add_opt", to_the_end=to_the_end)
    assert found == best


@given(elections(), st.sets(st.sampled_from("abcde")))
def test_ejr_is_violated_where_any_group_is_and_the_group_shown_is_one(election, picked):
    costs, limit, ballots, ties = election
    funded = picked & set(ties)
    has = [spent(costs, sorted(funded & set(ballot))) for ballot in ballots]

    def wronged(p: str, group: tuple[int, ...]) -> bool:
        share = Fraction(limit * len(group), len(ballots))
        return all(p in ballots[i] and has[i] + costs[p] <= share for i in group)

    groups = [g for n in range(1, len(ballots) + 1) for g in combinations(range(len(ballots)), n)]
    wrongs = [(p, g) for p in costs if p not in funded for g in groups if wronged(p, g)]
    found = violation(costs, limit, ballots, sorted(funded))
    assert (found is None) == (not wrongs)
    if found:
        option, group = found
        assert (option, tuple(group)) in wrongs
        assert len(group) == min(len(g) for p, g in wrongs if p == option)
