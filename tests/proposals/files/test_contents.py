"""What is taken of a file: pictures anew, PDFs as they are, and nothing that is meant to do harm."""

import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from proposals.files import contents
from proposals.files.contents import MOST_BYTES, MOST_PIXELS
from proposals.files.errors import (
    FileRefusedError,
    LargeFileError,
    MovingPictureError,
    NotAPdfError,
    NotAPhotoError,
    TooManyPixelsError,
)
from tests.pictures import PDF, bare_png, picture


def opened(content, variant="large") -> Image.Image:
    return Image.open(BytesIO(content.variants[variant]))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_packed_anew_in_two_sizes(kind):
    content = contents.photo(picture(kind, (2400, 1200)))
    assert [opened(content, one).size for one in ("large", "small")] == [(1600, 800), (480, 240)]
    assert (content.width, content.height) == (1600, 800)
    assert opened(content).format == "WEBP"
    assert content.size == sum(map(len, content.variants.values()))


def test_a_small_photo_is_not_blown_up():
    assert opened(contents.photo(picture(size=(60, 40)))).size == (60, 40)


def test_the_same_file_gives_the_same_bytes_and_another_another():
    one, same, other = (contents.photo(picture(size=(60, wide))) for wide in (40, 40, 41))
    assert one == same
    assert one.digest != other.digest


def with_notes() -> bytes:
    """A photo that a telephone on its side took, with the place where it was."""
    notes = Image.Exif()
    notes[0x0112] = 6  # to be turned by a quarter to the right
    notes[0x010F] = "Camera of somebody"
    notes.get_ifd(0x8825)[1] = "N"
    return picture(exif=notes, comment=b"a secret comment", icc_profile=b"a secret profile")


def test_nothing_but_the_picture_is_kept_and_it_stands_upright():
    file = with_notes()
    assert b"Camera of somebody" in file
    content = contents.photo(file)
    kept = opened(content)
    assert kept.size == (40, 60)
    assert kept.getpixel((20, 5))[0] > 150  # red on the left has come to the top
    assert kept.getpixel((20, 55))[2] > 150
    assert not kept.getexif()
    for name in ("exif", "icc_profile", "xmp", "comment"):
        assert name not in kept.info
    for said in content.variants.values():
        assert b"secret" not in said
        assert b"Camera" not in said


def test_a_picture_that_can_be_seen_through_lies_on_white():
    clear = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(clear, "PNG")
    assert opened(contents.photo(clear.getvalue())).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_taken(mode):
    out = BytesIO()
    Image.new(mode, (20, 20)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(contents.photo(out.getvalue())).size == (20, 20)


def test_what_hides_behind_a_picture_is_left_behind():
    hidden = BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("hidden.html", "<script>alert(1)</script>")
    both = picture() + hidden.getvalue()
    assert zipfile.is_zipfile(BytesIO(both))
    for said in contents.photo(both).variants.values():
        assert not zipfile.is_zipfile(BytesIO(said))
        assert b"hidden" not in said


def test_a_huge_picture_is_refused_by_its_head_alone(monkeypatch):
    def unpack(*_arguments):
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(Image.Image, "convert", unpack)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", unpack)
    side = int(MOST_PIXELS**0.5) + 1
    for size in ((side, side), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(TooManyPixelsError):
            contents.photo(bare_png(*size, b"\0" * 1000))


def test_a_bomb_of_zeros_is_unpacked_no_further_than_its_head_says():
    zeros = bare_png(10, 10, bytes(30_000_000))
    assert len(zeros) < 100_000
    assert opened(contents.photo(zeros)).size == (10, 10)


def test_a_bomb_in_a_note_is_refused():
    note = b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9)
    bomb = bare_png(10, 10, b"\0" * 110, (b"zTXt", note))
    with pytest.raises(NotAPhotoError):
        contents.photo(bomb)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_moves_is_refused(kind):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(MovingPictureError):
        contents.photo(out.getvalue())


def test_of_two_pictures_in_one_file_the_first_is_taken():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    assert opened(contents.photo(out.getvalue())).getpixel((10, 10))[0] > 200


@pytest.mark.parametrize(
    "file",
    [
        b"", b"hello", PDF, b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a" + bytes(40), picture("GIF"), picture("BMP"), picture("TIFF"), picture()[:200],
        picture("PNG")[:60], b"\xff\xd8\xff" + bytes(100),
    ],
    ids=["nothing", "text", "pdf", "svg", "broken gif", "gif", "bmp", "tiff", "cut jpeg", "cut png", "jpeg head"],
)  # fmt: skip
def test_what_is_no_photo_is_refused(file):
    with pytest.raises(NotAPhotoError):
        contents.photo(file)


@given(
    st.sampled_from(["JPEG", "PNG", "WEBP"]), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
    st.floats(0, 1),
)  # fmt: skip
def test_damage_is_refused_or_harmless(kind, changes, length):
    file = bytearray(picture(kind))
    for place, byte in changes:
        file[int(place * (len(file) - 1))] = byte
    try:
        content = contents.photo(bytes(file[: int(length * len(file)) + 1]))
    except FileRefusedError:
        return
    assert opened(content).format == "WEBP"


@pytest.mark.parametrize("take", [contents.photo, contents.pdf])
def test_a_large_file_is_not_even_looked_at(take):
    with pytest.raises(LargeFileError):
        take(b"%PDF-" + bytes(MOST_BYTES))


def test_a_pdf_is_kept_as_it_is():
    assert contents.pdf(PDF).variants == {"whole": PDF}


@pytest.mark.parametrize(
    "file", [b"", b"hello", picture(), b"<script>%PDF-1.7 %%EOF", PDF[:-7], PDF + bytes(2000)]
)
def test_what_is_no_pdf_is_refused(file):
    with pytest.raises(NotAPdfError):
        contents.pdf(file)
