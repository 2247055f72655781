"""Assertions of a run-off for an audit by SHANGRLA: assorters, overstatements, and its JSON.

An *assorter* gives each ballot 1 if it speaks for the winner of an assertion, 0 if for the loser,
and 1/2 if for neither. The assertion holds exactly if the mean over all ballots is above 1/2; the
mean is 1/2 plus the margin over twice the ballots. An audit that compares ballots with their
records needs the *overstatement*, by how much the record says more than the ballot.

Ballots are looked at here one by one, as a person reads them, and share nothing with the search.

References
----------
P. B. Stark, Sets of Half-Average Nulls Generate Risk-Limiting Audits: SHANGRLA (Financial
Cryptography 2020), sections 2.5.1 and 3.2. The JSON is what the RAIRE tools wrote for San Francisco
2019 and what SHANGRLA reads: ``WINNER_ONLY`` is NEB, ``IRV_ELIMINATION`` is NEN.
"""

import json
from collections.abc import Sequence
from fractions import Fraction

from tally.contest import Amount
from tally.ranked.ballots import Rankings, Tiers
from tally.ranked.contest import Contest
from tally.ranked.raire import NEB, Assertion, Assertions

Ballot = tuple[int, ...]  # whom it ranks, best first, nobody twice
HALF = Fraction(1, 2)
TYPES = {NEB: "WINNER_ONLY", "NEN": "IRV_ELIMINATION"}


def assorter(assertion: Assertion, ballot: Ballot) -> Fraction:
    """1, 1/2 or 0: for the winner of the assertion, for neither, for the loser.

    >>> nen = Assertion("NEN", 2, 1, (1, 2), 1)
    >>> [str(assorter(nen, ballot)) for ballot in [(0, 2), (0,), (1, 2)]]
    ['1', '1/2', '0']
    """
    return Fraction(1 + speaks(assertion, ballot), 2)


def speaks(assertion: Assertion, ballot: Ballot) -> int:
    """1: the ballot speaks for the winner of the assertion; -1: for the loser; 0: for neither."""
    winner, loser = assertion.winner, assertion.loser
    if assertion.kind == NEB:
        if ballot[:1] == (winner,):
            return 1
        first = next((one for one in ballot if one in (winner, loser)), None)
        return -1 if first == loser else 0
    holder = next((one for one in ballot if one in assertion.standing), None)
    return (holder == winner) - (holder == loser)


def counted(ballot: Tiers, contest: Contest) -> Ballot:
    """Whom a ballot ranks in a run-off, best first: shared ranks are passed over.

    >>> counted(((1,), (0, 2), (), (1,), (3,)), Contest.of(*"abcd"))
    (1, 3)
    """
    single = dict.fromkeys(tier[0] for tier in ballot if len(tier) == 1)
    return tuple(one for one in single if one < contest.size and one not in contest.withdrawn)


def margins_of(
    assertions: Sequence[Assertion], contest: Contest, rankings: Rankings
) -> tuple[Amount, ...]:
    """By how many votes each assertion holds on these ballots, added up ballot by ballot.

    >>> contest, rankings = Contest.of("Ada", "Bo"), Rankings.of(2, [(0,), (1,)], [3, 1])
    >>> margins_of([Assertion("NEB", 0, 1, (), 0)], contest, rankings)
    (2,)
    """
    cast = [(counted(tiers, contest), weight) for tiers, weight in rankings.rows()]
    return tuple(
        sum((speaks(one, ballot) * weight for ballot, weight in cast), 0) for one in assertions
    )


def overstatement(assertion: Assertion, record: Ballot | None, ballot: Ballot | None) -> Fraction:
    """By how much the record of a ballot says more for an assertion than the ballot; -1 to 1.

    Parameters
    ----------
    record : whom the cast vote record ranks; None: there is no record, which counts as 1/2
    ballot : whom the ballot ranks; None: it was not found, which counts as 0
    """
    said = HALF if record is None else assorter(assertion, record)
    return said - (0 if ballot is None else assorter(assertion, ballot))


def overstatement_assorter(
    assertion: Assertion, ballots: int, record: Ballot | None, ballot: Ballot | None
) -> Fraction:
    """What a comparison audit draws: above 1/2 on average exactly if the assertion holds.

    ``(1 - overstatement) / (2 - margin / ballots)``; assorters here are at most 1.

    >>> str(overstatement_assorter(Assertion("NEB", 0, 1, (), 50), 100, (0, 1), (0, 1)))
    '2/3'
    """
    share = Fraction(assertion.margin, ballots)
    return (1 - overstatement(assertion, record, ballot)) / (2 - share)


def to_shangrla(
    found: Assertions, contest: Contest, *, name: str = "1", ids: Sequence[str] = (),
    risk_limit: str = "0.05",
) -> str:  # fmt: skip
    """The assertions as SHANGRLA reads them, indented JSON.

    Parameters
    ----------
    name : of the contest in the cast vote records
    ids : length m, of the candidates there; empty: their numbers from 0
    risk_limit : the greatest chance that a wrong winner stands, with a decimal point

    Notes
    -----
    ``margin`` is ours; the tools pass over it. How many ballots to expect is not told: that goes
    with the test that the auditors choose.
    """
    ids = ids or [str(one) for one in range(contest.size)]
    audit = {
        "contest": name,
        "winner": ids[found.winner],
        "eliminated": [ids[one] for one in found.order[:-1]],
        "assertions": [_told(one, contest, ids) for one in found.assertions],
    }
    body = {
        "Ballots involved in audit (#)": str(found.ballots),
        "parameters": {"risk_limit": risk_limit},
        "audits": [audit],
    }
    return json.dumps(body, indent=4, ensure_ascii=False) + "\n"


def _told(one: Assertion, contest: Contest, ids: Sequence[str]) -> dict[str, object]:
    gone = [ids[other] for other in contest.standing if other not in one.standing]
    return {
        "winner": ids[one.winner],
        "loser": ids[one.loser],
        "already_eliminated": "" if one.kind == NEB else gone,
        "assertion_type": TYPES[one.kind],
        "margin": one.margin,
    }
