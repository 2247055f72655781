"""Why a sheet's entry is not taken, said to the clerk who types, not to the voter."""

from collections.abc import Mapping

from ballots.errors import (
    InvalidBallotError,
    OverFundError,
    PointsError,
    RepeatedOptionError,
    TooManyInFieldError,
    TooManyPicksError,
    UnknownOptionError,
)
from ballots.paper.errors import NothingTypedError, UnreadableEntryError
from core.errors import RoomError
from core.words import LazyString
from core.words import lazy_gettext as _l

_SENTENCES: Mapping[type[RoomError], LazyString] = {
    NothingTypedError: _l(
        "Nothing was typed. Type the numbers, 0 for a blank sheet or * for a spoiled one."
    ),
    UnreadableEntryError: _l(
        "“%(typed)s” cannot be read. Type the numbers of the options with blanks between them."
    ),
    UnknownOptionError: _l("There is no option %(number)s on this ballot."),
    RepeatedOptionError: _l("Option %(number)s was typed twice."),
    TooManyPicksError: _l("These are %(picked)s options; a ballot has at most %(limit)s."),
    TooManyInFieldError: _l(
        "These are %(picked)s options of one field; a ballot has at most %(limit)s of it."
    ),
    OverFundError: _l("These options together cost more than there is."),
    PointsError: _l("Each option needs its points, for example 3/5."),
}


def sentence(error: RoomError) -> str:
    """The refusal in the clerk's language."""
    return str(_SENTENCES[type(error)]) % error.values


def breaks_rule(error: RoomError) -> bool:
    """Whether a sheet can really be filled in like this, so that it may be spoiled."""
    return isinstance(error, InvalidBallotError)
