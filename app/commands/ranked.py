"""`gwangjang tally` on files of ranked ballots: who wins by which rule, and what was level."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import click

from app.commands.pictures import put
from app.commands.speech import speaking
from app.ranked import ballot as ballots
from app.ranked import story, words
from app.ranked.because import because
from app.ranked.why_not import losers
from budget.report import decimal
from core.words import gettext as _
from tally.axioms.figures import told
from tally.formats import ranked
from tally.formats.ranked import RankedFile, rctab
from tally.ranked import RANKED_RULES, Contest, RankedOutcome, count_ranked, every_outcome
from tally.ranked.ballot_trace import Hold
from tally.ranked.pairwise import pairwise
from tally.ranked.rctab_rules import Rules
from tally.ranked.why_not import why_not

MOST_WAYS = 1000  # of settling the ties of one count
_HEAD = 2**16  # bytes in which a configuration shows itself


@dataclass(frozen=True)
class RankedAsk:
    """What is asked of every file.

    Attributes
    ----------
    rules : ids of `tally.ranked.RANKED_RULES`
    seats : None: as many as the file says
    contest : by its name; empty: the only one of the file
    seed : of a public lot for ties, in hexadecimal digits
    is_lenient : repair what can be repaired in a file, and say so
    is_explained : say how each round went, and why the others are not elected
    is_every_tie : say who wins under every way to settle the ties
    ballot : one ballot as `app.ranked.ballot.read` takes it, to be followed through the rounds
    pictures : folder for them; None: none are drawn
    page : file for a page of all counts; None: none is written
    """

    rules: tuple[str, ...]
    seats: int | None = None
    contest: str = ""
    seed: bytes | None = None
    is_lenient: bool = False
    is_explained: bool = False
    is_every_tie: bool = False
    ballot: str | None = None
    pictures: Path | None = None
    page: Path | None = None


@dataclass(frozen=True)
class RankedCount:
    """One file counted by one rule.

    Attributes
    ----------
    ways : winners -> in how many ways to settle the ties they are elected; where it was asked for
    """

    path: str
    file: RankedFile
    contest: Contest
    outcome: RankedOutcome
    ways: Mapping[tuple[int, ...], int] = field(default_factory=dict)


def counts(
    files: tuple[str, ...], ask: RankedAsk, lang: str, faults: list[click.ClickException]
) -> Iterator[RankedCount]:
    """Every file by every rule. One that cannot be counted is put down, and the rest goes on."""
    for path in files:
        try:
            with speaking(lang, Path(path)):
                file, rules = _read(Path(path), ask)
                contest = replace(file.contest, seats=ask.seats or file.contest.seats)
        except click.ClickException as fault:
            faults.append(fault)
            continue
        for rule in ask.rules:
            try:
                with speaking(lang, Path(path)):
                    outcome = _count(rule, contest, file, rules, ask.seed)
                    ways = _ways(rule, contest, file, rules) if ask.is_every_tie else {}
            except click.ClickException as fault:
                faults.append(fault)
            else:
                yield RankedCount(path, file, contest, outcome, ways)


def is_configuration(path: str) -> bool:
    """Whether this is a configuration of RCTab: a count by its own rules."""
    with Path(path).open("rb") as file:
        return rctab.is_configuration(file.read(_HEAD))


def _read(path: Path, ask: RankedAsk) -> tuple[RankedFile, Rules | None]:
    """The file, and the rules that it brings along; raises FormatError and OSError."""
    if is_configuration(str(path)):
        configured = rctab.load(path, ask.contest)
        return configured.file, configured.rules
    return ranked.load(path.read_bytes(), ask.contest, lenient=ask.is_lenient), None


def _count(
    rule: str, contest: Contest, file: RankedFile, rules: Rules | None, seed: bytes | None
) -> RankedOutcome:
    """The outcome; by `rctab` with the file's rules, which settle its ties unless a seed does."""
    if rule != "rctab" or rules is None:
        return count_ranked(rule, contest, file.rankings, seed=seed)
    if seed is not None:
        return count_ranked(rule, contest, file.rankings, seed=seed, rules=rules)
    return RANKED_RULES[rule].run(contest, file.rankings, rules.ties(contest), rules=rules)


def _ways(
    rule: str, contest: Contest, file: RankedFile, rules: Rules | None
) -> Mapping[tuple[int, ...], int]:
    terms = {"rules": rules} if rule == "rctab" and rules else {}
    found = every_outcome(rule, contest, file.rankings, most=MOST_WAYS, **terms)
    return Counter(tuple(sorted(outcome.winners)) for outcome in found)


def _json(counted: RankedCount, ask: RankedAsk) -> str:
    """One line: winners as numbers from 0 in the order of the file, with their names."""
    outcome = counted.outcome
    body: dict[str, object] = {
        "file": counted.path,
        "rule": outcome.rule,
        "winners": list(outcome.winners),
        "names": [outcome.names[winner] for winner in outcome.winners],
        "seats": outcome.seats,
        "ties": [told(tie) for tie in outcome.ties],
        "outcome": json.loads(outcome.to_json()),
    }
    if counted.file.notes:
        body["notes"] = list(counted.file.notes)
    if ask.is_every_tie:
        body["ways"] = [
            {"winners": winners, "names": [outcome.names[one] for one in winners], "ways": many}
            for winners, many in counted.ways.items()
        ]
    if ask.is_explained:
        body["reasons"] = [told(why_not(outcome, one)) for one in range(len(outcome.names))]
    if ask.ballot is not None:
        body["ballot"] = [told(hold) for hold in _trace(counted, ask.ballot)]
    return json.dumps(body, ensure_ascii=False)


def tell(
    found: Iterable[RankedCount],
    ask: RankedAsk,
    faults: list[click.ClickException],
    *,
    as_json: bool,
) -> None:
    """Say of each count who wins, how the rounds stood and what was level; draw and write."""
    shown = []
    for counted in found:
        try:
            click.echo(_json(counted, ask) if as_json else "\n".join(_lines(counted, ask)) + "\n")
            if ask.pictures is not None:
                _draw(ask.pictures, counted)
        except click.ClickException as fault:
            faults.append(fault)
        if ask.page is not None:
            shown.append(counted)
    if ask.page is not None and shown:
        _write_page(ask.page, shown, ask)


def _lines(counted: RankedCount, ask: RankedAsk) -> Iterator[str]:
    outcome = counted.outcome
    yield f"{counted.path}: {counted.contest.title}".rstrip(": ")
    yield from (f"  {note}" for note in counted.file.notes)
    yield _(
        "%(name)s [%(rule)s]; ballots: %(ballots)s, seats: %(seats)s",
        name=words.NAMES[outcome.rule], rule=outcome.rule, ballots=decimal(outcome.ballots),
        seats=outcome.seats,
    )  # fmt: skip
    if ask.is_explained:
        yield f"  {words.how(outcome.rule)}"
    for place, winner in enumerate(outcome.winners, 1):
        yield f"  {place}. {outcome.names[winner]}"
    if ask.is_explained:
        yield "  " + because(outcome, pairwise(counted.contest, counted.file.rankings))
    explained = story.turns(outcome) if ask.is_explained else []
    for number, turn in enumerate(outcome.rounds, 1):
        votes = story.standing(outcome, turn)
        yield _("  round %(number)s: %(votes)s", number=number, votes=votes)
        if explained:
            yield from (f"    · {sentence}" for sentence in explained[number - 1].said)
    yield from (f"  {story.tie(outcome, met)}" for met in outcome.ties)
    yield from (f"  {said}" for said in _in_ways(outcome, counted.ways))
    if ask.is_explained:
        yield from (f"  {name}: {why}" for name, why in losers(outcome))
    if ask.ballot is not None:
        yield _("  Your ballot: %(ballot)s", ballot=ask.ballot)
        tiers = _ballot(counted, ask.ballot)
        yield from (f"    {said}" for said in ballots.told(outcome, counted.contest, tiers))


def _in_ways(outcome: RankedOutcome, ways: Mapping[tuple[int, ...], int]) -> Iterator[str]:
    """Who is elected in how many of the ways to settle the ties."""
    total = sum(ways.values())
    for winners, many in ways.items():
        names = ", ".join(outcome.names[one] for one in winners)
        yield _(
            "In %(many)s of %(total)s ways to settle the ties: %(names)s.",
            many=decimal(many), total=decimal(total), names=names,
        )  # fmt: skip
    if total == MOST_WAYS:
        yield _("There may be more ways; no more were tried.")


def _ballot(counted: RankedCount, text: str) -> ballots.Tiers:
    try:
        return ballots.read(text, counted.contest)
    except ballots.UnknownNameError as error:
        raise click.ClickException(
            _(
                "%(file)s: “%(words)s” is the name of no candidate, or of several.",
                file=counted.path, words=error,
            )
        ) from None  # fmt: skip


def _trace(counted: RankedCount, text: str) -> tuple[Hold, ...]:
    return ballots.trace(counted.outcome, counted.contest, _ballot(counted, text))


def _draw(folder: Path, counted: RankedCount) -> None:
    from app.ranked.drawing import drawn  # noqa: PLC0415 - few ask for it

    stem = f"{Path(counted.path).stem}.{counted.outcome.rule}"
    for name, picture in drawn(counted.outcome):
        put(folder / f"{stem}.{name}.svg", picture)


def _write_page(page: Path, found: Sequence[RankedCount], ask: RankedAsk) -> None:
    from app.ranked.page import Asked, render  # noqa: PLC0415 - Jinja is large, and few ask for it

    first, outcomes = found[0], [counted.outcome for counted in found]
    file = Path(first.path)
    digest = sha256(file.read_bytes()).hexdigest()
    command = [f"gwangjang tally {file.name}", *(f"--rule {outcome.rule}" for outcome in outcomes)]
    command += [f"--seats {ask.seats}"] if ask.seats else []
    command += [f"--seed {ask.seed.hex()}"] if ask.seed else []
    asked = Asked(file.name, digest, " ".join(command))
    put(page, render(asked, first.contest, first.file.rankings, outcomes))
