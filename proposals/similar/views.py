"""Similar proposals while one writes, and two of them side by side on the desk."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core import city, clock
from core.access import requires, signed_in
from core.forms import text_of
from core.limits import limited
from core.web import reading, transaction, wants_html
from core.words import gettext as _
from proposals import queries as proposals
from proposals import workflow
from proposals.pages import DESK, index_of_similar, may_write
from proposals.similar import queries, services
from proposals.similar.forms import DifferenceForm, TypedForm

blueprint = Blueprint("similar", __name__)


@blueprint.post("/proposals/similar")
@signed_in
@limited("240 per minute")
def while_typing() -> ResponseReturnValue:
    """The list for what was typed so far: a part of a page, empty if nothing is similar."""
    of = request.args.get("of", type=UUID)
    with reading() as database:
        draft = proposals.one(database, of) if of else None
        of = draft.id if draft and may_write(database, draft) else None
        found = queries.similar(
            database, index_of_similar(), TypedForm().text(), now=clock.now(), of=of
        )
        places = {row.slug: row for row in city.neighbourhoods(database)} if found else {}
        return render_template("proposals/similar/_list.html", similar=found, of=of, places=places)


@blueprint.post("/proposals/<uuid:proposal_id>/different/<uuid:other_id>")
@signed_in
def tell_apart(proposal_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Keep how one's own proposal differs from another; the script beside the form stays there."""
    form = DifferenceForm()
    with transaction() as database:
        proposal = proposals.one(database, proposal_id) or abort(404)
        if form.validate_on_submit():
            services.tell_apart(
                database, proposal, other_id, text_of(form.reason),
                author_id=current_user.id, now=clock.now(),
            )  # fmt: skip
            said = _("Kept. Whoever reviews your proposal reads it, and so does everyone.")
        else:
            said = str(form.reason.errors[0])
    if not wants_html():
        return "", 422 if form.errors else 204
    flash(said)
    return redirect(url_for("drafts.check", proposal_id=proposal_id))


@blueprint.get("/desk/proposals/<uuid:proposal_id>/beside/<uuid:other_id>")
@requires(*DESK)
def beside(proposal_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Two proposals side by side, with what the author says of their difference."""
    with reading() as database:
        pair = [proposals.one(database, id_) or abort(404) for id_ in (proposal_id, other_id)]
        if any(one.status not in workflow.PUBLIC for one in pair):
            abort(404)
        told = {row.other_id: row.reason for row in queries.differences(database, proposal_id)}
        steps = workflow.allowed(pair[0].status, current_user.roles)
        return render_template(
            "proposals/similar/beside.html", pair=pair, difference=told.get(other_id, ""),
            can_merge="merged" in steps and pair[1].status in workflow.MERGE_TARGETS,
            places={row.slug: row for row in city.neighbourhoods(database)},
            fields={row.slug: row for row in city.fields(database)},
        )  # fmt: skip
