"""Pairs of proposals that wish for the same thing in other words, among a city of others.

Every third pair is held out: words, weights and tables were never tuned on it.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from proposals.similar.traits import Written

HERE = Path(__file__).parent
DEMO = HERE.parents[2] / "app" / "demo"
OTHERS, SEED = 400, 6
_PLACES = "광명1동 광명3동 광명5동 광명7동 철산1동 철산2동 철산3동 철산4동 하안1동 하안2동 하안3동 소하1동 소하2동 일직동 학온동"
_WISHES = ("해 주세요", "하면 좋겠어요", "합시다", "을 제안합니다", " 사업", " 추진", "")
_WHY = (
    "이용하는 주민이 많은데 마땅한 시설이 없습니다.", "어르신과 아이들이 특히 불편해해요.", "작년부터 여러 번 민원을 냈습니다.",
    "다른 도시에서는 이미 하고 있어요.", "밤에는 위험하고 낮에는 붐빕니다.", "적은 돈으로 동네가 밝아집니다.",
    "학교와 시장이 가까워 오가는 사람이 많습니다.", "버스에서 내려 걷는 길에 있습니다.",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """What somebody types, and the proposal that wished for it before."""

    kind: str  # ko, en or mixed
    asked: Written
    meant: Written
    is_held_out: bool


def pairs() -> list[Pair]:
    """All pairs of `pairs.tsv`."""
    rows = [line.split("\t") for line in _lines("pairs.tsv")]
    return [
        Pair(kind, Written(title, summary), Written(*meant), is_held_out=place % 3 == 2)
        for place, (kind, title, summary, *meant) in enumerate(rows)
    ]


def others() -> list[Written]:
    """The demo city's proposals, and some hundred that were thrown together by a stated seed."""
    return [*_demo(), *_thrown()]


def _demo() -> Iterator[Written]:
    for name in ("projects", "proposals"):
        rows = tomllib.loads((DEMO / f"{name}.toml").read_text(encoding="utf-8"))
        for row in rows[name.removesuffix("s")]:
            yield Written(row["title"], row["summary"], row.get("need", ""))


def _thrown() -> Iterator[Written]:
    wishes = [line.split("\t") for line in _lines("wishes.tsv")]
    dice = np.random.default_rng(SEED)
    for serial in range(OTHERS):
        wish, summary, english = wishes[serial % len(wishes)]
        place, ending = dice.choice(_PLACES.split()), dice.choice(_WISHES)
        why = " ".join(dice.choice(_WHY, 2, replace=False))
        if serial % 5 == 0:
            yield Written(f"{english} in {place}", english, "Many neighbours asked for it.")
        else:
            yield Written(f"{place} {wish}{ending}", f"{summary}.", why)


def _lines(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").splitlines()
