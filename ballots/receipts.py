"""Receipt codes: the first 100 bits of a leaf's hash, as a voter can read and type them.

The leaf holds 32 random bytes, so a code tells nothing of what was chosen. With it anyone can find
the leaf's place in the public log, and check there that it was counted in.
"""

from core.codes import ALPHABET

LENGTH = 20
_BITS = 5 * LENGTH
_HASH_BITS = 256
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
