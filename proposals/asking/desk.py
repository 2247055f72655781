"""The desk's page of unit prices."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core import clock
from core.access import Role, requires
from core.web import reading, transaction
from core.words import gettext as _
from proposals.asking import queries, services
from proposals.asking.forms import PriceForm
from proposals.pages import DESK, status_of

blueprint = Blueprint("asking", __name__)


@blueprint.route("/desk/unit-prices", methods=["GET", "POST"])
@requires(*DESK)
def prices() -> ResponseReturnValue:
    """What one unit of something usually costs; the budget office adds to it."""
    return _edit(None)


@blueprint.route("/desk/unit-prices/<uuid:price_id>", methods=["GET", "POST"])
@requires(Role.BUDGET_OFFICER)
def price(price_id: UUID) -> ResponseReturnValue:
    """Change one, or take it out."""
    return _edit(price_id)


def _edit(price_id: UUID | None) -> ResponseReturnValue:
    with transaction() if request.method == "POST" else reading() as database:
        found = queries.unit_price(database, price_id) or abort(404) if price_id else None
        may_edit = current_user.holds(Role.BUDGET_OFFICER)
        form = PriceForm.of(found)
        said = {"actor": current_user.acting_as(Role.BUDGET_OFFICER), "now": clock.now()}
        if may_edit and found and "remove" in request.form:
            services.remove_price(database, found, **said)
            flash(_("It is taken out of the list."))
            return redirect(url_for("asking.prices"))
        if may_edit and form.validate_on_submit():
            services.set_price(database, found, form.plan(), **said)
            flash(_("Saved. Everyone who writes a proposal sees it beside the cost."))
            return redirect(url_for("asking.prices"))
        page = render_template(
            "proposals/asking/prices.html", prices=queries.unit_prices(database), form=form,
            price=found, may_edit=may_edit,
        )  # fmt: skip
        return page, status_of(form)
