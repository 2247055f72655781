"""The worked example of docs/govan-2007: what its pages and its story tell is what the ballots give."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import root
from tally.formats import ranked
from tally.ranked import count_ranked
from tally.ranked.circles import circle, duel
from tally.ranked.pairwise import pairwise

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER = DOCS / "govan-2007"
FILE = ranked.load((FOLDER / "govan-2007.blt").read_bytes())
DORNAN, FLANAGAN, HUNTER, BUTT = 2, 3, 5, 0


@pytest.mark.parametrize(
    ("rule", "winners"),
    [
        ("plurality", (HUNTER,)), ("borda", (HUNTER,)), ("irv", (HUNTER,)),
        ("schulze_winning", (FLANAGAN,)), ("ranked_pairs_winning", (FLANAGAN,)),
        ("minimax_winning", (FLANAGAN,)), ("schulze_margin", (DORNAN,)),
        ("ranked_pairs_margin", (DORNAN,)), ("minimax_margin", (DORNAN,)), ("kemeny", (DORNAN,)),
        ("copeland", (DORNAN, FLANAGAN, HUNTER)), ("scottish", (HUNTER, FLANAGAN, DORNAN, BUTT)),
    ],
)  # fmt: skip
def test_three_rules_three_winners(rule, winners):
    assert count_ranked(rule, FILE.contest, FILE.rankings).winners == winners


def test_every_figure_of_the_story_is_counted():
    votes = pairwise(FILE.contest, FILE.rankings)
    assert FILE.rankings.ballots == 9560
    assert circle(votes) == (
        duel(votes, FLANAGAN, HUNTER), duel(votes, HUNTER, DORNAN), duel(votes, DORNAN, FLANAGAN),
    )  # fmt: skip
    irv = count_ranked("irv", FILE.contest, FILE.rankings)
    last, before = dict(irv.rounds[9].votes), dict(irv.rounds[8].votes)
    figures = {
        irv.ballots, *last.values(), before[FLANAGAN], before[DORNAN],
        *(figure for one in circle(votes) for figure in (one.votes, one.against, one.margin)),
    }  # fmt: skip
    told = (DOCS / "govan-2007.md").read_text(encoding="utf-8")
    assert figures <= {int(word.replace(",", "")) for word in re.findall(r"\d[\d,]*\d", told)}
    large = {int(word.replace(",", "")) for word in re.findall(r"\d,\d{3}", told)}
    assert large <= figures


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_pages_are_what_the_command_writes_now(language, tmp_path):
    kept = (FOLDER / f"{language}.html").read_text(encoding="utf-8")
    asked = re.search("gwangjang tally govan-2007.blt ([^<]*)</code>", kept)[1].split()
    page = tmp_path / "page.html"
    told = CliRunner().invoke(
        root,
        ["tally", str(FOLDER / "govan-2007.blt"), *asked, "--page", str(page), "--lang", language],
    )
    assert told.exit_code == 0, told.output
    fresh = page.read_text(encoding="utf-8")
    assert _without_style(fresh) == _without_style(kept), "run `make govan`"


def _without_style(page: str) -> str:
    return re.sub("<style>.*</style>", "", page, flags=re.DOTALL)
