"""Where the demo's proposals are, and pictures of some: drawn, not photographed, and said so."""

import hashlib
from datetime import datetime
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from proposals.files import contents
from proposals.files import services as files
from proposals.files.models import PHOTO
from proposals.models import Proposal
from proposals.places import geometry, queries, services
from proposals.places.geometry import Point

OUTLINES = Path(__file__).with_name("districts.geojson")
_EVERY = 3  # one proposal in so many has a picture
_SIDE = 1200, 900
_SPREAD = 3000  # millionths of a degree around the middle of a neighbourhood, some 300 m


def draw_city(session: Session) -> None:
    """The schematic outlines of the neighbourhoods."""
    services.load(session, geometry.read(OUTLINES.read_text(encoding="utf-8")))


def place(session: Session, proposal: Proposal, now: datetime) -> None:
    """Put a draft of the demo on the map, and hang a drawing on one in three."""
    if proposal.author_id is None:
        return
    shape = queries.districts(session).get(proposal.neighbourhood or "")
    if shape is not None:
        point = _near(shape.middle, proposal.title)
        where = point if shape.contains(point) else shape.middle
        services.place(session, proposal, where, account_id=proposal.author_id, now=now)
    if _number(proposal.title) % _EVERY == 0:
        picture = contents.photo(_picture(proposal.title))
        label = f"데모를 위해 그린 그림: {proposal.place or proposal.title}"
        files.add(
            session, proposal.id, PHOTO, picture, label, account_id=proposal.author_id, now=now
        )


def _near(middle: Point, title: str) -> Point:
    number = _number(title)
    north, east = number % (2 * _SPREAD), number // (2 * _SPREAD) % (2 * _SPREAD)
    return Point(middle.latitude + north - _SPREAD, middle.longitude + east - _SPREAD)


def _picture(title: str) -> bytes:
    """A street under a sky, another one for each title, as PNG."""
    width, height = _SIDE
    number = _number(title)
    image = Image.new("RGB", _SIDE, (214, 230, 244))
    draw = ImageDraw.Draw(image)
    for place in range(6):
        tall = 220 + (number >> 4 * place) % 16 * 22
        left, right = place * 200 + 14, place * 200 + 186
        shade = 150 + (number >> place) % 60
        draw.rectangle((left, 640 - tall, right, 640), fill=(shade, shade - 18, shade - 40))
        for floor in range(640 - tall + 24, 600, 60):
            draw.rectangle((left + 24, floor, left + 62, floor + 30), fill=(246, 236, 200))
            draw.rectangle((left + 110, floor, left + 148, floor + 30), fill=(246, 236, 200))
    draw.rectangle((0, 640, width, 700), fill=(190, 190, 186))
    draw.rectangle((0, 700, width, height), fill=(96, 98, 104))
    for mark in range(40, width, 200):
        draw.rectangle((mark, 790, mark + 110, 804), fill=(240, 240, 236))
    tree = 100 + number % 1000
    draw.rectangle((tree - 9, 520, tree + 9, 660), fill=(110, 80, 58))
    draw.ellipse((tree - 80, 390, tree + 80, 560), fill=(86, 140, 92))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _number(text: str) -> int:
    """A number that looks drawn but is the same every time."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:5])
