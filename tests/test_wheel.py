"""The wheel: what is in it, and that the demo is served from it alone."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
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


def test_the_demo_is_served_from_the_wheel_alone(wheel: Path, tmp_path: Path):
    home = tmp_path / "installed"
    # The locked dependencies are here already; only our own code must come from the wheel.
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--target",
            str(home),
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"import sys; sys.path[:] = [p for p in sys.path if p != {str(ROOT)!r}]; sys.path.insert(0, {str(home)!r}); import app; assert app.__file__.startswith({str(home)!r}), app.__file__; from app.cli import main; main()"
    arguments = ["demo", "--folder", str(tmp_path / "demo"), "--bind", f"127.0.0.1:{port}"]
    environ = {**os.environ, "PYTHONPATH": str(home), "PYTHONSAFEPATH": "1"}
    server = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        env=environ,
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
    for _ in range(300):
        assert server.poll() is None, server.stderr.read()
        try:
            with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
                return answer.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the demo did not come up")
