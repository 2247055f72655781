"""Photos and attachments through the client: added, kept in order, served, and hidden with drafts."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from proposals.files import services
from proposals.files.contents import MOST_BYTES
from proposals.files.models import StoredFile
from proposals.models import Proposal
from tests import factories
from tests.pictures import PDF, bare_png, picture


@pytest.fixture
def author(database, now, sign_in):
    with database.writing() as session:
        person = factories.account(session, now)
    sign_in(person)
    return person


@pytest.fixture
def draft(database, now, author):
    with database.writing() as session:
        return factories.proposal(session, now, author=session.merge(author))


@pytest.fixture
def base(draft):
    return f"/proposals/{draft.id}"


def send(client, base, file=None, label="Broken steps", name="photo.jpg"):
    data = {"photo": (BytesIO(picture() if file is None else file), name), "label": label}
    answer = client.post(f"{base}/photos", data=data, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large one is a file of the test's own
    return answer


def attach(client, base, file=PDF, label="약도"):
    data = {"attachment-attachment": (BytesIO(file), "x.pdf"), "attachment-label": label}
    return client.post(f"{base}/attachments", data=data, content_type="multipart/form-data")


def addresses(client, base, kind):
    page = client.get(base).text
    return [
        part.split('"')[0] for part in page.split('href="')[1:] if f"/{kind}/" in part.split('"')[0]
    ]


def test_a_photo_is_added_shown_and_served(client, base, both_languages):
    assert client.get(f"{base}/files").status_code == 200
    assert send(client, base, name="photo.exe").status_code == 302
    (address,) = addresses(client, base, "photos")
    assert 'alt="Broken steps"' in client.get(base).text
    answer = client.get(address)
    assert answer.mimetype == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers.getlist("Content-Security-Policy")[0]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(address.replace("large", "small")).status_code == 200
    assert client.get(address.replace("large", "huge")).status_code == 404


def test_an_attachment_is_only_ever_a_download(client, base):
    assert attach(client, base).status_code == 302
    (address,) = addresses(client, base, "attachments")
    answer = client.get(address)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "약도" in client.get(f"{base}/files").text


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no JPEG, PNG or WebP"),
        (PDF, "no JPEG, PNG or WebP"), (bare_png(60_000, 60_000, b""), "40 million pixels"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_said_beside_the_form(client, base, file, said):
    answer = send(client, base, file)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Broken steps"' in answer.text
    assert addresses(client, base, "photos") == []


def test_a_picture_is_no_attachment_and_words_are_asked_for(client, base):
    assert "no PDF" in attach(client, base, picture()).text
    assert "Say in a few words what is to be seen" in send(client, base, label=" ").text
    assert "Choose a photo" in client.post(f"{base}/photos", data={"label": "x"}).text
    assert "At most 150" in attach(client, base, label="x" * 151).text
    assert "has this file already" in [send(client, base), send(client, base)][1].text


def test_a_large_file_is_refused_and_other_forms_stay_small(client, base):
    assert "larger than 12 MB" in send(client, base, bytes(MOST_BYTES + 1)).text
    assert send(client, base, bytes(MOST_BYTES + 10**6)).status_code == 413
    assert client.post(f"{base}/edit", data={"need": "x" * 2 * 10**6}).status_code == 413
    client.get("/proposals")
    with client.session_transaction() as kept:
        kept.clear()
    assert send(client, base, bytes(2 * 10**6)).status_code in (302, 413)


def test_order_names_and_removal(client, base):
    for shade, label in ((40, "one"), (41, "two")):
        send(client, base, picture(size=(60, shade)), label)
    page = client.get(f"{base}/files").text
    acts = [
        part.split('"')[0] for part in page.split('action="')[1:] if "/files/" in part.split('"')[0]
    ]
    assert len(acts) == 2
    client.post(acts[1], data={"act": "shift"})
    page = client.get(base).text
    assert page.index('alt="two"') < page.index('alt="one"')
    client.post(acts[1], data={"label": "both"})
    client.post(acts[0], data={"act": "remove"})
    page = client.get(base).text
    assert 'alt="both"' in page
    assert 'alt="one"' not in page
    assert client.post(acts[0], data={"act": "remove"}).status_code == 404
    client.post(acts[1], data={"label": ""})
    assert "Say it in a few words" in client.get(f"{base}/files").text


def test_a_draft_shows_its_files_to_nobody_else(app, client, draft, base, database, now):
    send(client, base)
    attach(client, base)
    found = [*addresses(client, base, "photos"), *addresses(client, base, "attachments")]
    assert len(found) == 2
    stranger = app.test_client()
    for address in found:
        assert stranger.get(address).status_code == 404
    with database.writing() as session:
        session.merge(draft).status = "received"
    for address in found:
        assert stranger.get(address).status_code == 200
    assert send(client, base, picture("PNG")).status_code == 409
    with database.writing() as session:
        other = factories.proposal(session, now, status="received").id
    assert stranger.get(found[0].replace(str(draft.id), str(other))).status_code == 404


def test_strangers_keep_nothing_here_and_unpack_nothing(
    client, base, database, now, sign_in, monkeypatch
):
    with database.writing() as session:
        sign_in(factories.account(session, now))
    monkeypatch.setattr("proposals.files.contents.photo", lambda _file: 1 / 0)
    assert send(client, base).status_code == 403
    assert client.get(f"{base}/files").status_code == 403


def test_the_list_shows_the_first_photo_of_what_is_public(client, base, draft, database, now):
    def cards():
        return re.findall(
            r'<li class="card pictured">\s*<img [^>]*>', client.get("/proposals").text
        )

    send(client, base, label="Broken steps")
    send(client, base, picture("PNG", (70, 50)), label="From below")
    assert cards() == []  # a draft
    with database.writing() as session:
        session.get(Proposal, draft.id).status = "received"
        factories.proposal(session, now, status="received")  # without any
    (card,) = cards()
    assert all(
        said in card for said in ('alt="Broken steps"', "small.webp", 'loading="lazy"', "height=")
    )
    with database.writing() as session:
        for row in session.scalars(select(StoredFile).order_by(StoredFile.label.desc())):
            row.position = 9 - row.position
    assert 'alt="From below"' in cards()[0]


def test_only_so_many_in_an_hour(client, base, monkeypatch):
    answers = [client.post(f"{base}/photos").status_code for _ in range(61)]
    assert answers[-2:] == [422, 429]


def test_a_full_proposal_asks_for_no_more(client, base, monkeypatch):
    monkeypatch.setitem(services.MOST, "photo", 1)
    send(client, base)
    assert f'action="{base}/photos"' not in client.get(f"{base}/files").text
    assert "at most 1 of them" in send(client, base, picture("PNG", (70, 70))).text
