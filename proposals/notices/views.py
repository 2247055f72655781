"""Following, and what one was told of."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import city, clock
from core.access import signed_in
from core.limits import limited
from core.web import local_path, reading, transaction
from core.words import gettext as _
from proposals.notices import queries, services
from proposals.notices.models import CYCLE, FIELD, NEIGHBOURHOOD, PROPOSAL
from proposals.pages import readable, vocabulary

blueprint = Blueprint("notices", __name__)

MOST_NUMBER = 2**31 - 1  # of an entry
# What a notice is about -> the page of it, and the name of its id there.
PLACES = {PROPOSAL: ("proposals.show", "proposal_id"), CYCLE: ("budget.by_id", "cycle_id")}


@blueprint.get("/notices")
@signed_in
def index() -> ResponseReturnValue:
    """All notices, newest first, and what one follows."""
    with reading() as database:
        return render_template(
            "proposals/notices/index.html",
            page=queries.page(
                database, current_user.id, before=request.args.get("before", type=_number)
            ),
            followed={(one.kind, one.key) for one in queries.follows(database, current_user.id)},
            **vocabulary(database),
        )


@blueprint.get("/notices/<int(max=2147483647):entry_id>")
@signed_in
def open_(entry_id: int) -> ResponseReturnValue:
    """Go to what a notice is about."""
    with reading() as database:
        entry = queries.entry(database, current_user.id, entry_id) or abort(404)
    endpoint, name = PLACES[entry.about]
    address: dict[str, Any] = {name: entry.about_id}
    return redirect(url_for(endpoint, **address))


@blueprint.post("/notices/read")
@signed_in
def read() -> ResponseReturnValue:
    """Mark one notice, or all, as read."""
    entry_id = request.form.get("entry", type=_number)
    with transaction() as database:
        services.read(database, current_user.id, entry_id=entry_id)
    return redirect(local_path(request.form.get("next"), url_for("notices.index")))


@blueprint.post("/proposals/<uuid:proposal_id>/follow")
@signed_in
@limited("120 per hour", by=lambda: str(current_user.id))
def follow_proposal(proposal_id: UUID) -> ResponseReturnValue:
    """Follow a proposal, or stop."""
    with transaction() as database:
        readable(database, proposal_id)
        _follow(database, PROPOSAL, proposal_id.hex)
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


@blueprint.post("/notices/follow")
@signed_in
@limited("120 per hour", by=lambda: str(current_user.id))
def follow() -> ResponseReturnValue:
    """Follow a neighbourhood, a field or a cycle, or stop."""
    kind, key = request.form.get("kind", ""), request.form.get("key", "")
    with transaction() as database:
        known = {
            NEIGHBOURHOOD: {one.slug for one in city.neighbourhoods(database)},
            FIELD: {one.slug for one in city.fields(database)},
        }
        # A cycle is a room above this one: any id will do, and nothing is ever told of a wrong one.
        if not (_is_id(key) if kind == CYCLE else key in known.get(kind, ())):
            abort(400)
        _follow(database, kind, key)
    return redirect(local_path(request.form.get("next"), url_for("notices.index")))


def _follow(database: Session, kind: str, key: str) -> None:
    is_on = request.form.get("act", "follow") == "follow"
    services.follow(database, current_user.id, kind, key, is_on=is_on, now=clock.now())
    flash(_("You follow this.") if is_on else _("You no longer follow this."))


def _is_id(key: str) -> bool:
    try:
        return UUID(key).hex == key
    except ValueError:
        return False


def _number(text: str) -> int:
    """The number of an entry, out of an address; ValueError for anything else."""
    number = int(text)
    if not 0 <= number <= MOST_NUMBER:
        raise ValueError(text)
    return number
