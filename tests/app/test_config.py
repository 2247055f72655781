from pathlib import Path

import pytest

from app.config import Config, ConfigError

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
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str):
    with pytest.raises(ConfigError, match=f"GWANGJANG_{name}"):
        Config.from_environ({**GOOD, f"GWANGJANG_{name}": value})
