"""The listed roll: files in, letters out, one person one vote, and nobody's name kept."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from ballots import eligibility
from ballots import services as ballots
from ballots.contest_keys import KEY_BYTES
from ballots.errors import ContestClosedError, PaperBallotError
from ballots.kinds import Choices
from ballots.models import Contest, RollEntry
from ballots.roll import checking, queries, services, table, words
from ballots.roll.errors import (
    NoListError,
    RollDraftGoneError,
    RollFixedError,
    RollKeyMissingError,
    RollStillNeededError,
)
from ballots.roll.keys import RollKeys, normal_name
from ballots.roll.models import ListedVoter, RollDraft
from ballots.services import Paper
from budget import services as budget
from core import journal
from core.words import LANGUAGES, speaking
from tests import factories

PLACES = {"cheolsan-3": "철산3동\nCheolsan 3-dong", "haan-1": "하안1동\nHaan 1-dong"}
HEADER = "등록번호,이름,생년월일,동,자격\n"
ROLL = HEADER + "A-1,김하나,1990-03-01,철산3동,\nA-2,이두리,1985. 12. 24.,하안1동,직장\n"


@pytest.fixture
def roll_keys(keys) -> RollKeys:
    return keys.roll


@pytest.fixture
def frozen(database, now) -> Contest:
    """A listed contest before it opens."""
    with database.writing() as session:
        return factories.cycle(session, now, phase="frozen", roll_kind="listed").contest


@pytest.fixture
def listed(database, now, keys, roll_keys) -> Contest:
    """A listed contest with two voters, open."""
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="frozen", roll_kind="listed")
        fill(session, cycle.contest, roll_keys, now)
        budget.open_vote(session, cycle, actor=factories.SYSTEM, keys=keys, now=now)
        return cycle.contest


def fill(session, contest, roll_keys, now, content: str = ROLL) -> None:
    contest = session.merge(contest)
    report = checking.check(session, contest, content.encode(), keys=roll_keys)
    assert report.faults == []
    services.put(session, contest, report.entries, actor=factories.SYSTEM, now=now)


def read(content: str | bytes) -> table.Table:
    return table.read(content.encode() if isinstance(content, str) else content, PLACES)


def voter(session, contest, number: str) -> ListedVoter:
    found = queries.by_number(session, contest.id, number)
    assert found
    return found


# The file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_as_offices_write_them(encoding, delimiter, end):
    content = ROLL.replace(",", delimiter).replace("\n", end).encode(encoding)
    found = read(content)
    assert found.faults == []
    assert [
        (row.number, row.name, row.born, row.neighbourhood, row.ground) for row in found.rows
    ] == [
        ("A-1", "김하나", date(1990, 3, 1), "cheolsan-3", "lives"),
        ("A-2", "이두리", date(1985, 12, 24), "haan-1", "works"),
    ]
    assert [row.line for row in found.rows] == [2, 3]


def test_columns_in_english_in_any_order_without_a_ground():
    found = read('Birth Date,Dong,NAME,No\n19900301,haan 1-dong,"Kim, Hana",7\n')
    assert found.faults == []
    assert found.rows == [table.Row(2, "7", "Kim, Hana", date(1990, 3, 1), "haan-1", "lives")]


ROW = "A-1,김하나,1990-03-01,철산3동,\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"PK\x03\x04 workbook", (1, "", "spreadsheet")),
        (ROLL.encode("utf-16"), (1, "", "encoding")),
        (b"\xff\xfe\xfa\x80", (1, "", "encoding")),
        (b"", (1, "number", "column_missing")),
        (HEADER.encode(), (1, "", "empty")),
        ("이름,생년월일,동\n", (1, "number", "column_missing")),
        (HEADER.replace("자격", "전화") + ROW, (1, "", "column_unknown")),
        (HEADER.replace("자격", "주민등록번호") + ROW, (1, "", "column_unknown")),
        (HEADER.replace("자격", "번호") + ROW, (1, "number", "column_twice")),
        (HEADER + "A-1,김하나,1990-03-01,철산3동\n", (2, "", "cells")),
        (HEADER + 'A-1,"김"하나,1990-03-01,철산3동,\n', (2, "", "quotes")),
        (HEADER + "A-1,,1990-03-01,철산3동,\n", (2, "name", "nothing")),
        (HEADER + f"{'9' * 33},김하나,1990-03-01,철산3동,\n", (2, "number", "too_long")),
        (HEADER + "900301-1234567,김하나,1990-03-01,철산3동,\n", (2, "number", "resident_number")),
        (HEADER + "A-1,김하나,900301-1234567,철산3동,\n", (2, "born", "resident_number")),
        (HEADER + "A-1,김하나,90-03-01,철산3동,\n", (2, "born", "date")),
        (HEADER + "A-1,김하나,1990-02-30,철산3동,\n", (2, "born", "date")),
        (HEADER + "A-1,김하나,1790-03-01,철산3동,\n", (2, "born", "date")),
        (HEADER + "A-1,김하나,1990-03-01,역삼동,\n", (2, "neighbourhood", "place")),
        (HEADER + "A-1,김하나,1990-03-01,철산3동,손님\n", (2, "ground", "ground")),
        (HEADER + ROW + ROW, (3, "number", "number_twice")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line_and_column(content, fault):
    found = read(content)
    first = found.faults[0]
    assert (first.line, first.column, first.code) == fault
    for tongue in LANGUAGES:
        with speaking(tongue):
            column, wrong, advice = words.told(first, eligibility.Electorate(date(2026, 9, 1)))
        assert all((column, wrong, advice))
        assert "%(" not in wrong + advice


def test_a_resident_number_is_never_repeated():
    fault = read(HEADER + "A-1,김하나,900301-1234567,철산3동,\n").faults[0]
    assert fault.found == ""


def test_limits_of_size(monkeypatch):
    monkeypatch.setattr(table, "MOST_BYTES", 10)
    assert read(ROLL).faults[0].code == "too_big"
    monkeypatch.undo()
    monkeypatch.setattr(table, "MOST_ROWS", 1)
    assert [fault.code for fault in read(ROLL).faults] == ["too_many_rows"]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_blamed(content):
    found = read(content)
    assert found.rows or found.faults


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), max_size=8
    )
)
def test_any_row_is_read_or_blamed(cells):
    line = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    found = read(HEADER + line + "\n")
    assert found.rows or found.faults


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)))
def test_a_date_is_read_however_it_is_written(day):
    written = [
        day.isoformat(), f"{day:%Y%m%d}", f"{day.year}.{day.month}.{day.day}.",
        f"{day.year}. {day.month}. {day.day}.", f"{day.year}/{day.month}/{day.day}",
        f"{day.year}년 {day.month}월 {day.day}일",
    ]  # fmt: skip
    assert {table.day_of(text_) for text_ in written} == {day}


# On to the roll

IDENTITY = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def test_an_import_keeps_neither_names_nor_birth_dates(database, frozen, roll_keys, now):
    with database.writing() as session:
        fill(session, frozen, roll_keys, now)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RollEntry)) == 2
        entry = voter(session, frozen, "A-2")
        assert (entry.neighbourhood, entry.ground, entry.code) == ("haan-1", "works", None)
        dump = "".join(
            re.sub(IDENTITY, "", str(row))  # drawn at random: any four digits are in one some day
            for name in ("listed_voters", "roll_entries", "roll_drafts", "journal")
            for row in session.execute(text(f"SELECT * FROM {name}"))  # noqa: S608 - names of tables
        )
    for told in ("김하나", "이두리", "1990-03-01", "1985", "19900301"):
        assert told not in dump


def test_an_import_is_written_in_chunks_of_two_statements(
    database, frozen, roll_keys, now, count_queries, monkeypatch
):
    monkeypatch.setattr(services, "CHUNK", 50)
    seen = []
    for first, voters in ((0, 100), (1000, 200)):
        lines = "".join(f"{first + n},이름{n},1990-01-01,철산3동,\n" for n in range(voters))
        with database.writing() as session, count_queries() as statements:
            contest = session.get_one(Contest, frozen.id)
            fill(session, contest, roll_keys, now, HEADER + lines)
        seen.append(len([said for said in statements if said.startswith("INSERT INTO listed")]))
        others = len(statements) - 2 * voters // 50
    assert seen == [2, 4]
    assert others <= 12


def test_a_wrong_line_keeps_everything_out(database, frozen, roll_keys):
    with database.writing() as session:
        report = checking.check(
            session, frozen, (ROLL + "A-3,박세나,2020-01-01,철산3동,\n").encode(), keys=roll_keys
        )
        assert [(fault.line, fault.column, fault.code) for fault in report.faults] == [
            (4, "born", "not_age")
        ]
        with speaking("en"):
            _, wrong, _ = words.told(report.faults[0], report.electorate)
        assert wrong.startswith("Voters are 14 or older on ")
        assert session.scalar(select(func.count()).select_from(ListedVoter)) == 0


def test_a_birth_after_the_day_is_no_birth_date(database, now, roll_keys):
    rules = eligibility.rules(
        grounds=eligibility.ALL_GROUNDS, neighbourhoods=frozenset(), least_age=0, age_on=None
    )
    with database.writing() as session:
        contest = factories.cycle(
            session, now, phase="frozen", roll_kind="listed", eligibility=rules
        ).contest
        content = HEADER + "A-1,김하나,2031-01-01,철산3동,\n"
        report = checking.check(session, contest, content.encode(), keys=roll_keys)
    assert [(fault.column, fault.code) for fault in report.faults] == [("born", "date")]


def test_the_roll_and_namesakes_are_compared(database, frozen, roll_keys, now):
    with database.writing() as session:
        fill(session, frozen, roll_keys, now)
        again = HEADER + "A-1,최다섯,1991-01-01,철산3동,\nB-1,김 하나,1990-03-01,하안1동,\n"
        report = checking.check(session, frozen, again.encode(), keys=roll_keys)
    assert [(fault.line, fault.code) for fault in report.faults] == [(2, "number_on_roll")]
    assert [(note.line, note.code, note.found) for note in report.notes] == [
        (3, "person_twice", "A-1")
    ]


def test_what_was_checked_is_confirmed_once_and_only_if_nothing_changed(
    database, frozen, roll_keys, now
):
    def confirm(session, digest):
        return services.confirm(session, frozen, digest, actor=factories.SYSTEM, now=now)

    with database.writing() as session:
        frozen = session.get_one(Contest, frozen.id)
        report = checking.check(session, frozen, ROLL.encode(), keys=roll_keys)
        digest = services.keep_draft(session, frozen, report).digest
        with pytest.raises(RollDraftGoneError):
            confirm(session, "0" * 64)
        frozen.eligibility = eligibility.rules(
            grounds=frozenset({"lives"}), neighbourhoods=frozenset(), least_age=14, age_on=None
        )
        with pytest.raises(RollDraftGoneError):
            confirm(session, digest)
        frozen.eligibility = {}
        assert confirm(session, digest) == 2
        with pytest.raises(RollDraftGoneError):
            confirm(session, digest)
        assert session.get(RollDraft, frozen.id) is None


def test_two_imports_of_one_file_at_once_put_it_once(database, frozen, roll_keys, now):
    with database.writing() as session:
        report = checking.check(session, frozen, ROLL.encode(), keys=roll_keys)

    def attempt(_serial: int) -> bool:
        try:
            with database.writing() as session:
                contest = session.get_one(Contest, frozen.id)
                services.put(session, contest, report.entries, actor=factories.SYSTEM, now=now)
        except RollDraftGoneError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RollEntry)) == 2


def test_once_voting_has_begun_the_roll_stays(database, listed, roll_keys, now):
    with database.writing() as session:
        contest = session.get_one(Contest, listed.id)
        with pytest.raises(RollFixedError):
            checking.check(session, contest, ROLL.encode(), keys=roll_keys)
        with pytest.raises(RollFixedError):
            services.empty(session, contest, actor=factories.SYSTEM, now=now)
        with pytest.raises(RollStillNeededError):
            services.erase(session, contest, keys=roll_keys, actor=factories.SYSTEM, now=now)


def test_a_declared_contest_has_no_list(database, now, keys, roll_keys):
    with database.writing() as session:
        contest = factories.cycle(session, now, keys=keys).contest
        with pytest.raises(NoListError):
            checking.check(session, contest, ROLL.encode(), keys=roll_keys)


def test_the_roll_can_be_emptied_and_filled_anew(database, frozen, roll_keys, now):
    with database.writing() as session:
        contest = session.get_one(Contest, frozen.id)
        fill(session, contest, roll_keys, now)
        services.empty(session, contest, actor=factories.SYSTEM, now=now)
        assert session.scalar(select(func.count()).select_from(RollEntry)) == 0
        fill(session, contest, roll_keys, now)


# Codes and letters


def printed(session, contest, roll_keys, now, **changes) -> list[services.Letter]:
    contest = session.merge(contest)
    return services.print_letters(
        session, contest, keys=roll_keys, actor=factories.SYSTEM, now=now, **changes
    )


def opens(session, contest, roll_keys, code: str) -> str | None:
    return queries.by_code(session.connection(), contest.id, roll_keys.code(contest.id, code))


def test_letters_are_made_once_and_again_only_by_batch(database, listed, roll_keys, now):
    with database.writing() as session:
        listed = session.get_one(Contest, listed.id)
        first = printed(session, listed, roll_keys, now, neighbourhood="haan-1")
        rest = printed(session, listed, roll_keys, now)
        assert [letter.number for letter in (*first, *rest)] == ["A-2", "A-1"]
        assert printed(session, listed, roll_keys, now) == []
        assert queries.summary(session, listed.id) == queries.Summary(2, 2, 2)
        old = first[0].code
        assert opens(session, listed, roll_keys, old) == voter(session, listed, "A-2").voter_id
        (new,) = services.print_again(
            session, listed, 1, keys=roll_keys, actor=factories.SYSTEM, now=now
        )
        assert opens(session, listed, roll_keys, old) is None
        assert opens(session, listed, roll_keys, new.code)
        assert opens(session, listed, roll_keys, rest[0].code)
        again = services.print_again(
            session, listed, 9, keys=roll_keys, actor=factories.SYSTEM, now=now
        )
        assert again == []


def test_codes_are_kept_and_told_nowhere(database, listed, roll_keys, now):
    with database.writing() as session:
        letters = printed(session, listed, roll_keys, now)
        services.renew_code(
            session, listed, voter(session, listed, "A-1"), keys=roll_keys,
            actor=factories.SYSTEM, now=now,
        )  # fmt: skip
        rows = session.execute(text("SELECT * FROM listed_voters")).all()
        acts = [entry.values for entry in journal.entries(session) if entry.about == "contest"]
    said = str(rows) + str(acts)
    for letter in letters:
        assert letter.code not in said
        assert letter.code.encode() not in b"".join(row.code for row in rows)
    assert not re.search(r"A-[12]", str(acts))


def test_without_the_key_nobody_is_found(database, listed, roll_keys, now):
    roll_keys.destroy(listed.id)
    with database.writing() as session:
        with pytest.raises(RollKeyMissingError):
            printed(session, listed, roll_keys, now)
        with pytest.raises(RollKeyMissingError):
            queries.identified(session, listed.id, "김하나", date(1990, 3, 1), "", keys=roll_keys)


def test_a_key_is_made_once_even_by_many(tmp_path, frozen):
    makers = [RollKeys(tmp_path / "made") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda keys: keys.create(frozen.id), makers))
    assert len({keys.code(frozen.id, "A") for keys in makers}) == 1
    (file,) = (tmp_path / "made").iterdir()
    assert len(file.read_bytes()) == KEY_BYTES
    assert file.stat().st_mode & 0o777 == 0o600


@given(st.text(max_size=20))
def test_a_name_is_compared_by_what_it_says(name):
    assert normal_name(f" {name} ".replace(" ", "  ")) == normal_name(name.replace(" ", ""))


def test_a_person_is_identified_by_name_and_birth_date(database, frozen, roll_keys, now):
    twins = HEADER + "A-1,김하나,1990-03-01,철산3동,\nA-2,김하나,1990-03-01,하안1동,\n"

    def found(session, name, day, number="") -> list[str]:
        voters = queries.identified(session, frozen.id, name, day, number, keys=roll_keys)
        return sorted(voter.number for voter in voters)

    with database.writing() as session:
        fill(session, frozen, roll_keys, now, twins)
        assert found(session, "김 하나", date(1990, 3, 1)) == ["A-1", "A-2"]
        assert found(session, "김하나", date(1990, 3, 1), "A-2") == ["A-2"]
        assert found(session, "김하나", date(1990, 3, 2)) == []
        assert found(session, "김두나", date(1990, 3, 1), "A-1") == []


# One person, one vote


def cast_by(database, contest, voter_id, keys, now) -> None:
    with database.writing() as session:
        paper = Paper(voter_id, Choices((1,)))
        ballots.cast(session.connection(), contest.id, [paper], keys=keys, now=now)


def test_web_and_paper_race_to_one_ballot(database, listed, keys, now):
    with database.reading() as session:
        who = voter(session, listed, "A-1")

    def web(_serial: int) -> bool:
        return accepted(lambda: cast_by(database, listed, who.voter_id, keys, now))

    def paper(_serial: int) -> bool:
        def hand_out() -> None:
            with database.writing() as session:
                contest = session.get_one(Contest, listed.id)
                services.hand_out_paper(
                    session, contest, who, keys=keys, actor=factories.SYSTEM, now=now
                )

        return accepted(hand_out)

    with ThreadPoolExecutor(12) as pool:
        by_web = [pool.submit(web, serial) for serial in range(6)]
        on_paper = [pool.submit(paper, serial) for serial in range(6)]
        papers, casts = (sum(job.result() for job in jobs) for jobs in (on_paper, by_web))
    assert papers <= 1
    with database.reading() as session:
        record = queries.record(session, listed.id, who.voter_id)
    assert record.status == ("paper" if papers else "web")
    assert record.casts >= max(papers, casts if record.status == "web" else 0) > 0
    if papers:
        with pytest.raises(PaperBallotError):
            cast_by(database, listed, who.voter_id, keys, now)


def accepted(act: Callable[[], None]) -> bool:
    try:
        act()
    except (PaperBallotError, ballots.NotOnRollError):
        return False
    return True


def test_paper_is_handed_out_only_while_voting_is_open(database, frozen, keys, roll_keys, now):
    with database.writing() as session:
        contest = session.get_one(Contest, frozen.id)
        fill(session, contest, roll_keys, now)
        who = voter(session, contest, "A-1")
        with pytest.raises(ContestClosedError):
            services.hand_out_paper(
                session, contest, who, keys=keys, actor=factories.SYSTEM, now=now
            )


def test_who_has_a_paper_ballot_gets_no_letter(database, listed, keys, roll_keys, now):
    with database.writing() as session:
        contest = session.get_one(Contest, listed.id)
        services.hand_out_paper(
            session, contest, voter(session, contest, "A-1"), keys=keys,
            actor=factories.SYSTEM, now=now,
        )  # fmt: skip
        assert [letter.number for letter in printed(session, contest, roll_keys, now)] == ["A-2"]


def test_the_roll_is_erased_and_its_marks_stay(database, listed, keys, roll_keys, now):
    with database.reading() as session:
        who = voter(session, listed, "A-1").voter_id
    cast_by(database, listed, who, keys, now)
    with database.writing() as session:
        contest = session.get_one(Contest, listed.id)
        ballots.close_contest(session, contest, keys=keys, now=now)
        services.erase(session, contest, keys=roll_keys, actor=factories.SYSTEM, now=now)
    assert not roll_keys.has(listed.id)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ListedVoter)) == 0
        assert queries.record(session, listed.id, who) == queries.Record("web", 1)
        assert queries.record(session, listed.id, "nobody") == queries.Record("none", 0)
