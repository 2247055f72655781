"""Casts that come together: one transaction, each voter's own answer."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError

from ballots import log, pending, queries, services
from ballots.collector import Casting, Collector, first_batch
from ballots.errors import (
    BallotInBoxError,
    ContestClosedError,
    LinkKeyMissingError,
    NotOnRollError,
    NotRecordedError,
    TooManyPicksError,
)
from ballots.kinds import Choices
from ballots.models import RollEntry
from ballots.services import Paper, enrol
from tests import factories


@pytest.fixture
def contest_id(database, now, keys):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, roll_kind="listed", max_picks=2)
        enrol(session, cycle.contest_id, [f"v{serial}" for serial in range(40)])
        return cycle.contest_id


def casting(database, keys, contest_id, now):
    """Cast a paper with one collector."""
    collector = Collector(database, keys)
    return lambda paper: collector.cast(Casting(contest_id, paper, now))


def outcome(cast, paper) -> object:
    try:
        return cast(paper)
    except Exception as error:
        return type(error)


def box(database, contest_id):
    with database.reading() as session:
        pending.integrate(session.connection(), contest_id)
        return list(queries.choices_in_box(session, contest_id))


def test_each_gets_an_answer_of_their_own(database, contest_id, keys, now):
    cast = casting(database, keys, contest_id, now)
    given = [
        *((Paper(f"v{serial}", Choices((1,))), str) for serial in range(30)),
        *((Paper(f"stranger{serial}", Choices((1,))), NotOnRollError) for serial in range(5)),
        *((Paper(f"v{30 + serial}", Choices((1, 2, 3))), TooManyPicksError) for serial in range(5)),
    ]
    given = given[::3] + given[1::3] + given[2::3]
    with ThreadPoolExecutor(len(given)) as pool:
        found = list(pool.map(partial(outcome, cast), [paper for paper, _ in given]))
    for said, (_, wanted) in zip(found, given, strict=True):
        assert isinstance(said, str) if wanted is str else said is wanted
    assert len({*found} - {NotOnRollError, TooManyPicksError}) == 30
    assert box(database, contest_id) == ['{"a":[1]}'] * 30


def test_a_thousand_posts_of_one_voter_leave_one_ballot(database, contest_id, keys, now):
    cast = casting(database, keys, contest_id, now)
    papers = [Paper("v1", Choices((1 + serial % 3,))) for serial in range(1000)]
    with ThreadPoolExecutor(50) as pool:
        codes = list(pool.map(cast, papers))
    assert len({*codes}) == 1000
    assert len(box(database, contest_id)) == 1
    with database.reading() as session:
        assert session.get(RollEntry, (contest_id, "v1")).casts == 1000
        pending.integrate(session.connection(), contest_id)
        states = [log.find(session.connection(), contest_id, code).state for code in codes]
    assert (states.count("in"), states.count("replaced")) == (1, 999)


def test_those_who_come_together_share_one_transaction(
    database, contest_id, keys, now, count_queries
):
    castings = [
        Casting(contest_id, Paper(f"v{serial}", Choices((2,))), now) for serial in range(20)
    ]
    with count_queries() as statements:
        codes = Collector(database, keys).cast_all(castings)
    assert len({*codes}) == 20
    assert len([said for said in statements if "pending_leaves" in said]) == 1


def test_the_same_ballot_sent_twice_is_told_so(database, contest_id, keys, now):
    cast = casting(database, keys, contest_id, now)
    paper = Paper("v1", Choices((1,)))
    code = cast(paper)
    with pytest.raises(BallotInBoxError) as told:
        cast(paper)
    assert told.value.codes == [code]


@pytest.mark.parametrize("harm", ["closed", "no key"])
def test_what_stops_all_is_told_to_all(database, contest_id, keys, now, harm):
    if harm == "closed":
        with database.writing() as session:
            contest = queries.contest(session, contest_id)
            now = contest.closes_at
    else:
        keys.linker.destroy(contest_id)
    cast = casting(database, keys, contest_id, now)
    papers = [Paper(f"v{serial}", Choices((1,))) for serial in range(10)]
    with ThreadPoolExecutor(10) as pool:
        found = set(pool.map(partial(outcome, cast), papers))
    assert found == {ContestClosedError if harm == "closed" else LinkKeyMissingError}


def test_of_one_voter_the_earlier_ballot_goes_first(contest_id, now):
    def waits(voter, where=contest_id):
        return Casting(where, Paper(voter, Choices(())), now)

    given = list(enumerate([waits("a"), waits("b"), waits("a"), waits("c", None), waits("c")]))
    assert first_batch(given) == ([given[0], given[1], given[4]], [given[2], given[3]])


@pytest.mark.parametrize(
    ("is_broken", "told"), [(False, NotRecordedError), (True, OperationalError)]
)
def test_not_recorded_is_said_only_where_it_is_known(
    database, contest_id, keys, now, monkeypatch, is_broken, told
):
    def fail(*_given, **_options):
        raise OperationalError("", {}, OSError(), connection_invalidated=is_broken)

    monkeypatch.setattr(services, "cast", fail)
    with pytest.raises(told):
        casting(database, keys, contest_id, now)(Paper("v1", Choices((1,))))
