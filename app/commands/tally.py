"""`gwangjang tally`: count files; needs no settings and no database."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import click
from click.core import ParameterSource

import tally
from app.commands import ranked as ranked_files
from app.commands.ranked import RankedAsk
from app.commands.speech import language_option, speaking
from app.commands.tie_order import GivenOrder, bytes_of, tie_order_options
from budget import report
from budget.bills import Bill
from budget.bills import bills as bills_of
from budget.report import Telling
from core.words import gettext as _
from tally import Amount, Outcome
from tally.axioms.figures import told
from tally.formats import pabulib
from tally.formats.pabulib import Election
from tally.formats.ranked import sniffed
from tally.outcome import Parameter
from tally.ranked import RANKED_RULES
from tally.rules.comparison import Preferences, preferences

# What --completion adds to the id of a rule by equal shares.
COMPLETIONS: Mapping[str, str] = MappingProxyType(
    {"none": "", "utilitarian": "_u", "add1": "_add1", "add1u": "_add1u"}
)
# Options that mean something only where projects cost money, and only where ballots rank people.
WITH_RANKS = ("seats", "contest", "every_tie", "ballot", "page")
WITH_MONEY = (
    "completion", "minimum_votes", "by", "stop", "exhaustive", "integral", "skip", "to_the_end",
    "unranked_last", "tie_order", "others",
)  # fmt: skip
# Kind of ballots -> the file's word for it, as the reader of the file knows it.
KINDS = pabulib.WORD_OF
rule_id = click.Choice(list(tally.RULES))
any_rule_id = click.Choice([*tally.RULES, *RANKED_RULES])


@dataclass(frozen=True)
class Ask:
    """What is asked of every file.

    Attributes
    ----------
    rules, others : ids; every rule is compared with each of the others
    order : what settles ties
    parameters : those that were given; a rule's own defaults hold otherwise
    """

    rules: tuple[str, ...]
    others: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    is_lenient: bool
    is_explained: bool
    order: GivenOrder


@dataclass(frozen=True)
class Counted:
    """One file counted by one rule, and by the others that it is compared with.

    Attributes
    ----------
    path : as it was given
    seconds : of reading the file and counting it by this rule
    """

    path: str
    election: Election
    outcome: Outcome
    others: tuple[Outcome, ...]
    seconds: float

    def money(self, amount: Amount) -> str:
        """Money of the file as people read it."""
        return f"{report.decimal(amount)} {self.election.meta.get('currency', '')}".strip()

    def telling(self, *, is_explained: bool) -> Telling:
        """How to tell its outcome; explained, with who paid what."""
        election = self.election
        bills: Mapping[str, Bill] = {}
        if is_explained:
            bills = bills_of(election.instance, election.profile, self.outcome)
        return Telling(self.money, self.money, bills, election.names)

    def preferences(self, other: Outcome, *, by_cost: bool) -> Preferences:
        """How many voters prefer which of the two outcomes."""
        instance, profile = self.election.instance, self.election.profile
        mine, theirs = self.outcome.funded, other.funded
        return preferences(instance, profile, mine, theirs, by_cost=by_cost)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--rule", "rules", multiple=True, type=any_rule_id, default=["greedy_cost"], show_default=True,
    help="How to count; give it again to count by several rules.",
)  # fmt: skip
@click.option(
    "--completion", type=click.Choice(list(COMPLETIONS)),
    help="For mes_card, mes_cost and mes_score: what is done with the money left.",
)  # fmt: skip
@click.option("--minimum-votes", type=click.IntRange(min=0), help="Leave out what has fewer votes.")
@click.option(
    "--by", type=click.Choice(list(RANKED_RULES)), metavar="RULE",
    help="greedy_ranked: the rule on ranked ballots whose ranking is walked.",
)  # fmt: skip
@click.option("--stop", is_flag=True, default=None, help="Greedy: end at what does not fit.")
@click.option(
    "--exhaustive/--no-exhaustive", default=None,
    help="add1: end as soon as no project fits any more, or only at the limit.",
)  # fmt: skip
@click.option("--integral", is_flag=True, default=None, help="add1: begin with whole shares.")
@click.option(
    "--skip", is_flag=True, default=None,
    help="ees_…_addopt: look only at projects that were not bought: fewer steps.",
)  # fmt: skip
@click.option(
    "--to-the-end", is_flag=True, default=None,
    help="ees_…_addopt: go on past the limit, and take the dearest outcome within it.",
)  # fmt: skip
@click.option(
    "--unranked-last", is_flag=True, default=None,
    help="pb_ear: projects that a ballot leaves out stand behind those it ranks, level.",
)  # fmt: skip
@click.option(
    "--seats", type=click.IntRange(min=1),
    help="Ranked ballots: how many are elected; as the file says unless given.",
)  # fmt: skip
@click.option(
    "--contest",
    default="",
    metavar="NAME",
    help="Ranked ballots: which contest of a file of several.",
)
@click.option(
    "--every-tie", is_flag=True,
    help="Ranked ballots: say who is elected in how many of the ways to settle the ties.",
)  # fmt: skip
@tie_order_options
@click.option(
    "--compare", "others", multiple=True, metavar="RULE", type=rule_id,
    help="Say what this rule would fund instead, and how many voters prefer which.",
)  # fmt: skip
@click.option(
    "--explain", is_flag=True,
    help="Say of every project who paid, or why nobody did; of ranked ballots, how each round "
    "went and why the others are not elected.",
)  # fmt: skip
@click.option(
    "--pictures", type=click.Path(file_okay=False, path_type=Path),
    help="Folder for pictures (SVG) of each count.",
)  # fmt: skip
@click.option(
    "--ballot", metavar="'A > B = C'",
    help="Ranked ballots: follow this one through the rounds.",
)  # fmt: skip
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path),
    help="Ranked ballots: write one page (HTML) that shows who is elected by each --rule, and why.",
)  # fmt: skip
@click.option("--lenient", is_flag=True, help="Repair what can be repaired in a file, and say so.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@language_option
@click.pass_context
def command(
    ctx: click.Context, /, files: tuple[str, ...], *, rules: tuple[str, ...],
    others: tuple[str, ...], completion: str | None, lang: str, lenient: bool, explain: bool,
    as_json: bool, seed: str | None, tie_order: Path | None, pictures: Path | None,
    seats: int | None, contest: str, every_tie: bool, ballot: str | None, page: Path | None,
    **parameters: Parameter | None,
) -> None:  # fmt: skip
    """Count Pabulib FILES exactly and say which projects are funded, and why.

    Rules on ranked ballots take files of PrefLib, BLT, ABIF, CSV and others, and tell who wins.
    RCTab's configurations count by their own rules.

    Example: gwangjang tally election.pb --rule mes_cost --completion add1u --explain
    """
    if ctx.get_parameter_source("rules") is not ParameterSource.COMMANDLINE:
        with speaking(lang):
            rules = ("rctab",) if all(map(ranked_files.is_configuration, files)) else rules
    is_ranked = not {*rules}.isdisjoint(RANKED_RULES)
    with speaking(lang):
        _refuse(ctx, WITH_MONEY if is_ranked else WITH_RANKS, rules[0])
    if is_ranked:
        with speaking(lang):
            _check_ranked(rules, files, page)
            ranked = RankedAsk(
                rules=tuple(dict.fromkeys(rules)), seats=seats, contest=contest,
                seed=None if seed is None else bytes_of(seed), is_lenient=lenient,
                is_explained=explain, is_every_tie=every_tie, ballot=ballot, pictures=pictures,
                page=page,
            )  # fmt: skip
        _count_ranked(ctx, files, ranked, lang, as_json=as_json)
        return
    with speaking(lang):
        given = {name: said for name, said in parameters.items() if said is not None}
        named = tuple(dict.fromkeys(_completed(rule, completion) for rule in rules))
        ask = Ask(named, others, given, lenient, explain, GivenOrder(seed, tie_order))
        _check_parameters(ask)
    faults: list[click.ClickException] = []
    counts = _counts(files, ask, lang, faults)
    if pictures is not None:
        counts = _drawn(counts, pictures, lang, faults)
    with speaking(lang):
        if as_json:
            for counted in counts:
                click.echo(_json(counted, ask))
        else:
            from app.commands import tables  # noqa: PLC0415 - --json must not wait for it

            tables.show(counts, len(files), is_explained=ask.is_explained)
    for fault in faults:
        fault.show()
    if faults:
        ctx.exit(1)


def _refuse(ctx: click.Context, options: Collection[str], rule: str) -> None:
    """Nothing that is given is passed over in silence."""
    for option in options:
        if ctx.get_parameter_source(option) is ParameterSource.COMMANDLINE:
            name = next(said for said in ctx.command.params if said.name == option).opts[0]
            raise click.ClickException(
                _("%(rule)s does not know %(option)s.", rule=rule, option=name)
            )


def _check_ranked(rules: tuple[str, ...], files: tuple[str, ...], page: Path | None) -> None:
    """Rules of one kind, and one file for a page."""
    if others := [rule for rule in rules if rule not in RANKED_RULES]:
        raise click.ClickException(
            _(
                "%(rule)s funds projects and does not take ranked files; count by it separately.",
                rule=others[0],
            )
        )  # fmt: skip
    if page is not None and len(files) > 1:
        raise click.ClickException(_("--page shows one file, not %(number)s.", number=len(files)))


def _count_ranked(
    ctx: click.Context, files: tuple[str, ...], ask: RankedAsk, lang: str, *, as_json: bool
) -> None:
    faults: list[click.ClickException] = []
    with speaking(lang):
        found = ranked_files.counts(files, ask, lang, faults)
        ranked_files.tell(found, ask, faults, as_json=as_json)
    for fault in faults:
        fault.show()
    if faults:
        ctx.exit(1)


def _completed(rule: str, completion: str | None) -> str:
    """The id of the rule with the completion that was asked for."""
    if completion is None:
        return rule
    if not all(rule + suffix in tally.RULES for suffix in COMPLETIONS.values()):
        fit = [name for name in tally.RULES if f"{name}_add1u" in tally.RULES]
        raise click.ClickException(
            _(
                "--completion goes with %(rules)s, not with %(rule)s.",
                rules=", ".join(fit), rule=rule,
            )
        )  # fmt: skip
    return rule + COMPLETIONS[completion]


def _check_parameters(ask: Ask) -> None:
    """What is given must be known to each rule; those compared with may be without it."""
    for rule in ask.rules:
        for name in ask.parameters:
            if name not in tally.RULES[rule].parameters:
                raise click.ClickException(
                    _(
                        "%(rule)s does not know %(option)s.",
                        rule=rule, option=f"--{name.replace('_', '-')}",
                    )
                )  # fmt: skip


def _counts(
    files: tuple[str, ...], ask: Ask, lang: str, faults: list[click.ClickException]
) -> Iterator[Counted]:
    """Every file by every rule. One that cannot be counted is put down, and the rest goes on."""
    for path in files:
        try:
            with speaking(lang, Path(path)):
                start = perf_counter()
                election = _read(path, ask)
                reading = perf_counter() - start
                others = tuple(_count(path, election, rule, ask) for rule in ask.others)
        except click.ClickException as fault:
            faults.append(fault)
            continue
        for rule in ask.rules:
            try:
                with speaking(lang, Path(path)):
                    start = perf_counter()
                    outcome = _count(path, election, rule, ask)
                    seconds = reading + perf_counter() - start
            except click.ClickException as fault:
                faults.append(fault)
            else:
                yield Counted(path, election, outcome, others, seconds)


def _read(path: str, ask: Ask) -> Election:
    data = Path(path).read_bytes()
    if sniffed(data):
        raise click.ClickException(
            _(
                "%(file)s holds ranked ballots without money; count it by a rule like irv or "
                "schulze_winning.",
                file=path,
            )
        )
    return pabulib.load(data, lenient=ask.is_lenient)


def _drawn(
    counts: Iterator[Counted], folder: Path, lang: str, faults: list[click.ClickException]
) -> Iterator[Counted]:
    """The same counts, each drawn as it comes."""
    from app.commands import pictures  # noqa: PLC0415 - few ask for them

    for counted in counts:
        try:
            with speaking(lang):
                pictures.write(folder, counted.path, counted.election, counted.outcome)
        except click.ClickException as fault:
            faults.append(fault)
        yield counted


def _count(path: str, election: Election, rule_id: str, ask: Ask) -> Outcome:
    rule, kind = tally.RULES[rule_id], election.profile.kind
    if kind not in rule.kinds:
        raise click.ClickException(
            _(
                "%(file)s: %(rule)s does not take %(kind)s ballots, only %(kinds)s.",
                file=path, rule=rule_id, kind=KINDS[kind],
                kinds=", ".join(word for known, word in KINDS.items() if known in rule.kinds),
            )
        )  # fmt: skip
    known = {name: said for name, said in ask.parameters.items() if name in rule.parameters}
    ties = ask.order.order(election.instance)
    return tally.count(rule_id, election.instance, election.profile, ties, **known)


def _json(counted: Counted, ask: Ask) -> str:
    outcome = counted.outcome
    body = {
        "file": counted.path,
        "rule": outcome.rule,
        "winners": list(outcome.funded),
        "cost": pabulib.number(outcome.spent),
        "left": pabulib.number(outcome.left),
        "ties": [{"options": list(tie.options), "mattered": tie.mattered} for tie in outcome.ties],
        "tie_order": ask.order.told(),
        "outcome": json.loads(outcome.to_json()),
    }
    if counted.election.notes:
        body["notes"] = list(counted.election.notes)
    if ask.is_explained:
        lines = report.lines(outcome, counted.telling(is_explained=True))
        body["reasons"] = {line.turn.option: line.reason for line in lines}
    if counted.others:
        body["compared"] = [
            {
                "rule": other.rule,
                "winners": list(other.funded),
                "cost": pabulib.number(other.spent),
                "by_number": told(counted.preferences(other, by_cost=False)),
                "by_cost": told(counted.preferences(other, by_cost=True)),
            }
            for other in counted.others
        ]
    return json.dumps(body, ensure_ascii=False)
