"""Files, feeds, cards and posters through the client."""

import csv
import json
import re
from dataclasses import replace
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pytest
from PIL import Image
from sqlalchemy import insert

from core import journal, typesetting
from core.journal import Actor
from proposals import services
from proposals.models import Proposal
from proposals.sharing import prints, queries
from tests import factories
from tests.factories import TEXT

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def received(database, now):
    with database.writing() as session:
        return factories.proposal(session, now, status="received")


def rows(client, query=""):
    text = client.get(f"/proposals.csv{query}").data.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def checked(answer) -> ElementTree.Element:
    """The feed, if it is one by RFC 4287: what must be there is there once, and ids are of their own."""
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)  # noqa: S314 - our own feed
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    for one in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(one.findall(ATOM + name)) == 1
        assert datetime.fromisoformat(one.findtext(f"{ATOM}updated")).tzinfo
        assert re.match(r"(urn:uuid:|https?://)", one.findtext(f"{ATOM}id"))
        assert one.find(f"{ATOM}link[@rel='alternate']").get("href").startswith("http")
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == feed.findtext(f"{ATOM}id")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    return feed


def titles(feed):
    return [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]


def test_a_file_says_what_the_list_shows_and_nothing_private(client, database, now, received):
    with database.writing() as session:
        factories.proposal(session, now)  # a draft
        factories.proposal(session, now, status="withdrawn")
        formula = replace(TEXT, title="=1+1", field="welfare-learning")
        factories.proposal(session, now, status="received", text=formula)
    found = rows(client)
    assert tuple(found[0]) == queries.COLUMNS
    assert sorted(row["title"] for row in found) == ["'=1+1", "보행 신호등"]
    (one,) = rows(client, "?field=safety-construction")
    assert UUID(one["id"]) == received.id
    assert one["cost_minor"] == "10000000"
    assert one["url"] == f"http://localhost/proposals/{received.id}"
    assert one["number"].isdecimal()
    for form in ("csv", "json", "geojson"):
        answer = client.get(f"/proposals.{form}")
        assert f"proposals.{form}" in answer.headers["Content-Disposition"]
        assert "Hana" not in answer.text
        assert str(received.author_id) not in answer.text
    assert len(json.loads(client.get("/proposals.json?q=보행").text)) == 1
    assert client.get("/proposals.xlsx").status_code == 404


def test_every_column_is_told(client):
    told = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    for name in queries.COLUMNS:
        assert f"| `{name}` |" in told


def test_an_empty_city_has_files_and_a_feed(client):
    assert rows(client) == []
    assert json.loads(client.get("/proposals.json").text) == []
    assert json.loads(client.get("/proposals.geojson").text)["features"] == []
    assert titles(checked(client.get("/proposals.atom"))) == []


@pytest.mark.parametrize("number", [499, 500, 501, 1203])
def test_a_large_file_is_read_in_batches_each_row_once(
    client, database, now, count_queries, number
):
    with database.writing() as session:
        session.execute(
            insert(Proposal),
            [
                {
                    "title": f"P{serial}", "status": "received", "version": 1, "shuffle_key": serial,
                    "created_at": now, "updated_at": now,
                }
                for serial in range(number)
            ],
        )  # fmt: skip
    with count_queries() as sent:
        found = rows(client)
    assert [row["title"] for row in found] == [f"P{serial}" for serial in range(number)]
    selects = [statement for statement in sent if statement.startswith("SELECT proposals")]
    assert len(selects) == number // queries.BATCH + 1


def test_a_slow_reader_holds_no_transaction(client, database, received):
    answer = client.get("/proposals.csv", buffered=False)
    pieces = answer.iter_encoded()
    next(pieces)
    assert database.reader.pool.checkedout() == 0
    assert b"".join(pieces)
    answer.close()


def test_the_feed_has_the_newest_first(client, database, now, received, both_languages):
    with database.writing() as session:
        other = replace(
            TEXT, title="둘째 \x0b<&>", title_en="Second \x0b<&>", field="welfare-learning"
        )
        factories.proposal(session, now, status="received", text=other)
        factories.proposal(session, now)
    feed = checked(client.get("/proposals.atom"))
    first = {"ko": "둘째 <&>", "en": "Second <&>"}[both_languages]
    assert titles(feed)[0] == first
    assert len(titles(feed)) == 2
    assert titles(checked(client.get("/proposals.atom?field=welfare-learning"))) == [first]
    answer = client.get("/proposals.atom")
    again = client.get("/proposals.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_proposal_has_a_feed_of_its_way(client, database, now, received, both_languages):
    with database.writing() as session:
        services.move(
            session, session.merge(received), "supplement", actor=Actor("reviewer"),
            now=now, reason="어디인지 적어 주세요 ]]>",
        )  # fmt: skip
    feed = checked(client.get(f"/proposals/{received.id}/history.atom"))
    assert len(titles(feed)) == 2
    assert "어디인지 적어 주세요 ]]>" in titles(feed)[0]
    with database.reading() as session:
        lines = journal.entries(session, about="proposal", about_id=received.id)
    assert len(lines) == len(titles(feed))


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_what_is_not_public_is_not_shared_even_with_its_author(
    client, database, now, sign_in, status
):
    with database.writing() as session:
        made = factories.proposal(session, now, status=status)
        sign_in(made.author)
    for what in ("history.atom", "poster.pdf", "card-ko-0.png"):
        assert client.get(f"/proposals/{made.id}/{what}").status_code == 404
    assert "og:image" not in client.get(f"/proposals/{made.id}").text


def card_of(client, received) -> str:
    page = client.get(f"/proposals/{received.id}").text
    return re.search(r'property="og:image" content="http://localhost([^"]+)"', page)[1]


def test_a_link_has_a_card_that_changes_with_the_words(client, database, received, both_languages):
    address = card_of(client, received)
    answer = client.get(address)
    assert Image.open(BytesIO(answer.data)).size == (1200, 630)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    with database.writing() as session:
        session.merge(received).status = "on_ballot"
    assert card_of(client, received) != address
    assert client.get(address).headers["Location"] == card_of(client, received)
    page = client.get(f"/proposals/{received.id}").text
    title = {"ko": "보행 신호등", "en": "Walk lights"}[both_languages]
    assert f'property="og:title" content="{title}"' in page


def test_a_card_is_drawn_once(client, received, monkeypatch):
    prints._drawn.cache_clear()
    address = card_of(client, received)
    first = client.get(address).data
    monkeypatch.setattr(typesetting, "png", lambda *_: 1 / 0)
    assert client.get(address).data == first


@pytest.mark.parametrize(
    "title", ['#import "x"', "$x^2$ *b* _c_ \\", "]#panic()", "긴 제목 " * 24, "A"]
)
def test_no_title_is_a_command(client, database, now, title):
    with database.writing() as session:
        hostile = replace(TEXT, title=title[:120], title_en="", summary=title[:200])
        made = factories.proposal(session, now, text=hostile)
        made.status = "received"
    assert client.get(card_of(client, made)).mimetype == "image/png"
    assert client.get(f"/proposals/{made.id}/poster.pdf").data.startswith(b"%PDF-")


def test_a_poster_is_printed(client, received):
    answer = client.get(f"/proposals/{received.id}/poster.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_without_a_korean_font_it_says_so(client, received, monkeypatch):
    typesetting.font.cache_clear()
    monkeypatch.setattr(typesetting, "FONTS", ())
    assert client.get(f"/proposals/{received.id}/poster.pdf").status_code == 503
