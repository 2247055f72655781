"""Audits of paper by sample, right ones and forged ones, for all verifiers."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from ballots.board import canonical
from ballots.board.reading import replay
from budget.recount import instance_of, outcome_of
from budget.verification.audit import six_places
from tally.audit.greedy_assertions import assertions
from tally.audit.risk import Comparison
from tally.audit.sampling import sample
from tests.ballots.board import made

SEED = "27182818284590452353"
SHEETS = [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 1)]
CHOICES = ([1, 2, 5], [1, 2], [1, 2, 5], [1, 2], [1, 5], [2, 3], [4])
LIMIT = "1/4"


def clear(rule="greedy_cost", kind="approval"):
    """A vote that is decided by some votes, in which nothing is level."""
    manifest = replace(made.MANIFEST, kind=kind, rule=rule, parameters={}, picks=0, fields={})
    log = made.events(manifest)
    for place, one in enumerate(log):
        if "x" in one:
            one["x"] = made.SAID[kind](CHOICES[place % len(CHOICES)])
    return made.vote(manifest, log=made.closed(log, manifest))


def sheet(vote, number):
    """What was typed of a sheet: its choices, or why it has none."""
    reading = replay(map(made.read_leaf, vote.log))
    if number in reading.votes:
        return {"x": dict(reading.votes[number].choices)}
    return {"u": reading.unused[number]}


def audit(vote, *, size=6, read=None, limit=LIMIT, errors=None):
    """The files of an audit whose sheets were read as they were typed, but for those in `read`.

    `errors` are those of each sheet for each assertion, where some were read otherwise.
    """
    reading = replay(map(made.read_leaf, vote.log))
    instance = instance_of(vote.manifest)
    ballots = [one.choices for one in reading.votes.values()]
    outcome = outcome_of(vote.manifest, ballots, vote.seed)
    code = {one.code: one.number for one in vote.manifest.options}
    drawn = sample(SEED, [f"{batch}:{number}" for batch, number in SHEETS], size)
    numbers = [tuple(map(int, name.split(":"))) for name in drawn]
    told = [
        {"above": code[one.above], "below": code[one.below], "risk": one.margin, "pair": one}
        for one in assertions(instance, outcome)
    ]
    for row in told:
        pair = row.pop("pair")
        points = len(code) - 1 if vote.manifest.kind == "ordinal" else 1
        most = points * max(pair.factor_above, pair.factor_below)
        test = Comparison(row["risk"], most, len(SHEETS))
        wrong = errors(row, most) if errors else [0] * size
        row["risk"] = six_places(Fraction(0) if test.is_safe else test.risk(wrong))
    report = {
        "assertions": sorted(told, key=lambda row: (row["below"], row["above"])), "limit": limit,
    }  # fmt: skip
    lines = [
        {
            "b": batch,
            "s": number,
            **((read or {}).get((batch, number)) or sheet(vote, (batch, number))),
        }
        for batch, number in numbers
    ]
    return {
        "rla/manifest.csv": b"batch,sheets\n1,5\n2,1\n",
        "rla/seed.txt": f"{SEED}\n".encode(),
        "rla/sample.csv": "".join(["batch,sheet\n", *(f"{b},{s}\n" for b, s in numbers)]).encode(),
        "rla/mvr.jsonl": b"".join(canonical.dumps(line) + b"\n" for line in lines),
        "rla/report.json": canonical.dumps(report),
    }


DRAWN = [
    tuple(map(int, name.split(":")))
    for name in sample(SEED, [f"{batch}:{number}" for batch, number in SHEETS], 6)
]


def missing(vote):
    """An audit that missed a sheet."""
    errors = lambda _row, most: [2 * most if one == (1, 3) else 0 for one in DRAWN]  # noqa: E731
    return audit(vote, read={(1, 3): {"u": "missing"}}, errors=errors, limit="1/1")


def misread(vote):
    """An audit that found a sheet typed wrong."""
    typed = sheet(vote, (2, 1))["x"]["a"]
    seen = [1] if typed != [1] else [3]

    def errors(row, _most):
        said = lambda number: (number in typed) - (number in seen)  # noqa: E731
        return [said(row["above"]) - said(row["below"]) if one == (2, 1) else 0 for one in DRAWN]

    return audit(vote, read={(2, 1): {"x": {"a": seen}}}, errors=errors, limit="1/1")


RULES = [("greedy_cost", "approval"), ("greedy_card", "approval"), ("greedy_score", "ordinal")]
# Votes for which no audit is known.
PLAIN = [
    replace(made.MANIFEST, picks=0, fields={}, parameters={"minimum_votes": 1, "stop": False}),
    replace(made.MANIFEST, picks=0, fields={}, parameters={}, kind="scored", rule="greedy_score"),
]


def changed(path, change):
    return lambda files: files | {path: change(files[path])}


def rows(change):
    def forge(text):
        body = json.loads(text)
        change(body["assertions"])
        return canonical.dumps(body)

    return changed("rla/report.json", forge)


FORGED: Mapping[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "other batches": changed("rla/manifest.csv", lambda text: text.replace(b"1,5", b"1,6")),
    "another head": changed("rla/manifest.csv", lambda text: text.replace(b"batch", b"pile")),
    "a row of three": changed("rla/manifest.csv", lambda text: text.replace(b"1,5", b"1,5,1")),
    "a row without its end": changed("rla/manifest.csv", lambda text: text[:-1]),
    "another seed": changed("rla/seed.txt", lambda _: b"31415926535897932384\n"),
    "a short seed": changed("rla/seed.txt", lambda _: b"3141592653589793238\n"),
    "a seed of no text": changed("rla/seed.txt", lambda _: b"\xff\n"),
    "another sample": changed(
        "rla/sample.csv", lambda text: b"batch,sheet\n" + b"".join(text.splitlines(True)[:0:-1])
    ),
    "a sheet not read": changed(
        "rla/mvr.jsonl", lambda text: b"".join(text.splitlines(True)[:-1])
    ),
    "a sheet read twice": changed("rla/mvr.jsonl", lambda text: text + text.splitlines(True)[0]),
    "a sheet in no JSON": changed("rla/mvr.jsonl", lambda text: text.replace(b"{", b"[", 1)),
    "a sheet of another kind": changed("rla/mvr.jsonl", lambda text: text.replace(b"blank", b"white")),
    "a sheet that names no option": changed(
        "rla/mvr.jsonl", lambda text: re.sub(rb'"a":\[[0-9,]+\]', b'"a":[9]', text, count=1)
    ),
    "a report of no JSON": changed("rla/report.json", lambda text: text + b" "),
    "a report without a limit": changed("rla/report.json", lambda _: b'{"assertions":[]}'),
    "a limit of no number": changed("rla/report.json", lambda text: text.replace(b"1/4", b"0/4")),
    "no assertions": rows(lambda told: told.clear()),
    "an assertion less": rows(lambda told: told.pop()),
    "an assertion twice": rows(lambda told: told.append(told[-1])),
    "an assertion turned": rows(lambda told: told[0].update(above=told[0]["below"])),
    "an assertion with more": rows(lambda told: told[0].update(more=1)),
    "another risk": rows(lambda told: told[0].update(risk="0.000001")),
    "a risk of no number": rows(lambda told: told[0].update(risk="0.1")),
    "no sample": lambda files: {path: text for path, text in files.items() if "sample" not in path},
}  # fmt: skip


def bundle(vote, files):
    """The auditors' copy of a vote that was audited so."""
    return made.packed(replace(vote, more=files).files(leaves=True))


def every() -> Iterator[tuple[str, bytes]]:
    """Each case with its bundle."""
    for rule, kind in RULES:
        vote = clear(rule, kind)
        for size in (0, 3, 6):
            yield f"{size} sheets of {kind} by {rule}", bundle(vote, audit(vote, size=size))
    vote = clear()
    right = audit(vote)
    yield "a sheet that is missing", bundle(vote, missing(vote))
    yield "a sheet that was typed wrong", bundle(vote, misread(vote))
    yield (
        "a sheet that is missing and not told",
        bundle(vote, audit(vote, read={(1, 3): {"u": "missing"}})),
    )
    yield "an audit without leaves", made.packed(replace(vote, more=right).files())
    yield "a limit that is too low", bundle(vote, audit(vote, limit="1/999999999"))
    for name, forge in FORGED.items():
        yield f"audit: {name}", bundle(vote, forge(right))
    for manifest in PLAIN:
        yield f"an audit by {manifest.rule} that nobody knows", bundle(made.vote(manifest), right)
