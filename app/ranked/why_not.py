"""Why somebody was not elected: a sentence or two for each reason of `tally.ranked.why_not`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.ranked.story import names_of, tie
from budget.report import decimal
from core.words import gettext as _
from tally import Amount
from tally.ranked import RANKED_RULES, RankedOutcome
from tally.ranked.explain_pairwise import Beatpath, Defeat, Locked
from tally.ranked.why_not import WhyNot, why_not


def losers(outcome: RankedOutcome) -> list[tuple[str, str]]:
    """(name, why not) of everybody who is not elected, in the order of the ranking.

    Those among whom a tie stands are not among them.
    """
    order = [one for tier in outcome.ranking for one in tier]
    order += [one for one in range(len(outcome.names)) if one not in order]
    return [
        (outcome.names[one], said(outcome, why_not(outcome, one)))
        for one in order
        if one not in outcome.winners
    ]


def said(outcome: RankedOutcome, why: WhyNot) -> str:
    """Why the candidate was not elected, in words."""
    return " ".join([_SAID[why.code](outcome, why), *(tie(outcome, met) for met in why.ties)])


def strength(rule_id: str, amount: Amount) -> str:
    """How strong a defeat is, as the rule measures it: votes, a lead, or a share."""
    kind = RANKED_RULES[rule_id].fixed.get("strength")
    if kind == "ratio":
        return f"{decimal(100 * amount)}%"
    if kind == "margin":
        return _("a lead of %(votes)s", votes=decimal(amount))
    return _("%(number)s votes", number=decimal(amount))


def chain(outcome: RankedOutcome, defeats: tuple[Defeat, ...]) -> str:
    """Defeats with their votes, one after another."""
    return "; ".join(
        _(
            "%(winner)s over %(loser)s, %(votes)s to %(against)s",
            winner=outcome.names[one.winner], loser=outcome.names[one.loser],
            votes=decimal(one.votes), against=decimal(one.against),
        )
        for one in defeats
    )  # fmt: skip


def _figures(outcome: RankedOutcome, why: WhyNot) -> dict[str, object]:
    """All figures that a sentence may name."""
    return {
        "round": why.round,
        **{
            name: "" if amount is None else decimal(amount)
            for name, amount in (
                ("votes", why.votes),
                ("rival_votes", why.rival_votes),
                ("gap", why.gap),
                ("together_votes", why.together_votes),
            )
        },
        "rival": "" if why.rival is None else outcome.names[why.rival],
    }


def _withdrawn(_outcome: RankedOutcome, _why: WhyNot) -> str:
    return _("Had withdrawn before the count.")


def _undecided(_outcome: RankedOutcome, _why: WhyNot) -> str:
    return _("Can still be elected: a tie stands that nothing in the rule settles.")


def _tie_lost(_outcome: RankedOutcome, _why: WhyNot) -> str:
    return _("Stood level with whoever is elected.")


def _stopped(outcome: RankedOutcome, why: WhyNot) -> str:
    return _("Still stood with %(votes)s votes when the count was ended.", **_figures(outcome, why))


def _eliminated(outcome: RankedOutcome, why: WhyNot) -> str:
    figures = _figures(outcome, why)
    if why.rival is None:
        return _("Went out in round %(round)s with %(votes)s votes.", **figures)
    if len(why.together) > 1:
        return _(
            "Went out in round %(round)s with %(votes)s votes: all who went out together had "
            "%(together_votes)s, and %(rival)s, the next above, had %(rival_votes)s.",
            **figures,
        )  # fmt: skip
    return _(
        "Went out in round %(round)s with %(votes)s votes; %(rival)s, the next above, had "
        "%(rival_votes)s.",
        **figures,
    )  # fmt: skip


def _seats_filled(outcome: RankedOutcome, why: WhyNot) -> str:
    told = _(
        "Never went out, and had %(votes)s votes in round %(round)s.", **_figures(outcome, why)
    )
    if why.rival is not None:
        told += " " + _(
            "The last seat went to %(rival)s with %(rival_votes)s.", **_figures(outcome, why)
        )
    if why.surplus is not None:
        told += " " + _(
            "Of the last surplus that moved, %(moved)s votes from %(sources)s, %(gained)s came "
            "here.",
            sources=names_of(outcome, why.surplus.sources),
            moved=decimal(why.surplus.moved),
            gained=decimal(why.surplus.gained),
        )
    return told


def _fewer(outcome: RankedOutcome, why: WhyNot) -> str:
    figures = _figures(outcome, why)
    rule = RANKED_RULES[outcome.rule].function
    if rule in ("borda", "score") or (rule == "star" and why.round == 1):
        return _("Has %(votes)s points; %(rival)s has %(rival_votes)s.", **figures)
    if rule == "copeland":
        told = _("Wins less losses: %(votes)s; those of %(rival)s: %(rival_votes)s.", **figures)
        return " ".join([told, *_beaten_by(outcome, why)])
    return _("Has %(votes)s votes; %(rival)s has %(rival_votes)s.", **figures)


def _beaten_by(outcome: RankedOutcome, why: WhyNot) -> list[str]:
    if not why.defeats:
        return []
    names = names_of(outcome, [defeat.winner for defeat in why.defeats])
    return [_("Beaten by: %(names)s.", names=names)]


def _worse_defeat(outcome: RankedOutcome, why: WhyNot) -> str:
    return _(
        "The worst defeat: %(worst)s; that of %(rival)s: %(least)s.",
        rival="" if why.rival is None else outcome.names[why.rival],
        worst=strength(outcome.rule, why.votes or 0),
        least=strength(outcome.rule, why.rival_votes or 0),
    ) + "".join(" " + told for told in _beaten_by(outcome, why))


def _beatpath(outcome: RankedOutcome, why: WhyNot) -> str:
    path = why.witness
    assert isinstance(path, Beatpath)  # noqa: S101 - what this code holds
    told = _(
        "A chain of defeats leads here: %(chain)s; its weakest counts %(strength)s.",
        chain=chain(outcome, path.defeats), strength=strength(outcome.rule, path.strength),
    )  # fmt: skip
    if not path.back:
        return told + " " + _("No chain leads back.")
    return (
        told
        + " "
        + _(
            "The strongest one back counts only %(strength)s.",
            strength=strength(outcome.rule, path.back),
        )
    )


def _locked(outcome: RankedOutcome, why: WhyNot) -> str:
    found = why.witness
    assert isinstance(found, Locked)  # noqa: S101 - what this code holds
    told = _("Below by what is locked: %(chain)s.", chain=chain(outcome, found.defeats))
    if found.dropped:
        told += " " + _(
            "Not locked, since it would close a circle: %(chain)s.",
            chain=chain(outcome, found.dropped),
        )
    return told


def _outside(outcome: RankedOutcome, why: WhyNot) -> str:
    return _("Below the group: %(chain)s.", chain=chain(outcome, why.defeats))


def _costlier(outcome: RankedOutcome, why: WhyNot) -> str:
    if why.votes is None:
        return _("Stands first in no order that agrees with as many votes.")
    return _(
        "The best order with this candidate first agrees with %(votes)s votes; the best of all "
        "with %(rival_votes)s.",
        **_figures(outcome, why),
    )  # fmt: skip


_SAID: Mapping[str, Callable[[RankedOutcome, WhyNot], str]] = MappingProxyType(
    {
        "withdrawn": _withdrawn,
        "undecided": _undecided,
        "tie_lost": _tie_lost,
        "eliminated": _eliminated,
        "seats_filled": _seats_filled,
        "stopped": _stopped,
        "fewer": _fewer,
        "worse_defeat": _worse_defeat,
        "beatpath": _beatpath,
        "locked": _locked,
        "outside_set": _outside,
        "costlier_order": _costlier,
    }
)
