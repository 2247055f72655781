"""What the desk's pages of a cycle have in common: the cycle, and an act of two officers."""

from collections.abc import Callable

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from budget import queries
from budget.audit.forms import SeedForm
from budget.models import Cycle
from core import clock, two_officers
from core.forms import text_of
from core.two_officers import ProposedAct
from core.web import transaction


def cycle_at(database: Session, slug: str) -> Cycle:
    """The cycle of this address; else the page is not there."""
    found: Cycle = queries.cycle(database, slug) or abort(404)
    return found


def waiting(database: Session, cycle: Cycle, act: str) -> ProposedAct | None:
    """The act on the cycle that waits for its second officer; None if none does."""
    found = two_officers.found(database, act, cycle.id)
    return found if found and found.waits(clock.now()) else None


def thrown(
    slug: str,
    page: Callable[[Session, Cycle, SeedForm], str],
    keep: Callable[[Session, Cycle, str], object],
) -> ResponseReturnValue:
    """Keep the digits that the first officer typed, or show on the page what is wrong in them."""
    form = SeedForm()
    with transaction() as database:
        cycle = cycle_at(database, slug)
        if not form.validate():
            return page(database, cycle, form), 422
        keep(database, cycle, text_of(form.seed))
    return redirect(url_for(".index", slug=slug))
