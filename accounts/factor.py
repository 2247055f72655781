"""The officials' second factor: time-based codes (RFC 6238) and printed recovery codes.

The authenticator's secret is encrypted at rest with a key derived from the application's secret:
a copy of the database alone makes no codes.
"""

import base64
import hashlib
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core import qr

ISSUER = "Gwangjang"
STEP_SECONDS = 30
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # nothing that looks like something else
_GROUPS, _GROUP = 4, 4  # 4 x 4 letters of 30 are 78 bits


def new_secret() -> str:
    """A fresh secret for an authenticator, base32."""
    return pyotp.random_base32()


def sealed(secret: str, application_secret: str) -> bytes:
    """The secret as the database keeps it."""
    return _box(application_secret).encrypt(secret.encode())


def opened(kept: bytes, application_secret: str) -> str | None:
    """The secret again; None if it was sealed with another application secret."""
    try:
        return _box(application_secret).decrypt(kept).decode()
    except InvalidToken:
        return None


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The 30-second step for which `code` is right, one step early or late allowed; else None."""
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    bare = code.replace(" ", "")
    steps = (current, current - 1, current + 1)
    return next((step for step in steps if totp.verify(bare, for_time=step * STEP_SECONDS)), None)


def qr_svg(secret: str, email: str) -> str:
    """A QR picture that an authenticator app reads, as an SVG element with no style of its own."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
    return qr.svg(address)


def new_recovery_codes() -> list[str]:
    """Codes to print: each stands in once for the authenticator."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(code: str) -> str:
    """What the database keeps of a recovery code; spaces, hyphens and case do not matter."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()


def _box(application_secret: str) -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"gwangjang authenticator secrets v1")
    return Fernet(base64.urlsafe_b64encode(key.derive(application_secret.encode())))
