"""Why an option is funded or not: one sentence for each way of it, by the family of rules."""

from collections.abc import Mapping
from types import MappingProxyType

from core.words import LazyString
from core.words import lazy_gettext as _l

# Family of rules, stage, decision, circumstance -> sentence; the most particular one that stands
# here is said (`_reason`). The family is the rule's id up to its first "_".
REASONS: Mapping[str, LazyString] = MappingProxyType(
    {
        "funded": _l(
            "%(support)s, place %(place)s: its %(cost)s fit in the %(left)s that was left."
        ),
        "too_few_votes": _l("%(support)s: fewer than the %(least)s that are needed."),
        "after_the_stop": _l(
            "%(support)s, place %(place)s: the list had ended at a project that did not fit."
        ),
        "does_not_fit": _l(
            "%(support)s, place %(place)s: of its %(cost)s only %(left)s was left, %(over)s short."
        ),
        "funded.free": _l("It costs nothing."),
        "does_not_fit.too_dear": _l("Its %(cost)s is more than all the money there is, %(limit)s."),
        "not_chosen.too_dear": _l("Its %(cost)s is more than all the money there is, %(limit)s."),
        "unaffordable.unsupported": _l("Nobody voted for it, so nobody paid for it."),
        "rival_funded": _l("%(support)s: a project that excludes it is funded."),
        "partner_missing": _l("%(support)s: it needs a project that is not funded."),
        "unaffordable": _l("%(support)s: what its supporters had left did not pay its %(cost)s."),
        "not_chosen": _l("%(support)s: the money serves the voters better without it."),
        "mes.funded": _l(
            "%(support)s: its supporters paid its %(cost)s out of their shares, nobody more than "
            "%(each)s."
        ),
        "mes.funded.points": _l(
            "%(support)s: its supporters paid its %(cost)s out of their shares, nobody more than "
            "%(each)s for each point."
        ),
        "mes.completion.funded": _l(
            "%(support)s: its supporters' shares did not pay for it, but its %(cost)s fit in the "
            "%(left)s left in the end."
        ),
        "mes.completion.funded.unsupported": _l(
            "%(support)s: nobody's share was for it, but its %(cost)s fit in the %(left)s left in "
            "the end."
        ),
        "mes.completion.does_not_fit": _l(
            "%(support)s: its supporters' shares did not pay for it, and of its %(cost)s only "
            "%(left)s was left in the end."
        ),
        "bos.funded": _l(
            "%(support)s: of all projects that still fit, its supporters made the best offer, and "
            "they paid all of its %(cost)s."
        ),
        "bos.funded.in_part": _l(
            "%(support)s: of all projects that still fit, its supporters made the best offer, and "
            "they could pay %(part)s of its %(cost)s themselves."
        ),
        "bos.unaffordable": _l("%(support)s: its supporters had nothing left to offer."),
        "bos.does_not_fit": _l("%(support)s: of its %(cost)s only %(left)s was left."),
        "ees.funded": _l(
            "%(support)s: %(payers)s of its supporters paid its %(cost)s together, each the same: "
            "%(each)s."
        ),
        "ees.unaffordable": _l(
            "%(support)s: no group of its supporters had so much left that each in it could pay "
            "the same part of its %(cost)s."
        ),
        "phragmen.funded": _l(
            "%(support)s: its %(cost)s brought its supporters from %(before)s borne by each, on "
            "average, to %(load)s; those of no other project would have borne less."
        ),
        "phragmen.funded.unsupported": _l(
            "Nobody voted for it, but its %(cost)s fit in the %(left)s left in the end."
        ),
        "phragmen.does_not_fit": _l(
            "%(support)s: its turn had come, at %(load)s borne by each supporter, but of its "
            "%(cost)s only %(left)s was left; there the rule ends."
        ),
        "phragmen.does_not_fit.unsupported": _l(
            "Nobody voted for it, and of its %(cost)s only %(left)s was left in the end."
        ),
        "phragmen.after_the_stop": _l(
            "%(support)s: its supporters would have borne %(load)s each, but the rule had ended at "
            "a project that did not fit."
        ),
        "phragmen.after_the_stop.unsupported": _l(
            "Nobody voted for it, and the rule had ended at a project that did not fit."
        ),
        "maxw.funded": _l(
            "%(support)s: it is one of the projects that together serve the voters best for "
            "%(limit)s."
        ),
        "maxw.not_chosen": _l(
            "%(support)s: with it the projects together would serve the voters less, or only as "
            "much and stand behind by the tie rule."
        ),
        "maxw.not_chosen.unsupported": _l("Nobody voted for it, so it serves nobody."),
        "cstv.funded": _l("Voters' points had put %(money)s behind it: enough for its %(cost)s."),
        "cstv.transfer.funded": _l(
            "Voters' points had put %(money)s behind it; what was missing from its %(cost)s came "
            "from its supporters' other projects."
        ),
        "cstv.completion.funded": _l(
            "The %(money)s behind it was not enough, but its %(cost)s fit in the %(left)s left in "
            "the end."
        ),
        "cstv.does_not_fit": _l(
            "The %(money)s behind it was not enough for its %(cost)s, and in the end only %(left)s "
            "was left."
        ),
        "pb.funded": _l(
            "%(weight)s voters' weight stood behind it, and it took %(share)s of that: no other "
            "project would have taken less."
        ),
        "pb.unaffordable": _l(
            "%(weight)s voters' weight stood behind it in the end: too little for its %(cost)s."
        ),
        "pb.does_not_fit": _l(
            "%(weight)s voters' weight stood behind it in the end, and of its %(cost)s only "
            "%(left)s was left."
        ),
    }
)

# What the bills add, after the sentence above.
PAID_IN_FULL = _l("%(payers)s paid, all of them the full price.")
PAID_AS_ABLE = _l("%(payers)s paid, %(rest)s of them all that they had left.")
UNIT_PRICE = _l("That is %(unit)s for each unit of its cost.")
NOT_SPENT = _l("Together they began with %(start)s and spent nothing.")
SPENT_INSTEAD = _l(
    "Together they began with %(start)s and had %(left)s left; they had paid for %(others)s."
)
