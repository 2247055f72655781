"""The weighted inclusive Gregory method: STV in which all ballots of the elected move on, weighted.

`wigm` counts in exact fractions, so that nothing is rounded; `wigm_prf` is the reference rule of
the Proportional Representation Foundation, to four decimals.

Laws: Droop proportionality for solid coalitions (`wigm` exactly); all votes are told in every
round.

References
----------
J. B. Gregory (1880); Proportional Representation Foundation, Reference WIGM Rule (2011).
"""

from fractions import Fraction

from tally.contest import Amount
from tally.ranked.ballots import Ballots
from tally.ranked.contest import Contest
from tally.ranked.gregory import Manner, count
from tally.ranked.outcome import RankedOutcome
from tally.ranked.ties import Ties

PLACES = 10**4


def wigm(
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    *,
    overvote: str = "end",
    batch: bool = False,
) -> RankedOutcome:
    """Exact: more than ballots / (seats + 1) elects, and ballots keep fractions of a vote.

    Parameters
    ----------
    overvote : how a shared rank is read, a word of `preferences.OVERVOTES`
    batch : put out together all who cannot reach the next one up even with each other's votes

    Raises
    ------
    InstanceError : nobody stands, an unfit word.
    """
    return count(EXACT, contest, rankings, ties, overvote, batch=batch)


def wigm_prf(
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    *,
    overvote: str = "end",
    batch: bool = False,
) -> RankedOutcome:
    """To four decimals, rounded down: ballots / (seats + 1) + 0.0001 elects. As `wigm` else."""
    return count(PRF, contest, rankings, ties, overvote, batch=batch)


def _exact_quota(valid: Amount, seats: int) -> Amount:
    return Fraction(valid) / (seats + 1)


def _exact_transfer(value: Amount, surplus: Amount, votes: Amount) -> Amount:
    return Fraction(value * surplus) / votes


def _prf_quota(valid: Amount, seats: int) -> Amount:
    return int(valid * PLACES // (seats + 1)) + 1


def _prf_transfer(value: Amount, surplus: Amount, votes: Amount) -> Amount:
    """Value times surplus, then divided by the votes, each rounded down to four decimals."""
    return int(int(value * surplus // PLACES) * PLACES // votes)


EXACT = Manner("wigm", 0, _exact_quota, _exact_transfer, over=True, generic=True)
PRF = Manner("wigm_prf", PLACES, _prf_quota, _prf_transfer, generic=True)
