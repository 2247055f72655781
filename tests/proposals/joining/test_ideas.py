"""The idea box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import services as accounts
from proposals import services as texts
from proposals.ideas import queries, services
from proposals.ideas.errors import IdeaGoneError, IdeaUsedError, NotYourIdeaError
from proposals.ideas.queries import Filters
from proposals.ideas.services import Wish
from proposals.people import requests
from tests import factories

WISH = Wish(
    "바닥형 보행 신호", "건널목 바닥에 불이 들어오면 좋겠어요.", "haan-3", "safety-construction"
)


@pytest.fixture
def author(session, now):
    return factories.account(session, now)


@pytest.fixture
def idea(session, now, author):
    return services.put(session, author.id, WISH, now=now)


def test_a_proposal_of_an_idea_has_its_words_and_asks_its_author(session, now, author, idea):
    maker = factories.account(session, now)
    draft = services.make_proposal(session, idea, account_id=maker.id, now=now)
    assert (draft.title, draft.need, draft.field) == (WISH.title, WISH.text, WISH.field)
    assert draft.author_id == maker.id
    assert queries.source_of(session, draft.id).id == idea.id
    assert queries.made_of(session, idea.id) == []  # a draft is nobody's yet
    (asked,) = requests.waiting_for(session, author.id)
    assert (asked.proposal_id, asked.by_author) == (draft.id, True)
    requests.answer(session, draft.id, author.id, accepts=True, by=author.id, now=now)
    with pytest.raises(IdeaUsedError):
        services.withdraw(session, idea, account_id=author.id, now=now)


def test_the_proposal_and_the_idea_lead_to_each_other(session, now, author, idea):
    draft = services.make_proposal(session, idea, account_id=author.id, now=now)
    assert requests.waiting_for(session, author.id) == []  # nobody asks oneself
    texts.revise(
        session, draft, factories.TEXT, author_id=author.id, now=now,
        base={"title": WISH.title, "need": WISH.text, "neighbourhood": "haan-3",
              "field": WISH.field, "summary": "", "benefit": "", "place": "", "title_en": "",
              "summary_en": "", "cost_minor": None},
    )  # fmt: skip
    texts.submit(session, draft, author_id=author.id, now=now)
    assert [one.id for one in queries.made_of(session, idea.id)] == [draft.id]


def test_a_draft_of_an_idea_may_be_deleted(session, now, author, idea):
    draft = services.make_proposal(session, idea, account_id=author.id, now=now)
    texts.discard(session, draft, author_id=author.id)
    services.withdraw(session, idea, account_id=author.id, now=now)
    assert queries.one(session, idea.id) is None


def test_only_who_wrote_it_takes_it_back_and_then_it_is_gone(session, now, author, idea):
    other = factories.account(session, now)
    with pytest.raises(NotYourIdeaError):
        services.withdraw(session, idea, account_id=other.id, now=now)
    services.withdraw(session, idea, account_id=author.id, now=now)
    assert queries.page(session, Filters(), start=0).ideas == []
    with pytest.raises(IdeaGoneError):
        services.give(session, idea, account_id=other.id, now=now)
    with pytest.raises(IdeaGoneError):
        services.make_proposal(session, idea, account_id=other.id, now=now)


def test_one_person_is_one_support(session, now, author, idea):
    for _ in range(2):
        services.give(session, idea, account_id=author.id, now=now)
    assert queries.counts(session, [idea.id]) == {idea.id: 1}
    assert queries.supported_by(session, idea.id, author.id)
    for _ in range(2):
        services.take_back(session, idea, account_id=author.id)
    assert queries.counts(session, [idea.id]) == {idea.id: 0}


def test_whose_account_is_gone_counts_no_more(session, now, author, idea):
    other = factories.account(session, now)
    for person in (author, other):
        services.give(session, idea, account_id=person.id, now=now)
    accounts.erase(session, other, now=now)
    assert queries.counts(session, [idea.id]) == {idea.id: 1}


@pytest.mark.parametrize(
    "asked", ["보행신호", "보행 신호를", "바닥형", "불이 들어오면", "신호 바닥"]
)
def test_words_are_found_with_particles_and_blanks(session, now, idea, asked):
    found = queries.page(session, Filters(query=asked), start=0).ideas
    assert [one.id for one in found] == [idea.id]


@pytest.mark.parametrize(
    "filters",
    [Filters(query="자전거"), Filters(query="%"), Filters(query="_"), Filters(field="economy-culture"), Filters(neighbourhood="iljik")],
)  # fmt: skip
def test_what_is_not_there_is_not_found(session, now, idea, filters):
    assert queries.page(session, filters, start=0).ideas == []


def test_every_idea_comes_once_wherever_the_reader_begins(session, now, author):
    made = {
        services.put(session, author.id, WISH, now=now, shuffle_key=key << 55).id
        for key in range(30)
    }
    for start in (0, 11 << 55, 1 << 61):
        seen, after, pages = [], None, 0
        while pages == 0 or after is not None:
            page = queries.page(session, Filters(), start=start, after=after)
            seen += [idea.id for idea in page.ideas]
            after, pages = page.after, pages + 1
        assert len(seen) == 30
        assert set(seen) == made


@given(st.text("가나 다\tABc", max_size=40))
def test_letters_have_no_blanks_and_no_capitals(text):
    said = queries.letters(text)
    assert not set(said) & set(" \tAB")
    assert queries.letters(said) == said
    assert queries.letters(text.upper()) == said
