"""The map of all proposals, and the place of one."""

import json
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core import clock
from core.access import public, signed_in
from core.web import reading, transaction
from core.words import gettext as _
from core.words import language
from proposals.pages import asked_for, status_of, vocabulary, writable
from proposals.places import queries, services
from proposals.places.drawings import drawing
from proposals.places.errors import OutsideCityError
from proposals.places.forms import PlaceForm
from proposals.places.geometry import MILLION, Box, Point
from proposals.places.queries import MOST_ZOOM, Heap, Mark, View

blueprint = Blueprint("places", __name__)


@blueprint.get("/proposals/map")
@public
def index() -> ResponseReturnValue:
    """How many proposals each neighbourhood has, drawn and as a list; the script draws more."""
    filters = asked_for()
    with reading() as database:
        return render_template(
            "proposals/places/map.html", filters=filters, query=filters.as_query(),
            counts=queries.counts(database, filters),
            drawing=drawing(queries.districts(database)), **vocabulary(database),
        )  # fmt: skip


@blueprint.get("/proposals/map/marks.json")
@public
def marks() -> ResponseReturnValue:
    """What stands in a part of the map: ``south, west, north, east`` in degrees and ``zoom``."""
    view = _view()
    with reading() as database:
        single, heaps = queries.within(database, asked_for(), view)
        return jsonify(marks=[_mark(one) for one in single], heaps=[_heap(one) for one in heaps])


@blueprint.get("/districts.geojson")
@public
def districts() -> ResponseReturnValue:
    """The outlines of the city's neighbourhoods, for maps of ours and of others."""
    with reading() as database:
        shapes = queries.districts(database)
        places = vocabulary(database)["places"]
    features = [
        {
            "type": "Feature",
            "properties": {
                "slug": slug, "name_ko": places[slug].name_ko, "name_en": places[slug].name_en,
            },
            "geometry": shape.geometry(),
        }
        for slug, shape in shapes.items()
    ]  # fmt: skip
    answer = Response(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False),
        mimetype="application/geo+json",
    )
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.route("/proposals/<uuid:proposal_id>/place", methods=["GET", "POST"])
@signed_in
def place(proposal_id: UUID) -> ResponseReturnValue:
    """Put one's proposal on the map, or take it off."""
    form = PlaceForm()
    with transaction() if request.method == "POST" else reading() as database:
        proposal = writable(database, proposal_id)
        shapes = queries.districts(database)
        words = vocabulary(database)
        form.offer(shapes, words["places"], language())
        there = queries.point_of(database, proposal_id)
        if request.form.get("act") == "remove":
            services.take_off(database, proposal, account_id=current_user.id, now=clock.now())
            flash(_("It is taken off the map."))
            return redirect(url_for("places.place", proposal_id=proposal_id))
        if form.validate_on_submit():
            try:
                services.place(
                    database, proposal, form.place(), account_id=current_user.id, now=clock.now()
                )
            except OutsideCityError:
                form.point.errors = [_("This place is not within the city. Choose another one.")]
            else:
                flash(_("The place is saved."))
                return redirect(url_for("drafts.edit", proposal_id=proposal_id))
        if there and request.method == "GET":
            form.point.data = str(there)
        page = render_template(
            "proposals/places/place.html", proposal=proposal, form=form, there=there,
            drawing=drawing(shapes, there), **words,
        )  # fmt: skip
    return page, status_of(form)


def _view() -> View:
    """The part of the map that the address names; 400 for anything else."""
    try:
        low, high = (
            Point.of_degrees(float(request.args[side]), float(request.args[other]))
            for side, other in (("south", "west"), ("north", "east"))
        )
        zoom = int(request.args["zoom"])
    except ValueError:
        abort(400)
    if not 0 <= zoom <= MOST_ZOOM:
        abort(400)
    return View(Box(low.latitude, low.longitude, high.latitude, high.longitude), zoom)


def _mark(mark: Mark) -> dict[str, object]:
    return {
        **_degrees(mark.point),
        "title": mark.proposal.title_in(language()),
        "url": url_for("proposals.show", proposal_id=mark.proposal.id),
    }


def _heap(heap: Heap) -> dict[str, object]:
    return {**_degrees(heap.point), "count": heap.count}


def _degrees(point: Point) -> dict[str, float]:
    return {"latitude": point.latitude / MILLION, "longitude": point.longitude / MILLION}
