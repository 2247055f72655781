"""An audit as files of the bundle (docs/bundle.md)."""

import json
from collections.abc import Iterator

from sqlalchemy.orm import Session

from ballots.board import canonical
from ballots.board.reading import Reading
from budget.audit import queries
from budget.audit.claims import LIMIT
from budget.audit.models import PaperAudit
from budget.models import Cycle
from budget.verification.audit import six_places


def files_of(
    session: Session, cycle: Cycle, reading: Reading, *, with_leaves: bool
) -> Iterator[tuple[str, bytes]]:
    """The files of a finished audit; what was seen on sheets only beside the leaves."""
    audit = queries.audit(session, cycle.id)
    if audit is None or audit.finished_at is None:
        return
    sheets = queries.drawn(session, cycle.id)
    batches = [f"{number},{batch.declared}\n" for number, batch in sorted(reading.batches.items())]
    lines = [f"{sheet.batch},{sheet.sheet}\n" for sheet in sheets]
    yield "rla/manifest.csv", "".join(["batch,sheets\n", *batches]).encode()
    yield "rla/seed.txt", f"{audit.seed}\n".encode()
    yield "rla/sample.csv", "".join(["batch,sheet\n", *lines]).encode()
    yield "rla/report.json", canonical.dumps(_report(session, audit))
    if with_leaves:
        seen = [reading for _, reading in queries.pairs(session, audit)]
        told = (
            {"b": sheet.batch, "s": sheet.sheet, **_member(reading)}
            for sheet, reading in zip(sheets, seen, strict=True)
        )
        yield "rla/mvr.jsonl", b"".join(canonical.dumps(line) + b"\n" for line in told)


def _report(session: Session, audit: PaperAudit) -> dict[str, object]:
    risks = queries.finding(session, audit).risks
    return {
        "assertions": [
            {"above": claim.above, "below": claim.below, "risk": six_places(risk)}
            for claim, risk in zip(queries.claims_of(audit), risks, strict=True)
        ],
        "limit": f"{LIMIT.numerator}/{LIMIT.denominator}",
    }


def _member(reading: str) -> dict[str, object]:
    return {"x": json.loads(reading)} if reading.startswith("{") else {"u": reading}
