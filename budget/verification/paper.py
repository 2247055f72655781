"""V8: the sheets of each batch of paper add up, and were typed as the records say."""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from ballots.board import canonical
from ballots.board.leaves import Check, is_choices, is_hash, is_number
from budget.verification.case import Case, Said, Wrong, blamed, must
from budget.verification.keying import Keying
from budget.verification.log import reading_of
from core.words import lazy_gettext as _l

TWO, THREE = 2, 3  # clerks: two type each sheet, a third settles where they differ
PAIR = 2  # a sheet and what was read on it
RECORDS, SETTLED = "paper/batches.jsonl", "paper/adjudications.jsonl"


def check_batches(case: Case) -> Said:
    """V8: declared, typed, blank and spoiled sheets add up, and were typed as the records say."""
    reading = reading_of(case, "V8")
    must(not reading.still_open, _l("A batch was not closed."))
    settled = _settled(case)
    blank = sum(word == "blank" for word in reading.unused.values())
    return _l(
        "The sheets of %(batches)s batches add up, as they were keyed: %(typed)s typed, "
        "%(blank)s blank, %(spoiled)s spoiled, %(settled)s settled.",
        batches=f"{len(reading.batches):,}", typed=f"{len(reading.votes) - reading.web:,}",
        blank=f"{blank:,}", spoiled=f"{len(reading.unused) - blank:,}", settled=f"{settled:,}",
    )  # fmt: skip


def _settled(case: Case) -> int:
    """How many sheets were settled; Wrong if the records are not those that the log names."""
    settled = list[bytes]()
    pairs = zip_longest(_lines(case, RECORDS), case.keyings.closed)
    for number, (line, keying) in enumerate(pairs, 1):
        if line is None or keying is None:
            raise Wrong(_l("%(path)s has not one line for each close of a batch.", path=RECORDS))
        with blamed(f"{RECORDS}, line {number}"):
            settled += _adjudications(line, keying)
    is_told = settled == [*_lines(case, SETTLED)]
    must(is_told, _l("%(path)s does not say what the records say.", path=SETTLED))
    return len(settled)


def _adjudications(line: bytes, keying: Keying) -> Iterator[bytes]:
    """The lines on the sheets that a third clerk settled, by the record of one keying."""
    leaf, data = keying.leaf, line.removesuffix(b"\n")
    is_named = line.endswith(b"\n") and hashlib.sha256(data).hexdigest() == leaf["keying"]
    must(is_named, _l("Leaf %(index)s has the hash of another record than %(path)s.",
                      index=keying.place, path=RECORDS))  # fmt: skip
    record = canonical.loads(data)
    said = {"batch": leaf["b"], "path": RECORDS}
    must(
        _is_record(record), _l("%(path)s: a record has not the members that it must have.", **said)
    )
    first, second, third = (dict(record[name]) for name in ("first", "second", "settled"))
    is_same = record["b"] == leaf["b"] and first.keys() == second.keys() == keying.sheets.keys()
    must(is_same, _l("%(path)s: batch %(batch)s has other sheets in the log.", **said))
    differing = {sheet for sheet in first if first[sheet] != second[sheet]}
    is_settled = third.keys() == differing and len(third) == leaf["settled"]
    must(is_settled and len(record["clerks"]) == (THREE if third else TWO),
         _l("%(path)s: not the sheets of batch %(batch)s that differ were settled.",
            **said))  # fmt: skip
    must({**first, **third} == keying.sheets,
         _l("%(path)s: the log has other readings of batch %(batch)s.", **said))  # fmt: skip
    for sheet, settled in third.items():
        told = {
            "b": leaf["b"], "by": record["clerks"][2], "first": first[sheet], "s": sheet,
            "second": second[sheet], "settled": settled,
        }  # fmt: skip
        yield canonical.dumps(told) + b"\n"


def _lines(case: Case, path: str) -> Iterator[bytes]:
    return case.bundle.lines(path) if path in case.bundle else iter(())


def _is_record(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == _RECORD.keys()
        and all(fits(value[name]) for name, fits in _RECORD.items())
    )


def _are_clerks(value: Any) -> bool:
    """Two accounts or three, no account twice."""
    return (
        isinstance(value, list)
        and all(isinstance(one, str) and one for one in value)
        and len({*value}) == len(value)
        and len(value) in (TWO, THREE)
    )


def _are_readings(value: Any) -> bool:
    if not isinstance(value, list) or not all(map(_is_row, value)):
        return False
    sheets = [sheet for sheet, _ in value]
    return sheets == sorted({*sheets})


def _is_row(value: Any) -> bool:
    if not (isinstance(value, list) and len(value) == PAIR and is_number(value[0])):
        return False
    return value[1] in ("blank", "spoiled") or is_choices(value[1])


_RECORD: Mapping[str, Check] = {
    "b": is_number,
    "clerks": _are_clerks,
    "first": _are_readings,
    "n": is_hash,
    "second": _are_readings,
    "settled": _are_readings,
}
