"""Receipt codes: the first 100 bits of a leaf's hash, as a voter can read and type them.

The leaf holds 32 random bytes, so a code tells nothing of what was chosen. With it anyone can find
the leaf's place in the public log, and check there that it was counted in.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32
LENGTH = 20
_BITS = 5 * LENGTH
_GROUP = 4
_HASH_BITS = 256
_SLIPS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}


def code_of(hashed: bytes) -> str:
    """The code of a leaf with this hash."""
    bits = int.from_bytes(hashed) >> _HASH_BITS - _BITS
    return "".join(ALPHABET[bits >> _BITS - 5 - 5 * place & 31] for place in range(LENGTH))


def hashes_of(code: str) -> tuple[bytes, bytes]:
    """The least and the greatest hash that has this code, which `is_code`."""
    bits = 0
    for letter in code:
        bits = bits << 5 | _VALUE[letter]
    free = _HASH_BITS - _BITS
    low = bits << free
    return low.to_bytes(_HASH_BITS // 8), (low | (1 << free) - 1).to_bytes(_HASH_BITS // 8)


def is_code(text: str) -> bool:
    """Whether this could be a code, without its hyphens."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET)


def grouped(code: str) -> str:
    """The code as people read it: K7QF-2M9T-0XRB-5HWD-8C3N."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def normal(typed: str) -> str:
    """What was meant by what was typed: case, hyphens and look-alike letters do not matter."""
    return typed.upper().translate(_SLIPS)
