"""A round's own questions on the form, the check and the page; typical prices."""

import html
import re

import pytest

from core.access import Role
from proposals.asking import queries, services
from tests import factories, reviews
from tests.pages.test_proposals import WORDS, base_of
from tests.proposals.asking.test_services import PLANS


@pytest.fixture
def fields(database, now):
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="preparing")
        made = {
            kind: services.add_field(session, cycle.id, plan).id for kind, plan in PLANS.items()
        }
        services.open_fields(session, cycle.id, now=now)
    return {kind: f"asked-{id_}" for kind, id_ in made.items()}


@pytest.fixture
def author(database, now, sign_in):
    with database.writing() as session:
        person = factories.account(session, now)
    sign_in(person)
    return person


def asked_base(answer):
    return html.unescape(re.search(r'name="asked_base"[^>]*value="([^"]*)"', answer.text)[1])


def sent(page, **changes):
    return {**WORDS, "base": base_of(page), "asked_base": asked_base(page), **changes}


def test_from_the_form_to_the_page(client, author, fields):
    answers = {fields["text"]: "아이들", fields["number"]: "1,200", fields["choice"]: "1"}
    edit = client.post("/proposals/new", data={**WORDS, **answers}).headers["Location"]
    page = client.get(edit)
    assert 'value="1200"' in page.text
    check = client.get(edit.removesuffix("/edit") + "/submit").text
    for said in ("Who uses it?", "아이들", "1,200", "Outdoors"):
        assert said in check
    assert "Was it tried before?" not in check  # nothing was answered
    client.post(edit.removesuffix("/edit") + "/submit")
    assert "Outdoors" in client.get(edit.removesuffix("/edit")).text


def test_yes_and_no_are_said_on_the_page(client, author, fields):
    answers = {fields["text"]: "아이들", fields["yes_no"]: "no"}
    edit = client.post("/proposals/new", data={**WORDS, **answers}).headers["Location"]
    page = client.get(edit.removesuffix("/edit"))
    assert page.status_code == 200
    assert re.search(r"Was it tried before\?</dt><dd[^>]*>No<", page.text)


def test_what_is_needed_is_named_at_its_field(client, author, fields):
    edit = client.post("/proposals/new", data=WORDS).headers["Location"]
    base = edit.removesuffix("/edit")
    check = client.get(f"{base}/submit")
    assert check.status_code == 422
    assert "This round asks for an answer here" in check.text
    client.post(f"{base}/submit")
    assert client.get(f"{base}/received").status_code == 404
    client.post(edit, data=sent(check, **{fields["text"]: "아이들"}))
    assert client.get(f"{base}/submit").status_code == 200


def test_a_wrong_answer_is_told_and_everything_typed_is_kept(client, author, fields):
    answer = client.post("/proposals/new", data={**WORDS, fields["number"]: "many"})
    assert answer.status_code == 422
    assert "Write a whole number in digits" in answer.text
    assert "many" in answer.text
    assert "그늘막" in answer.text


def test_two_windows_do_not_overwrite_each_others_answers(client, author, fields):
    edit = client.post("/proposals/new", data=WORDS).headers["Location"]
    page = client.get(edit)
    client.post(edit, data=sent(page, **{fields["text"]: "아이들"}))
    late = client.post(edit, data=sent(page, **{fields["text"]: "어르신", fields["number"]: "7"}))
    assert late.status_code == 422
    assert "Somebody else answered this meanwhile" in late.text
    assert "어르신" in late.text
    assert "아이들" in client.get(edit).text
    client.post(edit, data=sent(late, **{fields["text"]: "어르신", fields["number"]: "7"}))
    assert "어르신" in client.get(edit).text


@pytest.mark.parametrize("base", ["", "[", "[]", "7", "[" * 5000])
def test_a_forged_base_overwrites_nothing(client, author, fields, base):
    edit = client.post("/proposals/new", data={**WORDS, fields["text"]: "아이들"}).headers[
        "Location"
    ]
    page = client.get(edit)
    data = {**sent(page, **{fields["text"]: "어르신"}), "asked_base": base}
    assert client.post(edit, data=data).status_code == 422
    assert "아이들" in client.get(edit).text


def test_typical_prices_stand_beside_the_cost(client, database, now, author):
    assert "Typical prices" not in client.get("/proposals/new").text
    with database.writing() as session:
        reviews.unit_price(session, now)
    page = client.get("/proposals/new").text
    for said in ("A bench", "₩600,000", "조달청 종합쇼핑몰", "prices.js"):
        assert said in page


PRICE = {
    "what_ko": "보안등", "what_en": "A street light", "unit_ko": "개", "unit_en": "piece",
    "price_minor": "120만", "source": "도로과 2025년 실적", "year": "2026",
}  # fmt: skip


def test_the_office_keeps_prices(client, database, now, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now, Role.BUDGET_OFFICER))
    for change, said in [
        ({"price_minor": ""}, "Write the price"), ({"price_minor": "0"}, "must be between"),
        ({"year": "9"}, "must be between"), ({"what_en": " "}, "Write what it is"),
    ]:  # fmt: skip
        answer = client.post("/desk/unit-prices", data={**PRICE, **change})
        assert answer.status_code == 422
        assert said in answer.text
    client.post("/desk/unit-prices", data=PRICE)
    page = client.get("/desk/unit-prices").text
    assert "₩1,200,000" in page
    one = re.search(r'href="(/desk/unit-prices/[0-9a-f-]+)"', page)[1]
    assert 'value="보안등"' in client.get(one).text
    client.post(one, data={**PRICE, "price_minor": "130만"})
    assert "₩1,300,000" in client.get("/desk/unit-prices").text
    assert "The typical price of “A street light”" in client.get("/journal").text
    client.post(one, data={"remove": "1"})
    assert "No price is entered yet" in client.get("/desk/unit-prices").text
    assert client.get(one).status_code == 404


def test_reviewers_read_prices_and_change_none(client, database, now, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now, Role.REVIEWER))
    assert "Enter a price" not in client.get("/desk/unit-prices").text
    client.post("/desk/unit-prices", data=PRICE)
    with database.reading() as session:
        assert queries.unit_prices(session) == []


QUESTION = {
    "kind": "choice", "label_ko": "어디인가요?", "label_en": "Where?", "help_ko": "", "help_en": "",
    "choices": "실내 | Indoors\n실외 | Outdoors", "is_needed": "y",
}  # fmt: skip


@pytest.fixture
def planned(database, now, sign_in):
    with database.writing() as session:
        slug = factories.cycle(session, now, phase="preparing").slug
        sign_in(factories.account(session, now, Role.BUDGET_OFFICER))
    return f"/desk/cycles/{slug}"


def test_a_round_asks_what_its_desk_says_from_the_call_on(client, planned):
    page = f"{planned}/questions"
    assert client.post(page, data=QUESTION).status_code == 302
    assert "Indoors, Outdoors" in client.get(page).text
    assert "Where?" not in client.get("/proposals/new").text
    client.post(f"{planned}/call", data={"phase": "preparing"})
    assert "Where?" in client.get("/proposals/new").text
    assert "Add the question" not in client.get(page).text
    remove = f"{page}/00000000-0000-0000-0000-000000000000/remove"
    assert client.post(remove).status_code == 409
    client.post(f"{planned}/review", data={"phase": "collecting"})
    assert "Where?" not in client.get("/proposals/new").text


def test_a_question_is_taken_back_before_the_call(client, planned):
    page = f"{planned}/questions"
    client.post(page, data=QUESTION)
    remove = re.search(r'action="([^"]+/remove)"', client.get(page).text)[1]
    client.post(remove)
    assert "This round asks nothing besides" in client.get(page).text


@pytest.mark.parametrize(
    ("change", "said"),
    [({"label_en": ""}, "Write the question"), ({"choices": "실내 | Indoors"}, "from two to twelve"),
     ({"choices": "실내\n실외"}, "from two to twelve"), ({"choices": ""}, "from two to twelve"),
     ({"choices": f"{'x' * 81} | a\nb | c"}, "At most 80"), ({"kind": "colour"}, "Not a valid choice")],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_told(client, planned, change, said):
    answer = client.post(f"{planned}/questions", data={**QUESTION, **change})
    assert answer.status_code == 422
    assert said in answer.text
