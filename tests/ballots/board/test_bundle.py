"""The one form of a bundle: what is written is read, and nothing else is."""

import hashlib
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import bundle
from ballots.board.bundle import Bundle, BundleError, File, Spool
from ballots.board.notes import LOG, Note, NoteError, Signer

SIGNER = Signer.of("gm/pb/test", LOG, bytes(32))
PATHS = [
    "ballots.jsonl", "checkpoint", "checkpoints.txt", "election.pb", "manifest.json",
    "paper/batches.jsonl", "policy.txt", "result.json", "rla/sample.csv", "roll-summary.json",
    "tally.json", "tile/0/000", "tile/0/001.p/255", "tile/0/x001/234", "tile/1/000.p/1",
    "tile/entries/000", "tokens.json", "verify.html", "verify.py",
]  # fmt: skip
NEEDED = {path: b"" for path in bundle.ALWAYS if not path.startswith(bundle.SUMS)}
CONTENTS = st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=2000), max_size=8).map(
    lambda some: NEEDED | some
)


def made(contents):
    files = [File.of(path, content) for path, content in contents.items()]
    return b"".join(bundle.written(files, SIGNER))


def read(data):
    return Bundle.read(io.BytesIO(data))


SMALL = NEEDED | {"policy.txt": b"log\n", "ballots.jsonl": b"a\nb\n" * 200, "tally.json": b""}


@given(CONTENTS, st.randoms(use_true_random=False))
def test_what_is_written_is_read_and_written_the_same_in_whatever_order(contents, chance):
    data = made(contents)
    found = read(data)
    found.check_sums()
    kept = {path: found.content(path) for path in found.places}
    note = Note.read(kept.pop(bundle.SUMS_NOTE))
    assert note.text.encode() == kept.pop(bundle.SUMS)
    assert note.signed_by([SIGNER.key]) == (SIGNER.key,)
    assert kept == contents
    shuffled = [*kept.items()]
    chance.shuffle(shuffled)
    assert made(dict(shuffled)) == data


@given(CONTENTS)
def test_a_spool_gives_the_same_bundle_and_reads_in_pieces(contents):
    spool = Spool()
    for path, content in contents.items():
        spool.add(path, (content[at : at + 100] for at in range(0, len(content), 100)))
    assert b"".join(bundle.written(spool.files, SIGNER)) == made(contents)


def test_it_is_what_other_programs_read_and_write(tmp_path):
    path = tmp_path / "bundle.tar"
    path.write_bytes(made(SMALL))
    with tarfile.open(path) as tar:
        names = [entry.name for entry in tar]
        tar.extractall(tmp_path / "out", filter="data")
    sums = (tmp_path / "out" / "SHA256SUMS").read_text()
    assert f"{hashlib.sha256(b'').hexdigest()}  tally.json\n" in sums
    assert names == sorted(bundle.ALWAYS)
    again = io.BytesIO()
    with tarfile.open(fileobj=again, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = (tmp_path / "out" / name).stat().st_size
            with (tmp_path / "out" / name).open("rb") as content:
                tar.addfile(entry, content)
    assert again.getvalue() == path.read_bytes()


def test_any_byte_that_is_turned_is_refused():
    """By the form or by the sums; in the note by its own signature, which V1 looks at."""
    data = made(SMALL)
    at_note, size = read(data).places[bundle.SUMS_NOTE]
    for at in range(len(data)):
        if at_note <= at < at_note + size:
            continue
        turned = bytearray(data)
        turned[at] ^= 1
        with pytest.raises(BundleError):
            read(bytes(turned)).check_sums()


@pytest.mark.parametrize("cut", [1, 512, 5000, 10_239])
def test_a_file_that_ends_too_early_is_refused(cut):
    with pytest.raises(BundleError):
        read(made(SMALL)[:-cut])


def test_what_stands_behind_or_inside_is_refused():
    data = made(SMALL)
    with pytest.raises(BundleError, match="as many as there must be"):
        read(data + bytes(10_240))
    with pytest.raises(BundleError, match="ends too early"):
        read(b"")
    with pytest.raises(BundleError, match="path in ASCII and a size"):
        read("한".encode().ljust(512, b"\0") + bytes(1024))
    forged = bundle.header("policy.txt", 0).replace(b"0000644", b"0000755")
    with pytest.raises(BundleError, match="its header has not the one form") as caught:
        read(forged + bytes(10_240 - 512))
    assert caught.value.path == "policy.txt"


@pytest.mark.parametrize(
    "path",
    [
        "../policy.txt", "/policy.txt", "policy.txt/", "POLICY.TXT", "tile/0/000.p/0", "tile/8/000", "tile/entries/1", "rla/../x.json", "paper/A", "notes.txt",
        "tile/0/" + "x000/" * 20 + "000", "",
    ],
)  # fmt: skip
def test_a_path_that_is_none_of_a_bundles_is_refused(path):
    with pytest.raises(BundleError, match="no such file"):
        made({path: b""})
    with pytest.raises(BundleError):
        read(bundle.header(path[:100], 0) + bytes(10_240 - 512))


def test_order_and_sums_are_held_to():
    files = [File.of("policy.txt", b""), File.of("checkpoint", b"")]
    with pytest.raises(BundleError, match="must stand before policy.txt"):
        list(bundle.tar(files))
    with pytest.raises(BundleError, match="stands twice"):
        made_twice = [File.of("checkpoint", b"")] * 2
        list(bundle.written(made_twice, SIGNER))
    with pytest.raises(BundleError, match="8589934591 bytes, not"):
        list(bundle.tar([File("checkpoint", bundle.LARGEST_FILE + 1, b"", tuple)]))
    rest = [File.of(path, b"") for path in sorted(NEEDED)]
    more = bundle.sums_of([*rest, File.of("verify.py", b"")]).encode()
    note = File.of("SHA256SUMS.note", b"")
    found = read(b"".join(bundle.tar([File.of("SHA256SUMS", more), note, *rest])))
    with pytest.raises(BundleError, match="names other files"):
        found.check_sums()
    with pytest.raises(BundleError, match=r"verify\.py: is missing"):
        found.content("verify.py")
    assert "verify.py" not in found
    with pytest.raises(BundleError, match=r"policy\.txt: is missing"):
        read(b"".join(bundle.written([one for one in rest if one.path != "policy.txt"], SIGNER)))


@given(st.lists(st.text("ab\n", max_size=5), max_size=5), st.integers(1, 4))
def test_lines_come_whole_however_the_pieces_are_cut(parts, size):
    text = "\n".join(parts).encode()
    found = read(made(NEEDED | {"ballots.jsonl": text}))
    assert list(found.lines("ballots.jsonl")) == text.splitlines(keepends=True)


def test_a_long_file_is_read_in_pieces():
    text = b"".join(b"%07d\n" % number for number in range(400_000))
    found = read(made(NEEDED | {"ballots.jsonl": text}))
    assert len(list(found.pieces("ballots.jsonl"))) > 1
    assert b"".join(found.lines("ballots.jsonl")) == text


@given(st.lists(st.integers(1, 3), max_size=4))
def test_checkpoints_are_parted_as_they_were_joined(lengths):
    notes = []
    for number, signers in enumerate(lengths, 1):
        text = f"gm/pb/test\n{number}\nx\n"
        signatures = [
            Signer.of(f"s{at}", LOG, bytes([at] * 32)).sign(text) for at in range(signers)
        ]
        notes.append(Note(text, tuple(signatures)))
    assert bundle.parted(bundle.joined(notes)) == notes


def test_other_than_one_empty_line_between_checkpoints_is_refused():
    text = "gm/pb/test\n1\nx\n"
    note = Note(text, (SIGNER.sign(text),))
    for wrong in (f"{note}{note}", f"{note}\n", "\n", text, str(note)[:-1]):
        with pytest.raises(NoteError):
            bundle.parted(wrong)
