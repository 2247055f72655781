"""The manifest of a vote, and which ballots fit it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import canonical
from ballots.board.manifest import (
    FORMS,
    ListedOption,
    Manifest,
    ManifestError,
    UnfitBallotError,
    check_ballot,
    numbers_of,
)

OPTIONS = (
    ListedOption(1, "bench", "벤치", 60, "parks"),
    ListedOption(2, "lamp", "가로등", 50, "parks"),
    ListedOption(4, "tree", "나무", 40),
)
MANIFEST = Manifest(
    election="gm/pb/2027", titles={"ko": "2027년", "en": "2027"}, kind="approval", fund=100,
    currency="KRW", picks=2, fields={"parks": 1, "roads": 0}, options=OPTIONS, rule="greedy_cost",
    parameters={"minimum_votes": 1, "stop": False}, ties="cost_then_lot",
)  # fmt: skip


def test_it_is_written_as_the_specification_says():
    assert bytes(MANIFEST).decode() == (
        '{"count":{"parameters":{"minimum_votes":1,"stop":false},"rule":"greedy_cost",'
        '"ties":"cost_then_lot"},"currency":"KRW","election":"gm/pb/2027",'
        '"fields":{"parks":1,"roads":0},"fund":100,"kind":"approval","options":['
        '{"code":"bench","cost":60,"field":"parks","n":1,"title":"벤치"},'
        '{"code":"lamp","cost":50,"field":"parks","n":2,"title":"가로등"},'
        '{"code":"tree","cost":40,"field":"","n":4,"title":"나무"}],"picks":2,'
        '"publication":"sealed","titles":{"en":"2027","ko":"2027년"},"v":1}'
    )


@given(
    st.lists(st.tuples(st.text(max_size=5), st.integers(0, 2**53 - 1)), max_size=5),
    st.sampled_from(sorted(FORMS)),
    st.dictionaries(st.text("abc-", min_size=1), st.integers(0, 9)),
)
def test_what_is_written_is_read_and_written_the_same(listed, kind, fields):
    options = [
        ListedOption(number, f"code {number}", title.encode("utf-8", "ignore").decode(), cost)
        for number, (title, cost) in enumerate(listed, 1)
    ]
    try:
        manifest = replace(MANIFEST, options=tuple(options), kind=kind, fields=fields)
        data = bytes(manifest)
    except canonical.CanonicalError:  # a title that is not in normal form C
        return
    assert Manifest.read(data) == manifest
    assert bytes(Manifest.read(data)) == data
    assert Manifest.read(data).digest == manifest.digest


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("v", 2), ("v", True), ("election", "GM"), ("titles", {"en": "a"}),
        ("titles", {"en": "a", "ko": 1}), ("titles", []), ("kind", "plurality"), ("kind", 1),
        ("fund", -1), ("currency", "krw"), ("currency", "KRWW"), ("currency", 1), ("picks", True),
        ("fields", {"": 1}), ("fields", {"a": -1}), ("fields", []), ("options", {}),
        ("options", [1]), ("options", [{"n": 1}]), ("publication", "public"), ("publication", 0),
        ("count", {"rule": "greedy_cost"}),
        ("count", {"rule": "greedy_cost", "parameters": {}, "ties": "chance"}),
        ("count", {"rule": "greedy_cost", "parameters": [], "ties": "lot"}),
        ("count", {"rule": "greedy_cost", "parameters": {"a": []}, "ties": "lot"}),
        ("count", {"rule": "", "parameters": {}, "ties": "lot"}),
    ],
)  # fmt: skip
def test_a_member_that_is_not_as_it_must_be_is_refused(member, value):
    body = {**canonical.loads(bytes(MANIFEST)), member: value}
    with pytest.raises(ManifestError):
        Manifest.read(canonical.dumps(body))
    del body[member]
    with pytest.raises(ManifestError, match=f"{member}: is missing"):
        Manifest.read(canonical.dumps(body))
    body = {**canonical.loads(bytes(MANIFEST)), "more": 1}
    with pytest.raises(ManifestError, match="more: is missing, or should not be there") as caught:
        Manifest.read(canonical.dumps(body))
    assert caught.value.member == "more"


@pytest.mark.parametrize(
    "options",
    [
        (OPTIONS[1], OPTIONS[0]), (OPTIONS[0], OPTIONS[0]),
        (OPTIONS[0], replace(OPTIONS[1], code="bench")), (replace(OPTIONS[0], number=0),),
        (replace(OPTIONS[0], cost=-1),), (replace(OPTIONS[0], field=None),),
        (replace(OPTIONS[0], title=None),), (replace(OPTIONS[0], code=""),),
    ],
)  # fmt: skip
def test_options_that_cannot_be_listed_are_refused(options):
    with pytest.raises(ManifestError, match="options"):
        replace(MANIFEST, options=options)


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b'{"v": 1}', b"\xff"])
def test_what_is_no_manifest_is_refused(data):
    with pytest.raises(ManifestError):
        Manifest.read(data)


FIT = [
    ("approval", {"a": []}, None), ("approval", {"a": [1, 4]}, None),
    ("approval", {"a": [1, 2]}, "names 2 options of parks, at most 1"),
    ("approval", {"a": [3]}, "no option 3"), ("approval", {"s": [[1, 1]]}, "the form 'a'"),
    ("knapsack", {"a": [1, 4]}, None), ("knapsack", {"r": [[1]]}, "the form 'a'"),
    ("choose_one", {"a": [4]}, None), ("choose_one", {"a": [1, 4]}, "at most 1"),
    ("ordinal", {"r": [[4], [1]]}, None), ("ordinal", {"r": [[1, 4]]}, "level"),
    ("ordinal", {"a": [1]}, "the form 'r'"), ("cumulative", {"s": [[1, 3], [4, 0]]}, None),
    ("scored", {"s": [[1, "1/2"]]}, None), ("scored", {"s": [[1, 1], [2, 1], [4, 1]]}, "names 3"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "choices", "why"), FIT)
def test_a_ballot_fits_or_is_refused_and_told_why(kind, choices, why):
    manifest = replace(MANIFEST, kind=kind)
    if why is None:
        check_ballot(manifest, choices)
    else:
        with pytest.raises(UnfitBallotError, match=why):
            check_ballot(manifest, choices)


def test_limits_that_are_none_limit_nothing_and_a_knapsack_keeps_the_fund():
    free = replace(MANIFEST, picks=0, fields={"parks": 0})
    check_ballot(free, {"a": [1, 2, 4]})
    with pytest.raises(UnfitBallotError, match="costs 110, the fund is 100"):
        check_ballot(replace(free, kind="knapsack"), {"a": [1, 2]})


def test_ranks_keep_their_order():
    assert numbers_of({"r": [[4], [1]]}) == [4, 1]
    assert numbers_of({"s": [[1, 2], [4, 1]]}) == [1, 4]
