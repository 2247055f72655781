"""Pages and pictures set by Typst, with a Korean font of this machine."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from core.errors import RoomError

FONTS = (
    "Pretendard GOV", "Pretendard", "Noto Sans CJK KR", "Noto Sans KR", "NanumGothic",
    "Apple SD Gothic Neo", "Malgun Gothic",
)  # fmt: skip


class NoKoreanFontError(RoomError):
    """The machine has no font to print Korean with."""


def pdf(source: Path, data: Mapping[str, Any]) -> bytes:
    """The document of `source` as PDF/UA, which takes `data` from ``sys.inputs.data``.

    What people wrote is data, so that none of it can be taken for a command. The same data gives
    the same bytes on machines with the same font.

    Raises
    ------
    NoKoreanFontError
    """
    return _compiled(source, data, "pdf")


def png(source: Path, data: Mapping[str, Any]) -> bytes:
    """The only page of `source` as a picture, one pixel a point. Raises NoKoreanFontError."""
    return _compiled(source, data, "png")


@cache
def font() -> str:
    """The Korean font to print with. Raises NoKoreanFontError."""
    installed = set(_fonts().families())
    found = next((name for name in FONTS if name in installed), None)
    if found is None:
        raise NoKoreanFontError
    return found


@cache
def _fonts() -> typst.Fonts:
    """All fonts of the machine: looking for them takes twenty times as long as setting a page."""
    return typst.Fonts()


def _compiled(source: Path, data: Mapping[str, Any], kind: Literal["pdf", "png"]) -> bytes:
    made: bytes = typst.compile(
        source.read_bytes(),
        format=kind,
        ppi=72,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps({**data, "font": font()})},
        pdf_standards="ua-1" if kind == "pdf" else None,
    )
    return made
