"""`gwangjang mail`, as typed."""

import pytest
from click.testing import CliRunner

from app.cli import root
from tests.postbox import SECRET, Postbox, happen, wants


@pytest.fixture
def run(config, monkeypatch):
    monkeypatch.setenv("GWANGJANG_DATABASE_URL", config.database_url)
    monkeypatch.setenv("GWANGJANG_SECRET_KEY", SECRET)
    monkeypatch.setenv("GWANGJANG_KEYS_DIR", str(config.keys_dir))
    monkeypatch.setenv("GWANGJANG_ORIGIN", config.origin)
    return lambda: CliRunner().invoke(root, ["mail"])


def test_letters_that_are_due_are_sent_once(database, now, run, monkeypatch):
    made = wants(database, now)
    happen(database, made, now)
    with Postbox() as postbox:
        monkeypatch.setenv("GWANGJANG_SMTP_URL", postbox.url)
        monkeypatch.setenv("GWANGJANG_MAIL_FROM", "square@city.example")
        monkeypatch.setenv("GWANGJANG_SITE", "https://square.city.example")
        assert "Letters that were due: 1." in run().output
        assert "Letters that were due: 0." in run().output
        assert [letter["To"] for letter in postbox.letters] == [made.author.email]


def test_a_city_without_a_mail_server_is_told_what_to_set(run):
    result = run()
    assert result.exit_code == 1
    assert "GWANGJANG_SMTP_URL is not set" in result.output
