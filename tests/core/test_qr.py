"""QR pictures: they scale with the page, and hold no style that it would forbid."""

from core import qr


def test_a_picture_scales_and_brings_no_style_and_no_text():
    picture = qr.svg("K7QF-2M9T-0XRB-5HWD-8C3N")
    assert picture.startswith("<svg")
    assert "viewBox=" in picture
    assert "width=" not in picture.split(">")[0]
    assert "style" not in picture
    assert "K7QF" not in picture
    assert qr.svg("another code") != picture


def test_a_file_stands_for_itself():
    picture = qr.file("https://city.example/")
    assert picture.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in picture
    assert "city.example" not in picture
