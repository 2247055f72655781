"""Programs that we did not write, over the log in a folder; run by an environment of their own.

Each prints one line of what it has checked, or fails. Nothing of ours is imported here.
"""

import json
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def need(truth: object, what: str) -> None:
    """Stop with a sentence unless it is so."""
    if not truth:
        sys.exit(what)


def proofs_in(folder: Path) -> Any:
    return json.loads((folder / "proofs.json").read_text())


def hashes(written: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in written]


def leaves_in(folder: Path) -> list[bytes]:
    """The leaves of the bundles, cut by the length that stands before each."""
    data = b"".join(path.read_bytes() for path in whole_bundles(folder))
    found, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return found


def whole_bundles(folder: Path) -> list[Path]:
    size = proofs_in(folder)["size"]
    full = [folder / "tile" / "entries" / f"{at:03}" for at in range(size // 256)]
    return [*full, folder / "tile" / "entries" / f"{size // 256:03}.p" / str(size % 256)]


def pymerkle(folder: Path) -> str:
    """Roots of seven sizes, inclusion proofs, and that the sizes are consistent."""
    from pymerkle import InmemoryTree  # noqa: PLC0415 - of this environment's peers, one at a time

    given, tree = proofs_in(folder), InmemoryTree(algorithm="sha256")
    tree.append_entries(leaves_in(folder))
    need(tree.get_size() == given["size"], "another size")
    for size, root in given["roots"].items():
        need(tree.get_state(int(size)).hex() == root, f"another root of {size} leaves")
    for one in given["inclusion"]:
        proof = tree.prove_inclusion(one["index"] + 1, given["size"])
        need(proof.path == hashes([one["leaf"], *one["proof"]]), f"another proof of {one['index']}")
    later = bytes.fromhex(given["roots"][str(given["size"])])
    for one in given["consistency"]:
        prior = bytes.fromhex(given["roots"][str(one["old"])])
        tree.prove_consistency(one["old"], given["size"]).verify(prior, later)
    checked = len(given["roots"]) + len(given["inclusion"]) + len(given["consistency"])
    return f"{checked} roots and proofs"


def rfc8785(folder: Path) -> str:
    """Canonical JSON: the same bytes for each value."""
    import rfc8785 as peer  # noqa: PLC0415 - of this environment's peers, one at a time

    lines = (folder / "values.jsonl").read_bytes().split(b"\n")
    for line in lines:
        need(peer.dumps(json.loads(line)) == line, f"other bytes than {line!r}")
    return f"{len(lines):,} values, byte for byte"


def consistent_sampler(folder: Path) -> str:
    """The same sheets in the same order."""
    from consistent_sampler import sampler  # noqa: PLC0415 - of this environment's peers

    draws = json.loads((folder / "sample.json").read_text())
    for draw in draws:
        drawn = list(sampler(draw["ids"], draw["seed"], take=len(draw["drawn"]), output="id"))
        need(drawn == draw["drawn"], f"another draw by {draw['seed']}")
    return f"{len(draws)} draws of {len(draws[0]['drawn'])} sheets"


def aics_tlog(folder: Path) -> str:
    """The checkpoint, every tile and every bundle of leaves, and a receipt as tlog-proof has it."""
    import aics_tlog as peer  # noqa: PLC0415 - of this environment's peers, one at a time
    from aics_tlog.verified import audit_tiles  # noqa: PLC0415 - the same

    given, key = proofs_in(folder), peer.parse_vkey((folder / "vkey").read_text())
    note = peer.parse_note((folder / f"checkpoint-{given['size']}").read_bytes())
    found = peer.verify_checkpoint(note, key, expected_origin=key.name)
    need(found.log_ok, "the checkpoint is not signed")
    root = peer.parse_checkpoint(note.text).root
    report = audit_tiles(peer.FileSystemTileReader(folder), given["size"], root)
    for one in given["inclusion"]:
        proof, leaf = hashes(one["proof"]), bytes.fromhex(one["leaf"])
        need(peer.verify_inclusion(leaf, one["index"], given["size"], proof, root), "no inclusion")
    return f"checkpoint, {report.tiles} tiles, {report.bundles} bundles, {len(given['inclusion'])} proofs"


def aics_feeder(folder: Path) -> str:
    """A client that submits our log to our witness, and is refused as the standard says."""
    from aics_witness import feeder  # noqa: PLC0415 - of this environment's peers, one at a time

    given, served = proofs_in(folder), json.loads((folder / "our-witness.json").read_text())
    notes = {size: (folder / f"checkpoint-{size}").read_bytes() for size in (70_000, given["size"])}
    proof = next(one["proof"] for one in given["consistency"] if one["old"] == 70_000)

    def prove(old: int, _size: int) -> list[bytes]:
        return hashes(proof) if old else []

    def client() -> Any:
        return feeder.WitnessClient(served["url"], served["key"])

    def refused(error: type[Exception], act: Callable[[], Any], what: str) -> None:
        try:
            act()
        except error:
            return
        sys.exit(f"{what} was not refused")

    first = client()
    merged = feeder.merge_cosignatures(notes[70_000], first.submit(notes[70_000], prove))
    need(served["name"].encode() in merged, "no cosignature")
    wrong = (70_000, [b"x" * 32])
    refused(feeder.WitnessRejected, lambda: client().submit(notes[given["size"]], wrong), "a proof")
    first.submit(notes[given["size"]], prove)
    client().submit(notes[given["size"]], prove)  # knows no size: 409, then signed again
    refused(feeder.WitnessAhead, lambda: client().submit(notes[70_000], prove), "a rollback")
    return "3 signed, 1 conflict settled, 2 refused"


def aics_witness(folder: Path) -> str:
    """A witness that our client asks: served until the standard input ends."""
    from aics_witness import config, service, store  # noqa: PLC0415 - of this environment's peers
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - the same
        Ed25519PrivateKey,
    )

    key = (folder / "vkey").read_text()
    log = config.LogConfig.from_strings(key.partition("+")[0], [key])
    with tempfile.TemporaryDirectory() as name:
        kept = store.WitnessStore(Path(name) / "witness.db", create=True)
        witness = service.Witness("aics.example/w1", Ed25519PrivateKey.generate(), kept, [log])
        server = service.make_server(witness)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write(json.dumps({"url": server.url, "key": witness.vkey_text}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.shutdown()
        kept.close()
    return "ended"


PEERS: Mapping[str, Callable[[Path], str]] = {
    "pymerkle": pymerkle,
    "rfc8785": rfc8785,
    "consistent-sampler": consistent_sampler,
    "aics-tlog": aics_tlog,
    "aics-feeder": aics_feeder,
    "aics-witness": aics_witness,
}

if __name__ == "__main__":
    sys.stdout.write(PEERS[sys.argv[1]](Path(sys.argv[2])) + "\n")
