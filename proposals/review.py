"""The desk: what waits at each status, and moving a proposal on."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import clock
from core.access import requires
from core.forms import text_of
from core.web import reading, transaction
from core.words import gettext as _
from proposals import queries, services, workflow
from proposals.errors import MergeTargetError
from proposals.forms import MoveForm
from proposals.models import Proposal
from proposals.pages import ACTING, DESK, on_desk, similar_to, status_of, vocabulary
from proposals.similar import queries as alike
from proposals.workflow import Move

blueprint = Blueprint("review", __name__)


@blueprint.get("/desk/proposals")
@requires(*DESK)
def waiting() -> ResponseReturnValue:
    """What waits at each status, the longest waiting first."""
    status = request.args.get("status", "received")
    if status not in workflow.PUBLIC:
        status = "received"
    with reading() as database:
        found = queries.at_status(database, status)
        return render_template(
            "proposals/review_list.html", waiting=found, status=status, limit=queries.DESK_LIMIT,
            **vocabulary(database),
        )  # fmt: skip


@blueprint.route("/desk/proposals/<uuid:proposal_id>", methods=["GET", "POST"])
@requires(*DESK)
def review(proposal_id: UUID) -> ResponseReturnValue:
    """Move one proposal on, with the reason that the public reads."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = queries.one(database, proposal_id) or abort(404)
        if not on_desk(proposal):
            abort(404)
        steps = workflow.by_hand(
            proposal.status, current_user.roles, has_author=proposal.author_id is not None
        )
        form = _step(steps)
        if form.validate_on_submit() and _moved(database, proposal, form):
            flash(_("Done: %(title)s.", title=proposal.title))
            return redirect(url_for("review.waiting"))
        is_new = proposal.status == "received"
        page = render_template(
            "proposals/review.html", proposal=proposal, form=form, steps=steps,
            history=queries.history(database, proposal_id), **vocabulary(database),
            differences=alike.differences(database, proposal_id),
            similar=similar_to(database, proposal, of=proposal.id) if is_new else (),
        )  # fmt: skip
    return page, status_of(form)


def _moved(database: Session, proposal: Proposal, form: MoveForm) -> bool:
    """Take the step; False, with a sentence on the form, if it cannot be merged into that one."""
    to = text_of(form.to)
    into = queries.by_number(database, text_of(form.into_number)) if to == "merged" else None
    try:
        services.move(
            database, proposal, to, actor=current_user.acting_as(*ACTING),
            roles=current_user.roles, now=clock.now(), into_id=into,
            reason=text_of(form.reason), reason_code=text_of(form.reason_code),
        )  # fmt: skip
    except MergeTargetError:
        form.refuse_target()
        return False
    return True


def _step(steps: Mapping[str, Move]) -> MoveForm:
    """The form for a step; an address that names what to merge into fills in that."""
    into = request.args.get("into", "")
    form = MoveForm(to="merged", into_number=into) if into and "merged" in steps else MoveForm()
    form.offer(steps)
    return form
