"""An audit of the paper from its seed to the bundle, and what it does with each error."""

import io
import json
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board.bundle import Bundle, Spool
from ballots.errors import NotWitnessedError, TooManyPicksError
from ballots.models import SignedCheckpoint
from ballots.paper.errors import UnreadableEntryError
from ballots.verifiers import verify as alone
from budget import bundle as bundles
from budget import dice
from budget import services as budget
from budget.audit import claims, queries, services
from budget.audit.claims import LIMIT, Claim
from budget.audit.errors import (
    AuditMovedError,
    AuditOpenError,
    LevelOutcomeError,
    NoPaperError,
    NotDrawnError,
    SheetsUnreadError,
    WrongSeedError,
)
from budget.errors import LogUnsignedError, WrongPhaseError
from budget.publication import publish
from budget.verification.steps import verify
from core import journal, words
from core.two_officers import NotProposedError, OtherTermsError, SameOfficerError
from tests import audits, factories
from tests.audits import AUDITOR, READERS, SEED, TALLY
from tests.factories import SYSTEM

# 1 beats 2 and 3 by far: costs 60, 50, 40 of 100, so 1 and 3 are funded, and 2 is not.
CLEAR = [[1], [1, 3], [1, 3], [1], [1, 3], "blank"] * 15
CLOSE = [[1], [1, 3], [1, 3], [2], [2, 3], "spoiled", [1], [2]] * 25


def state(session, cycle, keys, *, for_auditors=True):
    """What both verifiers say of the audit in the cycle's bundle, and the bundle."""
    found = bundles.pieces(session, cycle, Spool(), keys=keys, for_auditors=for_auditors)
    data = b"".join(found)
    with words.speaking("en"):
        mine = {step.name: str(step.state) for step in verify(io.BytesIO(data))}
    other = {step.name: step.state for step in alone.verify(io.BytesIO(data))}
    assert mine["V12"] == other["V12"]
    return mine["V12"], Bundle.read(io.BytesIO(data))


def finding(session, cycle):
    return queries.finding(session, queries.audit(session, cycle.id))


def test_an_audit_confirms_a_clear_outcome_and_both_verifiers_agree(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLEAR, web=[[1], [3]])
    plan = services.plan(session, cycle)
    assert (plan.batches, plan.sheets, plan.is_bound) == ({1: 45, 2: 45}, 90, False)
    assert [(claim.above, claim.below) for claim in plan.claims] == [(1, 2)]
    audits.begin(session, cycle, now)
    assert len(queries.drawn(session, cycle.id)) == plan.size < 20
    audits.read(session, cycle)
    found = finding(session, cycle)
    assert (found.result, found.wrong, len(found.steps)) == (queries.CONFIRMED, 0, 1)
    assert 0 < max(found.risks) <= LIMIT
    services.finish(session, cycle, actor=TALLY, now=now)
    said, bundle = state(session, cycle, keys)
    assert said == "right"
    assert bundle.content("rla/manifest.csv") == b"batch,sheets\n1,45\n2,45\n"
    assert len(bundle.content("rla/mvr.jsonl").splitlines()) == plan.size
    entry = journal.last(session, "audit.finished", about_id=cycle.id)
    assert (entry.values["result"], entry.values["sheets"]) == ("confirmed", plan.size)


def test_what_was_seen_is_not_in_the_public_copy_of_a_sealed_vote(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLEAR)
    audits.begin(session, cycle, now)
    audits.read(session, cycle)
    services.finish(session, cycle, actor=TALLY, now=now)
    said, bundle = state(session, cycle, keys, for_auditors=False)
    assert said == "unchecked"
    assert "rla/mvr.jsonl" not in bundle
    assert "rla/report.json" in bundle


def test_an_error_makes_the_sample_grow_along_the_same_draw(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLEAR)
    audits.begin(session, cycle, now)
    first = [(sheet.batch, sheet.sheet) for sheet in queries.drawn(session, cycle.id)]
    # One sheet said 2 and not 1: typed in favour of the outcome.
    ones = [s.place for s in queries.drawn(session, cycle.id) if s.typed == '{"a":[1]}']
    audits.read(session, cycle, {ones[0]: "2"})
    assert finding(session, cycle).result == queries.UNDECIDED
    with pytest.raises(AuditMovedError):
        services.finish(session, cycle, actor=TALLY, now=now)
    assert state(session, cycle, keys)[0] == "unchecked"  # nothing of it is in the bundle yet
    services.grow(session, cycle, actor=TALLY, now=now)
    after = [(sheet.batch, sheet.sheet) for sheet in queries.drawn(session, cycle.id)]
    assert after[: len(first)] == first
    assert len(after) > len(first)
    audits.read(session, cycle)
    found = finding(session, cycle)
    assert (found.result, found.wrong) == (queries.CONFIRMED, 1)
    assert [size for size, _ in found.steps] == [len(first), len(after)]
    assert found.steps[0][1] > LIMIT >= found.steps[1][1]
    with pytest.raises(AuditMovedError):
        services.grow(session, cycle, actor=TALLY, now=now)
    services.finish(session, cycle, actor=TALLY, now=now)
    assert state(session, cycle, keys)[0] == "right"


def test_a_missing_sheet_is_the_worst_case(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLEAR)
    audits.begin(session, cycle, now)
    audits.read(session, cycle, {1: claims.MISSING})
    (claim,) = queries.claims_of(queries.audit(session, cycle.id))
    size = queries.audit(session, cycle.id).size
    worst = claim.risk(90, [2 * claim.most, *[0] * (size - 1)])
    assert finding(session, cycle).steps[-1][1] == worst > LIMIT


def test_all_sheets_read_decide_where_the_risk_cannot(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLOSE[:8], web=[[1], [1]])
    audits.begin(session, cycle, now)
    assert queries.audit(session, cycle.id).size == 8
    audits.read(session, cycle)
    assert finding(session, cycle).result == queries.HOLDS
    services.finish(session, cycle, actor=TALLY, now=now)
    assert state(session, cycle, keys)[0] == "unchecked"  # the risk alone is above the limit


def test_all_sheets_read_can_contradict_the_outcome(session, now, keys):
    cycle = audits.counted(session, now, keys, said=[[1], [1], [1], [2]])
    audits.begin(session, cycle, now)
    places = {s.place: "2" for s in queries.drawn(session, cycle.id) if s.typed == '{"a":[1]}'}
    audits.read(session, cycle, places)
    found = finding(session, cycle)
    assert (found.result, found.wrong) == (queries.FAILS, 3)
    services.finish(session, cycle, actor=TALLY, now=now)
    entry = journal.last(session, "audit.finished", about_id=cycle.id)
    assert entry.values["result"] == "fails"


def test_a_vote_that_paper_cannot_turn_needs_no_sheet(session, now, keys):
    web = [[1]] * 30
    cycle = audits.counted(session, now, keys, said=[[2], [3]], web=web)
    assert services.plan(session, cycle).size == 0
    audits.begin(session, cycle, now)
    assert finding(session, cycle).result == queries.CONFIRMED
    services.finish(session, cycle, actor=TALLY, now=now)
    assert state(session, cycle, keys)[0] == "right"


@pytest.mark.parametrize("rule", ["greedy_card", "mes_cost_add1u"])
def test_other_rules(session, now, keys, rule):
    """Votes for each won are claims too, with costs as factors; equal shares have a bound only."""
    cycle = audits.counted(session, now, keys, said=CLEAR, count_rule=rule)
    plan = services.plan(session, cycle)
    audits.begin(session, cycle, now)
    audits.read(session, cycle)
    found = finding(session, cycle)
    services.finish(session, cycle, actor=TALLY, now=now)
    if rule == "greedy_card":
        assert {(each.factor_above, each.factor_below) for each in plan.claims} == {(50, 60)}
        assert found.result == queries.CONFIRMED
        assert state(session, cycle, keys)[0] == "right"
    else:
        assert (plan.is_bound, plan.size, plan.claims) == (True, 60, ())
        assert (found.result, found.share) == (queries.BOUNDED, Fraction(1, 20))
        assert state(session, cycle, keys)[0] == "unchecked"


def test_a_bound_is_told_only_without_an_error(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLEAR[:10], count_rule="mes_cost_add1u")
    audits.begin(session, cycle, now)
    audits.read(session, cycle, {3: "2"})
    found = finding(session, cycle)
    assert (found.result, found.wrong, found.share) == (queries.BOUNDED, 1, None)


def test_two_people_read_blind_and_again_where_they_differ(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLEAR)
    audits.begin(session, cycle, now)
    audit = queries.audit(session, cycle.id)
    audits.read(session, cycle, {2: "3"}, readers=READERS[:1])
    assert queries.due(session, cycle.id, READERS[0]) == []
    with pytest.raises(SheetsUnreadError) as refused:
        finding(session, cycle)
    assert refused.value.values == {"unread": audit.size}
    with pytest.raises(NotDrawnError):
        services.read_sheet(session, cycle, 2, "1", reader_id=READERS[0])
    audits.read(session, cycle, {2: "1"}, readers=READERS[1:])
    with pytest.raises(NotDrawnError):  # a third
        services.read_sheet(session, cycle, 2, "1", reader_id=uuid4())
    assert queries.differing(session, audit) == [2]
    assert queries.unread(session, audit) == 1
    with pytest.raises(AuditMovedError):
        services.read_again(session, cycle, 1, actor=TALLY, now=now)
    services.read_again(session, cycle, 2, actor=TALLY, now=now)
    assert [sheet.place for sheet in queries.due(session, cycle.id, READERS[0])] == [2]
    audits.read(session, cycle)
    assert queries.unread(session, audit) == 0


def test_what_is_read_is_a_sheet_of_the_sample_and_can_be_read(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLEAR, max_picks=1)
    audits.begin(session, cycle, now)
    with pytest.raises(NotDrawnError):
        services.read_sheet(session, cycle, 1000, "1", reader_id=READERS[0])
    with pytest.raises(UnreadableEntryError):
        services.read_sheet(session, cycle, 1, "one", reader_id=READERS[0])
    with pytest.raises(TooManyPicksError):
        services.read_sheet(session, cycle, 1, "1 2", reader_id=READERS[0])


def test_the_seed_takes_two_officers_and_comes_after_the_checkpoint(session, now, keys):
    cycle = audits.counted(session, now, keys, said=CLEAR)
    for wrong in ("", "123", "1" * 19, "x" * 20, "1" * 201):
        with pytest.raises(WrongSeedError):
            services.propose_seed(session, cycle, wrong, actor=TALLY, now=now)
    with pytest.raises(NotProposedError):
        services.confirm_seed(session, cycle, actor=AUDITOR, now=now)
    services.propose_seed(session, cycle, "27182 81828 45904 52353", actor=TALLY, now=now)
    with pytest.raises(SameOfficerError):
        services.confirm_seed(session, cycle, actor=TALLY, now=now)
    services.confirm_seed(session, cycle, actor=AUDITOR, now=now)
    assert queries.audit(session, cycle.id).seed == SEED
    assert journal.last(session, "audit.begun", about_id=cycle.id).values["seed"] == SEED
    for act in (
        lambda: services.propose_seed(session, cycle, SEED, actor=TALLY, now=now),
        lambda: services.confirm_seed(session, cycle, actor=AUDITOR, now=now),
    ):
        with pytest.raises(AuditMovedError):
            act()


def test_a_sample_is_of_the_log_that_was_signed_when_its_seed_was_thrown(
    session, now, keys, monkeypatch
):
    cycle = audits.counted(session, now, keys, said=CLEAR)
    services.propose_seed(session, cycle, SEED, actor=TALLY, now=now)
    monkeypatch.setattr(services, "fixed_root", lambda *_: "00" * 32)
    with pytest.raises(OtherTermsError):
        services.confirm_seed(session, cycle, actor=AUDITOR, now=now)


def test_what_cannot_be_audited_is_refused(session, now, keys, monkeypatch):
    without = audits.counted(session, now, keys, said=[], web=[[1]])
    level = audits.counted(session, now, keys, said=[[1], [2]] * 5)
    for cycle, refusal in ((without, NoPaperError), (level, LevelOutcomeError)):
        with pytest.raises(refusal):
            services.plan(session, cycle)
    early = factories.cycle(session, now, phase="closed", keys=keys)
    with pytest.raises(WrongPhaseError):
        services.plan(session, early)
    good = audits.counted(session, now, keys, said=CLEAR)

    def too_few(*_):
        raise NotWitnessedError(size=1, signed="")

    monkeypatch.setattr(dice.cosigning, "certified", too_few)
    with pytest.raises(NotWitnessedError):
        services.plan(session, good)
    unsigned = factories.cycle(session, now, keys=keys)
    budget.close_vote(session, unsigned, actor=SYSTEM, keys=keys, now=now, reason="over")
    budget.count(session, unsigned, actor=SYSTEM, now=now)
    with pytest.raises(NoPaperError):
        services.plan(session, unsigned)


def test_sheets_are_not_drawn_before_the_log_is_signed(session, now, keys, monkeypatch):
    monkeypatch.setattr(factories, "sign", lambda *_args, **_kwargs: None)
    cycle = audits.counted(session, now, keys, said=CLEAR)
    with pytest.raises(LogUnsignedError):
        services.plan(session, cycle)
    assert session.get(SignedCheckpoint, (cycle.contest_id, 1)) is None


def test_nothing_is_published_while_an_audit_is_open(session, now, keys, tmp_path):
    cycle = audits.counted(session, now, keys, said=CLEAR)
    audits.begin(session, cycle, now)
    with pytest.raises(AuditOpenError):
        publish(session, cycle, actor=SYSTEM, keys=keys, shelf=tmp_path, now=now)
    audits.read(session, cycle)
    services.finish(session, cycle, actor=TALLY, now=now)
    with pytest.raises(AuditMovedError):
        services.read_sheet(session, cycle, 1, "1", reader_id=uuid4())
    publish(session, cycle, actor=SYSTEM, keys=keys, shelf=tmp_path, now=now)
    (path,) = tmp_path.glob("*.tar")
    with path.open("rb") as file:
        report = json.loads(Bundle.read(file).content("rla/report.json"))
    assert report["limit"] == "1/20"
    assert [(row["above"], row["below"]) for row in report["assertions"]] == [(1, 2)]


READINGS = st.sampled_from(['{"a":[1]}', '{"a":[2]}', '{"a":[1,2]}', '{"a":[]}', "blank"])


@given(st.lists(st.tuples(READINGS, READINGS), min_size=1, max_size=30), st.integers(1, 60))
def test_the_sample_that_is_asked_for_is_enough_if_the_rest_is_as_typed(pairs, margin):
    claim = Claim(1, 2, 1, 1, margin, 1, ranked=False)
    sheets = 200
    size = claims.sample_size([claim], sheets, pairs)
    assert len(pairs) <= size <= sheets or claim.risk(sheets, claim.errors(pairs)) <= LIMIT
    if size < sheets:
        rest = [('{"a":[]}', '{"a":[]}')] * (size - len(pairs))
        assert claim.risk(sheets, claim.errors([*pairs, *rest])) <= LIMIT


@given(st.lists(st.tuples(READINGS, READINGS), min_size=1, max_size=30))
def test_all_sheets_hold_a_claim_just_if_what_was_seen_does(pairs):
    typed = sum(("1" in said) - ("2" in said) for said, _ in pairs)
    seen = sum(("1" in said) - ("2" in said) for _, said in pairs)
    claim = Claim(1, 2, 1, 1, typed, 1, ranked=False)
    assert claim.holds(pairs) == (seen > 0)


def test_ranks_give_points_to_those_above_others():
    claim = Claim(1, 2, 1, 1, 10, 2, ranked=True)
    assert claim.error('{"r":[[1],[3],[2]]}', '{"r":[[2],[3],[1]]}') == 4
    assert claim.error("spoiled", '{"r":[[1]]}') == 0
