"""Amendments: who proposes, who decides, and what becomes of the text."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from threading import Barrier

import pytest

from proposals import queries as of_proposals
from proposals import services as proposals
from proposals import workflow
from proposals.amendments import queries, services
from proposals.amendments.errors import (
    BrokenTextError,
    DecidedPartError,
    MovedPartError,
    NotAmendableError,
    NothingAmendedError,
    OwnAmendmentError,
    TooManyAmendmentsError,
)
from proposals.amendments.models import Amendment
from proposals.errors import FrozenProposalError, NotYourProposalError, ReasonNeededError
from proposals.people.models import Membership
from proposals.versions import queries as versions
from proposals.versions.errors import NoSuchVersionError
from proposals.writing import queries as written
from tests import factories
from tests.factories import TEXT

LONG = replace(TEXT, need="밤길이 어두워요. 아이들이 넘어져요.\n차가 빨라요.")


@pytest.fixture
def made(session, now):
    return factories.proposal(session, now, status="received", text=LONG)


@pytest.fixture
def amender(session, now):
    return factories.account(session, now, name="Minho")


def propose(session, proposal, person, now, *, base=1, reason="그래서요.", **changes):
    text = replace(versions.text_of(versions.one(session, proposal.id, base)), **changes)
    return services.propose(
        session, proposal, text, base=base, reason=reason, account_id=person.id, now=now
    )


def accept(session, amendment, part, now, proposal):
    return services.accept(session, amendment, part, account_id=proposal.author_id, now=now)


def test_each_part_is_decided_by_itself(session, made, amender, now):
    amendment = propose(
        session, made, amender, now, title="밝은 신호등",
        need="밤길이 깜깜해요. 아이들이 넘어져요.\n차가 빨라요. 더 빨라져요.", cost_minor=7,
    )  # fmt: skip
    assert [(part.field, part.was, part.becomes) for part in amendment.parts] == [
        ("title", TEXT.title, "밝은 신호등"),
        ("need", "밤길이 어두워요.", "밤길이 깜깜해요."),
        ("need", "", " 더 빨라져요."),
        ("cost_minor", "10000000", "7"),
    ]
    assert amendment.state == "open"
    assert accept(session, amendment, 2, now, made) == 2
    assert accept(session, amendment, 2, now, made) == 2  # a double click
    services.decline(session, amendment, 1, why="너무 밝아요.", account_id=made.author_id, now=now)
    assert accept(session, amendment, 4, now, made) == 3
    assert accept(session, amendment, 3, now, made) == 4
    assert amendment.state == "partly_accepted"
    assert proposals.current(session, made) == replace(
        LONG, cost_minor=7, need="밤길이 깜깜해요. 아이들이 넘어져요.\n차가 빨라요. 더 빨라져요."
    )
    last = versions.one(session, made.id, 4)
    assert (last.kind, last.credit.name, last.source) == ("amended", "Minho", amendment.number)
    lines = [(row.act, row.values) for row in of_proposals.history(session, made.id)]
    assert (
        "proposal.amended",
        {"number": 1, "part": 4, "how": "clean", "before": 2, "after": 3},
    ) in lines
    acts = [act.removeprefix("proposal.") for act, _ in lines]
    assert acts == [
        "moved",
        "amendment_proposed",
        "amended",
        "amendment_declined",
        *["amended"] * 2,
    ]


def test_the_amenders_words_are_told_as_the_amenders(session, made, amender, now):
    accept(session, propose(session, made, amender, now, title="밝은 신호등"), 1, now, made)
    assert "Minho" in [writer.name for writer in written.shares(session, made).writers]
    assert made.title == "밝은 신호등"


def test_a_later_part_never_undoes_an_accepted_one(session, made, amender, now):
    """What Decidim does, and we do not: both were written on version 1."""
    first = propose(session, made, amender, now, need=LONG.need.replace("어두워요", "깜깜해요"))
    second = propose(session, made, amender, now, need=LONG.need.replace("빨라요", "달려요"))
    third = propose(session, made, amender, now, need=LONG.need.replace("어두워요", "위험해요"))
    accept(session, first, 1, now, made)
    accept(session, second, 1, now, made)
    assert made.need == "밤길이 깜깜해요. 아이들이 넘어져요.\n차가 달려요."
    with pytest.raises(MovedPartError):
        accept(session, third, 1, now, made)
    assert made.need == "밤길이 깜깜해요. 아이들이 넘어져요.\n차가 달려요."
    (part,) = queries.shown(session, made, third)
    assert (part.part.was, part.part.becomes) == ("밤길이 어두워요.", "밤길이 위험해요.")
    assert (part.now, part.fit) == (made.need, None)
    again = propose(
        session, made, amender, now, base=3, need=made.need.replace("깜깜해요", "위험해요")
    )
    accept(session, again, 1, now, made)
    assert made.need.startswith("밤길이 위험해요.")


def test_what_was_edited_meanwhile_stays_and_is_kept(session, made, amender, now):
    amendment = propose(session, made, amender, now, need=LONG.need.replace("빨라요", "달려요"))
    proposals.move(
        session, made, "supplement", actor=factories.Actor("reviewer"),
        roles=["budget_officer"], now=now, reason="more?",
    )  # fmt: skip
    base = proposals.current(session, made)
    edited = replace(base, need=base.need.replace("넘어져요", "다쳐요"))
    proposals.revise(
        session, made, edited, author_id=made.author_id, base=asdict(base), now=now
    )  # fmt: skip
    (part,) = queries.shown(session, made, amendment)
    assert part.fit.how == "moved"
    assert [piece.mark for piece in part.effect if piece.mark in ("gone", "new")] == ["gone", "new"]
    assert accept(session, amendment, 1, now, made) == 3
    assert versions.text_of(versions.one(session, made.id, 2)) == edited
    assert made.need == "밤길이 어두워요. 아이들이 다쳐요.\n차가 달려요."


def test_the_same_change_accepted_twice_is_made_once(session, made, amender, now):
    other = factories.account(session, now)
    one, two = (propose(session, made, who, now, title="밝은 신호등") for who in (amender, other))
    assert accept(session, one, 1, now, made) == 2
    assert accept(session, two, 1, now, made) == 2
    assert two.state == "accepted"
    assert versions.extent(session, made.id, belongs=True).last == 2


def test_sent_twice_it_is_one_and_too_many_do_not_wait(session, made, amender, now):
    first = propose(session, made, amender, now, title="하나")
    assert propose(session, made, amender, now, title="하나") is first
    assert propose(session, made, amender, now, title="둘").number == 2
    propose(session, made, amender, now, title="셋")
    with pytest.raises(TooManyAmendmentsError) as caught:
        propose(session, made, amender, now, title="넷")
    assert caught.value.values == {"open": services.MOST_OPEN}
    services.withdraw(session, first, account_id=amender.id, now=now)
    assert propose(session, made, amender, now, title="하나").number == 4


def test_it_is_against_a_version_of_this_proposal_that_the_public_sees(session, made, amender, now):
    for base in (0, -1, 2, 2**40):
        with pytest.raises(NoSuchVersionError):
            services.propose(
                session, made, LONG, base=base, reason="x", account_id=amender.id, now=now
            )
    with pytest.raises(NothingAmendedError):
        propose(session, made, amender, now)


@pytest.mark.parametrize("status", sorted(workflow.STATUSES))
def test_a_text_is_amended_between_its_receipt_and_the_ballot(session, made, amender, now, status):
    waiting = propose(session, made, amender, now, title="하나")
    other = factories.proposal(session, now, status="received")
    made.status, made.merged_into_id = status, other.id if status == "merged" else None
    session.flush()
    if status in workflow.AMENDABLE:
        assert propose(session, made, amender, now, title="둘").number == 2
        assert accept(session, waiting, 1, now, made) == 2
        return
    with pytest.raises(NotAmendableError):
        propose(session, made, amender, now, title="둘")
    assert not services.may_decide(session, made, waiting, made.author_id)
    with pytest.raises(FrozenProposalError):
        accept(session, waiting, 1, now, made)
    with pytest.raises(FrozenProposalError):
        services.decline(session, waiting, 1, why="no", account_id=made.author_id, now=now)
    assert made.title == TEXT.title


def test_the_writers_decide_but_of_several_not_on_the_own(session, made, amender, now):
    stranger = factories.account(session, now)
    amendment = propose(session, made, amender, now, title="하나")
    for person in (stranger, amender):
        assert not services.may_decide(session, made, amendment, person.id)
        with pytest.raises(NotYourProposalError):
            services.accept(session, amendment, 1, account_id=person.id, now=now)
    own = propose(session, made, made.author, now, summary="새 요약")
    assert services.may_decide(session, made, own, made.author_id)
    session.add(
        Membership(proposal_id=made.id, account_id=amender.id, role="coauthor", joined_at=now)
    )
    session.flush()
    assert not services.may_decide(session, made, own, made.author_id)
    with pytest.raises(OwnAmendmentError):
        accept(session, own, 1, now, made)
    services.accept(session, own, 1, account_id=amender.id, now=now)
    assert made.summary == "새 요약"


def test_without_an_author_nobody_could_decide(session, made, amender, now):
    factories.accounts.erase(session, made.author, now=now)
    with pytest.raises(NotAmendableError):
        propose(session, made, amender, now, title="하나")


def test_what_is_decided_stays_decided(session, made, amender, now):
    amendment = propose(session, made, amender, now, title="하나", summary="둘", place="셋")
    author = made.author_id
    with pytest.raises(ReasonNeededError):
        services.decline(session, amendment, 1, why="", account_id=author, now=now)
    services.decline(session, amendment, 1, why="no", account_id=author, now=now)
    accept(session, amendment, 2, now, made)
    with pytest.raises(NotYourProposalError):
        services.withdraw(session, amendment, account_id=author, now=now)
    services.withdraw(session, amendment, account_id=amender.id, now=now)
    assert [part.state for part in amendment.parts] == ["declined", "accepted", "withdrawn"]
    assert amendment.state == "partly_accepted"
    for part in (1, 3, 4):
        with pytest.raises(DecidedPartError):
            accept(session, amendment, part, now, made)
    with pytest.raises(DecidedPartError):
        services.decline(session, amendment, 2, why="no", account_id=author, now=now)
    with pytest.raises(DecidedPartError):
        services.withdraw(session, amendment, account_id=amender.id, now=now)


@pytest.mark.parametrize(
    ("states", "whole"),
    [("open accepted", "open"), ("accepted accepted", "accepted"), ("declined withdrawn", "declined"),
     ("withdrawn", "withdrawn"), ("accepted declined", "partly_accepted"), ("declined", "declined")],
)  # fmt: skip
def test_the_whole_stands_where_its_parts_stand(states, whole):
    parts = [
        services.AmendmentPart(number=n, state=state) for n, state in enumerate(states.split())
    ]
    assert Amendment(parts=parts).state == whole


@pytest.mark.parametrize("need", ["", "긴말" * 3000])
def test_no_part_makes_a_text_that_could_not_be_handed_in(session, made, amender, now, need):
    amendment = propose(session, made, amender, now, need=need)
    with pytest.raises(BrokenTextError):
        accept(session, amendment, 1, now, made)
    assert made.need == LONG.need


def test_two_who_accept_at_once_make_one_version_of_each_part(database, now):
    with database.writing() as session:
        made = factories.proposal(session, now, status="received", text=LONG)
        amender = factories.account(session, now)
        amendment = propose(session, made, amender, now, title="하나", summary="둘")
        author, ids = made.author_id, (made.id, amendment.number)
    barrier = Barrier(4)

    def do(part):
        barrier.wait()
        with database.writing() as session:
            mine = queries.one(session, *ids)
            return services.accept(session, mine, part, account_id=author, now=now)

    with ThreadPoolExecutor(4) as pool:
        made_by = list(pool.map(do, [1, 2, 1, 2]))
    assert made_by[0] == made_by[2]
    assert made_by[1] == made_by[3]
    assert set(made_by) == {2, 3}
    with database.reading() as session:
        assert queries.count(session, ids[0]) == queries.Count(1, 0)
