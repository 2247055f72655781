"""Receipt codes: 100 random bits that a voter can type, and that tell nothing of the ballot.

Today a code finds out only whether this server has the ballot. Proofs that need no trust in the
server come with the public log.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32
LENGTH = 20
_GROUP = 4
_SLIPS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})


def new() -> str:
    """A fresh code."""
    bits = secrets.randbits(5 * LENGTH)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))


def is_code(text: str) -> bool:
    """Whether this could be a code, in the form that `new` gives."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET)


def grouped(code: str) -> str:
    """The code as people read it: K7QF-2M9T-0XRB-5HWD-8C3N."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def normal(typed: str) -> str:
    """What was meant by what was typed: case, hyphens and look-alike letters do not matter."""
    return typed.upper().translate(_SLIPS)
