"""Of two proposals that exclude each other, one comes on a slate."""

import pytest

from budget import services
from budget.models import SlateEntry
from proposals.review import services as reviewing
from proposals.review.errors import RivalOnSlateError
from tests import factories
from tests.factories import SYSTEM
from tests.reviews import OFFICE


@pytest.fixture
def pair(session, now):
    return [factories.proposal(session, now, status="committee") for _ in range(2)]


def test_a_rival_of_what_is_on_the_slate_does_not_come_on_it(session, now, pair):
    cycle = factories.cycle(session, now, phase="reviewing")
    reviewing.mark_rivals(session, *pair, "one corner", actor=OFFICE, now=now)
    for first, second in (pair, pair[::-1]):
        services.put_on_slate(session, cycle, first, 5, actor=SYSTEM, now=now)
        services.put_on_slate(session, cycle, first, 6, actor=SYSTEM, now=now)  # priced anew
        with pytest.raises(RivalOnSlateError):
            services.put_on_slate(session, cycle, second, 5, actor=SYSTEM, now=now)
        services.take_off_slate(session, cycle, first, actor=SYSTEM, now=now)


def test_a_slate_with_rivals_is_not_frozen(session, now, pair):
    cycle = factories.cycle(session, now, phase="reviewing")
    for one in pair:
        services.put_on_slate(session, cycle, one, 5, actor=SYSTEM, now=now)
    reviewing.mark_rivals(session, *pair, "one corner", actor=OFFICE, now=now)
    with pytest.raises(RivalOnSlateError):
        services.freeze(session, cycle, actor=SYSTEM, now=now)
    assert cycle.phase == "reviewing"
    services.take_off_slate(session, cycle, pair[0], actor=SYSTEM, now=now)
    services.freeze(session, cycle, actor=SYSTEM, now=now)
    assert session.get(SlateEntry, (cycle.id, pair[1].id)).option_id


def test_rivals_may_stand_on_slates_of_different_cycles(session, now, pair):
    reviewing.mark_rivals(session, *pair, "one corner", actor=OFFICE, now=now)
    for one in pair:
        cycle = factories.cycle(session, now, phase="reviewing")
        services.put_on_slate(session, cycle, one, 5, actor=SYSTEM, now=now)
        services.freeze(session, cycle, actor=SYSTEM, now=now)
