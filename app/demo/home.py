"""The demo's own folder: its settings, database, keys and log-ins, private to whoever runs it."""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyotp

from ballots.mirror import sealing
from core import disk

PREFIX = "GWANGJANG_"


@dataclass(frozen=True)
class Home:
    """Where one demo city lives."""

    folder: Path

    @property
    def settings_file(self) -> Path:
        """The demo's settings as NAME=value lines, mode 0600."""
        return self.folder / "settings.env"

    def settings(self) -> Mapping[str, str]:
        """What the settings file says."""
        lines = self.settings_file.read_text(encoding="utf-8").splitlines()
        pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
        return {name: value for name, _, value in pairs}

    def environ(self) -> dict[str, str]:
        """This process's environment with the demo's settings over it."""
        return {**os.environ, **self.settings()}

    def has_city(self) -> bool:
        """Whether a city was loaded to the end."""
        return (self.folder / "loaded").exists()

    def mark_loaded(self) -> None:
        """Remember that the city was loaded to the end."""
        (self.folder / "loaded").touch()

    def prepare(self) -> None:
        """Make the folder and its secrets, unless they are there."""
        if self.settings_file.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = self.folder.resolve()
        (folder / "mirror").mkdir()
        auditors = sealing.new_key()
        # A real city's auditors keep it elsewhere (docs/mirror.md).
        disk.replace(folder / "auditors.pem", sealing.private_pem(auditors))
        lines = {
            PREFIX + "DATABASE_URL": f"sqlite:///{folder / 'city.db'}",
            PREFIX + "SECRET_KEY": secrets.token_urlsafe(48),
            PREFIX + "KEYS_DIR": str(folder / "keys"),
            PREFIX + "ORIGIN": "gwangmyeong.example/pb",
            PREFIX + "MIRROR_DIR": str(folder / "mirror"),
            PREFIX + "MIRROR_KEY": sealing.public_text(auditors.public_key()),
            PREFIX + "HTTPS": "0",
            PREFIX + "DEMO": "1",
            "DEMO_PASSWORD": "-".join(secrets.token_hex(2) for _ in range(3)),
            "DEMO_AUTHENTICATOR": pyotp.random_base32(),
        }
        text = "# Made by `gwangjang demo`; private. Delete the folder to be rid of it.\n"
        text += "".join(f"{name}={value}\n" for name, value in lines.items())
        self.settings_file.touch(mode=0o600)
        self.settings_file.write_text(text, encoding="utf-8")

    def forget(self) -> None:
        """Remove the city and its secrets."""
        shutil.rmtree(self.folder, ignore_errors=True)
