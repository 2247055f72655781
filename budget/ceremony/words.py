"""What is read out at a ceremony: one plain sentence for each thing that must hold."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from ballots.closing import CHECKS, Survey
from core.words import LazyString, moment
from core.words import lazy_gettext as _l

# Kind of leaf -> what it is, for people.
KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "open": _l("opening"),
        "ballot": _l("ballots by web"),
        "revoke": _l("ballots by web taken back"),
        "batch": _l("batches of paper declared"),
        "paper": _l("sheets of paper typed"),
        "batch-close": _l("batches of paper closed"),
        "void": _l("sheets of paper made void"),
        "roll-change": _l("changes of the roll"),
    }
)
# Check -> what is read out where it holds, and where it does not.
CHECK_SENTENCES: Mapping[str, tuple[LazyString, LazyString]] = MappingProxyType(
    {
        "stopped": (
            _l("Nobody can cast a ballot any more."),
            _l("Ballots are still accepted, until %(closes)s."),
        ),
        "waiting": (
            _l("No ballot waits: all that was cast is in the log."),
            _l(
                "Ballots still wait to be put into the log. Load this page again in a few seconds; "
                "if it stays so, call the operator."
            ),
        ),
        "rebuilt": (
            _l(
                "The log was built anew from all of its %(size)s entries, and gives the root shown."
            ),
            _l(
                "The log is halted, or its entries do not give its root. Change nothing, and call "
                "the election commission."
            ),
        ),
        "counts": (
            _l("The entries by their kinds add up to %(size)s; none is missing."),
            _l(
                "The entries by their kinds do not add up to %(size)s. Change nothing, and call "
                "the election commission."
            ),
        ),
        "batches": (
            _l(
                "Sheets of paper declared: %(declared)s. Typed: %(typed)s, blank: %(blank)s, "
                "spoiled: %(spoiled)s. That adds up for each batch."
            ),
            _l("Not all batches of paper are typed and closed. The table shows which."),
        ),
        "voters": (
            _l(
                "Ballots by web that count: %(ballots)s. Voters marked for one on the roll: "
                "%(marks)s. They are the same voters, each once."
            ),
            _l(
                "Ballots by web that count: %(ballots)s. Voters marked for one on the roll: "
                "%(marks)s. They are NOT the same voters. Change nothing, and call the election "
                "commission."
            ),
        ),
        "room": (
            _l(
                "Ballots that count, by web and on paper: %(counted)s. Voters on the roll: "
                "%(voters)s."
            ),
            _l(
                "Ballots that count, by web and on paper: %(counted)s. That is more than voters on "
                "the roll: %(voters)s. Look at the paper again."
            ),
        ),
        "signed": (
            _l("The last checkpoint is signed, of these %(size)s entries and this root."),
            _l(
                "The log is not signed up to its end yet. Load this page again in a few seconds; "
                "if it stays so, call the operator."
            ),
        ),
    }
)


# The same of ballots that bear tokens, which nobody can compare voter for voter.
TOKEN_SENTENCES = (
    _l(
        "Ballots by web that count: %(ballots)s. Tokens issued to voters: %(marks)s. There are no "
        "more ballots than tokens, each is another one, and each is signed by the promised key."
    ),
    _l(
        "Ballots by web that count: %(ballots)s. Tokens issued to voters: %(marks)s. There are "
        "more ballots than tokens, or one is not signed by the promised key. Change nothing, and "
        "call the election commission."
    ),
)


@dataclass(frozen=True)
class Line:
    """One thing that must hold, and what is read out of it."""

    check: str
    holds: bool
    sentence: str


def lines(found: Survey, closes_at: datetime) -> Iterator[Line]:
    """What is read out, in its order."""
    typed = sum(batch.typed for batch in found.batches)
    values = {
        "closes": moment(closes_at),
        "size": f"{found.size:,}",
        "declared": f"{found.sheets:,}",
        "typed": f"{typed:,}",
        "blank": f"{sum(batch.blank for batch in found.batches):,}",
        "spoiled": f"{sum(batch.spoiled for batch in found.batches):,}",
        "ballots": f"{found.ballots:,}",
        "marks": f"{found.marks:,}",
        "counted": f"{found.ballots + typed:,}",
        "voters": f"{found.roll_size:,}",
    }
    for check in CHECKS:
        holds = found.checks[check]
        by_token = check == "voters" and found.by_token
        met, unmet = TOKEN_SENTENCES if by_token else CHECK_SENTENCES[check]
        yield Line(check, holds, str(met if holds else unmet) % values)


def in_groups(root: str) -> list[str]:
    """A root's hexadecimal digits by fours, for reading aloud."""
    return [root[at : at + 4] for at in range(0, len(root), 4)]


def as_written(root: str) -> str:
    """A root as a checkpoint has it."""
    return b64encode(bytes.fromhex(root)).decode()
