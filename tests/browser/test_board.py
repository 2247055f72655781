"""The board as the browser reads it, held against the vectors and against the program in Python."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import consistency_proof, inclusion_proof, leaf_hash, root
from ballots.board.notes import LOG, WITNESS, Note, Signer
from ballots.board.receipt import Receipt
from ballots.board.tiles import nodes_of, tiles_of
from core import codes

VECTORS = Path(__file__).parent.parent / "ballots" / "board" / "vectors"
BOARD = (Path(__file__).parent / "vendor" / "board.js").read_text(encoding="utf-8")
HASHES = [leaf_hash(number.to_bytes(3)) for number in range(600)]
LOG_KEY = Signer.of("gm.example/pb/2026", LOG, bytes(32))
WITNESSES = [Signer.of(f"witness.example/{n}", WITNESS, bytes([n + 1] * 32)) for n in range(3)]


@pytest.fixture(scope="module")
def ask(browser: Browser):
    """Evaluates a function of a JSON argument where `board` and `refused` are at hand."""
    page = browser.new_page()
    page.evaluate(BOARD + ";globalThis.board = board; 0")
    page.evaluate("""() => {
        globalThis.refused = (act) => {
            try {
                act();
            } catch (error) {
                if (error instanceof board.bytes.BoardError) return error.message;
                throw error;
            }
            return "";
        };
    }""")
    yield page.evaluate
    page.close()


def vectors(folder: str) -> dict[str, Any]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((VECTORS / folder).glob("*.json"))
    }


def test_every_leaf_is_read_and_every_forgery_refused(ask):
    found = ask(
        """({leaves, forged}) => {
            const {bytes, merkle} = board;
            const again = (text) => {
                const leaf = board.leaves.read(bytes.bytesOf(text));
                const written = board.leaves.write(leaf);
                return [bytes.textOf(written), bytes.hexOf(merkle.leafHash(written))];
            };
            const each = (cases, act) => Object.fromEntries(
                Object.entries(cases).map(([name, {leaf}]) => [name, act(leaf)]));
            return {
                read: each(leaves, again),
                refused: each(forged, (leaf) => refused(() => board.leaves.read(bytes.bytesOf(leaf)))),
            };
        }""",
        {"leaves": vectors("leaves"), "forged": vectors("forged_leaves")},
    )
    assert found["read"] == {
        name: [case["leaf"], case["hash"]] for name, case in vectors("leaves").items()
    }
    assert found["refused"].keys() == vectors("forged_leaves").keys()
    assert [name for name, why in found["refused"].items() if not why] == []


def test_a_leaf_is_refused_with_any_other_byte_but_in_what_it_says(ask):
    """Whatever one byte less makes of a leaf is no leaf of the same ballot."""
    leaf = vectors("leaves")["ballot-ranked"]["leaf"]
    read = ask(
        """(leaf) => Array.from(leaf, (_, at) => leaf.slice(0, at) + leaf.slice(at + 1))
            .filter((less) => !refused(() => board.leaves.read(board.bytes.bytesOf(less))))""",
        leaf,
    )
    assert all('"d":"' in less and len(less) == len(leaf) - 1 for less in read)
    names = len("Cheolsan 1") + len("gm.example/pb/2026")
    assert len(read) <= names + 1  # letters of the district and of the log, and a rank


def test_logs_say_which_ballots_count_and_forged_ones_are_refused_at_their_leaf(ask):
    found = ask(
        """({logs, forged}) => {
            const kept = (leaf, channel, index) => [index, leaf.d, channel, leaf.x];
            const read = ({leaves}) => {
                const reading = new board.Reading(kept);
                let index = null;
                const why = refused(() => {
                    for (const leaf of leaves) {
                        index = reading.size;
                        reading.take(board.leaves.read(board.bytes.bytesOf(leaf)));
                    }
                });
                const votes = [...reading.votes.values()].sort(([a], [b]) => a - b);
                return {votes, void: [...reading.voids.keys()], web: reading.web, why, index};
            };
            const all = (cases) => Object.fromEntries(
                Object.entries(cases).map(([name, log]) => [name, read(log)]));
            return {logs: all(logs), forged: all(forged)};
        }""",
        {"logs": vectors("logs"), "forged": vectors("forged_logs")},
    )
    for name, case in vectors("logs").items():
        told = found["logs"][name]
        assert (told["votes"], told["void"], told["why"]) == (case["votes"], case["void"], ""), name
        assert told["web"] == sum(channel != "paper" for _, _, channel, _ in case["votes"])
    for name, case in vectors("forged_logs").items():
        assert found["forged"][name]["index"] == case["index"], name
        assert found["forged"][name]["why"].startswith(f"leaf {case['index']}: "), name


def test_proofs_are_made_and_judged_as_in_python(ask):
    size = 600
    tiles = {
        tile.path: [
            root(HASHES[(tile.index * 256 + at) * span : (tile.index * 256 + at + 1) * span]).hex()
            for at in range(tile.width)
        ]
        for tile in tiles_of(size)
        for span in [256**tile.level]
    }
    nodes = nodes_of(lambda tile: b"".join(map(bytes.fromhex, tiles[tile.path])), size)
    places = [0, 1, 255, 256, 511, 512, 598, 599]
    found = ask(
        """async ({tiles, size, places}) => {
            const {merkle, bytes} = board;
            const fetch = async (path) => bytes.bytesOfHex(tiles[path].join(""));
            const nodes = board.tiles.nodesOf(fetch, size);
            const root = await merkle.rootOf(nodes, size);
            const edge = new merkle.Edge();
            const leaves = [0, 1, 2].flatMap((index) => tiles[`tile/0/00${index}${index < 2 ? "" : ".p/88"}`]);
            for (const leaf of leaves) edge.push(bytes.bytesOfHex(leaf));
            const proofs = [], undetected = [];
            const torn = (hash) => hash.map((byte, at) => (at ? byte : byte ^ 1));
            const forgeries = (proof) => [
                proof.slice(1), proof.slice(0, -1), [...proof, root],
                ...proof.map((_, at) => proof.map((hash, place) => (place === at ? torn(hash) : hash)))];
            const judge = (name, proof, check) => {
                proofs.push([name, proof.map(bytes.hexOf)]);
                const why = refused(() => check(proof, root));
                if (why) throw new Error(`${name}: ${why}`);
                if (!refused(() => check(proof, torn(root)))) undetected.push(name);
                if (proof.length) for (const forged of forgeries(proof)) if (!refused(() => check(forged, root))) undetected.push(name);
            };
            for (const place of places) {
                const leaf = bytes.bytesOfHex(leaves[place]);
                judge(`leaf ${place}`, await merkle.inclusionProof(nodes, place, size),
                    (proof, root) => merkle.checkInclusion(leaf, place, size, proof, root));
                const old = await merkle.rootOf(nodes, place + 1);
                judge(`tree ${place + 1}`, await merkle.consistencyProof(nodes, place + 1, size),
                    (proof, root) => merkle.checkConsistency(place + 1, size, proof, old, root));
            }
            return {root: bytes.hexOf(root), edge: bytes.hexOf(edge.root), proofs, undetected};
        }""",
        {"tiles": tiles, "size": size, "places": places},
    )
    assert found["root"] == found["edge"] == root(HASHES).hex()
    assert found["undetected"] == []
    assert dict(found["proofs"]) == {
        f"{kind} {number + (kind == 'tree')}": [hashed.hex() for hashed in proof]
        for number in places
        for kind, proof in [
            ("leaf", inclusion_proof(nodes, number, size)),
            ("tree", consistency_proof(nodes, number + 1, size)),
        ]
    }


def test_notes_policies_and_receipts_hold_and_no_other_byte_of_them(ask):
    checkpoint = Checkpoint(LOG_KEY.name, len(HASHES), root(HASHES))
    text = str(checkpoint)
    witnessed = Note(
        text, (LOG_KEY.sign(text), *(one.sign(text, 1_700_000_000) for one in WITNESSES[:2]))
    )
    names = [f"witness w{n} {one.key}" for n, one in enumerate(WITNESSES)]
    policy = "\n".join([f"log {LOG_KEY.key}", *names, "group g {} w0 w1 w2", "quorum g"])
    proof = tuple(
        inclusion_proof(lambda level, at: root(HASHES[at << level : at + 1 << level]), 77, 600)
    )
    note = Note(text, (LOG_KEY.sign(text),))
    found = ask(
        """({key, policy, note, receipt, hash}) => {
            const {bytes} = board;
            const {Key, Note, Checkpoint} = board.notes;
            const [log, leaf] = [new Key(key), bytes.bytesOfHex(hash)];
            const check = (text) => board.receipt.Receipt.of(text).check(leaf, log);
            const told = check(bytes.bytesOf(receipt));
            const flipped = [];
            const whole = bytes.bytesOf(receipt);
            for (let at = 0; at < whole.length; at += 7) {
                const forged = whole.slice();
                forged[at] ^= 1;
                if (!refused(() => check(forged))) flipped.push(at);
            }
            const met = (needed) => refused(() =>
                new board.Policy(policy.replace("{}", needed)).check(new Note(bytes.bytesOf(note))));
            return {
                checkpoint: String(told), flipped, met: ["any", "2", "all"].map(met),
                example: new Note(bytes.bytesOf(note)).signedBy([log]).map((one) => one.written),
                wrong: ["log x", "quorum none\\nquorum none", "group g 3 a", "quorum a", `log ${key}\\nlog ${key}`, ""]
                    .map((text) => refused(() => new board.Policy(text))),
                keys: [key.replace("+", "+0"), key.slice(0, -1), "a b" + key, key.split("+")[0]]
                    .map((text) => refused(() => new Key(text))),
            };
        }""",
        {
            "key": str(LOG_KEY.key),
            "policy": policy,
            "note": str(witnessed),
            "receipt": str(Receipt(77, proof, note)),
            "hash": HASHES[77].hex(),
        },
    )
    assert found["checkpoint"] == text
    assert found["flipped"] == []
    assert found["met"] == ["", "", "too few witnesses have signed: w0, w1"]
    assert found["example"] == [str(LOG_KEY.key)]
    assert all(found["wrong"])
    assert all(found["keys"])


def test_codes_are_those_of_the_server(ask):
    found = ask(
        """(hashes) => hashes.map((hash) => board.receipt.codeOf(board.bytes.bytesOfHex(hash)))""",
        [hashed.hex() for hashed in HASHES[:50]],
    )
    assert found == [
        "".join(codes.ALPHABET[int.from_bytes(hashed) >> 251 - 5 * at & 31] for at in range(20))
        for hashed in HASHES[:50]
    ]
    typed = codes.grouped(found[0]).lower().replace("0", "o").replace("1", "l")
    assert ask("(typed) => board.receipt.codeTyped(typed)", typed) == found[0]
    assert ask("() => board.receipt.codeTyped('ABC')") == ""
