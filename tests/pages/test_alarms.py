"""Alarms on the desk: in words, for the poll manager and the auditor."""

import pytest
from sqlalchemy import update

from ballots.alarms.queries import Alarm
from ballots.models import Board
from budget.alarm_words import SENTENCES, sentence
from core import words
from core.access import Role
from tests import factories


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("name", SENTENCES)
def test_every_alarm_is_said(name, language, now):
    values = {"since": None, "name": "Kim", "documents": "17", "revoked": 1200, "cast": 20000,
              "sheets": 40, "again": 30, "usual": 2.5, "voters": 1000}  # fmt: skip
    with words.speaking(language):
        said = sentence(Alarm(name, values))
        assert "%(" not in said
        assert sentence(Alarm(name, values | {"since": now})) is not None


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.POLL_MANAGER, True), (Role.AUDITOR, True), (Role.TALLY_OFFICER, False)],
)
def test_who_keeps_the_poll_and_who_audits_it_see_what_goes_wrong(
    client, database, now, keys, sign_in, role, sees
):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys)
        session.execute(update(Board).values(is_halted=True))
        sign_in(factories.account(session, now, role))
    page = client.get(f"/desk/cycles/{cycle.slug}").text
    assert ("The log is halted" in page) == sees
    assert ("has not worked since: never" in page) == sees
