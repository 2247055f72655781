"""What people call the rules on ranked ballots, and how each of them counts."""

from collections.abc import Mapping
from types import MappingProxyType

from core.words import LazyString
from core.words import lazy_gettext as _l
from tally.ranked import RANKED_RULES

# Rule of counting -> its name for people.
NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "plurality": _l("Plurality: the most first choices"),
        "borda": _l("Borda count"),
        "borda_symmetric": _l("Borda count, points for and against"),
        "borda_truncated": _l("Borda count, nothing for the unranked"),
        "bucklin": _l("Bucklin"),
        "copeland": _l("Copeland: the most wins one against one"),
        "minimax_winning": _l("Minimax by winning votes"),
        "minimax_margin": _l("Minimax by margins"),
        "minimax_opposition": _l("Minimax by opposing votes"),
        "schulze_winning": _l("Schulze by winning votes"),
        "schulze_margin": _l("Schulze by margins"),
        "schulze_ratio": _l("Schulze by ratios"),
        "ranked_pairs_winning": _l("Ranked pairs by winning votes"),
        "ranked_pairs_margin": _l("Ranked pairs by margins"),
        "ranked_pairs_ratio": _l("Ranked pairs by ratios"),
        "kemeny": _l("Kemeny"),
        "smith": _l("Smith set"),
        "schwartz": _l("Schwartz set"),
        "star": _l("STAR: points, then a run-off of two"),
        "score": _l("Score: the most points"),
        "approval": _l("Approval: named on the most ballots"),
        "irv": _l("Instant run-off (IRV)"),
        "rctab": _l("Rounds by a city's own settings (RCTab)"),
        "scottish": _l("Single transferable vote (STV) of Scotland"),
        "wigm": _l("Weighted STV in exact fractions"),
        "wigm_prf": _l("Weighted STV to four decimals"),
        "meek": _l("STV by Meek's method"),
        "meek_prf": _l("STV by Meek's method, reference rule"),
    }
)

_TRANSFER = _l(
    "Whoever reaches the quota is elected, and what is above it moves on to the next choices as "
    "parts of votes; where nobody reaches it, the last one goes out and those ballots move on."
)
# Function of a rule -> how it counts.
_HOW: Mapping[str, tuple[LazyString, ...]] = MappingProxyType(
    {
        "plurality": (
            _l("Each ballot counts for the candidate whom it puts first; the most votes win."),
        ),
        "borda": (_l("Each place on a ballot is worth points; the most points win."),),
        "bucklin": (
            _l(
                "First choices are counted; as long as nobody has more than half of the ballots, "
                "the next choices of all ballots are added."
            ),
        ),
        "copeland": (
            _l(
                "Every two candidates are compared; whoever has the most wins, the losses taken "
                "off, is elected."
            ),
        ),
        "minimax": (
            _l("Every two candidates are compared; whose worst defeat is the mildest is elected."),
        ),
        "schulze": (
            _l(
                "Every two candidates are compared. A chain of defeats is as strong as the weakest "
                "of them; elected is whoever reaches each other candidate by a chain no weaker "
                "than the one back."
            ),
        ),
        "ranked_pairs": (
            _l(
                "Every two candidates are compared. Defeats are locked from the strongest on, but "
                "none that would close a circle; elected is whoever no locked defeat is against."
            ),
        ),
        "kemeny": (
            _l(
                "Of all orders of the candidates, the one that goes against the fewest votes, pair "
                "by pair; its first is elected."
            ),
        ),
        "smith": (
            _l(
                "Every two candidates are compared; left is the smallest group in which each beats "
                "everybody outside."
            ),
        ),
        "schwartz": (
            _l(
                "Every two candidates are compared; left are the smallest groups that nobody "
                "outside beats."
            ),
        ),
        "star": (
            _l(
                "The points of all ballots are added; of the two with the most, the one whom more "
                "ballots prefer is elected."
            ),
        ),
        "score": (_l("The points of all ballots are added; the most points win."),),
        "approval": (_l("Each ballot counts for everybody whom it names; the most ballots win."),),
        "irv": (
            _l(
                "Each ballot counts for the first of its candidates who still stands. As long as "
                "nobody has more than half, the last one goes out and those ballots move on."
            ),
        ),
        "rctab": (
            _l(
                "Ballots count for the first of their candidates who still stand, round by round; "
                "a city's settings say who is elected, who goes out and which ballots are doubtful."
            ),
        ),
        "scottish": (_TRANSFER, _l("Parts of votes are cut to five decimals.")),
        "wigm": (_TRANSFER, _l("Parts of votes are exact fractions.")),
        "wigm_prf": (_TRANSFER, _l("Parts of votes are cut to four decimals.")),
        "meek": (
            _l(
                "Ballots count as if those who are out had never stood, and the elected keep just "
                "as much of every vote as leaves them the quota, which falls when ballots end."
            ),
        ),
        "meek_prf": (
            _l(
                "Ballots count as if those who are out had never stood, and the elected keep just "
                "as much of every vote as leaves them the quota, to nine decimals."
            ),
        ),
    }
)
# Word that a rule's id fixes -> what it means.
_DETAIL: Mapping[object, LazyString] = MappingProxyType(
    {
        "shared": _l(
            "Of n candidates the first has n points, each next one less; those whom a ballot does "
            "not rank share what is left."
        ),
        "symmetric": _l(
            "A candidate has a point for each one ranked below, less one for each ranked above."
        ),
        "truncated": _l(
            "Of n candidates the first has n - 1 points, each next one less; those whom a ballot "
            "does not rank have none."
        ),
        "winning": _l("A defeat is as strong as the votes for its winner are many."),
        "margin": _l("A defeat is as strong as its winner's lead is large."),
        "ratio": _l("A defeat is as strong as its winner's share of both sides' votes is large."),
        "opposition": _l("All votes for the other count, even where that is no defeat."),
    }
)


def how(rule_id: str) -> str:
    """How a rule counts, in a sentence or two."""
    rule = RANKED_RULES[rule_id]
    said = [*_HOW[rule.function], *(_DETAIL[word] for word in rule.fixed.values())]
    return " ".join(map(str, said))


# What settled a tie (`tally.ranked.ties`), in words.
BY: Mapping[str, LazyString] = MappingProxyType(
    {
        "forwards": _l("earliest round that differs"),
        "backwards": _l("latest round that differs"),
        "order": _l("the order of the contest"),
        "first": _l("the first in the order of the contest"),
        "lot": _l("lot"),
        "java": _l("RCTab's lot"),
    }
)

# Why ballots count for nobody any more (`Count.exhausted`), with how many.
ENDED: Mapping[str, LazyString] = MappingProxyType(
    {
        "no further choice": _l("%(votes)s without a further choice"),
        "overvote": _l("%(votes)s at a rank marked for several"),
        "skipped ranks": _l("%(votes)s at ranks left out"),
        "duplicate": _l("%(votes)s at a candidate marked twice"),
        "no choice": _l("%(votes)s without any choice"),
        "rounding": _l("%(votes)s lost by rounding"),
        "residual surplus": _l("%(votes)s of surplus lost by rounding"),
        "final round surplus": _l("%(votes)s of surplus after the last seat"),
    }
)
