"""The manifest says of a cycle what its pages say."""

import unicodedata

import pytest
from sqlalchemy import select

from ballots.board.manifest import Manifest, ManifestError, UnfitBallotError, check_ballot
from ballots.errors import InvalidBallotError
from ballots.kinds import Choices, check
from ballots.models import Option
from ballots.services import ballot_rule
from budget.count import TIE_RULES
from budget.manifest import manifest_of
from tests import factories

ELECTION = "gwangmyeong/pb/2027"


def test_it_holds_the_frozen_slate_and_the_rules_of_the_cycle(session, now, keys):
    cycle = factories.cycle(session, now, phase="frozen", keys=keys)
    found = manifest_of(session, cycle, election=ELECTION)
    assert found.titles == {"en": cycle.contest.title_en, "ko": cycle.contest.title_ko}
    assert [(one.number, one.code, one.cost) for one in found.options] == [
        (1, "1", 60), (2, "2", 50), (3, "3", 40),
    ]  # fmt: skip
    assert {one.field for one in found.options} == {"safety-construction"}
    assert (found.fund, found.picks, found.publication) == (100, 3, "sealed")
    assert (found.rule, found.ties) == (cycle.count_rule, "id_text")
    assert Manifest.read(bytes(found)) == found


def test_a_title_of_single_letters_is_put_together(session, now, keys):
    cycle = factories.cycle(session, now, phase="frozen", keys=keys)
    apart = unicodedata.normalize("NFD", "가로등")
    session.scalars(select(Option)).first().title = apart
    cycle.contest.title_ko = apart
    found = manifest_of(session, cycle, election=ELECTION, publication="open")
    assert found.titles["ko"] == "가로등"
    assert Manifest.read(bytes(found)).publication == "open"


def test_what_names_no_log_is_refused(session, now, keys):
    cycle = factories.cycle(session, now, phase="frozen", keys=keys)
    with pytest.raises(ManifestError, match="election"):
        manifest_of(session, cycle, election="Gwangmyeong PB")


def test_a_manifest_takes_just_the_ballots_that_the_vote_page_takes(session, now, keys):
    cycle = factories.cycle(session, now, phase="frozen", keys=keys, kind="knapsack", max_picks=2)
    manifest = manifest_of(session, cycle, election=ELECTION)
    rule = ballot_rule(session, cycle.contest)
    for numbers in ((), (1,), (2, 3), (1, 2), (1, 2, 3), (4,)):
        try:
            check(rule, Choices(numbers))
        except InvalidBallotError:
            with pytest.raises(UnfitBallotError):
                check_ballot(manifest, {"a": list(numbers)})
        else:
            check_ballot(manifest, {"a": list(numbers)})


def test_every_way_to_settle_ties_has_its_name(session, now, keys):
    cycle = factories.cycle(session, now, phase="frozen", keys=keys)
    for name in TIE_RULES:
        cycle.tie_rule = name
        assert manifest_of(session, cycle, election=ELECTION).ties == name
