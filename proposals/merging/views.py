"""Proposing a merge, answering it, undoing it; splitting a proposal."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import clock
from core.access import Role, requires, signed_in
from core.forms import text_of
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from proposals import queries as proposals
from proposals import services as texts
from proposals.merging import queries, services, splitting
from proposals.merging.forms import AgreeForm, MergeForm, ReasonForm, SplitForm
from proposals.merging.models import Merge
from proposals.models import Proposal
from proposals.pages import DESK, may_write, status_of, vocabulary
from proposals.people import requests

blueprint = Blueprint("merging", __name__)


@blueprint.get("/proposals/asked")
@signed_in
def asked() -> ResponseReturnValue:
    """What this person is asked: to agree to merges, and who may write with whom."""
    with reading() as database:
        return render_template(
            "proposals/merging/asked.html",
            merges=queries.waiting_for(database, current_user.id, now=clock.now()),
            requests=requests.waiting_for(database, current_user.id),
        )


@blueprint.route("/proposals/<uuid:proposal_id>/merge", methods=["GET", "POST"])
@signed_in
@limited("30 per hour", by=lambda: str(current_user.id))
def propose(proposal_id: UUID) -> ResponseReturnValue:
    """Propose that this proposal becomes part of another one, as one of their authors."""
    return _propose(proposal_id, by_office=False)


@blueprint.route("/desk/proposals/<uuid:proposal_id>/merge", methods=["GET", "POST"])
@requires(Role.BUDGET_OFFICER)
def propose_as_office(proposal_id: UUID) -> ResponseReturnValue:
    """Propose a merge to the authors, as the budget office."""
    return _propose(proposal_id, by_office=True)


@blueprint.get("/merges/<uuid:merge_id>")
@signed_in
def show(merge_id: UUID) -> ResponseReturnValue:
    """One merge: what becomes part of what, and who has agreed; for those who are asked."""
    with reading() as database:
        return _page(database, _found(database, merge_id), ReasonForm())


@blueprint.post("/merges/<uuid:merge_id>/agree")
@signed_in
def agree(merge_id: UUID) -> ResponseReturnValue:
    """Agree to the merge and to the text that the page showed."""
    form = AgreeForm()
    with transaction() as database:
        merge = _found(database, merge_id)
        services.agree(
            database, merge.id, account_id=current_user.id, digest=form.seen(), now=clock.now()
        )
    flash(_("You have agreed."))
    return redirect(url_for("merging.show", merge_id=merge_id))


@blueprint.post("/merges/<uuid:merge_id>/refuse")
@signed_in
def refuse(merge_id: UUID) -> ResponseReturnValue:
    """Refuse the merge, with a reason."""
    form = ReasonForm()
    with transaction() as database:
        merge = _found(database, merge_id)
        if not form.validate_on_submit():
            return _page(database, merge, form), 422
        services.refuse(
            database, merge.id, account_id=current_user.id, reason=text_of(form.reason),
            now=clock.now(),
        )  # fmt: skip
    flash(_("You have refused. The proposals stay apart."))
    return redirect(url_for("merging.show", merge_id=merge_id))


@blueprint.post("/merges/<uuid:merge_id>/take-back")
@signed_in
def take_back(merge_id: UUID) -> ResponseReturnValue:
    """Take back what one has proposed oneself, or what the office has."""
    with transaction() as database:
        merge = _found(database, merge_id)
        roles = () if merge.proposed_by else (Role.BUDGET_OFFICER,)
        services.take_back(
            database, merge.id, actor=current_user.acting_as(*roles), now=clock.now()
        )
    flash(_("The merge is taken back."))
    return redirect(url_for("merging.show", merge_id=merge_id))


@blueprint.route("/desk/merges/<uuid:merge_id>/undo", methods=["GET", "POST"])
@requires(Role.BUDGET_OFFICER)
def undo(merge_id: UUID) -> ResponseReturnValue:
    """Let the originals go on by themselves, as long as nothing has happened since."""
    form = ReasonForm()
    with transaction() if request.method == "POST" else reading() as database:
        merge = queries.one(database, merge_id) or abort(404)
        if form.validate_on_submit():
            services.undo(
                database, merge.id, text_of(form.reason),
                actor=current_user.acting_as(Role.BUDGET_OFFICER), now=clock.now(),
            )  # fmt: skip
            flash(_("The originals go on by themselves."))
            return redirect(url_for("proposals.show", proposal_id=merge.into_id))
        may = queries.may_be_undone(database, merge)
        page = render_template(
            "proposals/merging/undo.html", merge=merge, form=form, may=may,
            handed_in=queries.handed_in(merge),
        )  # fmt: skip
    return page, status_of(form)


@blueprint.route("/proposals/<uuid:proposal_id>/split", methods=["GET", "POST"])
@signed_in
@limited("10 per hour", by=lambda: str(current_user.id))
def split(proposal_id: UUID) -> ResponseReturnValue:
    """Begin several drafts out of one proposal."""
    form = SplitForm()
    with transaction() if request.method == "POST" else reading() as database:
        whole = _own(database, proposal_id)
        if form.validate_on_submit():
            splitting.split(
                database, whole, form.parts(), account_id=current_user.id, now=clock.now()
            )
            flash(_("The parts are among your drafts. The proposal itself stays as it is."))
            return redirect(url_for("proposals.mine"))
        page = render_template("proposals/merging/split.html", form=form, proposal=whole)
    return page, status_of(form)


def _propose(proposal_id: UUID, *, by_office: bool) -> ResponseReturnValue:
    form = MergeForm(into_number=request.args.get("into", ""))
    with transaction() if request.method == "POST" else reading() as database:
        proposal: Proposal = proposals.one(database, proposal_id) or abort(404)
        if proposal.status != "received":
            abort(404)
        form.offer([] if by_office else queries.drafts(database, current_user.id))
        if form.validate_on_submit():
            named = _named(database, form)
            if named:
                into_id, others = named
                actor = current_user.acting_as(*([Role.BUDGET_OFFICER] if by_office else []))
                merge = services.propose(
                    database, {proposal.id, *others}, into_id, text_of(form.reason),
                    actor=actor, now=clock.now(),
                )  # fmt: skip
                flash(_("Proposed. It is done once all authors agree."))
                return redirect(url_for("merging.show", merge_id=merge.id))
        page = render_template(
            "proposals/merging/propose.html", form=form, proposal=proposal, by_office=by_office,
            days=services.LIFE.days,
        )  # fmt: skip
    return page, status_of(form)


def _named(database: Session, form: MergeForm) -> tuple[UUID, list[UUID]] | None:
    """The target and the others by their numbers; None, with a sentence, if one is no number."""
    others = []
    for number in form.other_numbers():
        found = proposals.by_number(database, number)
        if found is None:
            form.refuse(form.others, number)
            return None
        others.append(found)
    number = text_of(form.into_number)
    into = proposals.by_number(database, number) if number else UUID(text_of(form.draft))
    if into is None:
        form.refuse(form.into_number, number)
        return None
    return into, others


def _page(database: Session, merge: Merge, form: ReasonForm) -> str:
    needed, agreed = queries.asked(database, merge), queries.agreed(database, merge)
    digest = queries.digest_of(database, merge.into).hex()
    is_office = current_user.holds(Role.BUDGET_OFFICER)
    return render_template(
        "proposals/merging/show.html", merge=merge, form=form,
        text=texts.current(database, merge.into),
        waits=merge.waits(clock.now()), missing=queries.names(database, needed - agreed),
        may_answer=current_user.id in needed, has_agreed=current_user.id in agreed,
        agree=AgreeForm(formdata=None, data={"digest": digest}),
        may_take_back=merge.proposed_by == current_user.id
        or (merge.proposed_by is None and is_office),
        handed_in=queries.handed_in(merge),
        may_undo=is_office and queries.may_be_undone(database, merge), **vocabulary(database),
    )  # fmt: skip


def _found(database: Session, merge_id: UUID) -> Merge:
    """The merge, for those who are asked, who proposed it, and the desk; a draft may be in it."""
    merge: Merge = queries.one(database, merge_id) or abort(404)
    is_in = current_user.id in queries.asked(database, merge) | {merge.proposed_by}
    if not (is_in or current_user.holds(*DESK)):
        abort(404)
    return merge


def _own(database: Session, proposal_id: UUID) -> Proposal:
    found: Proposal = proposals.one(database, proposal_id) or abort(404)
    if not may_write(database, found):
        abort(403)
    return found
