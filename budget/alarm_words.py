"""Alarms in words: what was found, and what to do first."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from ballots.alarms.queries import Alarm
from core.words import LazyString, moment
from core.words import gettext as _
from core.words import lazy_gettext as _l

SENTENCES: Mapping[str, LazyString] = MappingProxyType(
    {
        "halted": _l(
            "The log is halted, and nobody can vote: it does not follow from what was signed. "
            "Change nothing; call the operator and the election commission."
        ),
        "silent": _l(
            "The program that puts ballots into the log and signs it has not worked since: "
            "%(since)s. Ballots wait and are not lost. Call the operator."
        ),
        "witness": _l(
            "The witness %(name)s has not signed since: %(since)s. Voting goes on. Let the "
            "operator ask it again."
        ),
        "void": _l(
            "The log has sheets made void of which the journal tells nothing. Documents named in "
            "the log: %(documents)s. Ask who did it, and minute it."
        ),
        "revoked": _l(
            "Of %(cast)s ballots by web %(revoked)s were taken back for paper. That is unusually "
            "many: ask at the polling desks."
        ),
        "clerk": _l(
            "%(name)s has handed out %(sheets)s paper ballots, far more than other clerks. Ask "
            "whether that desk is simply busier."
        ),
        "surge": _l(
            "In the last full hour %(again)s ballots came from people who had voted before; usual "
            "are %(usual)s an hour. Was there a call to vote again? Are codes in wrong hands?"
        ),
        "replaced": _l(
            "In the last full hour %(again)s of %(voters)s ballots were replaced, more than one in "
            "200. Are codes in wrong hands?"
        ),
    }
)


def sentence(alarm: Alarm) -> str:
    """The alarm as a sentence in the reader's language."""
    return str(SENTENCES[alarm.name]) % {name: _said(one) for name, one in alarm.values.items()}


def _said(value: object) -> object:
    if value is None:
        return _("never")
    if isinstance(value, datetime):
        return moment(value)
    return f"{value:,g}" if isinstance(value, int | float) else value
