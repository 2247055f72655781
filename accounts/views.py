"""Signing up and in, one's own page, the second factor, and who holds which role."""

from uuid import UUID

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from markupsafe import Markup

from accounts import factor, login, passwords, queries, services
from accounts.errors import AddressInUseError, NoSuchAccountError, WrongCodeError, WrongSignInError
from accounts.forms import (
    CodeForm,
    DetailsForm,
    EraseForm,
    PasswordForm,
    RoleForm,
    SignInForm,
    SignUpForm,
)
from core import city, clock
from core.access import Role, public, requires, signed_in
from core.forms import text_of
from core.journal import Actor
from core.limits import limited
from core.web import local_path, reading, transaction
from core.words import gettext as _
from core.words import language

blueprint = Blueprint("accounts", __name__)

ATTEMPTS = "10 per minute; 60 per hour"
PENDING_SECRET = "pending_authenticator"  # noqa: S105 - the name of a session key


@blueprint.route("/sign-up", methods=["GET", "POST"])
@public
@limited(ATTEMPTS)
def sign_up() -> ResponseReturnValue:
    """A new account. An address in use is said so: there is no mail to say it in private yet."""
    form = SignUpForm()
    with reading() as database:
        form.offer(city.neighbourhoods(database), language())
    if not form.validate_on_submit():
        return render_template("accounts/sign_up.html", form=form), 422 if form.errors else 200
    given = services.SignUp(
        email=text_of(form.email),
        name=text_of(form.name),
        password_hash=passwords.hashed(text_of(form.password)),
        language=language(),
        neighbourhood=form.neighbourhood.data or None,
        declares=form.declares.data,
    )
    try:
        with transaction() as database:
            account = services.sign_up(database, given, now=clock.now())
    except AddressInUseError:
        form.email.errors = [_("This address has an account already. Sign in instead.")]
        return render_template("accounts/sign_up.html", form=form), 409
    login.remember(account)
    flash(_("Welcome, %(name)s. Your account is ready.", name=account.name))
    return redirect(local_path(request.args.get("next"), url_for("budget.front")))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@limited(ATTEMPTS)
def sign_in() -> ResponseReturnValue:
    """Begin a session; officials go on to the second factor."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200
    with reading() as database:
        account = queries.by_email(database, text_of(form.email))
    if not passwords.matches(text_of(form.password), account.password_hash if account else None):
        form.password.errors = [_("E-mail address and password do not belong together.")]
        return render_template("accounts/sign_in.html", form=form), 401
    if account is None:  # matches() has said so already; the type checker cannot know
        raise WrongSignInError
    if passwords.is_outdated(account.password_hash):
        renewed = passwords.hashed(text_of(form.password))
        with transaction() as database:
            queries.by_id(database, account.id).password_hash = renewed
    login.remember(account)
    target = local_path(request.args.get("next"), url_for("budget.front"))
    if account.roles:
        return redirect(url_for("accounts.second_factor", next=target))
    return redirect(target)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this session."""
    logout_user()
    session.clear()
    flash(_("You are signed out."))
    return redirect(url_for("budget.front"))


@blueprint.route("/second-factor", methods=["GET", "POST"])
@signed_in
@limited(ATTEMPTS)
def second_factor() -> ResponseReturnValue:
    """An official's code; who has no authenticator yet enrols one first."""
    target = local_path(request.args.get("next"), url_for("desk.index"))
    if not current_user.is_official:
        return redirect(local_path(request.args.get("next"), url_for("accounts.me")))
    if not current_user.has_second_factor:
        return redirect(url_for("accounts.enrol", next=target))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            _check_code(text_of(form.code))
        except WrongCodeError:
            form.code.errors = [_("That code is wrong or was used before. Wait for the next one.")]
            return render_template("accounts/second_factor.html", form=form), 401
        session[login.SECOND_FACTOR] = str(current_user.id)
        return redirect(target)
    return render_template("accounts/second_factor.html", form=form)


@blueprint.route("/second-factor/enrol", methods=["GET", "POST"])
@signed_in
@limited(ATTEMPTS)
def enrol() -> ResponseReturnValue:
    """Set an authenticator up, confirm it, and print the recovery codes."""
    if not current_user.is_official or (
        current_user.has_second_factor and current_user.needs_second_factor
    ):
        return redirect(url_for("accounts.second_factor"))
    secret = session.setdefault(PENDING_SECRET, factor.new_secret())
    form = CodeForm()
    if form.validate_on_submit():
        try:
            with transaction() as database:
                account = queries.by_id(database, current_user.id)
                services.begin_factor(account, secret, _application_secret())
                codes = services.confirm_factor(
                    database, account, text_of(form.code), _application_secret(), now=clock.now()
                )
        except WrongCodeError:
            form.code.errors = [_("That code is not right. Check the time of your device.")]
        else:
            session.pop(PENDING_SECRET)
            session[login.SECOND_FACTOR] = str(current_user.id)
            return render_template("accounts/recovery_codes.html", codes=codes)
    with reading() as database:
        email = queries.by_id(database, current_user.id).email
    # segno writes the picture from digits and our own attributes: no text of a person is in it.
    picture = Markup(factor.qr_svg(secret, email))  # noqa: S704
    return render_template("accounts/enrol.html", form=form, secret=secret, picture=picture)


@blueprint.post("/second-factor/codes")
@signed_in
@limited(ATTEMPTS)
def renew_codes() -> ResponseReturnValue:
    """New recovery codes, for who has just shown the second factor."""
    if current_user.needs_second_factor or not current_user.is_official:
        return redirect(url_for("accounts.second_factor"))
    with transaction() as database:
        account = queries.by_id(database, current_user.id)
        codes = services.renew_recovery_codes(database, account)
    return render_template("accounts/recovery_codes.html", codes=codes)


@blueprint.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    """One's own page."""
    with reading() as database:
        account = queries.by_id(database, current_user.id)
        named = {dong.slug: dong.name(language()) for dong in city.neighbourhoods(database)}
        return render_template(
            "accounts/me.html",
            account=account,
            neighbourhood=named.get(account.neighbourhood or ""),
        )


@blueprint.route("/me/details", methods=["GET", "POST"])
@signed_in
def declare() -> ResponseReturnValue:
    """Name, neighbourhood and the declaration that voting needs; then back to the ballot."""
    with transaction() if request.method == "POST" else reading() as database:
        account = queries.by_id(database, current_user.id)
        form = DetailsForm(obj=account, data={"declares": account.declared_at is not None})
        form.offer(city.neighbourhoods(database), language())
        if form.validate_on_submit():
            services.declare(
                account,
                name=text_of(form.name),
                neighbourhood=form.neighbourhood.data or None,
                declares=form.declares.data,
                now=clock.now(),
            )
            flash(_("Saved."))
            return redirect(local_path(request.args.get("next"), url_for("accounts.me")))
    page = render_template("accounts/details.html", form=form, for_ballot="next" in request.args)
    return page, 422 if form.errors else 200


@blueprint.route("/me/password", methods=["GET", "POST"])
@signed_in
@limited(ATTEMPTS)
def password() -> ResponseReturnValue:
    """A new password; other sessions end."""
    form = PasswordForm()
    if form.validate_on_submit() and _knows_password(form.current):
        renewed = passwords.hashed(text_of(form.password))
        passed = session.get(login.SECOND_FACTOR)
        with transaction() as database:
            account = queries.by_id(database, current_user.id)
            services.change_password(account, renewed)
        login.remember(account)
        if passed:
            session[login.SECOND_FACTOR] = passed
        flash(_("Your password is changed. Other devices are signed out."))
        return redirect(url_for("accounts.me"))
    return render_template("accounts/password.html", form=form), 422 if form.errors else 200


@blueprint.post("/me/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session, this one too."""
    with transaction() as database:
        services.sign_out_everywhere(queries.by_id(database, current_user.id))
    session.clear()
    flash(_("You are signed out on every device."))
    return redirect(url_for("accounts.sign_in"))


@blueprint.route("/me/erase", methods=["GET", "POST"])
@signed_in
@limited(ATTEMPTS)
def erase() -> ResponseReturnValue:
    """Delete the account: the person goes, public text stays unsigned, ballots are nameless."""
    form = EraseForm()
    if form.validate_on_submit() and _knows_password(form.current):
        with transaction() as database:
            account = queries.by_id(database, current_user.id)
            services.erase(database, account, now=clock.now())
        session.clear()
        flash(_("Your account is deleted."))
        return redirect(url_for("budget.front"))
    return render_template("accounts/erase.html", form=form), 422 if form.errors else 200


@blueprint.route("/desk/people", methods=["GET", "POST"])
@requires(Role.ADMIN)
def people() -> ResponseReturnValue:
    """Who holds which role; grant one."""
    form = RoleForm()
    if form.validate_on_submit():
        with transaction() as database:
            account = queries.by_email(database, text_of(form.email))
            if account is None:
                raise NoSuchAccountError(email=text_of(form.email))
            role = Role(form.role.data)
            services.grant_role(database, account, role, actor=_admin(), now=clock.now())
        flash(_("The role is granted."))
        return redirect(url_for("accounts.people"))
    with reading() as database:
        officials = queries.officials(database)
        page = render_template("accounts/people.html", form=form, officials=officials)
    return page, 422 if form.errors else 200


@blueprint.post("/desk/people/<uuid:account_id>/<role>/revoke")
@requires(Role.ADMIN)
def revoke(account_id: UUID, role: str) -> ResponseReturnValue:
    """Take a role away."""
    with transaction() as database:
        account = queries.by_id(database, account_id)
        services.revoke_role(database, account, Role(role), actor=_admin(), now=clock.now())
    flash(_("The role is taken away."))
    return redirect(url_for("accounts.people"))


def _check_code(code: str) -> None:
    """Six digits are the authenticator's; anything else is a recovery code."""
    with transaction() as database:
        account = queries.by_id(database, current_user.id)
        if code.replace(" ", "").isdecimal():
            services.pass_factor(database, account, code, _application_secret(), now=clock.now())
        else:
            services.pass_recovery(database, account, code, now=clock.now())


def _knows_password(field: object) -> bool:
    with reading() as database:
        kept = queries.by_id(database, current_user.id).password_hash
    if passwords.matches(field.data, kept):  # type: ignore[attr-defined]  # a WTForms field
        return True
    field.errors = [_("That is not your present password.")]  # type: ignore[attr-defined]  # the same
    return False


def _admin() -> Actor:
    acting: Actor = current_user.acting_as(Role.ADMIN)
    return acting


def _application_secret() -> str:
    return str(current_app.config["SECRET_KEY"])
