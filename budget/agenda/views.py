"""The agenda: what was promised, adopted, spent; read by everyone, written by those responsible."""

import csv
import io
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from budget import queries as cycles
from budget.agenda import queries, services
from budget.agenda.forms import AmountForm, ReportForm
from budget.agenda.models import PolicyTask
from core import clock, money
from core.access import Role, public, requires
from core.clock import SEOUL
from core.forms import text_of
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals import queries as proposals
from proposals import workflow

blueprint = Blueprint("agenda", __name__)

DELIVERING = (Role.REVIEWER, Role.BUDGET_OFFICER)
_AFTER_COUNCIL = frozenset(
    {"approved", "reduced", "in_progress", "on_hold", "changed", "completed"}
)


@blueprint.get("/agenda")
@public
def index() -> ResponseReturnValue:
    """What became policy, as a table that reads like a promise."""
    status, slug = request.args.get("status", ""), request.args.get("cycle", "")
    with reading() as database:
        page = queries.page(
            database, status=status, cycle=slug, start=request.args.get("from", 0, type=int)
        )
        if request.args.get("format") == "csv":
            return _csv(page)
        published = [
            found for found in cycles.public_cycles(database) if found.phase == "published"
        ]
        shown = next((found for found in published if found.slug == slug), None) or (
            published[0] if published else None
        )
        funnel = (
            queries.funnel(database, shown, cycles.options_count(database, shown))
            if shown
            else None
        )
        return render_template(
            "agenda/index.html", page=page, status=status, slug=slug, published=published,
            shown=shown, funnel=funnel, overdue=_overdue,
        )  # fmt: skip


@blueprint.get("/agenda/<uuid:task_id>")
@public
def task(task_id: UUID) -> ResponseReturnValue:
    """One promise and its whole story."""
    with reading() as database:
        found = _task(database, task_id)
        report = ReportForm()
        steps = _steps(found) if found.proposal.status in _AFTER_COUNCIL else {}
        report.offer(steps)
        report.spent.data, report.department.data = found.spent_minor, found.department
        report.next_step.data, report.next_on.data = found.next_step, found.next_on
        return render_template(
            "agenda/task.html",
            task=found,
            history=proposals.history(database, found.proposal_id),
            is_overdue=_overdue(found),
            amount=AmountForm(),
            report=report,
            may_draft="in_draft_budget"
            in workflow.allowed(found.proposal.status, current_user.roles),
            may_decide=found.proposal.status == "in_draft_budget"
            and Role.COUNCIL_CLERK in current_user.roles,
            may_report=found.proposal.status in _AFTER_COUNCIL and current_user.holds(*DELIVERING),
        )


@blueprint.get("/proposals/<uuid:proposal_id>/agenda")
@public
def of_proposal(proposal_id: UUID) -> ResponseReturnValue:
    """From a proposal to what became of it."""
    with reading() as database:
        found = queries.of_proposal(database, proposal_id) or abort(404)
    return redirect(url_for("agenda.task", task_id=found.id))


@blueprint.post("/agenda/<uuid:task_id>/draft")
@requires(Role.BUDGET_OFFICER)
def draft(task_id: UUID) -> ResponseReturnValue:
    """Put the task into the draft budget."""
    form = AmountForm()
    with transaction() as database:
        found = _task(database, task_id)
        if form.validate_on_submit():
            services.enter_draft(
                database, found, form.amount.data or 0,
                actor=current_user.acting_as(Role.BUDGET_OFFICER), now=clock.now(),
            )  # fmt: skip
            flash(_("It is in the draft budget."))
        else:
            flash(_("Write the amount in digits, for example 12,000,000."))
    return redirect(url_for("agenda.task", task_id=task_id))


@blueprint.post("/agenda/<uuid:task_id>/decide")
@requires(Role.COUNCIL_CLERK)
def decide(task_id: UUID) -> ResponseReturnValue:
    """Enter what the council adopted."""
    form = AmountForm()
    with transaction() as database:
        found = _task(database, task_id)
        if form.validate_on_submit():
            services.enter_council_decision(
                database, found, form.amount.data or 0, reason=text_of(form.reason),
                actor=current_user.acting_as(Role.COUNCIL_CLERK), now=clock.now(),
            )  # fmt: skip
            flash(_("The council's decision is entered."))
        else:
            flash(_("Write the amount in digits, for example 12,000,000."))
    return redirect(url_for("agenda.task", task_id=task_id))


@blueprint.post("/agenda/<uuid:task_id>/report")
@requires(*DELIVERING)
def report(task_id: UUID) -> ResponseReturnValue:
    """Report where the task stands."""
    form = ReportForm()
    with transaction() as database:
        found = _task(database, task_id)
        form.offer(_steps(found))
        if form.validate_on_submit():
            said = services.Report(
                to=text_of(form.to) or None,
                spent_minor=form.spent.data or 0,
                next_step=text_of(form.next_step),
                next_on=form.next_on.data,
                department=text_of(form.department),
                reason=text_of(form.reason),
            )
            services.report(
                database, found, said,
                actor=current_user.acting_as(*DELIVERING), roles=current_user.roles,
                now=clock.now(),
            )  # fmt: skip
            flash(_("The report is entered."))
        else:
            flash(_("Please look at the amounts and the day again."))
    return redirect(url_for("agenda.task", task_id=task_id))


def _task(database: Session, task_id: UUID) -> PolicyTask:
    found: PolicyTask = queries.one(database, task_id) or abort(404)
    return found


def _steps(task: PolicyTask) -> dict[str, workflow.Move]:
    return workflow.allowed(task.proposal.status, current_user.roles)


def _overdue(task: PolicyTask) -> bool:
    return queries.overdue(task, clock.now().astimezone(SEOUL).date())


def _csv(page: queries.Page) -> Response:
    """The shown rows for spreadsheets; the byte-order mark is for those that guess otherwise."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(
        ["cycle", "project", "department", "status", "currency", "asked", "draft", "adopted",
         "spent", "next_step", "next_on"]
    )  # fmt: skip
    for row in page.tasks:
        lines.writerow([_cell(value) for value in _facts(row)])
    return Response(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="agenda.csv"'},
    )


def _facts(row: PolicyTask) -> list[Any]:
    currency = row.proposal.currency
    amounts = (row.asked_minor, row.draft_minor, row.adopted_minor, row.spent_minor)
    return [
        row.cycle.slug, row.option.title_in(language()), row.department, row.proposal.status,
        currency,
        *("" if amount is None else money.plain(amount, currency) for amount in amounts),
        row.next_step, row.next_on or "",
    ]  # fmt: skip


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
