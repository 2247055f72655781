"""Handing in for somebody without an account, and the claim to it."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from core import journal
from core.access import Role
from core.journal import Actor
from proposals import queries as proposals
from proposals import services as texts
from proposals.asking import services as asking
from proposals.asking.queries import asked as asked_of
from proposals.asking.services import FieldPlan
from proposals.errors import FrozenProposalError, IncompleteProposalError, StaleTextError
from proposals.handing import queries, services
from proposals.handing.errors import NotForDeskError, WrongClaimError
from proposals.handing.services import Agreement, Person
from proposals.queries import Filters
from proposals.versions import queries as versions
from proposals.writing import queries as written
from tests import factories
from tests.factories import DAY, TEXT


@pytest.fixture
def clerk(session, now):
    return Actor(Role.BUDGET_OFFICER, factories.account(session, now, Role.BUDGET_OFFICER).id)


def hand_in(session, clerk, now, text=TEXT, answers=None):
    person = Person("순이 할머니", "02-123-4567", "paper", "서명한 종이", now)
    return services.hand_in(session, text, person, actor=clerk, now=now, answers=answers or {})


def test_it_is_received_in_the_persons_name_with_consent_and_a_public_line(session, now, clerk):
    made = hand_in(session, clerk, now)
    assert made.status == "received"
    assert proposals.one(session, made.id).receipt.number
    kept = queries.of(session, made.id)
    assert (kept.name, kept.consent, kept.consented_at) == ("순이 할머니", "서명한 종이", now)
    assert kept.entered_by == clerk.account_id
    line = journal.last(session, "proposal.handed_in", about_id=made.id)
    assert (line.role, line.values) == ("budget_officer", {"channel": "paper"})
    told = str([entry.values for entry in proposals.history(session, made.id)])
    assert "02-123-4567" not in told
    assert "순이" not in told


def test_what_is_missing_stops_it_before_anything_is_kept(session, now, clerk):
    with pytest.raises(IncompleteProposalError):
        hand_in(session, clerk, now, replace(TEXT, need=""))
    assert proposals.at_status(session, "received") == []


def test_the_code_makes_its_holder_the_author_once(session, now, clerk):
    made = hand_in(session, clerk, now)
    first = services.new_code(session, made.id)
    code = services.new_code(session, made.id)
    person, other = (factories.account(session, now) for _ in range(2))
    for wrong in (first, "", code[:-1], "A" * 16):
        with pytest.raises(WrongClaimError):
            services.claim(session, wrong, account_id=person.id, now=now)
    assert queries.reach(session, made.id) == "02-123-4567"
    typed = code.lower().replace("-", " ")
    assert services.claim(session, typed, account_id=person.id, now=now) == made.id
    assert made.author_id == person.id
    assert queries.reach(session, made.id) == ""
    with pytest.raises(WrongClaimError):
        services.claim(session, code, account_id=other.id, now=now)
    with pytest.raises(WrongClaimError):
        services.new_code(session, made.id)
    assert journal.last(session, "proposal.claimed", about_id=made.id)


AGREED = Agreement("phone", "전화로 읽어 드리고 동의", datetime(2026, 9, 1, 6, tzinfo=UTC))


def asked(session, clerk, now):
    made = hand_in(session, clerk, now)
    texts.move(session, made, "supplement", actor=clerk, now=now, reason="어느 건널목인가요?")
    return made


def answer(session, made, clerk, now, base=TEXT, answers=None, **changes):
    return services.answer(
        session, made, replace(base, **changes), AGREED, base=asdict(base),
        answers=answers or {}, answers_base={}, actor=clerk, now=now,
    )  # fmt: skip


def test_the_desk_answers_in_the_persons_name_with_consent_a_line_and_a_version(
    session, now, clerk
):
    made = asked(session, clerk, now)
    later = now + DAY
    number = answer(session, made, clerk, later, place="철산역 2번 출구 건널목")
    assert (made.status, made.place, made.author_id) == ("received", "철산역 2번 출구 건널목", None)
    first, second = (versions.one(session, made.id, at) for at in (1, number))
    assert (first.said["place"], second.said["place"]) == (TEXT.place, "철산역 2번 출구 건널목")
    assert second.account_id is None
    (kept,) = queries.agreed_texts(session, made.id)
    assert (kept.version, kept.channel, kept.consent) == (number, "phone", AGREED.consent)
    assert (kept.consented_at, kept.entered_by) == (AGREED.consented_at, clerk.account_id)
    line = journal.last(session, "proposal.answered_for", about_id=made.id)
    assert (line.role, line.values) == ("budget_officer", {"channel": "phone"})
    acts = [entry.act for entry in proposals.history(session, made.id)]
    assert acts[-2:] == ["proposal.answered_for", "proposal.moved"]
    assert found_by_search(session, "2번 출구") == [made.id]


def found_by_search(session, words):
    return [one.id for one in proposals.page(session, Filters(query=words), start=0).proposals]


def test_the_words_are_nobodys_account(session, now, clerk):
    made = asked(session, clerk, now)
    answer(session, made, clerk, now, need="밤에 어두워요.")
    shares = written.shares(session, made)
    assert "".join(run.text for run in shares.runs["need"]) == "밤에 어두워요."
    assert [writer.name for writer in shares.writers] == [""]


def test_the_desk_answers_only_what_is_asked_and_only_for_whom_has_no_account(session, now, clerk):
    received = hand_in(session, clerk, now)
    with pytest.raises(FrozenProposalError):
        answer(session, received, clerk, now, place="x")
    own = factories.proposal(session, now, status="supplement")
    with pytest.raises(NotForDeskError):
        answer(session, own, clerk, now, place="x")
    claimed = asked(session, clerk, now)
    code = services.new_code(session, claimed.id)
    person = factories.account(session, now)
    services.claim(session, code, account_id=person.id, now=now)
    with pytest.raises(NotForDeskError):
        answer(session, claimed, clerk, now, place="x")
    assert claimed.place == TEXT.place
    assert queries.agreed_texts(session, claimed.id) == []


def test_two_clerks_do_not_overwrite_each_other(session, now, clerk):
    made = asked(session, clerk, now)
    answer(session, made, clerk, now, place="철산역 앞")
    texts.move(session, made, "supplement", actor=clerk, now=now, reason="다시 한번요.")
    with pytest.raises(StaleTextError):
        answer(session, made, clerk, now, place="하안동")  # on what stood there first
    answer(session, made, clerk, now, need="밤에 어두워요.")
    assert (made.place, made.need) == ("철산역 앞", "밤에 어두워요.")


def test_what_is_missing_stops_the_answer_and_nothing_changes(session, now, clerk):
    made = asked(session, clerk, now)
    with pytest.raises(IncompleteProposalError):
        answer(session, made, clerk, now, place="")
    assert (made.status, made.place) == ("supplement", TEXT.place)


def test_what_the_round_asks_is_asked_at_the_desk_too(session, now, clerk):
    cycle_id = factories.cycle(session, now, phase="preparing").id
    field = asking.add_field(
        session, cycle_id, FieldPlan("text", "누가 쓰나요?", "Who?", is_needed=True)
    )
    asking.open_fields(session, cycle_id, now=now)
    with pytest.raises(IncompleteProposalError):
        hand_in(session, clerk, now)
    assert proposals.at_status(session, "received") == []
    made = hand_in(session, clerk, now, answers={field.id: "어르신"})
    assert [one.value for one in asked_of(session, made.id)] == ["어르신"]
    texts.move(session, made, "supplement", actor=clerk, now=now, reason="누구누구인가요?")
    with pytest.raises(IncompleteProposalError):
        services.answer(
            session, made, TEXT, AGREED, base=asdict(TEXT), answers={field.id: ""},
            answers_base={field.id: "어르신"}, actor=clerk, now=now,
        )  # fmt: skip
    services.answer(
        session, made, TEXT, AGREED, base=asdict(TEXT), answers={field.id: "어르신과 아이들"},
        answers_base={field.id: "어르신"}, actor=clerk, now=now,
    )  # fmt: skip
    assert [one.value for one in asked_of(session, made.id)] == ["어르신과 아이들"]


def test_who_handed_in_oneself_has_no_code(session, now):
    with pytest.raises(WrongClaimError):
        services.new_code(session, factories.proposal(session, now, status="received").id)
