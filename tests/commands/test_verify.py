"""`gwangjang verify`: a line a step, in the reader's language, and an end that says how it went."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from app.cli import root
from ballots.verifiers import verify as alone
from budget.verification.steps import STEPS
from tests.ballots.board import made


@pytest.fixture
def written(tmp_path):
    def do(files):
        path = tmp_path / "bundle.tar"
        path.write_bytes(made.packed(files))
        return path

    return do


def run(*arguments, lang="en"):
    return CliRunner().invoke(root, ["verify", *map(str, arguments), "--lang", lang])


def test_each_step_has_a_line_and_the_end_says_what_was_not_checked(written):
    answer = run(written(made.vote().files()))
    lines = answer.output.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [*STEPS]
    assert lines[0].startswith("V0  right · The form of the file: 14 files")
    assert "V5  not checked · " in answer.output
    assert lines[-1] == "Nothing is wrong, but not all could be checked."
    assert answer.exit_code == 2


def test_it_ends_as_the_verifier_that_stands_alone_does(written, capsys):
    manifest = replace(made.MANIFEST, publication="open")
    log = [one for one in made.events(manifest) if one["t"] in ("open", "ballot", "roll-change")]
    vote = made.vote(manifest, log=made.closed(log, manifest))
    vote = replace(vote, marks=made.marks_of(vote.log), sizes=(1,))
    files = vote.files(leaves=True)
    for given, code in (
        (files, 0),
        (files | {"tally.json": b"{}"}, 1),
        (made.vote().files(), 2),
    ):
        path = written(given)
        assert run(path).exit_code == alone.main([str(path)]) == code
    assert "All was checked" in run(written(files)).output


def test_the_key_and_receipts_are_taken_from_whoever_asks(written, tmp_path):
    path = written(made.vote().files())
    assert "V2  right" in run(path, "--key", made.LOG_KEY.key).output
    other = made.WITNESSES["press"].key
    assert run(path, "--key", other).exit_code == 1
    answer = run(path, "--key", "nobody")
    assert (answer.exit_code, "--key: no key: nobody" in answer.output) == (1, True)
    receipt = tmp_path / "mine.txt"
    receipt.write_text("no receipt")
    answer = run(path, "--receipt", receipt, "--receipt", receipt)
    assert "V13 WRONG · Receipts: mine.txt: a receipt begins with" in answer.output


def test_a_step_is_an_object_for_programs(written):
    answer = run(written(made.vote().files()), "--json")
    steps = [json.loads(line) for line in answer.output.splitlines()]
    assert [step["step"] for step in steps] == [*STEPS]
    assert steps[5] == {
        "step": "V5", "state": "unchecked",
        "said": "The public copy of a sealed vote has no leaves.",
    }  # fmt: skip


def test_it_speaks_korean_and_says_what_file_is_not_there(written, tmp_path):
    answer = run(written(made.vote().files()), lang="ko")
    assert "V0  맞음 · 파일의 형식: " in answer.output
    assert answer.output.splitlines()[-1] == "틀린 것은 없지만, 다 확인하지는 못했습니다."
    answer = run(tmp_path / "nowhere.tar")
    assert (answer.exit_code, "nowhere.tar" in answer.output) == (1, True)
