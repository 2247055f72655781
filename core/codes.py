"""Codes that people read, write down and type: letters of Crockford's base32, in groups of four."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # five bits a letter
_GROUP = 4
_SLIPS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})


def new(length: int) -> str:
    """A fresh code of so many random letters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def grouped(code: str) -> str:
    """The code as people read it: K7QF-2M9T-0XRB-5HWD-8C3N."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def normal(typed: str) -> str:
    """What was meant by what was typed: case, hyphens and look-alike letters do not matter."""
    return typed.upper().translate(_SLIPS)


def hash_of(code: str) -> str:
    """What is kept of a code that is random enough to need no salt: SHA-256 in hex."""
    return hashlib.sha256(code.encode()).hexdigest()
