"""The console script, as typed: real files in, sentences out, nothing half-written."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, text

from accounts.models import Account
from app.cli import root
from app.demo import places
from ballots.mirror import sealing
from ballots.mirror.mirror import Mirror
from ballots.models import Board, LogLeaf
from ballots.verifiers import verify as alone
from budget.models import Cycle
from core import journal, typesetting
from core.db import Database
from tally.formats import pabulib
from tests import factories

REAL = Path(__file__).resolve().parents[2] / "app" / "demo" / "jozsefvaros-2022.pb"
CASES = Path(__file__).resolve().parents[1] / "tally" / "cases"


@pytest.fixture
def run(config, monkeypatch):
    monkeypatch.setenv("GWANGJANG_DATABASE_URL", config.database_url)
    monkeypatch.setenv("GWANGJANG_SECRET_KEY", config.secret_key)
    monkeypatch.setenv("GWANGJANG_KEYS_DIR", str(config.keys_dir))
    monkeypatch.setenv("GWANGJANG_ORIGIN", config.origin)

    def do(*arguments: object) -> Result:
        return CliRunner().invoke(root, [str(argument) for argument in arguments])

    return do


def ballots(path: Path) -> Counter:
    file = pabulib.read_bytes(path.read_bytes())
    keep = (lambda x: x) if file.kind == "ordinal" else sorted
    return Counter(
        tuple(keep(list(zip(v.choices, v.points or [1] * len(v.choices), strict=True))))
        for v in file.votes
    )


def test_a_real_file_becomes_a_cycle_and_comes_out_the_same(run, database: Database, tmp_path):
    assert (
        "33 projects, 520 ballots"
        in run("cycle", "import", REAL, "--slug", "b", "--lang", "en").output
    )
    assert "b\tVoting" in run("cycle", "list", "--lang", "en").output
    assert run("cycle", "export", "b", tmp_path / "early.pb", "--lang", "en").exit_code == 1
    assert not (tmp_path / "early.pb").exists()
    assert "520 ballots, 520 marks" in run("cycle", "close", "b", "--lang", "en").output
    assert "18 projects" in run("cycle", "count", "b", "--lang", "en").output
    assert run("cycle", "publish", "b", "--lang", "en").exit_code == 0
    assert "byte for byte" in run("cycle", "recount", "b", "--lang", "en").output
    bundle = tmp_path / "bundle.tar"
    for copy, code in (((), 2), (("--auditors",), 0)):
        answer = run("cycle", "bundle", "b", bundle, *copy, "--lang", "en")
        assert f"python3 verify.py {bundle}" in answer.output
        assert run("verify", bundle, "--lang", "en").exit_code == code
        assert alone.main([str(bundle)]) == code
    again = tmp_path / "again.pb"
    assert run("cycle", "export", "b", again, "--lang", "en").exit_code == 0
    assert ballots(again) == ballots(REAL)
    mine, theirs = (pabulib.read_bytes(path.read_bytes()) for path in (again, REAL))
    assert mine.budget == theirs.budget
    assert [(p.id, p.cost, p.name) for p in mine.projects] == [
        (p.id, p.cost, p.name) for p in theirs.projects
    ]
    counted = json.loads(run("tally", again, "--json").output)
    assert counted["winners"] == json.loads(run("tally", REAL, "--json").output)["winners"]


@pytest.mark.parametrize(
    "case", ["worked_by_hand", "traps_of_real_files", "nobody_fits", "ordinal_borda"]
)
def test_every_kind_of_ballot_goes_in_and_out(run, tmp_path, case):
    source = CASES / case / "instance.pb"
    assert run("cycle", "import", source, "--slug", "x").exit_code == 0
    assert run("cycle", "close", "x").exit_code == 0
    assert run("cycle", "export", "x", tmp_path / "out.pb").exit_code == 0
    assert ballots(tmp_path / "out.pb") == ballots(source)


def test_an_operator_opens_and_closes_alone_and_the_journal_says_so(run, database: Database):
    with database.writing() as session:
        today = datetime.now(UTC)  # noqa: TID251 - commands read the real clock
        cycle = factories.cycle(session, today, phase="frozen", slug="x")
    assert "x is open" in run("cycle", "open", "x", "--lang", "en").output
    assert "reason" in run("cycle", "close", "x", "--lang", "en").output
    assert run("cycle", "close", "x", "--reason", "a test").exit_code == 0
    with database.reading() as session:
        entry = journal.last(session, "cycle.close", about_id=cycle.id)
        assert (entry.role, entry.values["reason"]) == ("operator", "a test")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "line 15, vote, column 2: expected ids that PROJECTS lists, found “42”"),
        ("ko", "15번째 줄"),
    ],
)
def test_a_bad_file_is_told_and_leaves_the_database_as_it_was(
    run, database: Database, tmp_path, language, said
):
    bad = tmp_path / "bad.pb"
    text = (
        (CASES / "worked_by_hand" / "instance.pb").read_text().replace("2;bench,lamp", "2;bench,42")
    )
    bad.write_text(text, encoding="utf-8")
    answer = run("cycle", "import", bad, "--lang", language)
    assert answer.exit_code == 1
    assert said in answer.output
    assert str(bad) in answer.output
    assert "Traceback" not in answer.output
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Cycle)) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [(("vote_type;approval", "vote_type;knapsack"), "OverFund"), (("budget;100", "budget;100.5\ncurrency;KRW"), "currency can pay"),
     (("vote_type;approval", "vote_type;choose-1"), "its kind allows")],
)  # fmt: skip
def test_a_ballot_or_amount_that_cannot_be_is_told_with_its_line(
    run, database, tmp_path, change, said
):
    bad = tmp_path / "bad.pb"
    bad.write_text(
        (CASES / "worked_by_hand" / "instance.pb").read_text().replace(*change), encoding="utf-8"
    )
    answer = run("cycle", "import", bad, "--lang", "en")
    assert answer.exit_code == 1
    assert said in answer.output
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LogLeaf)) == 0


def test_what_cannot_be_done_is_said(run, now, database):
    assert "There is no cycle" in run("cycle", "close", "nowhere", "--lang", "en").output
    run("cycle", "import", REAL, "--slug", "b")
    assert (
        "Another cycle has the address b"
        in run("cycle", "import", REAL, "--slug", "b", "--lang", "en").output
    )
    assert run("cycle", "count", "b", "--lang", "en").exit_code == 1
    run("cycle", "close", "b")
    run("cycle", "count", "b")
    with database.writing() as session:
        # As whoever owns the tables can; the tables of PostgreSQL serve other tests after this.
        is_sqlite, off = database.is_sqlite, "SET LOCAL session_replication_role = replica"
        session.execute(text("DROP TRIGGER log_leaves_no_update" if is_sqlite else off))
        leaf = session.scalar(select(LogLeaf).where(LogLeaf.kind == "ballot"))
        leaf.leaf = re.sub(rb'"x":.*', b'"x":{"a":[]}}', leaf.leaf)
    assert "differs" in run("cycle", "recount", "b", "--lang", "en").output
    missing = run("cycle", "export", "b", "/nowhere/at/all.pb", "--lang", "en")
    assert missing.exit_code == 1
    assert "Traceback" not in missing.output


def test_counting_a_file_needs_no_settings(monkeypatch):
    for name in ("DATABASE_URL", "SECRET_KEY", "KEYS_DIR"):
        monkeypatch.delenv(f"GWANGJANG_{name}", raising=False)
    runner = CliRunner()
    shown = runner.invoke(root, ["tally", str(REAL), "--lang", "ko"])
    assert shown.exit_code == 0
    assert "사업 18개" in shown.output
    line = runner.invoke(
        root, ["tally", str(REAL), str(REAL), "--json", "--rule", "greedy_card"]
    ).output
    first, second = (json.loads(text) for text in line.splitlines())
    assert first == second
    assert set(first) >= {"file", "rule", "winners", "cost", "ties"}
    wrong = runner.invoke(root, ["tally", str(REAL), "--rule", "greedy_score", "--lang", "en"])
    assert wrong.exit_code == 1
    assert "does not take" in wrong.output
    assert runner.invoke(root, ["nonsense"]).exit_code == 2


@pytest.mark.parametrize(
    "command",
    ["tally", "serve", "demo", "demo code", "db upgrade", "city load", "city districts", "proposals lapse", "account create", "account reset-factor",
     *(f"cycle {name}" for name in ("import", "list", "open", "close", "witness", "count", "publish", "recount", "export")),
     *(f"witness {name}" for name in ("key", "follow", "serve", "show")),
     *(f"roll {name}" for name in ("import", "letters", "erase"))],
)  # fmt: skip
def test_every_command_explains_itself_with_an_example(command):
    answer = CliRunner().invoke(root, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert "Example: gwangjang" in answer.output


def test_the_first_officials_come_by_command(run, database: Database, now):
    answer = run(
        "account",
        "create",
        "Poll@City.example",
        "--name",
        "Poll",
        "--role",
        "poll_manager",
        "--lang",
        "en",
    )
    assert "poll@city.example can sign in" in answer.output
    assert run("account", "create", "poll@city.example", "--name", "Poll").exit_code == 1
    both = run(
        "account",
        "create",
        "x@city.example",
        "--name",
        "X",
        "--role",
        "budget_officer",
        "--role",
        "tally_officer",
    )
    assert both.exit_code == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1
    assert run("account", "reset-factor", "poll@city.example").exit_code == 0
    assert run("account", "reset-factor", "nobody@city.example").exit_code == 1


def test_the_outlines_come_by_command(run, tmp_path):
    file = tmp_path / "districts.geojson"
    file.write_text("{}", encoding="utf-8")
    assert "FeatureCollection" in run("city", "districts", file).output
    file.write_bytes(b"\xff")
    assert run("city", "districts", file).exit_code == 1
    refused = run("city", "districts", places.OUTLINES)
    assert refused.exit_code == 1
    assert "the city has no neighbourhood 'gwangmyeong-1'" in refused.output
    run("city", "load", factories.CITY)
    assert "19 neighbourhoods are drawn" in run("city", "districts", places.OUTLINES).output


def test_the_tables_and_the_city_come_by_command(run, tmp_path):
    assert "version" in run("db", "upgrade").output
    assert run("city", "load", factories.CITY).exit_code == 0
    bad = tmp_path / "bad.toml"
    bad.write_text("[[field]]\nslug = 'x'\n")
    assert "ko" in run("city", "load", bad).output
    bad.write_text("[[")
    assert run("city", "load", bad).exit_code == 1


def test_sqlite_is_served_by_one_process(run, database_kind):
    if database_kind == "sqlite":
        answer = run("serve", "--workers", "2")
        assert answer.exit_code == 1
        assert "one writer" in answer.output


def test_a_missing_setting_is_one_sentence(monkeypatch, capsys):
    from app import cli  # noqa: PLC0415

    monkeypatch.delenv("GWANGJANG_DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.argv", ["gwangjang", "db", "upgrade"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert "GWANGJANG_DATABASE_URL is not set" in capsys.readouterr().err


def test_the_demo_is_loaded_once_and_its_codes_are_printed(tmp_path, monkeypatch):
    runner, folder = CliRunner(), tmp_path / "demo"
    assert runner.invoke(root, ["demo", "--folder", str(folder), "code"]).exit_code == 1
    first = runner.invoke(root, ["demo", "--folder", str(folder), "--no-serve"])
    assert first.exit_code == 0, first.output
    assert "tally@demo.example" in first.output
    assert (folder / "settings.env").stat().st_mode & 0o777 == 0o600
    stamp = (folder / "loaded").stat().st_mtime_ns
    runner.invoke(root, ["demo", "--folder", str(folder), "--no-serve"])
    assert (folder / "loaded").stat().st_mtime_ns == stamp
    code = runner.invoke(root, ["demo", "--folder", str(folder), "code"]).output.strip()
    assert len(code) == 6
    served: list[str] = []
    loaded: list[bool] = []
    monkeypatch.setattr(
        "app.commands.demo.replace_with_server", lambda _environ, bind: served.append(bind)
    )
    runner.invoke(root, ["demo", "--folder", str(folder), "--bind", "127.0.0.1:9"])
    assert served == ["127.0.0.1:9"]
    database = Database(f"sqlite:///{folder / 'city.db'}")
    with database.reading() as session:
        statuses = set(session.scalars(select(factories.Proposal.status)))
        assert len(statuses) >= 27
        kinds = Counter(session.scalars(select(LogLeaf.kind)))
        assert kinds["ballot"] == 3500 + 520
        assert (kinds["batch"], kinds["batch-close"], kinds["revoke"]) == (2, 1, 18)
        sizes = dict(session.execute(select(Board.contest_id, Board.size)).all())
    auditors = sealing.private_key((folder / "auditors.pem").read_bytes())
    mirror = Mirror(folder / "mirror", auditors.public_key())
    assert {contest_id: mirror.end(contest_id).size for contest_id in mirror.contests()} == sizes
    database.dispose()
    monkeypatch.setattr("app.commands.demo.load", lambda home: loaded.append(home.has_city()))
    runner.invoke(root, ["demo", "--folder", str(folder), "--reset", "--no-serve"])
    assert loaded == [False]


def test_the_ballot_is_printed_once_its_slate_is_frozen(run, database, now, tmp_path, monkeypatch):
    with database.writing() as session:
        early = factories.cycle(session, now, phase="collecting").slug
        frozen = factories.cycle(session, now, phase="frozen").slug
    file = tmp_path / "ballot.pdf"
    refused = run("cycle", "ballots-pdf", early, file, "--lang", "en")
    assert refused.exit_code == 1
    assert f"The slate of {early} is not frozen yet" in refused.output
    assert run("cycle", "ballots-pdf", frozen, file, "--lang", "en").exit_code == 0
    assert file.read_bytes().startswith(b"%PDF-")
    typesetting.font.cache_clear()
    monkeypatch.setattr(typesetting, "FONTS", ())
    assert "No Korean font" in run("cycle", "ballots-pdf", frozen, file, "--lang", "en").output
