"""What greedy promises for every election."""

from fractions import Fraction
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tally import RULES, Decision, Instance, Option, Profile, by_cost, by_id, count, tie_order

NAMES = ("a", "b", "c", "d", "e", "f")


@st.composite
def elections(draw: st.DrawFn) -> tuple[Instance, list[list[str]]]:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    options = tuple(Option(name, draw(st.integers(0, 12))) for name in names)
    limit = draw(st.integers(0, 30))
    ballots = draw(st.lists(st.lists(st.sampled_from(names), unique=True), max_size=12))
    return Instance(options, limit), ballots


rules = st.sampled_from(["greedy_cost", "greedy_card"])
terms = st.fixed_dictionaries({"minimum_votes": st.integers(0, 3), "stop": st.booleans()})


def naive(
    rule: str, instance: Instance, ballots: list[list[str]], minimum_votes: int, *, stop: bool
) -> list[str]:
    """The rule as its page tells it, in plain fractions."""
    votes = {
        option.id: sum(option.id in ballot for ballot in ballots) for option in instance.options
    }

    def merit(option: Option) -> tuple[int, Fraction]:
        if not votes[option.id]:
            return 0, Fraction(0)
        if not option.cost:
            return 2, Fraction(0)
        per = Fraction(votes[option.id], option.cost if rule == "greedy_card" else 1)
        return 1, per

    left, funded = instance.limit, []
    order = sorted(instance.options, key=lambda o: (-merit(o)[0], -merit(o)[1], o.id))
    for option in order:
        if votes[option.id] < minimum_votes:
            continue
        if option.cost <= left:
            funded.append(option.id)
            left -= option.cost
        elif stop:
            break
    return funded


@given(elections(), rules, terms)
def test_greedy_is_what_its_page_says(election, rule, terms):
    instance, ballots = election
    outcome = count(rule, instance, Profile.of("approval", instance, ballots), **terms)
    assert list(outcome.funded) == naive(
        rule, instance, ballots, terms["minimum_votes"], stop=terms["stop"]
    )
    assert outcome.spent <= instance.limit
    assert sorted(turn.option for turn in outcome.rounds) == sorted(instance.index)


@given(elections(), rules, st.randoms(use_true_random=False))
def test_the_order_of_voters_and_options_changes_nothing(election, rule, random):
    instance, ballots = election
    shuffled = random.sample(ballots, len(ballots))
    options = tuple(random.sample(instance.options, len(instance.options)))
    other = Instance(options, instance.limit)
    mine = count(rule, instance, Profile.of("approval", instance, ballots))
    theirs = count(rule, other, Profile.of("approval", other, shuffled))
    assert mine == theirs


@given(elections(), rules, st.fractions(min_value=Fraction(1, 7), max_value=9))
def test_scaling_all_money_changes_nothing(election, rule, factor):
    instance, ballots = election
    scaled = Instance(
        tuple(Option(o.id, o.cost * factor) for o in instance.options), instance.limit * factor
    )
    mine = count(rule, instance, Profile.of("approval", instance, ballots))
    theirs = count(rule, scaled, Profile.of("approval", scaled, ballots))
    assert mine.funded == theirs.funded


@given(elections(), rules)
def test_more_support_never_drops_a_funded_option(election, rule):
    instance, ballots = election
    before = count(rule, instance, Profile.of("approval", instance, ballots))
    for name in before.funded:
        after = count(rule, instance, Profile.of("approval", instance, [*ballots, [name]]))
        assert name in after.funded


@given(elections(), rules, st.binary(min_size=16, max_size=20))
def test_a_tie_order_settles_ties_and_nothing_else(election, rule, seed):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    one = count(rule, instance, profile, by_id(instance))
    other = count(rule, instance, profile, by_cost(instance, tie_order(seed, list(instance.index))))
    assert sorted(turn.support for turn in one.rounds) == sorted(t.support for t in other.rounds)
    if not any(tie.mattered for tie in one.ties) and not any(tie.mattered for tie in other.ties):
        assert set(one.funded) == set(other.funded)


@given(elections(), rules, st.booleans())
def test_a_tie_matters_just_where_some_order_funds_another_set(election, rule, stop):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    outcome = count(rule, instance, profile, stop=stop)
    first = next((tie for tie in outcome.ties), None)
    if first is None or len(first.options) > 4:
        return
    rest = [name for name in by_id(instance) if name not in first.options]
    seen = set()
    for order in permutations(first.options):
        again = count(rule, instance, profile, (*order, *rest), stop=stop)
        seen.add(frozenset(set(again.funded) & set(first.options)))
    assert (len(seen) > 1) == first.mattered


@given(elections())
def test_every_rule_tells_each_decision(election):
    instance, ballots = election
    for rule in RULES.values():
        if "approval" in rule.kinds:
            outcome = count(rule.id, instance, Profile.of("approval", instance, ballots))
            assert all(turn.decision in Decision for turn in outcome.rounds)
            funded = [t for t in outcome.rounds if t.decision is Decision.FUNDED]
            assert all(turn.cost <= turn.left for turn in funded)
