"""The story of an outcome: a sentence for each option, in the reader's language.

`reasons.REASONS` says it for every family of rules. For equal shares, `lines` adds who paid what,
if the bills (`budget.bills`) are handed in: an outcome alone does not hold them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from budget import reasons
from budget.bills import Bill, Paid, Unpaid
from budget.reasons import REASONS
from core.words import gettext as _
from core.words import ngettext
from tally import Amount, Decision, Outcome, Round
from tally.rules.equal_shares import COMPLETION

Show = Callable[[Amount], str]  # an amount of money as people read it
NAMED = 3  # of the projects that supporters paid for instead, so many are named
MOVING = ("cstv", "pb")  # families whose support is money or weight that moves
STAGES = ("mes.completion", "cstv.transfer", "cstv.completion")  # with sentences of their own
_EXACT = 6  # decimal places up to which a number is told in full


@dataclass(frozen=True)
class Line:
    """One option in the story: its round, its place in the order of turns, and the reason."""

    turn: Round
    place: int
    reason: str

    @property
    def is_funded(self) -> bool:
        """Whether it was funded."""
        return self.turn.decision is Decision.FUNDED


@dataclass(frozen=True)
class Telling:
    """How to tell an outcome.

    Attributes
    ----------
    show : exact money as people read it; for the web in whole minor units
    about : money that may be a fraction of them; None: `show`, rounded and marked so
    bills : of `budget.bills`; without them nothing is said of who paid
    titles : option -> its name, where it is not the option's id
    """

    show: Show
    about: Show | None = None
    bills: Mapping[str, Bill] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def money(self, amount: Amount) -> str:
        """Money that may be no whole number of units."""
        if self.about is not None:
            return self.about(amount)
        exact = Fraction(amount)
        return self.show(int(exact)) if exact.denominator == 1 else f"≈{self.show(round(exact))}"


def lines(outcome: Outcome, how: Show | Telling) -> list[Line]:
    """Every option with its reason, in the order of turns."""
    telling = how if isinstance(how, Telling) else Telling(how)
    funded: list[Round] = []
    told = []
    for place, turn in enumerate(outcome.rounds, start=1):
        said = [_reason(outcome, turn, place, telling)]
        said += _hope(outcome, turn, funded)
        said += _bill(outcome, turn, telling)
        told.append(Line(turn, place, " ".join(said)))
        if turn.decision is Decision.FUNDED:
            funded.append(turn)
    return told


def tie_sentences(outcome: Outcome, titles: Mapping[str, str]) -> list[str]:
    """Every tie that was met, and whether another order would have changed what is funded."""
    said = []
    for tie in outcome.ties:
        names = ", ".join(titles.get(option, option) for option in tie.options)
        if tie.mattered:
            said.append(
                _("%(names)s stood level; the tie rule decided what is funded.", names=names)
            )
        else:
            said.append(_("%(names)s stood level; their order changed nothing.", names=names))
    return said


def fact_sentences(outcome: Outcome, telling: Telling) -> list[str]:
    """What every voter had to spend, and how well the outcome serves them: where a rule says so."""
    said, facts = [], dict(outcome.facts)
    if share := facts.get("endowment", facts.get("purse")):
        said.append(_("Every voter had a share of %(share)s.", share=telling.money(share)))
    if "welfare" in facts:
        worth = decimal(facts["welfare"])
        said.append(_("Together the funded projects have a welfare of %(worth)s.", worth=worth))
    return said


def support_of(outcome: Outcome, turn: Round) -> str:
    """What stands behind an option in this turn, in words: `support_words`.

    What equal shares leave goes by votes, whatever the shares went by.
    """
    by_votes = outcome.rule.startswith("mes_") and turn.stage == COMPLETION
    return support_words(turn.support, "greedy_cost" if by_votes else outcome.rule)


def support_words(support: Amount, rule: str) -> str:
    """“43 votes”, or points where the rule counts points; money and weight as bare numbers."""
    if _family(rule) in MOVING:
        return decimal(support)
    if "_score" in rule:
        return _("%(points)s points", points=decimal(support))
    if Fraction(support).denominator != 1:
        return _("%(number)s votes", number=decimal(support))
    return ngettext("%(num)d vote", "%(num)d votes", int(support))


def votes_needed(outcome: Outcome, turn: Round, funded: Sequence[Round]) -> int | None:
    """The fewest more votes with which this option alone would have been funded, exactly.

    Only for greedy by votes: with more votes the option's turn comes earlier, while everything
    before that turn goes as it went. So it is the distance to the latest turn at which the money
    still sufficed. One vote more than that turn's votes is surely enough; level votes would leave
    it to the tie order. None where no number of votes helps or the rule orders by something else.
    Options that need others are beyond it (cycles and Pabulib files have none): at an earlier turn
    the one that is needed may not be funded yet.

    Parameters
    ----------
    funded : the funded rounds before `turn`, in order
    """
    if outcome.rule != "greedy_cost" or dict(outcome.parameters)["stop"]:
        return None
    if turn.cost > outcome.limit:
        return None
    fitting = [before for before in funded if before.left >= turn.cost]
    return int(fitting[-1].support - turn.support) + 1 if fitting else None


def decimal(amount: Amount) -> str:
    """A number as people read it: exact to six places, else rounded to two and marked as such.

    >>> decimal(1234567), decimal(Fraction(25, 2)), decimal(Fraction(1, 3000))
    ('1,234,567', '12.5', '≈0.00033')
    """
    exact, places = Fraction(amount), 2
    if (exact * 10**_EXACT).denominator == 1:
        mark, places = "", _EXACT
    else:
        mark = "≈"
        while exact and abs(exact) * 10**places < 10:  # noqa: PLR2004 - two digits that say something
            places += 1
    whole, rest = divmod(round(abs(exact) * 10**places), 10**places)
    digits = f"{rest:0{places}d}".rstrip("0")
    sign = "-" if exact < 0 else ""
    return f"{mark}{sign}{whole:,}" + (f".{digits}" if digits else "")


def _family(rule: str) -> str:
    return rule.partition("_")[0]


def _is_by_cost(rule: str) -> bool:
    """Whether the rule's price is for each unit of what an option costs."""
    return rule.split("_")[1:2] == ["cost"]


def _reason(outcome: Outcome, turn: Round, place: int, telling: Telling) -> str:
    family = _family(str(dict(outcome.parameters).get("rule", outcome.rule)))
    is_staged = f"{family}.{turn.stage}" in STAGES
    what = f"{family}.{turn.stage}.{turn.decision}" if is_staged else f"{family}.{turn.decision}"
    around = _circumstance(outcome, turn)
    keys = (f"{what}.{around}", f"{turn.decision}.{around}", what, f"{family}.{turn.decision}")
    key = next((key for key in keys if key in REASONS), str(turn.decision))
    return str(REASONS[key]) % _facts(outcome, turn, place, telling)


def _circumstance(outcome: Outcome, turn: Round) -> str:
    """What may call for another sentence: the first of these that is so."""
    for name, is_so in (
        ("unsupported", not turn.support),
        ("free", not turn.cost),
        ("too_dear", turn.cost > outcome.limit),
        ("in_part", f"part of {turn.option}" in dict(outcome.facts)),
        ("points", "_score" in outcome.rule),
    ):
        if is_so:
            return name
    return ""


def _facts(outcome: Outcome, turn: Round, place: int, telling: Telling) -> dict[str, object]:
    """All that a sentence of `REASONS` may name."""
    show, key = telling.show, turn.key or 0
    each = key * turn.cost if _is_by_cost(outcome.rule) else key
    borne = key - turn.cost / Fraction(turn.support) if turn.support else 0
    return {
        "support": support_of(outcome, turn),
        "place": place,
        "cost": show(turn.cost),
        "left": show(turn.left),
        "over": show(turn.cost - turn.left),
        "limit": show(outcome.limit),
        "least": dict(outcome.parameters).get("minimum_votes"),
        "each": telling.money(each),
        "payers": decimal(turn.cost / Fraction(each)) if each else "",
        "before": telling.money(borne),
        "load": telling.money(key),
        "money": telling.money(turn.support),
        "weight": decimal(turn.support),
        "share": f"{decimal(100 * key)}%",
        "part": f"{decimal(100 * dict(outcome.facts).get(f'part of {turn.option}', 1))}%",
    }


def _hope(outcome: Outcome, turn: Round, funded: Sequence[Round]) -> Iterator[str]:
    """With how many more votes it would have been funded, where that can be said."""
    more = None
    if turn.decision is Decision.DOES_NOT_FIT:
        more = votes_needed(outcome, turn, funded)
    if more is not None:
        yield ngettext(
            "With %(num)d vote more it would have been funded.",
            "With %(num)d votes more it would have been funded.",
            more,
        )


def _bill(outcome: Outcome, turn: Round, telling: Telling) -> Iterator[str]:
    """Who paid, or what its supporters paid for instead."""
    bill = telling.bills.get(turn.option)
    if isinstance(bill, Paid) and turn.key:
        said = reasons.PAID_AS_ABLE if bill.rest else reasons.PAID_IN_FULL
        yield str(said) % {"payers": decimal(bill.full + bill.rest), "rest": decimal(bill.rest)}
        if _is_by_cost(outcome.rule):
            yield str(reasons.UNIT_PRICE) % {"unit": decimal(turn.key)}
    elif isinstance(bill, Unpaid) and bill.start:
        said = reasons.SPENT_INSTEAD if bill.instead else reasons.NOT_SPENT
        yield str(said) % {
            "start": telling.money(bill.start),
            "left": telling.money(bill.left),
            "others": _others(bill, telling),
        }


def _others(bill: Unpaid, telling: Telling) -> str:
    """The dearest of what was paid for instead, by name, and how many more there are."""
    named = [
        f"{telling.titles.get(name, name)} ({telling.money(amount)})"
        for name, amount in bill.instead[:NAMED]
    ]
    more = len(bill.instead) - len(named)
    if more:
        named.append(ngettext("%(num)d other", "%(num)d others", more))
    return ", ".join(named)
