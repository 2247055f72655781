"""`make interop`: programs that we did not write, over a log that we make. Prints a table and PASS.

A program that is not at hand is said so, and is no failure; one that disagrees is.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app import logs
from app.witness import Application
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import leaf_hash
from ballots.board.notes import Key, Note
from ballots.board.policy import Policy
from ballots.posting import post
from ballots.witness.witness import Witness
from ballots.witnesses import Inquiry, Outcome
from tests.ballots.witness.test_witnesses import serving
from tests.interop.made import OLD, SIZE, Log

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = ROOT / ".venv-interop" / "bin" / "python"
GO_SOURCES = Path("/usr/share/gocode")  # where Debian puts golang-golang-x-mod-dev
PATIENCE = 300


class AbsentError(Exception):
    """The program is not at hand; says what would bring it."""


class DisagreementError(Exception):
    """The program does not agree with us; in its own words."""


def said(command: list[str | Path], **environ: str) -> str:
    """The last line of a program that ended well."""
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, timeout=PATIENCE
    )  # fmt: skip
    if done.returncode:
        raise DisagreementError(" ".join((done.stderr or done.stdout).split())[-200:])
    return done.stdout.strip().splitlines()[-1]


def peer(name: str, module: str) -> Callable[[Path, Log], str]:
    """One of the programs of `others`, by the environment that has it."""

    def ask(folder: Path, _log: Log) -> str:
        _need_module(module)
        return said([PYTHON, HERE / "others.py", name, folder])

    return ask


def vectors(_folder: Path, _log: Log) -> str:
    """The proof vectors of transparency-dev, as the unit test judges them."""
    test = "tests/ballots/board/test_merkle.py::test_the_vectors_of_others_are_judged_as_they_say"
    summary = said([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test])
    if not re.match(r"2 passed", summary):
        raise AbsentError("their files are not beside this repository")
    return "98 inclusion and 98 consistency cases"


def golang(folder: Path, _log: Log) -> str:
    """Go's sumdb reads our note, tiles and proofs; and we read a note that it signed."""
    if not shutil.which("go") or not (GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog").exists():
        raise AbsentError("apt-get install golang-go golang-golang-x-mod-dev")
    environ = {
        "GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOCACHE": str(folder / "go-cache"),
        "GOFLAGS": "", "GOTOOLCHAIN": "local",
    }  # fmt: skip
    found = said(["go", "run", HERE / "golang" / "main.go", folder], **environ)
    key, note = (
        Key.read((folder / "go-vkey").read_text()),
        Note.read((folder / "go-note").read_bytes()),
    )
    if note.signed_by([key]) != (key,) or Checkpoint.read(note.text).root != leaf_hash(b"leaf"):
        raise DisagreementError("we cannot open the note that Go signed")
    return f"{found}, and its own note opened by us"


def their_client(folder: Path, log: Log) -> str:
    """aics-witness's feeder submits our log to our witness."""
    _need_module("aics_witness")
    witness = Witness.create(folder / "our-witness", "ours.example/w1")
    witness.follow(log.signer.key)
    with serving(Application(witness)) as url:
        served = {"url": url, "key": str(witness.signer.key), "name": witness.signer.name}
        (folder / "our-witness.json").write_text(json.dumps(served))
        return said([PYTHON, HERE / "others.py", "aics-feeder", folder])


def their_witness(folder: Path, log: Log) -> str:
    """Our client gathers signatures from aics-witness, and is refused as the standard says."""
    _need_module("aics_witness")
    with _served(folder) as served:
        policy = Policy.read(
            f"log {log.signer.key}\nwitness w {served['key']} {served['url']}\nquorum w\n"
        )
        asked = [_gather(log, policy, folder, size) for size in (OLD, SIZE, OLD)]
        if [one.outcome for one in asked] != [Outcome.SIGNED, Outcome.SIGNED, Outcome.AHEAD]:
            raise DisagreementError(str(asked))
        wrong = f"old {SIZE}\n{'A' * 43}=\n\n{log.note(SIZE)}".encode()
        statuses = [
            post(f"{served['url']}/add-checkpoint", body).status
            for body in (wrong, f"old 7\n\n{log.note(SIZE)}".encode(), b"nonsense")
        ]
        if statuses != [422, 409, 400]:
            raise DisagreementError(f"statuses {statuses}")
    return f"{OLD:,} and {SIZE:,} leaves signed, a rollback refused, statuses 422, 409, 400"


CLIENTS: Mapping[str, Callable[[Path, Log], str]] = {
    "transparency-dev vectors": vectors,
    "pymerkle": peer("pymerkle", "pymerkle"),
    "rfc8785": peer("rfc8785", "rfc8785"),
    "consistent-sampler": peer("consistent-sampler", "consistent_sampler"),
    "Go sumdb note, tlog": golang,
    "aics-tlog": peer("aics-tlog", "aics_tlog"),
    "aics feeder -> our witness": their_client,
    "our client -> aics-witness": their_witness,
}


def main() -> int:
    """Ask each; 0 if none disagrees."""
    logs.configure("WARNING")
    failed, absent = [], []
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name), Log()
        log.write(folder)
        say(f"a log of {SIZE:,} ballots\n")
        for client, ask in CLIENTS.items():
            try:
                result = f"agrees    {ask(folder, log)}"
            except AbsentError as error:
                absent.append(client)
                result = f"absent    {error}"
            except Exception as error:
                failed.append(client)
                result = f"DISAGREES {type(error).__name__}: {error}"
            say(f"{client:28}{result}")
    if failed:
        say(f"\nFAILED: {', '.join(failed)}")
        return 1
    without = f" (not at hand: {', '.join(absent)})" if absent else ""
    say(f"\nPASS: {len(CLIENTS) - len(absent)} of {len(CLIENTS)} agree{without}")
    return 0


def say(line: str) -> None:
    """Say it at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _need_module(name: str) -> None:
    if not PYTHON.exists():
        raise AbsentError("make .venv-interop/installed")
    if subprocess.run(
        [PYTHON, "-c", f"import {name}"], check=False, capture_output=True
    ).returncode:
        raise AbsentError("could not be installed here")


@contextmanager
def _served(folder: Path) -> Iterator[Mapping[str, Any]]:
    """aics-witness in a process of its own, until the block ends."""
    command = [PYTHON, HERE / "others.py", "aics-witness", folder]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.communicate(timeout=20)


def _gather(log: Log, policy: Policy, folder: Path, size: int) -> Any:
    inquiry = Inquiry(
        policy, log.note(size), lambda old: log.consistency(old, size), folder / "evidence"
    )
    (told,) = inquiry.gather().told
    return told


if __name__ == "__main__":
    sys.exit(main())
