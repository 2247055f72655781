"""Pages of proposals in a large city on PostgreSQL: 95 of 100 answers are quicker than the bar.

python bench/pages.py [SIZE [ROUNDS]]      default 10000 40

The real application is called in this process, and its answer read to the end; the database is a
server of its own. The pages are asked for in turn, so that a noisy neighbour hits all alike. Beside
them stands a floor: a page with our frame, and one statement that reads no table. A ratio over it
says what a page costs on any machine. The orders, words and views that are asked for differ from
round to round; they are drawn from a stated seed.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
from _measure import Row, report
from flask import Flask, render_template
from log import fresh
from similar import city
from sqlalchemy import insert, select, text

from app import create_app
from app.config import Config
from app.demo.places import draw_city
from core.access import public
from core.city import Field, Neighbourhood
from core.db import Database
from core.journal import JournalEntry
from core.web import reading
from proposals.models import Proposal, Receipt, SearchEntry
from proposals.places import queries as places
from proposals.places.models import ProposalPoint
from proposals.search import indexed
from proposals.workflow import PUBLIC
from tests import factories

SIZE, ROUNDS = 10_000, 40
MOST_MS = 150
BATCH, LINES = 1000, 4
SEED = 11
KOREAN, ENGLISH = (
    ("보행신호", "가로등", "놀이터", "하천길", "그늘막"),
    ("bench", "light", "Project 7"),
)
# West, south, east, north and zoom: the whole city, and a street.
WHOLE, STREET = (126.80, 37.40, 126.92, 37.50, 12), (0.0, 0.0, 0.004, 0.003, 17)


def fill(database: Database, size: int, then: datetime) -> list[UUID]:
    """A city of so many proposals, nine in ten of them public, each with its place and its way."""
    dice = np.random.default_rng(SEED)
    with database.writing() as session:
        factories.city(session)
        draw_city(session)
        slugs = session.scalars(select(Neighbourhood.slug)).all()
        fields = session.scalars(select(Field.slug)).all()
        shapes = places.districts(session)
    statuses = [*sorted(PUBLIC)] * 3 + ["draft"] * 9
    texts = list(city(size))
    for start in range(0, size, BATCH):
        rows, words, points, receipts, lines = [], [], [], [], []
        for serial, written in enumerate(texts[start : start + BATCH], start=start):
            id_, slug = uuid4(), slugs[dice.integers(len(slugs))]
            status = statuses[dice.integers(len(statuses))]
            at = then + timedelta(minutes=serial)
            rows.append(
                {
                    "id": id_, "title": written.title[:60], "title_en": f"Project {serial} with a bench and light",
                    "summary": written.summary, "need": written.need, "place": "길", "neighbourhood": slug,
                    "field": fields[dice.integers(len(fields))], "cost_minor": 10_000_000, "version": 1,
                    "status": "received" if status == "merged" else status,
                    "shuffle_key": int(dice.integers(2**62)), "created_at": at, "updated_at": at,
                }
            )  # fmt: skip
            said = indexed(written.title, written.summary, written.need, rows[-1]["title_en"])
            words.append({"proposal_id": id_, "words": said})
            middle = shapes[slug].middle
            north, east = (int(one) for one in dice.integers(-3000, 3000, size=2))
            points.append(
                {
                    "proposal_id": id_,
                    "latitude": middle.latitude + north,
                    "longitude": middle.longitude + east,
                }
            )
            receipts.append({"proposal_id": id_, "received_at": at})
            lines += [_line(id_, at + timedelta(days=day)) for day in range(LINES)]
        with database.writing() as session:
            for model, made in (
                (Proposal, rows), (SearchEntry, words), (ProposalPoint, points), (Receipt, receipts), (JournalEntry, lines),
            ):  # fmt: skip
                session.execute(insert(model), made)
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    with database.reading() as session:
        shown = select(Proposal.id).where(Proposal.status.in_(PUBLIC)).limit(500)
        return list(session.scalars(shown))


def _line(id_: UUID, at: datetime) -> dict[str, object]:
    values = {
        "source": "received",
        "to": "dept_review",
        "reason": "규정에 맞습니다.",
        "reason_code": "",
    }
    return {
        "at": at, "role": "reviewer", "account_id": None, "act": "proposal.moved", "about": "proposal",
        "about_id": id_, "values": values,
    }  # fmt: skip


def addresses(ids: list[UUID]) -> dict[str, Callable[[], str]]:
    """Each page, as an address that differs from call to call."""
    dice = np.random.default_rng(SEED)

    def of(*these: str) -> str:
        return str(dice.choice(these))

    def view(west: float, south: float, east: float, north: float, zoom: int) -> str:
        if not west:
            west, south = float(dice.uniform(126.85, 126.88)), float(dice.uniform(37.44, 37.49))
            east, north = west + east, south + north
        return f"/proposals/map/marks.json?west={west:.6f}&south={south:.6f}&east={east:.6f}&north={north:.6f}&zoom={zoom}"

    return {
        "the floor: our frame and one statement": lambda: "/floor",
        "the list": lambda: "/proposals",
        "the list, later pages": lambda: f"/proposals?after={dice.integers(2**62)}",
        "the list of one field and neighbourhood": lambda: f"/proposals?field=welfare-learning&neighbourhood={of('haan-1', 'iljik', 'soha-2')}",
        "the list at one status": lambda: f"/proposals?status={of('received', 'fit', 'evaluated')}",
        "a search for Korean": lambda: f"/proposals?q={of(*KOREAN)}",
        "a search for English": lambda: f"/proposals?q={of(*ENGLISH)}",
        "a search for what is nowhere": lambda: "/proposals?q=천문대",
        "the map": lambda: "/proposals/map",
        "the map, searched": lambda: f"/proposals/map?q={of(*KOREAN)}",
        "marks of the whole city": lambda: view(*WHOLE),
        "marks of a street": lambda: view(*STREET),
        "marks of the whole city, searched": lambda: f"{view(*WHOLE)}&q={of(*KOREAN)}",
        "one proposal": lambda: f"/proposals/{ids[dice.integers(len(ids))]}",
        "the feed": lambda: "/proposals.atom",
        "the feed of a search": lambda: f"/proposals.atom?q={of(*KOREAN)}",
        "the CSV of one neighbourhood": lambda: f"/proposals.csv?neighbourhood={of('haan-1', 'iljik', 'soha-2')}",
        "the first line of the whole CSV": lambda: "/proposals.csv",
    }  # fmt: skip


def milliseconds(app: Flask, address: str, *, whole: bool) -> float:
    """Of one request of a new visitor, its answer read to the end, or to its first piece."""
    client = app.test_client()
    client.set_cookie("lang", "ko")
    began = time.perf_counter()
    answer = client.get(address, buffered=False)
    pieces = answer.iter_encoded()
    read = sum(map(len, pieces)) if whole else len(next(iter(pieces)))
    took = (time.perf_counter() - began) * 1000
    answer.close()
    assert answer.status_code == 200, address
    assert read, address
    return took


def measured(app: Flask, ids: list[UUID], rounds: int) -> Iterator[Row]:
    """The milliseconds of every page, and how many floors that are."""
    pages = addresses(ids)
    took: dict[str, list[float]] = {name: [] for name in pages}
    for serial in range(-3, rounds):  # the first rounds fill caches, and do not count
        for name, address in pages.items():
            one = milliseconds(app, address(), whole="first line" not in name)
            if serial >= 0:
                took[name].append(one)
    floor = statistics.median(next(iter(took.values())))
    for part, (name, every) in enumerate(took.items(), start=1):
        p95 = statistics.quantiles(every, n=20)[-1]
        yield Row(part, f"{name}: 95 of 100", p95, most=MOST_MS, unit="ms")
        yield Row(part, "    median over the floor", statistics.median(every) / floor, unit="x")


def main() -> None:
    given = [int(said) for said in sys.argv[1:]]
    size, rounds = [*given, *(SIZE, ROUNDS)[len(given) :]]
    then = datetime.now(UTC) - timedelta(days=300)  # noqa: TID251 - a program that measures
    with tempfile.TemporaryDirectory() as folder, fresh("postgresql", Path(folder)) as database:
        ids = fill(database, size, then)
        url = database.url.render_as_string(hide_password=False)
        app = create_app(
            Config(url, "b" * 40, Path(folder) / "keys", log_level="ERROR", https=False)
        )

        @app.get("/floor")
        @public
        def floor() -> str:
            with reading() as session:
                session.scalar(select(text("1")))
            return render_template("base.html")

        print(f"{size:,} proposals on PostgreSQL, {rounds} rounds")
        report(measured(app, ids, rounds))
        app.extensions["database"].dispose()


if __name__ == "__main__":
    main()
