"""The desk: what waits at each status, and moving a proposal on."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import clock
from core.access import requires
from core.errors import RoomError
from core.forms import text_of
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals import queries, services, workflow
from proposals.asking import queries as asking
from proposals.errors import MergeTargetError, ReasonNeededError
from proposals.forms import MoveForm
from proposals.handing import queries as handing
from proposals.models import Proposal
from proposals.pages import ACTING, DESK, on_desk, similar_to, status_of, vocabulary
from proposals.review import clocks, gate
from proposals.review import queries as reviews
from proposals.review import services as reviewing
from proposals.review.errors import DeadlineRangeError
from proposals.review.forms import AssignForm
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
        proposal = on_the_desk(database, proposal_id)
        allowed = workflow.by_hand(
            proposal.status, current_user.roles, has_author=proposal.author_id is not None
        )
        refused = gate.refused(
            database, proposal, allowed, actor=current_user.acting_as(*ACTING), now=clock.now()
        )
        steps = {to: move for to, move in allowed.items() if to not in refused}
        form = _step(steps)
        if form.validate_on_submit() and _moved(database, proposal, form):
            flash(_("Done: %(title)s.", title=proposal.title))
            return redirect(url_for("review.waiting"))
        return _page(database, proposal, form, steps, refused), status_of(form)


@blueprint.post("/desk/proposals/<uuid:proposal_id>/department")
@requires(*ACTING)
def assign(proposal_id: UUID) -> ResponseReturnValue:
    """Make a department responsible."""
    form = AssignForm()
    with transaction() as database:
        proposal = on_the_desk(database, proposal_id)
        form.offer(reviews.departments(database), language())
        if form.validate_on_submit():
            try:
                reviewing.assign(
                    database, proposal, text_of(form.department), now=clock.now(),
                    actor=current_user.acting_as(*ACTING), reason=text_of(form.reason),
                )  # fmt: skip
            except ReasonNeededError:
                flash(_("Write why another department is responsible now. Everyone can read it."))
            else:
                flash(_("The department is named, and everyone can see it."))
        else:
            flash(_("Choose a department."))
    return redirect(url_for("review.review", proposal_id=proposal_id))


def on_the_desk(database: Session, proposal_id: UUID) -> Proposal:
    """The proposal, if it lies on the desk; else the page is not there."""
    proposal: Proposal = queries.one(database, proposal_id) or abort(404)
    if not on_desk(proposal):
        abort(404)
    return proposal


def _page(
    database: Session, proposal: Proposal, form: MoveForm, steps: Mapping[str, Move],
    refused: Mapping[str, RoomError],
) -> str:  # fmt: skip
    is_new, now = proposal.status == "received", clock.now()
    naming = AssignForm(formdata=None)
    naming.offer(reviews.departments(database), language())
    return render_template(
        "proposals/review.html", proposal=proposal, form=form, steps=steps,
        lacking=_by_sentence(refused),
        history=queries.history(database, proposal.id), **vocabulary(database),
        differences=alike.differences(database, proposal.id),
        similar=similar_to(database, proposal, of=proposal.id) if is_new else (),
        asked=asking.asked(database, proposal.id),
        reviewed=reviews.file(database, proposal, now=now), naming=naming,
        has_card=clocks.DUTY_AT.get(proposal.status) in clocks.STEPS,
        missing=len(gate.missing(database, proposal)),
        possible=reviews.possible_rivals(database, proposal),
        handed=handing.of(database, proposal.id),
    )  # fmt: skip


def _by_sentence(refused: Mapping[str, RoomError]) -> list[tuple[RoomError, list[str]]]:
    """Each thing that is lacking once, with the steps that it stops."""
    found: dict[str, tuple[RoomError, list[str]]] = {}
    for to, refusal in refused.items():
        found.setdefault(str(refusal), (refusal, []))[1].append(to)
    return list(found.values())


def _moved(database: Session, proposal: Proposal, form: MoveForm) -> bool:
    """Take the step; False, with a sentence on the form, if something in it is refused."""
    to = text_of(form.to)
    into = queries.by_number(database, text_of(form.into_number)) if to == "merged" else None
    day = form.due_on.data if to == "supplement" else None
    try:
        services.move(
            database, proposal, to, actor=current_user.acting_as(*ACTING),
            roles=current_user.roles, now=clock.now(), into_id=into, due_on=day,
            reason=text_of(form.reason), reason_code=text_of(form.reason_code),
        )  # fmt: skip
    except MergeTargetError:
        form.refuse_target()
        return False
    except DeadlineRangeError as refusal:
        form.refuse_day(
            _("Give the author from %(least)s to %(most)s days to answer.", **refusal.values)
        )
        return False
    return True


def _step(steps: Mapping[str, Move]) -> MoveForm:
    """The form for a step; an address that names what to merge into fills in that."""
    into = request.args.get("into", "")
    form = MoveForm(to="merged", into_number=into) if into and "merged" in steps else MoveForm()
    form.offer(steps)
    return form
