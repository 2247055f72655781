"""What came of asking witnesses, in words: what the operator must know, and do."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from ballots.witnesses import Gathering, Outcome, Told
from core import words
from core.words import LazyString
from core.words import lazy_gettext as _l

SENTENCES: Mapping[Outcome, LazyString] = {
    Outcome.SIGNED: _l("%(name)s has signed, at %(moment)s by its own clock."),
    Outcome.NO_ADDRESS: _l(
        "%(name)s has no address. Write it into the file that GWANGJANG_WITNESSES names."
    ),
    Outcome.SILENT: _l(
        "%(name)s cannot be reached (%(detail)s). Voting goes on; call the people who run it."
    ),
    Outcome.STRANGER: _l(
        "%(name)s does not follow this log. Send the people who run it the log's key: %(log)s"
    ),
    Outcome.REFUSED: _l(
        "%(name)s gave another answer than it should (%(detail)s). Send it to the people who "
        "run it."
    ),
    Outcome.UNSIGNED: _l(
        "%(name)s answered without its own signature under this log (%(detail)s). It is not "
        "counted. The answer is kept in %(evidence)s."
    ),
    Outcome.FORGETFUL: _l(
        "ALARM: %(name)s knows of %(size)s entries only, and has signed more before. It was "
        "set back, and is not counted. The answer is kept in %(evidence)s."
    ),
    Outcome.AHEAD: _l(
        "ALARM: %(name)s has signed %(size)s entries of this log, and here are fewer. Was the"
        " database set back? Stop, change nothing, and call the election commission. The "
        "answer is kept in %(evidence)s."
    ),
    Outcome.FORKED: _l(
        "ALARM: what %(name)s has signed is not the beginning of this log. Stop, change "
        "nothing, and call the election commission. Request and answer are kept in "
        "%(evidence)s."
    ),
}


def lines(found: Gathering) -> Iterator[str]:
    """One sentence for each witness, in the policy's order."""
    for told in found.told:
        yield str(SENTENCES[told.outcome]) % _values(found, told)


def _values(found: Gathering, told: Told) -> dict[str, object]:
    signed = told.signature
    return {
        "name": told.name,
        "detail": told.detail,
        "size": f"{told.size:,}" if told.size is not None else "",
        "evidence": told.evidence,
        "log": ", ".join(map(str, found.policy.logs)),
        "moment": words.moment(datetime.fromtimestamp(signed.moment, UTC)) if signed else "",
    }
