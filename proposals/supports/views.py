"""Supporting a proposal, and what the city owes for it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import clock
from core.access import Role, public, requires, signed_in
from core.forms import text_of
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from proposals import queries as proposals
from proposals import workflow
from proposals.models import Proposal
from proposals.pages import ACTING, status_of, vocabulary
from proposals.services import Text
from proposals.supports import queries, services
from proposals.supports.forms import AnswerForm, CallForm, ThresholdForm
from proposals.supports.words import OBLIGATIONS, PARTS
from proposals.versions import queries as versions
from proposals.versions.queries import Change

blueprint = Blueprint("supports", __name__)


@blueprint.route("/proposals/<uuid:proposal_id>/support", methods=["GET", "POST"])
@signed_in
@limited("120 per hour", by=lambda: str(current_user.id))
def support(proposal_id: UUID) -> ResponseReturnValue:
    """Support a proposal, confirm that after a change of its text, or take it back."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = _public(database, proposal_id)
        if request.method == "POST":
            _act(database, proposal, request.form.get("act", "give"))
            return redirect(url_for("proposals.show", proposal_id=proposal_id))
        own = queries.of_person(database, proposal_id, current_user.id)
        return render_template(
            "proposals/supports/support.html", proposal=proposal,
            supports=queries.shown(database, proposal, current_user.id),
            changes=_changes(own.text.words, queries.said(proposal)) if own else (),
            PARTS=PARTS, **vocabulary(database),
        )  # fmt: skip


@blueprint.get("/answers")
@public
def answers() -> ResponseReturnValue:
    """What the city owes proposals, with the days it is late, and what it answered."""
    with reading() as database:
        return render_template(
            "proposals/supports/answers.html", owed=queries.owed(database),
            answered=queries.answered(database), thresholds=queries.thresholds(database),
            now=clock.now(),
        )  # fmt: skip


@blueprint.route("/desk/answers/<uuid:obligation_id>", methods=["GET", "POST"])
@requires(*ACTING)
def answer(obligation_id: UUID) -> ResponseReturnValue:
    """Write an answer that is owed."""
    form = AnswerForm()
    with transaction() if request.method == "POST" else reading() as database:
        obligation = queries.obligation(database, obligation_id) or abort(404)
        if form.validate_on_submit():
            services.answer(
                database, obligation_id, text_of(form.answer), roles=current_user.roles,
                actor=current_user.acting_as(Role(obligation.role)), now=clock.now(),
            )  # fmt: skip
            flash(_("The answer is public."))
            return redirect(url_for("supports.answers"))
        return render_template(
            "proposals/supports/answer.html", form=form, obligation=obligation, now=clock.now()
        ), status_of(form)


@blueprint.route("/desk/proposals/<uuid:proposal_id>/obligation", methods=["GET", "POST"])
@requires(Role.BUDGET_OFFICER)
def call(proposal_id: UUID) -> ResponseReturnValue:
    """Open an obligation below its threshold, with a public reason."""
    form = CallForm()
    with transaction() if request.method == "POST" else reading() as database:
        proposal = _public(database, proposal_id)
        shown = queries.shown(database, proposal, None)
        form.offer(list(shown.ahead) if shown else [])
        if form.validate_on_submit():
            services.call(
                database, proposal, text_of(form.kind), text_of(form.reason),
                actor=current_user.acting_as(Role.BUDGET_OFFICER), now=clock.now(),
            )  # fmt: skip
            return redirect(url_for("proposals.show", proposal_id=proposal_id))
        return render_template(
            "proposals/supports/call.html", form=form, proposal=proposal, supports=shown
        ), status_of(form)


@blueprint.route("/desk/thresholds", methods=["GET", "POST"])
@requires(Role.BUDGET_OFFICER)
def thresholds() -> ResponseReturnValue:
    """Set how many supports oblige the city to what."""
    sent = ThresholdForm()
    with transaction() if request.method == "POST" else reading() as database:
        if sent.validate_on_submit():
            services.set_threshold(
                database, sent.threshold(), now=clock.now(),
                actor=current_user.acting_as(Role.BUDGET_OFFICER),
            )  # fmt: skip
            flash(_("The threshold is set."))
            return redirect(url_for("supports.thresholds"))
        kept = {one.kind: one for one in queries.thresholds(database)}
        forms = {
            kind: sent
            if request.method == "POST" and sent.kind.data == kind
            else ThresholdForm(
                formdata=None, obj=kept.get(kind) or services.usual(kind), data={"kind": kind}
            )
            for kind in OBLIGATIONS
        }
        return render_template("proposals/supports/thresholds.html", forms=forms), status_of(sent)


def _act(database: Session, proposal: Proposal, act: str) -> None:
    person = current_user.id
    if act == "take_back":
        services.take_back(database, proposal, account_id=person)
        flash(_("You no longer support this proposal."))
    elif act == "confirm":
        services.confirm(database, proposal, account_id=person)
        flash(_("You support it as it reads now."))
    else:
        services.give(database, proposal, account_id=person, now=clock.now())
        flash(_("You support this proposal. You can take that back until the vote."))


def _public(database: Session, proposal_id: UUID) -> Proposal:
    found: Proposal = proposals.one(database, proposal_id) or abort(404)
    if found.status not in workflow.PUBLIC:
        abort(404)
    return found


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[Change]:
    """The parts that read otherwise since, word by word."""
    return versions.changes(Text(**before), Text(**after))
