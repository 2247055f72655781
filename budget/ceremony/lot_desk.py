"""The page of the lot for ties: the dice of one officer, and the word of another."""

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from budget import queries
from budget.audit.forms import SeedForm
from budget.ceremony import lot
from budget.ceremony.lot import CONFIRMS, LOT, PROPOSES
from budget.models import Cycle
from budget.phases import ACTS
from core import clock, two_officers
from core.access import requires
from core.forms import text_of
from core.web import reading, transaction

blueprint = Blueprint("lot", __name__, url_prefix="/desk/cycles/<slug>/lot")


@blueprint.get("")
@requires(*CONFIRMS)
def index(slug: str) -> ResponseReturnValue:
    """The digits, or where to type them."""
    with reading() as database:
        return _page(database, _cycle(database, slug), SeedForm())


@blueprint.post("/seed")
@requires(PROPOSES)
def propose(slug: str) -> ResponseReturnValue:
    """The digits that were thrown, typed by the first officer."""
    form = SeedForm()
    with transaction() as database:
        found = _cycle(database, slug)
        if not form.validate():
            return _page(database, found, form), 422
        actor = current_user.acting_as(PROPOSES)
        lot.propose(database, found, text_of(form.seed), actor=actor, now=clock.now())
    return redirect(url_for(".index", slug=slug))


@blueprint.post("/<any(confirm, withdraw):act>")
@requires(*CONFIRMS)
def second(slug: str, act: str) -> ResponseReturnValue:
    """The second officer has seen the same digits: the vote is counted. Or they are taken back."""
    with transaction() as database:
        found = _cycle(database, slug)
        _DO[act](database, found, actor=current_user.acting_as(*CONFIRMS), now=clock.now())
    return redirect(url_for("desk.cycle", slug=slug))


_DO: Mapping[str, Callable[..., object]] = {"confirm": lot.confirm, "withdraw": lot.withdraw}


def _page(database: Session, cycle: Cycle, form: SeedForm) -> str:
    waiting = two_officers.found(database, LOT, cycle.id)
    return render_template(
        "ceremony/lot.html",
        cycle=cycle,
        form=form,
        is_due=cycle.phase == ACTS["count"].source,
        waiting=waiting if waiting and waiting.waits(clock.now()) else None,
    )


def _cycle(database: Session, slug: str) -> Cycle:
    found: Cycle = queries.cycle(database, slug) or abort(404)
    return found
