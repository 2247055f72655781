"""What everyone reads of the budget: the square, cycles, outcomes, projects, the journal."""

from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

import tally
from ballots import queries as ballots
from ballots.succession import queries as successions
from budget import bundle as bundles
from budget import files, queries
from budget.agenda import queries as agenda
from budget.count import TIE_RULES
from budget.models import Cycle
from budget.phases import ORDER, PHASES, PUBLIC, has_reached
from core import city, clock, journal, words
from core.access import Role, public, requires
from core.web import reading
from proposals import queries as proposals
from proposals.notices import queries as notices
from proposals.queries import Filters
from tally.formats import pabulib

blueprint = Blueprint("budget", __name__)

NEWEST = 5
JOURNAL_PAGE = 40


@blueprint.get("/")
@public
def front() -> ResponseReturnValue:
    """The square: what is open now, what people propose, what became of earlier votes."""
    with reading() as database:
        cycles = queries.public_cycles(database, limit=NEWEST)
        now = clock.now()
        return render_template(
            "budget/front.html",
            open_cycles=[cycle for cycle in cycles if cycle.contest.is_open(now)],
            collecting=[cycle for cycle in cycles if cycle.phase == "collecting"],
            published=[cycle for cycle in cycles if cycle.phase == "published"],
            proposals=proposals.page(
                database, Filters(status="on_ballot"), start=0, size=3
            ).proposals,
            tasks=agenda.page(database).tasks[:NEWEST],
            lines=journal.entries(database, limit=NEWEST),
            **_vocabulary(database),
        )


@blueprint.get("/cycles")
@public
def cycles() -> ResponseReturnValue:
    """All announced cycles."""
    with reading() as database:
        found = queries.public_cycles(database)
        return render_template("budget/cycles.html", cycles=found, now=clock.now())


@blueprint.get("/cycles/<slug>")
@public
def cycle(slug: str) -> ResponseReturnValue:
    """One cycle: goal, money, dates, rules, slate, and where it stands."""
    with reading() as database:
        found = _public_cycle(database, slug)
        return render_template(
            "budget/cycle.html",
            cycle=found,
            steps=_steps(found),
            slate=queries.slate(database, found),
            turnout=ballots.turnout(database, found.contest),
            is_open=found.contest.is_open(clock.now()),
            losses=successions.losses(database, found.contest_id),
            tie_rule=TIE_RULES[found.tie_rule][1],
            is_followed=current_user.is_authenticated
            and notices.follows_cycle(database, current_user.id, found.id),
            **_vocabulary(database),
        )


@blueprint.get("/cycles/by-id/<uuid:cycle_id>")  # apart from slugs, which may be any word
@public
def by_id(cycle_id: UUID) -> ResponseReturnValue:
    """From a line of the journal to its cycle."""
    with reading() as database:
        found = queries.cycle_by_id(database, cycle_id) or abort(404)
    return redirect(url_for("budget.cycle", slug=found.slug))


@blueprint.get("/contests/<uuid:contest_id>")
@public
def of_contest(contest_id: UUID) -> ResponseReturnValue:
    """From a vote to its cycle."""
    with reading() as database:
        latest = successions.latest(database, contest_id)
        found = queries.cycle_of_contest(database, latest) or abort(404)
    return redirect(url_for("budget.cycle", slug=found.slug))


@blueprint.get("/proposals/<uuid:proposal_id>/vote")
@public
def of_proposal(proposal_id: UUID) -> ResponseReturnValue:
    """From a proposal to the project that it became on a ballot."""
    with reading() as database:
        found = queries.project_of_proposal(database, proposal_id) or abort(404)
    return redirect(url_for("budget.project", slug=found.cycle.slug, number=found.option.number))


@blueprint.get("/cycles/<slug>/outcome")
@public
def outcome(slug: str) -> ResponseReturnValue:
    """The outcome with a reason for each project; before publication, when there will be one."""
    with reading() as database:
        found = _public_cycle(database, slug)
        told = queries.told(database, found)
        if told is None:
            return render_template("budget/no_outcome.html", cycle=found), 404
        return render_template(
            "budget/outcome.html",
            cycle=found,
            told=told,
            losses=successions.losses(database, found.contest_id),
            **_vocabulary(database),
        )


@blueprint.get("/cycles/<slug>/projects/<int:number>")
@public
def project(slug: str, number: int) -> ResponseReturnValue:
    """One project: what was voted on, how it came out, and why."""
    with reading() as database:
        found = queries.project(database, slug, number) or abort(404)
        if found.cycle.phase not in PUBLIC:
            abort(404)
        told = queries.told(database, found.cycle)
        return render_template(
            "budget/project.html",
            project=found,
            told=told,
            line=told.line_of[found.option.code] if told else None,
            **_vocabulary(database),
        )


@blueprint.get("/cycles/<slug>/outcome.json")
@public
def outcome_json(slug: str) -> ResponseReturnValue:
    """The stored outcome, as the engine wrote it."""
    with reading() as database:
        told = queries.told(database, _public_cycle(database, slug)) or abort(404)
        return _download(told.stored.body, f"{slug}-outcome.json", "application/json")


@blueprint.get("/cycles/<slug>/ballots.pb")
@public
def export(slug: str) -> ResponseReturnValue:
    """Projects, money and every ballot, so that anyone can count again. After publication only."""
    with reading() as database:
        found = _public_cycle(database, slug)
        if found.phase != "published":
            abort(404)
        text = pabulib.write(files.export_cycle(database, found))
        return _download(text, f"{slug}.pb", "text/plain; charset=utf-8")


@blueprint.get("/cycles/<slug>/bundle.tar")
@public
def bundle(slug: str) -> ResponseReturnValue:
    """All that it takes to check the log and to count again without us. After publication only."""
    return _bundle(slug, for_auditors=False)


@blueprint.get("/cycles/<slug>/auditors.tar")
@requires(Role.AUDITOR)
def auditors_bundle(slug: str) -> ResponseReturnValue:
    """The same with the leaves of the log, which a sealed vote does not show to everyone."""
    return _bundle(slug, for_auditors=True)


@blueprint.get("/rules/<rule>")
@public
def rules(rule: str) -> ResponseReturnValue:
    """What a rule of counting does, in plain words."""
    if rule not in tally.RULES:
        abort(404)
    return render_template("budget/rule.html", rule=tally.RULES[rule])


@blueprint.get("/journal", endpoint="journal")
@public
def journal_() -> ResponseReturnValue:
    """Who did what, newest first."""
    about = request.args.get("about") or None
    with reading() as database:
        lines = journal.entries(
            database, about=about, before=request.args.get("before", type=int),
            limit=JOURNAL_PAGE + 1,
        )  # fmt: skip
        shown = lines[:JOURNAL_PAGE]
        if request.args.get("format") == "json":
            return {"entries": [_as_data(entry) for entry in shown]}
        more = shown[-1].id if len(lines) > JOURNAL_PAGE else None
        return render_template("budget/journal.html", lines=shown, before=more, about=about or "")


def _bundle(slug: str, *, for_auditors: bool) -> Response:
    extensions = current_app.extensions
    with reading() as database:
        found = _public_cycle(database, slug)
        if found.phase != "published":
            abort(404)
        path = bundles.shelved(
            database, found, extensions["config"].bundles, keys=extensions["keys"],
            for_auditors=for_auditors,
        )  # fmt: skip
    name = f"{slug}-auditors.tar" if for_auditors else f"{slug}.tar"
    answer = send_file(path, "application/x-tar", as_attachment=True, download_name=name, max_age=0)
    if for_auditors:
        answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _public_cycle(database: Session, slug: str) -> Cycle:
    found: Cycle = queries.cycle(database, slug) or abort(404)
    if found.phase not in PUBLIC:
        abort(404)
    return found


def _steps(cycle: Cycle) -> list[dict[str, Any]]:
    """The phases as a step indicator, with the dates that are known."""
    contest = cycle.contest
    dates = {
        "voting": f"{words.moment(contest.opens_at)} – {words.moment(contest.closes_at)}",
        "published": words.day(cycle.outcome.published_at)
        if cycle.outcome and cycle.outcome.published_at
        else "",
    }
    here = ORDER.index(cycle.phase)
    return [
        {
            "label": PHASES[name],
            "state": _state(cycle, name, at - here),
            "date": dates.get(name, ""),
        }
        for at, name in enumerate(ORDER)
        if name != "preparing"
    ]


def _state(cycle: Cycle, name: str, ahead: int) -> str:
    if ahead < 0 or (name == "published" and has_reached(cycle.phase, "published")):
        return "done"
    return "current" if ahead == 0 else "todo"


def _as_data(entry: journal.JournalEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "role": entry.role,
        "act": entry.act,
        "about": entry.about,
        "about_id": str(entry.about_id) if entry.about_id else None,
        "values": entry.values,
    }


def _vocabulary(database: Session) -> dict[str, Any]:
    return {
        "fields": {row.slug: row for row in city.fields(database)},
        "places": {row.slug: row for row in city.neighbourhoods(database)},
    }


def _download(text: str, name: str, kind: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type=kind, headers=disposition)
