"""Tokens signed without being seen: the standard's vectors, and forgeries."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from ballots.board import blind
from ballots.board.blind import BlindError

SHARED = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "rfc9474"
KEY = rsa.generate_private_key(65537, blind.KEY_BITS)
PUBLIC = KEY.public_key()
N = PUBLIC.public_numbers().n


def token(serial=b"serial"):
    blinded = blind.blind(PUBLIC, blind.prepared(serial))
    return blinded, blind.finalize(PUBLIC, blinded, blind.sign(KEY, blinded.sent))


def test_a_token_is_signed_and_nothing_sent_says_which():
    blinded, signature = token()
    assert blind.is_signed(PUBLIC, blinded.message, signature)
    assert blinded.message[blind.PREFIX_BYTES :] == b"serial"
    again = blind.blind(PUBLIC, blinded.message)
    assert again.sent != blinded.sent
    assert len(again.sent) == len(signature) == blind.KEY_BITS // 8


def test_one_signature_never_becomes_another():
    blinded, signature = token()
    number = int.from_bytes(signature)
    for other in (number * number % N, N - number, number * 2 % N, 1, number ^ 1):
        assert not blind.is_signed(PUBLIC, blinded.message, other.to_bytes(384))
    assert not blind.is_signed(PUBLIC, blinded.message + b"x", signature)
    assert not blind.is_signed(PUBLIC, blinded.message, signature[:-1])
    assert not blind.is_signed(PUBLIC, blinded.message, signature, salt=0)


def test_what_is_not_blinded_for_the_key_is_not_signed():
    for wrong in (b"", bytes(383), bytes(385), N.to_bytes(384), b"\xff" * 384):
        with pytest.raises(BlindError, match="not blinded for this key"):
            blind.sign(KEY, wrong)


def test_a_wrong_answer_of_the_office_is_noticed():
    blinded, _ = token()
    other = blind.blind(PUBLIC, blind.prepared(b"other"))
    with pytest.raises(BlindError, match="not signed what was sent"):
        blind.finalize(PUBLIC, blinded, blind.sign(KEY, other.sent))
    with pytest.raises(BlindError, match="length of its key"):
        blind.finalize(PUBLIC, blinded, b"")


def test_a_fault_while_signing_gives_nothing_out():
    numbers = KEY.private_numbers()

    class Faulty:
        def private_numbers(self):
            return rsa.RSAPrivateNumbers(
                p=numbers.p, q=numbers.q, d=numbers.d, dmp1=numbers.dmp1 ^ 2, dmq1=numbers.dmq1,
                iqmp=numbers.iqmp, public_numbers=numbers.public_numbers,
            )  # fmt: skip

    with pytest.raises(BlindError, match="was not given out"):
        blind.sign(Faulty(), blind.blind(PUBLIC, b"message").sent)


def test_a_message_with_a_factor_of_the_key_is_refused(monkeypatch):
    factor = KEY.private_numbers().p.to_bytes(384)
    monkeypatch.setattr(blind, "_encoded", lambda *_: factor)
    with pytest.raises(BlindError, match="factor of the key"):
        blind.blind(PUBLIC, b"message")


def test_a_random_number_without_inverse_is_drawn_again(monkeypatch):
    drawn = iter([KEY.private_numbers().p, 5])
    monkeypatch.setattr(blind.secrets, "randbelow", lambda _: next(drawn))
    blinded = blind.blind(PUBLIC, b"message")
    assert blinded.inverse == pow(5, -1, N)


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.exists(), reason="the standard's vectors are not at hand; an extra test"
)
def test_the_vectors_of_the_standard():
    cases = json.loads((SHARED / "test_vectors.json").read_text())
    for case in cases:
        n, e, d, p, q = (int(case[name], 16) for name in "nedpq")
        public = rsa.RSAPublicNumbers(e, n)
        key = rsa.RSAPrivateNumbers(
            p=p, q=q, d=d, dmp1=d % (p - 1), dmq1=d % (q - 1), iqmp=pow(q, -1, p),
            public_numbers=public,
        ).private_key()  # fmt: skip
        salt = bytes.fromhex(case["salt"])
        message = bytes.fromhex(case.get("msg_prefix", "") + case["msg"])
        factor = pow(int(case["inv"], 16), -1, n)
        blinded = blind.blind(key.public_key(), message, salt=salt, factor=factor)
        assert blinded.sent.hex() == case["blinded_msg"]
        signed = blind.sign(key, blinded.sent)
        assert signed.hex() == case["blind_sig"]
        signature = blind.finalize(key.public_key(), blinded, signed, salt=len(salt))
        assert signature.hex() == case["sig"]
    assert cases
