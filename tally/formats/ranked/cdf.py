"""NIST's Common Data Format for cast vote records: reports of what voters marked (JSON; XML read).

References
----------
NIST SP 1500-103, Cast Vote Records Common Data Format Specification, version 1.0.
"""

import json
from collections.abc import Iterator
from typing import Any

from tally.formats.ranked.cdf_records import UNTOLD, WRITE_IN, records
from tally.formats.ranked.file import RankedFile, check_records, fault
from tally.formats.ranked.marks import rankings, reread
from tally.ranked import Contest
from tally.ranked.ballots import Tiers

WRITE_INS = "Write-ins"
# The counting room has no clock; a report that was read keeps its own.
_NO_DATE = "1970-01-01T00:00:00Z"


def read(text: str, contest: str = "") -> RankedFile:
    """One contest of a report; its selections are the candidates, in the report's order.

    Marks for write-ins that have no selection of their own go to one more candidate, the last.

    Parameters
    ----------
    contest : its name or id; may be empty where the report has one alone

    Raises
    ------
    FormatError : no such report; several contests, which the fault names.
    """
    found = records(text, contest)
    names = [" / ".join(one.names) or WRITE_INS for one in found.selections]
    places = {one.id: place for place, one in enumerate(found.selections)}
    if WRITE_IN in found.whom:
        places[WRITE_IN] = len(names)
        names.append(WRITE_INS)
    names = _distinct(names)
    if not names:
        raise fault("ranked_names", 1, found.name, "ContestSelection")
    places[UNTOLD] = len(names)
    numbers = [places[whom] for whom in found.whom]
    ballots = rankings(len(names), reread(found.groups, numbers))
    return RankedFile(Contest(tuple(names), found.seats, title=found.name), ballots, "cdf")


def _distinct(names: list[str]) -> list[str]:
    """Names, with a number behind those that come again."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    again = {name: iter(range(1, many + 1)) for name, many in seen.items() if many > 1}
    return [f"{name} ({next(again[name])})" if name in again else name for name in names]


def write(file: RankedFile) -> str:
    """A report in JSON with one record for each voter.

    A rank marked for several who are not told is a selection of nobody with the status "overvote".
    """
    contest = file.contest
    check_records(file.rankings)
    election = {
        "@id": "election",
        "@type": "CVR.Election",
        "ElectionScopeId": "scope",
        "Candidate": [
            {"@id": f"candidate-{place}", "@type": "CVR.Candidate", "Name": name}
            for place, name in enumerate(contest.names)
        ],
        "Contest": [
            {
                "@id": "contest",
                "@type": "CVR.CandidateContest",
                "Name": contest.title,
                "NumberElected": contest.seats,
                "VoteVariation": "rcv",
                "ContestSelection": [
                    {
                        "@id": f"selection-{place}",
                        "@type": "CVR.CandidateSelection",
                        "CandidateIds": [f"candidate-{place}"],
                    }
                    for place in range(contest.size)
                ],
            }
        ],
    }
    head = {
        "@type": "CVR.CastVoteRecordReport",
        "Version": "1.0.0",
        "GeneratedDate": _NO_DATE,
        "ReportGeneratingDeviceIds": ["device"],
        "ReportingDevice": [{"@id": "device", "@type": "CVR.ReportingDevice"}],
        "GpUnit": [{"@id": "scope", "@type": "CVR.GpUnit", "Type": "other"}],
        "Election": [election],
    }
    said = _text(head)
    return f'{said[:-1]},"CVR":[\n' + ",\n".join(_records(file)) + "\n]}\n"


def _records(file: RankedFile) -> Iterator[str]:
    number = 0
    for tiers, count in file.rankings.rows():
        selections = _text(_selections(tiers, file.contest.size))
        for _ in range(int(count)):
            number += 1
            yield (
                f'{{"@type":"CVR.CVR","UniqueId":"{number}","ElectionId":"election",'
                f'"CurrentSnapshotId":"{number}","CVRSnapshot":[{{"@id":"{number}",'
                '"@type":"CVR.CVRSnapshot","Type":"original","CVRContest":[{'
                '"@type":"CVR.CVRContest","ContestId":"contest",'
                f'"CVRContestSelection":{selections}}}]}}]}}'
            )


def _selections(tiers: Tiers, size: int) -> list[dict[str, Any]]:
    ranks: dict[int, list[int]] = {}
    for rank, tier in enumerate(tiers, 1):
        for whom in tier:
            ranks.setdefault(whom, []).append(rank)
    return [
        {
            "@type": "CVR.CVRContestSelection",
            **(
                {"ContestSelectionId": f"selection-{whom}"}
                if whom < size
                else {"Status": ["other"], "OtherStatus": "overvote"}
            ),
            "SelectionPosition": [
                {
                    "@type": "CVR.SelectionPosition",
                    "HasIndication": "yes",
                    "IsAllocable": "unknown",
                    "NumberVotes": 1,
                    "Rank": rank,
                }
                for rank in told
            ],
        }
        for whom, told in ranks.items()
    ]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
