"""Writing a draft, alone or with others, and handing it in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import city, clock
from core.access import signed_in
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals import publishing, services
from proposals.asking import queries as asking
from proposals.asking import services as answering
from proposals.asking.forms import AnswersForm
from proposals.errors import IncompleteProposalError, StaleTextError
from proposals.forms import LIVE, ProposalForm
from proposals.models import Proposal
from proposals.pages import are_right, is_mine, own, similar_to, status_of, vocabulary, writable
from proposals.people import queries as people
from proposals.services import Text
from proposals.writing.updates import FIELDS
from proposals.writing.views import exchange

blueprint = Blueprint("drafts", __name__)


@blueprint.route("/proposals/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """Begin a draft."""
    with transaction() if request.method == "POST" else reading() as database:
        form, asked = ProposalForm(), _asked(database, None)
        _offer(form, database)
        if are_right(form, asked["answers"]):
            proposal = services.begin_draft(database, current_user.id, form.text(), now=clock.now())
            _answer(database, proposal.id, asked["answers"])
            return _after_saving(proposal)
        status = max(status_of(form), status_of(asked["answers"]))
        return render_template("proposals/edit.html", form=form, proposal=None, **asked), status


@blueprint.route("/proposals/<uuid:proposal_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(proposal_id: UUID) -> ResponseReturnValue:
    """Go on writing. Where somebody else changed the same field, all three texts are shown."""
    form = ProposalForm()
    try:
        with transaction() if request.method == "POST" else reading() as database:
            proposal = writable(database, proposal_id)
            now_there = services.current(database, proposal)
            base = form.started_from()
            if request.method == "GET":
                form = ProposalForm.of(now_there)
            elif form.is_live:
                base = {**base, **_words(now_there)}
                form.take(_words(now_there))
            _offer(form, database)
            asked = _asked(database, proposal_id)
            if are_right(form, asked["answers"]):
                services.revise(
                    database, proposal, form.text(),
                    author_id=current_user.id, base=base, now=clock.now(),
                )  # fmt: skip
                _answer(database, proposal_id, asked["answers"])
                exchange().announce(database, proposal_id)
                return _after_saving(proposal)
            status = max(status_of(form), status_of(asked["answers"]))
            return _editor(database, form, proposal, asked), status
    except StaleTextError as stale:
        return _stale(stale, proposal_id)


@blueprint.get("/proposals/<uuid:proposal_id>/submit")
@signed_in
def check(proposal_id: UUID) -> ResponseReturnValue:
    """What was written, to be checked before it is handed in."""
    with reading() as database:
        proposal = writable(database, proposal_id)
        text = services.current(database, proposal)
        gaps = services.missing(text) + services.too_long(text)
        if gaps or asking.missing(database, proposal_id):
            return _incomplete(database, proposal, text, gaps)
        return render_template(
            "proposals/check.html", proposal=proposal, text=text, is_mine=is_mine(proposal),
            lacking=publishing.lacking(database, proposal, text),
            asked=asking.asked(database, proposal_id),
            similar=similar_to(database, text, of=proposal.id), **vocabulary(database),
        )  # fmt: skip


@blueprint.post("/proposals/<uuid:proposal_id>/submit")
@signed_in
def submit(proposal_id: UUID) -> ResponseReturnValue:
    """Hand the proposal in."""
    try:
        with transaction() as database:
            proposal = own(database, proposal_id)
            services.submit(database, proposal, author_id=current_user.id, now=clock.now())
            exchange().announce(database, proposal_id)
    except IncompleteProposalError:
        return redirect(url_for("drafts.check", proposal_id=proposal_id))
    return redirect(url_for("proposals.received", proposal_id=proposal_id))


@blueprint.post("/proposals/<uuid:proposal_id>/agree")
@signed_in
def agree(proposal_id: UUID) -> ResponseReturnValue:
    """Agree that the draft is handed in as one has read it, or agree no more."""
    with transaction() as database:
        proposal = writable(database, proposal_id)
        if request.form.get("then") == "not":
            publishing.take_back(database, proposal, account_id=current_user.id)
            flash(_("Noted: you do not agree yet."))
        else:
            publishing.agree(
                database, proposal, request.form.get("about", ""),
                account_id=current_user.id, now=clock.now(),
            )  # fmt: skip
            flash(_("Noted: you agree. If anybody changes the text, you are asked again."))
    return redirect(url_for("drafts.check", proposal_id=proposal_id))


@blueprint.route("/proposals/<uuid:proposal_id>/discard", methods=["GET", "POST"])
@signed_in
def discard(proposal_id: UUID) -> ResponseReturnValue:
    """Delete one's own draft, after asking once more."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = own(database, proposal_id)
        if request.method == "POST":
            services.discard(database, proposal, author_id=current_user.id)
            flash(_("The draft is deleted."))
            return redirect(url_for("proposals.mine"))
        return render_template("proposals/discard.html", proposal=proposal)


def _offer(form: ProposalForm, database: Session) -> None:
    form.offer(city.neighbourhoods(database), city.fields(database), language())


def _after_saving(proposal: Proposal) -> ResponseReturnValue:
    if request.form.get("then") == "submit":
        return redirect(url_for("drafts.check", proposal_id=proposal.id))
    flash(_("Your draft is saved. Nobody sees it but those who belong to it."))
    return redirect(url_for("drafts.edit", proposal_id=proposal.id))


def _incomplete(
    database: Session, proposal: Proposal, text: Text, gaps: list[str]
) -> ResponseReturnValue:
    """The form again, with a sentence on each field that is missing or too long."""
    form = ProposalForm.of(text)
    _offer(form, database)
    form.name_missing(gaps)
    asked = _asked(database, proposal.id)
    asked["answers"].name_missing(asking.missing(database, proposal.id))
    return _editor(database, form, proposal, asked), 422


def _editor(
    database: Session, form: ProposalForm, proposal: Proposal, asked: dict[str, Any]
) -> str:
    """The page to write on: live, unless it must keep words that a plain form has sent."""
    is_live = request.method == "GET" or form.is_live
    members = people.members(database, proposal.id)
    return render_template(
        "proposals/edit.html",
        form=form,
        proposal=proposal,
        members=members,
        live=LIVE if is_live else "",
        **asked,
    )


def _stale(stale: StaleTextError, proposal_id: UUID) -> ResponseReturnValue:
    """Three texts side by side; saving again is then on the newer base."""
    with reading() as database:
        proposal = writable(database, proposal_id)
        form = ProposalForm.of(stale.text)
        form.start_from(services.current(database, proposal))
        _offer(form, database)
        page = render_template(
            "proposals/stale.html", form=form, proposal=proposal,
            conflicts=stale.conflicts, **vocabulary(database), **_asked(database, proposal_id),
        )  # fmt: skip
    return page, 409


def _asked(database: Session, proposal_id: UUID | None) -> dict[str, Any]:
    """What the round asks besides, as a form, and typical prices to reckon with."""
    answers = AnswersForm.bind(asking.asked(database, proposal_id), language())
    return {"answers": answers, "prices": asking.unit_prices(database)}


def _answer(database: Session, proposal_id: UUID, answers: AnswersForm) -> None:
    answering.answer(
        database, proposal_id, answers.values(), base=answers.base(), account_id=current_user.id
    )


def _words(text: Text) -> dict[str, str]:
    return {name: getattr(text, name) for name in FIELDS}
