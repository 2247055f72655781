"""Outcomes as tables for people at a terminal; everything here needs rich."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from budget import report
from core.words import gettext as _
from tally import Outcome
from tally.rules.comparison import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.commands.tally import Counted


@dataclass(frozen=True)
class Page:
    """All that is shown of one file counted by one rule, without its ballots."""

    parts: tuple[RenderableType, ...]
    summary: tuple[str, ...]


def show(counts: "Iterable[Counted]", files: int, *, is_explained: bool) -> None:
    """A page for each count; for several files a bar while they are counted, and a summary."""
    console = Console()
    pages = []
    for page in _pages(counts, files, is_explained=is_explained):
        if files == 1:
            _print(console, page)
        pages.append(page)
    if files > 1:
        for page in pages:
            _print(console, page)
        console.print(_summary(pages))


def _pages(counts: "Iterable[Counted]", files: int, *, is_explained: bool) -> Iterator[Page]:
    """The pages one after another; the bar goes to the other stream, and then away."""
    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(
        *columns, console=errors, transient=True, disable=files == 1 or not errors.is_terminal,
        redirect_stdout=False,
    ) as progress:  # fmt: skip
        task = progress.add_task(_("Counting"), total=files)
        seen: set[str] = set()
        for counted in counts:
            seen.add(counted.path)
            yield _page(counted, is_explained=is_explained)
            progress.update(task, completed=len(seen))


def _print(console: Console, page: Page) -> None:
    for part in page.parts:
        console.print(part)


def _page(counted: "Counted", *, is_explained: bool) -> Page:
    telling = counted.telling(is_explained=is_explained)
    parts = _story(counted, telling) if is_explained else [_outcome(counted, telling)]
    parts += map(Text, _sentences(counted, telling, is_explained=is_explained))
    if counted.others:
        parts.append(_comparison(counted))
    for other in counted.others:
        parts += map(Text, _preferred(counted, other))
    return Page(tuple(parts), _figures(counted))


def _title(counted: "Counted") -> str:
    return f"{Path(counted.path).name} · {counted.outcome.rule}"


def _outcome(counted: "Counted", telling: report.Telling) -> RenderableType:
    table = Table(title=escape(_title(counted)), show_lines=False)
    table.add_column(_("Project"))
    table.add_column(_("Cost"), justify="right", no_wrap=True)
    table.add_column(_("Why"))
    for line in report.lines(counted.outcome, telling):
        mark = "✔" if line.is_funded else "·"
        table.add_row(
            escape(f"{mark} {counted.election.names[line.turn.option]}"),
            counted.money(line.turn.cost),
            escape(line.reason),
            style="bold" if line.is_funded else "dim",
        )
    return table


def _story(counted: "Counted", telling: report.Telling) -> list[RenderableType]:
    """As the table says it, but with room for longer sentences."""
    parts: list[RenderableType] = [Text(_title(counted), style="italic")]
    for line in report.lines(counted.outcome, telling):
        mark, style = ("✔", "bold") if line.is_funded else ("·", "dim")
        name, cost = counted.election.names[line.turn.option], counted.money(line.turn.cost)
        parts.append(Text(f"{mark} {name}: {cost}", style=style))
        parts.append(Padding(Text(line.reason), (0, 0, 0, 2)))
    return parts


def _sentences(counted: "Counted", telling: report.Telling, *, is_explained: bool) -> Iterator[str]:
    outcome, money = counted.outcome, counted.money
    yield _(
        "%(number)s projects for %(spent)s; %(left)s left of %(limit)s; %(ballots)s ballots.",
        number=len(outcome.funded), spent=money(outcome.spent), left=money(outcome.left),
        limit=money(outcome.limit), ballots=report.decimal(outcome.ballots),
    )  # fmt: skip
    facts = report.fact_sentences(outcome, telling) if is_explained else []
    ties = report.tie_sentences(outcome, counted.election.names)
    for sentence in (*facts, *ties, *counted.election.notes):
        yield f"· {sentence}"


def _comparison(counted: "Counted") -> Table:
    """Which projects each rule funds; those that not all of them fund are marked."""
    outcomes = (counted.outcome, *counted.others)
    table = Table(title=escape(Path(counted.path).name))
    table.add_column(_("Project"))
    table.add_column(_("Cost"), justify="right", no_wrap=True)
    for outcome in outcomes:
        table.add_column(outcome.rule, justify="center")
    costs = {turn.option: turn.cost for turn in counted.outcome.rounds}
    for name in dict.fromkeys(name for outcome in outcomes for name in outcome.funded):
        is_funded = [name in outcome.funded for outcome in outcomes]
        table.add_row(
            escape(f"{' ' if all(is_funded) else '≠'} {counted.election.names[name]}"),
            counted.money(costs[name]),
            *("✔" if said else "·" for said in is_funded),
            style="dim" if all(is_funded) else "bold",
        )
    return table


def _preferred(counted: "Counted", other: Outcome) -> Iterator[str]:
    """What differs between two rules, and how many voters prefer which."""
    mine, theirs = counted.outcome, other
    same = len(set(mine.funded) & set(theirs.funded))
    facts: dict[str, object] = {"first": mine.rule, "second": theirs.rule}
    said = _(
        "Both fund %(same)s; only %(first)s funds %(mine)s, and only %(second)s %(theirs)s.",
        same=same, mine=len(mine.funded) - same, theirs=len(theirs.funded) - same, **facts,
    )  # fmt: skip
    number, cost = (counted.preferences(theirs, by_cost=is_cost) for is_cost in (False, True))
    by_number = _(
        "By the number of their projects that are funded, %(ahead)s voters prefer %(first)s, "
        "%(behind)s %(second)s, and %(level)s neither.",
        **facts,
        **_voters(number),
    )
    by_cost = _(
        "By the cost of these projects, %(ahead)s voters prefer %(first)s, %(behind)s %(second)s, "
        "and %(level)s neither.",
        **facts,
        **_voters(cost),
    )
    return (f"· {sentence}" for sentence in (said, by_number, by_cost))


def _voters(said: Preferences) -> dict[str, object]:
    return {
        "ahead": report.decimal(said.first),
        "behind": report.decimal(said.second),
        "level": report.decimal(said.indifferent),
    }


def _figures(counted: "Counted") -> tuple[str, ...]:
    outcome = counted.outcome
    return (
        escape(counted.path),
        outcome.rule,
        report.decimal(outcome.ballots),
        str(len(outcome.rounds)),
        str(len(outcome.funded)),
        counted.money(outcome.spent),
        counted.money(outcome.left),
        str(len(outcome.ties)),
        f"{counted.seconds:.3f}",
    )


def _summary(pages: list[Page]) -> Table:
    table = Table(title=_("Summary"))
    table.add_column(_("File"), overflow="fold")
    table.add_column(_("Rule"))
    for heading in (
        _("Ballots"), _("Projects"), _("Funded"), _("Spent"), _("Left"), _("Ties"), _("Seconds"),
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for page in pages:
        table.add_row(*page.summary)
    return table
