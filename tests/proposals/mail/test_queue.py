"""The queue of letters: each notice in one letter, whoever dies, refuses or comes twice."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from proposals.mail import queries, queue, services
from proposals.mail.models import CONFIRM, NEWS, Letter, MailChoice
from proposals.mail.paces import AT_ONCE, DAILY
from proposals.notices import services as notices
from tests import factories
from tests.postbox import LINKS, happen, wants

HOUR = timedelta(hours=1)


def told(database, letter_id):
    """The lines of the journal that a letter tells of now."""
    with database.reading() as session:
        news = queries.news(session, session.get_one(Letter, letter_id))
        return [one.entry_id for one in news.notices] if news else []


def letters(database, kind=NEWS):
    with database.reading() as session:
        query = select(Letter).where(Letter.kind == kind)
        return session.scalars(query.order_by(Letter.after)).all()


def test_news_are_gathered_into_one_letter_and_then_into_the_next(database, now):
    made = wants(database, now)
    first = happen(database, made, now, 3)
    queue.gather(database, now=now + HOUR)
    second = happen(database, made, now, 2)
    queue.gather(database, now=now + HOUR)  # ten minutes have not passed
    assert [told(database, one.id) for one in letters(database)] == [first]
    queue.gather(database, now=now + 2 * HOUR)
    assert [told(database, one.id) for one in letters(database)] == [first, second]


def test_nothing_new_is_no_letter_and_what_was_read_is_left_out(database, now):
    made = wants(database, now, DAILY)
    read, unread = happen(database, made, now, 2)
    with database.writing() as session:
        notices.read(session, made.author_id, entry_id=read)
    assert queue.gather(database, now=now + HOUR) == 0  # not before eight in the morning
    assert queue.gather(database, now=now + 24 * HOUR) == 1
    (letter,) = letters(database)
    assert told(database, letter.id) == [unread]
    with database.writing() as session:
        notices.read(session, made.author_id)
    assert told(database, letter.id) == []
    assert queue.gather(database, now=now + 48 * HOUR) == 1
    assert len(letters(database)) == 1


def test_nobody_gets_mail_without_having_confirmed_or_after_having_stopped(database, now):
    made = wants(database, now)
    with database.writing() as session:
        session.get_one(MailChoice, made.author_id).confirmed = None
    happen(database, made, now)
    assert queue.gather(database, now=now + HOUR) == 0
    with database.writing() as session:
        seal = LINKS.seal(made.author.email)
        services.confirm(session, made.author_id, seal, links=LINKS)
        services.stop(session, made.author_id)
    assert queue.gather(database, now=now + HOUR) == 0
    with database.writing() as session:
        assert services.go_on(session, made.author_id, links=LINKS, now=now)
    queue.gather(database, now=now + HOUR)
    assert letters(database) == []  # what happened while it was stopped stays on the page


def test_a_letter_that_waits_has_no_reader_once_mail_was_stopped(database, now):
    made = wants(database, now)
    happen(database, made, now)
    queue.gather(database, now=now + HOUR)
    (letter,) = letters(database)
    with database.reading() as session:
        assert queries.recipient(session, letter, links=LINKS).id == made.author_id
    with database.writing() as session:
        services.stop(session, made.author_id)
    with database.reading() as session:
        assert queries.recipient(session, letter, links=LINKS) is None


def test_an_address_is_asked_once_while_the_letter_waits(database, now):
    with database.writing() as session:
        account = factories.account(session, now)
        for pace in (DAILY, AT_ONCE, DAILY):
            services.choose(session, account, pace, links=LINKS, now=now)
    assert len(letters(database, CONFIRM)) == 1


@pytest.mark.parametrize("address", ["other@city.example", ""])
def test_another_address_is_not_confirmed(database, now, address):
    with database.writing() as session:
        account = factories.account(session, now)
        services.choose(session, account, DAILY, links=LINKS, now=now)
        assert not services.confirm(session, account.id, LINKS.seal(address), links=LINKS)
        assert session.get_one(MailChoice, account.id).confirmed is None


def test_a_try_comes_later_each_time_and_is_given_up_after_days(database, now):
    made = wants(database, now)
    happen(database, made, now)
    queue.gather(database, now=now)
    queue.gather(database, now=now + HOUR)
    moment, tries, is_given_up = now + HOUR, [], False
    while not is_given_up:
        claims = queue.claim(database, now=moment)
        if claims:
            tries.append(moment)
            is_given_up = queue.put_off(database, claims[0], now=moment)
        moment += timedelta(minutes=1)
    pauses = [after - before for before, after in itertools.pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert max(pauses) <= queue.LONGEST_PAUSE
    (letter,) = letters(database)
    assert letter.status == "given_up"
    assert letter.ended_at - letter.made_at >= queue.GIVE_UP


def test_an_address_that_refuses_is_written_to_no_more_until_its_owner_says_so(database, now):
    made = wants(database, now)
    happen(database, made, now)
    queue.gather(database, now=now + HOUR)
    (claim,) = queue.claim(database, now=now + HOUR)
    queue.end(database, claim, "refused", now=now + HOUR)
    happen(database, made, now)
    assert queue.gather(database, now=now + 2 * HOUR) == 0
    with database.writing() as session:
        choice = session.get_one(MailChoice, made.author_id)
        assert (choice.confirmed, choice.refused_at) == (None, now + HOUR)
        author = session.merge(made.author)
        services.choose(session, author, AT_ONCE, links=LINKS, now=now + 2 * HOUR)
        assert choice.refused_at is None
    (confirming,) = [one for one in letters(database, CONFIRM) if one.status == "waiting"]
    assert confirming.due_at == now + 2 * HOUR


def test_whose_lease_has_ended_writes_nothing_any_more(database, now):
    made = wants(database, now)
    happen(database, made, now)
    queue.gather(database, now=now + HOUR)
    (slow,) = queue.claim(database, now=now + HOUR)
    assert queue.claim(database, now=now + HOUR) == []
    later = now + HOUR + queue.LEASE
    (quick,) = queue.claim(database, now=later)
    queue.end(database, quick, "sent", now=later)
    queue.end(database, slow, "refused", now=later)
    queue.put_off(database, slow, now=later)
    (letter,) = letters(database)
    assert (letter.status, letter.tries) == ("sent", 2)
    with database.reading() as session:
        assert session.get_one(MailChoice, made.author_id).refused_at is None


WORK = st.lists(
    st.one_of(
        st.integers(1, 3), st.sampled_from(["gather", "sent", "killed", "killed late", "put off"])
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(work=WORK)
def test_each_notice_is_in_one_letter_and_none_is_lost(database, now, work):
    """`killed`: before the letter went out; `killed late`: after, and before that was written."""
    made, moment = wants(database, now), now
    happened, sent = [], []
    for step in [*work, "gather", *["sent"] * 14]:
        moment += HOUR
        if isinstance(step, int):
            happened += happen(database, made, now, step)
            continue
        queue.gather(database, now=moment)
        for claim in queue.claim(database, now=moment) if step != "gather" else ():
            if step in ("sent", "killed late"):
                sent.append((claim.letter_id, tuple(told(database, claim.letter_id))))
            if step == "sent":
                queue.end(database, claim, "sent", now=moment)
            elif step == "put off":
                queue.put_off(database, claim, now=moment)
    different = dict(sent)  # a double has the same id, hence the same Message-ID
    assert len(set(sent)) == len(different)
    assert sorted(entry for entries in different.values() for entry in entries) == happened


def test_several_workers_at_once_make_and_take_each_letter_once(database, now):
    made = [wants(database, now) for _ in range(6)]
    for one in made:
        happen(database, one, now)
    together = Barrier(4)

    def work(_):
        together.wait()
        while queue.gather(database, now=now + HOUR):
            pass
        taken = []
        while claims := queue.claim(database, now=now + HOUR):
            taken += [claim.letter_id for claim in claims]
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [letter for part in pool.map(work, range(4)) for letter in part]
    # A worker that looked while another one was making letters may leave some to the next turn.
    while claims := queue.claim(database, now=now + HOUR):
        taken += [claim.letter_id for claim in claims]
    assert len(taken) == len(set(taken)) == len(letters(database)) == len(made)
