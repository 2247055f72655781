"""Inviting people to a proposal, asking to write with its author, joining it, and leaving it."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core import clock
from core.access import signed_in
from core.forms import text_of
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from proposals import queries as proposals
from proposals import workflow
from proposals.errors import InvitationUsedError, NotYourProposalError
from proposals.pages import status_of
from proposals.people import queries, requests, services
from proposals.people.forms import AskForm
from proposals.people.models import COAUTHOR, VIEWER

blueprint = Blueprint("people", __name__)


@blueprint.route("/proposals/<uuid:proposal_id>/people", methods=["GET", "POST"])
@signed_in
@limited("30 per hour", by=lambda: str(current_user.id))
def index(proposal_id: UUID) -> ResponseReturnValue:
    """Who belongs to the proposal; its author makes an invitation here, shown this once."""
    link = None
    with transaction() if request.method == "POST" else reading() as session:
        proposal = proposals.one(session, proposal_id) or abort(404)
        if not queries.may_read(session, proposal, current_user.id):
            raise NotYourProposalError
        if request.method == "POST":
            role = VIEWER if request.form.get("role") == VIEWER else COAUTHOR
            code = services.invite(
                session, proposal, role, author_id=current_user.id, now=clock.now()
            )
            link = url_for("people.join", code=code, _external=True)
        return render_template(
            "proposals/people.html", proposal=proposal, link=link,
            members=queries.members(session, proposal_id),
            waiting=queries.open_invitations(session, proposal_id, now=clock.now()),
            days=queries.VALID_FOR.days, is_author=proposal.author_id == current_user.id,
        )  # fmt: skip


@blueprint.route("/proposals/join/<code>", methods=["GET", "POST"])
@signed_in
@limited("60 per hour")
def join(code: str) -> ResponseReturnValue:
    """Accept an invitation, after reading to what."""
    with transaction() if request.method == "POST" else reading() as session:
        if request.method == "POST":
            proposal_id = services.join(session, code, account_id=current_user.id, now=clock.now())
            flash(_("Welcome. You belong to this proposal now."))
            return redirect(url_for("people.index", proposal_id=proposal_id))
        invitation = queries.invitation(session, code, now=clock.now())
        if invitation is None:
            raise InvitationUsedError
        proposal = proposals.one(session, invitation.proposal_id) or abort(404)
        return render_template(
            "proposals/join.html", proposal=proposal, role=invitation.role, code=code
        )


@blueprint.route("/proposals/<uuid:proposal_id>/ask", methods=["GET", "POST"])
@signed_in
@limited("20 per day", by=lambda: str(current_user.id))
def ask(proposal_id: UUID) -> ResponseReturnValue:
    """Ask the author of a public proposal to write with them."""
    form = AskForm()
    with transaction() if request.method == "POST" else reading() as session:
        proposal = proposals.one(session, proposal_id) or abort(404)
        if proposal.status not in workflow.PUBLIC:
            abort(404)
        if form.validate_on_submit():
            requests.ask(
                session, proposal, text_of(form.message),
                account_id=current_user.id, now=clock.now(),
            )  # fmt: skip
            flash(_("Asked. The author accepts or declines."))
            return redirect(url_for("proposals.show", proposal_id=proposal_id))
        page = render_template("proposals/ask.html", proposal=proposal, form=form)
    return page, status_of(form)


@blueprint.post("/proposals/<uuid:proposal_id>/requests/<uuid:account_id>")
@signed_in
def answer(proposal_id: UUID, account_id: UUID) -> ResponseReturnValue:
    """Accept or decline that a person becomes a co-author; by whoever is asked."""
    accepts = request.form.get("act") == "accept"
    with transaction() as session:
        requests.answer(
            session, proposal_id, account_id, accepts=accepts, by=current_user.id, now=clock.now()
        )
    flash(_("Accepted.") if accepts else _("Declined."))
    return redirect(url_for("merging.asked"))


@blueprint.route("/proposals/<uuid:proposal_id>/leave", methods=["GET", "POST"])
@signed_in
def leave(proposal_id: UUID) -> ResponseReturnValue:
    """Leave a proposal, after asking once more."""
    with transaction() if request.method == "POST" else reading() as session:
        proposal = proposals.one(session, proposal_id) or abort(404)
        if request.method == "POST":
            services.leave(session, proposal, account_id=current_user.id, now=clock.now())
            flash(_("You have left the proposal. What you wrote stays, under your name."))
            return redirect(url_for("proposals.mine"))
        is_member = queries.may_read(session, proposal, current_user.id)
        if not is_member or proposal.author_id == current_user.id:
            raise NotYourProposalError
        return render_template("proposals/leave.html", proposal=proposal)
