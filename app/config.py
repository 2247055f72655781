"""Every setting, read once, checked, and frozen. Each is told in docs/operating.md."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

from app.relay import Relay
from ballots.tokens.mix import Mix

PREFIX = "GWANGJANG_"
SHORTEST_SECRET = 32
_MIRROR_KEY = re.compile(r"[0-9A-Za-z+/]{43}=")  # 32 bytes in base64
_ORIGIN = re.compile(r"[0-9a-z][0-9a-z./-]{0,38}")
_WEB_ORIGIN = re.compile(r"https?://[0-9a-z.-]+(:[0-9]{1,5})?")


class ConfigError(Exception):
    """A setting is missing or cannot be read; the text says which and what to write."""


@dataclass(frozen=True)
class Config:
    """The settings of one running application."""

    database_url: str
    secret_key: str = field(repr=False)
    keys_dir: Path  # link keys of open contests; never inside the database
    guards_dir: Path | None = None  # what logs have signed last; None: beside the keys
    bundles_dir: Path | None = None  # recount bundles as they were published; None: with the keys
    mirror_dir: Path | None = None  # where logs are written once more, on another medium
    mirror_key: str = ""  # the auditors' public key, for which the mirror is sealed
    witnesses: str = "quorum none\n"  # lines of a policy: who must sign the logs of votes too
    origin: str = "localhost/pb"  # what the names of this city's logs begin with
    https: bool = True  # secure cookies and HSTS; off only for a demo on the loopback
    demo: bool = False  # pages carry the mark of the fictional city
    proxies: int = 0  # trusted reverse proxies in front, for the caller's address
    rate_limit_storage: str = "memory://"
    log_level: str = "INFO"
    helpline: str = ""  # where voters ask, as code letters print it
    anonymous_origin: str = ""  # where ballots by token are cast; empty: where the pages are
    mix_minutes: int = 10  # how long they wait at least to be mixed with others
    mix_ballots: int = 32  # and for how many
    smtp_url: str = field(default="", repr=False)  # who takes the city's mail; empty: none is sent
    mail_from: str = ""  # as mail shows it
    site: str = ""  # where the pages are, for links in mail

    @property
    def guards(self) -> Path:
        """Where the guards of the logs are."""
        return self.guards_dir or self.keys_dir / "guards"

    @property
    def bundles(self) -> Path:
        """Where recount bundles are kept once they were made."""
        return self.bundles_dir or self.keys_dir / "bundles"

    @property
    def mix(self) -> Mix:
        """How long ballots by token wait, and for how many others."""
        return Mix(timedelta(minutes=self.mix_minutes), self.mix_ballots)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Config":
        """The settings in `environ`; ConfigError names the first that is missing or wrong."""
        return cls(
            database_url=_needed(environ, "DATABASE_URL", "for example sqlite:////srv/city.db"),
            secret_key=_secret(environ),
            keys_dir=Path(_needed(environ, "KEYS_DIR", "a private folder outside the database")),
            guards_dir=_folder(environ, "GUARDS_DIR"),
            bundles_dir=_folder(environ, "BUNDLES_DIR"),
            mirror_dir=_folder(environ, "MIRROR_DIR"),
            mirror_key=_mirror_key(environ),
            witnesses=_witnesses(environ),
            origin=_origin(environ),
            https=_switch(environ, "HTTPS", default=True),
            demo=_switch(environ, "DEMO", default=False),
            proxies=_count(environ, "PROXIES"),
            rate_limit_storage=environ.get(PREFIX + "RATE_LIMIT_STORAGE", "memory://"),
            log_level=_level(environ),
            helpline=environ.get(PREFIX + "HELPLINE", "").strip(),
            anonymous_origin=_web_origin(environ, "ANONYMOUS_ORIGIN"),
            mix_minutes=_count(environ, "MIX_MINUTES", 10),
            mix_ballots=_count(environ, "MIX_BALLOTS", 32),
            **_mail(environ),
        )


def _needed(environ: Mapping[str, str], name: str, hint: str) -> str:
    value = environ.get(PREFIX + name, "").strip()
    if not value:
        raise ConfigError(f"{PREFIX}{name} is not set: {hint}.")
    return value


def _folder(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(PREFIX + name)
    return Path(value) if value else None


def _secret(environ: Mapping[str, str]) -> str:
    value = _needed(environ, "SECRET_KEY", f"at least {SHORTEST_SECRET} random characters")
    if len(value) < SHORTEST_SECRET:
        raise ConfigError(f"{PREFIX}SECRET_KEY is short: {SHORTEST_SECRET} characters or more.")
    return value


def _origin(environ: Mapping[str, str]) -> str:
    value = _needed(environ, "ORIGIN", "the name of the city's logs, for example city.example/pb")
    if not _ORIGIN.fullmatch(value):
        raise ConfigError(
            f"{PREFIX}ORIGIN is {value!r}: small letters, digits, dots, hyphens and slashes, "
            "for example city.example/pb."
        )
    return value


def _mirror_key(environ: Mapping[str, str]) -> str:
    """The key and the folder of the mirror belong together: neither is of use alone."""
    folder, key = (environ.get(PREFIX + name, "").strip() for name in ("MIRROR_DIR", "MIRROR_KEY"))
    if bool(folder) != bool(key):
        raise ConfigError(
            f"{PREFIX}MIRROR_DIR and {PREFIX}MIRROR_KEY belong together: set both, or none."
        )
    if key and not _MIRROR_KEY.fullmatch(key):
        raise ConfigError(
            f"{PREFIX}MIRROR_KEY is no key: copy the line that `gwangjang mirror key` printed."
        )
    return key


def _web_origin(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(PREFIX + name, "").strip()
    if value and not _WEB_ORIGIN.fullmatch(value):
        raise ConfigError(
            f"{PREFIX}{name} is {value!r}: https:// and a host name, and nothing behind it, "
            "for example https://urn.city.example."
        )
    return value


def _mail(environ: Mapping[str, str]) -> dict[str, str]:
    """Who takes letters, who sends them, and where their links lead: all three, or none."""
    url, sender = (environ.get(PREFIX + name, "").strip() for name in ("SMTP_URL", "MAIL_FROM"))
    site = _web_origin(environ, "SITE")
    if not url:
        return {}
    try:
        Relay.of(url)
    except ValueError:  # which is not shown: a password may be in it
        raise ConfigError(
            f"{PREFIX}SMTP_URL is no address of a mail server: write "
            "smtp://user:password@mail.city.example:587, or smtps:// for TLS from the first byte."
        ) from None
    if "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise ConfigError(
            f"{PREFIX}MAIL_FROM is {sender!r}: write who sends the mail, for example "
            "광장 <square@city.example>."
        )
    if not site:
        raise ConfigError(
            f"{PREFIX}SITE is not set: mail needs it for its links, for example "
            "https://square.city.example."
        )
    return {"smtp_url": url, "mail_from": sender, "site": site}


def _witnesses(environ: Mapping[str, str]) -> str:
    """The text of the file that names the witnesses."""
    path = environ.get(PREFIX + "WITNESSES", "").strip()
    if not path:
        return "quorum none\n"
    from ballots.board.policy import Policy  # noqa: PLC0415 - for those who have one

    try:
        text = Path(path).read_text(encoding="utf-8")
        policy = Policy.read(text)
    except OSError as error:
        raise ConfigError(f"{PREFIX}WITNESSES: {path} cannot be read: {error.strerror}.") from None
    except ValueError as error:  # of its words, or of its letters
        raise ConfigError(f"{PREFIX}WITNESSES: {path}: {error}.") from None
    if policy.logs:
        raise ConfigError(
            f"{PREFIX}WITNESSES: {path} names a log: it holds witnesses, groups and a quorum; "
            "each vote adds its own log."
        )
    return text if text.endswith("\n") else f"{text}\n"


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(PREFIX + name, "1" if default else "0")
    if value not in ("0", "1"):
        raise ConfigError(f"{PREFIX}{name} is {value!r}: write 1 for yes or 0 for no.")
    return value == "1"


def _count(environ: Mapping[str, str], name: str, default: int = 0) -> int:
    value = environ.get(PREFIX + name, str(default))
    if not value.isdecimal():
        raise ConfigError(f"{PREFIX}{name} is {value!r}: write a whole number, 0 or more.")
    return int(value)


def _level(environ: Mapping[str, str]) -> str:
    value = environ.get(PREFIX + "LOG_LEVEL", "INFO").upper()
    if value not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ConfigError(f"{PREFIX}LOG_LEVEL is {value!r}: DEBUG, INFO, WARNING or ERROR.")
    return value
