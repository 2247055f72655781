"""Bundles, right ones and forged ones, that every verifier must judge alike.

What was forged is signed as if it were right, so that only what the bundle says can betray it. The
program's verifier, verify.py and verify.html are held to the same cases.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ballots.board import bundle, canonical
from ballots.board.notes import LOG, Signer
from tests.ballots.board import made
from tests.ballots.verifiers import audited, continued, tokens

Forge = Callable[[dict[str, bytes]], dict[str, bytes]]
VOTE = made.vote()
FILES = VOTE.files(leaves=True)
ENEMY = Signer.of(made.ELECTION, LOG, bytes([9] * 32))


def log_of(change, vote=VOTE, files=FILES):
    """The vote with another log, closed and signed as if it were right; its count follows."""
    log = [dict(made.read_leaf(leaf)) for leaf in vote.log[:-1]]
    close = dict(made.read_leaf(vote.log[-1]))
    changed = change(log)
    log = log if changed is None else changed
    counts = {}
    for one in log:
        counts[one["t"]] = counts.get(one["t"], 0) + 1
    close |= {"size": len(log), "counts": counts}
    return signed([*map(canonical.dumps, [*log, close])], files)


def signed(log, files=FILES):
    """The same files with another log that the log's key and the witnesses have signed."""
    forged = replace(VOTE, log=tuple(log), sizes=(1, 5))
    kept = {path: content for path, content in files.items() if not path.startswith("tile/")}
    return made.packed(
        kept
        | dict(made.recount.tile_files(forged.log, with_leaves=True))
        | {
            "checkpoint": str(forged.checkpoint(len(log), forged.signers)).encode(),
            "checkpoints.txt": bundle.joined(map(forged.checkpoint, forged.sizes)).encode(),
        }
    )


def at(kind, log, place=0):
    return [index for index, one in enumerate(log) if one["t"] == kind][place]


def turned(path, old, new):
    def forge(files):
        assert old in files[path]
        return files | {path: files[path].replace(old, new, 1)}

    return forge


def without(*paths):
    return lambda files: {path: text for path, text in files.items() if path not in paths}


def added(path, text=b""):
    return lambda files: files | {path: text}


def result(**changes):
    body = json.loads(FILES["result.json"])
    return added("result.json", canonical.dumps(body | changes))


def roll(change):
    body = json.loads(FILES["roll-summary.json"])
    change(body)
    return added("roll-summary.json", canonical.dumps(body))


FORGED: Mapping[str, tuple[Forge, list[str]]] = {
    "policy that names nobody": (added("policy.txt", b"quorum none\n"), ["V1", "V2"]),
    "policy with another quorum": (turned("policy.txt", b"two 2", b"two 1"), ["V6"]),
    "policy in no text": (added("policy.txt", b"\xff"), ["V1", "V2"]),
    "too few witnesses": (
        added("checkpoint", str(VOTE.checkpoint(len(VOTE.log), ["press"])).encode()), ["V2"],
    ),
    "no checkpoint": (added("checkpoint", b"nothing\n"), ["V2"]),
    "earlier checkpoint": (added("checkpoint", str(VOTE.checkpoint(30, VOTE.signers)).encode()), ["V3", "V5"]),
    "checkpoints in no order": (
        added("checkpoints.txt", bundle.joined(map(VOTE.checkpoint, (9, 1))).encode()), ["V4"],
    ),
    "checkpoints with a hole": (turned("checkpoints.txt", b"\n\ngm", b"\n\n\ngm"), ["V4"]),
    "checkpoint of a fork": (
        added(
            "checkpoints.txt",
            bundle.joined([replace(VOTE, log=VOTE.log[::-1]).checkpoint(5)]).encode(),
        ),
        ["V4"],
    ),
    "no earlier checkpoints": (added("checkpoints.txt"), []),
    "tile turned": (
        added("tile/0/000.p/38", FILES["tile/0/000.p/38"][::-1]), ["V3"],
    ),
    "tile missing": (without("tile/0/000.p/38"), ["V3"]),
    "tile too many": (added("tile/1/000.p/1", bytes(32)), ["V3"]),
    "leaves turned": (turned("tile/entries/000.p/38", b"station 1", b"station 3"), ["V3"]),
    "leaves missing": (without("tile/entries/000.p/38"), []),
    "manifest in another form": (turned("manifest.json", b'"v":1', b'"v": 1'), ["V5"]),
    "manifest of another fund": (turned("manifest.json", b'"fund":1000', b'"fund":2000'), ["V6", "V10"]),
    "manifest of fewer picks": (turned("manifest.json", b'"picks":3', b'"picks":1'), ["V5"]),
    "verifier turned": (added("verify.py", b"raise SystemExit(0) #\n"), ["V6"]),
    "verifier missing": (without("verify.html"), ["V6"]),
    "roll of another hash": (roll(lambda body: body.update(rollhash="ff" * 32)), ["V7"]),
    "roll of more voters": (
        roll(lambda body: body["districts"]["haan-1"].update(voters=31)), ["V7"],
    ),
    "roll of more marks": (roll(lambda body: body["districts"]["haan-1"].update(web=1)), ["V7"]),
    "roll of fewer districts": (roll(lambda body: body["districts"].pop("haan-1")), ["V7"]),
    "roll with more members": (roll(lambda body: body.update(more=1)), ["V7", "V12"]),
    "tally turned": (turned("tally.json", b'"spent":800', b'"spent":900'), ["V10"]),
    "tally of one sign more": (
        lambda files: result(
            trace=made._sum(files["tally.json"] + b" ")
        )(added("tally.json", files["tally.json"] + b" ")(files)), ["V10"],
    ),
    "result of more ballots": (result(ballots=20), ["V10"]),
    "result of others funded": (result(funded=[1, 2]), ["V10"]),
    "result of another seed": (result(seed="27182818284590452353"), []),
    "result of a short seed": (result(seed="three dice"), ["V10"]),
    "result without a seed": (result(seed=""), ["V10"]),
    "result with more": (result(more=1), ["V10"]),
    "ballots fewer": (
        lambda files: files | {"ballots.jsonl": files["ballots.jsonl"].split(b"\n", 1)[1]}, ["V11"],
    ),
    "ballots in another order": (
        lambda files: files
        | {"ballots.jsonl": b"".join(files["ballots.jsonl"].splitlines(keepends=True)[::-1])},
        ["V11"],
    ),
    "tokens where none are used": (
        added("tokens.json", canonical.dumps({"soha-2": {"e": 65537, "n": "f" * 768}})), ["V6"],
    ),
    "tokens in no form": (added("tokens.json", b"[]"), ["V5"]),
    "a record of another hash": (turned("paper/batches.jsonl", b"clerk A", b"clerk D"), ["V8"]),
    "a record too few": (
        lambda files: files
        | {"paper/batches.jsonl": b"".join(files["paper/batches.jsonl"].splitlines(True)[:-1])},
        ["V8"],
    ),
    "a record too many": (
        lambda files: files
        | {"paper/batches.jsonl": files["paper/batches.jsonl"] + b"{}\n"}, ["V8"],
    ),
    "records in another order": (
        lambda files: files
        | {"paper/batches.jsonl": b"".join(files["paper/batches.jsonl"].splitlines(True)[::-1])},
        ["V8"],
    ),
    "no records": (without("paper/batches.jsonl"), ["V8"]),
    "records without their end": (
        lambda files: files | {"paper/batches.jsonl": files["paper/batches.jsonl"][:-1]}, ["V8"],
    ),
    "another adjudication": (
        turned("paper/adjudications.jsonl", b"clerk C", b"clerk D"), ["V8"],
    ),
    "no adjudications": (without("paper/adjudications.jsonl"), ["V8"]),
    "audit without a sample": (added("rla/seed.txt", b"31415926535897932384\n"), ["V12"]),
}  # fmt: skip


PUBLIC: Mapping[str, tuple[Forge]] = {
    "ballots in another order": (
        lambda files: files
        | {"ballots.jsonl": b"".join(files["ballots.jsonl"].splitlines(keepends=True)[::-1])},
    ),
    "a ballot more": (turned("ballots.jsonl", b"{", b'{"f":1,"x":{"a":[1]}}\n{'),),
    "a ballot that does not fit": (turned("ballots.jsonl", b'"a":[]', b'"a":[1,2,3,4]'),),
    "a ballot of no option": (turned("ballots.jsonl", b'"a":[]', b'"a":[9]'),),
    "a line without its end": (lambda files: files | {"ballots.jsonl": files["ballots.jsonl"][:-1]},),
    "a line of more": (turned("ballots.jsonl", b'"f":1', b'"f":1,"p":"00"'),),
    "a channel without its district": (turned("ballots.jsonl", b'"d":"cheolsan-3",', b""),),
    "a channel that is none": (turned("ballots.jsonl", b'"c":"web"', b'"c":"tin"'),),
}  # fmt: skip


def change(kind, place=0, **members):
    def forge(log):
        log[at(kind, log, place)].update(members)

    return forge


def drop(kind, place=0):
    def forge(log):
        del log[at(kind, log, place)]

    return forge


def again(kind, place=0):
    """The same leaf once more, at the end."""
    return lambda log: log.append(dict(log[at(kind, log, place)]))


LOGS: Mapping[str, tuple[Any, list[str]]] = {
    "a ballot changed": (change("ballot", 5, x={"a": [4]}), ["V10", "V11"]),
    "a ballot lost": (drop("ballot", 5), ["V7", "V8", "V9", "V10", "V11"]),
    "a ballot of no district": (change("ballot", 5, d="nowhere"), ["V7", "V10", "V11"]),
    "a ballot of another vote": (change("ballot", 5, e="gm.example/pb/2028"), ["V6", "V7", "V10", "V11"]),
    "a ballot of no form": (change("ballot", 5, f=0), ["V5"]),
    "a ballot of no option": (change("ballot", 5, x={"a": [9]}), ["V5"]),
    "a ballot of another kind": (change("ballot", 5, x={"s": [[1, 1]]}), ["V5"]),
    "an opening of another vote": (
        change("open", 0, e="gm.example/pb/2028"), ["V6", "V7", "V8", "V9", "V10", "V11"],
    ),
    "no opening": (drop("open"), ["V6", "V7", "V8", "V9", "V10", "V11"]),
    "opened twice": (again("open"), ["V6"]),
    "revoked twice": (again("revoke"), ["V7", "V10", "V11"]),
    "revoked nothing": (change("revoke", 0, p="ff" * 16), ["V7"]),
    "paper and web": (again("ballot", 2), ["V7"]),
    "a batch declared twice": (again("batch"), ["V8"]),
    "a sheet typed twice": (again("paper", 1), ["V8"]),
    "a sheet of no batch": (change("paper", 0, b=9), ["V8", "V10", "V11"]),
    "a sheet beyond the batch": (change("paper", 0, s=9), ["V8", "V10", "V11"]),
    "a batch of more sheets": (change("batch", 0, sheets=6), ["V8"]),
    "a batch of more settled": (change("batch-close", 0, settled=2), ["V8"]),
    "a batch of another record": (change("batch-close", 0, keying="ab" * 32), ["V8"]),
    "a batch of fewer blanks": (change("batch-close", 0, blank=0, spoiled=2), ["V8"]),
    "a batch not closed": (drop("batch-close", 1), ["V8"]),
    "a void of nothing": (change("void", 0, i=3), ["V8", "V9", "V10", "V11"]),
    "a roll-change of more": (change("roll-change", 0, added=3), ["V7"]),
    "an opening of another key": (change("open", 0, log=str(ENEMY.key)), ["V6"]),
    "an opening of other tokens": (change("open", 0, tokens={"soha-2": "aa" * 32}), ["V6", "V7", "V10", "V11"]),
}  # fmt: skip


def record(change, place=0):
    """The vote where the record of a keying says something else, and the log has its hash."""

    def forge():
        lines = FILES["paper/batches.jsonl"].splitlines()
        told = json.loads(lines[place])
        changed = change(told)
        lines[place] = changed if isinstance(changed, bytes) else canonical.dumps(told)
        log = [dict(made.read_leaf(leaf)) for leaf in VOTE.log]
        log[at("batch-close", log, place)]["keying"] = made._sum(lines[place])
        text = b"".join(line + b"\n" for line in lines)
        return signed([*map(canonical.dumps, log)], FILES | {"paper/batches.jsonl": text})

    return forge


def reads(keying, sheet, reading):
    """Change what the record says that somebody read on a sheet."""

    def change(told):
        told[keying][sheet - 1][1] = reading

    return change


def both_read(sheet, reading):
    def change(told):
        told["first"][sheet - 1][1] = told["second"][sheet - 1][1] = reading

    return change


def blank_between(told):
    return canonical.dumps(told).replace(b":", b": ", 1)


# Records of keyings whose hashes stand in the log: each is wrong in V8, and nowhere else.
RECORDS: Mapping[str, Callable[[], bytes]] = {
    "a record of another batch": record(lambda told: told.update(b=2)),
    "a record by one clerk twice": record(lambda told: told.update(clerks=["A", "A", "C"])),
    "a record settled by nobody": record(lambda told: told["clerks"].pop()),
    "a record by a clerk too many": record(lambda told: told["clerks"].append("clerk D")),
    "a record by no name": record(lambda told: told.update(clerks=["", "B", "C"])),
    "a sheet typed once": record(lambda told: told["second"].pop()),
    "sheets in no order": record(lambda told: told["first"].reverse()),
    "a sheet typed twice by one clerk": record(lambda told: told["first"].insert(0, told["first"][0])),
    "a sheet that differs and was not settled": record(reads("second", 2, "blank")),
    "a sheet that was settled and does not differ": record(both_read(1, "blank")),
    "a sheet settled in another way than it counts": record(reads("settled", 1, "blank")),
    "a sheet typed in another way than it counts": record(both_read(2, {"a": [5]})),
    "a reading that is none": record(reads("second", 1, "torn")),
    "a reading in no order": record(reads("second", 1, {"a": [2, 1]})),
    "a reading of true": record(reads("second", 1, {"a": [True]})),
    "a row of three": record(lambda told: told["first"][0].append(1)),
    "sheets that are no list": record(lambda told: told.update(settled={})),
    "a record without its number": record(lambda told: told.pop("n")),
    "a record of a short number": record(lambda told: told.update(n="00")),
    "a record in another form": record(blank_between),
    "a record of no JSON": record(lambda _told: b"record"),
    "a record of no text": record(lambda _told: b"\xff"),
}  # fmt: skip


def every() -> Iterator[tuple[str, bytes]]:
    """Each case with its bundle."""
    yield "the auditors' copy", made.packed(FILES)
    yield "the public copy", made.packed(VOTE.files())
    for name, (forge, _) in FORGED.items():
        yield name, made.packed(forge(FILES))
    for name, (forge,) in PUBLIC.items():
        yield f"public copy: {name}", made.packed(forge(VOTE.files()))
    for name, (forge, _) in LOGS.items():
        yield name, log_of(forge)
    for name, forge in RECORDS.items():
        yield name, forge()
    for name, (forge, _) in tokens.FORGED.items():
        yield name, forge()
    yield from audited.every()
    yield from continued.every()
    vote = audited.clear()
    files = replace(vote, more=audited.audit(vote)).files(leaves=True)
    endless = change("batch", 0, sheets=2**53 - 1)
    yield "an audit of sheets without end", log_of(endless, vote, files)
