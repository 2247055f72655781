"""Whole elections in and out as Pabulib files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import islice
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ballots import kinds
from ballots import services as ballots
from ballots.errors import InvalidBallotError
from ballots.keys import Keys
from ballots.kinds import BallotRule, Choices
from ballots.models import Option
from ballots.queries import choices_in_box
from ballots.services import Paper
from budget import services, slate
from budget.count import code_of_number
from budget.errors import WrongPhaseError
from budget.models import Cycle, SlateEntry
from budget.phases import has_reached
from core import journal, money
from core.clock import SEOUL
from core.journal import Actor
from proposals import importing
from tally.errors import FormatError
from tally.formats import pabulib
from tally.formats.pabulib import PabulibFile, Project, Vote

BATCH = 500
OPEN_FOR = timedelta(days=1)  # an imported cycle is closed by hand; this is only its planned end
_LONGEST_NUMBER = 9  # digits of a limit that can mean anything


@dataclass(frozen=True)
class Names:
    """A project's title as translated for readers here."""

    ko: str
    en: str


@dataclass(frozen=True)
class ImportPlan:
    """How a file becomes a cycle."""

    slug: str
    source: str  # what the file is, for the public
    title_ko: str
    title_en: str
    is_demo: bool = False
    names: Mapping[str, Names] | None = None


def import_cycle(
    session: Session,
    file: PabulibFile,
    plan: ImportPlan,
    *,
    actor: Actor,
    keys: Keys,
    now: datetime,
    progress: Callable[[int], None] = lambda _ballots: None,
) -> Cycle:
    """A cycle open for voting with every ballot of the file cast, as a web page casts them.

    Raises
    ------
    FormatError : money finer than the currency, or a ballot that its own kind does not allow.
    SlugInUseError
    """
    currency = file.meta.get("currency", "KRW").upper()
    cycle = services.prepare_cycle(
        session, _plan(file, plan, currency, now), actor=actor, now=now, source=plan.source,
        is_demo=plan.is_demo,
    )  # fmt: skip
    _fill_slate(session, cycle, file, plan, now)
    ballots.enrol(session, cycle.contest_id, (vote.voter for vote in file.votes))
    cycle.phase = "frozen"
    journal.record(
        session, actor, "cycle.imported", about="cycle", about_id=cycle.id, now=now,
        title_ko=plan.title_ko, title_en=plan.title_en, source=plan.source,
    )  # fmt: skip
    services.open_vote(session, cycle, actor=actor, keys=keys, now=now)
    _cast_all(session, cycle, file, keys=keys, now=now, progress=progress)
    return cycle


def export_cycle(session: Session, cycle: Cycle) -> PabulibFile:
    """The cycle's projects, money and ballots; voters are numbered anew in random order.

    Raises
    ------
    WrongPhaseError : ballots are not shown to anybody before the vote is closed.
    """
    if not has_reached(cycle.phase, "closed"):
        raise WrongPhaseError(phase=cycle.phase, act="export")
    contest = cycle.contest
    options = session.scalars(
        select(Option).where(Option.contest_id == contest.id).order_by(Option.number)
    ).all()
    codes = code_of_number(session, contest)
    scale = money.scale(contest.currency)
    votes = tuple(
        _vote(serial, kinds.read(choices), codes)
        for serial, choices in enumerate(choices_in_box(session, contest.id), start=1)
    )
    projects = tuple(
        Project(row.code, _exact(row.cost_minor, scale), {"name": row.title}) for row in options
    )
    meta = {
        "description": contest.title_en,
        "instance": str(cycle.fiscal_year),
        "num_projects": str(len(projects)),
        "num_votes": str(len(votes)),
        "budget": pabulib.number(_exact(contest.fund_minor, scale)),
        "vote_type": pabulib.WORD_OF[contest.kind],
        "rule": cycle.count_rule,
        "date_begin": f"{contest.opens_at.astimezone(SEOUL):%d.%m.%Y}",
        "date_end": f"{contest.closes_at.astimezone(SEOUL):%d.%m.%Y}",
        "currency": contest.currency,
        "language": "ko",
    }
    if contest.max_picks:
        meta["max_length"] = str(contest.max_picks)
    return PabulibFile(meta, projects, votes)


def _plan(file: PabulibFile, plan: ImportPlan, currency: str, now: datetime) -> services.CyclePlan:
    longest = max((len(vote.choices) for vote in file.votes), default=0)
    most = file.meta.get("max_length", "")
    # Some published files hold ballots beyond their own limit: they were counted, so they count.
    limit = int(most) if most.isdecimal() and len(most) <= _LONGEST_NUMBER else 0
    max_picks = limit if longest <= limit and limit else None
    return services.CyclePlan(
        slug=plan.slug,
        fiscal_year=now.astimezone(SEOUL).year + 1,
        title_ko=plan.title_ko,
        title_en=plan.title_en,
        goal_ko=f"실제 선거 파일을 그대로 옮겨 다시 셉니다: {plan.source}",
        goal_en=f"A real election file, cast again and counted: {plan.source}",
        next_ko="결과가 공개되면 선정된 사업이 정책과제로 이어집니다.",
        next_en="Once the outcome is public, the selected projects go on the agenda.",
        fund_minor=_minor(file.budget, currency, "budget"),
        currency=currency,
        kind=file.kind,
        max_picks=max_picks,
        opens_at=now,
        closes_at=now + OPEN_FOR,
        roll_kind="listed",
        tie_rule="id_text",
    )


def _fill_slate(
    session: Session, cycle: Cycle, file: PabulibFile, plan: ImportPlan, now: datetime
) -> None:
    """Options in the file's order, each with a proposal of its own behind it."""
    currency = cycle.contest.currency
    texts = [_texts(project, plan.names) for project in file.projects]
    costs = [_minor(project.cost, currency, project.id) for project in file.projects]
    behind = importing.receive_imported(
        session,
        [
            importing.Imported(cost_minor=cost, currency=currency, **text)
            for text, cost in zip(texts, costs, strict=True)
        ],
        now=now,
        is_demo=plan.is_demo,
    )
    options = [
        {
            "id": uuid4(), "contest_id": cycle.contest_id, "number": number, "code": project.id,
            "cost_minor": cost, **text,
        }
        for number, (project, text, cost) in enumerate(
            zip(file.projects, texts, costs, strict=True), start=1
        )
    ]  # fmt: skip
    session.execute(insert(Option), options)
    session.execute(
        insert(SlateEntry),
        [
            {
                "cycle_id": cycle.id, "proposal_id": proposal_id, "option_id": option["id"],
                "cost_minor": option["cost_minor"],
            }
            for proposal_id, option in zip(behind, options, strict=True)
        ],
    )  # fmt: skip
    slate.fix_digest(session, cycle)


def _texts(project: Project, names: Mapping[str, Names] | None) -> dict[str, str]:
    name = (names or {}).get(project.id)
    if name is None:
        return {"title": project.name, "title_en": "", "summary": ""}
    return {"title": name.ko, "title_en": name.en, "summary": project.name}


def _cast_all(
    session: Session,
    cycle: Cycle,
    file: PabulibFile,
    *,
    keys: Keys,
    now: datetime,
    progress: Callable[[int], None],
) -> None:
    number_of = {project.id: number for number, project in enumerate(file.projects, start=1)}
    rows = iter(file.votes)
    while batch := list(islice(rows, BATCH)):
        papers = [Paper(vote.voter, _choices(vote, number_of)) for vote in batch]
        try:
            ballots.cast(session.connection(), cycle.contest_id, papers, keys=keys, now=now)
        except InvalidBallotError:
            _blame(batch, papers, ballots.ballot_rule(session, cycle.contest))
            raise
        progress(len(batch))


def _blame(batch: Sequence[Vote], papers: Sequence[Paper], rule: BallotRule) -> None:
    """Raise FormatError for the line whose ballot its kind does not allow."""
    for vote, paper in zip(batch, papers, strict=True):
        try:
            kinds.check(rule, paper.choices)
        except InvalidBallotError as error:
            raise FormatError(
                "ballot", vote.line, "vote", f"a ballot that {rule.kind} allows", error.code
            ) from error


def _choices(vote: Vote, number_of: Mapping[str, int]) -> Choices:
    return Choices(tuple(number_of[choice] for choice in vote.choices), vote.points)


def _vote(serial: int, said: Choices, codes: Mapping[int, str]) -> Vote:
    return Vote(str(serial), tuple(codes[number] for number in said.numbers), said.points, {})


def _minor(amount: Fraction | int, currency: str, what: str) -> int:
    minor = Fraction(amount) * money.scale(currency)
    if minor.denominator != 1:
        places = f"an amount with at most {money.decimals(currency)} decimals ({currency})"
        raise FormatError("too_fine", 1, what, places, pabulib.number(amount))
    return minor.numerator


def _exact(minor: int, scale: int) -> Fraction:
    return Fraction(minor, scale)
