"""Mail of notices: one's own choice, and the links in letters, which need no signing in."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from accounts import queries as accounts
from core import clock
from core.access import public, signed_in
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from proposals.mail import queries, services
from proposals.mail.forms import NEVER, MailForm
from proposals.mail.links import Links
from proposals.pages import status_of

blueprint = Blueprint("mail", __name__)
# Its addresses carry their own right to act, and mail programs post to them without any cookie.
links = Blueprint("mail_links", __name__, url_prefix="/mail")


@blueprint.route("/me/mail", methods=["GET", "POST"])
@signed_in
@limited("20 per hour", by=lambda: str(current_user.id))
def choose() -> ResponseReturnValue:
    """How often one's notices come by mail."""
    with transaction() if request.method == "POST" else reading() as database:
        account = accounts.by_id(database, current_user.id)
        chosen = queries.choice(database, account.id)
        form = MailForm(data={"pace": chosen.pace if chosen and chosen.is_on else NEVER})
        if form.validate_on_submit():
            if form.pace.data == NEVER:
                services.stop(database, account.id)
            else:
                services.choose(database, account, form.pace.data, links=_links(), now=clock.now())
            flash(_("Saved."))
            return redirect(url_for("mail.choose"))
        return render_template(
            "proposals/mail/choose.html", form=form, choice=chosen, account=account,
            is_confirmed=chosen is not None and chosen.confirmed == _links().seal(account.email),
            last=queries.last_try(database, account.id),
            sends_mail=current_app.extensions["sends_mail"],
        ), status_of(form)  # fmt: skip


@links.route("/stop/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """Stop all mail with one press; looking at the page, as mail scanners do, changes nothing.

    It is not limited: a mail provider stops for many people from one address.
    """
    account_id = _links().stops(token)
    if account_id is None:
        return _broken()
    if request.method == "POST":
        with transaction() as database:
            services.stop(database, account_id)
    undo = _links().to_go_on(account_id) if request.method == "POST" else None
    return render_template("proposals/mail/stop.html", undo=undo)


@links.post("/go-on/<token>")
@public
@limited("60 per hour")
def go_on(token: str) -> ResponseReturnValue:
    """Take a stop back."""
    account_id = _links().goes_on(token)
    if account_id is None:
        return _broken()
    with transaction() as database:
        went = services.go_on(database, account_id, links=_links(), now=clock.now())
    return render_template("proposals/mail/goes_on.html") if went else _broken()


@links.route("/confirm/<token>", methods=["GET", "POST"])
@public
@limited("60 per hour")
def confirm(token: str) -> ResponseReturnValue:
    """Confirm that mail to the address is read."""
    found = _links().confirms(token)
    if found is None:
        return _broken()
    done = request.method == "POST"
    if done:
        with transaction() as database:
            if not services.confirm(database, *found, links=_links()):
                return _broken()
    return render_template("proposals/mail/confirm.html", done=done)


def _broken() -> ResponseReturnValue:
    return render_template("proposals/mail/broken.html"), 404


def _links() -> Links:
    return Links(current_app.config["SECRET_KEY"])
