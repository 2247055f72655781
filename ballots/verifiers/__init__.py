"""The programs that count a vote again without us; docs/bundle.md says what they check.

A vote names those of its opening, and keeps them: its bundles bring just these, however old the
vote is and whatever the program ships by then.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, select

from ballots.log import UPSERT
from ballots.models import VerifierFile

HERE = Path(__file__).resolve().parent
NAMES = ("verify.html", "verify.py")


def files() -> dict[str, bytes]:
    """Each of them as this program ships it."""
    return {name: (HERE / name).read_bytes() for name in NAMES if (HERE / name).exists()}


def digests(shipped: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each: what the first leaf of a log says of them."""
    return {name: hashlib.sha256(body).hexdigest() for name, body in shipped.items()}


def keep(connection: Connection, shipped: Mapping[str, bytes]) -> None:
    """Keep what an opening names; each body once, however many votes name it."""
    rows = [{"digest": digest, "body": shipped[name]} for name, digest in digests(shipped).items()]
    if rows:
        statement = UPSERT[connection.dialect.name](VerifierFile).on_conflict_do_nothing()
        connection.execute(statement, rows)


def kept(connection: Connection, promised: Mapping[str, str]) -> dict[str, bytes]:
    """The files that an opening has promised, by name."""
    query = select(VerifierFile.digest, VerifierFile.body)
    query = query.where(VerifierFile.digest.in_(promised.values()))
    bodies: dict[str, bytes] = dict(connection.execute(query).all())
    return {name: bodies[digest] for name, digest in promised.items()}
