"""Which sheets are looked at: a draw that everybody can repeat from a public seed.

Each sheet has a ticket, a decimal fraction made of the seed and its id; the lowest tickets are
drawn. So a sample only grows, and does not depend on what else there is.

References
----------
R. L. Rivest, Consistent Sampling with Replacement, arXiv:1808.10016 (its first tickets).
"""

import hashlib
from collections.abc import Collection

from tally.errors import BallotError, ShortSeedError

SEED_DIGITS = 20
_DIGITS = 64


def sample(seed: str, sheets: Collection[str], size: int) -> tuple[str, ...]:
    """The first `size` sheets of the draw, in its order; all, where there are no more.

    Parameters
    ----------
    seed : at least 20 decimal digits, thrown in public after the ballots were published
    sheets : distinct ids; their order here has no effect

    Raises
    ------
    ShortSeedError, BallotError : nothing was drawn.

    Notes
    -----
    O(n log n).

    >>> sample("01382438112797316654", ["AB-130", "AB-131", "AB-132"], 2)
    ('AB-131', 'AB-130')
    """
    if not (seed.isascii() and seed.isdigit()) or len(seed) < SEED_DIGITS:
        raise ShortSeedError(f"a seed has at least {SEED_DIGITS} digits")
    if len({*sheets}) != len(sheets):
        raise BallotError("a sheet stands twice in the list")
    hashed = hashlib.sha256(seed.encode()).hexdigest()
    drawn = sorted((ticket(hashed, sheet), sheet) for sheet in sheets)
    return tuple(sheet for _, sheet in drawn[:size])


def ticket(hashed_seed: str, sheet: str) -> str:
    """The digits of a sheet's fraction. The last of the hash come first: they are unbiased."""
    number = int.from_bytes(hashlib.sha256((hashed_seed + sheet).encode()).digest())
    return f"{number:0{_DIGITS}d}"[::-1]
