"""A vote with a station, and people who type."""

from uuid import UUID

import pytest

from ballots import services
from ballots.models import Contest
from ballots.paper import stations
from tests import factories
from tests.clerks import Clerks


@pytest.fixture
def clerks(session, now, keys) -> Clerks:
    contest_id: UUID = factories.cycle(session, now, keys=keys, max_picks=2).contest_id
    stations.add(session, contest_id, "Hall")
    services.enrol(session, contest_id, ["choi", "jung", "kim", "lee", "park"])
    return Clerks(session, session.get_one(Contest, contest_id), now)
