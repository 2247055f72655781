"""QR pictures: as elements without a style of their own, and as files."""

from io import BytesIO

import segno


def svg(text: str) -> str:
    """The picture of a text; it holds nothing of the text but its modules."""
    picture: str = segno.make(text, error="m").svg_inline(
        scale=5, border=4, svgclass="qr", lineclass=None, dark="#000", light="#fff", omitsize=True
    )
    return picture


def file(text: str) -> str:
    """The picture of a text as an SVG file of its own."""
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue().decode()
