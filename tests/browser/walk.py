"""Every page there is, with somebody who may see it: told by the application's own routes.

A route with arguments needs an example in `_examples`; one that is no page stands in NO_PAGE. So a
new page is walked without anybody having to think of it, or the walk fails.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import login, passwords
from accounts.models import Account
from app.demo.places import draw_city
from ballots.keys import Keys
from ballots.models import Contest
from ballots.paper import batches, keying, stations
from budget.agenda.models import PolicyTask
from core.access import Role, access_of
from core.journal import Actor
from proposals import services as proposals
from proposals.amendments import services as amendments
from proposals.files import contents
from proposals.files import services as files
from proposals.files.models import ATTACHMENT, PHOTO
from proposals.mail.links import Links
from proposals.models import Proposal
from proposals.people import services as people
from proposals.places import services as places
from proposals.places.geometry import Point
from proposals.versions import services as versions
from proposals.writing import services as writing
from tests import audits, factories, joined, reviews, sheets
from tests.factories import DAY
from tests.pictures import PDF, picture

NO_PAGE: Mapping[str, str] = {
    "static": "files",
    "health.alive": "for machines",
    "health.ready": "for machines",
    "ballots.proof": "a file",
    "log.checkpoint": "a file",
    "log.tile": "a file",
    "budget.export": "a file",
    "budget.outcome_json": "a file",
    "budget.bundle": "a file",
    "budget.auditors_bundle": "a file",
    "budget.by_id": "leads on to the cycle",
    "budget.of_contest": "leads on to the cycle",
    "budget.of_proposal": "leads on to the vote",
    "notices.open_": "leads on to what it is about",
    "agenda.of_proposal": "leads on to the task",
    "paper.ballot": "a file",
    "anonymous.proof": "a file",
    "anonymous.tokens": "a file",
    "writing.quick": "a socket",
    "files.photo": "a file",
    "files.attachment": "a file",
    "places.districts": "a file",
    "places.marks": "for the map's script; test_map.py looks at the map",
    "sharing.card": "a picture",
    "sharing.export": "a file",
    "sharing.feed": "for feed readers",
    "sharing.history": "for feed readers",
    "sharing.poster": "a file",
    "ballots.receipt": "comes after a cast; test_vote.py looks at it",
}
# Public pages that show officials more.
MORE_FOR = {"agenda.task": (Role.BUDGET_OFFICER, Role.COUNCIL_CLERK, Role.REVIEWER)}
VISITOR, VOTER, NEWCOMER, BEFORE_FACTOR = "visitor", "voter", "newcomer", "before the factor"
SEEN_BY = {
    "writing.words": VOTER,
    **dict.fromkeys(("versions.compare", "versions.index", "versions.show"), VOTER),
    "amendments.show": VOTER,
    "accounts.enrol": NEWCOMER,
    "accounts.second_factor": BEFORE_FACTOR,
}


@dataclass(frozen=True)
class Stop:
    """One page of the walk: the endpoint, its address, and who looks at it."""

    endpoint: str
    path: str
    who: str


@dataclass(frozen=True)
class Walk:
    """All stops, and the session cookie of everybody who walks (the visitor has none)."""

    stops: list[Stop]
    sessions: Mapping[str, str]
    contest: str
    blind: str  # another one, by token


def settle(session: Session, app: Flask, keys: Keys, now: datetime, *, password: str) -> Walk:
    """A small city in which each page has something to show."""
    factories.city(session)
    draw_city(session)
    people = {str(role): factories.account(session, now, role) for role in Role}
    people[VOTER] = factories.account(session, now, email="voter@test.example")
    people[VOTER].password_hash = passwords.hashed(password)
    people[NEWCOMER] = factories.account(session, now, Role.AUDITOR)
    people[NEWCOMER].totp_confirmed_at = None
    people[BEFORE_FACTOR] = factories.account(session, now, Role.AUDITOR)
    contest, examples = _examples(session, keys, now, people[VOTER], people[Role.POLL_CLERK])
    blind = factories.cycle(session, now, keys=keys, credential="blind", slug="blind")
    session.flush()
    links = Links(app.config["SECRET_KEY"])
    letters = {
        "mail_links.confirm": {"token": links.to_confirm(people[VOTER].id, people[VOTER].email)},
        "mail_links.stop": {"token": links.to_stop(people[VOTER].id)},
    }
    stops = list(_stops(app, {**examples, **letters}))
    sessions = {who: _cookie(app, person, who) for who, person in people.items()}
    return Walk(stops, sessions, contest, str(blind.contest_id))


def _examples(
    session: Session, keys: Keys, now: datetime, author: Account, clerk: Account
) -> tuple[str, Mapping[str, Mapping[str, Any]]]:
    """The vote to take part in, and for each endpoint with arguments what they are."""
    done = factories.cycle(
        session, now, phase="published", keys=keys, ballots_cast=[[1], [1, 2], [2]], slug="done"
    )
    open_ = factories.cycle(
        session, now, keys=keys, costs=[10 + serial for serial in range(50)], max_picks=4,
        fund_minor=500, slug="open", field_limits={"safety-construction": 3},
    )  # fmt: skip
    factories.cycle(session, now, keys=keys, kind="knapsack", max_picks=None, slug="knapsack")
    for slug, phase in (("planned", "preparing"), ("ended", "closed"), ("ready", "frozen")):
        factories.cycle(session, now, phase=phase, keys=keys, slug=slug)
    over = factories.cycle(session, now - 20 * DAY, keys=keys, ballots_cast=[[1]], slug="over")
    sheets.batch(session, over.contest_id, 1, [[1], [2], "blank"])
    audited = audits.counted(
        session, now, keys, said=[[1], [1], [1, 3], [1], "blank"] * 12, slug="audited"
    )
    audits.begin(session, audited, now)
    listed = factories.cycle(session, now, phase="frozen", slug="listed", roll_kind="listed")
    received = factories.proposal(session, now, status="received", author=author)
    alike = factories.proposal(session, now, status="received", author=author)
    draft = factories.proposal(session, now, author=author)
    _show(session, draft, now)
    _show(session, received, now)
    batch = _batch(session, session.get_one(Contest, open_.contest_id), now, clerk)
    others = factories.proposal(session, now)
    codes = [
        people.invite(session, others, "coauthor", author_id=others.author_id, now=now)
        for _ in range(2)
    ]
    people.join(session, codes[0], account_id=author.id, now=now)
    writing.opened(session, draft)
    reviews.questions(session)
    reviewed = {"proposal_id": reviews.priced(session, now).id}
    own_draft, own = {"proposal_id": draft.id}, {"proposal_id": received.id}
    versions.name(session, draft, "before", account_id=author.id, now=now)
    older = proposals.current(session, draft)
    proposals.revise(session, draft, replace(older, need="더 어두워요. 넘어져요."),
                     author_id=author.id, base=asdict(older), now=now)  # fmt: skip
    versions.name(session, draft, "after", account_id=author.id, now=now)
    amended = amendments.propose(
        session, alike, replace(factories.TEXT, need="밤에 어두워요.", cost_minor=5), base=1,
        reason="밤에만 그래요.", account_id=author.id, now=now,
    )  # fmt: skip
    task = session.scalar(select(PolicyTask.id).limit(1))
    return str(open_.contest_id), {
        "agenda.task": {"task_id": task},
        "ballots.ballot": {"contest_id": open_.contest_id},
        "ballots.find": {"contest_id": open_.contest_id},
        "ballots.promises": {"contest_id": open_.contest_id},
        "booth.booth": {"contest_id": open_.contest_id},
        "budget.cycle": {"slug": "open"},
        "budget.outcome": {"slug": done.slug},
        "budget.project": {"slug": done.slug, "number": 1},
        "budget.rules": {"rule": "greedy_cost"},
        "desk.cycle": {"slug": "open"},
        "desk.edit": {"slug": "planned"},
        **{f"audit.{name}": {"slug": "audited"} for name in ("index", "read", "sheets")},
        "ceremony.close": {"slug": "over"},
        "ceremony.minutes": {"slug": "ended"},
        "ceremony.open_": {"slug": "ready"},
        "lot.index": {"slug": "ended"},
        "desk.prepare_act": {"slug": "planned", "act": "call"},
        "desk.slate": {"slug": "planned"},
        "desk.tally_act": {"slug": "ended", "act": "count"},
        "keying.sheet": batch,
        "paper.batch": batch,
        "paper.index": {"contest_id": open_.contest_id},
        **{
            f"roll_desk.{name}": {"contest_id": listed.contest_id}
            for name in ("check", "import_", "index", "print_letters")
        },
        "roll.code": {"contest_id": listed.contest_id},
        "roll.declare": {"contest_id": open_.contest_id},
        "roll.recorded": {"contest_id": open_.contest_id},
        "files.index": own_draft,
        "places.place": own_draft,
        "amendments.index": {"proposal_id": alike.id},
        "amendments.new": own,
        **{
            f"amendments.{name}": {"proposal_id": alike.id, "number": amended.number}
            for name in ("show", "withdraw")
        },
        "versions.compare": own_draft,
        "versions.index": own_draft,
        **{f"versions.{name}": {**own_draft, "number": 1} for name in ("restore", "show")},
        "people.index": own_draft,
        "people.join": {"code": codes[1]},
        "people.leave": {"proposal_id": others.id},
        "drafts.check": own_draft,
        "drafts.discard": own_draft,
        "drafts.edit": own_draft,
        "proposals.received": own,
        "asking.price": {"price_id": reviews.unit_price(session, now).id},
        "questions.index": {"slug": "planned"},
        "review.review": own,
        "review_desk.card": own,
        "review_desk.costs": reviewed,
        "review_desk.rivals": own,
        "reviews.sheets": reviewed,
        "proposals.show": own,
        "proposals.withdraw": own,
        "similar.beside": {**own, "other_id": alike.id},
        "writing.words": own_draft,
        **joined.examples(session, now, author),
    }


def _show(session: Session, proposal: Proposal, now: datetime) -> None:
    """Put it on the map with a photo and an attachment, as its author did while it was a draft."""
    status, proposal.status = proposal.status, "draft"
    session.flush()
    who: dict[str, Any] = {"account_id": proposal.author_id, "now": now}
    places.place(session, proposal, Point(37_476_000, 126_874_000), **who)
    photo = contents.photo(picture(size=(600, 400)))
    files.add(session, proposal.id, PHOTO, photo, "Broken steps", **who)
    files.add(session, proposal.id, ATTACHMENT, contents.pdf(PDF), "A sketch", **who)
    proposal.status = status
    session.flush()


def _batch(session: Session, contest: Contest, now: datetime, clerk: Account) -> dict[str, Any]:
    """A batch of three sheets, of which a clerk has typed one."""
    stations.add(session, contest.id, "Hall")
    made = batches.declare(
        session, contest, station="Hall", seal="A 12", sheets=3, clerk_id=clerk.id
    )
    other = Actor(str(Role.POLL_CLERK), uuid4())
    batches.confirm(session, contest, made, clerk_id=other.account_id, actor=other, now=now)
    own = keying.begin(session, contest, made, clerk_id=clerk.id)
    keying.key(session, contest, own, sheet=1, typed="3 1")
    return {"contest_id": contest.id, "batch_id": made.id}


def _stops(app: Flask, examples: Mapping[str, Mapping[str, Any]]) -> Iterator[Stop]:
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGE:
                continue
            path = app.url_for(rule.endpoint, **examples.get(rule.endpoint, {}))
            access = access_of(app.view_functions[rule.endpoint])
            assert access is not None
            if access.roles:
                # Someone who may act, if there is one: an auditor sees no forms.
                yield Stop(rule.endpoint, path, min(access.roles - {Role.AUDITOR} or access.roles))
            else:
                who = VOTER if access.signed_in else VISITOR
                yield Stop(rule.endpoint, path, SEEN_BY.get(rule.endpoint, who))
            for role in MORE_FOR.get(rule.endpoint, ()):
                yield Stop(rule.endpoint, path, role)


def _cookie(app: Flask, person: Account, who: str) -> str:
    """A signed session, so that a walk needs no sign-in: those are limited, as they should be."""
    kept = {"_user_id": f"{person.id}.{person.session_epoch}", "_fresh": True}
    if who not in (NEWCOMER, BEFORE_FACTOR):
        kept[login.SECOND_FACTOR] = str(person.id)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps(kept))
