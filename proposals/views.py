"""Reading proposals, and what becomes of one's own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import clock
from core.access import public, signed_in
from core.forms import text_of
from core.journal import CITIZEN
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals import glance, queries, services, workflow
from proposals.asking import queries as asking
from proposals.files import queries as files
from proposals.forms import ObjectionForm
from proposals.glance import Glance
from proposals.handing import queries as handing
from proposals.ideas import queries as ideas
from proposals.merging import queries as ties
from proposals.merging import services as merging
from proposals.models import Proposal
from proposals.pages import (
    asked_for,
    on_desk,
    own,
    own_start,
    readable,
    reader_id,
    shuffle_place,
    vocabulary,
)
from proposals.people import queries as people
from proposals.people import requests
from proposals.people.models import AUTHOR, WRITE
from proposals.places import drawings as places
from proposals.pledges import queries as pledges
from proposals.review import queries as reviews
from proposals.sharing.prints import card
from proposals.similar import queries as alike
from proposals.supports import queries as supports
from proposals.writing import queries as written

blueprint = Blueprint("proposals", __name__)


@blueprint.get("/proposals")
@public
def index() -> ResponseReturnValue:
    """The list, in the reader's own order, which stays the same over its pages."""
    filters = asked_for()
    with reading() as database:
        page = queries.page(
            database,
            filters,
            start=own_start(),
            after=request.args.get("after", type=shuffle_place),
        )
        return render_template(
            "proposals/index.html",
            page=page,
            photos=files.first_photos(database, [one.id for one in page.proposals]),
            filters=filters,
            query=filters.as_query(),
            **vocabulary(database),
        )


@blueprint.get("/proposals/<uuid:proposal_id>")
@public
def show(proposal_id: UUID) -> ResponseReturnValue:
    """One proposal with its way; a draft is seen by those alone who belong to it."""
    with reading() as database:
        return _shown(database, readable(database, proposal_id), ObjectionForm())


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


@blueprint.get("/proposals/<uuid:proposal_id>/received")
@signed_in
def received(proposal_id: UUID) -> ResponseReturnValue:
    """What was received under which number, and what happens next."""
    with reading() as database:
        proposal = own(database, proposal_id)
        if proposal.receipt is None:
            abort(404)
        return render_template("proposals/received.html", proposal=proposal)


@blueprint.route("/proposals/<uuid:proposal_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(proposal_id: UUID) -> ResponseReturnValue:
    """Take one's own proposal back, after asking once more."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = own(database, proposal_id)
        if request.method == "POST":
            merging.withdraw(database, proposal, author_id=current_user.id, now=clock.now())
            flash(_("The proposal is withdrawn."))
            return redirect(url_for("proposals.mine"))
        return render_template("proposals/withdraw.html", proposal=proposal)


@blueprint.post("/proposals/<uuid:proposal_id>/object")
@signed_in
def object_(proposal_id: UUID) -> ResponseReturnValue:
    """The author's objection to "not eligible"; somebody else decides it."""
    form = ObjectionForm()
    with transaction() as database:
        proposal = own(database, proposal_id)
        if not form.validate_on_submit():
            return _shown(database, proposal, form), 422
        services.move(
            database, proposal, "objection", actor=current_user.acting_as(), now=clock.now(),
            reason=text_of(form.reason),
        )  # fmt: skip
    flash(_("Your objection is on record. Somebody else decides it."))
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


def _shown(database: Session, proposal: Proposal, objection: ObjectionForm) -> str:
    """The page of one proposal; what its author may do now is read off the status machine."""
    members, words = people.members(database, proposal.id), vocabulary(database)
    role, now = people.role_in(proposal, members, reader_id()), clock.now()
    seen = glance.at(database, proposal, reader_id(), belongs=role is not None)
    into_id, is_public = proposal.merged_into_id, proposal.status in workflow.PUBLIC
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        history=queries.history(database, proposal.id),
        own_steps=workflow.allowed(proposal.status, {CITIZEN}) if role == AUTHOR else {},
        can_edit=proposal.status in workflow.EDITABLE and role in WRITE,
        text=services.current(database, proposal) if proposal.status == "draft" else proposal,
        members=members,
        belongs=role is not None,
        has_words=(role is not None or proposal.status in workflow.WORDS_PUBLIC)
        and "writing" in seen.there,
        on_desk=on_desk(proposal),
        merged_into=queries.one(database, into_id) if into_id else None,
        objection=objection,
        versions=seen.versions,
        amendments=seen.amendments,
        reviewed=reviews.file(database, proposal, now=now, has_any="review" in seen.there),
        card=card(proposal, words["places"], language()) if is_public else None,
        is_followed=seen.is_followed,
        may_ask=requests.may_ask(proposal, reader_id(), was_asked=seen.was_asked),
        may_split=proposal.status in workflow.BEFORE_BALLOT and role in WRITE,
        now=now,
        **_told(database, proposal, seen),
        **_joined(database, proposal, seen, now),
        **words,
    )


def _told(database: Session, proposal: Proposal, seen: Glance) -> dict[str, Any]:
    """What its authors tell beside its text, as far as there is any."""
    id_, there = proposal.id, seen.there
    return {
        "asked": asking.asked(database, id_) if "answers" in there else (),
        "files": files.of_proposal(database, id_) if "files" in there else {},
        "map": places.map_of(database, id_) if "point" in there else None,
        "differences": alike.differences(database, id_) if "differences" in there else (),
        "pledges": pledges.shown(database, proposal, has_needs="needs" in there),
    }


def _joined(database: Session, proposal: Proposal, seen: Glance, now: datetime) -> dict[str, Any]:
    """What joins a proposal to people and to other proposals."""
    id_, there = proposal.id, seen.there
    return {
        "supports": supports.shown(database, proposal, reader_id(), seen.supports),
        "ties": ties.ties(database, id_, now=now) if "ties" in there else ties.NONE,
        "idea": ideas.source_of(database, id_) if "idea" in there else None,
        "handed": handing.of(database, id_) if "handed" in there else None,
    }
