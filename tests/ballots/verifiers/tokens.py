"""Votes by blind tokens, right ones and forged ones, for all verifiers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ballots.board import canonical
from tests.ballots.board import made


@cache
def office(number=0):
    """A key that signs tokens, and others; made once, for it takes a while."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def token(key, serial):
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
    return {"m": serial.hex(), "s": key.sign(serial, scheme, hashes.SHA384()).hex()}


def told_key(key):
    return {"e": 65537, "n": f"{key.public_key().public_numbers().n:x}"}


def with_tokens(*, forge=lambda one: one, districts=None, keys=None):
    """A bundle of four voters by blind tokens, one of whom votes twice.

    Parameters
    ----------
    forge : changes the last leaf
    districts : district -> key, as the opening names them
    keys : what `tokens.json` says, if it is not the same
    """
    districts = districts or {"cheolsan-3": office(0), "haan-1": office(1)}
    told = {name: told_key(key) for name, key in districts.items()}
    sums = {name: made._sum(canonical.dumps(key)) for name, key in told.items()}
    log = [made.opening(tokens=sums)]
    for voter in (1, 2, 3, 4, 2):
        log.append(
            made.leaf(
                "ballot", made.ELECTION, d="cheolsan-3", c="web", f=1, n=f"{len(log):064x}",
                k=token(office(0), bytes([voter] * 32)), x={"a": [voter]},
            )
        )  # fmt: skip
    log[-1] = forge(log[-1])
    closed = made.closed(log)
    vote = replace(made.vote(), log=closed, marks=made.marks_of(closed), sizes=())
    files = vote.files(leaves=True)
    roll = json.loads(files["roll-summary.json"]) | {"rollhash": made.ROLLHASHES[0]}
    files["roll-summary.json"] = canonical.dumps(roll)
    return made.packed(files | {"tokens.json": canonical.dumps(told if keys is None else keys)})


def other_token(change):
    """A bundle whose last ballot has a token that was changed by its key's number and itself."""
    n = office(0).public_key().public_numbers().n
    return lambda: with_tokens(forge=lambda leaf: leaf | {"k": leaf["k"] | change(n, leaf["k"])})


def squared(n, kept):
    return {"s": f"{pow(int(kept['s'], 16), 2, n):0768x}"}


def beyond(n, kept):
    """The same number modulo the key, where it fits."""
    return {"s": f"{min(int(kept['s'], 16) + n, (1 << 3072) - 1):0768x}"}


# Tokens that were forged, and the steps that are wrong.
FORGED: Mapping[str, tuple[Callable[[], bytes], list[str]]] = {
    "tokens as they should be": (with_tokens, []),
    "a token squared": (other_token(squared), ["V7"]),
    "a token beyond its key": (other_token(beyond), ["V7"]),
    "a token of another serial": (other_token(lambda _n, _kept: {"m": "44" * 32}), ["V7"]),
    "a token of another district": (
        lambda: with_tokens(forge=lambda leaf: leaf | {"d": "haan-1"}), ["V7"],
    ),
    "a token of a key from elsewhere": (
        lambda: with_tokens(forge=lambda leaf: leaf | {"k": token(office(2), bytes([2] * 32))}),
        ["V7"],
    ),
    "a token of a district without a key": (
        lambda: with_tokens(forge=lambda leaf: leaf | {"d": "soha-2"}), ["V7"],
    ),
    "another key than the opening's": (
        lambda: with_tokens(keys={"cheolsan-3": told_key(office(0)), "haan-1": told_key(office(2))}),
        ["V6"],
    ),
    "keys of nobody": (lambda: with_tokens(keys={}), ["V6", "V7"]),
    "a key of another exponent": (
        lambda: with_tokens(keys={"cheolsan-3": {"e": 3, "n": "f" * 768}}), ["V5"],
    ),
    "a key of a district that is none": (
        lambda: with_tokens(districts={"cheolsan-3": office(0), "nowhere": office(1)}), ["V6"],
    ),
}  # fmt: skip
