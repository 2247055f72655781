"""The programs that count a vote again without us; docs/bundle.md says what they check."""

import hashlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ("verify.html", "verify.py")


def files() -> dict[str, bytes]:
    """Each of them as it is shipped in a bundle."""
    return {name: (HERE / name).read_bytes() for name in NAMES if (HERE / name).exists()}


def digests() -> dict[str, str]:
    """SHA-256 of each: what the first leaf of a log says of them."""
    return {name: hashlib.sha256(body).hexdigest() for name, body in files().items()}
