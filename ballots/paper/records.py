"""The record of a keying: who typed what, and what was settled. Its hash stands in the log.

One record a `batch-close` leaf; docs/bundle.md tells its members. The random number in it keeps
anyone from guessing the choices of a small batch from the hash.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from ballots.board import canonical
from ballots.paper import entry
from ballots.paper.models import Batch, KeyingRecord


def written(
    number: int, nonce: bytes, clerks: Sequence[str], keyings: Sequence[Mapping[int, str]]
) -> str:
    """The record in canonical JSON.

    Parameters
    ----------
    clerks : of the first, the second and, where anything was settled, the third keying
    keyings : of these three, sheet -> reading; the third may be empty
    """
    first, second, settled = map(_members, keyings)
    body = {
        "b": number, "clerks": list(clerks), "first": first, "n": nonce.hex(), "second": second,
        "settled": settled,
    }  # fmt: skip
    return canonical.dumps(body).decode()


def batches_jsonl(session: Session, contest_id: UUID) -> Iterator[str]:
    """`paper/batches.jsonl`: every record of a contest, in the order of the log."""
    query = (
        select(KeyingRecord.body)
        .join(Batch, Batch.id == KeyingRecord.batch_id)
        .where(Batch.contest_id == contest_id)
        .order_by(KeyingRecord.position)
    )
    for body in session.scalars(query):
        yield f"{body}\n"


def by_position(connection: Connection, contest_id: UUID, first: int) -> dict[int, str]:
    """Place of a `batch-close` leaf, from `first` on -> its record."""
    query = (
        select(KeyingRecord.position, KeyingRecord.body)
        .join(Batch, Batch.id == KeyingRecord.batch_id)
        .where(Batch.contest_id == contest_id, KeyingRecord.position >= first)
    )
    return {row.position: row.body for row in connection.execute(query)}


def adjudications_jsonl(session: Session, contest_id: UUID) -> Iterator[str]:
    """`paper/adjudications.jsonl`: each sheet that was settled, told by the records."""
    for line in batches_jsonl(session, contest_id):
        record = json.loads(line)
        first, second = dict(record["first"]), dict(record["second"])
        for sheet, settled in record["settled"]:
            told = {
                "b": record["b"], "by": record["clerks"][2], "first": first[sheet], "s": sheet,
                "second": second[sheet], "settled": settled,
            }  # fmt: skip
            yield f"{canonical.dumps(told).decode()}\n"


def _members(readings: Mapping[int, str]) -> list[list[Any]]:
    return [[sheet, entry.member(readings[sheet])] for sheet in sorted(readings)]
