"""The pages of a ceremony: what must hold, step by step, and the word of two officers."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import Session

from ballots import closing
from ballots.integrator import Integrator
from ballots.keys import Keys
from budget import queries
from budget.ceremony import minutes as closing_minutes
from budget.ceremony import services, words
from budget.ceremony.forms import ReadForm, StepForm, StopForm
from budget.ceremony.minutes import Minutes
from budget.ceremony.services import CLOSE, CONFIRMS, OPEN, PROPOSES, STOP
from budget.models import Cycle
from budget.pages import cycle_at, waiting
from budget.phases import ACTS, has_reached
from budget.services import gaps
from core import clock
from core.access import Role, requires
from core.db import after_commit
from core.forms import Form, text_of
from core.journal import Actor
from core.web import database, reading, transaction
from core.words import LANGUAGES, speaking
from core.words import gettext as _

blueprint = Blueprint("ceremony", __name__, url_prefix="/desk/cycles/<slug>")

READING = (*CONFIRMS, Role.BUDGET_OFFICER, Role.TALLY_OFFICER)


@blueprint.get("/open")
@requires(*CONFIRMS)
def open_(slug: str) -> ResponseReturnValue:
    """The opening: what is fixed from then on, and the two who open."""
    with reading() as session:
        return _open_page(session, cycle_at(session, slug))


@blueprint.get("/close")
@requires(*CONFIRMS)
def close(slug: str) -> ResponseReturnValue:
    """The close: every step in its order, with the figures that are read out."""
    with reading() as session:
        return _close_page(session, cycle_at(session, slug), ReadForm(), StopForm())


@blueprint.post("/<any(open, stop, close):act>/propose")
@requires(PROPOSES)
def propose(slug: str, act: str) -> ResponseReturnValue:
    """The first officer's word."""
    return _step(slug, act, *_PROPOSE[act], PROPOSES)


@blueprint.post("/<any(open, stop, close):act>/confirm")
@requires(*CONFIRMS)
def confirm(slug: str, act: str) -> ResponseReturnValue:
    """The second officer's word, upon which the act is done."""
    return _step(slug, act, *_CONFIRM[act], *CONFIRMS)


@blueprint.post("/<any(open, stop, close):act>/withdraw")
@requires(PROPOSES)
def withdraw(slug: str, act: str) -> ResponseReturnValue:
    """Take back what was proposed."""

    def do(session: Session, cycle: Cycle, _form: Form, actor: Actor) -> None:
        services.withdraw(session, cycle, act, actor=actor, now=clock.now())

    return _step(slug, act, StepForm, do, PROPOSES)


@blueprint.get("/minutes")
@requires(*READING)
def minutes(slug: str) -> ResponseReturnValue:
    """The minutes of the close in both languages, for signing; the same whenever they are read."""
    with reading() as session:
        found = cycle_at(session, slug)
        told = closing_minutes.of(session, found) or abort(404)
        parts = {code: _minutes_in(code, found, told) for code in LANGUAGES}
        return render_template("ceremony/minutes.html", cycle=found, parts=parts)


def _minutes_in(language: str, cycle: Cycle, told: Minutes) -> Markup:
    with speaking(language):
        part = render_template(
            "ceremony/_minutes.html", cycle=cycle, minutes=told, kinds=words.KINDS,
            in_groups=words.in_groups,
        )  # fmt: skip
    return Markup(part)  # noqa: S704 - a template's own text


Do = Callable[[Session, Cycle, Form, Actor], None]


def _step(slug: str, act: str, made_of: type[Form], do: Do, *roles: Role) -> ResponseReturnValue:
    form = made_of()
    with transaction() as session:
        found = cycle_at(session, slug)
        if not form.validate():
            return _pages(session, found, act, form), 422
        do(session, found, form, current_user.acting_as(*roles))
        target = "minutes" if has_reached(found.phase, "closed") else _PAGE[act]
    return redirect(url_for(f".{target}", slug=slug))


def _pages(session: Session, cycle: Cycle, act: str, form: Form) -> str:
    """The page of an act with what is wrong in its form."""
    if act == OPEN:
        return _open_page(session, cycle)
    if act == STOP:
        return _close_page(session, cycle, ReadForm(), form)
    return _close_page(session, cycle, form, StopForm())


def _open_page(session: Session, cycle: Cycle) -> str:
    options = queries.options_count(session, cycle)
    now = clock.now()
    return render_template(
        "ceremony/open.html",
        cycle=cycle,
        act=ACTS[OPEN],
        is_due=cycle.phase == ACTS[OPEN].source,
        gaps=gaps(cycle, OPEN, options=options, now=now),
        options=options,
        waiting=waiting(session, cycle, OPEN),
        form=StepForm(),
    )


def _close_page(session: Session, cycle: Cycle, read_form: Form, stop_form: Form) -> str:
    now = clock.now()
    is_due = cycle.phase == ACTS[CLOSE].source
    is_running = is_due and now < cycle.contest.closes_at and cycle.contest.stopped_at is None
    found = None
    if is_due and not is_running:
        found = closing.survey(session, cycle.contest, keys=_keys(), now=now)
    return render_template(
        "ceremony/close.html",
        cycle=cycle,
        is_due=is_due,
        is_closed=has_reached(cycle.phase, "closed"),
        is_running=is_running,
        survey=found,
        lines=list(words.lines(found, cycle.contest.closes_at)) if found else [],
        kinds=words.KINDS,
        groups=words.in_groups(found.root) if found else [],
        as_written=words.as_written(found.root) if found else "",
        stopping=waiting(session, cycle, STOP),
        waiting=waiting(session, cycle, CLOSE),
        read_form=read_form,
        stop_form=stop_form,
    )


def _propose_opening(session: Session, cycle: Cycle, _form: Form, actor: Actor) -> None:
    services.propose_opening(session, cycle, actor=actor, now=clock.now())


def _propose_stop(session: Session, cycle: Cycle, form: Form, actor: Actor) -> None:
    reason = text_of(form["reason"])
    services.propose_stop(session, cycle, reason=reason, actor=actor, now=clock.now())


def _propose_close(session: Session, cycle: Cycle, form: Form, actor: Actor) -> None:
    read = form["read"].data
    services.propose_close(session, cycle, read, actor=actor, keys=_keys(), now=clock.now())


def _confirm_opening(session: Session, cycle: Cycle, _form: Form, actor: Actor) -> None:
    services.confirm_opening(session, cycle, actor=actor, keys=_keys(), now=clock.now())


def _confirm_stop(session: Session, cycle: Cycle, _form: Form, actor: Actor) -> None:
    services.confirm_stop(session, cycle, actor=actor, now=clock.now())


def _confirm_close(session: Session, cycle: Cycle, form: Form, actor: Actor) -> None:
    read = form["read"].data
    services.confirm_close(session, cycle, read, actor=actor, keys=_keys(), now=clock.now())
    after_commit(session, partial(_sign, cycle.contest_id))


_PROPOSE: Mapping[str, tuple[type[Form], Do]] = {
    OPEN: (StepForm, _propose_opening),
    STOP: (StopForm, _propose_stop),
    CLOSE: (ReadForm, _propose_close),
}
_CONFIRM: Mapping[str, tuple[type[Form], Do]] = {
    OPEN: (StepForm, _confirm_opening),
    STOP: (StepForm, _confirm_stop),
    CLOSE: (ReadForm, _confirm_close),
}
_PAGE = {OPEN: "open_", STOP: "close", CLOSE: "close"}


def _sign(contest_id: UUID) -> None:
    """Sign the log with its close at once; where that fails, the integrator tries on."""
    try:
        Integrator(database(), _keys()).advance(contest_id)
    except OSError:
        flash(_("The vote is closed. The log could not be signed here; its integrator signs it."))


def _keys() -> Keys:
    keys: Keys = current_app.extensions["keys"]
    return keys
