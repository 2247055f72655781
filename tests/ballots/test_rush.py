"""One credential posted a thousand times at once, by processes that know nothing of each other."""

import os
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import OperationalError

from ballots import log, queries, services
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.models import RollEntry
from ballots.services import Paper
from core.db import Database
from tests import factories

PROCESSES, POSTS = 4, 250


def post(url: str, keys: Keys, contest_id: UUID, now: datetime, process: int) -> None:
    """One process's share; what was told as NOT recorded is sent again, as the page says."""
    database = Database(url)
    for serial in range(POSTS):
        nonce = (process * POSTS + serial).to_bytes(32)
        paper, is_cast = Paper("v1", Choices((1 + serial % 3,)), nonce), False
        while not is_cast:
            try:
                with database.writing_rows() as connection:
                    services.cast(connection, contest_id, [paper], keys=keys, now=now)
                is_cast = True
            except OperationalError as error:
                if "locked" not in str(error):
                    raise


def test_a_thousand_posts_from_four_processes_leave_one_ballot(database, keys, now, integrate):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, roll_kind="listed").contest_id
        services.enrol(session, contest_id, ["v1"])
    url = database.url.render_as_string(hide_password=False)
    database.dispose()  # nothing of it may be forked
    children = []
    for process in range(PROCESSES):
        child = os.fork()
        if not child:
            status = 1
            try:
                post(url, keys, contest_id, now, process)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    for _ in range(3):
        integrate()  # while they cast
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    integrate()
    with database.reading() as session:
        assert log.kinds(session.connection(), contest_id) == {"open": 1, "ballot": 1000}
        assert session.get_one(RollEntry, (contest_id, "v1")).casts == 1000
        assert len(list(queries.choices_in_box(session, contest_id))) == 1
