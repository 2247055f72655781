"""The desk's page of a cycle's further questions."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from budget import questions
from budget.pages import cycle_at
from core import clock
from core.access import Role, requires
from core.web import reading, transaction
from core.words import gettext as _
from proposals.asking import kinds
from proposals.asking import queries as asking
from proposals.asking.forms import FieldForm

blueprint = Blueprint("questions", __name__)


@blueprint.route("/desk/cycles/<slug>/questions", methods=["GET", "POST"])
@requires(Role.BUDGET_OFFICER, Role.AUDITOR)
def index(slug: str) -> ResponseReturnValue:
    """What the cycle asks besides, and a form for one more."""
    with transaction() if request.method == "POST" else reading() as database:
        cycle, form = cycle_at(database, slug), FieldForm()
        may_edit = cycle.phase == "preparing" and Role.BUDGET_OFFICER in current_user.roles
        if may_edit and form.validate_on_submit():
            questions.add(
                database, cycle, form.plan(), actor=current_user.acting_as(Role.BUDGET_OFFICER),
                now=clock.now(),
            )  # fmt: skip
            flash(_("Saved. It is asked from the call on."))
            return redirect(url_for("questions.index", slug=slug))
        page = render_template(
            "desk/questions.html", cycle=cycle, form=form, may_edit=may_edit, kinds=kinds.KINDS,
            asked=asking.fields_of(database, cycle.id),
        )  # fmt: skip
        return page, 422 if form.errors else 200


@blueprint.post("/desk/cycles/<slug>/questions/<uuid:field_id>/remove")
@requires(Role.BUDGET_OFFICER)
def remove(slug: str, field_id: UUID) -> ResponseReturnValue:
    """Take a question back."""
    with transaction() as database:
        questions.remove(
            database, cycle_at(database, slug), field_id, now=clock.now(),
            actor=current_user.acting_as(Role.BUDGET_OFFICER),
        )  # fmt: skip
    flash(_("The question is taken back."))
    return redirect(url_for("questions.index", slug=slug))
