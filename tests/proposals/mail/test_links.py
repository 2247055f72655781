"""Links in letters: signed, for one purpose, for one person."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from proposals.mail.links import Links

LINKS = Links("a secret of the tests, long enough to be one")


def test_a_link_says_whose_mail_it_stops_and_which_address_it_confirms():
    account_id = uuid4()
    assert LINKS.stops(LINKS.to_stop(account_id)) == account_id
    token = LINKS.to_confirm(account_id, "hana@city.example")
    assert LINKS.confirms(token) == (account_id, LINKS.seal("hana@city.example"))
    assert LINKS.goes_on(LINKS.to_go_on(account_id)) == account_id


def test_a_link_is_good_for_one_purpose_and_by_one_secret():
    account_id = uuid4()
    stop, confirm = LINKS.to_stop(account_id), LINKS.to_confirm(account_id, "a@b.example")
    assert LINKS.confirms(stop) is None
    assert LINKS.stops(confirm) is None
    assert Links("another secret, which is long enough").stops(stop) is None


@given(st.text(max_size=80))
def test_what_nobody_signed_is_no_link(token):
    assert LINKS.stops(token) is None
    assert LINKS.confirms(token) is None
    assert LINKS.goes_on(token) is None


@given(st.integers(0, 60), st.characters())
def test_a_link_with_a_sign_changed_is_none(place, sign):
    token = LINKS.to_stop(uuid4())
    place %= len(token)
    changed = token[:place] + sign + token[place + 1 :]
    assert changed == token or LINKS.stops(changed) is None
