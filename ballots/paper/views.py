"""The page on which sheets are typed: numbers and Enter, one request a sheet."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from ballots import queries as ballots
from ballots.errors import InvalidBallotError
from ballots.models import Contest
from ballots.paper import entry, keying, queries, words
from ballots.paper.desk import CLERKS
from ballots.paper.errors import NothingTypedError, UnreadableEntryError
from ballots.paper.models import FIRST, SECOND, THIRD, Batch, Keying
from core import clock
from core.access import requires
from core.web import reading, transaction, wants_html

blueprint = Blueprint(
    "keying", __name__, url_prefix="/desk/votes/<uuid:contest_id>/paper/batches/<uuid:batch_id>"
)


@dataclass(frozen=True)
class Sheet:
    """What the page shows of the sheet to be typed now.

    Attributes
    ----------
    number : None when there is none left
    before : the sheet before it; None at the first
    typed : what was typed for it before, or was refused just now
    is_again : whether it was typed before
    done, due : sheets typed, and to be typed
    first, second : of the third clerk's sheets, how the two others read it
    """

    number: int | None
    before: int | None
    typed: str
    is_again: bool
    done: int
    due: int
    first: str = ""
    second: str = ""


@blueprint.post("/begin")
@requires(*CLERKS)
def begin(contest_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """Take a place at the batch."""
    with transaction() as database:
        contest, batch = _found(database, contest_id, batch_id)
        keying.begin(database, contest, batch, clerk_id=current_user.id)
    return redirect(url_for(".sheet", contest_id=contest_id, batch_id=batch_id))


@blueprint.get("/key")
@requires(*CLERKS)
def sheet(contest_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """The sheet asked for (``?sheet=7``), or the first that is not typed."""
    with reading() as database:
        contest, batch = _found(database, contest_id, batch_id)
        own = _own(database, batch)
        shown = _sheet(database, own, request.args.get("sheet", type=int))
        return _page(contest, batch, own, shown)


@blueprint.post("/key")
@requires(*CLERKS)
def key(contest_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """Keep one sheet and show the next; what cannot be read stays in the field."""
    number = request.form.get("sheet", 0, type=int)
    typed = request.form.get("typed", "")[: entry.LONGEST]
    with transaction() as database:
        contest, batch = _found(database, contest_id, batch_id)
        own = _own(database, batch)
        refused = None
        try:
            keying.key(database, contest, own, sheet=number, typed=typed)
        except (InvalidBallotError, NothingTypedError, UnreadableEntryError) as error:
            refused = error
        shown = _sheet(database, own, number, typed) if refused else _next(database, own, number)
        if wants_html():
            return _page(contest, batch, own, shown, refused), 422 if refused else 200
    answer: dict[str, Any] = {"sheet": shown.__dict__}
    if refused:
        answer |= {"refused": words.sentence(refused), "breaks_rule": words.breaks_rule(refused)}
    return jsonify(answer), 422 if refused else 200


@blueprint.post("/finish")
@requires(*CLERKS)
def finish(contest_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """Say that all sheets are typed."""
    with transaction() as database:
        contest, batch = _found(database, contest_id, batch_id)
        actor = current_user.acting_as(*CLERKS)
        keying.finish(database, contest, batch, _own(database, batch), actor=actor, now=clock.now())
    return redirect(url_for("paper.batch", contest_id=contest_id, batch_id=batch_id))


def _page(contest: Contest, batch: Batch, own: Keying, shown: Sheet, refused: Any = None) -> str:
    return render_template(
        "paper/key.html",
        contest=contest,
        batch=batch,
        own=own,
        sheet=shown,
        refused=refused and words.sentence(refused),
        breaks_rule=refused is not None and words.breaks_rule(refused),
        with_points=contest.kind in entry.WITH_POINTS,
        longest=entry.LONGEST,
    )


def _next(database: Session, own: Keying, number: int) -> Sheet:
    """The next sheet that is not typed, from the beginning again after the last."""
    due = queries.sheets_due(database, own)
    typed = queries.readings(database, own.batch_id, own.place)
    todo = [sheet for sheet in due if sheet not in typed]
    return _sheet(database, own, next((one for one in todo if one > number), None))


def _sheet(database: Session, own: Keying, number: int | None, refused: str | None = None) -> Sheet:
    due = queries.sheets_due(database, own)
    typed = queries.readings(database, own.batch_id, own.place)
    if number not in due:
        number = next((one for one in due if one not in typed), None)
    earlier = [one for one in due if number is None or one < number]
    again = typed.get(number or 0)
    first = second = ""
    if own.place == THIRD and number is not None:
        first, second = (
            entry.shown(queries.readings(database, own.batch_id, place)[number])
            for place in (FIRST, SECOND)
        )
    return Sheet(
        number=number,
        before=earlier[-1] if earlier else None,
        typed=refused if refused is not None else entry.shown(again) if again else "",
        is_again=again is not None,
        done=len(typed),
        due=len(due),
        first=first,
        second=second,
    )


def _own(database: Session, batch: Batch) -> Keying:
    """The place of whoever is signed in; nobody sees another's."""
    own = queries.keying_of(database, batch.id, current_user.id)
    if own is None or own.is_done:
        abort(404)
    return own


def _found(database: Session, contest_id: UUID, batch_id: UUID) -> tuple[Contest, Batch]:
    contest: Contest = ballots.contest(database, contest_id) or abort(404)
    batch: Batch = queries.batch(database, contest_id, batch_id) or abort(404)
    return contest, batch
