"""One-time codes of letters, written and read as receipt codes are (`ballots/receipts.py`)."""

import secrets

from ballots.receipts import ALPHABET

LENGTH = 16  # of 32 letters: 80 random bits


def new() -> str:
    """A fresh code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
