"""The recount bundle by page: for everyone once published, its leaves for auditors alone."""

import io

import pytest

from ballots.board.bundle import Bundle
from ballots.integrator import Integrator
from budget import publication, queries
from budget.verification.steps import verify
from core import words
from core.access import Role
from tests import factories
from tests.factories import SYSTEM


@pytest.fixture
def counted(database, now, keys):
    with database.writing() as session:
        cycle = factories.cycle(
            session, now, phase="counted", keys=keys, ballots_cast=[[1], [2, 3], []]
        )
    Integrator(database, keys).turn()
    return cycle.slug


@pytest.fixture
def publish(database, now, keys, config):
    def do(slug):
        with database.writing() as session:
            cycle = queries.cycle(session, slug)
            publication.publish(
                session, cycle, actor=SYSTEM, keys=keys, shelf=config.bundles, now=now
            )

    return do


@pytest.fixture
def fetch(client):
    """A file and its headers; the response is closed, and with it what it was sent from."""

    def do(path):
        with client.get(path) as answer:
            assert answer.status_code == 200
            return answer.data, answer.headers

    return do


def states(data):
    with words.speaking("en"):
        return {step.name: step.state for step in verify(io.BytesIO(data))}


def test_nobody_has_it_before_publication(client, database, now, counted, sign_in):
    assert client.get(f"/cycles/{counted}/bundle.tar").status_code == 404
    with database.writing() as session:
        sign_in(factories.account(session, now, Role.AUDITOR))
    assert client.get(f"/cycles/{counted}/auditors.tar").status_code == 404
    assert client.get(f"/cycles/{counted}/bundle.tar").status_code == 404


def test_everyone_has_the_public_copy_and_the_page_tells_how_to_check_it(
    client, fetch, publish, counted
):
    publish(counted)
    page = client.get(f"/cycles/{counted}/outcome").text
    assert f"python3 verify.py {counted}.tar" in page
    assert "auditors.tar" not in page
    data, headers = fetch(f"/cycles/{counted}/bundle.tar")
    assert headers["Content-Disposition"] == f"attachment; filename={counted}.tar"
    assert headers["Content-Type"] == "application/x-tar"
    assert not any("entries" in path for path in Bundle.read(io.BytesIO(data)).places)
    assert states(data)["V10"] == "right"
    assert fetch(f"/cycles/{counted}/bundle.tar")[0] == data
    assert client.get("/cycles/nowhere/bundle.tar").status_code == 404


def test_the_leaves_of_a_sealed_vote_are_for_auditors(
    client, fetch, publish, database, now, counted, sign_in
):
    publish(counted)
    path = f"/cycles/{counted}/auditors.tar"
    assert client.get(path).status_code == 302  # to the sign-in
    with database.writing() as session:
        people = [factories.account(session, now, *roles) for roles in ((), (Role.TALLY_OFFICER,))]
        auditor = factories.account(session, now, Role.AUDITOR)
    for person in people:
        sign_in(person)
        assert client.get(path).status_code == 403
    sign_in(auditor)
    assert path in client.get(f"/cycles/{counted}/outcome").text
    data, headers = fetch(path)
    assert {*states(data).values()} == {"right"}
    assert headers["Cache-Control"] == "private, no-store"


def test_an_outcome_is_not_published_before_the_log_is_signed(client, database, now, keys, sign_in):
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="counted", keys=keys, ballots_cast=[[1], [2]])
        sign_in(factories.account(session, now, Role.TALLY_OFFICER))
    path = f"/desk/cycles/{cycle.slug}/publish"
    refused = client.post(path, data={"phase": "counted"})
    assert refused.status_code == 409
    assert "not signed up to its end" in refused.text
    Integrator(database, keys).turn()
    assert client.post(path, data={"phase": "counted"}).status_code == 302
    with client.get(f"/cycles/{cycle.slug}/bundle.tar") as answer:
        assert states(answer.data)["V10"] == "right"
