"""Who keeps which files with a proposal, how many, and that they go with it."""

import threading
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from core import journal
from proposals import services as proposals
from proposals.errors import FrozenProposalError, NotYourProposalError
from proposals.files import contents, queries, services
from proposals.files.errors import (
    FullProposalError,
    FullShareError,
    NoSuchFileError,
    SameFileError,
)
from proposals.files.models import ATTACHMENT, PHOTO, FileContent, StoredFile
from tests import factories
from tests.pictures import PDF, picture


def photo(shade: int = 0):
    out = BytesIO()
    Image.new("RGB", (20 + shade, 20), (shade, 0, 0)).save(out, "PNG")
    return contents.photo(out.getvalue())


@pytest.fixture
def draft(session, now):
    return factories.proposal(session, now)


def add(session, proposal, now, shade=0, label="Broken steps", kind=PHOTO, content=None):
    return services.add(
        session, proposal.id, kind, content or photo(shade), label,
        account_id=proposal.author_id, now=now,
    )  # fmt: skip


def labels(session, proposal, kind="photos"):
    return [one.label for one in queries.of_proposal(session, proposal.id)[kind]]


def rows(session):
    return [
        session.scalar(select(func.count()).select_from(it)) for it in (StoredFile, FileContent)
    ]


def test_files_are_kept_in_order_and_read_by_their_digest(session, draft, now):
    first = add(session, draft, now, 1, "one")
    add(session, draft, now, 2, "two")
    add(session, draft, now, kind=ATTACHMENT, content=contents.pdf(PDF), label="a sketch")
    assert labels(session, draft) == ["one", "two"]
    assert labels(session, draft, "attachments") == ["a sketch"]
    assert queries.content(session, draft.id, first.digest, "small")[0] == "one"
    assert queries.content(session, draft.id, first.digest, "whole") is None
    assert queries.kept_by(session, draft.author_id) == photo(1).size + photo(2).size + len(PDF)


def test_they_are_moved_named_anew_and_removed(session, draft, now):
    made = [add(session, draft, now, shade, f"{shade}") for shade in range(3)]
    who = {"account_id": draft.author_id}
    services.shift(session, draft.id, made[2].id, **who)
    assert labels(session, draft) == ["0", "2", "1"]
    services.shift(session, draft.id, made[0].id, **who)
    assert labels(session, draft) == ["0", "2", "1"]
    services.rename(session, draft.id, made[0].id, "zero", **who)
    services.remove(session, draft.id, made[1].id, **who, now=now)
    assert labels(session, draft) == ["zero", "2"]
    assert rows(session) == [2, 4]
    add(session, draft, now, 1, "back")
    assert labels(session, draft)[-1] == "back"


def test_a_file_is_kept_once(session, draft, now):
    add(session, draft, now)
    with pytest.raises(SameFileError):
        add(session, draft, now)
    assert rows(session) == [1, 2]
    add(session, factories.proposal(session, now), now)


@pytest.mark.parametrize("kind", [PHOTO, ATTACHMENT])
def test_a_proposal_has_so_many_files_of_a_kind(session, draft, now, kind):
    for serial in range(services.MOST[kind]):
        add(session, draft, now, serial, kind=kind)
    with pytest.raises(FullProposalError):
        add(session, draft, now, 99, kind=kind)


def test_a_person_has_a_share(session, draft, now, monkeypatch):
    monkeypatch.setattr(services, "SHARE", photo(1).size + photo(2).size)
    add(session, draft, now, 1)
    other = factories.proposal(session, now, author=draft.author)
    add(session, other, now, 2)
    with pytest.raises(FullShareError):
        add(session, other, now, 3)
    add(session, factories.proposal(session, now), now, 3)


def test_two_who_add_at_once_do_not_pass_the_limit(database, now, monkeypatch):
    monkeypatch.setitem(services.MOST, PHOTO, 1)
    with database.writing() as session:
        draft = factories.proposal(session, now)
    refused = []

    def send(shade):
        try:
            with database.writing() as session:
                add(session, draft, now, shade)
        except FullProposalError:
            refused.append(shade)

    threads = [threading.Thread(target=send, args=(shade,)) for shade in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    with database.reading() as session:
        assert rows(session) == [1, 2]


def test_only_writers_and_only_while_the_text_may_change(session, draft, now):
    file = add(session, draft, now)
    stranger = factories.account(session, now).id
    for act in (
        lambda who: services.add(session, draft.id, PHOTO, photo(9), "x", account_id=who, now=now),
        lambda who: services.rename(session, draft.id, file.id, "x", account_id=who),
        lambda who: services.shift(session, draft.id, file.id, account_id=who),
        lambda who: services.remove(session, draft.id, file.id, account_id=who, now=now),
    ):
        with pytest.raises(NotYourProposalError):
            act(stranger)
        draft.status = "dept_review"
        session.flush()
        with pytest.raises(FrozenProposalError):
            act(draft.author_id)
        draft.status = "draft"
        session.flush()
    other = factories.proposal(session, now, author=draft.author)
    with pytest.raises(NoSuchFileError):
        services.remove(session, other.id, file.id, account_id=draft.author_id, now=now)
    assert labels(session, draft) == ["Broken steps"]


def test_what_is_public_has_a_line_and_a_draft_has_none(session, draft, now):
    def acts():
        lines = journal.entries(session, about="proposal", about_id=draft.id)
        return [line.act for line in lines if "file" in line.act]

    services.remove(
        session, draft.id, add(session, draft, now).id, account_id=draft.author_id, now=now
    )
    assert acts() == []
    draft.status = "supplement"
    session.flush()
    file = add(session, draft, now)
    services.remove(session, draft.id, file.id, account_id=draft.author_id, now=now)
    assert acts() == ["proposal.file_removed", "proposal.file_added"]


def test_a_draft_that_is_deleted_takes_its_files_along(session, draft, now):
    add(session, draft, now, content=contents.photo(picture()))
    proposals.discard(session, draft, author_id=draft.author_id)
    assert rows(session) == [0, 0]
