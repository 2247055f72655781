"""Amendments: proposing one, reading them, and what the authors make of each part."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from core import city, clock
from core.access import public, signed_in
from core.forms import text_of
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals import services as proposals
from proposals import workflow
from proposals.amendments import queries, services
from proposals.amendments.errors import MovedPartError, NothingAmendedError
from proposals.amendments.forms import AmendmentForm, DecisionForm
from proposals.amendments.models import STATES, Amendment
from proposals.errors import NotYourProposalError, ReasonNeededError
from proposals.models import Proposal
from proposals.pages import labels, readable, status_of, vocabulary
from proposals.versions import queries as versions
from proposals.versions.errors import NoSuchVersionError
from proposals.writing.views import exchange

blueprint = Blueprint("amendments", __name__)


@blueprint.get("/proposals/<uuid:proposal_id>/amendments")
@public
def index(proposal_id: UUID) -> ResponseReturnValue:
    """What was proposed to change in this proposal, the newest first."""
    with reading() as database:
        proposal = readable(database, proposal_id)
        found = queries.listed(database, proposal.id, before=request.args.get("before", type=int))
        is_end = len(found) < queries.PAGE
        return render_template(
            "proposals/amendments/index.html", proposal=proposal, amendments=found, STATES=STATES,
            before=None if is_end else found[-1].number,
        )  # fmt: skip


@blueprint.route("/proposals/<uuid:proposal_id>/amendments/new", methods=["GET", "POST"])
@signed_in
@limited("20 per hour", by=lambda: str(current_user.id))
def new(proposal_id: UUID) -> ResponseReturnValue:
    """Change a copy of the text, and say why."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal = readable(database, proposal_id)
        services.check_amendable(database, proposal)
        form = AmendmentForm() if request.method == "POST" else _copy(database, proposal)
        form.offer(city.neighbourhoods(database), city.fields(database), language())
        if form.validate_on_submit() and (made := _proposed(database, proposal, form)):
            flash(_("Your amendment is public. The authors decide about each part of it."))
            return redirect(_address(made))
        page = render_template("proposals/amendments/new.html", proposal=proposal, form=form)
    return page, status_of(form)


@blueprint.get("/proposals/<uuid:proposal_id>/amendments/<int:number>")
@public
def show(proposal_id: UUID, number: int) -> ResponseReturnValue:
    """One amendment, part by part; whoever decides does it here."""
    with reading() as database:
        proposal, amendment = _found(database, proposal_id, number)
        return _show(database, proposal, amendment)


@blueprint.post("/proposals/<uuid:proposal_id>/amendments/<int:number>/decide")
@signed_in
def decide(proposal_id: UUID, number: int) -> ResponseReturnValue:
    """Accept or decline one part."""
    form = DecisionForm()
    try:
        with transaction() as database:
            proposal, amendment = _found(database, proposal_id, number)
            if not form.validate_on_submit():
                return _show(database, proposal, amendment), 422
            said = _decided(database, amendment, form)
            exchange().announce(database, proposal_id)
    except MovedPartError as refusal:
        with reading() as database:
            return _show(database, *_found(database, proposal_id, number), refusal=refusal), 409
    except ReasonNeededError:
        with reading() as database:
            asked = form.part.data
            return _show(database, *_found(database, proposal_id, number), asked=asked), 422
    flash(said)
    return redirect(url_for("amendments.show", proposal_id=proposal_id, number=number))


@blueprint.route(
    "/proposals/<uuid:proposal_id>/amendments/<int:number>/withdraw", methods=["GET", "POST"]
)
@signed_in
def withdraw(proposal_id: UUID, number: int) -> ResponseReturnValue:
    """Take one's own amendment back, after asking once more."""
    with transaction() if request.method == "POST" else reading() as database:
        proposal, amendment = _found(database, proposal_id, number)
        if amendment.account_id != current_user.id:
            raise NotYourProposalError
        if request.method == "POST":
            services.withdraw(database, amendment, account_id=current_user.id, now=clock.now())
            flash(_("The amendment is taken back."))
            return redirect(_address(amendment))
        return render_template(
            "proposals/amendments/withdraw.html", proposal=proposal, amendment=amendment
        )


def _copy(database: Session, proposal: Proposal) -> AmendmentForm:
    """The version that is asked for, or the newest, to be changed."""
    seen = versions.extent(database, proposal.id, belongs=False)
    number = request.args.get("version", seen.last, type=int)
    version = versions.one(database, proposal.id, number) if number in seen else None
    if version is None:
        raise NoSuchVersionError
    return AmendmentForm.on(number, versions.text_of(version))


def _proposed(database: Session, proposal: Proposal, form: AmendmentForm) -> Amendment | None:
    """The amendment; None, with a sentence on the form, if it could not stand."""
    text = form.text()
    if gaps := proposals.missing(text):
        form.name_missing(gaps)
        return None
    try:
        return services.propose(
            database, proposal, text, base=form.version.data or 0, reason=text_of(form.reason),
            account_id=current_user.id, now=clock.now(),
        )  # fmt: skip
    except NothingAmendedError:
        form.refuse_same()
        return None


def _decided(database: Session, amendment: Amendment, form: DecisionForm) -> str:
    """What was done, in words."""
    part, now = form.part.data or 0, clock.now()
    if form.then.data == "accept":
        number = services.accept(database, amendment, part, account_id=current_user.id, now=now)
        return _("Accepted. The text is version %(number)s now.", number=number)
    services.decline(
        database, amendment, part, why=text_of(form.why), account_id=current_user.id, now=now
    )
    return _("Declined. Your reason stands beside it.")


def _found(database: Session, proposal_id: UUID, number: int) -> tuple[Proposal, Amendment]:
    proposal = readable(database, proposal_id)
    return proposal, queries.one(database, proposal.id, number) or abort(404)


def _show(
    database: Session,
    proposal: Proposal,
    amendment: Amendment,
    *,
    refusal: MovedPartError | None = None,
    asked: int | None = None,
) -> str:
    """The page; with what was refused, or which part lacks a reason."""
    who = current_user.id if current_user.is_authenticated else None
    return render_template(
        "proposals/amendments/show.html", proposal=proposal, amendment=amendment,
        parts=queries.shown(database, proposal, amendment), STATES=STATES, labels=labels(),
        can_decide=services.may_decide(database, proposal, amendment, who),
        is_own=amendment.account_id == who, is_over=proposal.status not in workflow.AMENDABLE,
        refusal=refusal, asked=asked, **vocabulary(database),
    )  # fmt: skip


def _address(amendment: Amendment) -> str:
    return url_for("amendments.show", proposal_id=amendment.proposal_id, number=amendment.number)
