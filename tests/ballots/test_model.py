"""The box beside a plain account of it in dictionaries: whatever is done, in whatever order.

Voters cast, cast again, send the same page twice, take paper; clerks type batches, officers make
sheets void; the roll grows; the vote is stopped and closed. After each step everything that the
box says must be what the account says.
"""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from ballots import closing, log, pending, queries, receipts, services
from ballots.errors import (
    BallotInBoxError,
    ContestClosedError,
    NotOnRollError,
    PaperBallotError,
)
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.models import Contest, PendingLeaf, RollEntry
from ballots.paper import reopening, stations
from ballots.paper.errors import BallotsBeyondRollError, OpenBatchesError
from ballots.paper.models import Batch
from ballots.services import Paper
from budget import services as budget
from core.access import Role
from core.db import Database
from core.journal import Actor
from tests import factories
from tests.clerks import Clerks
from tests.conftest import NOW

VOTERS = [f"v{number}" for number in range(5)]  # the last two are put on the roll later, if at all
SHEETS = ["1", "2", "1 3", "0", "*"]  # as clerks type them: choices, blank, spoiled
CHOICES = {"1": '{"a":[1]}', "2": '{"a":[2]}', "1 3": '{"a":[1,3]}'}
BLANK, SPOILED = "0", "*"


@dataclass
class Cast:
    """One ballot that was accepted."""

    voter: str
    paper: Paper
    said: str
    code: str


@dataclass
class Account:
    """What a clerk with paper and pencil would have noted."""

    roll: dict[str, list] = field(default_factory=dict)  # voter -> status, casts
    told: list[tuple[str, Cast | None]] = field(default_factory=list)  # in the log; None: revoked
    waiting: list[tuple[str, Cast | None]] = field(default_factory=list)
    batches: dict[int, dict[int, str]] = field(default_factory=dict)  # number -> sheet -> as typed
    due: dict[int, set[int]] = field(default_factory=dict)  # number -> sheets made void since
    kinds: Counter = field(default_factory=lambda: Counter(open=1))
    is_stopped: bool = False
    is_closed: bool = False
    roll_told: int = 3

    def integrate(self) -> None:
        """What waits is in the log."""
        self.kinds.update("revoke" if cast is None else "ballot" for _, cast in self.waiting)
        self.told += self.waiting
        self.waiting = []

    def live(self, *, with_waiting: bool) -> dict[str, str]:
        """Voter -> what counts by web."""
        found: dict[str, str] = {}
        for voter, cast in self.told + (self.waiting if with_waiting else []):
            if cast is None:
                del found[voter]
            else:
                found[voter] = cast.said
        return found

    def on_paper(self) -> list[str]:
        """What counts on paper."""
        typed = [text for sheets in self.batches.values() for text in sheets.values()]
        return [CHOICES[text] for text in typed if text in CHOICES]

    def state(self, cast: Cast) -> str:
        """What the receipt of a ballot says."""
        if any(one is cast for _, one in self.waiting):
            return "waiting"
        last = [one for voter, one in self.told if voter == cast.voter][-1]
        return "in" if last is cast else "revoked" if last is None else "replaced"


class Box(RuleBasedStateMachine):
    """The real one, on a copy of a vote that was opened once."""

    template: Path
    casts = Bundle("casts")
    batches = Bundle("batches")

    @initialize()
    def open(self):
        self.folder = self.template.with_name(uuid4().hex)
        shutil.copytree(self.template, self.folder)
        self.database = Database(f"sqlite:///{self.folder / 'city.db'}")
        self.keys = keys_in(self.folder)
        self.integrator = Integrator(self.database, self.keys)
        with self.database.reading() as session:
            (self.contest_id,) = session.scalars(select(Contest.id))
        self.account = Account({voter: ["none", 0] for voter in VOTERS[:3]})
        self.serial = 0

    def teardown(self):
        if hasattr(self, "database"):
            self.database.dispose()
            shutil.rmtree(self.folder)

    @rule(target=casts, voter=st.sampled_from(VOTERS), picks=st.sampled_from([(1,), (2,), (1, 3)]))
    def cast(self, voter, picks):
        self.serial += 1
        paper = Paper(voter, Choices(picks), self.serial.to_bytes(32))
        refusal = self._refusal(voter)
        if refusal is not None:
            with pytest.raises(refusal):
                self._hand_in(paper)
            return multiple()
        (code,) = self._hand_in(paper)
        made = Cast(voter, paper, f'{{"a":[{",".join(map(str, picks))}]}}', code)
        mark = self.account.roll[voter]
        mark[:] = "web", mark[1] + 1
        self.account.waiting.append((voter, made))
        return made

    @rule(cast=casts)
    def cast_the_same_page(self, cast):
        with pytest.raises(self._refusal(cast.voter) or BallotInBoxError) as told:
            self._hand_in(cast.paper)
        if isinstance(told.value, BallotInBoxError):
            assert told.value.codes == [cast.code]

    @precondition(lambda self: not self.account.is_closed)
    @rule(voter=st.sampled_from(VOTERS))
    def take_paper(self, voter):
        """Paper overrides the ballot by web."""
        status = self.account.roll.get(voter, ["nobody"])[0]
        refusals = {"nobody": NotOnRollError, "paper": PaperBallotError}
        with self.database.writing() as session:
            mark = (session, self.contest_id, voter)
            if status in refusals:
                with pytest.raises(refusals[status]):
                    services.mark_paper(*mark, keys=self.keys, station="Hall")
                return
            services.mark_paper(*mark, keys=self.keys, station="Hall")
        if status == "web":
            self.account.waiting.append((voter, None))
        self.account.roll[voter] = ["paper", self.account.roll[voter][1] + 1]

    @precondition(lambda self: not self.account.is_closed)
    @rule(target=batches, sheets=st.lists(st.sampled_from(SHEETS), min_size=1, max_size=3))
    def type_a_batch(self, sheets):
        with self.database.writing() as session:
            number = self._clerks(session).typed(*sheets).number
        self.account.integrate()
        self.account.batches[number] = dict(enumerate(sheets, start=1))
        self.account.kinds.update(["batch", *["paper"] * len(sheets), "batch-close"])
        return number

    @precondition(lambda self: not self.account.is_closed)
    @rule(number=batches, data=st.data())
    def reopen(self, number, data):
        if number in self.account.due:
            return
        sheets = self.account.batches[number]
        chosen = data.draw(st.lists(st.sampled_from(sorted(sheets)), min_size=1, unique=True))
        one, other = uuid4(), uuid4()
        with self.database.writing() as session:
            contest, batch = session.get_one(Contest, self.contest_id), self._batch(session, number)
            reopening.propose(
                session, contest, batch, sheets=chosen, why="misread", document="A-1",
                officer_id=one,
            )  # fmt: skip
            actor = Actor(str(Role.POLL_MANAGER), other)
            reopening.confirm(session, contest, batch, officer_id=other, actor=actor, now=NOW)
        self.account.integrate()
        self.account.kinds["void"] += len(chosen)
        self.account.due[number] = set(chosen)
        for sheet in chosen:
            del sheets[sheet]

    @precondition(lambda self: self.account.due and not self.account.is_closed)
    @rule(text=st.sampled_from(SHEETS), data=st.data())
    def type_again(self, text, data):
        number = data.draw(st.sampled_from(sorted(self.account.due)))
        due = self.account.due.pop(number)
        with self.database.writing() as session:
            clerks, batch = self._clerks(session), self._batch(session, number)
            for clerk in (0, 1):
                clerks.types(batch, clerk, dict.fromkeys(sorted(due), text))
        self.account.integrate()
        self.account.batches[number] |= dict.fromkeys(due, text)
        self.account.kinds.update([*["paper"] * len(due), "batch-close"])

    @precondition(lambda self: not self.account.is_closed and len(self.account.roll) < len(VOTERS))
    @rule()
    def put_on_the_roll(self):
        voter = VOTERS[len(self.account.roll)]
        with self.database.writing() as session:
            services.enrol(session, self.contest_id, [voter])
        self.account.roll[voter] = ["none", 0]

    @rule()
    def integrate(self):
        self.integrator.turn()
        self.account.integrate()

    @rule()
    def start_anew(self):
        """A process that ended and another one that reads all before its first batch."""
        self.integrator = Integrator(self.database, keys_in(self.folder))
        self.integrator.check()

    @precondition(lambda self: not self.account.is_closed)
    @rule()
    def stop(self):
        with self.database.writing() as session:
            session.get_one(Contest, self.contest_id).stopped_at = NOW
        self.account.is_stopped = True

    @precondition(lambda self: not self.account.is_closed)
    @rule()
    def close(self):
        live = self.account.live(with_waiting=True)
        ballots = len(live) + len(self.account.on_paper())
        refusal = None
        if self.account.due:
            refusal = OpenBatchesError
        elif ballots > len(self.account.roll):
            refusal = BallotsBeyondRollError
        if refusal is not None:
            with pytest.raises(refusal), self.database.writing() as session:
                self._close(session)
            return
        with self.database.writing() as session:
            found = self._close(session)
        assert (found.ballots, found.paper_marks) == (len(live), self._marked("paper"))
        self.account.integrate()
        self.account.kinds["roll-change"] += self.account.roll_told != len(self.account.roll)
        self.account.kinds["close"] += 1
        self.account.is_closed = True
        assert not self.keys.linker.has(self.contest_id)

    @invariant()
    def the_box_says_what_the_account_says(self):
        account = self.account
        with self.database.reading() as session:
            connection = session.connection()
            query = select(RollEntry.voter_id, RollEntry.status, RollEntry.casts)
            assert {voter: [*mark] for voter, *mark in session.execute(query)} == account.roll
            waiting = session.scalar(select(func.count()).select_from(PendingLeaf))
            assert waiting == len(account.waiting)
            assert log.kinds(connection, self.contest_id) == +account.kinds
            assert queries.has_voted(session, self.contest_id, "v0") == (
                account.roll["v0"][0] != "none"
            )
            casts = [cast for _, cast in account.told + account.waiting if cast]
            for cast in casts:
                found = log.find(connection, self.contest_id, cast.code)
                assert receipts.code_of(found.hash) == cast.code
                assert found.state == account.state(cast)
            self._same_ballots(session, with_waiting=False)

    @invariant()
    def the_survey_says_what_the_account_says(self):
        """As it would be read out now, if all that waits were in the log."""
        account = self.account
        if account.is_closed:
            return
        with self.database.reading() as session:
            pending.integrate(session.connection(), self.contest_id)
            contest = session.get_one(Contest, self.contest_id)
            found = closing.survey(session, contest, keys=self.keys, now=NOW)
            live = self._same_ballots(session, with_waiting=True)
            told = [text for sheets in account.batches.values() for text in sheets.values()]
            assert (found.ballots, found.marks) == (len(live), self._marked("web"))
            assert found.paper_marks == self._marked("paper")
            assert found.roll_size == len(account.roll)
            assert found.void == account.kinds["void"]
            assert sum(batch.typed for batch in found.batches) == len(account.on_paper())
            assert sum(batch.blank for batch in found.batches) == told.count(BLANK)
            assert sum(batch.spoiled for batch in found.batches) == told.count(SPOILED)
            assert found.sheets == len(told) + sum(map(len, account.due.values()))
            ballots = len(live) + len(account.on_paper())
            expected = {
                "stopped": account.is_stopped, "waiting": True, "rebuilt": True, "counts": True,
                "batches": not account.due, "voters": True, "room": ballots <= len(account.roll),
            }  # fmt: skip
            assert {name: found.checks[name] for name in expected} == expected
            session.rollback()

    def _same_ballots(self, session, *, with_waiting):
        live = self.account.live(with_waiting=with_waiting)
        expected = sorted([*live.values(), *self.account.on_paper()])
        assert list(queries.choices_in_box(session, self.contest_id)) == expected
        return live

    def _refusal(self, voter):
        if self.account.is_stopped or self.account.is_closed:
            return ContestClosedError
        refusals = {"nobody": NotOnRollError, "paper": PaperBallotError}
        return refusals.get(self.account.roll.get(voter, ["nobody"])[0])

    def _marked(self, status):
        return sum(mark[0] == status for mark in self.account.roll.values())

    def _hand_in(self, paper):
        with self.database.writing_rows() as connection:
            return services.cast(connection, self.contest_id, [paper], keys=self.keys, now=NOW)

    def _close(self, session):
        contest = session.get_one(Contest, self.contest_id)
        return services.close_contest(session, contest, keys=self.keys, now=NOW)

    def _clerks(self, session):
        return Clerks(session, session.get_one(Contest, self.contest_id), NOW)

    def _batch(self, session, number):
        return session.scalars(select(Batch).where(Batch.number == number)).one()


def keys_in(folder: Path) -> Keys:
    return Keys.of(folder / "keys", folder / "guards", "model.example/pb")


@pytest.fixture(scope="module")
def opened(sqlite_template, tmp_path_factory):
    """A folder with a vote of three voters that was just opened."""
    folder = tmp_path_factory.mktemp("model") / "template"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "city.db")
    database, keys = Database(f"sqlite:///{folder / 'city.db'}"), keys_in(folder)
    with database.writing() as session:
        cycle = factories.cycle(session, NOW, keys=keys, roll_kind="listed", phase="frozen")
        services.enrol(session, cycle.contest_id, VOTERS[:3])
        stations.add(session, cycle.contest_id, "Hall")
        budget.open_vote(session, cycle, actor=factories.SYSTEM, keys=keys, now=NOW)
    database.dispose()
    return folder


@pytest.mark.hypothesis
@pytest.mark.timeout(900)  # what fails is made small first, which takes minutes
def test_the_box_is_what_a_plain_account_says(opened):
    examples = max(10, settings.default.max_examples // 4)
    run_state_machine_as_test(
        type("OpenedBox", (Box,), {"template": opened}),
        settings=settings(max_examples=examples, stateful_step_count=20, deadline=None),
    )
