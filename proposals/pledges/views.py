"""What a proposal needs beyond money, pledging it, and answering pledges."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import clock
from core.access import Role, signed_in
from core.forms import text_of
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from proposals import workflow
from proposals.errors import NotYourProposalError
from proposals.models import Proposal
from proposals.pages import may_write, readable, status_of
from proposals.pledges import queries, services, steps
from proposals.pledges.forms import NeedForm, OfferForm, StepForm
from proposals.pledges.models import Need, Pledge

blueprint = Blueprint("pledges", __name__, url_prefix="/proposals/<uuid:proposal_id>")


@blueprint.route("/needs", methods=["GET", "POST"])
@signed_in
def needs(proposal_id: UUID) -> ResponseReturnValue:
    """The list of needs, as the authors change it."""
    with transaction() if asked.method == "POST" else reading() as database:
        proposal = _written(database, proposal_id)
        form = NeedForm(currency=proposal.currency)
        if form.validate_on_submit():
            services.add_need(
                database, proposal, form.want(), actor=current_user.acting_as(), now=clock.now()
            )
            flash(_("The need is on the list."))
            return redirect(url_for("pledges.needs", proposal_id=proposal_id))
        return render_template(
            "proposals/pledges/needs.html", proposal=proposal, form=form,
            pledges=queries.shown(database, proposal), KINDS=steps.KINDS,
        ), status_of(form)  # fmt: skip


@blueprint.post("/needs/<uuid:need_id>/remove")
@signed_in
def remove(proposal_id: UUID, need_id: UUID) -> ResponseReturnValue:
    """Take a need off the list."""
    with transaction() as database:
        proposal = _written(database, proposal_id)
        services.remove_need(
            database, proposal, _need(database, proposal_id, need_id),
            actor=current_user.acting_as(), now=clock.now(),
        )  # fmt: skip
    flash(_("The need is off the list."))
    return redirect(url_for("pledges.needs", proposal_id=proposal_id))


@blueprint.route("/needs/<uuid:need_id>/pledge", methods=["GET", "POST"])
@signed_in
@limited("30 per hour", by=lambda: str(current_user.id))
def offer(proposal_id: UUID, need_id: UUID) -> ResponseReturnValue:
    """Pledge to a need, in one's own name or an organisation's."""
    with transaction() if asked.method == "POST" else reading() as database:
        proposal = _public(database, proposal_id)
        need = _need(database, proposal_id, need_id)
        form = OfferForm(kind=need.kind, currency=proposal.currency)
        if form.validate_on_submit():
            services.offer(
                database, need, form.offer(), actor=current_user.acting_as(), now=clock.now()
            )
            flash(_("Your pledge is public. The authors will answer it."))
            return redirect(url_for("proposals.show", proposal_id=proposal_id, _anchor="pledges"))
        shown = queries.shown(database, proposal)
        row = next(one for one in shown.listed if one.need.id == need_id)
        return render_template(
            "proposals/pledges/offer.html", proposal=proposal, form=form, pledges=shown, row=row,
            KINDS=steps.KINDS,
        ), status_of(form)  # fmt: skip


@blueprint.route("/pledges/<uuid:pledge_id>", methods=["GET", "POST"])
@signed_in
def pledge(proposal_id: UUID, pledge_id: UUID) -> ResponseReturnValue:
    """One pledge, and what the reader may do with it now."""
    form = StepForm()
    with transaction() if asked.method == "POST" else reading() as database:
        proposal = _public(database, proposal_id)
        found: Pledge = queries.pledge(database, proposal_id, pledge_id) or abort(404)
        actor = current_user.acting_as(Role.BUDGET_OFFICER)
        if form.validate_on_submit():
            step = steps.STEPS.get(asked.form.get("step", "")) or abort(400)
            said = text_of(form.said)
            if said or not step.needs_words:
                services.take_step(
                    database, found, step.to, actor=actor, now=clock.now(), said=said
                )
                flash(_("That is on record, and public."))
                return redirect(asked.path)
            form.ask()
        allowed = services.sides(database, found, actor)
        return render_template(
            "proposals/pledges/pledge.html", proposal=proposal, pledge=found, form=form,
            said=steps.quantity(found.need.kind, found.amount, proposal.currency),
            steps=steps.open_steps(found.status, allowed), PLEDGE_STATUSES=steps.STATUSES,
        ), status_of(form)  # fmt: skip


def _written(database: Session, proposal_id: UUID) -> Proposal:
    """The proposal, if the reader writes it: its needs may change where its text is frozen."""
    found = readable(database, proposal_id)
    if not may_write(database, found):
        raise NotYourProposalError
    return found


def _need(database: Session, proposal_id: UUID, need_id: UUID) -> Need:
    found: Need = queries.need(database, proposal_id, need_id) or abort(404)
    return found


def _public(database: Session, proposal_id: UUID) -> Proposal:
    found = readable(database, proposal_id)
    if found.status not in workflow.PUBLIC:
        abort(404)
    return found
