"""The page of one proposal: a room that has something there is asked, and no other."""

import pytest

from core.access import Role
from proposals.amendments.models import Amendment, AmendmentPart
from proposals.asking.models import FormAnswer, FormField
from proposals.files.models import StoredFile
from proposals.handing.models import HandedIn
from proposals.ideas.models import Idea, IdeaUse
from proposals.merging.models import Merge, Split
from proposals.models import Proposal
from proposals.notices.models import Follow
from proposals.people.models import JoinRequest, Membership
from proposals.places.models import District, ProposalPoint
from proposals.pledges.models import Need, Pledge
from proposals.review.models import CostLine, CostSheet, Department, Responsibility, Rivalry
from proposals.similar.models import Difference
from proposals.supports import services as supports
from proposals.supports.models import Obligation
from proposals.versions.models import Kind, Version
from tests import factories
from tests.factories import DAY

WEST, EAST, SOUTH, NORTH = 126_800_000, 126_900_000, 37_400_000, 37_500_000
SQUARE = [
    [[[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]],
]


@pytest.fixture
def people(database, now):
    """An author and a reader."""
    with database.writing() as session:
        return {name: factories.account(session, now, name=name) for name in ("Ana", "Ben")}


def others(session, now, person):
    """Rows by which a proposal hangs together with other ones, each with its own title."""

    def other(title, status="received"):
        made = factories.proposal(session, now, status=status, author=person)
        made.title_en = title
        return made

    def rows(made):
        idea = Idea(
            author_id=person.id, title="idea-title", text="x", letters="x", shuffle_key=1,
            written_at=now,
        )  # fmt: skip
        merged = other("original-title")
        merged.status, merged.merged_into_id = "merged", made.id
        one, rival = Rivalry.pair(made.id, other("rival-title").id)
        session.add(idea)
        session.flush()
        waits = {"proposed_at": now, "lapses_at": now + 9000 * DAY}
        yield IdeaUse(proposal_id=made.id, idea_id=idea.id)
        yield Merge(into_id=made.id, reason="x", **waits)
        yield Split(part_id=other("part-title").id, whole_id=made.id, at=now)
        yield Split(part_id=made.id, whole_id=other("whole-title").id, at=now)
        yield Rivalry(one_id=one, other_id=rival, reason="rival-reason", marked_at=now)
        yield Difference(
            proposal_id=made.id, other_id=other("x").id, reason="difference-reason", written_at=now
        )

    return rows


def own(session, now, made, person):
    """Rows of the proposal itself, one or two of each room."""
    asked = FormField(
        cycle_id=made.id, position=1, kind="text", label_ko="x", label_en="asked-label",
        opened_at=now,
    )  # fmt: skip
    need = Need(proposal_id=made.id, kind="hours", what="need-what", amount=3, added_at=now)
    sheet = CostSheet(proposal_id=made.id, version=1, total_minor=5, made_at=now)
    parks = Department(slug="parks", name_ko="x", name_en="department-name", position=1)
    session.add_all([asked, need, sheet, parks])
    session.flush()
    yield FormAnswer(proposal_id=made.id, field_id=asked.id, value="asked-value")
    yield Pledge(
        need_id=need.id, account_id=person.id, organisation="pledge-giver", amount=1,
        offered_at=now, changed_at=now,
    )  # fmt: skip
    yield CostLine(
        sheet_id=sheet.id, position=1, what="line-what", quantity_milli=1000, unit="x",
        price_minor=5, estimated_by="x", ground="x",
    )  # fmt: skip
    yield Responsibility(proposal_id=made.id, department_slug="parks", since=now)
    yield StoredFile(
        proposal_id=made.id, kind="attachment", position=1, label="file-label", digest="d", size=1,
        added_at=now,
    )  # fmt: skip
    yield ProposalPoint(proposal_id=made.id, latitude=37_450_000, longitude=126_850_000)
    yield District(slug="cheolsan-3", outline=SQUARE)
    yield HandedIn(
        proposal_id=made.id, name="handed-name", channel="desk", consent="x", consented_at=now,
        entered_by=person.id,
    )  # fmt: skip
    yield Membership(proposal_id=made.id, account_id=person.id, role="coauthor", joined_at=now)
    yield Obligation(
        proposal_id=made.id, kind="forum", role="reviewer", reason="obligation-reason",
        opened_at=now, due_at=now,
    )  # fmt: skip
    yield Version(proposal_id=made.id, number=2, kind=Kind.PUBLISHED, said={}, made_at=now)


def amendments(session, now, made, person):
    """Two, of which one waits."""
    for number, state in enumerate(("open", "withdrawn"), start=1):
        decided_at = None if state == "open" else now
        amendment = Amendment(
            proposal_id=made.id, number=number, base=2, account_id=person.id, reason="x",
            made_at=now, digest=str(number),
        )  # fmt: skip
        session.add(amendment)
        session.flush()
        for part in (1, 2):
            yield AmendmentPart(
                amendment_id=amendment.id, number=part, field="need", start=0, was="", becomes="x",
                state=state, decided_at=decided_at,
            )  # fmt: skip


@pytest.fixture
def bare(database, now, people):
    """The id of a proposal that was handed in, and no more."""
    with database.writing() as session:
        author = session.merge(people["Ana"])
        return factories.proposal(session, now, status="received", author=author).id


@pytest.fixture
def laden(database, now, people):
    """The id of a proposal at which every room has something."""
    with database.writing() as session:
        author, helper = session.merge(people["Ana"]), factories.account(session, now, name="Cho")
        made = factories.proposal(session, now, status="received", author=author)
        supports.give(session, made, account_id=helper.id, now=now)
        session.add_all(others(session, now, helper)(made))
        session.add_all(own(session, now, made, helper))
        session.flush()
        session.add_all(amendments(session, now, made, helper))
        return made.id


TOLD = (
    "original-title", "part-title", "whole-title", "rival-title", "rival-reason", "idea-title",
    "difference-reason", "asked-label", "asked-value", "need-what", "pledge-giver", "line-what",
    "department-name", "file-label", "handed-name", "Cho", "obligation-reason",
    "2 versions of this text", "2 amendments", "(1 waits)", "A merge waits for its authors",
    "On the map", "1 person supports this.",
)  # fmt: skip


def test_what_every_room_has_is_shown_to_everyone(client, laden, people, sign_in):
    page = client.get(f"/proposals/{laden}").text
    assert [words for words in TOLD if words not in page] == []
    sign_in(people["Ben"])
    page = client.get(f"/proposals/{laden}").text
    assert [words for words in TOLD if words not in page] == []


def test_nothing_is_shown_that_is_not_there(client, bare):
    page = client.get(f"/proposals/{bare}").text
    assert [words for words in (*TOLD, "Photos", "Attachments") if words in page] == []
    assert "1 version of this text" in page
    assert "0 people support this." in page


def test_a_page_asks_for_what_it_shows(client, bare, laden, people, sign_in, count_queries):
    def asked(id_):
        with count_queries() as sent:
            assert client.get(f"/proposals/{id_}").status_code == 200
        return len(sent)

    assert asked(bare) <= 10
    assert asked(laden) <= 20
    sign_in(people["Ben"])
    assert asked(bare) <= 12
    assert asked(laden) <= 22


@pytest.mark.parametrize("status", ["received", "dept_review"])
def test_the_desk_asks_a_bounded_number(
    client, database, now, laden, sign_in, count_queries, status
):
    with database.writing() as session:
        session.get(Proposal, laden).status = status
        sign_in(factories.account(session, now, Role.REVIEWER))
    with count_queries() as sent:
        page = client.get(f"/desk/proposals/{laden}").text
    assert "difference-reason" in page
    assert "asked-value" in page
    assert len(sent) <= 21


def test_a_reader_follows_by_supporting_or_writing_and_stops_by_a_word(
    client, database, now, bare, people, sign_in
):
    reader = people["Ben"]
    sign_in(reader)

    def follows():
        return "You are told what happens to it." in client.get(f"/proposals/{bare}").text

    assert not follows()
    with database.writing() as session:
        session.add(
            Membership(proposal_id=bare, account_id=reader.id, role="viewer", joined_at=now)
        )
    assert not follows()
    with database.writing() as session:
        session.get(Membership, (bare, reader.id)).role = "coauthor"
    assert follows()
    with database.writing() as session:
        session.add(
            Follow(account_id=reader.id, kind="proposal", key=bare.hex, is_on=False, at=now)
        )
    assert not follows()
    sign_in(people["Ana"])
    assert follows()  # the author


def test_who_has_asked_before_is_not_offered_to_ask(client, database, now, bare, people, sign_in):
    sign_in(people["Ben"])
    assert "Ask to write it together" in client.get(f"/proposals/{bare}").text
    with database.writing() as session:
        session.add(
            JoinRequest(
                proposal_id=bare, account_id=people["Ben"].id, by_author=False, asked_at=now
            )
        )
    assert "Ask to write it together" not in client.get(f"/proposals/{bare}").text
