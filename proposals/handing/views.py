"""The desk enters a proposal in somebody's name; that person claims it later."""

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
from proposals.errors import IncompleteProposalError
from proposals.handing import queries, services
from proposals.handing.errors import WrongClaimError
from proposals.handing.forms import CHANNEL_NAMES, ClaimForm, HandInForm
from proposals.pages import ACTING, status_of

blueprint = Blueprint("handing", __name__)


@blueprint.route("/desk/hand-in", methods=["GET", "POST"])
@requires(*ACTING)
def hand_in() -> ResponseReturnValue:
    """Enter a proposal from a paper form, the phone or the desk."""
    form = HandInForm()
    with transaction() if request.method == "POST" else reading() as database:
        form.offer(city.neighbourhoods(database), city.fields(database), language())
        if form.validate_on_submit():
            try:
                made = services.hand_in(
                    database, form.text(), form.person(),
                    actor=current_user.acting_as(*ACTING), now=clock.now(),
                )  # fmt: skip
                return redirect(url_for("handing.receipt", proposal_id=made.id))
            except IncompleteProposalError:
                form.name_missing(services.gaps(form.text()))
    return render_template("proposals/handing/hand_in.html", form=form), status_of(form)


@blueprint.route("/desk/hand-in/<uuid:proposal_id>", methods=["GET", "POST"])
@requires(*ACTING)
def receipt(proposal_id: UUID) -> ResponseReturnValue:
    """What was entered, to be printed; posting makes the code that stands on the print."""
    with transaction() if request.method == "POST" else reading() as database:
        code = services.new_code(database, proposal_id) if request.method == "POST" else None
        return _receipt(database, proposal_id, code)


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


def _receipt(database: Session, proposal_id: UUID, code: str | None) -> str:
    handed = queries.of(database, proposal_id) or abort(404)
    return render_template(
        "proposals/handing/receipt.html", handed=handed, code=code,
        proposal=proposals.one(database, proposal_id),
        reach=queries.reach(database, proposal_id), CHANNELS=CHANNEL_NAMES,
    )  # fmt: skip
