"""What the public log, its mirror and its witnesses refuse, in words; part of `app/refusals.py`."""

from collections.abc import Mapping

from ballots.errors import (
    LogFaultError,
    LogHaltedError,
    NotRecordedError,
    NotWitnessedError,
    RollbackError,
)
from ballots.mirror.errors import (
    LeavesLostError,
    MirrorBehindError,
    MirrorFaultError,
    MirrorKeyError,
    NoMirrorError,
    PastCloseError,
    StrangersError,
    UnknownTokensError,
)
from ballots.succession.errors import (
    DecisionError,
    MirrorUnreadError,
    NotHaltedError,
    NothingLostError,
    TokensLostError,
)
from core.errors import RoomError
from core.words import LazyString
from core.words import lazy_gettext as _l

LOG_REFUSALS: Mapping[type[RoomError], tuple[int, LazyString]] = {
    RollbackError: (
        503,
        _l(
            "ROLLBACK: the log has %(size)s entries here and does not follow from the %(signed)s that are kept (%(by)s). Nothing is signed until an officer has looked; see the manual."
        ),
    ),
    LogHaltedError: (
        503,
        _l(
            "Voting is interrupted: the public log must be looked at first. Your ballot was NOT recorded; try again later."
        ),
    ),
    NotWitnessedError: (
        409,
        _l(
            "Too few witnesses have signed the log of %(size)s entries (so far: %(signed)s). Ask them with “gwangjang cycle witness”, then try again."
        ),
    ),
    NotRecordedError: (
        503,
        _l(
            "Your ballot was NOT recorded: the service could not write it down. Go back and cast it again in a few minutes; the same ballot sent twice counts once."
        ),
    ),
    NoMirrorError: (
        409,
        _l("There is no mirror: set GWANGJANG_MIRROR_DIR and GWANGJANG_MIRROR_KEY first."),
    ),
    MirrorKeyError: (409, _l("This is not the key of this mirror.")),
    MirrorBehindError: (
        503,
        _l(
            "The mirror has %(size)s entries, but %(signed)s were signed: it is missing, new or damaged. Nothing is signed until an officer has looked; see the manual."
        ),
    ),
    MirrorFaultError: (409, _l("The mirror does not say what it may say: %(why)s.")),
    LeavesLostError: (
        409,
        _l(
            "%(signed)s entries were signed and the mirror has %(size)s: the others are lost. Nothing was put back; see the manual."
        ),
    ),
    PastCloseError: (
        409,
        _l(
            "The vote was closed after this backup. Nothing was put back: bring the backup that was made at the close."
        ),
    ),
    UnknownTokensError: (
        409,
        _l(
            "This vote is by blind token, and nobody knows who was given one since this backup. Nothing was put back: bring a database that lost nothing; see the manual."
        ),
    ),
    StrangersError: (
        409,
        _l(
            "%(ballots)s ballots that no signature vouches for are by nobody on the roll. Nothing was put back."
        ),
    ),
    NotHaltedError: (
        409,
        _l("The log of this vote is not halted: it goes on as it is. Nothing was changed."),
    ),
    NothingLostError: (
        409,
        _l(
            "Nothing that was signed is lost: %(signed)s entries were, and %(size)s are here or in the mirror. Put them back with “gwangjang mirror replay”."
        ),
    ),
    MirrorUnreadError: (
        409,
        _l(
            "The mirror has %(mirrored)s entries and the database %(size)s. Name the auditors' key, so that no entry is lost that need not be. Nothing was changed."
        ),
    ),
    TokensLostError: (
        409,
        _l(
            "This vote is by blind token. Who has been given one stands on the lost roll alone, so whoever has one could get another and vote twice. The vote cannot go on: begin it anew; see the manual."
        ),
    ),
    DecisionError: (
        409,
        _l(
            "Name the document and two different officers, each by up to 200 letters. Nothing was changed."
        ),
    ),
    LogFaultError: (
        409,
        _l(
            "The public log does not read by its rules: %(why)s. Change nothing, and call the election commission."
        ),
    ),
}
