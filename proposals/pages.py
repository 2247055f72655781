"""Who may do what with a proposal, as the pages of this room ask it, and what they all show."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from flask import abort, current_app, request
from flask import session as visit
from flask_login import current_user
from sqlalchemy.orm import Session

from core import city, clock
from core.access import Role
from core.forms import Form
from proposals import queries, workflow
from proposals.errors import NotYourProposalError
from proposals.forms import ProposalForm
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.queries import Filters
from proposals.services import KEY_BITS, Text
from proposals.similar import queries as alike
from proposals.similar.index import Index
from proposals.similar.queries import Likeness
from proposals.similar.traits import Wish
from proposals.writing import services as writing

WRITTEN = tuple(field.name for field in fields(Text))
DESK = (Role.REVIEWER, Role.BUDGET_OFFICER, Role.AUDITOR)
ACTING = (Role.REVIEWER, Role.BUDGET_OFFICER)


def asked_for() -> Filters:
    """What the address asks to see: the list's filters, the same for maps, files and feeds."""
    asked = request.args
    return Filters(
        query=asked.get("q", "").strip(),
        field=asked.get("field", ""),
        neighbourhood=asked.get("neighbourhood", ""),
        status=asked.get("status", ""),
    )


def is_mine(proposal: Proposal) -> bool:
    """Whether the reader is its author."""
    return bool(current_user.is_authenticated and proposal.author_id == current_user.id)


def on_desk(proposal: Proposal) -> bool:
    """Whether the reader is an official who sees it on the desk; a draft lies on none."""
    return proposal.status != "draft" and bool(current_user.holds(*DESK))


def belongs(database: Session, proposal: Proposal) -> bool:
    """Whether the reader may read the draft: as author, co-author or viewer."""
    return bool(
        current_user.is_authenticated and people.may_read(database, proposal, current_user.id)
    )


def readable(database: Session, proposal_id: UUID) -> Proposal:
    """The proposal, if this reader may see it: a draft is seen by those alone who belong to it."""
    proposal: Proposal = queries.one(database, proposal_id) or abort(404)
    is_public = proposal.status in workflow.PUBLIC
    if not (is_public or belongs(database, proposal) or on_desk(proposal)):
        abort(404)
    return proposal


def may_write(database: Session, proposal: Proposal) -> bool:
    """Whether the reader writes it: as author or co-author."""
    return bool(
        current_user.is_authenticated and people.may_write(database, proposal, current_user.id)
    )


def writable(database: Session, proposal_id: UUID) -> Proposal:
    """The proposal, if this person may write it now."""
    proposal: Proposal = queries.one(database, proposal_id) or abort(404)
    writing.check_writer(database, proposal_id, current_user.id)
    return proposal


def own(database: Session, proposal_id: UUID) -> Proposal:
    """The reader's own proposal; raises NotYourProposalError."""
    proposal: Proposal = queries.one(database, proposal_id) or abort(404)
    if not is_mine(proposal):
        raise NotYourProposalError
    return proposal


def similar_to(database: Session, wish: Wish, *, of: UUID) -> Sequence[Likeness]:
    """The public proposals that are most like this text, which is of the proposal `of`."""
    return alike.similar(database, index_of_similar(), wish, now=clock.now(), of=of)


def index_of_similar() -> Index:
    """This process' index."""
    found: Index = current_app.extensions["similar"]
    return found


def labels() -> dict[str, str]:
    """What each field of a text is called."""
    form = ProposalForm(formdata=None)
    return {name: form[name].label.text for name in WRITTEN}


def vocabulary(database: Session) -> dict[str, Any]:
    """The names of fields and neighbourhoods, by their slugs."""
    return {
        "fields": {row.slug: row for row in city.fields(database)},
        "places": {row.slug: row for row in city.neighbourhoods(database)},
    }


def are_right(*forms: Form) -> bool:
    """Whether all were sent and are right; each says what is not."""
    found = [form.validate_on_submit() for form in forms]
    return all(found)


def status_of(form: Any) -> int:
    """The status of a page with this form: whether something in it is wrong."""
    return 422 if form.errors else 200


def shuffle_place(text: str) -> int:
    """A shuffle key out of an address; ValueError, hence the first page, for anything else."""
    key = int(text)
    if not 0 <= key < 1 << KEY_BITS:
        raise ValueError(text)
    return key


def own_start() -> int:
    """Where this reader's order begins: of the account, or of the visitor's session."""
    if current_user.is_authenticated:
        digest = hashlib.sha256(current_user.id.bytes).digest()
        return int.from_bytes(digest[:8]) >> 64 - KEY_BITS
    if "start" not in visit:
        visit["start"] = secrets.randbits(KEY_BITS)
    return int(visit["start"])


def reader_id() -> UUID | None:
    """The account of whoever reads; None for a visitor."""
    return current_user.id if current_user.is_authenticated else None
