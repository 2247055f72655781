"""RCTab's configurations and the sources of ballots that they name, for the tests."""

from typing import Any

from tally.formats.ranked import rctab

CSV = "id,Ann,Ben,Cai\n1,1,2,\n2,,1,1\n\n3,,,2\n4,1,2,\n5\n"
RULES = {
    "tiebreakMode": "useCandidateOrder",
    "overvoteRule": "exhaustImmediately",
    "winnerElectionMode": "singleWinnerMajority",
    "numberOfWinners": "1",
    "decimalPlacesForVoteArithmetic": "4",
    "maxSkippedRanksAllowed": "unlimited",
    "maxRankingsAllowed": "max",
}
CSV_SOURCE = {
    "filePath": "votes.csv",
    "provider": "genericCsv",
    "firstVoteColumnIndex": 2,
    "firstVoteRowIndex": 2,
}
ESS_SOURCE = {
    "filePath": "votes.xlsx",
    "provider": "ess",
    "firstVoteColumnIndex": "2",
    "firstVoteRowIndex": "2",
    "idColumnIndex": "1",
    "skippedRankLabel": "undervote",
}
CDF_SOURCE = {"filePath": "votes.json", "provider": "cdf", "contestId": "Mayor"}


def configuration(
    *sources: dict[str, Any],
    rules: dict[str, Any] | None = None,
    candidates: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    return {
        "tabulatorVersion": "2.0.1",
        "outputSettings": {"contestName": "Mayor"},
        "cvrFileSources": list(sources or [CSV_SOURCE]),
        "candidates": candidates or [{"name": "Ann"}, {"name": "Ben"}, {"name": "Cai"}],
        "rules": RULES | (rules or {}),
        **more,
    }


def ballots(found: rctab.Configured) -> dict[tuple[tuple[int, ...], ...], int]:
    return dict(found.file.rankings.rows())
