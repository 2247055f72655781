"""The rules of a count as RCTab's configuration states them, and what settles its ties."""

from dataclasses import dataclass
from fractions import Fraction

from tally.errors import InstanceError
from tally.ranked.contest import Contest
from tally.ranked.lots import JavaDraw, Random, shuffled
from tally.ranked.preferences import Reading
from tally.ranked.ties import Ties

# RCTab's word -> ours (`preferences.OVERVOTES`).
OVERVOTE_RULES = {
    "alwaysSkipToNextRank": "skip",
    "exhaustImmediately": "end",
    "exhaustIfMultipleContinuing": "exhaust",
}
# RCTab's word -> a policy of `tally.ranked.ties`.
TIEBREAK_MODES = {
    "random": ("java",),
    "stopCountingAndAsk": ("unsettled",),
    "previousRoundCountsThenRandom": ("backwards", "java"),
    "previousRoundCountsThenAsk": ("backwards", "unsettled"),
    "useCandidateOrder": ("order",),
    "generatePermutation": ("order",),
}
SINGLE, ONE_A_ROUND, MANY_A_ROUND = (
    "singleWinnerMajority",
    "multiWinnerAllowOnlyOneWinnerPerRound",
    "multiWinnerAllowMultipleWinnersPerRound",
)
BOTTOMS_UP, BOTTOMS_UP_SHARE, MULTI_PASS = (
    "bottomsUp",
    "bottomsUpUsingPercentageThreshold",
    "multiPassIrv",
)
MODES = (SINGLE, ONE_A_ROUND, MANY_A_ROUND, BOTTOMS_UP, BOTTOMS_UP_SHARE, MULTI_PASS)
MOST_PLACES = 20


@dataclass(frozen=True)
class Rules:
    """RCTab's rules, by its names in our writing.

    Attributes
    ----------
    overvote_rule, winner_election_mode, tiebreak_mode : RCTab's words
    random_seed : of the draws; needed by ``random``, ``previousRoundCountsThenRandom`` and
        ``generatePermutation``
    max_skipped_ranks, max_rankings : None: unlimited
    exhaust_on_duplicate : a ballot ends at a candidate marked a second time
    decimal_places : of vote arithmetic in multi-seat counts, 1 to 20
    non_integer_threshold, hare_quota, first_round_determines_threshold, batch_elimination,
    continue_until_two : as RCTab's settings
    minimum_votes : all with fewer go out together first; 0: nobody
    cutoff_elimination : all below the threshold go out together first
    bottoms_up_share : of the votes that everybody left must pass, for
        ``bottomsUpUsingPercentageThreshold``
    stop_after_round : no further round is counted; None: the count goes to its end
    write_ins : the name under which undeclared write-ins are counted, if they are: they go out
        first, and nobody is elected before
    """

    overvote_rule: str = "alwaysSkipToNextRank"
    winner_election_mode: str = SINGLE
    tiebreak_mode: str = "useCandidateOrder"
    random_seed: int | None = None
    max_skipped_ranks: int | None = None
    max_rankings: int | None = None
    exhaust_on_duplicate: bool = False
    decimal_places: int = 4
    non_integer_threshold: bool = False
    hare_quota: bool = False
    first_round_determines_threshold: bool = False
    minimum_votes: int = 0
    batch_elimination: bool = False
    cutoff_elimination: bool = False
    continue_until_two: bool = False
    bottoms_up_share: Fraction = Fraction(0)
    stop_after_round: int | None = None
    write_ins: str = "Undeclared Write-ins"

    def __post_init__(self) -> None:
        """Refuse what RCTab refuses (InstanceError)."""
        for word, words in (
            (self.overvote_rule, OVERVOTE_RULES),
            (self.winner_election_mode, MODES),
            (self.tiebreak_mode, TIEBREAK_MODES),
        ):
            if word not in words:
                raise InstanceError(f"{word} is none of {', '.join(words)}")
        if not 1 <= self.decimal_places <= MOST_PLACES:
            raise InstanceError(f"1 to {MOST_PLACES} decimal places, not {self.decimal_places}")
        if self.random_seed is None and self.needs_seed:
            raise InstanceError(f"{self.tiebreak_mode} needs a random seed")

    @property
    def needs_seed(self) -> bool:
        """Whether ties are settled by draws from a seed."""
        return "java" in TIEBREAK_MODES[self.tiebreak_mode] or (
            self.tiebreak_mode == "generatePermutation"
        )

    @property
    def reading(self) -> Reading:
        """How a ballot is read."""
        return Reading(
            overvote=OVERVOTE_RULES[self.overvote_rule],
            most_skipped=self.max_skipped_ranks,
            repeats_end=self.exhaust_on_duplicate,
            most_ranks=self.max_rankings,
        )

    def ties(self, contest: Contest) -> Ties:
        """What settles the ties of one count of this contest; draws start at the seed.

        The first of the order is elected, the last of it eliminated. RCTab's order knows no
        undeclared write-ins: in a tie of candidates without a vote they do not go out.
        """
        place = {name: at for at, name in enumerate(contest.names)}
        unordered = [place.pop(self.write_ins)] if self.write_ins in place else []
        order, draws = [one for one in contest.tie_order if one not in unordered], {}
        if self.random_seed is not None and self.tiebreak_mode == "generatePermutation":
            order = [place[name] for name in shuffled(place, self.random_seed)]
        elif self.random_seed is not None:
            draws = {"java": JavaDraw(contest.names, Random(self.random_seed))}
        return Ties(TIEBREAK_MODES[self.tiebreak_mode], (*unordered, *order), draws)
