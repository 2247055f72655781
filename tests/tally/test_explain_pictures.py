"""Pictures are whole XML, say their finding, and put every mark where its figure says."""

from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.explain import pictures
from tally.explain.pictures import Bar, Box, Dot

SVG = "{http://www.w3.org/2000/svg}"
texts = st.text(max_size=12)
money = st.integers(0, 10**9) | st.fractions(0, 10**6, max_denominator=9)


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - our own picture, and parsing is the test


def parts(picture: str, name: str, kind: str) -> list[ElementTree.Element]:
    return [part for part in parsed(picture).iter(SVG + name) if part.get("class") == kind]


@given(texts, st.lists(st.builds(Bar, texts, money, texts), max_size=4), money)
def test_any_text_gives_a_whole_picture_that_says_its_finding(title, bars, limit):
    quarters = (Fraction(0), Fraction(1), Fraction(2), Fraction(3), Fraction(4))
    for picture in (
        pictures.funded(title, bars, Bar("left", 0, title), limit, title),
        pictures.margins(
            title, [Dot(bar.label, bar.amount, bar.said, funded=True) for bar in bars], title
        ),
        pictures.purses(title, [Box(bar.label, quarters, bar.said) for bar in bars], 4, title),
    ):
        root = parsed(picture)
        assert root.get("role") == "img"
        assert root[0].tag == SVG + "title"
        plain = title.isprintable()
        assert (root[0].text or "") == title or not plain
        assert "style" not in picture.replace(title, "")


def test_user_text_is_escaped_and_what_xml_does_not_know_is_left_out():
    wicked = '</title><script>"&\x00\ud800\ufffe'
    picture = pictures.margins(wicked, [Dot(wicked, 1, wicked, funded=False)], "'enough'")
    root = parsed(picture)
    assert root[0].text == '</title><script>"&   '
    assert root.find(f".//{SVG}script") is None


def test_funded_options_stand_one_behind_the_other_and_fill_the_limit():
    picture = pictures.funded(
        "t", [Bar("Pool", 6, "6"), Bar("Bench", 1, "1")], Bar("Left", 1, "1"), 8, "8"
    )
    bars = [(bar.get("x"), bar.get("width")) for bar in parts(picture, "rect", "bar")]
    assert bars == [("0.00", "528.00"), ("528.00", "88.00")]
    assert [bar.get("width") for bar in parts(picture, "rect", "before")] == ["528.00"]
    [rest] = parts(picture, "rect", "rest")
    assert (rest.get("x"), rest.get("width"), rest.get("fill")) == ("616.00", "88.00", "none")
    [limit] = parts(picture, "line", "limit")
    assert limit.get("x1") == "704.00"


def test_an_outcome_over_its_limit_is_drawn_over_it():
    picture = pictures.funded("t", [Bar("Pool", 10, "10")], Bar("Left", 0, "0"), 5, "5")
    [limit], [bar] = parts(picture, "line", "limit"), parts(picture, "rect", "bar")
    assert (limit.get("x1"), bar.get("width")) == ("352.00", "704.00")


def test_dots_stand_at_their_share_of_what_was_needed_and_hollow_ones_were_not_funded():
    dots = [
        Dot("Pool", 2, "200 %", funded=True),
        Dot("Lamp", 1, "100 %", funded=True),
        Dot("Swing", Fraction(1, 2), "50 %", funded=False),
    ]
    picture = pictures.margins("t", dots, "enough")
    whole = Fraction(21, 10)
    [pool, lamp], [swing] = parts(picture, "circle", "dot funded"), parts(picture, "circle", "dot")
    for dot, mark in zip(dots, (pool, lamp, swing), strict=True):
        assert float(mark.get("cx")) == pytest.approx(float(dot.value / whole * 704), abs=0.01)
    assert (pool.get("fill"), swing.get("fill")) == ("currentColor", "none")
    after, before = parts(picture, "line", "gap")
    assert float(after.get("x2")) == pytest.approx(float(pool.get("cx")) - 6)
    assert float(before.get("x2")) == pytest.approx(float(swing.get("cx")) + 6)


def test_purses_stand_on_the_scale_of_the_endowment():
    picture = pictures.purses("t", [Box("1", (0, 1, 2, 3, 4), "2")], 4, "4 each")
    [half], [middle] = parts(picture, "rect", "half"), parts(picture, "rect", "middle")
    assert (half.get("x"), half.get("width"), middle.get("x")) == ("176.00", "352.00", "352.00")
    nothing = pictures.purses("t", [Box("1", (0, 0, 0, 0, 0), "0")], 0, "0")
    assert parts(nothing, "rect", "middle")[0].get("x") == "0.00"


def test_a_label_that_is_too_long_is_cut_and_told_whole_in_the_rows_title():
    name = "물빛공원 수영장 정비와 어린이 물놀이터 조성 " * 4
    picture = pictures.funded("t", [Bar(name, 1, "1")], Bar("", 0, "0"), 1, "1")
    [label, *_] = parts(picture, "text", "label")
    assert label.text.endswith("…")
    assert len(label.text) < 60
    [row, *_] = parts(picture, "g", "row")
    assert row[0].text == f"{name}: 1"
