"""The log as anyone reads it: its checkpoint and its tiles (C2SP tlog-tiles)."""

from uuid import UUID

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from ballots import log, queries
from ballots.board.tiles import Tile, TileError
from core.access import public
from core.web import reading

blueprint = Blueprint("log", __name__)

YEAR = 365 * 24 * 60 * 60


@blueprint.get("/votes/<uuid:contest_id>/log/checkpoint")
@public
def checkpoint(contest_id: UUID) -> ResponseReturnValue:
    """What the log says of itself now, signed."""
    with reading() as session:
        note = log.last_checkpoint(session.connection(), contest_id) or abort(404)
    return Response(str(note), mimetype="text/plain", headers={"Cache-Control": "no-cache"})


@blueprint.get("/votes/<uuid:contest_id>/log/<path:path>")
@public
def tile(contest_id: UUID, path: str) -> ResponseReturnValue:
    """A file of hashes; or of leaves, where the vote is published open."""
    try:
        wanted = Tile.read(path)
    except TileError:
        abort(404)
    with reading() as session:
        if wanted.level is None and not queries.shows_leaves(session, contest_id):
            abort(404)
        try:
            body = log.tile(session.connection(), contest_id, wanted)
        except LookupError:
            abort(404)
    return Response(
        body,
        mimetype="application/octet-stream",
        headers={"Cache-Control": f"public, max-age={YEAR}, immutable"},
    )
