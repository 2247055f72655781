"""The desk enters a proposal in somebody's name, and answers so; that person claims it later."""

from dataclasses import asdict
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import city, clock
from core.access import requires, signed_in
from core.forms import text_of
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals import queries as proposals
from proposals import services as texts
from proposals.asking import queries as asking
from proposals.asking.forms import AnswersForm
from proposals.errors import IncompleteProposalError, StaleTextError
from proposals.handing import queries, services
from proposals.handing.errors import WrongClaimError
from proposals.handing.forms import CHANNEL_NAMES, AgreedForm, ClaimForm, HandInForm
from proposals.handing.models import HandedIn
from proposals.models import Proposal
from proposals.pages import ACTING, are_right, status_of, vocabulary
from proposals.review import gate

blueprint = Blueprint("handing", __name__)


@blueprint.route("/desk/hand-in", methods=["GET", "POST"])
@requires(*ACTING)
def hand_in() -> ResponseReturnValue:
    """Enter a proposal from a paper form, the phone or the desk."""
    form = HandInForm()
    with transaction() if request.method == "POST" else reading() as database:
        answers = _offered(database, form, None)
        if are_right(form, answers):
            try:
                made = services.hand_in(
                    database, form.text(), form.person(), answers=answers.values(),
                    actor=current_user.acting_as(*ACTING), now=clock.now(),
                )  # fmt: skip
                return redirect(url_for("handing.receipt", proposal_id=made.id))
            except IncompleteProposalError:
                _name_missing(form, answers)
        page = render_template("proposals/handing/hand_in.html", form=form, answers=answers)
        return page, max(status_of(form), status_of(answers))


@blueprint.route("/desk/hand-in/<uuid:proposal_id>", methods=["GET", "POST"])
@requires(*ACTING)
def receipt(proposal_id: UUID) -> ResponseReturnValue:
    """What was entered, to be printed; posting makes the code that stands on the print."""
    with transaction() if request.method == "POST" else reading() as database:
        code = services.new_code(database, proposal_id) if request.method == "POST" else None
        return _receipt(database, proposal_id, code)


@blueprint.route("/desk/hand-in/<uuid:proposal_id>/answer", methods=["GET", "POST"])
@requires(*ACTING)
def answer(proposal_id: UUID) -> ResponseReturnValue:
    """Give the information that is asked for, in the person's name and with that consent."""
    form = AgreedForm()
    try:
        with transaction() if request.method == "POST" else reading() as database:
            proposal: Proposal = proposals.one(database, proposal_id) or abort(404)
            handed = queries.of(database, proposal_id)
            services.check_answerable(handed, proposal)
            if request.method == "GET":
                form = AgreedForm.of(texts.current(database, proposal))
            answers = _offered(database, form, proposal_id)
            if are_right(form, answers):
                try:
                    services.answer(
                        database, proposal, form.text(), form.agreement(),
                        base=form.started_from(), answers=answers.values(),
                        answers_base=answers.base(), now=clock.now(),
                        actor=current_user.acting_as(*ACTING),
                    )  # fmt: skip
                    flash(_("The answer is handed in, and everyone can read it."))
                    return redirect(url_for("review.review", proposal_id=proposal_id))
                except IncompleteProposalError:
                    _name_missing(form, answers)
            page = _answer(database, proposal, handed, form, answers)
            return page, max(status_of(form), status_of(answers))
    except StaleTextError as stale:
        return _stale(stale, proposal_id, form)


@blueprint.route("/proposals/claim", methods=["GET", "POST"])
@signed_in
@limited("10 per hour", by=lambda: str(current_user.id))
def claim() -> ResponseReturnValue:
    """Become the author of what was handed in in one's name."""
    form = ClaimForm()
    if form.validate_on_submit():
        try:
            with transaction() as database:
                found = services.claim(
                    database, text_of(form.code), account_id=current_user.id, now=clock.now()
                )
            flash(_("The proposal is yours now."))
            return redirect(url_for("proposals.show", proposal_id=found))
        except WrongClaimError:
            form.code.errors = [_("No receipt has this code, or it was used. Look at it again.")]
    return render_template("proposals/handing/claim.html", form=form), status_of(form)


def _offered(database: Session, form: AgreedForm, proposal_id: UUID | None) -> AnswersForm:
    """Set what may be chosen; gives the form of what the round asks besides."""
    form.offer(city.neighbourhoods(database), city.fields(database), language())
    return AnswersForm.bind(asking.asked(database, proposal_id), language())


def _name_missing(form: AgreedForm, answers: AnswersForm) -> None:
    form.name_missing(services.gaps(form.text()))
    answers.name_missing(asking.unanswered(answers.asked, answers.values()))


def _answer(
    database: Session, proposal: Proposal, handed: HandedIn | None, form: AgreedForm,
    answers: AnswersForm, **beside: object,
) -> str:  # fmt: skip
    return render_template(
        "proposals/handing/answer.html", proposal=proposal, handed=handed, form=form,
        answers=answers, prices=asking.unit_prices(database),
        wanted=gate.finding(database, proposal), **beside, **vocabulary(database),
    )  # fmt: skip


def _stale(stale: StaleTextError, proposal_id: UUID, form: AgreedForm) -> ResponseReturnValue:
    """Three texts side by side; saving again is then on the newer base."""
    with reading() as database:
        proposal: Proposal = proposals.one(database, proposal_id) or abort(404)
        again = AgreedForm(formdata=None, data={**form.data, **asdict(stale.text)})
        again.start_from(texts.current(database, proposal))
        answers = _offered(database, again, proposal_id)
        handed = queries.of(database, proposal_id)
        page = _answer(database, proposal, handed, again, answers, conflicts=stale.conflicts)
    return page, 409


def _receipt(database: Session, proposal_id: UUID, code: str | None) -> str:
    handed = queries.of(database, proposal_id) or abort(404)
    return render_template(
        "proposals/handing/receipt.html", handed=handed, code=code,
        proposal=proposals.one(database, proposal_id),
        reach=queries.reach(database, proposal_id), CHANNELS=CHANNEL_NAMES,
        agreed=queries.agreed_texts(database, proposal_id),
    )  # fmt: skip
