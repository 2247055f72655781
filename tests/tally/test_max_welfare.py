"""Maximum welfare against all subsets of small elections, and against a table over all money."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Decision, Instance, InstanceError, Option, Profile, Tie, by_id, tie_order
from tally.rules import knapsack
from tally.rules.knapsack import Knapsack
from tally.rules.max_welfare import by_cost, by_points, by_votes

RULES = {"maxw_card": by_votes, "maxw_cost": by_cost, "maxw_score": by_points}
NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")
rules = st.sampled_from(list(RULES))
seeds = st.binary(min_size=16, max_size=16)


@st.composite
def elections(draw: st.DrawFn, *, bonds: bool = True) -> tuple[Instance, Profile]:
    """Few voters and small costs make ties; some cost nothing, some are too dear, some unnamed."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    some = st.sampled_from(names)
    costs = draw(
        st.sampled_from(
            [st.integers(0, 4), st.integers(0, 30), st.fractions(0, 9, max_denominator=6)]
        )
    )
    instance = Instance(
        tuple(Option(name, draw(costs)) for name in names),
        draw(st.integers(0, 40)),
        tuple(draw(st.lists(st.lists(some, max_size=4).map(tuple), max_size=2 * bonds))),
        tuple(draw(st.lists(st.tuples(some, some), max_size=3 * bonds))),
    )
    kind = draw(st.sampled_from(["approval", "ordinal", "cumulative"]))
    named = draw(st.integers(1, len(names)))
    picks = draw(st.lists(st.integers(0, 2**named - 1), max_size=8))
    ballots = [[name for at, name in enumerate(names) if pick >> at & 1] for pick in picks]
    points = [
        [(pick * 7 + at) % 4 for at in range(len(b))]
        for pick, b in zip(picks, ballots, strict=True)
    ]
    weight = draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2)]))
    weights = [1 + weight * (at % 3) for at in range(len(picks))]
    return instance, Profile.of(kind, instance, ballots, points, weights=weights)


def allowed(instance: Instance, supported: set[str]) -> list[frozenset[str]]:
    """All sets that keep limit, rivals and needs, unsupported options only where they are needed."""
    found = []
    names = list(instance.index)
    for size in range(len(names) + 1):
        for chosen in map(frozenset, combinations(names, size)):
            needed = set(chosen & supported)
            for _ in names:
                needed |= {other for name, other in instance.needs if name in needed}
            cost = sum(instance.options[instance.index[name]].cost for name in chosen)
            apart = all(len(chosen & set(group)) <= 1 for group in instance.rivals)
            if chosen == needed and apart and cost <= instance.limit:
                found.append(chosen)
    return found


def figures(rule: str, instance: Instance, profile: Profile) -> tuple[dict, dict]:
    """Support and worth by option, from the ballots one by one."""
    support = {name: Fraction(0) for name in instance.index}
    for ballot, weight in profile.rows():
        for place, points in ballot:
            support[instance.options[place].id] += weight * (points if rule == "maxw_score" else 1)
    factor = {o.id: o.cost if rule == "maxw_cost" else 1 for o in instance.options}
    return support, {name: said * factor[name] for name, said in support.items()}


@given(elections(), rules, seeds)
def test_no_allowed_set_has_more_welfare_and_the_tie_order_picks_among_equals(election, rule, seed):
    instance, profile = election
    order = tie_order(seed, list(instance.index))
    support, worth = figures(rule, instance, profile)
    outcome = RULES[rule](instance, profile, order)
    sets = allowed(instance, {name for name, said in support.items() if said})

    def merit(chosen: frozenset[str]) -> tuple[Fraction, Fraction]:
        free = sum((support[name] for name in chosen if not worth[name]), Fraction(0))
        return sum((worth[name] for name in chosen), Fraction(0)), free

    most = max(map(merit, sets))
    best = [chosen for chosen in sets if merit(chosen) == most]
    first = max(best, key=lambda chosen: [name in chosen for name in order])
    assert list(outcome.funded) == [name for name in order if name in first]
    assert outcome.facts == (("welfare", most[0]),)
    contested = set().union(*best) - set.intersection(*map(set, best))
    met = tuple(name for name in order if name in contested)
    assert outcome.ties == ((Tie(met, True),) if met else ())


@given(elections(), rules)
def test_every_option_is_told_once_and_the_rounds_add_up(election, rule):
    instance, profile = election
    order = by_id(instance)
    support, worth = figures(rule, instance, profile)
    outcome = RULES[rule](instance, profile, order)
    left = instance.limit
    for turn in outcome.rounds:
        assert turn.left == left
        assert turn.support == support[turn.option]
        assert turn.key == (worth[turn.option] if turn.support else None)
        assert turn.decision in (Decision.FUNDED, Decision.NOT_CHOSEN)
        left -= turn.cost if turn.decision is Decision.FUNDED else 0
    assert left == outcome.left >= 0
    rest = [turn.option for turn in outcome.rounds if turn.decision is Decision.NOT_CHOSEN]
    assert sorted([*outcome.funded, *rest]) == sorted(order)
    assert rest == [name for name in order if name in rest]


@given(elections(bonds=False), rules)
def test_without_bonds_supported_options_that_cost_nothing_are_in_and_unsupported_ones_out(
    election, rule
):
    instance, profile = election
    outcome = RULES[rule](instance, profile, by_id(instance))
    for turn in outcome.rounds:
        if not turn.support:
            assert turn.decision is Decision.NOT_CHOSEN
        elif not turn.cost:
            assert turn.decision is Decision.FUNDED


@given(elections(), rules, st.sampled_from([Fraction(1, 7), 3, 10**9, 10**40]))
def test_scaling_all_money_changes_nothing(election, rule, factor):
    instance, profile = election
    options = tuple(Option(o.id, o.cost * factor) for o in instance.options)
    other = Instance(options, instance.limit * factor, instance.rivals, instance.needs)
    mine = RULES[rule](instance, profile, by_id(instance))
    theirs = RULES[rule](other, profile, by_id(other))
    assert (mine.funded, mine.ties) == (theirs.funded, theirs.ties)


@st.composite
def knapsacks(draw: st.DrawFn) -> Knapsack:
    size = draw(st.integers(0, 24))
    unit = draw(st.sampled_from([1, 2**70]))  # the second leaves int64
    costs = draw(st.lists(st.integers(0, 40), min_size=size, max_size=size))
    values = draw(st.lists(st.integers(0, draw(st.integers(1, 60))), min_size=size, max_size=size))
    limit = draw(st.integers(0, 300))
    return Knapsack(tuple(costs), tuple(value * unit for value in values), limit)


@given(knapsacks())
def test_the_lists_agree_with_a_table_over_all_money(problem):
    """The table's entry: the value and, as lower digits, the set read in the order."""
    size = len(problem.costs)
    table = [0] * (problem.limit + 1)
    for at, (cost, value) in enumerate(zip(problem.costs, problem.values, strict=True)):
        if value:
            entry = (value << size) + (1 << (size - 1 - at))
            for money in range(problem.limit, cost - 1, -1):
                table[money] = max(table[money], table[money - cost] + entry)
    best, contested = problem.best()
    members = table[-1] & ((1 << size) - 1)
    assert best == sum(1 << at for at in range(size) if members >> (size - 1 - at) & 1)
    assert not contested or contested & best


def test_many_rivals_and_many_that_need_one_are_weighed_quickly():
    """Thirty rivals; and twelve options, each only with the dear last one."""
    costs, values = (*range(10, 40), *range(30, 42), 100), (*range(10, 40), *[31] * 12, 0)
    needs = tuple((at, 42) for at in range(30, 42))
    best, _ = Knapsack(costs, values, 400, (tuple(range(30)),), needs).best()
    taken = [at for at in range(43) if best >> at & 1]
    assert sum(at < 30 for at in taken) == 1
    assert 42 in taken
    assert sum(values[at] for at in taken) == 8 * 31 + 32


def test_too_many_sets_of_one_block_are_refused_not_guessed(monkeypatch):
    monkeypatch.setattr(knapsack, "MOST_CHOICES", 20)
    with pytest.raises(InstanceError, match="too many sets"):
        Knapsack((1,) * 9, (1,) * 8 + (0,), 9, (), tuple((at, 8) for at in range(8))).best()


def test_several_open_blocks_are_decided_in_the_tie_order():
    """Blocks b+c and a+d cross; all four alone would do, and a goes first."""
    needs = ((0, 3), (1, 2))
    best, contested = Knapsack((1, 1, 1, 1), (2, 1, 2, 1), 2, (), needs).best()
    assert (best, contested) == (0b1001, 0b1111)


def test_a_partner_that_excludes_its_own_rival_keeps_both_out():
    instance = Instance(
        (Option("a", 1), Option("b", 1), Option("c", 1)), 9, (("a", "b"),), (("a", "b"),)
    )
    outcome = by_votes(
        instance, Profile.of("approval", instance, [["a"], ["b", "c"]]), by_id(instance)
    )
    assert outcome.funded == ("b", "c")


def test_too_many_sums_are_refused_not_guessed(monkeypatch):
    monkeypatch.setattr(knapsack, "MOST_SUMS", 100)
    problem = Knapsack(tuple(2**at for at in range(12)), tuple(2**at for at in range(12)), 3001)
    with pytest.raises(InstanceError, match="sums"):
        problem.best()


def test_nobody_and_nothing():
    empty = Instance((), 5)
    outcome = by_votes(empty, Profile.of("approval", empty, []), ())
    assert (outcome.rounds, outcome.facts) == ((), (("welfare", 0),))
    instance = Instance((Option("a", 0), Option("b", 4)), 9)
    outcome = by_cost(instance, Profile.of("approval", instance, []), by_id(instance))
    assert outcome.funded == ()
