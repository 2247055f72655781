"""Inviting people to a proposal, joining it, and leaving it."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core import clock
from core.access import signed_in
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from proposals import queries as proposals
from proposals.errors import InvitationUsedError, NotYourProposalError
from proposals.people import queries, services
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
