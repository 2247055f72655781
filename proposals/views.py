"""Reading, writing and reviewing proposals."""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import city, clock
from core.access import Role, public, requires, signed_in
from core.forms import text_of
from core.journal import CITIZEN
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals import queries, services, workflow
from proposals.errors import (
    IncompleteProposalError,
    MergeTargetError,
    NotYourProposalError,
    StaleTextError,
)
from proposals.forms import LIVE, MoveForm, ObjectionForm, ProposalForm
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.queries import Filters
from proposals.services import Text
from proposals.writing import queries as written
from proposals.writing import services as writing
from proposals.writing.updates import FIELDS
from proposals.writing.views import exchange

blueprint = Blueprint("proposals", __name__)

DESK = (Role.REVIEWER, Role.BUDGET_OFFICER, Role.AUDITOR)
ACTING = (Role.REVIEWER, Role.BUDGET_OFFICER)


@blueprint.get("/proposals")
@public
def index() -> ResponseReturnValue:
    """The list, in the reader's own order, which stays the same over its pages."""
    filters = Filters(
        query=request.args.get("q", "").strip(),
        field=request.args.get("field", ""),
        neighbourhood=request.args.get("neighbourhood", ""),
        status=request.args.get("status", ""),
    )
    with reading() as database:
        page = queries.page(
            database, filters, start=_own_start(), after=request.args.get("after", type=_place)
        )
        return render_template(
            "proposals/index.html", page=page, filters=filters, **_vocabulary(database)
        )


@blueprint.get("/proposals/<uuid:proposal_id>")
@public
def show(proposal_id: UUID) -> ResponseReturnValue:
    """One proposal with its way; a draft is seen by those alone who belong to it."""
    with reading() as database:
        proposal = queries.one(database, proposal_id) or abort(404)
        is_public = proposal.status in workflow.PUBLIC
        if not (is_public or _belongs(database, proposal) or _on_desk(proposal)):
            abort(404)
        return _shown(database, proposal, ObjectionForm())


@blueprint.get("/proposals/mine")
@signed_in
def mine() -> ResponseReturnValue:
    """One's own proposals, drafts first."""
    with reading() as database:
        own = queries.of_author(database, current_user.id)
        shared = people.shared_with(database, current_user.id)
        return render_template(
            "proposals/mine.html", own=own, shared=shared, editable=workflow.EDITABLE,
            titles=written.titles(database, [*own, *shared]),
        )  # fmt: skip


@blueprint.route("/proposals/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """Begin a draft."""
    with transaction() if request.method == "POST" else reading() as database:
        form = ProposalForm()
        _offer(form, database)
        if form.validate_on_submit():
            proposal = services.begin_draft(database, current_user.id, form.text(), now=clock.now())
            return _after_saving(proposal)
    return render_template("proposals/edit.html", form=form, proposal=None), _status(form)


@blueprint.route("/proposals/<uuid:proposal_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(proposal_id: UUID) -> ResponseReturnValue:
    """Go on writing. Where somebody else changed the same field, all three texts are shown."""
    form = ProposalForm()
    try:
        with transaction() if request.method == "POST" else reading() as database:
            proposal = _writable(database, proposal_id)
            now_there = services.current(database, proposal)
            base = form.started_from()
            if request.method == "GET":
                form = ProposalForm.of(now_there)
            elif form.is_live:
                base = {**base, **_words(now_there)}
                form.take(_words(now_there))
            _offer(form, database)
            if form.validate_on_submit():
                services.revise(
                    database, proposal, form.text(),
                    author_id=current_user.id, base=base, now=clock.now(),
                )  # fmt: skip
                exchange().announce(database, proposal_id)
                return _after_saving(proposal)
            return _editor(database, form, proposal), _status(form)
    except StaleTextError as stale:
        return _stale(stale, proposal_id)


@blueprint.get("/proposals/<uuid:proposal_id>/submit")
@signed_in
def check(proposal_id: UUID) -> ResponseReturnValue:
    """What was written, to be checked before it is handed in."""
    with reading() as database:
        proposal = _writable(database, proposal_id)
        text = services.current(database, proposal)
        gaps = services.missing(text) + services.too_long(text)
        if gaps:
            return _incomplete(database, proposal, text, gaps)
        return render_template(
            "proposals/check.html", proposal=proposal, text=text, is_mine=_is_mine(proposal),
            **_vocabulary(database),
        )  # fmt: skip


@blueprint.post("/proposals/<uuid:proposal_id>/submit")
@signed_in
def submit(proposal_id: UUID) -> ResponseReturnValue:
    """Hand the proposal in."""
    try:
        with transaction() as database:
            proposal = _own(database, proposal_id)
            services.submit(database, proposal, author_id=current_user.id, now=clock.now())
            exchange().announce(database, proposal_id)
    except IncompleteProposalError:
        return redirect(url_for("proposals.check", proposal_id=proposal_id))
    return redirect(url_for("proposals.received", proposal_id=proposal_id))


@blueprint.get("/proposals/<uuid:proposal_id>/received")
@signed_in
def received(proposal_id: UUID) -> ResponseReturnValue:
    """What was received under which number, and what happens next."""
    with reading() as database:
        proposal = _own(database, proposal_id)
        if proposal.receipt is None:
            abort(404)
        return render_template("proposals/received.html", proposal=proposal)


@blueprint.route("/proposals/<uuid:proposal_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(proposal_id: UUID) -> ResponseReturnValue:
    """Take one's own proposal back, after asking once more."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = _own(database, proposal_id)
        if request.method == "POST":
            services.withdraw(database, proposal, author_id=current_user.id, now=clock.now())
            flash(_("The proposal is withdrawn."))
            return redirect(url_for("proposals.mine"))
        return render_template("proposals/withdraw.html", proposal=proposal)


@blueprint.route("/proposals/<uuid:proposal_id>/discard", methods=["GET", "POST"])
@signed_in
def discard(proposal_id: UUID) -> ResponseReturnValue:
    """Delete one's own draft, after asking once more."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = _own(database, proposal_id)
        if request.method == "POST":
            services.discard(database, proposal, author_id=current_user.id)
            flash(_("The draft is deleted."))
            return redirect(url_for("proposals.mine"))
        return render_template("proposals/discard.html", proposal=proposal)


@blueprint.post("/proposals/<uuid:proposal_id>/object")
@signed_in
def object_(proposal_id: UUID) -> ResponseReturnValue:
    """The author's objection to "not eligible"; somebody else decides it."""
    form = ObjectionForm()
    with transaction() as database:
        proposal = _own(database, proposal_id)
        if not form.validate_on_submit():
            return _shown(database, proposal, form), 422
        services.move(
            database, proposal, "objection", actor=current_user.acting_as(), now=clock.now(),
            reason=text_of(form.reason),
        )  # fmt: skip
    flash(_("Your objection is on record. Somebody else decides it."))
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


@blueprint.get("/desk/proposals")
@requires(*DESK)
def review_list() -> ResponseReturnValue:
    """What waits at each status, the longest waiting first."""
    status = request.args.get("status", "received")
    if status not in workflow.PUBLIC:
        status = "received"
    with reading() as database:
        waiting = queries.at_status(database, status)
        return render_template(
            "proposals/review_list.html", waiting=waiting, status=status, limit=queries.DESK_LIMIT,
            **_vocabulary(database),
        )  # fmt: skip


@blueprint.route("/desk/proposals/<uuid:proposal_id>", methods=["GET", "POST"])
@requires(*DESK)
def review(proposal_id: UUID) -> ResponseReturnValue:
    """Move one proposal on, with the reason that the public reads."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = queries.one(database, proposal_id) or abort(404)
        if not _on_desk(proposal):
            abort(404)
        steps = workflow.allowed(proposal.status, current_user.roles)
        form = MoveForm()
        form.offer(steps)
        if form.validate_on_submit() and _moved(database, proposal, form):
            flash(_("Done: %(title)s.", title=proposal.title))
            return redirect(url_for("proposals.review_list"))
        page = render_template(
            "proposals/review.html", proposal=proposal, form=form, steps=steps,
            history=queries.history(database, proposal_id), **_vocabulary(database),
        )  # fmt: skip
    return page, _status(form)


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


def _place(text: str) -> int:
    """A shuffle key out of an address; ValueError, hence the first page, for anything else."""
    key = int(text)
    if not 0 <= key < 1 << services.KEY_BITS:
        raise ValueError(text)
    return key


def _own_start() -> int:
    """Where this reader's order begins: of the account, or of the visitor's session."""
    if current_user.is_authenticated:
        digest = hashlib.sha256(current_user.id.bytes).digest()
        return int.from_bytes(digest[:8]) >> 64 - services.KEY_BITS
    if "start" not in session:
        session["start"] = secrets.randbits(services.KEY_BITS)
    return int(session["start"])


def _is_mine(proposal: Proposal) -> bool:
    return bool(current_user.is_authenticated and proposal.author_id == current_user.id)


def _on_desk(proposal: Proposal) -> bool:
    """Whether the reader is an official who sees it on the desk; a draft lies on none."""
    return proposal.status != "draft" and bool(current_user.holds(*DESK))


def _belongs(database: Session, proposal: Proposal) -> bool:
    return bool(
        current_user.is_authenticated and people.may_read(database, proposal, current_user.id)
    )


def _may_write(database: Session, proposal: Proposal) -> bool:
    return bool(
        current_user.is_authenticated and people.may_write(database, proposal, current_user.id)
    )


def _writable(database: Session, proposal_id: UUID) -> Proposal:
    """The proposal, if this person may write it now."""
    proposal: Proposal = queries.one(database, proposal_id) or abort(404)
    writing.check_writer(database, proposal_id, current_user.id)
    return proposal


def _own(database: Session, proposal_id: UUID) -> Proposal:
    proposal: Proposal = queries.one(database, proposal_id) or abort(404)
    if not _is_mine(proposal):
        raise NotYourProposalError
    return proposal


def _shown(database: Session, proposal: Proposal, objection: ObjectionForm) -> str:
    """The page of one proposal; what its author may do now is read off the status machine."""
    mine, belongs = _is_mine(proposal), _belongs(database, proposal)
    into_id = proposal.merged_into_id
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        history=queries.history(database, proposal.id),
        own_steps=workflow.allowed(proposal.status, {CITIZEN}) if mine else {},
        can_edit=proposal.status in workflow.EDITABLE and _may_write(database, proposal),
        text=services.current(database, proposal) if proposal.status == "draft" else proposal,
        members=people.members(database, proposal.id),
        belongs=belongs,
        has_words=(belongs or proposal.status in workflow.WORDS_PUBLIC)
        and written.head(database, proposal.id) is not None,
        on_desk=_on_desk(proposal),
        merged_into=queries.one(database, into_id) if into_id else None,
        objection=objection,
        **_vocabulary(database),
    )


def _offer(form: ProposalForm, database: Session) -> None:
    form.offer(city.neighbourhoods(database), city.fields(database), language())


def _after_saving(proposal: Proposal) -> ResponseReturnValue:
    if request.form.get("then") == "submit":
        return redirect(url_for("proposals.check", proposal_id=proposal.id))
    flash(_("Your draft is saved. Nobody sees it but those who belong to it."))
    return redirect(url_for("proposals.edit", proposal_id=proposal.id))


def _incomplete(
    database: Session, proposal: Proposal, text: Text, gaps: list[str]
) -> ResponseReturnValue:
    """The form again, with a sentence on each field that is missing or too long."""
    form = ProposalForm.of(text)
    _offer(form, database)
    form.name_missing(gaps)
    return _editor(database, form, proposal), 422


def _editor(database: Session, form: ProposalForm, proposal: Proposal) -> str:
    """The page to write on: live, unless it must keep words that a plain form has sent."""
    is_live = request.method == "GET" or form.is_live
    members = people.members(database, proposal.id)
    return render_template(
        "proposals/edit.html",
        form=form,
        proposal=proposal,
        members=members,
        live=LIVE if is_live else "",
    )


def _stale(stale: StaleTextError, proposal_id: UUID) -> ResponseReturnValue:
    """Three texts side by side; saving again is then on the newer base."""
    with reading() as database:
        proposal = _writable(database, proposal_id)
        form = ProposalForm.of(stale.text)
        form.start_from(services.current(database, proposal))
        _offer(form, database)
        page = render_template(
            "proposals/stale.html", form=form, proposal=proposal,
            conflicts=stale.conflicts, **_vocabulary(database),
        )  # fmt: skip
    return page, 409


def _words(text: Text) -> dict[str, str]:
    return {name: getattr(text, name) for name in FIELDS}


def _vocabulary(database: Session) -> dict[str, Any]:
    return {
        "fields": {row.slug: row for row in city.fields(database)},
        "places": {row.slug: row for row in city.neighbourhoods(database)},
    }


def _status(form: Any) -> int:
    return 422 if form.errors else 200
