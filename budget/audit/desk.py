"""The pages of an audit: what is to be confirmed, the draw, the sheets, and what they show."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from ballots import queries as ballots
from ballots.errors import InvalidBallotError
from ballots.paper import entry
from ballots.paper import words as keying_words
from ballots.paper.errors import NothingTypedError, UnreadableEntryError
from budget.audit import claims, queries, services, words
from budget.audit.errors import LevelOutcomeError, NoPaperError
from budget.audit.forms import ReadingForm, SeedForm
from budget.audit.models import PaperAudit
from budget.audit.services import CONDUCTS, CONFIRMS, READS, SEED
from budget.models import Cycle
from budget.pages import cycle_at, thrown, waiting
from budget.verification.audit import six_places
from core import clock, two_officers
from core.access import requires
from core.errors import RoomError
from core.forms import text_of
from core.journal import Actor
from core.web import reading, transaction

blueprint = Blueprint("audit", __name__, url_prefix="/desk/cycles/<slug>/audit")


@blueprint.get("")
@requires(*CONFIRMS)
def index(slug: str) -> ResponseReturnValue:
    """The audit as far as it has come."""
    with reading() as database:
        return _page(database, cycle_at(database, slug), SeedForm())


@blueprint.post("/seed")
@requires(CONDUCTS)
def propose(slug: str) -> ResponseReturnValue:
    """The digits that were thrown, typed by the first officer."""

    def keep(database: Session, cycle: Cycle, digits: str) -> None:
        services.propose_seed(database, cycle, digits, actor=_actor(), now=clock.now())

    return thrown(slug, _page, keep)


@blueprint.post("/<any(confirm, withdraw):act>")
@requires(*CONFIRMS)
def second(slug: str, act: str) -> ResponseReturnValue:
    """The second officer has seen the same digits; or they are taken back."""
    return _act(slug, act)


@blueprint.post("/<any(grow, finish, again):act>")
@requires(CONDUCTS)
def conduct(slug: str, act: str) -> ResponseReturnValue:
    """Draw more sheets, end the audit, or have a sheet read again."""
    return _act(slug, act)


@blueprint.get("/sheets")
@requires(*CONFIRMS, *READS)
def sheets(slug: str) -> ResponseReturnValue:
    """The sheets that were drawn, to be fetched from their boxes; for printing."""
    with reading() as database:
        found = cycle_at(database, slug)
        audit = queries.audit(database, found.id) or abort(404)
        drawn = queries.drawn(database, found.id)
        boxes: dict[int, list[int]] = {}
        for sheet in sorted(drawn, key=lambda sheet: (sheet.batch, sheet.sheet)):
            boxes.setdefault(sheet.batch, []).append(sheet.sheet)
        return render_template(
            "audit/sheets.html", cycle=found, audit=audit, drawn=drawn, boxes=boxes
        )


@blueprint.get("/read")
@requires(*READS)
def read(slug: str) -> ResponseReturnValue:
    """The next sheet that this person has to read."""
    with reading() as database:
        return _reading_page(database, cycle_at(database, slug), ReadingForm())


@blueprint.post("/read")
@requires(*READS)
def keep(slug: str) -> ResponseReturnValue:
    """Keep what one person saw; what cannot be read stays in the field."""
    form = ReadingForm()
    typed = claims.MISSING if "missing" in request.form else text_of(form.typed)[: entry.LONGEST]
    with transaction() as database:
        found = cycle_at(database, slug)
        try:
            services.read_sheet(
                database, found, request.form.get("place", 0, type=int), typed,
                reader_id=current_user.id,
            )  # fmt: skip
        except (InvalidBallotError, NothingTypedError, UnreadableEntryError) as error:
            return _reading_page(database, found, form, error), 422
    return redirect(url_for(".read", slug=slug))


def _confirm(database: Session, cycle: Cycle, actor: Actor) -> None:
    services.confirm_seed(database, cycle, actor=actor, now=clock.now())


def _withdraw(database: Session, cycle: Cycle, _actor: Actor) -> None:
    two_officers.withdraw(database, SEED, cycle.id)


def _grow(database: Session, cycle: Cycle, actor: Actor) -> None:
    services.grow(database, cycle, actor=actor, now=clock.now())


def _finish(database: Session, cycle: Cycle, actor: Actor) -> None:
    services.finish(database, cycle, actor=actor, now=clock.now())


def _again(database: Session, cycle: Cycle, actor: Actor) -> None:
    place = request.form.get("place", 0, type=int)
    services.read_again(database, cycle, place, actor=actor, now=clock.now())


_DO: Mapping[str, Callable[[Session, Cycle, Actor], None]] = {
    "confirm": _confirm, "withdraw": _withdraw, "grow": _grow, "finish": _finish, "again": _again,
}  # fmt: skip


def _act(slug: str, act: str) -> ResponseReturnValue:
    with transaction() as database:
        _DO[act](database, cycle_at(database, slug), _actor())
    return redirect(url_for(".index", slug=slug))


def _page(database: Session, cycle: Cycle, form: SeedForm) -> str:
    audit = queries.audit(database, cycle.id)
    facts = _before(database, cycle) if audit is None else _since(database, cycle, audit)
    return render_template("audit/index.html", cycle=cycle, audit=audit, form=form, **facts)


def _before(database: Session, cycle: Cycle) -> dict[str, Any]:
    """What is shown before the seed: the plan, or why there is none."""
    facts: dict[str, Any] = {
        "plan": None, "why_not": None,
        "waiting": waiting(database, cycle, SEED),
    }  # fmt: skip
    try:
        facts["plan"] = services.plan(database, cycle)
    except (NoPaperError, LevelOutcomeError) as refusal:
        facts["why_not"] = refusal
    return facts


def _since(database: Session, cycle: Cycle, audit: PaperAudit) -> dict[str, Any]:
    """What is shown from the seed on."""
    unread = queries.unread(database, audit)
    differing = queries.differing(database, audit)
    drawn = {sheet.place: sheet for sheet in queries.drawn(database, cycle.id)}
    facts = {"unread": unread, "differing": [drawn[place] for place in differing]}
    if unread:
        return facts
    found = queries.finding(database, audit)
    contest = ballots.contest_with_slate(database, cycle.contest_id)
    assert contest is not None  # noqa: S101 - the cycle's own
    title = {option.number: option for option in contest.options}
    told = zip(queries.claims_of(audit), found.risks, strict=True)
    rows = [(title[claim.above], title[claim.below], claim, risk) for claim, risk in told]
    return facts | {
        "finding": found,
        "said": words.said(found),
        "notice_of": words.RESULTS[found.result],
        "rows": sorted(rows, key=lambda row: -row[3]),
        "next_size": queries.next_size(database, audit),
        "six_places": six_places,
    }


def _reading_page(
    database: Session, cycle: Cycle, form: ReadingForm, refused: RoomError | None = None
) -> str:
    if queries.audit(database, cycle.id) is None:
        abort(404)
    due = queries.due(database, cycle.id, current_user.id)
    place = request.form.get("place", type=int) if refused else None
    sheet = next((one for one in due if one.place == place), due[0] if due else None)
    return render_template(
        "audit/read.html",
        cycle=cycle,
        sheet=sheet,
        left=len(due),
        form=form,
        refused=keying_words.sentence(refused) if refused else None,
        breaks_rule=refused is not None and keying_words.breaks_rule(refused),
        with_points=cycle.contest.kind in entry.WITH_POINTS,
    )


def _actor() -> Actor:
    acting: Actor = current_user.acting_as(*CONFIRMS)
    return acting
