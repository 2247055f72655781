"""Whatever happens in whatever order: every author, every version and every accepted word stays."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from core.db import Database
from core.errors import RoomError
from proposals import publishing, workflow
from proposals import services as proposals
from proposals.amendments import queries as of_amendments
from proposals.amendments import services as amendments
from proposals.people import queries as people
from proposals.people.models import Membership
from proposals.versions import queries, services
from proposals.writing import queries as written
from tests import factories
from tests.factories import TEXT

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
OFFICE = factories.Actor("budget_officer")
BEGINNING = "하나예요. 둘이에요. 셋이에요. 넷이에요."
PEOPLE = st.sampled_from(["author", "other"])
CHANGES = st.tuples(st.integers(0, 9), st.sampled_from(["in", "instead", "out"]))
FROZEN = "on_ballot"


class Hands(RuleBasedStateMachine):
    """Two authors and an amender at one text; each word they write is written once in the world."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.opened = self.database.writing()
        self.session = self.opened.__enter__()
        self.made = factories.proposal(self.session, NOW, text=replace(TEXT, need=BEGINNING))
        accounts = [factories.account(self.session, NOW) for _ in range(2)]
        self.who = dict(
            zip(("author", "other", "amender"), [self.made.author, *accounts], strict=True)
        )
        self.session.add(
            Membership(proposal_id=self.made.id, account_id=accounts[0].id, role="coauthor", joined_at=NOW)
        )  # fmt: skip
        self.session.flush()
        self.serial = 0
        self.kept: dict[int, dict] = {}  # version -> what it said when it was made
        self.standing: set[str] = set()  # words of accepted parts that nothing has taken out since
        self.frozen: str | None = None

    @initialize(is_public=st.sampled_from([True, True, False]))
    def begin(self, is_public):
        if is_public:
            self.publish(agrees=True)

    def teardown(self) -> None:
        self.session.rollback()
        self.opened.__exit__(None, None, None)

    def last(self) -> int:
        return queries.extent(self.session, self.made.id, belongs=True).last

    def waiting(self, number: int):
        """One of the amendments that wait, if any does."""
        found = of_amendments.open_of(self.session, self.made.id, self.who["amender"].id)
        return found[number % len(found)] if found else None

    def word(self) -> str:
        self.serial += 1
        return f"말{self.serial}번이에요."

    def need(self) -> str:
        return proposals.current(self.session, self.made).need

    def changed(self, base: str, at: int, how: str) -> str:
        """The text with a sentence put in, put in the place of one, or left out."""
        said = base.split(" ")
        at %= len(said)
        end = at if how == "in" else at + 1
        return (
            " ".join([*said[:at], *([] if how == "out" else [self.word()]), *said[end:]]) or "끝."
        )

    def attempt(self, act) -> bool:
        try:
            with self.session.begin_nested():
                act()
        except RoomError:
            self.session.expire_all()
            return False
        return True

    def rewritten(self) -> None:
        """An edit or a restore may take words out: the text itself says so, and is kept."""
        self.standing = {word for word in self.standing if word in self.need()}

    @rule(who=PEOPLE, change=CHANGES)
    def edit(self, who, change):
        base = proposals.current(self.session, self.made)
        text = replace(base, need=self.changed(base.need, *change))
        done = self.attempt(
            lambda: proposals.revise(
                self.session,
                self.made,
                text,
                author_id=self.who[who].id,
                base=asdict(base),
                now=NOW,
            )
        )
        assert done == (self.made.status in workflow.EDITABLE)
        self.rewritten()

    @rule(who=PEOPLE)
    def name(self, who):
        self.attempt(
            lambda: services.name(
                self.session, self.made, "kept", account_id=self.who[who].id, now=NOW
            )
        )

    @rule(who=PEOPLE, number=st.integers(0, 12))
    def restore(self, who, number):
        self.attempt(
            lambda: services.restore(
                self.session,
                self.made,
                number % (self.last() + 1),
                "",
                account_id=self.who[who].id,
                now=NOW,
            )
        )
        self.rewritten()

    @rule(agrees=st.booleans())
    def publish(self, agrees):
        first = self.made.status == "draft"
        about = proposals.current(self.session, self.made).digest
        if agrees:
            self.attempt(
                lambda: publishing.agree(
                    self.session, self.made, about, account_id=self.who["other"].id, now=NOW
                )
            )
        done = self.attempt(
            lambda: proposals.submit(
                self.session, self.made, author_id=self.who["author"].id, now=NOW
            )
        )
        assert not (first and done) or self.agreed(about)

    def agreed(self, about) -> bool:
        lacking = publishing.consents.lacking
        return not lacking(
            self.session, self.made, publishing.PUBLISH, about, asks=self.made.author_id
        )

    @precondition(lambda self: self.made.status == "received")
    @rule()
    def ask_for_more(self):
        proposals.move(
            self.session, self.made, "supplement", actor=OFFICE, now=NOW, reason="?"
        )  # fmt: skip

    @precondition(lambda self: self.made.status == "received" and self.last() > 5)
    @rule()
    def freeze(self):
        self.made.status, self.frozen = FROZEN, self.need()
        self.session.flush()

    @precondition(lambda self: self.made.status != "draft")
    @rule(number=st.integers(0, 12), changes=st.lists(CHANGES, min_size=1, max_size=2))
    def amend(self, number, changes):
        """Up to two amendments of one version, which know nothing of each other."""
        number = 1 + number % self.last()
        base = queries.text_of(queries.one(self.session, self.made.id, number))
        for at, how in changes:
            text = replace(base, need=self.changed(base.need, at, how))
            self.attempt(
                lambda text=text: amendments.propose(
                    self.session, self.made, text, base=number, reason="?",
                    account_id=self.who["amender"].id, now=NOW,
                )
            )  # fmt: skip

    @precondition(lambda self: self.waiting(0))
    @rule(who=PEOPLE)
    def accept_all(self, who):
        while self.waiting(0) and self.accept(who, 0):
            pass

    @precondition(lambda self: self.waiting(0))
    @rule(who=PEOPLE, number=st.integers(0, 12))
    def accept_one(self, who, number):
        self.accept(who, number)

    def accept(self, who, number) -> bool:
        amendment = self.waiting(number)
        part, before = amendment.parts[0], self.need()
        if not self.attempt(
            lambda: amendments.accept(
                self.session, amendment, 1, account_id=self.who[who].id, now=NOW
            )
        ):
            assert self.need() == before
            return False
        base = queries.text_of(queries.one(self.session, self.made.id, amendment.base)).need
        self.standing -= {word for word in self.standing if word in base and word in part.was}
        self.standing |= {word for word in part.becomes.split() if word in self.need()}
        assert set(part.becomes.split()) <= set(self.need().split())
        return True

    @precondition(lambda self: self.waiting(0))
    @rule(number=st.integers(0, 12), withdrawn=st.booleans())
    def let_go(self, number, withdrawn):
        amendment, before = self.waiting(number), self.need()

        def act():
            terms = {"account_id": self.who["amender" if withdrawn else "author"].id, "now": NOW}
            if withdrawn:
                amendments.withdraw(self.session, amendment, **terms)
            else:
                amendments.decline(self.session, amendment, 1, why="no", **terms)

        self.attempt(act)
        assert self.need() == before

    @invariant()
    def nobody_is_dropped(self):
        writers = {row.account_id for row in people.writers(self.session, self.made)}
        assert writers == {self.who["author"].id, self.who["other"].id}

    @invariant()
    def every_version_is_there_once_and_says_what_it_said(self):
        seen = queries.extent(self.session, self.made.id, belongs=True)
        now_there = {
            number: queries.one(self.session, self.made.id, number).said
            for number in range(1, seen.last + 1)
        }
        assert self.kept.items() <= now_there.items()
        self.kept = now_there

    @invariant()
    def no_accepted_word_is_undone(self):
        said = self.need()
        assert all(word in said for word in self.standing), (self.standing, said)

    @invariant()
    def columns_and_the_live_text_agree_once_published(self):
        if self.made.status not in workflow.EDITABLE:
            assert self.made.need == self.need()
            assert written.words(self.session, self.made)["need"] == self.made.need

    @invariant()
    def a_frozen_text_moves_no_more(self):
        assert self.frozen in (None, self.need())


@pytest.mark.hypothesis
@pytest.mark.only_on("sqlite")
def test_any_interleaving_keeps_everything(database):
    hands = type("TheseHands", (Hands,), {"database": database})
    run(
        hands,
        settings=settings(
            max_examples=min(settings().max_examples, 20), stateful_step_count=30, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
