"""Officials' pages of a listed roll: import, letters, and the check at a polling desk."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from ballots import queries as ballots
from ballots.booth import permits
from ballots.keys import Keys
from ballots.models import Contest
from ballots.paper import queries as paper
from ballots.roll import checking, letters, queries, services, words
from ballots.roll.forms import CheckForm, ConfirmForm, LettersForm, RollFileForm
from ballots.roll.models import ListedVoter
from ballots.roll.services import Letter
from ballots.roll.table import MOST_BYTES, day_of
from core import city, clock
from core.access import Role, requires
from core.forms import text_of
from core.journal import Actor
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language

blueprint = Blueprint("roll_desk", __name__)

SHOWN = 100  # lines of a report
_FORM_BYTES = 64 * 1024  # of an upload beside its file


@blueprint.url_value_preprocessor
def _take_files(endpoint: str | None, _values: object) -> None:
    """A roll is larger than any other form: allowed for this page, and for whom it is meant."""
    if endpoint == "roll_desk.import_" and current_user.holds(Role.POLL_MANAGER):
        request.max_content_length = MOST_BYTES + _FORM_BYTES


@blueprint.get("/desk/votes/<uuid:contest_id>/roll")
@requires(Role.POLL_MANAGER, Role.AUDITOR)
def index(contest_id: UUID) -> ResponseReturnValue:
    """The roll in figures, and what can be done with it."""
    with reading() as database:
        contest = _contest(database, contest_id)
        return render_template(
            "roll/index.html",
            contest=contest,
            summary=queries.summary(database, contest_id),
            electorate=contest.electorate,
            places=_places(database),
            form=ConfirmForm(),
        )


@blueprint.route("/desk/votes/<uuid:contest_id>/roll/import", methods=["GET", "POST"])
@requires(Role.POLL_MANAGER)
def import_(contest_id: UUID) -> ResponseReturnValue:
    """Check a file line by line; what is faultless waits to be confirmed."""
    form = RollFileForm()
    with transaction() if request.method == "POST" else reading() as database:
        contest = _contest(database, contest_id)
        checking.check_open_to_change(contest)
        if not form.validate_on_submit():
            page = render_template("roll/import.html", contest=contest, form=form)
            return page, 422 if form.errors else 200
        with form.file.data.stream as file:
            report = checking.check(database, contest, file.read(), keys=_keys().roll)
        draft = None if report.faults else services.keep_draft(database, contest, report)
        page = render_template(
            "roll/report.html",
            contest=contest,
            report=report,
            faults=[
                (fault.line, *words.told(fault, report.electorate))
                for fault in report.faults[:SHOWN]
            ],
            notes=[
                (note.line, *words.told(note, report.electorate)) for note in report.notes[:SHOWN]
            ],
            draft=draft,
            form=ConfirmForm(digest=draft.digest if draft else ""),
        )
    return page, 422 if report.faults else 200


@blueprint.post("/desk/votes/<uuid:contest_id>/roll/confirm")
@requires(Role.POLL_MANAGER)
def confirm(contest_id: UUID) -> ResponseReturnValue:
    """Put the voters of the file that was checked on the roll."""
    form = ConfirmForm()
    with transaction() as database:
        contest = _contest(database, contest_id)
        voters = services.confirm(
            database, contest, text_of(form.digest), actor=_actor(), now=clock.now()
        )
    flash(_("%(number)s voters are on the roll now.", number=f"{voters:,}"))
    return redirect(url_for("roll_desk.index", contest_id=contest_id))


@blueprint.post("/desk/votes/<uuid:contest_id>/roll/empty")
@requires(Role.POLL_MANAGER)
def empty(contest_id: UUID) -> ResponseReturnValue:
    """Take everybody off the roll, before voting begins."""
    with transaction() as database:
        services.empty(database, _contest(database, contest_id), actor=_actor(), now=clock.now())
    flash(_("The roll is empty."))
    return redirect(url_for("roll_desk.index", contest_id=contest_id))


@blueprint.route("/desk/votes/<uuid:contest_id>/roll/letters", methods=["GET", "POST"])
@requires(Role.POLL_MANAGER)
def print_letters(contest_id: UUID) -> ResponseReturnValue:
    """Letters to print, a hundred at once; their codes are shown this once."""
    form = LettersForm()
    with transaction() if request.method == "POST" else reading() as database:
        contest = _contest(database, contest_id)
        checking.check_listed(contest)
        form.offer(city.neighbourhoods(database), language())
        printed: list[Letter] | None = None
        if form.validate_on_submit():
            printed = _print(database, contest, form)
        if printed:
            return _letters_page(database, contest, printed)
        page = render_template(
            "roll/letters.html",
            contest=contest,
            form=form,
            summary=queries.summary(database, contest_id),
            is_done=printed is not None,
        )
    return page, 422 if form.errors else 200


@blueprint.route("/desk/votes/<uuid:contest_id>/check", methods=["GET", "POST"])
@requires(Role.POLL_CLERK, Role.POLL_MANAGER)
def check(contest_id: UUID) -> ResponseReturnValue:
    """Look a voter up; hand out a paper ballot or a new code to whoever has shown who they are."""
    form = CheckForm()
    with transaction() if request.method == "POST" else reading() as database:
        contest = _contest(database, contest_id)
        checking.check_listed(contest)
        form.offer(paper.stations(database, contest_id), request.args.get("station", ""))
        if not form.validate_on_submit():
            page = render_template("roll/check.html", contest=contest, form=form)
            return page, 422 if form.errors else 200
        found = _look_up(database, contest_id, form)
        voter = found[0] if len(found) == 1 else None
        act = _ACTS.get(request.form.get("act", ""))
        if act and voter and form.tells_person:
            return act(database, contest, voter, text_of(form.station))
        return render_template(
            "roll/check.html",
            contest=contest,
            form=form,
            voter=voter,
            found=len(found),
            record=queries.record(database, contest_id, voter.voter_id) if voter else None,
            places=_places(database),
            is_open=contest.is_open(clock.now()),
        )


def _look_up(database: Session, contest_id: UUID, form: CheckForm) -> list[ListedVoter]:
    number = text_of(form.number)
    if not form.tells_person:
        voter = queries.by_number(database, contest_id, number)
        return [voter] if voter else []
    born = day_of(text_of(form.born))
    if born is None:  # the form has said so already; the type checker cannot know
        return []
    return queries.identified(
        database, contest_id, text_of(form.name), born, number, keys=_keys().roll
    )


def _hand_out_paper(
    database: Session, contest: Contest, voter: ListedVoter, station: str
) -> ResponseReturnValue:
    services.hand_out_paper(
        database, contest, voter, keys=_keys(), actor=_actor(), now=clock.now(),
        station=station or None, recovery=request.form.get("recovery", "").strip(),
    )  # fmt: skip
    flash(_("The roll is marked: hand out one paper ballot."))
    return redirect(url_for("roll_desk.check", contest_id=contest.id, station=station or None))


def _let_into_booth(
    database: Session, contest: Contest, voter: ListedVoter, station: str
) -> ResponseReturnValue:
    permit = permits.give(database, contest, voter.voter_id, now=clock.now())
    return render_template(
        "booth/permit.html",
        contest=contest,
        permit=permit,
        minutes=permits.GOOD_FOR.seconds // 60,
        station=station or None,
    )


def _renew_code(
    database: Session, contest: Contest, voter: ListedVoter, _station: str
) -> ResponseReturnValue:
    letter = services.renew_code(
        database, contest, voter, keys=_keys().roll, actor=_actor(), now=clock.now()
    )
    return _letters_page(database, contest, [letter])


_ACTS: Mapping[str, Callable[[Session, Contest, ListedVoter, str], ResponseReturnValue]] = {
    "booth": _let_into_booth,
    "paper": _hand_out_paper,
    "code": _renew_code,
}


def _print(database: Session, contest: Contest, form: LettersForm) -> list[Letter]:
    if form.batch.data:
        return services.print_again(
            database, contest, form.batch.data, keys=_keys().roll, actor=_actor(), now=clock.now()
        )
    return services.print_letters(
        database, contest, keys=_keys().roll, actor=_actor(), now=clock.now(),
        neighbourhood=form.neighbourhood.data or None,
    )  # fmt: skip


def _letters_page(database: Session, contest: Contest, printed: list[Letter]) -> str:
    address = url_for("roll.code", contest_id=contest.id, _external=True)
    helpline = current_app.extensions["config"].helpline
    return render_template(
        "roll/letters_page.html",
        contest=contest,
        letters=printed,
        stationery=letters.stationery(render_template, contest, address, helpline),
        places=_places(database),
    )


def _places(database: Session) -> dict[str, city.Neighbourhood]:
    return {row.slug: row for row in city.neighbourhoods(database)}


def _contest(database: Session, contest_id: UUID) -> Contest:
    contest: Contest = ballots.contest(database, contest_id) or abort(404)
    return contest


def _keys() -> Keys:
    keys: Keys = current_app.extensions["keys"]
    return keys


def _actor() -> Actor:
    acting: Actor = current_user.acting_as(Role.POLL_MANAGER, Role.POLL_CLERK)
    return acting
