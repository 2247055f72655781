"""Ranked choice voting by RCTab's rules: instant run-off and STV as United States cities set them.

Every setting of RCTab that decides an outcome is in `Rules`; a count that it can run gives the
same rounds here: votes, threshold, who is elected and who goes out, inactive ballots by reason,
residual surplus.

References
----------
Ranked Choice Voting Resource Center and Bright Spots, RCTab, configuration file documentation.
"""

from dataclasses import replace

from tally.contest import Amount
from tally.errors import InstanceError
from tally.ranked.ballots import Ballots
from tally.ranked.contest import Contest
from tally.ranked.lots import JavaDraw, Random
from tally.ranked.outcome import Count, RankedOutcome
from tally.ranked.rctab_count import Counting
from tally.ranked.rctab_rules import MULTI_PASS, SINGLE, Rules
from tally.ranked.ties import Ties
from tally.ranked.transfers import Box


def rctab(
    contest: Contest, rankings: Ballots, ties: Ties, *, rules: Rules | None = None
) -> RankedOutcome:
    """The count under these rules.

    Parameters
    ----------
    contest : `withdrawn` are RCTab's excluded candidates
    ties : `rules.ties(contest)` for RCTab's own
    rules : None: RCTab's simplest, one seat by majority of continuing ballots

    Returns
    -------
    The elected by rounds, those of one round by their votes. The passes of a multi-pass count
    follow each other in `rounds`.

    Raises
    ------
    InstanceError : nobody stands.
    BallotError : the ballots are over another number of candidates.
    """
    rules = rules or Rules()
    if not contest.standing:
        raise InstanceError("nobody stands")
    if rules.winner_election_mode != MULTI_PASS:
        held = _run(contest, rankings, ties, rules)
        return _outcome(contest, rankings.ballots, rules, held)
    rounds: list[Count] = []
    winners: list[int] = []
    single = replace(rules, winner_election_mode=SINGLE)
    for _ in range(min(contest.seats, len(contest.standing))):
        one = replace(contest, seats=1, withdrawn=contest.withdrawn.union(winners))
        met = len(ties.met)
        draw = ties.draws.get("java")
        if isinstance(draw, JavaDraw) and rules.random_seed is not None:
            draw.random = Random(rules.random_seed)  # the draws of each pass begin at the seed
        held = _run(one, rankings, ties, single)
        # A tie is told with its round of the whole count, not of the pass.
        ties.met[met:] = [replace(tie, round=tie.round + len(rounds)) for tie in ties.met[met:]]
        rounds += held.rounds
        winners += held.winners
        if len(held.winners) != 1:
            break
    held.rounds, held.winners = rounds, winners
    return _outcome(contest, rankings.ballots, rules, held)


def _run(contest: Contest, rankings: Ballots, ties: Ties, rules: Rules) -> Counting:
    box = Box.of(rankings, contest, rules.reading)
    held = Counting(rules, contest, box, rankings.weights_unit, ties)
    held.run()
    return held


def _outcome(contest: Contest, ballots: Amount, rules: Rules, held: Counting) -> RankedOutcome:
    said = {name: getattr(rules, name) for name in Rules.__dataclass_fields__}
    share = said.pop("bottoms_up_share")  # exact, so among the facts
    return RankedOutcome(
        rule="rctab",
        parameters=tuple(
            sorted((name, value) for name, value in said.items() if value is not None)
        ),
        names=contest.names,
        ballots=ballots,
        seats=contest.seats,
        winners=tuple(held.winners),
        rounds=tuple(held.rounds),
        ties=tuple(held.ties.met),
        facts=(("bottoms_up_share", share),),
    )
