"""The idea box: reading, writing, supporting, and making a proposal."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import city, clock
from core.access import public, signed_in
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals.ideas import queries, services
from proposals.ideas.forms import IdeaForm
from proposals.ideas.models import Idea
from proposals.pages import asked_for, own_start, shuffle_place, status_of, vocabulary

blueprint = Blueprint("ideas", __name__)


@blueprint.get("/ideas")
@public
def index() -> ResponseReturnValue:
    """The ideas, in the reader's own order."""
    filters = asked_for()
    with reading() as database:
        page = queries.page(
            database, filters, start=own_start(),
            after=request.args.get("after", type=shuffle_place),
        )  # fmt: skip
        return render_template(
            "proposals/ideas/index.html", page=page, filters=filters, **vocabulary(database)
        )


@blueprint.route("/ideas/new", methods=["GET", "POST"])
@signed_in
@limited("20 per day", by=lambda: str(current_user.id))
def new() -> ResponseReturnValue:
    """Write an idea."""
    form = IdeaForm()
    with transaction() if request.method == "POST" else reading() as database:
        form.offer(city.neighbourhoods(database), city.fields(database), language())
        if form.validate_on_submit():
            idea = services.put(database, current_user.id, form.wish(), now=clock.now())
            flash(_("Your idea is in the box. Everyone can read it."))
            return redirect(url_for("ideas.show", idea_id=idea.id))
    return render_template("proposals/ideas/new.html", form=form), status_of(form)


@blueprint.get("/ideas/<uuid:idea_id>")
@public
def show(idea_id: UUID) -> ResponseReturnValue:
    """One idea, and what was made of it."""
    with reading() as database:
        idea = _found(database, idea_id)
        is_known = current_user.is_authenticated
        return render_template(
            "proposals/ideas/show.html", idea=idea,
            made=queries.made_of(database, idea_id),
            supports=queries.counts(database, [idea_id])[idea_id],
            mine=is_known and queries.supported_by(database, idea_id, current_user.id),
            is_own=is_known and idea.author_id == current_user.id,
            **vocabulary(database),
        )  # fmt: skip


@blueprint.post("/ideas/<uuid:idea_id>/support")
@signed_in
@limited("120 per hour", by=lambda: str(current_user.id))
def support(idea_id: UUID) -> ResponseReturnValue:
    """Support an idea, or take that back."""
    with transaction() as database:
        idea = _found(database, idea_id)
        if request.form.get("act") == "take_back":
            services.take_back(database, idea, account_id=current_user.id)
        else:
            services.give(database, idea, account_id=current_user.id, now=clock.now())
    return redirect(url_for("ideas.show", idea_id=idea_id))


@blueprint.post("/ideas/<uuid:idea_id>/proposal")
@signed_in
@limited("20 per hour", by=lambda: str(current_user.id))
def make_proposal(idea_id: UUID) -> ResponseReturnValue:
    """Begin a draft with the idea's words."""
    with transaction() as database:
        idea = _found(database, idea_id)
        draft = services.make_proposal(database, idea, account_id=current_user.id, now=clock.now())
        flash(_("The draft has the idea's words. Write on from here."))
        return redirect(url_for("drafts.edit", proposal_id=draft.id))


@blueprint.route("/ideas/<uuid:idea_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(idea_id: UUID) -> ResponseReturnValue:
    """Take one's own idea back, after asking once more."""
    with transaction() if request.method == "POST" else reading() as database:
        idea = _found(database, idea_id)
        if idea.author_id != current_user.id:
            abort(403)
        if request.method == "POST":
            services.withdraw(database, idea, account_id=current_user.id, now=clock.now())
            flash(_("The idea is taken back."))
            return redirect(url_for("ideas.index"))
        return render_template("proposals/ideas/withdraw.html", idea=idea)


def _found(database: Session, idea_id: UUID) -> Idea:
    found: Idea = queries.one(database, idea_id) or abort(404)
    return found
