"""The story of an outcome: a sentence for each option, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.words import gettext as _
from core.words import ngettext
from tally import Amount, Decision, Outcome, Round

Show = Callable[[Amount], str]  # an amount of money as people read it


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


def lines(outcome: Outcome, show: Show) -> list[Line]:
    """Every option with its reason, in the order of turns."""
    funded: list[Round] = []
    told = []
    for place, turn in enumerate(outcome.rounds, start=1):
        told.append(Line(turn, place, _reason(outcome, turn, place, funded, show)))
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


def support_words(support: Amount, rule: str) -> str:
    """“43 votes”, or points where the rule counts points."""
    if rule == "greedy_score":
        return _("%(points)s points", points=_plain(support))
    number = int(support)
    return ngettext("%(num)d vote", "%(num)d votes", number)


def _reason(outcome: Outcome, turn: Round, place: int, funded: list[Round], show: Show) -> str:
    facts = {
        "support": support_words(turn.support, outcome.rule),
        "place": place,
        "cost": show(turn.cost),
        "left": show(turn.left),
        "over": show(turn.cost - turn.left),
    }
    if turn.decision is Decision.FUNDED:
        return _(
            "%(support)s, place %(place)s: its %(cost)s fit in the %(left)s that was left.", **facts
        )
    if turn.decision is Decision.TOO_FEW_VOTES:
        least = dict(outcome.parameters)["minimum_votes"]
        return _("%(support)s: fewer than the %(least)s that are needed.", least=least, **facts)
    if turn.decision is Decision.AFTER_THE_STOP:
        return _(
            "%(support)s, place %(place)s: the list had ended at a project that did not fit.",
            **facts,
        )
    said = _(
        "%(support)s, place %(place)s: of its %(cost)s only %(left)s was left, %(over)s short.",
        **facts,
    )
    more = votes_needed(outcome, turn, funded)
    if more is None:
        return said
    return (
        said
        + " "
        + ngettext(
            "With %(num)d vote more it would have been funded.",
            "With %(num)d votes more it would have been funded.",
            more,
        )
    )


def votes_needed(outcome: Outcome, turn: Round, funded: list[Round]) -> int | None:
    """The fewest more votes with which this option alone would have been funded, exactly.

    Only for greedy by votes: with more votes the option's turn comes earlier, while everything
    before that turn goes as it went. So it is the distance to the latest turn at which the money
    still sufficed. One vote more than that turn's votes is surely enough; level votes would leave
    it to the tie order. None where no number of votes helps or the rule orders by something else.

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


def _plain(amount: Amount) -> str:
    exact = Fraction(amount)
    return str(exact.numerator) if exact.denominator == 1 else f"{float(exact):.2f}"
