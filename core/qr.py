"""QR pictures, as elements without a style of their own."""

import segno


def svg(text: str) -> str:
    """The picture of a text; it holds nothing of the text but its modules."""
    picture: str = segno.make(text, error="m").svg_inline(
        scale=5, border=4, svgclass="qr", lineclass=None, dark="#000", light="#fff", omitsize=True
    )
    return picture
