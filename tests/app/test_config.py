from datetime import timedelta
from pathlib import Path

import pytest

from app.config import Config, ConfigError
from ballots.board.notes import LOG, WITNESS, Signer
from ballots.tokens.mix import Mix

GOOD = {
    "GWANGJANG_DATABASE_URL": "sqlite:///x.db",
    "GWANGJANG_SECRET_KEY": "k" * 32,
    "GWANGJANG_KEYS_DIR": "/keys",
    "GWANGJANG_ORIGIN": "city.example/pb",
}


def test_four_settings_suffice():
    made = Config("sqlite:///x.db", "k" * 32, Path("/keys"), origin="city.example/pb")
    assert Config.from_environ(GOOD) == made
    assert made.guards == Path("/keys/guards")
    assert Config.from_environ(GOOD | {"GWANGJANG_GUARDS_DIR": "/other"}).guards == Path("/other")


def test_ballots_by_token_are_mixed_as_the_settings_say():
    assert Config.from_environ(GOOD).mix == Mix(timedelta(minutes=10), 32)
    mine = {**GOOD, "GWANGJANG_MIX_MINUTES": "30", "GWANGJANG_MIX_BALLOTS": "100"}
    assert Config.from_environ(mine).mix == Mix(timedelta(minutes=30), 100)
    assert Config.from_environ(GOOD).anonymous_origin == ""
    own = {**GOOD, "GWANGJANG_ANONYMOUS_ORIGIN": "https://urn.city.example:8443"}
    assert Config.from_environ(own).anonymous_origin == "https://urn.city.example:8443"


def test_the_secret_is_not_shown():
    assert "kkkk" not in repr(Config.from_environ(GOOD))


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_setting_is_named(name: str):
    with pytest.raises(ConfigError, match=name):
        Config.from_environ({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("ORIGIN", "City Hall"),
        ("HTTPS", "yes"),
        ("DEMO", "2"),
        ("PROXIES", "-1"),
        ("MIRROR_DIR", "/mirror"),
        ("MIRROR_KEY", "A" * 43 + "="),
        ("LOG_LEVEL", "LOUD"),
        ("ANONYMOUS_ORIGIN", "urn.city.example"),
        ("ANONYMOUS_ORIGIN", "https://urn.city.example/; script-src *"),
        ("MIX_MINUTES", "ten"),
        ("MIX_BALLOTS", "-1"),
        ("SMTP_URL", "mail.city.example"),
        ("SITE", "square.city.example"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str):
    with pytest.raises(ConfigError, match=f"GWANGJANG_{name}"):
        Config.from_environ({**GOOD, f"GWANGJANG_{name}": value})


def test_witnesses_are_read_from_their_file_and_checked(tmp_path: Path):
    key = Signer.of("w.example", WITNESS, bytes(32)).key
    log = Signer.of("city.example/pb", LOG, bytes(32)).key
    file = tmp_path / "witnesses"
    settings = {**GOOD, "GWANGJANG_WITNESSES": str(file)}
    assert Config.from_environ(GOOD).witnesses == "quorum none\n"
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        Config.from_environ(settings)
    file.write_text(f"witness w {key} https://w.example\nquorum w")
    assert Config.from_environ(settings).witnesses == f"{file.read_text()}\n"
    for text, why in (
        (b"quorum nobody", "line 1 of the policy"),
        (b"\xff", "utf-8"),
        (f"log {log}\nquorum none\n".encode(), "names a log"),
    ):
        file.write_bytes(text)
        with pytest.raises(ConfigError, match=why):
            Config.from_environ(settings)


def test_a_mirror_needs_a_folder_and_a_key():
    both = {"GWANGJANG_MIRROR_DIR": "/mirror", "GWANGJANG_MIRROR_KEY": "A" * 43 + "="}
    assert Config.from_environ(GOOD | both).mirror_dir == Path("/mirror")
    with pytest.raises(ConfigError, match="MIRROR_KEY"):
        Config.from_environ(GOOD | both | {"GWANGJANG_MIRROR_KEY": "no key"})


MAIL = {
    "GWANGJANG_SMTP_URL": "smtp://me:hidden@mail.city.example:587",
    "GWANGJANG_MAIL_FROM": "광장 <square@city.example>",
    "GWANGJANG_SITE": "https://square.city.example",
}


def test_mail_needs_a_server_a_sender_and_a_site():
    made = Config.from_environ(GOOD | MAIL)
    assert (made.mail_from, made.site) == (MAIL["GWANGJANG_MAIL_FROM"], MAIL["GWANGJANG_SITE"])
    assert "hidden" not in repr(made)
    assert Config.from_environ(GOOD).smtp_url == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://me:hidden@mail:port"),
        ("MAIL_FROM", ""),
        ("MAIL_FROM", "광장"),
        ("MAIL_FROM", "a@b.example\nBcc: c@d.example"),
        ("SITE", ""),
    ],
)
def test_a_wrong_setting_of_mail_is_named_and_no_password_told(name: str, value: str):
    with pytest.raises(ConfigError, match=f"GWANGJANG_{name}") as error:
        Config.from_environ(GOOD | MAIL | {f"GWANGJANG_{name}": value})
    assert "hidden" not in str(error.value)
