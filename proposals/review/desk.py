"""The desk's pages for one review: its card, its cost sheet, and what excludes it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core import clock
from core.access import Role, requires
from core.forms import text_of
from core.web import reading, transaction
from core.words import gettext as _
from proposals import queries as proposals
from proposals import workflow
from proposals.pages import ACTING, DESK, status_of
from proposals.review import clocks, queries, services
from proposals.review.errors import CostSheetSizeError, RivalryError, UnevenLineError
from proposals.review.forms import CardForm, CostForm, RivalForm
from proposals.review.views import on_the_desk

blueprint = Blueprint("review_desk", __name__)


@blueprint.route("/desk/proposals/<uuid:proposal_id>/card", methods=["GET", "POST"])
@requires(*DESK)
def card(proposal_id: UUID) -> ResponseReturnValue:
    """The questions of the step at which the proposal stands."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = on_the_desk(database, proposal_id)
        step = clocks.DUTY_AT.get(proposal.status, "")
        if step not in clocks.STEPS:
            return redirect(url_for("review.review", proposal_id=proposal_id))
        found = queries.open_duty(database, proposal_id)
        duty = found if found and found.kind == step else None
        form = CardForm.bind(queries.criteria(database, step), duty)
        may_answer = bool(workflow.allowed(proposal.status, {*current_user.roles} & {*ACTING}))
        if may_answer and form.validate_on_submit():
            services.answer(
                database, proposal, form.answers(), conditions=form.written_conditions(),
                actor=current_user.acting_as(*ACTING), now=clock.now(),
            )  # fmt: skip
            flash(_("The card is saved. Everyone can read it once this step ends."))
            return redirect(url_for("review.review", proposal_id=proposal_id))
        page = render_template(
            "proposals/review/card.html", proposal=proposal, form=form, step=clocks.CLOCKS[step],
            may_answer=may_answer, is_substance=step == "substance",
        )  # fmt: skip
        return page, status_of(form)


@blueprint.route("/desk/proposals/<uuid:proposal_id>/costs", methods=["GET", "POST"])
@requires(*DESK)
def costs(proposal_id: UUID) -> ResponseReturnValue:
    """The cost sheet: what, how much of it, at what price, who estimated it and on what ground."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = on_the_desk(database, proposal_id)
        sheet = queries.sheet(database, proposal_id)
        form = CostForm.of(sheet)
        may_price = proposal.status == "dept_review" and current_user.holds(Role.REVIEWER)
        if may_price and form.validate_on_submit():
            try:
                services.price(
                    database, proposal, form.written(), now=clock.now(),
                    actor=current_user.acting_as(Role.REVIEWER),
                )  # fmt: skip
            except UnevenLineError as refusal:
                form.refuse(_("Line %(line)s does not come to whole won.", **refusal.values))
            except CostSheetSizeError as refusal:
                form.refuse(_("Write from one to %(most)s lines.", **refusal.values))
            else:
                flash(_("The cost sheet is saved. Its sum is the proposal's cost now."))
                return redirect(url_for("review_desk.costs", proposal_id=proposal_id))
        page = render_template(
            "proposals/review/costs.html", proposal=proposal, form=form, sheet=sheet,
            may_price=may_price,
        )  # fmt: skip
        return page, status_of(form)


@blueprint.route("/desk/proposals/<uuid:proposal_id>/rivals", methods=["GET", "POST"])
@requires(*DESK)
def rivals(proposal_id: UUID) -> ResponseReturnValue:
    """What excludes the proposal: marked ones, and possible ones by place."""
    form = RivalForm(number=request.args.get("number", ""))
    with transaction() if request.method == "POST" else reading() as database:
        proposal = on_the_desk(database, proposal_id)
        if current_user.holds(*ACTING) and form.validate_on_submit():
            act = services.unmark_rivals if "remove" in request.form else services.mark_rivals
            other_id = proposals.by_number(database, text_of(form.number)) or proposal_id
            try:
                act(
                    database, proposal, proposals.one(database, other_id) or proposal,
                    text_of(form.reason), actor=current_user.acting_as(*ACTING), now=clock.now(),
                )  # fmt: skip
            except RivalryError:  # as where it is the proposal itself: there is no such number
                form.refuse()
            else:
                flash(_("Done, and everyone can read it at both proposals."))
                return redirect(url_for("review_desk.rivals", proposal_id=proposal_id))
        page = render_template(
            "proposals/review/rivals.html", proposal=proposal, form=form,
            rivals=queries.rivals(database, proposal_id),
            possible=queries.possible_rivals(database, proposal),
            may_mark=current_user.holds(*ACTING),
        )  # fmt: skip
        return page, status_of(form)
