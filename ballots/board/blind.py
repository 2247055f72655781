"""Tokens that are signed without being seen: RSA blind signatures (RFC 9474).

Who may vote hands in a blinded serial; the office signs it once for each voter; unblinded, it is a
signature that the office cannot link to whom it signed for. A key belongs to one district of one
election, so that a token says who may vote on what, and nothing else.

Tokens are of the variant RSABSSA-SHA384-PSS-Randomized, with keys of 3072 bits; the length of the
salt is a parameter for the standard's other vectors only.
"""

import hashlib
import secrets
from dataclasses import dataclass
from math import gcd

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

KEY_BITS = 3072
PREFIX_BYTES = 32  # random, before the message: part of what is signed
SALT_BYTES = 48
_HASH = hashlib.sha384
_HASH_BYTES = 48


class BlindError(ValueError):
    """A blinded message or a signature is not what it should be."""


@dataclass(frozen=True, slots=True)
class Blinded:
    """What a voter's device keeps while the office signs.

    Attributes
    ----------
    message : what will be signed, its random prefix included
    sent : the blinded message, which alone leaves the device
    inverse : what takes the blinding off again
    """

    message: bytes
    sent: bytes
    inverse: int


def prepared(serial: bytes) -> bytes:
    """The message to be signed: the serial after 32 random bytes."""
    return secrets.token_bytes(PREFIX_BYTES) + serial


def blind(
    key: RSAPublicKey, message: bytes, *, salt: bytes | None = None, factor: int | None = None
) -> Blinded:
    """A message that its signer cannot read.

    Parameters
    ----------
    salt, factor : for vectors; else both are drawn at random
    """
    numbers = key.public_numbers()
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    encoded = int.from_bytes(_encoded(message, numbers.n.bit_length() - 1, salt))
    if gcd(encoded, numbers.n) != 1:  # it would give the key away
        raise BlindError("this message has a factor of the key")
    factor = _unit(numbers.n) if factor is None else factor
    sent = encoded * pow(factor, numbers.e, numbers.n) % numbers.n
    return Blinded(message, sent.to_bytes(_size(numbers.n)), pow(factor, -1, numbers.n))


def sign(key: RSAPrivateKey, sent: bytes) -> bytes:
    """The signature of a blinded message.

    Raises
    ------
    BlindError : it has not the key's length or is no number below the key's.
    """
    private = key.private_numbers()
    n, e = private.public_numbers.n, private.public_numbers.e
    number = int.from_bytes(sent)
    if len(sent) != _size(n) or number >= n:
        raise BlindError("this is not blinded for this key")
    # The time that a power takes must not depend on what was sent: it is blinded once more.
    mask = _unit(n)
    masked = number * pow(mask, e, n) % n
    by_p, by_q = pow(masked, private.dmp1, private.p), pow(masked, private.dmq1, private.q)
    signed = by_q + private.q * (private.iqmp * (by_p - by_q) % private.p)
    found = signed * pow(mask, -1, n) % n
    if pow(found, e, n) != number:  # a fault in one half would give the key away
        raise BlindError("the signature went wrong and was not given out")
    return found.to_bytes(_size(n))


def finalize(
    key: RSAPublicKey, blinded: Blinded, signed: bytes, *, salt: int = SALT_BYTES
) -> bytes:
    """The signature of the message itself; raises BlindError if it is none."""
    n = key.public_numbers().n
    if len(signed) != _size(n):
        raise BlindError("a signature has the length of its key")
    signature = (int.from_bytes(signed) * blinded.inverse % n).to_bytes(_size(n))
    if not is_signed(key, blinded.message, signature, salt=salt):
        raise BlindError("the office has not signed what was sent")
    return signature


def is_signed(
    key: RSAPublicKey, message: bytes, signature: bytes, *, salt: int = SALT_BYTES
) -> bool:
    """Whether this is the signature of the message: plain RSA-PSS, as anybody can check it."""
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=salt)
    try:
        key.verify(signature, message, scheme, hashes.SHA384())
    except InvalidSignature:
        return False
    return True


def _encoded(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE (RFC 8017, 9.1.1) with SHA-384."""
    size = -(-bits // 8)
    hashed = _HASH(bytes(8) + _HASH(message).digest() + salt).digest()
    block = bytes(size - len(salt) - _HASH_BYTES - 2) + b"\x01" + salt
    masked = bytes(a ^ b for a, b in zip(block, _mask(hashed, len(block)), strict=True))
    first = masked[0] & 0xFF >> 8 * size - bits
    return bytes([first]) + masked[1:] + hashed + b"\xbc"


def _mask(seed: bytes, size: int) -> bytes:
    """MGF1 with SHA-384."""
    parts = (_HASH(seed + at.to_bytes(4)).digest() for at in range(-(-size // _HASH_BYTES)))
    return b"".join(parts)[:size]


def _unit(n: int) -> int:
    """A random number that has an inverse."""
    while True:
        number = secrets.randbelow(n)
        if gcd(number, n) == 1:
            return number


def _size(n: int) -> int:
    return -(-n.bit_length() // 8)
