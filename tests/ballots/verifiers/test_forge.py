"""A byte that was turned is found; `make forge` turns them all."""

from tests.ballots.verifiers import forge


def test_bundles_that_nobody_forged_are_not_wrong():
    assert forge.caught(forge.small()) == ""


def test_any_byte_that_is_turned_is_found_and_its_step_named():
    data = forge.small()
    count, missed = forge.forge(forge.anywhere(data, 37))
    assert count > 800
    assert missed == []
    first, second = (forge.caught(forge.turned(data, at)) for at in (0, data.index(b"META\n")))
    assert (first, second) == ("V0", "V1")


def test_a_byte_is_found_even_if_all_sums_are_signed_anew():
    count, missed = forge.forge(forge.signed_anew(211))
    assert count > 50
    assert missed == []


def test_a_large_bundle_is_looked_at_everywhere():
    count, missed = forge.forge(forge.somewhere(forge.large(), 10))
    assert (count, missed) == (10, [])
