"""Merging with consent, undoing it, splitting, and writing with others by request."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core import journal
from core.access import Role
from core.journal import CITIZEN, Actor
from proposals import queries as proposals
from proposals import services as texts
from proposals.errors import (
    AlreadyAskedError,
    FrozenProposalError,
    IncompleteProposalError,
    NotYourProposalError,
    OwnInvitationError,
    RequestAnsweredError,
    TextMovedError,
)
from proposals.merging import queries, services, splitting
from proposals.merging.errors import (
    AlreadyMergingError,
    MergeOverError,
    MergeReviewedError,
    NotAskedError,
    NothingToMergeError,
    OfficeMergesError,
)
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.people import requests
from proposals.people import services as membership
from proposals.supports import queries as supported
from proposals.supports import services as supports
from tests import factories
from tests.factories import DAY, TEXT

OFFICE = Actor(Role.BUDGET_OFFICER)


def by(account_id):
    return Actor(CITIZEN, account_id)


def propose(session, now, part, into, actor=None):
    actor = actor or by(part.author_id)
    return services.propose(session, {part.id}, into.id, "the same", actor=actor, now=now)


def agree(session, now, merge, account_id):
    digest = queries.digest_of(session, merge.into)
    services.agree(session, merge.id, account_id=account_id, digest=digest, now=now)


def coauthor(session, now, proposal):
    person = factories.account(session, now)
    code = membership.invite(session, proposal, "coauthor", author_id=proposal.author_id, now=now)
    membership.join(session, code, account_id=person.id, now=now)
    return person


def writers(session, proposal):
    return people.circles(session, [proposal.id])[proposal.id].writers


@pytest.fixture
def pair(session, now):
    return [
        factories.proposal(session, now, status="received", text=replace(TEXT, title=title))
        for title in ("하나", "둘")
    ]


def test_all_authors_of_all_agree_before_two_become_one(session, now, pair):
    part, into = pair
    second = coauthor(session, now, part)
    merge = propose(session, now, part, into)
    assert queries.asked(session, merge) == {part.author_id, into.author_id, second.id}
    agree(session, now, merge, into.author_id)
    assert (part.status, merge.status) == ("received", "open")
    agree(session, now, merge, second.id)
    assert (part.status, part.merged_into_id, merge.status) == ("merged", into.id, "done")
    assert writers(session, into) == {part.author_id, into.author_id, second.id}
    assert part.author_id is not None
    assert [one.id for one in queries.ties(session, into.id, now=now).originals] == [part.id]
    acts = [line.act for line in proposals.history(session, part.id)]
    assert acts.count("merge.agreed") == 2
    assert acts[-1] == "proposal.moved"
    assert journal.last(session, "merge.done", about_id=into.id)


def test_one_refusal_with_a_reason_ends_it(session, now, pair):
    merge = propose(session, now, *pair)
    services.refuse(
        session, merge.id, account_id=pair[1].author_id, reason="Other streets.", now=now
    )
    assert (merge.status, pair[0].status) == ("refused", "received")
    line = journal.last(session, "merge.refused", about_id=pair[0].id)
    assert line.values["reason"] == "Other streets."
    with pytest.raises(MergeOverError):
        agree(session, now, merge, pair[1].author_id)
    propose(session, now, *pair)


def test_a_merge_lapses_and_can_be_taken_back_by_its_proposer_alone(session, now, pair):
    merge = propose(session, now, *pair)
    for actor in (by(pair[1].author_id), OFFICE):
        with pytest.raises(NotAskedError):
            services.take_back(session, merge.id, actor=actor, now=now)
    with pytest.raises(AlreadyMergingError):
        propose(session, now, *pair[::-1])
    services.take_back(session, merge.id, actor=by(pair[0].author_id), now=now)
    assert merge.status == "withdrawn"
    later = now + services.LIFE
    fresh = propose(session, now, *pair)
    with pytest.raises(MergeOverError):
        agree(session, later, fresh, pair[1].author_id)
    with pytest.raises(MergeOverError):
        services.take_back(session, fresh.id, actor=by(pair[0].author_id), now=later)
    propose(session, later, *pair)


def test_who_agreed_agreed_to_a_text_and_not_to_another(session, now, pair):
    part, into = pair
    third = coauthor(session, now, into)
    merge = propose(session, now, part, into)
    agree(session, now, merge, into.author_id)
    old = queries.digest_of(session, into)
    into.need = "다른 까닭"
    session.flush()
    with pytest.raises(TextMovedError):
        services.agree(session, merge.id, account_id=third.id, digest=old, now=now)
    agree(session, now, merge, third.id)
    assert merge.status == "open"  # the two others agreed to the words before
    agree(session, now, merge, into.author_id)
    agree(session, now, merge, part.author_id)
    assert merge.status == "done"


def test_who_leaves_is_not_asked_and_who_joins_is(session, now, pair):
    part, into = pair
    leaver = coauthor(session, now, into)
    merge = propose(session, now, part, into)
    comer = coauthor(session, now, part)
    membership.leave(session, into, account_id=leaver.id, now=now)
    agree(session, now, merge, into.author_id)
    assert merge.status == "open"
    agree(session, now, merge, comer.id)
    assert merge.status == "done"


def test_strangers_neither_propose_nor_answer(session, now, pair):
    stranger = factories.account(session, now)
    with pytest.raises(NotAskedError):
        propose(session, now, *pair, actor=by(stranger.id))
    merge = propose(session, now, *pair, actor=OFFICE)
    with pytest.raises(NotAskedError):
        agree(session, now, merge, stranger.id)
    with pytest.raises(NotAskedError):
        services.refuse(session, merge.id, account_id=stranger.id, reason="no", now=now)
    assert merge.proposed_by is None
    services.take_back(session, merge.id, actor=OFFICE, now=now)


def test_what_cannot_be_merged_is_refused(session, now, pair):
    part, into = pair
    reviewed = factories.proposal(session, now, status="dept_review")
    voted = factories.proposal(session, now, status="on_ballot")
    draft = factories.proposal(session, now)
    for first, second in ((reviewed, into), (part, voted), (part, part), (draft, into)):
        with pytest.raises(NothingToMergeError):
            propose(session, now, first, second)
    with pytest.raises(NothingToMergeError):
        propose(session, now, part, draft, actor=OFFICE)
    with pytest.raises(NotAskedError):  # somebody else's draft
        propose(session, now, part, draft)
    into.author_id = None
    with pytest.raises(OfficeMergesError):
        propose(session, now, part, into)
    merge = propose(session, now, part, into, actor=OFFICE)
    agree(session, now, merge, part.author_id)
    assert part.status == "merged"


def test_a_part_that_goes_another_way_stops_the_merge(session, now, pair):
    part, into = pair
    merge = propose(session, now, part, into)
    texts.move(session, part, "dept_review", actor=OFFICE, now=now)
    with pytest.raises(NothingToMergeError):
        agree(session, now, merge, into.author_id)


def test_several_become_one_that_was_written_for_it(session, now, pair):
    author = session.get_one(factories.Account, pair[0].author_id)
    draft = factories.proposal(session, now, author=author, text=replace(TEXT, need=""))
    friend = coauthor(session, now, draft)
    ids = {one.id for one in pair}
    with pytest.raises(IncompleteProposalError):
        services.propose(session, ids, draft.id, "same", actor=by(author.id), now=now)
    texts.revise(session, draft, TEXT, author_id=author.id, base={"need": ""}, now=now)
    merge = services.propose(session, ids, draft.id, "same", actor=by(author.id), now=now)
    agree(session, now, merge, pair[1].author_id)
    assert draft.status == "draft"
    agree(session, now, merge, friend.id)  # to the merge, and so to handing it in
    assert draft.status == "received"
    assert draft.receipt is not None
    assert {one.merged_into_id for one in pair} == {draft.id}
    assert writers(session, draft) == {one.author_id for one in pair} | {friend.id}


def test_a_draft_that_is_deleted_takes_its_merge_along(session, now, pair):
    author = session.get_one(factories.Account, pair[0].author_id)
    draft = factories.proposal(session, now, author=author)
    propose(session, now, pair[1], pair[0], actor=OFFICE)
    other = factories.proposal(session, now, status="received")
    coauthor_of = membership.invite(session, other, "coauthor", author_id=other.author_id, now=now)
    membership.join(session, coauthor_of, account_id=author.id, now=now)
    made = services.propose(session, {other.id}, draft.id, "x", actor=by(author.id), now=now).id
    texts.discard(session, draft, author_id=author.id)
    session.expunge_all()
    assert queries.one(session, made) is None


def test_supports_are_carried_once_and_come_back_with_the_original(session, now, pair):
    part, into = pair
    both, only_part, only_into = (factories.account(session, now).id for _ in range(3))
    for account, proposal in ((both, part), (both, into), (only_part, part), (only_into, into)):
        supports.give(session, proposal, account_id=account, now=now)
    merge = propose(session, now, part, into)
    agree(session, now, merge, into.author_id)
    assert supported.count(session, into.id) == 3
    assert supported.shown(session, into, only_part).has_changed
    supports.give(session, into, account_id=only_part, now=now)
    assert supported.count(session, into.id) == 3
    supports.take_back(session, into, account_id=both)
    assert supported.count(session, into.id) == 2
    services.undo(session, merge.id, "It was not the same.", actor=OFFICE, now=now + DAY)
    assert (supported.count(session, part.id), supported.count(session, into.id)) == (1, 1)


def test_a_merge_may_reach_a_threshold(session, now, pair):
    limit = supports.Threshold(
        kind="answer", supports=2, within_days=None, due_days=3, role="reviewer"
    )
    supports.set_threshold(session, limit, actor=OFFICE, now=now)
    for proposal in pair:
        supports.give(session, proposal, account_id=factories.account(session, now).id, now=now)
    merge = propose(session, now, *pair)
    agree(session, now, merge, pair[1].author_id)
    assert [
        obligation.proposal_id for obligation in supported.obligations(session, pair[1].id)
    ] == [pair[1].id]


def test_a_draft_that_a_merge_handed_in_stays_so_when_it_is_undone(session, now):
    author = factories.account(session, now)
    part, other = (
        factories.proposal(session, now, status="received", author=author) for _ in range(2)
    )
    draft = factories.proposal(session, now, author=author)
    into_draft = propose(session, now + DAY, part, draft)
    assert queries.handed_in(into_draft)
    services.undo(session, into_draft.id, "x", actor=OFFICE, now=now + 2 * DAY)
    assert (draft.status, part.status) == ("received", "received")
    assert queries.handed_in(queries.one(session, into_draft.id))
    assert not queries.handed_in(propose(session, now + 3 * DAY, part, other))


def test_the_office_undoes_what_nobody_has_reviewed(session, now, pair):
    part, into = pair
    viewer = coauthor(session, now, part)
    code = membership.invite(session, into, "viewer", author_id=into.author_id, now=now)
    membership.join(session, code, account_id=viewer.id, now=now)
    merge = propose(session, now, part, into)
    for person in (viewer.id, into.author_id):
        agree(session, now, merge, person)
    assert writers(session, into) == {part.author_id, into.author_id, viewer.id}
    services.undo(session, merge.id, "They differ.", actor=OFFICE, now=now + DAY)
    assert (part.status, part.merged_into_id, merge.status) == ("received", None, "undone")
    assert writers(session, into) == {into.author_id}
    assert people.may_read(session, into, viewer.id)
    assert writers(session, part) == {part.author_id, viewer.id}
    with pytest.raises(MergeReviewedError):
        services.undo(session, merge.id, "Again.", actor=OFFICE, now=now + DAY)


def test_an_author_of_two_originals_stays_while_one_of_them_does(session, now, pair):
    part, into = pair
    author = session.get_one(factories.Account, part.author_id)
    other = factories.proposal(session, now, status="received", author=author)
    first = propose(session, now, part, into)
    agree(session, now, first, into.author_id)
    second = propose(session, now, other, into)
    agree(session, now, second, into.author_id)
    services.undo(session, first.id, "x", actor=OFFICE, now=now)
    assert part.author_id in writers(session, into)
    services.undo(session, second.id, "x", actor=OFFICE, now=now)
    assert part.author_id not in writers(session, into)


def test_what_was_reviewed_is_not_taken_apart(session, now, pair):
    part, into = pair
    merge = propose(session, now, part, into)
    agree(session, now, merge, into.author_id)
    texts.move(session, into, "supplement", actor=OFFICE, now=now + DAY, reason="Where?")
    texts.submit(session, into, author_id=into.author_id, now=now + 2 * DAY)
    assert into.status == "received"
    with pytest.raises(MergeReviewedError):
        services.undo(session, merge.id, "x", actor=OFFICE, now=now + 3 * DAY)


def test_what_became_part_of_a_withdrawn_one_goes_on(session, now, pair):
    part, into = pair
    merge = propose(session, now, part, into)
    agree(session, now, merge, into.author_id)
    by_hand = factories.proposal(session, now, status="received")
    by_hand.author_id = None
    texts.move(session, by_hand, "merged", actor=OFFICE, now=now, reason="same", into_id=into.id)
    services.withdraw(session, into, author_id=into.author_id, now=now)
    assert (into.status, part.status, by_hand.status) == ("withdrawn", "received", "received")
    assert merge.status == "undone"


def test_each_part_begins_as_a_draft_and_the_whole_stays(session, now, pair):
    whole = pair[0]
    other = coauthor(session, now, whole)
    supports.give(session, whole, account_id=other.id, now=now)
    parts = splitting.split(session, whole, ["앞", "뒤"], account_id=other.id, now=now)
    assert [(part.title, part.status, part.need) for part in parts] == [
        ("앞", "draft", TEXT.need), ("뒤", "draft", TEXT.need),
    ]  # fmt: skip
    assert whole.status == "received"
    assert supported.count(session, whole.id) == 1
    assert queries.ties(session, parts[0].id, now=now).whole.id == whole.id
    assert queries.ties(session, whole.id, now=now).parts == []  # drafts are nobody's yet
    asked = requests.waiting_for(session, whole.author_id)
    assert {request.proposal_id for request in asked} == {part.id for part in parts}
    texts.submit(session, parts[0], author_id=other.id, now=now)
    assert [one.id for one in queries.ties(session, whole.id, now=now).parts] == [parts[0].id]
    texts.discard(session, parts[1], author_id=other.id)


def test_who_may_not_split_is_refused(session, now, pair):
    with pytest.raises(NotYourProposalError):
        splitting.split(
            session, pair[0], ["a", "b"], account_id=factories.account(session, now).id, now=now
        )
    pair[0].status = "on_ballot"
    with pytest.raises(FrozenProposalError):
        splitting.split(session, pair[0], ["a", "b"], account_id=pair[0].author_id, now=now)
    for titles in (["a"], ["a", ""], list("abcde")):
        with pytest.raises(ValueError, match="titles"):
            splitting.split(session, pair[1], titles, account_id=pair[1].author_id, now=now)


def test_a_reader_asks_and_the_author_answers_once(session, now, pair):
    made, reader = pair[0], factories.account(session, now)
    requests.ask(session, made, "I live there.", account_id=reader.id, now=now)
    with pytest.raises(AlreadyAskedError):
        requests.ask(session, made, "", account_id=reader.id, now=now)
    answer = {"accepts": True, "now": now}
    with pytest.raises(NotYourProposalError):
        requests.answer(session, made.id, reader.id, by=reader.id, **answer)
    requests.answer(session, made.id, reader.id, by=made.author_id, **answer)
    with pytest.raises(RequestAnsweredError):
        requests.answer(session, made.id, reader.id, by=made.author_id, **answer)
    assert people.may_write(session, made, reader.id)
    with pytest.raises(OwnInvitationError):
        requests.ask(session, made, "", account_id=reader.id, now=now)


def test_a_declined_reader_stays_a_reader_and_drafts_are_asked_of_nobody(session, now, pair):
    made, reader = pair[0], factories.account(session, now)
    requests.ask(session, made, "", account_id=reader.id, now=now)
    was_asked = session.scalar(select(people.was_asked(made.id, reader.id)))
    assert was_asked
    assert not requests.may_ask(made, reader.id, was_asked=was_asked)
    assert requests.may_ask(made, reader.id, was_asked=False)
    assert not requests.may_ask(made, made.author_id, was_asked=False)
    assert not requests.may_ask(made, None, was_asked=False)
    requests.answer(session, made.id, reader.id, accepts=False, by=made.author_id, now=now)
    assert not people.may_read(session, made, reader.id)
    with pytest.raises(NotYourProposalError):
        requests.ask(session, factories.proposal(session, now), "", account_id=reader.id, now=now)
    assert isinstance(session.get(Proposal, made.id), Proposal)
