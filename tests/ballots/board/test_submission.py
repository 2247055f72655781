"""The request to a witness: C2SP tlog-witness's own example, and back from its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board.checkpoint import Checkpoint
from ballots.board.notes import LOG, Note, NoteError, Signer
from ballots.board.submission import Submission

# The example of the standard (tlog-witness, add-checkpoint).
EXAMPLE = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""
SIGNER = Signer.of("city.example/pb", LOG, bytes(32))


def test_the_example_of_the_standard_is_read_and_written():
    found = Submission.read(EXAMPLE.encode())
    assert str(found) == EXAMPLE
    assert (found.old, len(found.proof), len(found.note.signatures)) == (20852014, 4, 2)
    assert found.checkpoint.size == 20852163
    assert found.checkpoint.origin == "example.com/behind-the-sofa"


@given(
    st.integers(0, 2**62), st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.integers(0, 2**62),
)  # fmt: skip
def test_a_submission_comes_back_from_its_text(old, proof, size):
    text = str(Checkpoint(SIGNER.name, size, bytes(32)))
    made = Submission(old, tuple(proof), Note(text, (SIGNER.sign(text),)))
    assert Submission.read(str(made).encode()) == made


@pytest.mark.parametrize("data", [b"\xff\n\n", b"old 1\n", b"new 1\n\n"])
def test_what_is_no_submission_is_refused(data):
    with pytest.raises(NoteError):
        Submission.read(data)
