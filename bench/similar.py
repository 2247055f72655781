"""What it costs to look up similar proposals in a large city, beside a plain scan and the search.

python bench/similar.py [SIZES [DATABASES]]      default 1000,10000 sqlite,postgresql

Each size is a process of its own. Told are milliseconds on the clock of the median of 30 look-ups,
whole: asking what changed, working out what was typed, the scan, reading the five found and saying
why. Beside it stands a plain scan with dictionaries, as one would write it first, over texts whose
traits are worked out already; and one word asked of the existing search. Then the first look-up of
a process with kept traits and without, the one after a change, and the memory of the index.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import log, sqrt
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
from _measure import Row, once, report
from log import fresh
from sqlalchemy import insert

from core.db import Database
from proposals import queries as proposals
from proposals.models import Proposal, SearchEntry
from proposals.queries import Filters
from proposals.search import indexed
from proposals.services import Text
from proposals.similar import keeping, queries
from proposals.similar.index import Index
from proposals.similar.traits import Written, traits
from tests.proposals.similar import fixture

SIZES, DATABASES = "1000,10000", "sqlite,postgresql"
ROUNDS = 30
MOST_MS = 200  # a look-up at 10,000 proposals
LARGE = 10_000
SEED = 7


def city(size: int) -> Iterator[Written]:
    """Texts put together out of the fixture's, each with words of three of them, about 150 letters."""
    known = [*fixture.others(), *(pair.meant for pair in fixture.pairs())]
    dice = np.random.default_rng(SEED)
    for serial in range(size):
        one, two, three = (known[at] for at in dice.integers(len(known), size=3))
        yield Written(f"{one.title} {serial}", two.summary, f"{one.need} {three.need} {two.need}")


class PlainScan:
    """Weights by trait in dictionaries, and the cosine with each in turn."""

    def __init__(self, texts: dict[UUID, Written]) -> None:
        weights = {key: self._weights(text) for key, text in texts.items()}
        having = Counter(trait for own in weights.values() for trait in own)
        self.rarity = {trait: log((len(texts) + 1) / (n + 0.5)) for trait, n in having.items()}
        self.texts = {key: self._weighed(own) for key, own in weights.items()}

    def nearest(self, text: Written) -> list[UUID]:
        """The five most alike; it knows no least likeness."""
        asked = self._weighed(self._weights(text))
        alike = {
            key: sum(own[trait] * asked[trait] for trait in asked.keys() & own.keys())
            for key, own in self.texts.items()
        }
        return sorted(alike, key=lambda key: (-alike[key], key))[:5]

    def _weights(self, text: Written) -> dict[int, float]:
        own = traits(text)
        return dict(zip(own.numbers.tolist(), own.weights.tolist(), strict=True))

    def _weighed(self, own: dict[int, float]) -> dict[int, float]:
        weighed = {trait: weight * self.rarity.get(trait, 0) for trait, weight in own.items()}
        length = sqrt(sum(weight**2 for weight in weighed.values())) or 1
        return {trait: weight / length for trait, weight in weighed.items()}


def fill(database: Database, texts: dict[UUID, Written], then: datetime) -> None:
    """A city of these, all of them public."""
    rows = [
        {
            "id": id_, "title": text.title[:120], "summary": text.summary, "need": text.need,
            "status": "received", "version": 1, "shuffle_key": serial, "created_at": then, "updated_at": then,
        }
        for serial, (id_, text) in enumerate(texts.items())
    ]  # fmt: skip
    words = [
        {"proposal_id": id_, "words": indexed(text.title, text.summary, text.need)}
        for id_, text in texts.items()
    ]
    with database.writing() as session:
        session.execute(insert(Proposal), rows)
        session.execute(insert(SearchEntry), words)


def milliseconds(work: Callable[[], object]) -> float:
    """Of one run, on the clock: a database server works too."""
    return once(work, time.perf_counter)[0] * 1000


def memory() -> float:
    """MB of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(database: Database, size: int) -> dict[str, float]:
    """All figures of one size."""
    now = datetime.now(UTC)  # noqa: TID251 - a program that measures
    texts = {uuid4(): text for text in city(size)}
    fill(database, texts, now - timedelta(days=1))
    asked = [pair.asked for pair in fixture.pairs()][:ROUNDS]
    wishes = [Text(title=one.title, summary=one.summary) for one in asked]

    def look_up(index: Index, wish: Text) -> None:
        with database.reading() as session:
            queries.similar(session, index, wish, now=now)

    def search(wish: Text) -> None:
        with database.reading() as session:
            proposals.page(session, Filters(query=wish.title.split()[0]), start=0)

    traits(asked[0])  # the tables of words are read
    first_without = milliseconds(lambda: look_up(Index(), wishes[0]))
    keeping.keep_missing(database)
    before, index = memory(), Index()
    first = milliseconds(lambda: look_up(index, wishes[0]))
    held = memory() - before
    ours = statistics.median(
        milliseconds(lambda wish=wish: look_up(index, wish)) for wish in wishes
    )
    with database.writing() as session:
        session.get_one(Proposal, next(iter(texts))).updated_at = now
    changed = milliseconds(lambda: look_up(index, wishes[0]))
    plain = PlainScan(texts)
    scan = statistics.median(milliseconds(lambda one=one: plain.nearest(one)) for one in asked)
    found = statistics.median(milliseconds(lambda wish=wish: search(wish)) for wish in wishes)
    return {
        "look-up": ours, "plain scan": scan, "search": found, "first look-up of a process": first,
        "the same where no traits are kept": first_without, "look-up after a change": changed,
        "memory": held,
    }  # fmt: skip


def rows(sizes: list[int], kinds: list[str]) -> Iterator[Row]:
    """The figures, a size after the other."""
    for part, kind in enumerate(kinds, 1):
        for size in sizes:
            command = [sys.executable, __file__, "--one", kind, str(size)]
            told = json.loads(
                subprocess.run(command, check=True, capture_output=True, text=True).stdout
            )
            name = f"{kind}, {size:,} proposals: "
            yield Row(part, f"{name}a look-up", told["look-up"], most=MOST_MS, unit="ms")
            for work in ("plain scan", "search"):
                ratio = told["look-up"] / told[work]
                yield Row(part, f"{name}{work}", told[work], unit="ms")
                is_large = (
                    size >= LARGE
                )  # in a small city what does not grow costs more than a scan
                most = 1.0 if work == "plain scan" and is_large else None
                yield Row(part, f"{name}look-up over {work}", ratio, most=most, unit="×")
            for work in list(told)[3:-1]:
                yield Row(part, f"{name}{work}", told[work], unit="ms")
            yield Row(part, f"{name}memory of the index", told["memory"], unit="MB")


def main(arguments: list[str]) -> None:
    """One size, or the whole table."""
    if arguments[:1] == ["--one"]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            folder.chmod(0o755)  # a server of another user has to enter
            with fresh(arguments[1], folder) as database:
                print(json.dumps(measure(database, int(arguments[2]))))
        return
    sizes, kinds = (arguments + [SIZES, DATABASES][len(arguments) :])[:2]
    report(rows([int(size) for size in sizes.split(",")], kinds.split(",")))


if __name__ == "__main__":
    main(sys.argv[1:])
