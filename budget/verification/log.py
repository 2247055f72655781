"""V5 to V9: each leaf by itself, and what the log says from its opening to its close."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from ballots.board import canonical, leaves
from ballots.board.blind import KEY_BITS, is_signed
from ballots.board.bundle import VERIFIERS
from ballots.board.leaves import Check, Leaf, LeafError, is_count, is_hash
from ballots.board.manifest import PATH as MANIFEST
from ballots.board.manifest import Manifest, ManifestError, UnfitBallotError, check_ballot
from ballots.board.reading import BATCHES, ORDER, VOID, VOTERS, LogError, Reading
from ballots.board.recount import ROLL
from budget.verification.after import told_before
from budget.verification.case import Case, Said, Unchecked, Wrong, blamed, must, needed
from budget.verification.hashes import leaves_of
from core.words import lazy_gettext as _l

TOKENS = "tokens.json"
MARKS: Mapping[str, Check] = {"paper": is_count, "voters": is_count, "web": is_count}
_STEP_OF = {ORDER: "V6", VOTERS: "V7", BATCHES: "V8", VOID: "V9"}
_EXPONENT = 65537
_MODULUS = re.compile(f"[89a-f][0-9a-f]{{{KEY_BITS // 4 - 1}}}")


def check_grammar(case: Case) -> Said:
    """V5: each leaf fits the grammar, each ballot the manifest; the log is read meanwhile."""
    case.manifest = manifest = _manifest(case)
    if not case.has_leaves:
        must(manifest.publication != "open", _l("An open vote without its leaves."))
        raise Unchecked(_l("The public copy of a sealed vote has no leaves."))
    last, reading = needed(case.last, "V2"), Reading()
    keys = _token_keys(case)
    try:
        for data in leaves_of(case, last.size):
            leaf = leaves.read(data)
            if "x" in leaf:
                check_ballot(manifest, leaf["x"])
            _take(case, reading, leaf, keys)
    except (LeafError, UnfitBallotError) as error:
        raise Wrong(_l("leaf %(index)s: %(why)s", index=reading.size, why=error)) from None
    case.reading = reading
    return _l("%(leaves)s leaves are well formed, and each ballot is one of this vote.",
              leaves=f"{reading.size:,}")  # fmt: skip


def check_ends(case: Case) -> Said:
    """V6: `open` is first, `close` last, and `open` names what was asked and who may check."""
    bundle, opened = case.bundle, reading_of(case, "V6").opened
    told: Leaf = {"after": [], **opened}
    tokens = {district: _sum(canonical.dumps(key)) for district, key in _tokens(case).items()}
    here = {
        "manifest": _sum(bundle.content(MANIFEST)),
        "policy": _sum(bundle.content("policy.txt")),
        "log": str(case.key),
        "verifiers": {name: _sum(bundle.content(name)) for name in VERIFIERS if name in bundle},
        "tokens": tokens,
        "after": told_before(case),
    }
    for member, value in here.items():
        must(told[member] == value, _l("The opening names another %(member)s.", member=member))
    must(tokens.keys() <= told["roll"].keys(), _l("There are tokens of other districts."))
    said = _l("The opening is first, the close last, and what the opening names is what is here.")
    for ended in told["after"]:
        continued = _l(
            "The log continues %(log)s: of %(size)s entries that were signed there, %(lost)s were "
            "lost.",
            log=ended["e"], size=f"{ended['size']:,}", lost=f"{ended['size'] - ended['kept']:,}",
        )  # fmt: skip
        said = _l("%(first)s %(then)s", first=said, then=continued)
    return said


def check_voters(case: Case) -> Said:
    """V7: the last ballot of each voter counts, and as many by web as the roll has marks for.

    Who has a token is marked, and need not use it: there they may be fewer.
    """
    reading = reading_of(case, "V7")
    roll = case.json(ROLL, {"districts": is_roll, "rollhash": is_hash})
    rows, opened = roll["districts"].values(), reading.opened
    marks = reading.closed["marks"]
    pairs = {
        "rollhash": (roll["rollhash"], reading.rollhash),
        "districts": ({*roll["districts"]}, {*opened["roll"]}),
        "voters": (sum(row["voters"] for row in rows), reading.voters),
        "web": (sum(row["web"] for row in rows), marks.get("web", 0)),
        "paper": (sum(row["paper"] for row in rows), marks.get("paper", 0)),
    }
    for name, (told, found) in pairs.items():
        said = _l("roll-summary.json has another %(name)s than the log.", name=name)
        must(told == found, said)
    marked = marks.get("web", 0)
    is_so = reading.web <= marked if opened["tokens"] else reading.web == marked
    must(is_so, _l("The roll has other marks for the web."))
    return _l(
        "Of %(cast)s ballots by web %(web)s count, the last of each voter, as the roll is marked.",
        cast=f"{reading.kinds['ballot']:,}", web=f"{reading.web:,}",
    )  # fmt: skip


def check_voids(case: Case) -> Said:
    """V9: what was made void is listed with its document."""
    reading = reading_of(case, "V9")
    listed = "; ".join(f"#{index} {document}" for index, document in reading.void.items())
    return _l("Sheets made void: %(number)s. %(listed)s",
              number=f"{len(reading.void):,}", listed=listed)  # fmt: skip


def reading_of(case: Case, step: str) -> Reading:
    """The reading of the log; raises what was found wrong in it for this step."""
    reading = needed(case.reading, "V5")
    if step in case.faults:
        raise case.faults[step]
    must(reading.closed, _l("The log was not closed."))
    return reading


def is_roll(value: Any) -> bool:
    """What `roll-summary.json` says of districts."""
    return isinstance(value, dict) and all(
        isinstance(row, dict)
        and row.keys() == MARKS.keys()
        and all(fits(row[name]) for name, fits in MARKS.items())
        for row in value.values()
    )


def _take(case: Case, reading: Reading, leaf: Leaf, keys: Mapping[str, RSAPublicKey]) -> None:
    """Read the next leaf; what is wrong in the log is kept for the step that tells it."""
    token = leaf.get("k")
    if token is not None and not _is_signed(keys.get(leaf["d"]), token):
        said = _l("leaf %(index)s: its token is not signed.", index=reading.size)
        case.faults.setdefault("V7", Wrong(said))
    try:
        if not reading.size and leaf["e"] != needed(case.manifest, "V5").election:
            raise reading.refuse(f"of another election: {leaf['e']}")
        reading.take(leaf)
        case.keyings.take(leaf, reading.size - 1)
    except LogError as error:
        case.faults.setdefault(_STEP_OF[error.about], Wrong(str(error)))
        reading.pass_over(leaf)


def _manifest(case: Case) -> Manifest:
    try:
        return Manifest.read(case.bundle.content(MANIFEST))
    except ManifestError as error:
        raise Wrong(f"{MANIFEST}: {error}") from None


def _tokens(case: Case) -> dict[str, dict[str, Any]]:
    """District -> the key of its tokens, as the file has it; empty where pseudonyms are used."""
    if TOKENS not in case.bundle:
        return {}
    with blamed(TOKENS):
        found = canonical.loads(case.bundle.content(TOKENS))
    is_right = isinstance(found, dict) and all(map(_is_token_key, found.values()))
    must(is_right, _l("%(path)s has not the members that it must have.", path=TOKENS))
    return dict(found)


def _token_keys(case: Case) -> dict[str, RSAPublicKey]:
    return {
        district: RSAPublicNumbers(key["e"], int(key["n"], 16)).public_key()
        for district, key in _tokens(case).items()
    }


def _is_token_key(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"e", "n"}
        and value["e"] == _EXPONENT
        and isinstance(value["n"], str)
        and bool(_MODULUS.fullmatch(value["n"]))
    )


def _is_signed(key: RSAPublicKey | None, token: Mapping[str, str]) -> bool:
    message, signature = bytes.fromhex(token["m"]), bytes.fromhex(token["s"])
    return key is not None and is_signed(key, message, signature)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
