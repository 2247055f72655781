"""The versions of a proposal: all of them, one, what changed between two, and going back."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import clock
from core.access import public, signed_in
from core.forms import text_of
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from proposals import workflow
from proposals.models import Proposal
from proposals.pages import belongs, labels, may_write, readable, status_of, vocabulary, writable
from proposals.versions import queries, services
from proposals.versions.errors import NoSuchVersionError
from proposals.versions.forms import NameForm, RestoreForm
from proposals.versions.models import KINDS, Version
from proposals.versions.queries import Extent
from proposals.writing.views import exchange

blueprint = Blueprint("versions", __name__)


@blueprint.get("/proposals/<uuid:proposal_id>/versions")
@public
def index(proposal_id: UUID) -> ResponseReturnValue:
    """All versions that the reader may see, the newest first."""
    with reading() as database:
        return _index(database, readable(database, proposal_id), NameForm())


@blueprint.post("/proposals/<uuid:proposal_id>/versions")
@signed_in
@limited("30 per hour", by=lambda: str(current_user.id))
def name(proposal_id: UUID) -> ResponseReturnValue:
    """Keep the text as it stands."""
    form = NameForm()
    with transaction() as database:
        proposal = writable(database, proposal_id)
        if not form.validate_on_submit():
            return _index(database, proposal, form), 422
        number = services.name(
            database, proposal, text_of(form.why), account_id=current_user.id, now=clock.now()
        )
    flash(_("Kept as version %(number)s.", number=number))
    return redirect(url_for("versions.index", proposal_id=proposal_id))


@blueprint.get("/proposals/<uuid:proposal_id>/versions/<int:number>")
@public
def show(proposal_id: UUID, number: int) -> ResponseReturnValue:
    """One version, read whole."""
    with reading() as database:
        proposal = readable(database, proposal_id)
        seen = _seen(database, proposal)
        version = _version(database, proposal, seen, number)
        return render_template(
            "proposals/versions/show.html", proposal=proposal, version=version, seen=seen,
            text=queries.text_of(version), KINDS=KINDS, can_restore=_can_write(database, proposal),
            **vocabulary(database),
        )  # fmt: skip


@blueprint.get("/proposals/<uuid:proposal_id>/versions/compare")
@public
def compare(proposal_id: UUID) -> ResponseReturnValue:
    """What changed from one version to another, word by word."""
    with reading() as database:
        proposal = readable(database, proposal_id)
        seen = _seen(database, proposal)
        older, newer = (
            _version(database, proposal, seen, request.args.get(name, default, type=int))
            for name, default in (("old", max(seen.last - 1, seen.first)), ("new", seen.last))
        )
        return render_template(
            "proposals/versions/compare.html", proposal=proposal, older=older, newer=newer,
            versions=queries.listed(database, proposal.id, seen), KINDS=KINDS,
            changes=queries.changes(queries.text_of(older), queries.text_of(newer)),
            labels=labels(), **vocabulary(database),
        )  # fmt: skip


@blueprint.route(
    "/proposals/<uuid:proposal_id>/versions/<int:number>/restore", methods=["GET", "POST"]
)
@signed_in
@limited("30 per hour", by=lambda: str(current_user.id))
def restore(proposal_id: UUID, number: int) -> ResponseReturnValue:
    """Let an old version stand again, after showing what that changes."""
    form = RestoreForm()
    with transaction() if request.method == "POST" else reading() as database:
        proposal = writable(database, proposal_id)
        version = _version(database, proposal, _seen(database, proposal), number)
        if form.validate_on_submit():
            made = services.restore(
                database, proposal, number, text_of(form.why),
                account_id=current_user.id, now=clock.now(),
            )  # fmt: skip
            exchange().announce(database, proposal_id)
            flash(_("Version %(older)s stands again, as version %(number)s. What stood before is kept too.", older=number, number=made))  # fmt: skip  # noqa: E501 - one sentence
            return redirect(url_for("drafts.edit", proposal_id=proposal_id))
        page = render_template(
            "proposals/versions/restore.html", proposal=proposal, version=version, form=form,
            changes=services.effect(database, proposal, version), labels=labels(),
            **vocabulary(database),
        )  # fmt: skip
    return page, status_of(form)


def _index(database: Session, proposal: Proposal, form: NameForm) -> str:
    seen = _seen(database, proposal)
    versions = queries.listed(
        database, proposal.id, seen, before=request.args.get("before", type=int)
    )
    is_end = not versions or versions[-1].number <= seen.first
    return render_template(
        "proposals/versions/index.html", proposal=proposal, versions=versions, seen=seen,
        before=None if is_end else versions[-1].number, KINDS=KINDS, form=form,
        can_write=_can_write(database, proposal),
    )  # fmt: skip


def _seen(database: Session, proposal: Proposal) -> Extent:
    """The versions that this reader may see."""
    return queries.extent(database, proposal.id, belongs=belongs(database, proposal))


def _version(database: Session, proposal: Proposal, seen: Extent, number: int) -> Version:
    version = queries.one(database, proposal.id, number) if number in seen else None
    if version is None:
        raise NoSuchVersionError
    return version


def _can_write(database: Session, proposal: Proposal) -> bool:
    return proposal.status in workflow.EDITABLE and may_write(database, proposal)
