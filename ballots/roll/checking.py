"""Whether a file can become a roll: line by line, before anything is written."""

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ballots.eligibility import Claim, Electorate, age_on
from ballots.models import Contest
from ballots.roll import table
from ballots.roll.errors import NoListError, RollFixedError
from ballots.roll.keys import RollKeys
from ballots.roll.models import ListedVoter
from ballots.roll.table import Fault, Row
from core import city

_FIELD_OF = {"ground": "ground", "neighbourhood": "neighbourhood", "age": "born"}


class Entry(NamedTuple):
    """What is kept of one voter."""

    number: str
    person: bytes
    neighbourhood: str
    ground: str


@dataclass
class Report:
    """What a file would do. With faults nothing is written; notes are for people to look at."""

    electorate: Electorate
    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


def check(session: Session, contest: Contest, content: bytes, *, keys: RollKeys) -> Report:
    """Compare a file with the electorate and with the roll as it stands, in two statements.

    Raises
    ------
    NoListError, RollFixedError
    """
    check_open_to_change(contest)
    keys.create(contest.id)
    places = {
        place.slug: f"{place.name_ko}\n{place.name_en}" for place in city.neighbourhoods(session)
    }
    read = table.read(content, places)
    report = Report(contest.electorate, faults=read.faults)
    on_roll = session.execute(
        select(ListedVoter.number, ListedVoter.person).where(ListedVoter.contest_id == contest.id)
    ).all()
    numbers = {number for number, _ in on_roll}
    where = {person: number for number, person in on_roll}
    for row in read.rows:
        _admit(row, report)
        if row.number in numbers:
            report.faults.append(Fault(row.line, "number", "number_on_roll", row.number))
            continue
        person = keys.person(contest.id, row.name, row.born)
        same = where.setdefault(person, row.number)
        if same != row.number:
            report.notes.append(Fault(row.line, "name", "person_twice", same))
        report.entries.append(Entry(row.number, person, row.neighbourhood, row.ground))
    report.faults.sort(key=lambda fault: fault.line)
    return report


def check_open_to_change(contest: Contest) -> None:
    """Raise NoListError or RollFixedError unless the contest's list can still change."""
    check_listed(contest)
    if contest.opened_at is not None:
        raise RollFixedError


def check_listed(contest: Contest) -> None:
    """Raise NoListError if the contest has no list."""
    if contest.roll_kind != "listed":
        raise NoListError


def packed(entries: list[Entry]) -> tuple[bytes, str]:
    """Entries for the time until they are confirmed, and the digest that names them."""
    rows = [(number, person.hex(), place, ground) for number, person, place, ground in entries]
    body = zlib.compress(json.dumps(rows, ensure_ascii=False).encode(), 1)
    return body, hashlib.sha256(body).hexdigest()


def unpacked(body: bytes) -> list[Entry]:
    """The entries again."""
    rows = json.loads(zlib.decompress(body))
    return [
        Entry(number, bytes.fromhex(person), place, ground)
        for number, person, place, ground in rows
    ]


def _admit(row: Row, report: Report) -> None:
    """Note why the row's person is not of the electorate, if so."""
    electorate = report.electorate
    age = age_on(electorate.age_on, row.born)
    if age < 0:
        report.faults.append(Fault(row.line, "born", "date", row.born.isoformat()))
    claim = Claim(row.ground, row.neighbourhood, age)
    report.faults += [
        Fault(row.line, _FIELD_OF[refusal], f"not_{refusal}")
        for refusal in electorate.refusals(claim)
    ]
