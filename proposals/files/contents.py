"""What is taken of a file that somebody sends: told by its bytes, never by its name. Pure.

A photo is unpacked and packed anew, so nothing of the file itself is kept: no place or device that
the camera noted, no second file hidden behind the picture. A PDF cannot be made anew; it is kept as
it is and only ever handed out as a download.
"""

import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType

from PIL import Image, ImageOps

from proposals.files.errors import (
    LargeFileError,
    MovingPictureError,
    NotAPdfError,
    NotAPhotoError,
    TooManyPixelsError,
)

MEGABYTE = 1024 * 1024
MOST_BYTES = 12 * MEGABYTE
MOST_PIXELS = 40_000_000  # unpacked, 160 MB at the worst
# Variant -> its longest side in pixels: a page's column on a dense screen, and a tile.
SIDES: Mapping[str, int] = MappingProxyType({"large": 1600, "small": 480})
WHOLE = "whole"  # the only variant of a PDF
QUALITY = 80
_FORMATS = ("JPEG", "PNG", "WEBP")
_STILL = ("JPEG", "MPO")  # phones put a second picture behind the first, of which nothing is taken
_TAIL = 1024  # where a PDF says that it ends
# What Pillow raises for files that are damaged or meant to do damage.
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, OverflowError,
            TypeError, struct.error, zlib.error)  # fmt: skip
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Content:
    """What is kept of a file.

    Attributes
    ----------
    variants : name -> bytes
    digest : SHA-256 of the first variant, hexadecimal
    width, height : of the first variant in pixels; None for what is no picture
    """

    variants: Mapping[str, bytes]
    digest: str
    width: int | None = None
    height: int | None = None

    @property
    def size(self) -> int:
        """Bytes of all variants."""
        return sum(map(len, self.variants.values()))


def photo(file: bytes) -> Content:
    """The picture in WebP in two sizes, upright; the same file gives the same bytes.

    Raises
    ------
    LargeFileError, TooManyPixelsError : told before anything is unpacked.
    NotAPhotoError, MovingPictureError
    """
    _check_size(file)
    try:
        upright = _unpacked(file)
        large, small = (_shrunk(upright, side) for side in SIDES.values())
    except _BOMBS:
        raise TooManyPixelsError(most=MOST_PIXELS // 10**6) from None
    except _DAMAGED:
        raise NotAPhotoError from None
    variants = {name: _webp(one) for name, one in zip(SIDES, (large, small), strict=True)}
    return _content(variants, large.width, large.height)


def pdf(file: bytes) -> Content:
    """A PDF as it is. Raises LargeFileError, NotAPdfError."""
    _check_size(file)
    if not file.startswith(b"%PDF-") or b"%%EOF" not in file[-_TAIL:]:
        raise NotAPdfError
    return _content({WHOLE: file})


def _content(
    variants: Mapping[str, bytes], width: int | None = None, height: int | None = None
) -> Content:
    first = next(iter(variants.values()))
    return Content(variants, hashlib.sha256(first).hexdigest(), width, height)


def _check_size(file: bytes) -> None:
    if len(file) > MOST_BYTES:
        raise LargeFileError(most=MOST_BYTES // MEGABYTE)


def _unpacked(file: bytes) -> Image.Image:
    """The picture upright, in red, green and blue on white, and nothing else of the file."""
    with Image.open(BytesIO(file), formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise TooManyPixelsError(most=MOST_PIXELS // 10**6)
        if image.format not in _STILL and getattr(image, "n_frames", 1) > 1:
            raise MovingPictureError
        # A JPEG is unpacked no larger than needed.
        image.draft("RGB", (SIDES["large"], SIDES["large"]))
        upright = ImageOps.exif_transpose(image)
    drawn = upright.convert("RGBA")
    plain = Image.new("RGB", drawn.size, "white")
    plain.paste(drawn, mask=drawn)
    return plain


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    smaller = image.copy()
    smaller.thumbnail((side, side))
    return smaller


def _webp(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
