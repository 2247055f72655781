"""The officials' desk: each role sees what waits for it, and acts in two steps."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from ballots import queries as ballots
from ballots.alarms import queries as alarms
from ballots.keys import Keys
from budget import phases, publication, queries, services
from budget.audit import queries as audits
from budget.count import needs_seed
from budget.errors import WrongPhaseError
from budget.forms import ActForm, CycleForm, SlateForm, picks_of
from budget.models import Cycle
from budget.pages import cycle_at
from budget.phases import ACTS
from core import city, clock
from core.access import Role, requires
from core.forms import text_of
from core.journal import Actor
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals import queries as proposals

blueprint = Blueprint("desk", __name__)

OFFICIALS = tuple(Role)
READING = (Role.BUDGET_OFFICER, Role.POLL_MANAGER, Role.TALLY_OFFICER, Role.AUDITOR)


@blueprint.get("/desk")
@requires(*OFFICIALS)
def index() -> ResponseReturnValue:
    """Today's work: the cycles, and what waits for the roles in force."""
    with reading() as database:
        cycles = queries.all_cycles(database)
        return render_template(
            "desk/index.html",
            cycles=cycles,
            waiting={cycle.id: phases.allowed(cycle.phase, current_user.roles) for cycle in cycles},
            audited=audits.running(database),
        )


@blueprint.route("/desk/cycles/new", methods=["GET", "POST"])
@requires(Role.BUDGET_OFFICER)
def new() -> ResponseReturnValue:
    """Prepare a cycle."""
    return _edit(None)


@blueprint.route("/desk/cycles/<slug>/edit", methods=["GET", "POST"])
@requires(Role.BUDGET_OFFICER)
def edit(slug: str) -> ResponseReturnValue:
    """Change a cycle's rules, money or dates, until the slate is frozen."""
    return _edit(slug)


@blueprint.get("/desk/cycles/<slug>")
@requires(*READING)
def cycle(slug: str) -> ResponseReturnValue:
    """One cycle: where it stands, what is missing, which acts are open to me."""
    with reading() as database:
        found = cycle_at(database, slug)
        options = queries.options_count(database, found)
        next_acts = {name: act for name, act in ACTS.items() if act.source == found.phase}
        return render_template(
            "desk/cycle.html",
            cycle=found,
            acts=next_acts,
            mine=phases.allowed(found.phase, current_user.roles),
            gaps={
                name: services.gaps(found, name, options=options, now=clock.now())
                for name in next_acts
            },
            options=options,
            turnout=ballots.turnout(database, found.contest),
            is_mirrored=_keys().mirror is not None,
            alarms=alarms.alarms(database, found.contest, keys=_keys(), now=clock.now())
            if current_user.holds(Role.POLL_MANAGER, Role.AUDITOR)
            else [],
            has_audit=found.phase == "counted" or audits.audit(database, found.id) is not None,
            is_editable=found.phase in phases.EDITABLE
            and Role.BUDGET_OFFICER in current_user.roles,
        )


@blueprint.get("/desk/cycles/<slug>/slate")
@requires(*READING)
def slate(slug: str) -> ResponseReturnValue:
    """The slate, and the eligible proposals that could be on it."""
    with reading() as database:
        found = cycle_at(database, slug)
        entries = queries.slate_entries(database, found)
        return render_template(
            "desk/slate.html",
            cycle=found,
            entries=entries,
            eligible=queries.eligible(database, found),
            total=sum(entry.cost_minor for entry in entries),
            form=SlateForm(),
            is_editable=found.phase in phases.EDITABLE
            and Role.BUDGET_OFFICER in current_user.roles,
            fields={row.slug: row for row in city.fields(database)},
        )


@blueprint.post("/desk/cycles/<slug>/slate/<uuid:proposal_id>")
@requires(Role.BUDGET_OFFICER)
def put(slug: str, proposal_id: UUID) -> ResponseReturnValue:
    """Put a proposal on the slate, price it anew, or take it off."""
    form = SlateForm()
    with transaction() as database:
        found = cycle_at(database, slug)
        proposal = proposals.one(database, proposal_id) or abort(404)
        if "remove" in request.form:
            services.take_off_slate(
                database, found, proposal, actor=_actor(Role.BUDGET_OFFICER), now=clock.now()
            )
        elif form.validate():
            services.put_on_slate(
                database, found, proposal, form.cost_minor.data or 0,
                actor=_actor(Role.BUDGET_OFFICER), now=clock.now(),
            )  # fmt: skip
        else:
            flash(_("Write the reviewed cost in digits, for example 12,000,000."))
    return redirect(url_for("desk.slate", slug=slug) + f"#p{proposal_id}")


@blueprint.route(
    "/desk/cycles/<slug>/<any(call, review, freeze, thaw):act>", methods=["GET", "POST"]
)
@requires(Role.BUDGET_OFFICER)
def prepare_act(slug: str, act: str) -> ResponseReturnValue:
    """The budget office's acts."""
    return _act(slug, act)


@blueprint.route("/desk/cycles/<slug>/<any(count, publish):act>", methods=["GET", "POST"])
@requires(Role.TALLY_OFFICER)
def tally_act(slug: str, act: str) -> ResponseReturnValue:
    """The tally officer's acts."""
    return _act(slug, act)


def _act(slug: str, act: str) -> ResponseReturnValue:
    """Ask once more, saying what will change; then act, if the phase is still the one shown."""
    form = ActForm()
    if act == "count" and _draws_lots(slug):
        return redirect(url_for("lot.index", slug=slug))
    with transaction() if request.method == "POST" else reading() as database:
        found = cycle_at(database, slug)
        if form.validate_on_submit():
            if text_of(form.phase) != found.phase:
                raise WrongPhaseError(phase=found.phase, act=act)
            _DO[act](database, found, form, _actor(ACTS[act].role))
            flash(_("Done: %(act)s.", act=ACTS[act].name))
            return redirect(url_for("desk.cycle", slug=slug))
        form.phase.data = found.phase
        options = queries.options_count(database, found)
        return render_template(
            "desk/act.html",
            cycle=found,
            act=ACTS[act],
            name=act,
            form=form,
            gaps=services.gaps(found, act, options=options, now=clock.now()),
            is_due=found.phase == ACTS[act].source,
            options=options,
        )


def _draws_lots(slug: str) -> bool:
    """Whether the count needs digits that two officers vouch for."""
    with reading() as database:
        return needs_seed(cycle_at(database, slug).tie_rule)


def _publish(database: Session, cycle: Cycle, _form: ActForm, actor: Actor) -> None:
    shelf = current_app.extensions["config"].bundles
    publication.publish(database, cycle, actor=actor, keys=_keys(), shelf=shelf, now=clock.now())


def _plain(service: Callable[..., Any]) -> Callable[..., None]:
    def do(database: Session, cycle: Cycle, _form: ActForm, actor: Actor) -> None:
        service(database, cycle, actor=actor, now=clock.now())

    return do


_DO: Mapping[str, Callable[[Session, Cycle, ActForm, Actor], None]] = {
    "call": _plain(services.call),
    "review": _plain(services.review),
    "freeze": _plain(services.freeze),
    "thaw": _plain(services.thaw),
    "count": _plain(services.count),
    "publish": _publish,
}


def _edit(slug: str | None) -> ResponseReturnValue:
    form = CycleForm()
    with transaction() if request.method == "POST" else reading() as database:
        found = cycle_at(database, slug) if slug else None
        fields = city.fields(database)
        form.offer(city.neighbourhoods(database), language())
        picks: Mapping[str, Any] = found.contest.field_limits if found else {}
        if request.method == "GET" and found:
            form.show(found)
        if form.validate_on_submit():
            try:
                plan = form.plan(picks_of(request.form, fields))
            except ValueError:
                form.max_picks.errors = [_("Picks per field are whole numbers above zero.")]
            else:
                actor = _actor(Role.BUDGET_OFFICER)
                if found:
                    services.revise_cycle(database, found, plan, actor=actor, now=clock.now())
                else:
                    services.prepare_cycle(database, plan, actor=actor, now=clock.now())
                flash(_("Saved."))
                return redirect(url_for("desk.cycle", slug=plan.slug))
        if request.method == "POST":
            picks = {field.slug: request.form.get(f"picks-{field.slug}", "") for field in fields}
        page = render_template("desk/edit.html", form=form, cycle=found, fields=fields, picks=picks)
    return page, 422 if form.errors else 200


def _actor(role: Role) -> Actor:
    acting: Actor = current_user.acting_as(role)
    return acting


def _keys() -> Keys:
    keys: Keys = current_app.extensions["keys"]
    return keys
