"""The wheel: what is in it, and that the demo is served from it alone."""

import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP = {"app", "core", "accounts", "proposals", "ballots", "budget", "tally", "templates"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_the_house_and_nothing_else(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == TOP
    for needed in (
        "templates/base.html", "app/static/app.css", "app/static/ballot.js", "app/migrations/env.py",
        "app/migrations/versions/0001_the_first_tables.py", "app/translations/ko/LC_MESSAGES/messages.mo",
        "app/demo/city.toml", "app/demo/jozsefvaros-2022.pb",
    ):  # fmt: skip
        assert needed in names
    assert not any("node_modules" in name or name.startswith("tests") for name in names)


def test_the_demo_is_served_from_the_wheel_away_from_the_checkout(wheel: Path, tmp_path: Path):
    """The house from the wheel alone; what it depends on is lent, for that is in the lock file."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    command = [sys.executable, "-m", "pip", "--python", home, "install", "-q", "--no-deps", wheel]
    subprocess.run(command, check=True, cwd=tmp_path)
    (packages,) = home.glob("lib/python*/site-packages")
    # Of a folder that is lent so, its own .pth files do not count: the checkout stays unseen.
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["demo", "--folder", tmp_path / "demo", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        [home / "bin" / "gwangjang", *arguments],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        page = _wait_for(f"http://127.0.0.1:{port}/", server)
    finally:
        server.terminate()
        server.communicate(timeout=20)
    assert "광장" in page


def _wait_for(address: str, server: subprocess.Popen) -> str:
    for _ in range(1200):  # two minutes: the machine may have other work
        assert server.poll() is None, server.stderr.read()
        try:
            with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
                return answer.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the demo did not come up")
