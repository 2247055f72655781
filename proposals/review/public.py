"""What everyone may read of reviews: deadlines, the table of statuses, all cost sheets."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from core import clock
from core.access import public
from core.web import reading
from core.words import LANGUAGES, speaking
from proposals import queries as proposals
from proposals import workflow
from proposals.review import clocks, queries
from proposals.workflow import Move

blueprint = Blueprint("reviews", __name__)


@blueprint.get("/reviews")
@public
def overview() -> ResponseReturnValue:
    """What is owed on proposals now, by whom, until when, and how late it is."""
    sort, kind = request.args.get("sort", ""), request.args.get("kind", "")
    sort = sort if sort in queries.SORTS else "due"
    late_only = bool(request.args.get("late"))
    with reading() as database:
        owed = queries.overview(
            database, now=clock.now(), sort=sort, kind=kind, late_only=late_only
        )
        return render_template(
            "proposals/review/overview.html", owed=owed, sort=sort,
            kind=kind, late_only=late_only, limit=queries.OVERVIEW_LIMIT,
        )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One status as the table shows it: its names, where it leads, and what falls due there."""

    code: str
    names: dict[str, str]  # by language
    steps: Sequence[tuple[str, Move]]
    duty: str | None


@blueprint.get("/proposals/statuses")
@public
def statuses() -> ResponseReturnValue:
    """The status machine, as it is in force: made from the table that decides."""
    return render_template(
        "proposals/review/statuses.html", table=[_line(code) for code in workflow.STATUSES]
    )


@blueprint.get("/proposals/<uuid:proposal_id>/costs")
@public
def sheets(proposal_id: UUID) -> ResponseReturnValue:
    """Every version of a proposal's cost sheet."""
    with reading() as database:
        proposal = proposals.one(database, proposal_id) or abort(404)
        if proposal.status not in workflow.PUBLIC:
            abort(404)
        return render_template(
            "proposals/review/sheets.html", proposal=proposal,
            sheets=queries.sheets(database, proposal_id),
        )  # fmt: skip


def _line(code: str) -> Line:
    names = {}
    for tongue in LANGUAGES:
        with speaking(tongue):
            names[tongue] = str(workflow.STATUSES[code].name)
    steps = [(to, move) for (source, to), move in workflow.MOVES.items() if source == code]
    return Line(code, names, steps, clocks.DUTY_AT.get(code))
