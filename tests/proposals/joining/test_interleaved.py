"""Any interleaving of supports, merges, splits, undoings and withdrawals loses and doubles nothing.

The model keeps what was done, as sets; the rooms must say the same after each step.
"""

from collections import defaultdict
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from core.access import Role
from core.journal import CITIZEN, Actor
from proposals.merging import queries, services, splitting
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.supports import queries as supported
from proposals.supports import services as supports
from proposals.supports.errors import SupportClosedError
from proposals.supports.models import Support
from tests import factories
from tests.conftest import NOW
from tests.factories import DAY

OFFICE = Actor(Role.BUDGET_OFFICER)
PEOPLE = 4
some = st.integers(0, PEOPLE - 1)


class Square(RuleBasedStateMachine):
    """Four people, and the proposals that they make."""

    proposals = Bundle("proposals")

    def __init__(self, database):
        super().__init__()
        self.context = database.writing()
        self.session = self.context.__enter__()
        self.people = [factories.account(self.session, NOW) for _ in range(PEOPLE)]
        self.now = NOW
        self.made: dict[Proposal, object] = {}  # proposal -> author
        self.given = defaultdict(set)  # proposal -> who supported it there
        self.into: dict[Proposal, Proposal] = {}
        self.merges: dict[Proposal, object] = {}  # original -> its merge
        self.untouched: set[Proposal] = set()  # targets that nothing happened to since

    def teardown(self):
        self.session.rollback()
        self.context.__exit__(None, None, None)

    def family(self, proposal):
        return {one for one in self.made if one in self.chain_to(proposal)}

    def chain_to(self, proposal):
        found = {proposal}
        while more := {one for one, into in self.into.items() if into in found} - found:
            found |= more
        return found

    @rule(target=proposals, who=some)
    def hand_in(self, who):
        author = self.people[who]
        made = factories.proposal(self.session, self.now, status="received", author=author)
        self.made[made] = author.id
        return made

    @rule(proposal=proposals, who=some)
    def support(self, proposal, who):
        account = self.people[who].id
        if proposal.status != "received":
            try:
                supports.give(self.session, proposal, account_id=account, now=self.now)
            except SupportClosedError:
                return
            raise AssertionError(proposal.status)
        supports.give(self.session, proposal, account_id=account, now=self.now)
        if not any(account in self.given[one] for one in self.family(proposal)):
            self.given[proposal].add(account)

    @rule(proposal=proposals, who=some)
    def take_back(self, proposal, who):
        if proposal.status == "received":
            supports.take_back(self.session, proposal, account_id=self.people[who].id)
            for one in self.family(proposal):
                self.given[one].discard(self.people[who].id)

    @rule(part=proposals, into=proposals, refuses=st.booleans())
    def merge(self, part, into, refuses):
        if part is into or {part.status, into.status} != {"received"}:
            return
        self.now += DAY
        merge = services.propose(
            self.session, {part.id}, into.id, "same", actor=OFFICE, now=self.now
        )
        asked = sorted(queries.asked(self.session, merge))
        if refuses:
            services.refuse(self.session, merge.id, account_id=asked[-1], reason="no", now=self.now)
            return
        digest = queries.digest_of(self.session, into)
        for account in asked:
            services.agree(self.session, merge.id, account_id=account, digest=digest, now=self.now)
        self.into[part], self.merges[part] = into, merge

    @rule(part=proposals)
    def undo(self, part):
        into = self.into.get(part)
        if into is None or not queries.may_be_undone(self.session, self.merges[part]):
            return
        assert into.status == "received"
        services.undo(
            self.session, self.merges[part].id, "not the same", actor=OFFICE, now=self.now
        )
        del self.into[part]

    @rule(proposal=proposals)
    def withdraw(self, proposal):
        if proposal.status != "received":
            return
        self.now += DAY
        services.withdraw(self.session, proposal, author_id=proposal.author_id, now=self.now)
        for one in [one for one, into in self.into.items() if into is proposal]:
            del self.into[one]

    @rule(target=proposals, proposal=proposals)
    def split(self, proposal):
        if proposal.status != "received":
            return proposal
        author = proposal.author_id
        parts = splitting.split(
            self.session, proposal, ["앞", "뒤"], account_id=author, now=self.now
        )
        self.made |= dict.fromkeys(parts, author)
        return parts[0]

    @invariant()
    def every_support_is_there_once(self):
        rows = {
            tuple(row)
            for row in self.session.execute(select(Support.proposal_id, Support.account_id))
        }
        assert rows == {(one.id, who) for one, given in self.given.items() for who in given}
        for one in self.made:
            expected = set().union(*(self.given[member] for member in self.family(one)))
            assert supported.count(self.session, one.id) == len(expected)
            for person in self.people:
                own = supported.of_person(self.session, one.id, person.id)
                assert (own is not None) == (person.id in expected)

    @invariant()
    def every_author_is_there(self):
        for one, author in self.made.items():
            assert one.author_id == author
            assert (one.status == "merged") == (one in self.into)
            assert one.merged_into_id == (self.into[one].id if one in self.into else None)
        ids = [one.id for one in self.made]
        circles = people.circles(self.session, ids) if ids else {}
        for part, into in self.into.items():
            assert circles[part.id].writers <= circles[into.id].writers
        for one in self.made:
            if one.status == "received" and len(self.family(one)) == 1:
                assert circles[one.id].writers == {one.author_id}


def test_nothing_is_lost_or_doubled(database):
    run_state_machine_as_test(
        lambda: Square(database), settings=settings(stateful_step_count=20, max_examples=12)
    )


def test_a_chain_of_merges_counts_each_person_once(session, now):
    author = factories.account(session, now)
    chain = [factories.proposal(session, now, status="received", author=author) for _ in range(4)]
    people_ = [factories.account(session, now).id for _ in range(3)]
    for serial, proposal in enumerate(chain):
        for person in people_[: serial + 1]:
            supports.give(session, proposal, account_id=person, now=now)
    for part, into in pairwise(chain):
        services.propose(
            session, {part.id}, into.id, "same", actor=Actor(CITIZEN, author.id), now=now
        )
    assert [one.status for one in chain] == ["merged", "merged", "merged", "received"]
    assert supported.count(session, chain[-1].id) == 3
    supports.take_back(session, chain[-1], account_id=people_[0])
    assert supported.count(session, chain[-1].id) == 2
