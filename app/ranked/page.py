"""One file's counts as one page of HTML that asks nobody for anything: no request, no script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from app import standalone
from app.ranked import contrast, drawing, story, why_not, words
from app.ranked.because import because
from budget.report import decimal
from core.words import language
from tally.ranked import Contest, RankedOutcome, Rankings
from tally.ranked.pairwise import Pairwise, pairwise

MOST_COMPARED = 40  # candidates up to whom the table of pairs is shown


@dataclass(frozen=True)
class Elected:
    """Candidates whom some rules elect, and why each of these rules does.

    Attributes
    ----------
    names : who is elected, or among whom a tie stands
    level : whether a tie stands
    reasons : (rule id, why)
    """

    names: tuple[str, ...]
    level: bool
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rounds:
    """The rounds of one count: as pictures, sentences, and a table of candidates by rounds.

    Attributes
    ----------
    pictures : SVG, one for each round
    rows : (name, votes in each round), in the order of the ranking
    ended : votes that count for nobody any more, by round
    """

    outcome: RankedOutcome
    pictures: tuple[Markup, ...]
    turns: tuple[story.Turn, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    ended: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What is counted, and how to count it again.

    Attributes
    ----------
    name : of the file, without folders
    digest : SHA-256 of its bytes
    command : that makes this page
    """

    name: str
    digest: str
    command: str


def render(
    asked: Asked, contest: Contest, rankings: Rankings, outcomes: Sequence[RankedOutcome]
) -> str:
    """The page, in the language that is spoken.

    Parameters
    ----------
    outcomes : at least one; of the same contest and ballots
    """
    votes = pairwise(contest, rankings)
    page = _templates().get_template("ranked/page.html")
    text = page.render(
        asked=asked,
        contest=contest,
        ballots=rankings.ballots,
        outcomes=outcomes,
        elected=_elected(outcomes, votes),
        passages=contrast.passages(outcomes, votes),
        rounds=[_rounds(outcome) for outcome in outcomes if outcome.rounds],
        losers=[(outcome.rule, why_not.losers(outcome)) for outcome in outcomes],
        ties=[
            (outcome.rule, [story.tie(outcome, met) for met in outcome.ties])
            for outcome in outcomes
            if outcome.ties
        ],
        pairs=_pairs(votes) if len(votes.standing) <= MOST_COMPARED else [],
        locale=language(),
        style=_style(),
    )
    return re.sub(r"\n\s*\n+", "\n", text) + "\n"


def _elected(outcomes: Sequence[RankedOutcome], votes: Pairwise) -> list[Elected]:
    """The winners whom most rules elect come first."""
    groups: dict[tuple[tuple[int, ...], bool], list[RankedOutcome]] = {}
    for outcome in outcomes:
        is_level = len(outcome.winners) > outcome.seats
        key = (tuple(sorted(outcome.winners)), is_level)
        groups.setdefault(key, []).append(outcome)
    order = sorted(groups.items(), key=lambda row: (row[0][1], len(row[0][0]), -len(row[1])))
    return [
        Elected(
            tuple(group[0].names[one] for one in group[0].winners),
            is_level,
            tuple((outcome.rule, because(outcome, votes)) for outcome in group),
        )
        for (_, is_level), group in order
    ]


def _rounds(outcome: RankedOutcome) -> Rounds:
    order = [one for tier in outcome.ranking for one in tier]
    votes = [dict(turn.votes) for turn in outcome.rounds]
    return Rounds(
        outcome,
        tuple(map(Markup, drawing.each_round(outcome))),  # our own SVG, its texts escaped
        tuple(story.turns(outcome)),
        tuple(
            (
                outcome.names[one],
                tuple(decimal(row[one]) if one in row else "" for row in votes),
            )
            for one in order
        ),
        tuple(decimal(sum(said for _, said in turn.exhausted)) for turn in outcome.rounds),
    )


def _pairs(votes: Pairwise) -> list[tuple[int, list[tuple[str, bool] | None]]]:
    """The candidates by their wins, each with (votes, whether they are more) against each."""
    support = votes.matrix()
    wins = {
        one: sum(support[one][other] > support[other][one] for other in votes.standing)
        for one in votes.standing
    }
    order = sorted(votes.standing, key=lambda one: (-wins[one], one))
    return [
        (
            one,
            [
                None
                if one == other
                else (decimal(support[one][other]), support[one][other] > support[other][one])
                for other in order
            ],
        )
        for one in order
    ]


@cache
def _templates() -> Environment:
    """Jinja by itself: a command knows no web application."""
    found = standalone.environment()
    found.filters.update(decimal=decimal, how=words.how, share=contrast.share)
    found.globals.update(NAMES=words.NAMES)
    return found


@cache
def _style() -> Markup:
    """The application's own style and this page's, within the page."""
    sheets = [standalone.sheet(name) for name in SHEETS]
    return Markup("<style>{}</style>").format(Markup("".join(sheets)))  # noqa: S704 - our own files


SHEETS = ("app.css", "ranked.css")
