"""The small reference implementations: by hand, by brute force, and that they stand alone."""

import ast
import io
import json
import subprocess
import sys
import tokenize
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.formats import pabulib
from tally.reference.bos import bos
from tally.reference.cstv import cstv
from tally.reference.ejr import violation
from tally.reference.equal_shares import equal_shares
from tally.reference.exact_equal_shares import exact_equal_shares
from tally.reference.greedy import greedy
from tally.reference.max_welfare import max_welfare
from tally.reference.pb_ear import pb_ear
from tally.reference.phragmen import phragmen
from tally.reference.priceability import faults

many = settings(max_examples=300)  # rare turns of bounds and ties are met by no fewer
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tally" / "reference"
PACKAGES = ("app", "core", "accounts", "proposals", "ballots", "budget", "tally")
LONGEST = 40

Election = tuple[dict[str, int], int, list[dict[str, int]], list[str]]


def approve(*ballots: str) -> list[dict[str, int]]:
    """One voter a word, one option a letter."""
    return [dict.fromkeys(ballot, 1) for ballot in ballots]


@st.composite
def elections(
    draw: st.DrawFn, options: int = 5, voters: int = 6, dearest: int = 9, most: int = 1
) -> Election:
    ties = draw(st.permutations("abcdefgh"[: draw(st.integers(1, options))]))
    costs = {p: draw(st.integers(0, dearest)) for p in sorted(ties)}
    points = st.integers(0, most) if most > 1 else st.just(1)
    ballot = st.dictionaries(st.sampled_from(ties), points)
    ballots = draw(st.lists(ballot, max_size=voters))
    return costs, draw(st.integers(0, options * dearest)), ballots, list(ties)


def spent(costs: dict[str, int], funded: list[str]) -> int:
    return sum(costs[p] for p in funded)


UTILITIES = st.sampled_from(["cardinality", "cost", "points"])
COMPLETIONS = st.sampled_from(["none", "utilitarian", "add1", "add1u"])
BYS = st.sampled_from(["excess", "support", "support_per_cost"])
TRANSFERS = st.sampled_from(["elimination", "minimal"])

# What all rules promise


@many
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


@many
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


@many
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


# Greedy


def test_greedy_skips_what_does_not_fit_or_stops_there():
    election = {"a": 8, "b": 7, "c": 2}, 10, approve("ab", "abc", "a"), ["a", "b", "c"]
    assert greedy(*election) == ["a", "c"]
    assert greedy(*election, stop=True) == ["a"]
    assert greedy(*election, minimum_votes=2) == ["a"]


def test_greedy_goes_by_votes_or_by_what_money_buys():
    election = {"a": 8, "b": 3, "c": 0}, 10, [{"a": 1, "b": 9}, {"a": 1}], ["a", "b", "c"]
    assert greedy(*election, "votes") == ["a", "c"]
    assert greedy(*election, "votes_per_cost") == ["b", "c"]
    assert greedy(*election, "points_per_cost") == ["b", "c"]


# Equal shares


def test_equal_shares_buys_the_cheapest_price_and_drops_what_supporters_cannot_pay():
    # purses of 8/3: a costs each of three 5/3, c then 1; b (6) was out of reach after a.
    election = {"a": 5, "b": 6, "c": 3}, 8, approve("abc", "abc", "abc"), ["a", "b", "c"]
    assert equal_shares(*election) == ["a", "c"]
    assert equal_shares(*election, "cardinality") == ["c", "a"]


def test_who_has_less_than_the_price_pays_the_rest_of_her_purse():
    # purses of 4: b takes 3 of the second voter; a (5) is then paid with 4 and her last 1.
    election = {"a": 5, "b": 6}, 12, approve("a", "ab", "b"), ["b", "a"]
    assert equal_shares(*election) == ["b", "a"]
    assert equal_shares({"a": 6, "b": 6}, *election[1:]) == ["b"]


def test_points_weigh_what_each_pays():
    # a's supporters pay 3 and 1 of purses of 3; b's price is 4/3 a point, then out of reach.
    ballots = [{"a": 3, "b": 1}, {"a": 1, "b": 2}]
    assert equal_shares({"a": 4, "b": 4}, 6, ballots, ["b", "a"], "points") == ["a"]


def test_add1_ends_where_the_outcome_is_exhaustive_or_goes_on_until_it_costs_too_much():
    # purses 8/3: b; 11/3: a instead, level with b at 1/2; 14/3: both, 12 of 8.
    election = {"a": 7, "b": 5}, 8, approve("b", "a", "ab"), ["a", "b"]
    assert equal_shares(*election, completion="add1") == ["b"]
    assert equal_shares(*election, completion="add1", exhaustive=False) == ["a"]


def test_add1_starts_from_the_purse_or_from_the_whole_number_below():
    # purses 2/3: c, and b (3) does not fit; from 0: nothing, and at 1 b for 3 of 2.
    election = {"a": 6, "b": 3, "c": 1}, 2, approve("ab", "bc", "bc"), ["a", "b", "c"]
    assert equal_shares(*election, completion="add1") == ["c"]
    assert equal_shares(*election, completion="add1", integral=True) == []


def test_the_utilitarian_step_spends_what_is_left_by_votes():
    election = {"a": 6, "b": 5, "c": 4}, 10, approve("a", "a", "b"), ["c", "b", "a"]
    assert equal_shares(*election) == ["a"]
    assert equal_shares(*election, completion="utilitarian") == ["a", "c"]


@many
@given(elections(options=6))
def test_equal_shares_by_cost_satisfies_ejr_up_to_any_one_option(election):
    costs, limit, ballots, _ = election
    funded = equal_shares(*election)
    assert violation(costs, limit, ballots, funded) is None


# Phragmén


def test_phragmen_funds_where_the_load_is_least_and_stops_where_one_does_not_fit():
    # loads: a 3, b 3 (level, a first), then b 3 with 6 of 4 left: stop, though c fits.
    election = {"a": 6, "b": 6, "c": 4}, 10, approve("a", "a", "b", "b", "c"), ["a", "b", "c"]
    assert phragmen(*election) == ["a"]


def test_phragmen_stops_where_any_of_the_level_options_does_not_fit():
    # f at load 1; then a and e level at 2, and e costs 10 of 9.
    election = {"f": 1, "a": 4, "e": 10}, 10, approve("f", "a", "a", *"eeeee"), ["f", "a", "e"]
    assert phragmen(*election) == ["f"]


def test_phragmen_leaves_unsupported_options_to_the_end():
    election = {"a": 1, "b": 3, "c": 3}, 6, approve("a"), ["c", "b", "a"]
    assert phragmen(*election) == ["a", "c"]


# Maximum welfare


@many
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


# Bounded overspending


def test_bos_funds_the_great_majority_s_project_that_equal_shares_leaves_out():
    # 403 of 414 voters hold 301,763 of 310,000.
    costs, ballots = {"a": 310_000, "b": 6_000}, approve(*["a"] * 403, *["b"] * 11)
    assert equal_shares(costs, 310_000, ballots, ["a", "b"]) == ["b"]
    assert bos(costs, 310_000, ballots, ["a", "b"]) == ["a"]


def test_bos_charges_the_whole_price_for_a_part():
    # c at 1/3; then a: alpha 7/10, rho 1/3, so 8/3 each: all three purses are empty, and b,
    # though it still fits, has no supporter with money (a seventh of a purse would do).
    costs, ballots = {"a": 8, "b": 2, "c": 1}, approve("", "c", "ac", "abc", "ab")
    assert bos(costs, 11, ballots, ["a", "b", "c"]) == ["c", "a"]


def test_bos_counts_ten_voters_as_the_field_s_library_does():
    costs = {"a": 300, "b": 400, "c": 300, "d": 240, "e": 170, "f": 100}
    ballots = approve("a", "abce", "abc", "abc", "abc", "abf", "de", "de", "def", "cdf")
    assert sorted(bos(costs, 1000, ballots, list("abcdef"))) == ["a", "c", "d", "f"]


@many
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


# Exact equal shares


def test_add_opt_takes_the_next_purse_at_which_the_outcome_changes():
    # c is within reach of its four supporters at purses of 5/2, before b's turn
    costs, ballots = {"a": 2, "b": Fraction(16, 5), "c": 6}, approve("a", "ac", "bc", "bc", "c")
    election = costs, 10, ballots, ["a", "b", "c"]
    assert exact_equal_shares(*election, "cardinality") == ["a", "b"]
    for completion in ("add_opt", "add_opt_skip"):
        for yes in (True, False):
            funded = exact_equal_shares(
                *election, "cardinality", completion=completion, to_the_end=yes
            )
            assert funded == ["a", "c"]


@settings(max_examples=40)
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


# Cumulative support transfers


def test_excess_and_eliminated_money_moves_on():
    # coins of 5: a 15/4, b 15/4, c 5/2; c leaves, both others then have their 5.
    ballots = [{"a": 3, "c": 1}, {"b": 3, "c": 1}]
    for by in ("excess", "support", "support_per_cost"):
        funded = cstv(
            {"a": 5, "b": 5, "c": 5}, 10, ballots, ["c", "a", "b"], by, transfer="elimination"
        )
        assert funded == ["a", "b"]


def test_of_equals_the_last_in_the_tie_order_is_eliminated():
    costs = {"a": 3, "b": 3, "c": 9}
    assert cstv(costs, 4, [{"a": 1, "b": 1}], ["a", "b", "c"], transfer="elimination") == ["a"]
    assert cstv(costs, 4, [{"a": 1, "b": 1}], ["b", "a", "c"], transfer="elimination") == ["b"]


def test_minimal_transfers_raise_all_by_one_factor_up_to_all_they_have():
    # coins of 4: a 3 + 1, cost 7: threefold would be 9, so all 4, and 3 of the second voter.
    ballots = [{"a": 3, "b": 1}, {"a": 1, "b": 3}]
    assert cstv({"a": 7, "b": 9}, 8, ballots, ["a", "b"], "excess") == ["a"]
    # b is nearer: 3 + 2 of 6, each 6/5 of it; what lies on a then is 2.
    ballots = [{"a": 1, "b": 3}, {"a": 1, "b": 1}]
    assert cstv({"a": 6, "b": 6}, 8, ballots, ["a", "b"]) == ["b"]


def test_who_has_nothing_elsewhere_pays_first():
    # coins of 2: a has 3, cost 2, paid by its only-supporter; the other's 1 goes to b, which
    # so has its 2 before c's turn comes.
    costs = {"a": 2, "b": 2, "c": Fraction(5, 2)}
    ballots = [{"a": 1}, {"a": 1, "b": 1}, {"c": 1}]
    assert cstv(costs, 6, ballots, ["a", "b", "c"]) == ["a", "b"]


def test_money_of_under_supported_options_is_gone_when_they_are_funded():
    # coins of 7/2, nobody can pay: c has 7/16 of its cost, a and b 7/20 of theirs; with c goes
    # what lay on b, so that a is next and takes the last 10.
    ballots = [{"b": 1, "c": 1}, {"a": 1}, {}, {}]
    assert cstv({"a": 10, "b": 5, "c": 4}, 14, ballots, ["b", "a", "c"]) == ["c", "a"]


# Expanding approvals


def test_expanding_approvals_serve_solid_coalitions():
    # nine voters, quota 3: a at rank 1 takes half of six; at rank 2 b their rest; then c has 3.
    rankings = [*["abcd"] * 6, *["dcba"] * 2, "cabd"]
    funded = pb_ear(dict.fromkeys("abcd", 1), 3, [list(r) for r in rankings], list("abcd"))
    assert funded == ["a", "b", "c"]


def test_unranked_options_have_no_support_or_stand_last():
    election = {"a": 5, "c": 5}, 10, [["a"], ["a"]], ["a", "c"]
    assert pb_ear(*election) == ["a"]
    assert pb_ear(*election, unranked_last=True) == ["a", "c"]


def test_the_option_that_takes_the_least_part_of_its_supporters_weight_is_first():
    # need 1 and 2 of 4; a would take 1/2 of two voters, b 2/3 of three.
    election = {"a": 2, "b": 4}, 8, [["b"], ["b"], ["a", "b"], ["a"]], ["b", "a"]
    assert pb_ear(*election) == ["a", "b"]
    assert pb_ear({"z": 0, **election[0]}, *election[1:3], ["b", "a", "z"]) == ["z", "a", "b"]


def test_without_voters_nothing_is_funded():
    nobody = {"a": 1, "z": 0}, 5, [], ["a", "z"]
    assert pb_ear(*nobody) == equal_shares(*nobody) == bos(*nobody) == []


# The two checks


@many
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


PAID = [{"a": 3}, {"a": 3, "b": 1}, {"b": 2}, {}]
VOTERS = approve("a", "abz", "bz", "c")


@pytest.mark.parametrize(
    ("changes", "purse", "fault"),
    [
        ({}, 4, []),
        ({3: {"a": 1}, 0: {"a": 2}}, 4, ["C1 3"]),
        ({0: {"a": 2}, 1: {"a": 4, "b": 1}}, 4, ["C2 1"]),
        ({0: {"a": 3, "b": -1}, 2: {"b": 3}}, 4, ["C1 0", "C2 0"]),
        ({0: {"a": 2}}, 4, ["C3 a"]),
        ({0: {"a": 4}}, 4, ["C3 a"]),
        ({3: {"c": 1}}, 4, ["C4 c"]),
        ({}, 5, ["C5 c"]),
    ],
)
def test_each_condition_of_a_price_system_is_told(changes, purse, fault):
    payments = [changes.get(i, paid) for i, paid in enumerate(PAID)]
    assert faults({"a": 6, "b": 3, "c": 4, "z": 9}, VOTERS, ["a", "b"], payments, purse) == fault


# That they stand alone


def _imports(path: Path) -> set[str]:
    """Every module named in the file's import statements."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _lines_of_code(path: Path) -> int:
    """Lines with code on them: no comments, docstrings or blank lines."""
    text, lines = path.read_text(encoding="utf-8"), set()
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in (*silent, tokenize.ENDMARKER):
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            told = node.body[0]
            lines -= set(range(told.lineno, (told.end_lineno or 0) + 1))
    return len(lines)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_reference_is_short_and_needs_the_standard_library_only(path: Path):
    assert {name.split(".")[0] for name in _imports(path)} <= sys.stdlib_module_names
    assert _lines_of_code(path) <= LONGEST


def test_the_folder_s_own_file_holds_text_only():
    (only,) = ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8")).body
    assert isinstance(only, ast.Expr)


def test_nothing_of_the_house_imports_a_reference():
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if FOLDER not in path.parents and "node_modules" not in path.parts:
                assert not any(n.startswith("tally.reference") for n in _imports(path)), path


def test_importing_tally_loads_no_reference():
    program = (
        "import sys, tally; sys.exit(any(n.startswith('tally.reference') for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


# Beside the known outcomes of real elections

SHARED = ROOT.parent / "shared" / "data" / "pabulib"
REFERENCE = SHARED / "reference.json"
KNOWN = json.loads(REFERENCE.read_text())["files"] if REFERENCE.exists() else {}
SMALL = (
    "Netherlands_Amsterdam_643.pb",
    "Poland_Warszawa_2017_Las.pb",
    "Poland_Warszawa_2017_Nadwisle.pb",
    "Poland_Czestochowa_2020_Grabowka.pb",
    "France_Toulouse_2022_9_-_Trois_Cocus_Borderouge_Croix-Daurade_Paleficat_Grand_Selve.pb",
    "Worldwide_Mechanical_Turk_Utilities_6.pb",
    "Worldwide_Mechanical_Turk_Ranking_value_8.pb",
    "Poland_Gdynia_2022_Pogorze__small.pb",
    "Poland_Gdynia_2021_Srodmiescie__small.pb",
)
shared = [
    pytest.mark.shared,
    pytest.mark.skipif(not KNOWN, reason="the shared elections are not at hand; extra tests"),
]
MOST_PURSE = 400  # add1 is as many runs as units of money are added: the small purses only
WORD = {"card": "cardinality", "cost": "cost", "score": "points"}
BY = {"card": "votes_per_cost", "cost": "votes", "score": "points_per_cost"}


def _election(name: str):
    file = pabulib.read_bytes((SHARED / name).read_bytes())
    ids = [row.id for row in file.projects]
    ballots = [
        {ids[place]: points for place, points in ballot}
        for ballot, weight in file.profile().rows()
        for _ in range(int(weight))
    ]
    return {row.id: row.cost for row in file.projects}, file.budget, ballots, sorted(ids)


class TestShared:
    pytestmark = shared

    @pytest.mark.parametrize("name", SMALL)
    def test_outcomes_equal_the_known_ones(self, name: str):
        _, limit, ballots, _ = election = _election(name)
        for rule, known in KNOWN[name]["rules"].items():
            kind, *parts = rule.split("_")
            if kind == "greedy":
                assert greedy(*election, BY[parts[0]]) == known["winners"], rule
            elif kind == "phragmen":
                assert sorted(phragmen(*election)) == known["winners"]
            elif kind == "maxw":
                funded = max_welfare(*election, WORD[parts[0]])
                assert _welfare(election, funded, parts[0]) == _welfare(
                    election, known["winners"], parts[0]
                ), rule
            elif len(parts) == 1 or parts[1] == "u":
                step = "utilitarian" if parts[1:] else "none"
                funded = equal_shares(*election, WORD[parts[0]], completion=step)
                assert funded == known["winners"], rule
            elif limit / len(ballots) < MOST_PURSE:
                funded = equal_shares(*election, WORD[parts[0]], completion=parts[1])
                assert funded == known["winners"], rule

    def test_assen_2024_comes_out_as_the_city_counted_it(self):
        name = "Netherlands_Assen_2024.pb"
        funded = equal_shares(*_election(name), completion="add1")
        assert funded == KNOWN[name]["rules"]["mes_cost_add1"]["winners"]
        assert len(funded) == 9


def _welfare(election, funded: list[str], utility: str):
    costs, _, ballots, _ = election
    return sum(
        {"card": 1, "cost": costs[p], "score": ballot[p]}[utility]
        for p in funded
        for ballot in ballots
        if p in ballot
    )
