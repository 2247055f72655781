"""The page of the lot for ties: the dice of one officer, and the word of another."""

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from budget.audit.forms import SeedForm
from budget.ceremony import lot
from budget.ceremony.lot import CONFIRMS, LOT, PROPOSES
from budget.models import Cycle
from budget.pages import cycle_at, thrown, waiting
from budget.phases import ACTS
from core import clock
from core.access import requires
from core.web import reading, transaction

blueprint = Blueprint("lot", __name__, url_prefix="/desk/cycles/<slug>/lot")


@blueprint.get("")
@requires(*CONFIRMS)
def index(slug: str) -> ResponseReturnValue:
    """The digits, or where to type them."""
    with reading() as database:
        return _page(database, cycle_at(database, slug), SeedForm())


@blueprint.post("/seed")
@requires(PROPOSES)
def propose(slug: str) -> ResponseReturnValue:
    """The digits that were thrown, typed by the first officer."""

    def keep(database: Session, cycle: Cycle, digits: str) -> None:
        actor = current_user.acting_as(PROPOSES)
        lot.propose(database, cycle, digits, actor=actor, now=clock.now())

    return thrown(slug, _page, keep)


@blueprint.post("/<any(confirm, withdraw):act>")
@requires(*CONFIRMS)
def second(slug: str, act: str) -> ResponseReturnValue:
    """The second officer has seen the same digits: the vote is counted. Or they are taken back."""
    with transaction() as database:
        found = cycle_at(database, slug)
        _DO[act](database, found, actor=current_user.acting_as(*CONFIRMS), now=clock.now())
    return redirect(url_for("desk.cycle", slug=slug))


_DO: Mapping[str, Callable[..., object]] = {"confirm": lot.confirm, "withdraw": lot.withdraw}


def _page(database: Session, cycle: Cycle, form: SeedForm) -> str:
    return render_template(
        "ceremony/lot.html",
        cycle=cycle,
        form=form,
        is_due=cycle.phase == ACTS["count"].source,
        waiting=waiting(database, cycle, LOT),
    )
