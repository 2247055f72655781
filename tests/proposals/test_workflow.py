"""The status machine as a table: whole, and the same as what it promises."""

from core.access import Role
from core.journal import CITIZEN, SYSTEM
from proposals import workflow
from proposals.workflow import FINAL, MOVES, STATUSES

EVERYONE = {CITIZEN, SYSTEM, *Role}


def test_every_move_joins_known_statuses():
    for source, to in MOVES:
        assert source in STATUSES
        assert to in STATUSES


def test_every_status_is_reached_from_a_draft():
    reached, frontier = {"draft"}, {"draft"}
    while frontier:
        frontier = {
            to for status in frontier for to in workflow.allowed(status, EVERYONE)
        } - reached
        reached |= frontier
    assert reached == set(STATUSES)


def test_only_the_final_statuses_lead_nowhere():
    dead = {status for status in STATUSES if not workflow.allowed(status, EVERYONE)}
    assert dead == FINAL


def test_the_tally_alone_selects_and_nobody_by_hand():
    for to in ("selected", "reserve", "not_selected"):
        assert MOVES["on_ballot", to].by == {SYSTEM}


def test_a_citizen_judges_nothing_and_the_auditor_moves_nothing():
    assert not any(Role.AUDITOR in move.by for move in MOVES.values())
    mine = {to for (_, to), move in MOVES.items() if CITIZEN in move.by}
    assert mine == {"received", "withdrawn", "objection"}


def test_what_a_citizen_would_ask_about_needs_a_reason():
    for to in (
        "unfit",
        "merged",
        "transferred",
        "not_listed",
        "reduced",
        "cut",
        "cancelled",
        "on_hold",
    ):
        assert all(move.needs_reason for (_, target), move in MOVES.items() if target == to)
    assert all(move.needs_code for (_, to), move in MOVES.items() if to == "unfit")
