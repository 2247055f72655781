"""The recovery code: 128 random bits from which a voter's device makes the same token again.

Serial, salt and blinding of a token all follow from the code (HKDF, RFC 5869), and the office
answers the same blinded message with the same signature. So a code that was written down takes the
place of a device that was lost. `app/assets/js/token/recovery.js` does the same in the browser.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ballots.board import blind
from ballots.board.blind import PREFIX_BYTES, SALT_BYTES, Blinded
from ballots.tokens.errors import WrongRecoveryCodeError
from core.codes import ALPHABET, normal

SECRET_BYTES = 16
CHECK_BITS = 12  # of SHA-256 of the secret: one slip in 4,096 is not found
LENGTH = 28  # letters: 128 bits and the check, five bits each
_FACTOR_BYTES = blind.KEY_BITS // 8 + 16  # 128 bits beyond the key, so that no number is likelier
_FIVE = 5


def code_of(secret: bytes) -> str:
    """The code that is written down."""
    bits = int.from_bytes(secret) << CHECK_BITS | _check(secret)
    return "".join(ALPHABET[bits >> _FIVE * place & 31] for place in reversed(range(LENGTH)))


def secret_of(typed: str) -> bytes:
    """The 16 bytes of a code; case, hyphens and look-alike letters do not matter.

    Raises
    ------
    WrongRecoveryCodeError : it is none, or was mistyped.
    """
    code = normal(typed)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        raise WrongRecoveryCodeError
    bits = 0
    for letter in code:
        bits = bits << _FIVE | ALPHABET.index(letter)
    secret = (bits >> CHECK_BITS).to_bytes(SECRET_BYTES)
    if bits & (1 << CHECK_BITS) - 1 != _check(secret):
        raise WrongRecoveryCodeError
    return secret


def blinded(secret: bytes, election: str, district: str, key: RSAPublicKey) -> Blinded:
    """What the holder of the code lets the office sign; the message is the token's serial."""

    def derived(purpose: str, size: int) -> bytes:
        salt, info = f"{election}\n{district}".encode(), f"token v1: {purpose}".encode()
        return HKDF(SHA256(), size, salt, info).derive(secret)

    factor = int.from_bytes(derived("blinding", _FACTOR_BYTES)) % key.public_numbers().n
    return blind.blind(
        key, derived("serial", PREFIX_BYTES), salt=derived("salt", SALT_BYTES), factor=factor
    )


def _check(secret: bytes) -> int:
    return int.from_bytes(hashlib.sha256(secret).digest()[:2]) >> 16 - CHECK_BITS
