"""The recovery code: typed as people type, and always the same token."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import blind
from ballots.tokens import recovery
from ballots.tokens.errors import WrongRecoveryCodeError
from core import codes

KEY = rsa.generate_private_key(65537, blind.KEY_BITS)


@given(st.binary(min_size=16, max_size=16))
def test_a_code_gives_its_secret_back_however_it_is_typed(secret):
    code = recovery.code_of(secret)
    assert len(code) == recovery.LENGTH
    assert set(code) <= set(codes.ALPHABET)
    typed = codes.grouped(code).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert recovery.secret_of(code) == recovery.secret_of(typed) == secret


@given(st.binary(min_size=16, max_size=16), st.integers(0, 27), st.integers(1, 31))
def test_one_wrong_letter_at_either_end_or_a_swap_is_told(secret, place, other):
    code = recovery.code_of(secret)
    at = codes.ALPHABET.index(code[place])
    wrong = code[:place] + codes.ALPHABET[(at + other) % 32] + code[place + 1 :]
    with suppress(WrongRecoveryCodeError):  # one slip in 4,096 makes another code
        assert recovery.secret_of(wrong) != secret
    for torn in ("", code[:-1], code + "0", code[:-1] + "!"):
        with pytest.raises(WrongRecoveryCodeError):
            recovery.secret_of(torn)


def test_the_check_finds_nearly_every_slip():
    found = 0
    for number in range(200):
        code = recovery.code_of(number.to_bytes(16))
        swapped = code[:8] + ("Z" if code[8] != "Z" else "Y") + code[9:]
        try:
            recovery.secret_of(swapped)
        except WrongRecoveryCodeError:
            found += 1
    assert found >= 198


def test_a_code_always_makes_the_same_token_and_for_each_vote_another():
    public = KEY.public_key()
    one = recovery.blinded(bytes(16), "gm.example/pb/1", "all", public)
    assert recovery.blinded(bytes(16), "gm.example/pb/1", "all", public) == one
    others = [
        recovery.blinded(bytes(16), "gm.example/pb/2", "all", public),
        recovery.blinded(bytes(16), "gm.example/pb/1", "north", public),
        recovery.blinded(bytes([1] * 16), "gm.example/pb/1", "all", public),
    ]
    assert len({one.message, *(other.message for other in others)}) == 4
    assert len({one.sent, *(other.sent for other in others)}) == 4
    signature = blind.finalize(public, one, blind.sign(KEY, one.sent))
    assert blind.is_signed(public, one.message, signature)
