"""Joining and leaving, also at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from proposals.errors import InvitationUsedError, NotYourProposalError
from proposals.models import Proposal
from proposals.people import queries, services
from tests import factories


def test_of_many_who_use_one_link_at_once_one_joins(database, now):
    with database.writing() as session:
        made = factories.proposal(session, now)
        code = services.invite(session, made, "coauthor", author_id=made.author_id, now=now)
        people = [factories.account(session, now).id for _ in range(6)]
        id_ = made.id
    barrier = Barrier(len(people))

    def join(account_id) -> bool:
        barrier.wait()
        try:
            with database.writing() as session:
                services.join(session, code, account_id=account_id, now=now)
        except InvitationUsedError:
            return False
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        joined = list(pool.map(join, people))
    with database.reading() as session:
        members = [member.account_id for member in queries.members(session, id_)]
    assert members == [person for person, has in zip(people, joined, strict=True) if has]
    assert len(members) == 1


def test_one_person_with_two_links_at_once_joins_once(database, now):
    with database.writing() as session:
        made = factories.proposal(session, now)
        codes = [
            services.invite(session, made, role, author_id=made.author_id, now=now)
            for role in ("coauthor", "viewer")
        ]
        person, id_ = factories.account(session, now).id, made.id
    barrier = Barrier(2)

    def join(code) -> None:
        barrier.wait()
        with database.writing() as session:
            services.join(session, code, account_id=person, now=now)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(join, codes))
    with database.reading() as session:
        assert [member.account_id for member in queries.members(session, id_)] == [person]
        proposal = session.get(Proposal, id_)
        assert queries.may_read(session, proposal, person)


def test_only_who_belongs_leaves_and_the_author_does_not(session, now):
    made, other = factories.proposal(session, now), factories.account(session, now)
    for person in (made.author_id, other.id):
        with pytest.raises(NotYourProposalError):
            services.leave(session, made, account_id=person, now=now)
    with pytest.raises(NotYourProposalError):
        services.invite(session, made, "coauthor", author_id=other.id, now=now)
    code = services.invite(session, made, "viewer", author_id=made.author_id, now=now)
    services.join(session, code, account_id=other.id, now=now)
    assert not queries.may_write(session, made, other.id)
    services.leave(session, made, account_id=other.id, now=now)
    assert queries.others(session, made.id) == 0
