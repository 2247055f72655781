from pathlib import Path

import pytest

from app.config import Config, ConfigError

GOOD = {
    "GWANGJANG_DATABASE_URL": "sqlite:///x.db",
    "GWANGJANG_SECRET_KEY": "k" * 32,
    "GWANGJANG_KEYS_DIR": "/keys",
}


def test_three_settings_suffice():
    assert Config.from_environ(GOOD) == Config("sqlite:///x.db", "k" * 32, Path("/keys"))


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
        ("HTTPS", "yes"),
        ("DEMO", "2"),
        ("PROXIES", "-1"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str):
    with pytest.raises(ConfigError, match=f"GWANGJANG_{name}"):
        Config.from_environ({**GOOD, f"GWANGJANG_{name}": value})
