"""What RCTab's configurations may say, and what is refused."""

import json
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tally.errors import FormatError
from tally.formats.ranked import rctab
from tally.ranked import Contest
from tally.ranked.rctab_rules import Rules
from tests.tally.rctab_files import CDF_SOURCE, CSV, CSV_SOURCE, ESS_SOURCE, RULES, configuration


def test_a_configuration_is_known_by_its_sources():
    assert rctab.is_configuration(b'\xef\xbb\xbf\n{"cvrFileSources": []}')
    assert not rctab.is_configuration(b'["cvrFileSources"]')
    assert not rctab.is_configuration(b"{}")


def test_settings_become_rules(loaded):
    said = RULES | {
        "tiebreakMode": "random", "randomSeed": "-7", "numberOfWinners": 2,
        "winnerElectionMode": "multiWinnerAllowOnlyOneWinnerPerRound", "hareQuota": "true",
        "maxSkippedRanksAllowed": 0, "maxRankingsAllowed": "15", "minimumVoteThreshold": "3",
        "cutoffElimination": True, "exhaustOnDuplicateCandidate": True, "batchElimination": "",
        "stopTabulationEarlyAfterRound": "4", "decimalPlacesForVoteArithmetic": 6,
        "overvoteRule": "exhaustIfMultipleContinuing", "rulesDescription": "all of them",
    }  # fmt: skip
    found = loaded(configuration(rules=said))
    assert found.file.contest == Contest(("Ann", "Ben", "Cai"), 2, title="Mayor")
    assert found.rules == Rules(
        overvote_rule="exhaustIfMultipleContinuing",
        winner_election_mode="multiWinnerAllowOnlyOneWinnerPerRound",
        tiebreak_mode="random", random_seed=-7, max_skipped_ranks=0, max_rankings=15,
        exhaust_on_duplicate=True, decimal_places=6, hare_quota=True, minimum_votes=3,
        cutoff_elimination=True, stop_after_round=4,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "seats", "mode"),
    [
        ("standard", 1, "singleWinnerMajority"),
        ("standard", 2, "multiWinnerAllowMultipleWinnersPerRound"),
        ("singleSeatContinueUntilTwoCandidatesRemain", 1, "singleWinnerMajority"),
        ("multiSeatBottomsUp", 2, "bottomsUp"),
        ("multiSeatBottomsUp", 0, "bottomsUpUsingPercentageThreshold"),
        ("multiSeatSequentialWinnerTakesAll", 2, "multiPassIrv"),
    ],
)
def test_words_of_version_1_mean_what_they_meant(loaded, old: str, seats: int, mode: str):
    rules = {
        "winnerElectionMode": old, "numberOfWinners": seats, "tiebreakMode": "interactive",
        "multiSeatBottomsUpPercentageThreshold": "" if seats else 15.5,
    }  # fmt: skip
    found = loaded(configuration(rules=rules, tabulatorVersion="1.2.0")).rules
    assert (found.winner_election_mode, found.tiebreak_mode) == (mode, "stopCountingAndAsk")
    assert found.continue_until_two == ("Two" in old)
    assert found.bottoms_up_share == (0 if seats else Fraction(31, 200))


@pytest.mark.parametrize(
    ("rules", "name", "code"),
    [
        ({"tiebreakMode": "coin"}, "tiebreakMode", "rctab_word"),
        ({"tiebreakMode": None}, "tiebreakMode", "rctab_word"),
        ({"overvoteRule": ""}, "overvoteRule", "rctab_word"),
        ({"overvoteRule": 1.5}, "overvoteRule", "rctab_text"),
        ({"winnerElectionMode": "x"}, "winnerElectionMode", "rctab_word"),
        ({"tiebreakMode": "generatePermutation"}, "randomSeed", "rctab_whole"),
        ({"randomSeed": 2**47}, "randomSeed", "rctab_whole"),
        ({"randomSeed": "1.0"}, "randomSeed", "rctab_whole"),
        ({"numberOfWinners": ""}, "numberOfWinners", "rctab_whole"),
        ({"numberOfWinners": -1}, "numberOfWinners", "rctab_whole"),
        ({"numberOfWinners": 0}, "numberOfWinners", "rctab_clash"),
        ({"numberOfWinners": 2}, "winnerElectionMode", "rctab_clash"),
        ({"winnerElectionMode": "bottomsUp"}, "winnerElectionMode", "rctab_clash"),
        ({"decimalPlacesForVoteArithmetic": "21"}, "decimalPlacesForVoteArithmetic", "rctab_whole"),
        ({"maxSkippedRanksAllowed": -3}, "maxSkippedRanksAllowed", "rctab_whole"),
        ({"maxRankingsAllowed": "0"}, "maxRankingsAllowed", "rctab_whole"),
        ({"stopTabulationEarlyAfterRound": 0}, "stopTabulationEarlyAfterRound", "rctab_whole"),
        ({"batchElimination": "yes"}, "batchElimination", "rctab_flag"),
        ({"batchElimination": 1}, "batchElimination", "rctab_flag"),
        ({"hareQuota": True}, "hareQuota", "rctab_clash"),
        ({"nonIntegerWinningThreshold": True}, "nonIntegerWinningThreshold", "rctab_clash"),
        ({"useTheFutureRule": True}, "useTheFutureRule", "rctab_known"),
    ],
)
def test_what_the_rules_cannot_be_is_refused(loaded, rules: dict[str, Any], name: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(configuration(rules=rules), indent=1)
    assert (told.value.code, told.value.field) == (code, f"rules.{name}")
    assert told.value.line > 20


SEVERAL = {"numberOfWinners": 2, "winnerElectionMode": "multiWinnerAllowMultipleWinnersPerRound"}
SHARE = {
    "numberOfWinners": 0, "winnerElectionMode": "bottomsUpUsingPercentageThreshold",
    "multiSeatBottomsUpPercentageThreshold": "15",
}  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "name", "code"),
    [
        (SEVERAL | {"continueUntilTwoCandidatesRemain": True}, "continueUntilTwoCandidatesRemain", "rctab_clash"),
        (SEVERAL | {"batchElimination": True}, "batchElimination", "rctab_clash"),
        (SEVERAL | {"doesFirstRoundDetermineThreshold": True}, "doesFirstRoundDetermineThreshold", "rctab_clash"),
        (SEVERAL | {"hareQuota": True, "nonIntegerWinningThreshold": True}, "hareQuota", "rctab_clash"),
        (SHARE | {"numberOfWinners": 1}, "numberOfWinners", "rctab_clash"),
        (SHARE | {"batchElimination": True}, "batchElimination", "rctab_clash"),
        (SHARE | {"multiSeatBottomsUpPercentageThreshold": "101"}, "multiSeatBottomsUpPercentageThreshold", "rctab_whole"),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_refused(loaded, rules, name: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(configuration(rules=rules))
    assert (told.value.code, told.value.field) == (code, f"rules.{name}")


@pytest.mark.parametrize(
    ("source", "rules", "name", "code"),
    [
        (CSV_SOURCE | {"filePath": ""}, {}, "filePath", "rctab_text"),
        (CSV_SOURCE | {"provider": "abacus"}, {}, "provider", "rctab_word"),
        (CSV_SOURCE | {"contestId": "Mayor"}, {}, "contestId", "rctab_text"),
        (CSV_SOURCE | {"firstVoteRowIndex": ""}, {}, "firstVoteRowIndex", "rctab_text"),
        (CSV_SOURCE | {"firstVoteColumnIndex": 1001}, {}, "firstVoteColumnIndex", "rctab_whole"),
        (CSV_SOURCE | {"batchColumnIndex": "b"}, {}, "batchColumnIndex", "rctab_whole"),
        (CSV_SOURCE | {"overvoteDelimiter": ";"}, {}, "overvoteDelimiter", "rctab_text"),
        (CSV_SOURCE | {"treatBlankAsUndeclaredWriteIn": True}, {}, "treatBlankAsUndeclaredWriteIn", "rctab_clash"),
        (CSV_SOURCE | {"shuffle": True}, {}, "shuffle", "rctab_known"),
        (CDF_SOURCE | {"contestId": ""}, {}, "contestId", "rctab_text"),
        (CDF_SOURCE | {"firstVoteRowIndex": "2"}, {}, "firstVoteRowIndex", "rctab_text"),
        (CDF_SOURCE | {"skippedRankLabel": "x"}, {}, "skippedRankLabel", "rctab_text"),
        (ESS_SOURCE | {"overvoteDelimiter": " and "}, {}, "overvoteDelimiter", "rctab_clash"),
        (ESS_SOURCE | {"overvoteDelimiter": "\\"}, {}, "overvoteDelimiter", "rctab_clash"),
        (ESS_SOURCE | {"overvoteDelimiter": "|", "overvoteLabel": "over"}, {}, "overvoteDelimiter", "rctab_clash"),
        (ESS_SOURCE, {"overvoteRule": "exhaustIfMultipleContinuing"}, "overvoteDelimiter", "rctab_clash"),
        (CDF_SOURCE | {"overvoteLabel": "over"}, {"overvoteRule": "exhaustIfMultipleContinuing"}, "overvoteLabel", "rctab_clash"),
        (ESS_SOURCE | {"undeclaredWriteInLabel": "Undervote"}, {}, "undeclaredWriteInLabel", "rctab_clash"),
        (ESS_SOURCE | {"undeclaredWriteInLabel": "exhausted"}, {}, "undeclaredWriteInLabel", "rctab_clash"),
    ],
)  # fmt: skip
def test_what_a_source_cannot_be_is_refused(loaded, source, rules, name: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(configuration(source, rules=rules))
    assert (told.value.code, told.value.field) == (code, f"cvrFileSources.0.{name}")


@pytest.mark.parametrize(
    ("candidates", "name", "code"),
    [
        ([{"name": ""}], "0.name", "rctab_clash"),
        ([{"name": "Ann"}, {"name": "Ann"}], "1.name", "rctab_clash"),
        ([{"name": "Ann", "aliases": ["A"]}, {"name": "Ben", "code": "A"}], "1.aliases", "rctab_clash"),
        ([{"name": "Exhausted"}], "0.name", "rctab_clash"),
        ([{"name": "Ann", "aliases": "A"}], "0.aliases", "rctab_text"),
        ([{"name": "Ann", "party": "x"}], "0.party", "rctab_known"),
        ([{"name": "Ann", "excluded": True}], "0.excluded", "rctab_clash"),
    ],
)  # fmt: skip
def test_who_cannot_stand_is_refused(loaded, candidates, name: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(configuration(candidates=candidates))
    assert (told.value.code, told.value.field) == (code, f"candidates.{name}")


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        (configuration(tabulatorVersion="3.0"), "tabulatorVersion", "rctab_word"),
        (configuration(plugins=[]), "plugins", "rctab_known"),
        (configuration(candidates=[1]), "candidates", "rctab_text"),
        (configuration(rules={}) | {"rules": []}, "rules", "rctab_text"),
        (configuration(CSV_SOURCE, CSV_SOURCE), "cvrFileSources.1.filePath", "rctab_clash"),
    ],
)
def test_faults_of_the_whole_are_told(loaded, said: dict[str, Any], field: str, code: str):
    with pytest.raises(FormatError) as told:
        loaded(said)
    assert (told.value.code, told.value.field) == (code, field)


def test_sections_and_settings_come_once(tmp_path):
    path = tmp_path / "config.json"
    for text in ('{"rules": {}, "rules": {}}', '{"rules": {"a": 1, "a": 2}}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FormatError):
            rctab.load(path)
    path.write_bytes(b'{\n"rules": \xff}')
    with pytest.raises(FormatError) as told:
        rctab.load(path)
    assert (told.value.code, told.value.line) == ("ranked_utf8", 2)


def test_a_contest_that_is_asked_for_must_be_this_one(loaded, tmp_path):
    loaded(configuration())
    assert rctab.load(tmp_path / "config.json", "Mayor").file.contest.title == "Mayor"
    with pytest.raises(FormatError) as told:
        rctab.load(tmp_path / "config.json", "Council")
    assert told.value.code == "ranked_contest"


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spoilt_configurations_are_read_or_refused(tmp_path, data):
    (tmp_path / "votes.csv").write_text(CSV, encoding="utf-8")
    text = json.dumps(configuration())
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 20)))
    spoil = data.draw(st.sampled_from(["", "[", "}", "7", '"x"', "null", "{}", "1.5"]))
    path: Path = tmp_path / "config.json"
    path.write_text(text[:first] + spoil + text[last:], encoding="utf-8")
    with suppress(FormatError, FileNotFoundError, IsADirectoryError):
        assert rctab.load(path).file.rankings.ballots
