"""Pure counting: values in, values out; no web, no database, no clock, no ids of people.

>>> from tally import Instance, Option, Profile, count
>>> instance = Instance((Option("bench", 60), Option("trees", 50)), limit=100)
>>> ballots = [["bench"], ["bench", "trees"], ["trees"], ["bench"]]
>>> profile = Profile.of("approval", instance, ballots)
>>> count("greedy_cost", instance, profile).funded
('bench',)
"""

from tally.contest import Amount, Instance, Option
from tally.errors import (
    BallotError,
    FormatError,
    InstanceError,
    ShortSeedError,
    TallyError,
    UnknownRuleError,
)
from tally.outcome import Decision, Outcome, Round, Tie
from tally.profile import KINDS, Profile
from tally.registry import RULES, Rule, count
from tally.ties import TieOrder, by_cost, by_id, tie_order

__all__ = [
    "KINDS",
    "RULES",
    "Amount",
    "BallotError",
    "Decision",
    "FormatError",
    "Instance",
    "InstanceError",
    "Option",
    "Outcome",
    "Profile",
    "Round",
    "Rule",
    "ShortSeedError",
    "TallyError",
    "Tie",
    "TieOrder",
    "UnknownRuleError",
    "by_cost",
    "by_id",
    "count",
    "tie_order",
]
