"""Scottish STV, the law for council elections in Scotland: weighted ballots to five decimals.

Laws: a majority of more than k quotas for one set of candidates elects k of them, but for what is
cut off in rounding; all votes are told in every stage: for whom, not transferable, or cut off.

References
----------
The Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45 to 52.
"""

from tally.contest import Amount
from tally.ranked.ballots import Ballots
from tally.ranked.contest import Contest
from tally.ranked.gregory import Manner, count
from tally.ranked.outcome import RankedOutcome
from tally.ranked.ties import Ties

PLACES = 10**5


def scottish(
    contest: Contest, rankings: Ballots, ties: Ties, *, overvote: str = "end"
) -> RankedOutcome:
    """Scottish STV.

    Parameters
    ----------
    ties : the law looks back to the latest earlier stage with a difference, then draws a lot:
        a policy ``("backwards", "order")``, with the lot as the contest's order
    overvote : a paper counts up to the first rank that several share (rule 45), ``end``

    Returns
    -------
    The elected in the order of election, a stage a round, votes exact to five decimals; where a
    tie is left unsettled, all who still stood come last.

    Raises
    ------
    InstanceError : nobody stands, an unfit word.
    """
    return count(MANNER, contest, rankings, ties, overvote)


def _quota(valid: Amount, seats: int) -> Amount:
    """Rule 46: divide, ignore decimals, add one."""
    return (int(valid // (seats + 1)) + 1) * PLACES


def _transfer(value: Amount, surplus: Amount, votes: Amount) -> Amount:
    """Rule 48 (3): surplus times value over votes, five decimals, the remainder ignored."""
    return int(surplus * value // votes)


MANNER = Manner("scottish", PLACES, _quota, _transfer)
