"""Taking proposals along: as files, feeds, pictures beside links, and sheets to be hung up."""

import re
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core import clock
from core.access import public
from core.web import database, reading
from core.words import gettext as _
from core.words import language
from proposals import queries as proposals
from proposals import workflow
from proposals.models import Proposal
from proposals.pages import asked_for, vocabulary
from proposals.sharing import prints, queries
from proposals.sharing.files import FORMATS

blueprint = Blueprint("sharing", __name__)

_FOR_EVER = "public, max-age=31536000, immutable"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.get("/proposals.<any(csv, json, geojson):form>")
@public
def export(form: str) -> ResponseReturnValue:
    """What the list shows with the same filters, all of it, as a file."""
    kind, write = FORMATS[form]
    address = url_for("proposals.index", _external=True)
    rows = queries.rows(database(), asked_for(), address)
    answer = Response(write(rows, queries.COLUMNS), content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=proposals.{form}"
    return answer


@blueprint.get("/proposals.atom")
@public
def feed() -> ResponseReturnValue:
    """The newest proposals of those that the filters ask for."""
    filters = asked_for()
    query = filters.as_query()
    with reading() as session:
        found = queries.newest(session, filters)
        return _atom(
            "proposals/sharing/feed.xml", proposals=found, feed_title=_("Newest proposals"),
            here=url_for(".feed", **query, _external=True),
            page=url_for("proposals.index", **query, _external=True),
            updated=max((one.updated_at for one in found), default=clock.now()),
        )  # fmt: skip


@blueprint.get("/proposals/<uuid:proposal_id>/history.atom")
@public
def history(proposal_id: UUID) -> ResponseReturnValue:
    """The public lines of one proposal, the latest first."""
    with reading() as session:
        proposal = _public(session, proposal_id)
        lines = list(reversed(proposals.history(session, proposal_id)))
        where: Mapping[str, Any] = {"proposal_id": proposal_id, "_external": True}
        return _atom(
            "proposals/sharing/history.xml", lines=lines, feed_title=proposal.title_in(language()),
            here=url_for(".history", **where), page=url_for("proposals.show", **where),
            updated=lines[0].at if lines else proposal.updated_at,
        )  # fmt: skip


@blueprint.get("/proposals/<uuid:proposal_id>/card-<any(ko, en):tongue>-<digest>.png")
@public
def card(proposal_id: UUID, tongue: str, digest: str) -> ResponseReturnValue:
    """The picture beside a link; an address of what the proposal said before leads to the new."""
    with reading() as session:
        proposal = _public(session, proposal_id)
        said = prints.card(proposal, vocabulary(session)["places"], tongue)
    if said.digest != digest:
        return redirect(
            url_for(".card", proposal_id=proposal_id, tongue=tongue, digest=said.digest)
        )
    answer = send_file(BytesIO(said.png()), "image/png", etag=digest)
    answer.headers["Cache-Control"] = _FOR_EVER
    return answer


@blueprint.get("/proposals/<uuid:proposal_id>/poster.pdf")
@public
def poster(proposal_id: UUID) -> ResponseReturnValue:
    """The sheet to be hung up."""
    address = url_for("proposals.show", proposal_id=proposal_id, _external=True)
    with reading() as session:
        proposal = _public(session, proposal_id)
        printed = prints.poster(proposal, vocabulary(session)["places"], address)
    return send_file(BytesIO(printed), "application/pdf", download_name="poster.pdf")


def _public(session: Session, proposal_id: UUID) -> Proposal:
    """Feeds and pictures travel on: they are of what everyone may read, whoever asks."""
    proposal: Proposal = proposals.one(session, proposal_id) or abort(404)
    if proposal.status not in workflow.PUBLIC:
        abort(404)
    return proposal


def _atom(template: str, *, updated: datetime, **values: Any) -> Response:
    """An Atom feed (RFC 4287), without the signs that people can type and XML cannot hold."""
    said = render_template(template, updated=updated.isoformat(), **values)
    answer = Response(_NOT_IN_XML.sub("", said), content_type="application/atom+xml; charset=utf-8")
    answer.add_etag()
    answer.make_conditional(request)
    return answer
