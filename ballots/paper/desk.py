"""The desk for paper: stations, batches, and what two officers do together."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from ballots import queries as ballots
from ballots.models import Contest
from ballots.paper import batches, keying, printing, queries, reopening, stations
from ballots.paper.errors import BatchMovedError
from ballots.paper.forms import BatchForm, ReopeningForm, StationForm
from ballots.paper.models import Batch
from core import clock
from core.access import Role, requires
from core.forms import text_of
from core.journal import Actor
from core.web import reading, transaction
from core.words import gettext as _

blueprint = Blueprint("paper", __name__, url_prefix="/desk/votes/<uuid:contest_id>/paper")

CLERKS = (Role.POLL_CLERK, Role.POLL_MANAGER)
READING = (*CLERKS, Role.AUDITOR)


@blueprint.get("")
@requires(*READING)
def index(contest_id: UUID) -> ResponseReturnValue:
    """Every station with its sheets and marks, every batch and how far it is."""
    with reading() as database:
        return _index(database, _contest(database, contest_id))


@blueprint.post("/stations")
@requires(Role.POLL_MANAGER)
def add_station(contest_id: UUID) -> ResponseReturnValue:
    """A new station."""
    form = StationForm()
    with transaction() as database:
        contest = _contest(database, contest_id)
        if not form.validate():
            return _index(database, contest, station_form=form), 422
        stations.add(database, contest_id, text_of(form.name))
    return redirect(url_for(".index", contest_id=contest_id))


@blueprint.post("/stations/remove")
@requires(Role.POLL_MANAGER)
def remove_station(contest_id: UUID) -> ResponseReturnValue:
    """Forget a station that was never used."""
    with transaction() as database:
        stations.remove(database, contest_id, request.form.get("name", ""))
    return redirect(url_for(".index", contest_id=contest_id))


@blueprint.post("/batches")
@requires(*CLERKS)
def declare(contest_id: UUID) -> ResponseReturnValue:
    """Say what came out of a box; a second clerk confirms it."""
    form = BatchForm()
    with transaction() as database:
        contest = _contest(database, contest_id)
        form.offer(queries.stations(database, contest_id))
        if not form.validate():
            return _index(database, contest, batch_form=form), 422
        made = batches.declare(
            database, contest, station=text_of(form.station), seal=text_of(form.seal),
            sheets=form.sheets.data or 0, clerk_id=current_user.id,
        )  # fmt: skip
    return redirect(url_for(".batch", contest_id=contest_id, batch_id=made.id))


@blueprint.get("/batches/<uuid:batch_id>")
@requires(*READING)
def batch(contest_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """One batch: how far it is, and what this person may do about it."""
    with reading() as database:
        return _batch_page(database, _contest(database, contest_id), batch_id, ReopeningForm())


@blueprint.post("/batches/<uuid:batch_id>/<any(confirm, withdraw):act>")
@requires(*CLERKS)
def clerk_act(contest_id: UUID, batch_id: UUID, act: str) -> ResponseReturnValue:
    """What the second clerk says to a declaration."""
    return _act(contest_id, batch_id, act)


@blueprint.post("/batches/<uuid:batch_id>/<any(discard, agree, drop):act>")
@requires(Role.POLL_MANAGER)
def officer_act(contest_id: UUID, batch_id: UUID, act: str) -> ResponseReturnValue:
    """An officer's act: discard a typing, agree to a re-opening, or drop the proposal."""
    return _act(contest_id, batch_id, act)


@blueprint.post("/batches/<uuid:batch_id>/reopen")
@requires(Role.POLL_MANAGER)
def reopen(contest_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """Propose to make sheets void; another officer agrees."""
    form = ReopeningForm()
    with transaction() as database:
        contest = _contest(database, contest_id)
        found = _batch(database, contest_id, batch_id)
        if not form.validate():
            return _batch_page(database, contest, batch_id, form), 422
        reopening.propose(
            database, contest, found, sheets=form.numbers, why=text_of(form.why),
            document=text_of(form.document), officer_id=current_user.id,
        )  # fmt: skip
    return redirect(url_for(".batch", contest_id=contest_id, batch_id=batch_id))


@blueprint.get("/ballot.pdf")
@requires(*READING)
def ballot(contest_id: UUID) -> ResponseReturnValue:
    """The ballot to be printed."""
    with reading() as database:
        contest: Contest = ballots.contest_with_slate(database, contest_id) or abort(404)
        if contest.rules_digest is None:
            abort(404)  # the slate may still change
        printed = printing.ballot(database, contest)
    return send_file(printed, "application/pdf", download_name="ballot.pdf")


def _confirm(database: Session, contest: Contest, found: Batch) -> None:
    batches.confirm(
        database, contest, found, clerk_id=current_user.id, actor=_actor(), now=clock.now()
    )
    flash(
        _(
            "The batch is number %(number)s. Write it on the box and on every sheet.",
            number=found.number,
        )
    )


def _withdraw(database: Session, _contest: Contest, found: Batch) -> None:
    batches.withdraw(database, found)


def _discard(database: Session, contest: Contest, found: Batch) -> None:
    place = request.form.get("place", type=int)
    if place is None:
        raise BatchMovedError
    keying.discard(database, contest, found, place, actor=_actor(), now=clock.now())


def _agree(database: Session, contest: Contest, found: Batch) -> None:
    reopening.confirm(
        database, contest, found, officer_id=current_user.id, actor=_actor(), now=clock.now()
    )


def _drop(database: Session, _contest: Contest, found: Batch) -> None:
    reopening.withdraw(database, found)


_DO: Mapping[str, Callable[[Session, Contest, Batch], None]] = {
    "confirm": _confirm,
    "withdraw": _withdraw,
    "discard": _discard,
    "agree": _agree,
    "drop": _drop,
}


def _act(contest_id: UUID, batch_id: UUID, act: str) -> ResponseReturnValue:
    with transaction() as database:
        found = _batch(database, contest_id, batch_id)
        _DO[act](database, _contest(database, contest_id), found)
    if act == "withdraw":
        return redirect(url_for(".index", contest_id=contest_id))
    return redirect(url_for(".batch", contest_id=contest_id, batch_id=batch_id))


def _index(database: Session, contest: Contest, **forms: Any) -> str:
    batch_form = forms.get("batch_form") or BatchForm()
    batch_form.offer(queries.stations(database, contest.id))
    piles = queries.batches(database, contest.id)
    return render_template(
        "paper/index.html",
        contest=contest,
        sums=queries.reconciliation(database, contest.id),
        batches=piles,
        states={pile.id: queries.state(database, pile) for pile in piles},
        batch_form=batch_form,
        station_form=forms.get("station_form") or StationForm(),
        is_open=contest.opened_at is not None and contest.closed_at is None,
    )


def _batch_page(database: Session, contest: Contest, batch_id: UUID, form: ReopeningForm) -> str:
    found = _batch(database, contest.id, batch_id)
    return render_template(
        "paper/batch.html",
        contest=contest,
        batch=found,
        state=queries.state(database, found),
        mine=queries.keying_of(database, batch_id, current_user.id),
        reopening=queries.reopening(database, batch_id),
        form=form,
        is_open=contest.opened_at is not None and contest.closed_at is None,
    )


def _contest(database: Session, contest_id: UUID) -> Contest:
    contest: Contest = ballots.contest(database, contest_id) or abort(404)
    return contest


def _batch(database: Session, contest_id: UUID, batch_id: UUID) -> Batch:
    found: Batch = queries.batch(database, contest_id, batch_id) or abort(404)
    return found


def _actor() -> Actor:
    acting: Actor = current_user.acting_as(*CLERKS)
    return acting
