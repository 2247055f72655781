"""The grammar of leaves and the rules of reading, by published vectors (`vectors/`)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import canonical, leaves
from ballots.board.leaves import KINDS, OPTIONAL, LeafError
from ballots.board.merkle import leaf_hash
from ballots.board.reading import LogError, Reading, replay

VECTORS = Path(__file__).parent / "vectors"


def vectors(folder):
    files = sorted((VECTORS / folder).glob("*.json"))
    return [
        pytest.param(json.loads(path.read_text(encoding="utf-8")), id=path.stem) for path in files
    ]


@pytest.mark.parametrize("case", vectors("leaves"))
def test_a_leaf_of_each_kind_is_read_and_written_the_same(case):
    data = case["leaf"].encode()
    leaf = leaves.read(data)
    assert leaves.write(leaf) == data
    assert leaf_hash(data).hex() == case["hash"]


def test_there_is_a_vector_for_each_kind_and_each_is_refused_with_a_member_less_or_more():
    read = [leaves.read(param.values[0]["leaf"].encode()) for param in vectors("leaves")]
    assert {leaf["t"] for leaf in read} == {*KINDS}
    for leaf in read:
        for name in leaf:
            less = {key: value for key, value in leaf.items() if key != name}
            if name not in OPTIONAL.get(leaf["t"], {}):
                with pytest.raises(LeafError):
                    leaves.write(less)
            for wrong in (None, -1, "", [], {"zz": None}, [None], {"a": ["x"]}, 0.5):
                if (name, wrong) != ("funded", []):
                    with pytest.raises(LeafError):
                        leaves.write({**leaf, name: wrong})
        with pytest.raises(LeafError, match="no such member"):
            leaves.write({**leaf, "time": 0})


@pytest.mark.parametrize("case", vectors("forged_leaves"))
def test_a_forged_leaf_is_refused_and_told_why(case):
    with pytest.raises(LeafError) as caught:
        leaves.read(case["leaf"].encode())
    assert str(caught.value).startswith(case["why"])


def test_a_leaf_that_no_tile_holds_is_refused():
    opening = json.loads((VECTORS / "leaves" / "open.json").read_text())["leaf"]
    leaf = leaves.read(opening.encode())
    roll = {f"district {number:05}": 1 for number in range(4000)}
    with pytest.raises(LeafError, match="at most 65535 bytes"):
        leaves.write({**leaf, "roll": roll})
    with pytest.raises(LeafError, match="at most 65535 bytes"):
        leaves.read(canonical.dumps({**leaf, "roll": roll}))
    with pytest.raises(LeafError, match="normal form C"):
        leaves.write({**leaf, "code": "e\u0301"})


def log_of(case):
    return [leaves.read(text.encode()) for text in case["leaves"]]


@pytest.mark.parametrize("case", vectors("logs"))
def test_a_log_says_which_ballots_count(case):
    reading = replay(log_of(case))
    votes = sorted(reading.votes.values(), key=lambda vote: vote.index)
    assert [[v.index, v.district, v.channel, v.choices] for v in votes] == case["votes"]
    assert sorted(reading.void) == case["void"]
    assert reading.size == len(case["leaves"])


@pytest.mark.parametrize("case", vectors("forged_logs"))
def test_a_forged_log_is_refused_at_the_leaf_that_is_wrong(case):
    log = log_of(case)
    replay(log[: case["index"]])
    with pytest.raises(LogError) as caught:
        replay(log)
    assert caught.value.index == case["index"]
    assert str(caught.value) == case["why"]


@pytest.mark.parametrize("marked", [0, 1, 900])
def test_tokens_may_stay_unused_and_never_be_too_few(marked):
    case = json.loads((VECTORS / "forged_logs" / "token-where-none.json").read_text())
    opened, ballot = log_of(case)[:2]
    counts = {"open": 1, "ballot": 1}
    close = {**COMMON, "t": "close", "size": 2, "counts": counts, "marks": {"web": marked}}
    log = [{**opened, "tokens": {"Cheolsan 1": "00" * 32}}, ballot, close]
    if marked:
        assert replay(log).closed == close
    else:
        with pytest.raises(LogError, match="1 votes by web count"):
            replay(log)


OPENING = leaves.read(json.loads((VECTORS / "leaves" / "open.json").read_text())["leaf"].encode())
COMMON = {"v": 1, "e": OPENING["e"]}
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("ballot"), st.integers(1, 3), st.integers(1, 4)),
        st.tuples(st.just("revoke"), st.integers(1, 3), st.sampled_from(["paper-instead", "lost-device"])),
        st.tuples(st.just("batch"), st.integers(1, 2), st.integers(1, 3)),
        st.tuples(st.just("paper"), st.tuples(st.integers(1, 2), st.integers(1, 4)), st.integers(0, 3)),
        st.tuples(st.just("void"), st.integers(1, 20), st.just(0)),
    ),
    max_size=25,
)  # fmt: skip


def leaf_of(kind, key, value):
    if kind == "ballot":
        rest = {
            "d": "Soha 2",
            "c": "web",
            "f": 1,
            "p": f"{key:02x}" * 16,
            "n": "00" * 32,
            "x": {"a": [value]},
        }
    elif kind == "revoke":
        rest = {"p": f"{key:02x}" * 16, "why": value}
    elif kind == "batch":
        rest = {"b": key, "station": "s", "seal": "s", "sheets": value, "by": ["a", "b"]}
    elif kind == "void":
        rest = {"i": key, "why": "w", "document": "d", "by": ["a", "b"]}
    else:
        used = {"x": {"a": [value]}} if value else {"u": "blank"}
        rest = {"b": key[0], "s": key[1], "d": "Soha 2", "f": 1, "n": "00" * 32, **used}
    return {**COMMON, "t": kind, **rest}


@given(EVENTS)
def test_what_counts_is_what_a_plain_account_of_the_same_events_says(events):
    """The account: who may act is asked of the events alone, each time from the beginning."""
    log, taken = Reading(), []
    log.take(OPENING)
    for event in events:
        may = allowed(taken, event)
        before = (log.size, dict(log.votes), set(log.void))
        try:
            log.take(leaves.read(leaves.write(leaf_of(*event))))
        except LogError:
            assert not may
            assert before == (log.size, dict(log.votes), set(log.void))
        else:
            assert may
            taken.append(event)
    assert sorted(vote.choices["a"][0] for vote in log.votes.values()) == sorted(counted(taken))


def voided(taken):
    return {key for kind, key, _ in taken if kind == "void"}


def sheets(taken):
    """Sheet -> (place in the log, choice) of what is typed and not void."""
    gone = voided(taken)
    return {
        key: (at, value)
        for at, (kind, key, value) in enumerate(taken, 1)
        if kind == "paper" and at not in gone
    }


def live(taken):
    """Voter -> choice."""
    found = {}
    for kind, key, value in taken:
        if kind == "ballot":
            found[key] = value
        elif kind == "revoke":
            del found[key]
    return found


def allowed(taken, event):
    kind, key, _ = event
    if kind == "ballot":
        return ("revoke", key, "paper-instead") not in taken
    if kind == "revoke":
        return key in live(taken)
    declared = {number: size for kind_, number, size in taken if kind_ == "batch"}
    if kind == "batch":
        return key not in declared
    if kind == "paper":
        return key[1] <= declared.get(key[0], 0) and key not in sheets(taken)
    return key in {at for at, _ in sheets(taken).values()}


def counted(taken):
    return [*live(taken).values(), *(value for _, value in sheets(taken).values() if value)]
