"""What an audit found, in words: no more than it shows."""

from collections.abc import Mapping
from types import MappingProxyType

from budget.audit.queries import BOUNDED, CONFIRMED, FAILS, HOLDS, UNDECIDED, Finding
from budget.report import decimal
from budget.verification.audit import six_places
from core.words import LazyString
from core.words import gettext as _
from core.words import lazy_gettext as _l

# Result -> colour of the notice, and what it is called.
RESULTS: Mapping[str, tuple[str, LazyString]] = MappingProxyType(
    {
        CONFIRMED: ("good", _l("The sample confirms the typed paper")),
        UNDECIDED: ("wait", _l("The sample is not large enough yet")),
        HOLDS: ("good", _l("All sheets were read: the outcome holds")),
        FAILS: ("bad", _l("All sheets were read: they say otherwise than the outcome")),
        BOUNDED: ("plain", _l("What the sample shows")),
    }
)
_SAID: Mapping[str, LazyString] = MappingProxyType(
    {
        CONFIRMED: _l(
            "If the paper said otherwise, so good a sample would come up with a chance of %(risk)s "
            "at most; the limit is 0.05."
        ),
        UNDECIDED: _l("The risk is %(risk)s, above the limit of 0.05. Draw more sheets."),
        HOLDS: _l(
            "The risk that the formula gives is %(risk)s, because the vote is close or small. But "
            "every sheet was looked at, and with what is on them the same projects are funded."
        ),
        FAILS: _l(
            "With what is on the sheets other projects could be funded. Publish nothing, and call "
            "the election commission."
        ),
        BOUNDED: _l(
            "No sheet was typed wrongly. With 19 of 20 draws this means that at most %(share)s of "
            "all sheets are wrong. Whether that could change the outcome is not shown by it."
        ),
    }
)


def said(found: Finding) -> str:
    """The result in a sentence."""
    if found.result == BOUNDED and found.share is None:
        return _("Some sheets were typed wrongly. Let the election commission decide what follows.")
    risk = found.steps[-1][1] if found.steps else None
    return str(_SAID[found.result]) % {
        "risk": six_places(risk) if risk is not None else "",
        "share": decimal(found.share * 100) + " %" if found.share is not None else "",
    }
