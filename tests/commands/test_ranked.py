"""Counting files of ranked ballots by command."""

import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from app.cli import root
from app.commands.speech import EXPECTED
from app.ranked.words import BY
from tally.formats import ranked
from tally.ranked.ties import WORDS
from tests.tally.test_ranked_formats import BLT, CEF


@pytest.fixture
def blt(tmp_path):
    path = tmp_path / "ward.blt"
    path.write_bytes(BLT)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(root, ["tally", *map(str, arguments), "--lang", "en"])


def test_json_names_winners_by_number_and_name(blt):
    answer = run(blt, "--rule", "scottish", "--rule", "irv", "--seats", 1, "--json")
    assert answer.exit_code == 0, answer.output
    first, second = map(json.loads, answer.stdout.splitlines())
    assert (first["file"], first["rule"], first["seats"]) == (str(blt), "scottish", 1)
    assert [first["outcome"]["names"][place] for place in first["winners"]] == first["names"]
    assert second["rule"] == "irv"


def test_rounds_and_ties_are_told(tmp_path):
    path = tmp_path / "level.cvotes"
    path.write_bytes(b"#/Candidates: Ada ; Bo ; Cy\nAda > Bo * 2\nBo > Ada * 2\nCy\n")
    told = run(path, "--rule", "plurality", "--rule", "irv").output
    assert "Level, and nothing in the rule settles it: Ada, Bo." in told
    assert "Level in round 2: Ada, Bo. Bo goes out (the order of the contest)." in told
    assert "round 1: Ada 2, Bo 2, Cy 1" in told
    assert json.loads(run(path, "--rule", "irv", "--json").stdout)["ties"] == [
        {"candidates": [0, 1], "chosen": [1], "by": "order", "round": 2}
    ]
    lot = run(path, "--rule", "plurality", "--seed", "00" * 16).output
    assert "(lot)" in lot


def test_one_bad_file_does_not_stop_the_others(blt, tmp_path):
    bad, odd = tmp_path / "bad.blt", tmp_path / "odd.cvotes"
    bad.write_bytes(b"3 1\n1 7 0\n0\n")
    odd.write_bytes(CEF)
    answer = run(bad, blt, odd, "--rule", "star", "--rule", "irv")
    assert answer.exit_code == 1
    assert "line 2" in answer.output
    assert "a candidate of this contest" in answer.output
    assert "needs points" in answer.output
    assert answer.output.count("[irv];") == 2


def test_what_is_repaired_is_told(tmp_path):
    path = tmp_path / "doubtful.blt"
    path.write_bytes(b'2 1\n3 1 2 1 0\n1 2 0\n0\n"Ada"\n"Bo"\n"Doubtful"\n')
    assert "each candidate once on a ballot" in run(path, "--rule", "irv").output
    answer = run(path, "--rule", "irv", "--lenient")
    assert answer.exit_code == 0
    assert "the first counts" in answer.output
    (note,) = json.loads(run(path, "--rule", "irv", "--lenient", "--json").stdout)["notes"]
    assert "line 2, column 7" in note


def test_every_way_to_settle_the_ties_can_be_asked_for(tmp_path, monkeypatch):
    path = tmp_path / "level.cvotes"
    path.write_bytes(b"#/Candidates: Ada ; Bo ; Cy\nAda * 4\nBo > Cy * 3\nCy > Bo * 3\n")
    told = run(path, "--rule", "irv", "--every-tie").output
    assert "In 1 of 2 ways to settle the ties: Bo." in told
    assert "In 1 of 2 ways to settle the ties: Cy." in told
    assert "may be more ways" not in told
    answer = run(path, "--rule", "irv", "--every-tie", "--json")
    ways = json.loads(answer.stdout)["ways"]
    assert sorted(way["names"] for way in ways) == [["Bo"], ["Cy"]]
    assert {way["ways"] for way in ways} == {1}
    monkeypatch.setattr("app.commands.ranked.MOST_WAYS", 1)
    assert "There may be more ways" in run(path, "--rule", "irv", "--every-tie").output


def test_rules_of_two_kinds_are_not_asked_together(blt):
    answer = run(blt, "--rule", "irv", "--rule", "greedy_cost")
    assert answer.exit_code == 1
    assert "greedy_cost funds projects" in answer.output


def test_every_fault_of_a_ranked_file_is_spoken():
    assert {*ranked.EXPECTED} <= {*EXPECTED}


@pytest.mark.parametrize(
    "option",
    [
        ("--completion", "add1"), ("--compare", "greedy_cost"), ("--stop",),
        ("--minimum-votes", "0"), ("--no-exhaustive",),
    ],
)  # fmt: skip
def test_an_option_that_means_nothing_to_ranked_rules_is_refused(blt, option):
    answer = run(blt, "--rule", "irv", *option)
    assert answer.exit_code == 1
    assert "irv does not know --" in answer.output


@pytest.mark.parametrize("option", [("--seats", 2), ("--ballot", "a"), ("--page", "page.html")])
def test_an_option_that_means_nothing_where_projects_are_funded_is_refused(blt, option):
    answer = run(blt, *option)
    assert f"greedy_cost does not know {option[0]}" in answer.output


def test_ranked_files_are_known_where_projects_are_funded(blt):
    answer = run(blt)
    assert answer.exit_code == 1
    assert "holds ranked ballots" in answer.output


def test_all_that_can_settle_a_tie_is_spoken():
    assert {*BY} == {*WORDS} - {"unsettled"}


CIRCLE = b"""3 1
1 1 2 3 0
3 2 3 1 0
2 3 1 2 0
3 1 0
0
"Ann" "Ben & <Co>" "Cai"
"A circle"
"""


@pytest.fixture
def circle(tmp_path):
    path = tmp_path / "circle.blt"
    path.write_bytes(CIRCLE)
    return path


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Instant run-off (IRV) [irv]; ballots: 9", "In round 2: 6 votes; needed: 5.",
                "· Cai has the fewest votes, 2, and goes out; next is Ben & <Co> with 3.",
                "Ben & <Co>: Never went out", "Rounds 1 to 2: 1 for Ann."]),
        ("ko", ["즉석결선투표(IRV) [irv]; 9표", "2차에 6표입니다. 필요한 표: 5.",
                "· Cai 후보가 2표로 가장 적어 탈락합니다.", "Ben & <Co>: 끝까지 탈락하지 않았고",
                "1~2차: Ann 후보에게 1."]),
    ],
)  # fmt: skip
def test_explained_a_count_tells_rounds_reasons_and_one_ballot(circle, language, said):
    answer = CliRunner().invoke(
        root,
        ["tally", str(circle), "--rule", "irv", "--explain", "--ballot", "ann>ben", "--lang", language],
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output
    for sentence in said:
        assert sentence in answer.output


def test_json_explains_in_codes_and_figures(circle):
    told = run(circle, "--rule", "irv", "--explain", "--ballot", "Cai > Ann", "--json")
    body = json.loads(told.stdout)
    assert [(why["candidate"], why["code"]) for why in body["reasons"]] == [
        (0, "won"), (1, "seats_filled"), (2, "eliminated"),
    ]  # fmt: skip
    assert [hold["parts"] for hold in body["ballot"]] == [[[2, 1]], [[0, 1]]]
    plain = json.loads(run(circle, "--rule", "irv", "--json").stdout)
    assert {"reasons", "ballot"}.isdisjoint(plain)


def test_a_ballot_that_names_nobody_is_refused(circle):
    answer = run(circle, "--rule", "irv", "--ballot", "Eve")
    assert answer.exit_code == 1
    assert "“Eve” is the name of no candidate" in answer.output


def test_rounds_and_pairs_are_drawn_and_nothing_is_written_over(circle, tmp_path):
    folder = tmp_path / "drawn"
    arguments = (circle, "--rule", "irv", "--rule", "copeland", "--pictures", folder)
    assert run(*arguments).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "circle.copeland.matrix.svg", "circle.irv.rounds.svg",
    ]  # fmt: skip
    for path in folder.iterdir():
        assert ElementTree.parse(path).getroot().tag.endswith("svg")  # noqa: S314 - our own picture
    again = run(*arguments)
    assert again.exit_code == 1
    assert "is there already" in again.output


def page_of(circle, page, *rules: str, **options: object) -> str:
    asked = [word for rule in rules for word in ("--rule", rule)]
    more = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    answer = CliRunner().invoke(
        root, ["tally", str(circle), *asked, "--page", str(page), "--lang", "en", *more]
    )
    assert answer.exit_code == 0, answer.output
    return page.read_text(encoding="utf-8")


class Wellformed(HTMLParser):
    """Every element is closed where it should be; ids, landmarks and addresses are noted."""

    VOID = frozenset({"meta", "br", "link", "rect", "line", "circle"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_by_itself(circle, tmp_path):
    text = page_of(circle, tmp_path / "new" / "page.html", "irv", "schulze_winning", "borda")
    parsed = Wellformed()
    parsed.feed(text)
    assert parsed.open == []
    tags = [tag for tag, _ in parsed.seen]
    assert (tags.count("h1"), tags.count("main"), tags.count("style")) == (1, 1, 1)
    assert {"script", "link", "img", "iframe"}.isdisjoint(tags)
    addresses = [
        said for _, attributes in parsed.seen for name, said in attributes.items()
        if name in ("href", "src", "xlink:href", "action")
    ]  # fmt: skip
    assert addresses == ["#main"]
    assert re.findall(r"(?:https?:)?//(?!www\.w3\.org/)\S+", text) == []
    assert dict(parsed.seen)["html"] == {"lang": "en"}
    assert "Ben &amp; &lt;Co&gt;" in text
    assert "<Co>" not in text


def test_the_page_says_where_the_rules_differ_and_how_to_count_again(circle, tmp_path):
    text = page_of(
        circle, tmp_path / "page.html", "schulze_winning", "schulze_margin", "scottish",
        seats=2, seed="00" * 16,
    )  # fmt: skip
    assert "A circle: who wins depends on the rule" in text
    assert "The majorities go round in a circle" in text
    assert "Which majority is the weakest?" in text
    assert "Several seats are another question" in text
    command = "gwangjang tally circle.blt --rule schulze_winning --rule schulze_margin --rule scottish --seats 2 --seed " + "00" * 16  # fmt: skip
    assert f"<code>{command}</code>" in text
    assert sha256(CIRCLE).hexdigest() in text


def test_where_all_rules_agree_or_a_tie_stands_the_page_says_so(circle, tmp_path):
    text = page_of(circle, tmp_path / "agree.html", "irv", "plurality")
    assert "A circle: Ann elected" in text
    assert "Why the rules differ" not in text
    assert "no tie was met" in text
    level = tmp_path / "level.blt"
    level.write_bytes(b'2 1\n1 1 0\n1 2 0\n0\n"Ann"\n"Ben"\n')
    text = page_of(level, tmp_path / "level.html", "plurality")
    assert "level.blt: level between Ann, Ben" in text
    assert "Level: nothing settles it" in text


def test_a_page_shows_one_file_and_is_not_written_over(circle, blt, tmp_path):
    answer = run(circle, blt, "--rule", "irv", "--page", tmp_path / "page.html")
    assert "--page shows one file, not 2." in answer.output
    page_of(circle, tmp_path / "page.html", "irv")
    answer = run(circle, "--rule", "irv", "--page", tmp_path / "page.html")
    assert answer.exit_code == 1
    assert "is there already" in answer.output


def test_a_large_contest_has_no_table_of_pairs(tmp_path):
    path = tmp_path / "large.blt"
    names = "\n".join(f'"{number}"' for number in range(41))
    path.write_text(f'41 1\n1 1 2 0\n0\n{names}\n"Large"\n', encoding="utf-8")
    assert "One against one" not in page_of(path, tmp_path / "page.html", "plurality")
