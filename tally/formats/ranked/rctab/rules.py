"""The section ``rules`` of a configuration as `Rules`; what RCTab refuses is refused."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from tally.formats.ranked.rctab.candidates import WRITE_INS
from tally.formats.ranked.rctab.section import Section
from tally.ranked.rctab_rules import (
    BOTTOMS_UP,
    BOTTOMS_UP_SHARE,
    MANY_A_ROUND,
    MODES,
    MOST_PLACES,
    MULTI_PASS,
    ONE_A_ROUND,
    OVERVOTE_RULES,
    SINGLE,
    TIEBREAK_MODES,
    Rules,
)

_MOST = 2**31 - 1
_MOST_SEED = 2**47 - 1
_UNLIMITED: Mapping[str, str] = MappingProxyType(
    {"maxSkippedRanksAllowed": "unlimited", "maxRankingsAllowed": "max"}
)
_DRAWN = ("random", "previousRoundCountsThenRandom", "generatePermutation")
# Labels that stood here in version 1.0, and stand with the sources since.
OLD_LABELS = (
    "overvoteLabel", "undervoteLabel", "undeclaredWriteInLabel", "treatBlankAsUndeclaredWriteIn",
)  # fmt: skip
_KNOWN = (
    "tiebreakMode", "overvoteRule", "winnerElectionMode", "randomSeed", "numberOfWinners",
    "multiSeatBottomsUpPercentageThreshold", "decimalPlacesForVoteArithmetic",
    "minimumVoteThreshold", "maxSkippedRanksAllowed", "maxRankingsAllowed",
    "nonIntegerWinningThreshold", "doesFirstRoundDetermineThreshold", "hareQuota",
    "batchElimination", "cutoffElimination", "continueUntilTwoCandidatesRemain",
    "stopTabulationEarlyAfterRound", "exhaustOnDuplicateCandidate", "rulesDescription",
    *OLD_LABELS,
)  # fmt: skip
# Words of version 1 -> those of version 2.
_OLD_TIEBREAKS: Mapping[str, str] = MappingProxyType(
    {
        "interactive": "stopCountingAndAsk",
        "previousRoundCountsThenInteractive": "previousRoundCountsThenAsk",
        "usePermutationInConfig": "useCandidateOrder",
    }
)
_OLD_MODES: Mapping[str, str] = MappingProxyType(
    {
        "singleSeatContinueUntilTwoCandidatesRemain": SINGLE,
        "multiSeatAllowOnlyOneWinnerPerRound": ONE_A_ROUND,
        "multiSeatSequentialWinnerTakesAll": MULTI_PASS,
    }
)


def rules_of(said: Section) -> tuple[Rules, int]:
    """The rules, and the number of seats.

    Raises
    ------
    FormatError : a setting that is unknown, out of its bounds, or at odds with another.
    """
    said.refuse_unknown(_KNOWN)
    told = said.text("winnerElectionMode")
    seats = said.needed("numberOfWinners", 0, _MOST)
    tiebreak = said.text("tiebreakMode")
    if tiebreak not in _OLD_TIEBREAKS:
        tiebreak = said.word("tiebreakMode", TIEBREAK_MODES)
    overvote = said.word("overvoteRule", OVERVOTE_RULES)
    mode = _mode(said, told, seats)
    rules = Rules(
        overvote_rule=overvote,
        winner_election_mode=mode,
        tiebreak_mode=_OLD_TIEBREAKS.get(tiebreak, tiebreak),
        random_seed=_seed(said, tiebreak),
        max_skipped_ranks=_limit(said, "maxSkippedRanksAllowed", 0),
        max_rankings=_limit(said, "maxRankingsAllowed", 1),
        exhaust_on_duplicate=said.flag("exhaustOnDuplicateCandidate"),
        decimal_places=said.needed("decimalPlacesForVoteArithmetic", 1, MOST_PLACES),
        non_integer_threshold=said.flag("nonIntegerWinningThreshold"),
        hare_quota=said.flag("hareQuota"),
        first_round_determines_threshold=said.flag("doesFirstRoundDetermineThreshold"),
        minimum_votes=said.whole("minimumVoteThreshold", 0, _MOST) or 0,
        batch_elimination=said.flag("batchElimination"),
        cutoff_elimination=said.flag("cutoffElimination"),
        continue_until_two=said.flag("continueUntilTwoCandidatesRemain")
        or told == "singleSeatContinueUntilTwoCandidatesRemain",
        bottoms_up_share=said.decimal("multiSeatBottomsUpPercentageThreshold", 1, 100) / 100
        if mode == BOTTOMS_UP_SHARE
        else Fraction(0),
        stop_after_round=said.whole("stopTabulationEarlyAfterRound", 1, _MOST),
        write_ins=WRITE_INS,
    )
    _refuse_clashes(said, rules, seats)
    return rules, seats or 1


def _mode(said: Section, told: str, seats: int) -> str:
    if told == "standard":
        return MANY_A_ROUND if seats > 1 else SINGLE
    if told == "multiSeatBottomsUp":
        has_share = not seats or said.text("multiSeatBottomsUpPercentageThreshold")
        return BOTTOMS_UP_SHARE if has_share else BOTTOMS_UP
    return _OLD_MODES.get(told) or said.word("winnerElectionMode", MODES)


def _seed(said: Section, tiebreak: str) -> int | None:
    if tiebreak in _DRAWN:
        return said.needed("randomSeed", -_MOST_SEED - 1, _MOST_SEED)
    return said.whole("randomSeed", -_MOST_SEED - 1, _MOST_SEED)


def _limit(said: Section, name: str, least: int) -> int | None:
    """A number from `least`; None: unlimited."""
    return None if said.text(name) == _UNLIMITED[name] else said.needed(name, least, _MOST)


def _refuse_clashes(said: Section, rules: Rules, seats: int) -> None:
    mode, several = rules.winner_election_mode, seats > 1
    is_stv = mode in (ONE_A_ROUND, MANY_A_ROUND)
    by_share = mode == BOTTOMS_UP_SHARE
    clashes = (
        ("numberOfWinners", bool(seats) == by_share),
        ("winnerElectionMode", (seats == 1 and mode != SINGLE) or (several and mode == SINGLE)),
        ("continueUntilTwoCandidatesRemain", rules.continue_until_two
            and several and mode != MULTI_PASS),
        ("batchElimination", rules.batch_elimination
            and ((several and mode != MULTI_PASS) or by_share)),
        ("doesFirstRoundDetermineThreshold", rules.first_round_determines_threshold and several),
        ("nonIntegerWinningThreshold", rules.non_integer_threshold and not is_stv),
        ("hareQuota", rules.hare_quota and (not is_stv or rules.non_integer_threshold)),
    )  # fmt: skip
    for name, clash in clashes:
        if clash:
            raise said.fault("rctab_clash", name)
