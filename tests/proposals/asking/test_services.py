"""Answers to a round's own questions, and typical prices."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import journal
from proposals import services as proposals
from proposals.asking import kinds, queries, services
from proposals.asking.errors import FieldsFullError, StaleAnswerError, WrongAnswerError
from proposals.asking.models import FormField
from proposals.asking.services import FieldPlan
from proposals.errors import FrozenProposalError, IncompleteProposalError, NotYourProposalError
from tests import factories, reviews
from tests.factories import DAY, TEXT

CHOICES = (("실내", "Indoors"), ("실외", "Outdoors"))
PLANS = {
    "text": FieldPlan("text", "누가 쓰나요?", "Who uses it?", is_needed=True),
    "number": FieldPlan("number", "몇 명인가요?", "How many people?"),
    "choice": FieldPlan("choice", "어디인가요?", "Where?", choices=CHOICES),
    "yes_no": FieldPlan("yes_no", "해 본 적이 있나요?", "Was it tried before?"),
}
GOOD = {"text": "아이들", "number": "1200", "choice": "1", "yes_no": "no"}


@pytest.fixture
def fields(session, now):
    """The four kinds, asked from now on."""
    cycle = factories.cycle(session, now, phase="preparing")
    made = {kind: services.add_field(session, cycle.id, plan) for kind, plan in PLANS.items()}
    services.open_fields(session, cycle.id, now=now)
    session.expire_all()
    return made


def answer(session, made, values, base=None):
    services.answer(session, made.id, values, base=base or {}, account_id=made.author_id)


def said(session, made, language="en"):
    return {one.field.kind: one.said(language) for one in queries.asked(session, made.id)}


def test_answers_are_kept_and_read_in_both_languages(session, now, fields):
    made = factories.proposal(session, now)
    assert not any(said(session, made).values())
    answer(session, made, {fields[kind].id: value for kind, value in GOOD.items()})
    assert said(session, made) == {
        "text": "아이들", "number": "1,200", "choice": "Outdoors", "yes_no": "No",
    }  # fmt: skip
    assert said(session, made, "ko")["choice"] == "실외"
    answer(session, made, {fields["text"].id: ""}, {fields["text"].id: "아이들"})
    assert said(session, made)["text"] == ""


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", "1,200"), ("number", "-1"), ("number", "007"), ("number", "٣"), ("number", "1" * 13),
     ("choice", "2"), ("choice", "x"), ("yes_no", "maybe"), ("text", "x" * 1001)],
)  # fmt: skip
def test_an_answer_is_of_its_kind(session, now, fields, kind, value):
    made = factories.proposal(session, now)
    with pytest.raises(WrongAnswerError):
        answer(session, made, {fields[kind].id: value})


@given(st.text(max_size=14))
def test_what_counts_as_a_number_is_one_and_reads_the_same(text):
    if kinds.is_number(text):
        assert str(int(text)) == text
        assert kinds.said(FormField(kind="number"), text, "en").replace(",", "") == text


def test_nobodys_answer_is_overwritten_unseen(session, now, fields):
    made, id_ = factories.proposal(session, now), fields["text"].id
    answer(session, made, {id_: "one"})
    with pytest.raises(StaleAnswerError):
        answer(session, made, {id_: "other"})
    answer(session, made, {id_: "one"})  # both said the same
    answer(session, made, {id_: ""})  # left as it was read: empty
    assert said(session, made)["text"] == "one"
    answer(session, made, {id_: "other"}, {id_: "one"})
    assert said(session, made)["text"] == "other"


def test_only_writers_answer_and_only_while_it_is_open(session, now, fields):
    made = factories.proposal(session, now)
    stranger = factories.account(session, now)
    with pytest.raises(NotYourProposalError):
        services.answer(session, made.id, {}, base={}, account_id=stranger.id)
    answer(session, made, {fields["text"].id: "x"})
    proposals.submit(session, made, author_id=made.author_id, now=now)
    with pytest.raises(FrozenProposalError):
        answer(session, made, {fields["text"].id: "y"})


def test_what_the_round_needs_is_needed(session, now, fields):
    made = factories.proposal(session, now)
    with pytest.raises(IncompleteProposalError):
        proposals.submit(session, made, author_id=made.author_id, now=now)
    answer(session, made, {fields["text"].id: "아이들"})
    proposals.submit(session, made, author_id=made.author_id, now=now)
    assert made.status == "received"


def test_after_the_call_those_are_asked_who_answered(session, now, fields):
    answered, other = (factories.proposal(session, now) for _ in range(2))
    answer(session, answered, {fields["text"].id: "아이들"})
    services.close_fields(session, fields["text"].cycle_id, now=now + DAY)
    assert list(said(session, answered)) == ["text"]
    assert said(session, other) == {}
    assert queries.asked(session, None) == []
    proposals.submit(session, other, author_id=other.author_id, now=now)


def test_a_discarded_draft_takes_its_answers_with_it(session, now, fields):
    made = factories.proposal(session, now)
    answer(session, made, {fields["text"].id: "x"})
    id_ = made.id
    proposals.discard(session, made, author_id=made.author_id)
    assert not any(one.value for one in queries.asked(session, id_))


def test_a_round_asks_no_more_than_people_answer(session, now):
    cycle = factories.cycle(session, now, phase="preparing")
    for _ in range(services.MOST_FIELDS):
        services.add_field(session, cycle.id, PLANS["text"])
    with pytest.raises(FieldsFullError):
        services.add_field(session, cycle.id, PLANS["text"])


def test_a_price_is_set_changed_and_removed_in_the_journal(session, now):
    made = reviews.unit_price(session, now)
    plan = services.PricePlan("긴 의자", "A bench", "개", "piece", 700_000, "조달청", 2027)
    assert services.set_price(session, made, plan, actor=reviews.OFFICE, now=now) is made
    assert [one.price_minor for one in queries.unit_prices(session)] == [700_000]
    services.remove_price(session, made, actor=reviews.OFFICE, now=now)
    assert queries.unit_prices(session) == []
    acts = [line.act for line in journal.entries(session, about="price")]
    assert acts == ["price.removed", "price.set", "price.set"]


def test_an_answer_to_a_draft_does_not_touch_its_text(session, now, fields):
    made = factories.proposal(session, now, text=replace(TEXT, title="그늘막"))
    answer(session, made, {fields["number"].id: "7"})
    assert proposals.current(session, made).title == "그늘막"
