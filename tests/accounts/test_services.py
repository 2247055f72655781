"""People, their second factor, and roles; the database settles every race."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from accounts import factor, passwords, queries, services
from accounts.errors import (
    AddressInUseError,
    ExclusiveRolesError,
    LastAdminError,
    OwnRoleError,
    WrongCodeError,
)
from accounts.models import Account, RecoveryCode
from core.access import Role
from core.db import Database
from core.journal import Actor, entries
from tests import factories

SECRET, KEY = pyotp.random_base32(), "k" * 32
ADMIN = Actor("admin")


def code(now) -> str:
    return pyotp.TOTP(SECRET).at(int(now.timestamp()))


def with_factor(session, now) -> Account:
    person = factories.account(session, now, Role.POLL_MANAGER)
    services.begin_factor(person, SECRET, KEY)
    session.flush()
    return person


def test_an_address_has_one_account_whatever_its_case(session, now):
    person = factories.account(session, now, email=" Kim@Test.Example ")
    assert person.email == "kim@test.example"
    assert queries.by_email(session, "KIM@test.example") is person
    with pytest.raises(AddressInUseError):
        factories.account(session, now, email="kim@TEST.example")


def test_passwords_are_hashed_and_nobody_has_one():
    kept = passwords.hashed("a long enough sentence")
    assert passwords.matches("a long enough sentence", kept)
    assert not passwords.matches("another sentence", kept)
    for nobody in (None, ""):  # no account, and an erased one
        assert not passwords.matches("nobody has this password", nobody)
    assert not passwords.matches("x", "not a hash")
    assert not passwords.is_outdated(kept)


def test_a_code_is_good_once(session, now):
    person = with_factor(session, now)
    services.pass_factor(session, person, code(now), KEY, now=now)
    with pytest.raises(WrongCodeError):
        services.pass_factor(session, person, code(now), KEY, now=now)
    later = now + timedelta(seconds=30)
    services.pass_factor(session, person, code(later), KEY, now=later)


def test_a_code_may_be_one_step_off_but_not_two(session, now):
    person = with_factor(session, now)
    early = code(now - timedelta(seconds=60))
    with pytest.raises(WrongCodeError):
        services.pass_factor(session, person, early, KEY, now=now)
    services.pass_factor(session, person, code(now - timedelta(seconds=30)), KEY, now=now)


def test_a_secret_sealed_with_another_key_makes_no_codes(session, now):
    person = with_factor(session, now)
    assert SECRET.encode() not in (person.totp_secret or b"")
    with pytest.raises(WrongCodeError):
        services.pass_factor(session, person, code(now), "another key of the application", now=now)


def test_of_many_at_once_one_code_passes_once(database: Database, now):
    with database.writing() as session:
        person_id = with_factor(session, now).id

    def attempt(_serial: int) -> bool:
        try:
            with database.writing() as session:
                person = session.get_one(Account, person_id)
                services.pass_factor(session, person, code(now), KEY, now=now)
        except WrongCodeError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_confirming_gives_ten_recovery_codes_each_good_once(session, now):
    person = with_factor(session, now)
    codes = services.confirm_factor(session, person, code(now), KEY, now=now)
    assert len(set(codes)) == 10
    assert person.totp_confirmed_at == now
    assert not session.scalars(select(RecoveryCode).where(RecoveryCode.code_hash.in_(codes))).all()
    services.pass_recovery(session, person, codes[0].lower().replace("-", " "), now=now)
    with pytest.raises(WrongCodeError):
        services.pass_recovery(session, person, codes[0], now=now)
    renewed = services.renew_recovery_codes(session, person)
    with pytest.raises(WrongCodeError):
        services.pass_recovery(session, person, codes[1], now=now)
    services.pass_recovery(session, person, renewed[1], now=now)


def test_a_reset_factor_ends_sessions_and_codes(session, now):
    person = with_factor(session, now)
    services.reset_factor(session, person, actor=ADMIN, now=now)
    assert person.totp_secret is None
    assert person.session_epoch == 1
    assert (
        next(entry.act for entry in entries(session, about="account", about_id=person.id))
        == "role.factor_reset"
    )


def test_the_qr_picture_holds_no_style_and_no_script():
    picture = factor.qr_svg(SECRET, "kim@test.example")
    assert picture.startswith("<svg")
    assert "style=" not in picture
    assert "script" not in picture


def test_nobody_both_edits_the_ballot_and_opens_the_tally(session, now):
    person = factories.account(session, now, Role.BUDGET_OFFICER, Role.REVIEWER)
    with pytest.raises(ExclusiveRolesError):
        services.grant_role(session, person, Role.TALLY_OFFICER, actor=ADMIN, now=now)
    services.revoke_role(session, person, Role.BUDGET_OFFICER, actor=ADMIN, now=now)
    services.grant_role(session, person, Role.TALLY_OFFICER, actor=ADMIN, now=now)
    services.grant_role(session, person, Role.TALLY_OFFICER, actor=ADMIN, now=now)
    assert person.roles == {Role.REVIEWER, Role.TALLY_OFFICER}


def test_two_exclusive_roles_granted_at_once_leave_one(database: Database, now):
    with database.writing() as session:
        person_id = factories.account(session, now).id

    def attempt(role: Role) -> bool:
        try:
            with database.writing() as session:
                person = session.get_one(Account, person_id)
                services.grant_role(session, person, role, actor=ADMIN, now=now)
        except ExclusiveRolesError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(attempt, [Role.BUDGET_OFFICER, Role.TALLY_OFFICER])) == 1


def test_roles_of_ones_own_and_of_the_last_admin_stay(session, now):
    person = factories.account(session, now, Role.ADMIN)
    myself = Actor("admin", person.id)
    with pytest.raises(OwnRoleError):
        services.grant_role(session, person, Role.AUDITOR, actor=myself, now=now)
    with pytest.raises(OwnRoleError):
        services.revoke_role(session, person, Role.ADMIN, actor=myself, now=now)
    with pytest.raises(LastAdminError):
        services.revoke_role(session, person, Role.ADMIN, actor=ADMIN, now=now)
    with pytest.raises(LastAdminError):
        services.erase(session, person, now=now)
    services.revoke_role(session, person, Role.AUDITOR, actor=ADMIN, now=now)
    factories.account(session, now, Role.ADMIN)
    services.revoke_role(session, person, Role.ADMIN, actor=ADMIN, now=now)
    assert person.roles == frozenset()


def test_erasing_takes_the_person_and_keeps_the_words(session, now):
    person = factories.account(session, now, name="Kim", email="kim@test.example")
    written = factories.proposal(session, now, author=person, status="received")
    services.erase(session, person, now=now)
    session.flush()
    session.refresh(person)
    assert (person.name, person.neighbourhood, person.may_vote) == ("—", None, False)
    assert "kim" not in person.email
    assert written.title
    assert not passwords.matches("!", person.password_hash)
