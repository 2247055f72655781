"""The keys that sign tokens: one for each district of each contest, outside both databases.

They are made when the vote opens and destroyed when it has closed: from then on nobody can make a
further token. The public halves stand in the board's row and, hashed, in the log's first leaf.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
)

from ballots.board import blind, canonical
from ballots.board.blind import KEY_BITS
from ballots.board.leaves import Leaf
from ballots.contest_keys import ContestKeys

EXPONENT = 65537
_HEX_DIGITS = KEY_BITS // 4


class TokenKeys(ContestKeys):
    """The keys of contests whose voters have tokens; a file holds those of all districts."""

    suffix = "tokens"

    def create_for(self, contest_id: UUID, districts: Iterable[str]) -> None:
        """Make a key for each district, unless the contest has them."""
        made = {district: rsa.generate_private_key(EXPONENT, KEY_BITS) for district in districts}
        self.keep(contest_id, canonical.dumps({name: _written(key) for name, key in made.items()}))

    def key(self, contest_id: UUID, district: str) -> RSAPrivateKey:
        """The key of a district. Raises FileNotFoundError where it is not at hand."""
        told = canonical.loads(self._key(contest_id))
        return _loaded(told[district])

    def public(self, contest_id: UUID) -> str:
        """What `tokens.json` says of the contest's keys."""
        told = canonical.loads(self._key(contest_id))
        return written({name: _loaded(key).public_key() for name, key in told.items()})

    def destroy(self, contest_id: UUID) -> None:
        """Overwrite and remove the keys: nobody makes a token of this contest from now on."""
        super().destroy(contest_id)
        _loaded.cache_clear()


def written(keys: Mapping[str, RSAPublicKey]) -> str:
    """District -> public key, as canonical JSON (docs/bundle.md)."""
    numbers = {district: key.public_numbers() for district, key in keys.items()}
    told = {name: {"e": own.e, "n": f"{own.n:0{_HEX_DIGITS}x}"} for name, own in numbers.items()}
    return canonical.dumps(told).decode()


@lru_cache(maxsize=64)
def read(tokens: str) -> Mapping[str, RSAPublicKey]:
    """The keys that `written` wrote."""
    return {
        district: RSAPublicNumbers(key["e"], int(key["n"], 16)).public_key()
        for district, key in canonical.loads(tokens.encode()).items()
    }


def hashes(tokens: str) -> dict[str, str]:
    """District -> SHA-256 of its key, as the log's first leaf names it."""
    return {
        district: hashlib.sha256(canonical.dumps(key)).hexdigest()
        for district, key in canonical.loads(tokens.encode()).items()
    }


def has_signed(keys: Mapping[str, RSAPublicKey], leaf: Leaf) -> bool:
    """Whether the token of a ballot is signed by its own district's key."""
    key = keys.get(leaf["d"])
    serial, signature = (bytes.fromhex(leaf["k"][part]) for part in ("m", "s"))
    return key is not None and blind.is_signed(key, serial, signature)


def _written(key: RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@lru_cache(maxsize=64)
def _loaded(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("a key for tokens is an RSA key")
    return key
