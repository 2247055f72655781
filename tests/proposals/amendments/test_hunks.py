"""Changes in parts: together they are the change, and each fits where its words still stand."""

from hypothesis import given
from hypothesis import strategies as st

from proposals.amendments.hunks import MOST_PARTS, How, Hunk, fitted, hunks, pieces, spelled, valued

SENTENCES = [
    "밤길이 어두워요.",
    "아이들이 넘어져요.",
    "차가 빨라요!",
    "고쳐 주세요.",
    "네.",
    "It is dark.",
]
GAPS = st.sampled_from([" ", "\n", "\n\n", "  "])


@st.composite
def texts(draw, sentences=SENTENCES, most=8):
    said = draw(st.lists(st.sampled_from(sentences), max_size=most))
    return "".join(sentence + draw(GAPS) for sentence in said).strip()


def parts(base, proposed):
    return hunks({"need": base}, {"need": proposed})


def fit(part, base, now):
    found = fitted(part, base, now)
    return (found.value, found.how) if found else None


@given(text=texts() | st.text(max_size=80))
def test_pieces_are_the_text(text):
    assert "".join(pieces(text)) == text


@given(base=texts(), proposed=texts() | st.text(max_size=40))
def test_all_parts_put_into_the_base_give_the_proposed_text(base, proposed):
    said = base
    for part in reversed(parts(base, proposed)):  # from the end, so that places before it stay
        said = said[: part.start] + part.becomes + said[part.start + len(part.was) :]
    assert said == proposed


@given(base=texts(), proposed=texts(), now=texts())
def test_a_part_changes_nothing_but_the_words_that_it_names(base, proposed, now):
    for part in parts(base, proposed):
        found = fitted(part, base, now)
        if found is None or found.how == How.THERE:
            assert found is None or found.value == now
            continue
        places = [
            at for at in range(len(now) - len(part.was) + 1)
            if now[:at] + part.becomes + now[at + len(part.was) :] == found.value
            and now[at : at + len(part.was)] == part.was
        ]  # fmt: skip
        assert places


@given(base=texts(), one=texts([*SENTENCES, "하나."]), other=texts([*SENTENCES, "둘."]))
def test_accepting_one_after_the_other_never_undoes_the_first(base, one, other):
    """What the first brought in stays, letter by letter, whatever the second does."""
    for first in parts(base, one):
        now = fitted(first, base, base).value
        for second in parts(base, other):
            found = fitted(second, base, now)
            if found and first.becomes.count("하나."):
                assert found.value.count("하나.") == now.count("하나.")


def test_places_far_apart_fit_without_a_word():
    base = "하나 해요. 둘 해요. 셋 해요. 넷 해요. 다섯 해요."
    first, second = parts(base, "하나 했어요. 둘 해요. 셋 해요. 넷 해요. 다섯 했어요.")
    now = fitted(first, base, base).value
    assert fit(second, base, now) == (
        "하나 했어요. 둘 해요. 셋 해요. 넷 해요. 다섯 했어요.",
        How.CLEAN,
    )


def test_a_neighbour_that_changed_is_warned_of():
    base, proposed = "어두워요. 넘어져요.", "어두워요. 다쳐요."
    (part,) = parts(base, proposed)
    assert fit(part, base, "밤에 어두워요. 넘어져요.") == ("밤에 어두워요. 다쳐요.", How.MOVED)


def test_a_sentence_that_changed_is_not_overwritten():
    base = "어두워요. 넘어져요."
    (part,) = parts(base, "깜깜해요. 넘어져요.")
    assert fit(part, base, "꽤 어두워요. 넘어져요.") is None
    assert fit(part, base, "넘어져요.") is None


def test_a_sentence_that_moved_is_known_again_if_it_is_the_only_one():
    long = "건널목 앞의 긴 길이 밤마다 아주 어두워요."
    base = f"{long} 넘어져요. 다쳐요."
    (part,) = parts(base, "짧게 말해요. 넘어져요. 다쳐요.")
    moved = f"넘어져요. 다쳐요.\n{long}"
    assert fit(part, base, moved) == ("넘어져요. 다쳐요.\n짧게 말해요.", How.MOVED)
    assert fit(part, base, f"{moved} {long}") is None
    (short,) = parts("네. 넘어져요. 다쳐요.", "예. 넘어져요. 다쳐요.")
    assert fit(short, "네. 넘어져요. 다쳐요.", "넘어져요. 다쳐요. 네.") is None


def test_one_of_two_that_read_alike_is_told_by_what_stands_around_it():
    base = "네. 하나. 네. 둘. 셋. 넷."
    (part,) = parts(base, "네. 하나. 아니요. 둘. 셋. 넷.")
    assert fit(part, base, "네. 하나. 네. 둘. 셋. 넷. 다섯.") == (
        "네. 하나. 아니요. 둘. 셋. 넷. 다섯.",
        How.CLEAN,
    )
    assert fit(part, base, "네. 둘. 셋. 넷.") is None


def test_two_who_write_on_at_the_end_both_stand():
    base = "어두워요."
    (one,), (other,) = parts(base, "어두워요. 하나."), parts(base, "어두워요. 둘.")
    now = fitted(one, base, base).value
    assert fit(other, base, now) == ("어두워요. 하나. 둘.", How.MOVED)


def test_what_would_run_on_without_a_blank_fits_nowhere():
    base = "둘."
    (part,) = parts(base, "하나.\n둘.")
    assert fit(part, base, "셋.\n둘.") == ("셋.\n하나.\n둘.", How.MOVED)
    glued = Hunk("need", 0, "", "하나.")
    assert fit(glued, base, "셋.둘.") is None
    assert fit(Hunk("need", 0, "", "하나."), base, "셋. 둘.") is None
    assert fit(Hunk("need", 0, "", "하나."), "", "둘.") is None


def test_the_same_change_made_meanwhile_is_there_already():
    base = "어두워요. 넘어져요. 다쳐요."
    for proposed in ("깜깜해요. 넘어져요. 다쳐요.", "어두워요. 다쳐요.", f"{base} 넷."):
        (part,) = parts(base, proposed)
        assert fit(part, base, proposed) == (proposed, How.THERE)


def test_lines_and_choices_change_as_a_whole():
    (part,) = hunks({"title": "보행 신호등"}, {"title": "보행 신호"})
    assert fit(part, "보행 신호등", "보행 신호등") == ("보행 신호", How.CLEAN)
    assert fit(part, "보행 신호등", "보행 신호") == ("보행 신호", How.THERE)
    assert fit(part, "보행 신호등", "다른 제목") is None
    said = {"cost_minor": 5, "neighbourhood": None, "field": "x", "need": "말."}
    assert {name: valued(name, text) for name, text in spelled(said).items()} == said
    assert valued("cost_minor", "") is None


def test_a_text_rewritten_from_end_to_end_is_one_part():
    base = " ".join(f"{n}번째예요." for n in range(2 * MOST_PARTS + 2))
    proposed = " ".join(f"{n}번째예요." if n % 2 else f"{n}번!" for n in range(2 * MOST_PARTS + 2))
    (part,) = parts(base, proposed)
    assert (part.start, part.was, part.becomes) == (0, base, proposed)
    assert fit(part, base, f"{base} 끝.") == (f"{proposed} 끝.", How.MOVED)
    assert fit(part, base, base.replace("40번째예요.", "마흔.")) is None


def test_a_part_that_was_cut_by_other_rules_fits_only_as_it_was():
    part = Hunk("need", 1, "나", "다")
    assert fit(part, "가나라.", "가나라.") == ("가다라.", How.CLEAN)
    assert fit(part, "가나라.", "가나라. 마.") is None


def test_texts_that_are_too_much_alike_to_compare_fit_only_as_they_were():
    base, proposed = "a. " * 1000 + "b.", "a. " * 1000 + "c."
    (part,) = parts(base, proposed)
    assert fit(part, base, base) == (proposed, How.CLEAN)
    assert fit(part, base, "b. a. " * 600) is None
