"""Letters as they leave: what is in them, what the server says, and what becomes of them."""

import smtplib
import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from accounts import services as accounts
from accounts.models import Account
from app import mailing
from app.mailing import Office
from app.relay import Relay
from core import clock
from proposals.mail import services
from proposals.mail.models import CONFIRM, NEWS, Letter, MailChoice
from proposals.mail.paces import DAILY
from proposals.models import Proposal
from proposals.notices import services as notices
from tests import factories
from tests.postbox import LINKS, Postbox, happen, wants

SITE = "https://square.city.example"


@pytest.fixture
def postbox():
    with Postbox() as box:
        yield box


@pytest.fixture
def office(app, postbox):
    return Office(app, Relay.of(postbox.url), "광장 <square@city.example>", SITE)


@pytest.fixture
def send(database, office, monkeypatch, now):
    """One turn, an hour after the last one; gives how many letters were tried."""
    moment = now

    def do() -> int:
        nonlocal moment
        moment += timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return mailing.turn(database, office)

    return do


def statuses(database, kind=NEWS):
    with database.reading() as session:
        query = select(Letter.status).where(Letter.kind == kind)
        return session.scalars(query.order_by(Letter.made_at)).all()


def test_a_letter_tells_what_happened_in_the_readers_language(database, now, send, postbox):
    made = wants(database, now, language="ko")
    happen(database, made, now)
    assert send() == 1
    assert send() == 0
    (letter,) = postbox.letters
    assert letter["Subject"] == "보행 신호등"
    assert letter["From"] == "광장 <square@city.example>"
    assert letter["To"] == made.author.email
    assert letter["Auto-Submitted"] == "auto-generated"
    said = letter.get_content()
    assert f"{SITE}/proposals/{made.id}" in said
    assert "보행 신호등" in said
    assert "모든 메일" in said
    assert statuses(database) == ["sent"]


def test_one_press_stops_it_and_a_look_does_not(client, database, now, send, postbox):
    made = wants(database, now)
    happen(database, made, now)
    send()
    (letter,) = postbox.letters
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter["List-Unsubscribe"].strip("<>")
    assert address.startswith(f"{SITE}/mail/stop/")
    assert address in letter.get_content()
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in postbox.raw[0]  # not folded
    path = urlsplit(address).path
    assert "Stop all mail" in client.get(path).text
    with database.reading() as session:
        assert session.get_one(MailChoice, made.author_id).is_on
    stopped = client.post(path, data={"List-Unsubscribe": "One-Click"}).text
    happen(database, made, now)
    assert send() == 0
    undo = stopped.split('action="')[-1].partition('"')[0]
    assert "Mail goes on" in client.post(undo).text
    happen(database, made, now)
    assert send() == 1
    assert len(postbox.letters) == 2


def test_many_notices_are_one_letter_that_counts_what_it_leaves_out(database, now, send, postbox):
    made = wants(database, now)
    happen(database, made, now, 23)
    send()
    (letter,) = postbox.letters
    assert letter["Subject"] == "23 notices"
    said = letter.get_content()
    assert said.count(f"{SITE}/proposals/{made.id}") == 20
    assert f"And 3 notices more: {SITE}/notices" in said


def test_nothing_goes_to_an_address_before_it_is_confirmed(client, database, now, send, postbox):
    with database.writing() as session:
        account = factories.account(session, now)
        proposal = factories.proposal(session, now, status="received", author=account)
        services.choose(session, account, DAILY, links=LINKS, now=now)
    happen(database, proposal, now)
    assert send() == 1
    (letter,) = postbox.letters
    assert letter["List-Unsubscribe"] is None
    said = letter.get_content()
    assert "Walk lights" not in said
    path = urlsplit(next(line for line in said.split() if "/mail/confirm/" in line)).path
    assert client.get(path).status_code == 200
    with database.reading() as session:
        assert session.get_one(MailChoice, account.id).confirmed is None
    assert account.email not in path
    assert "Your address is confirmed" in client.post(path).text
    with database.reading() as session:
        assert session.get_one(MailChoice, account.id).confirmed == LINKS.seal(account.email)
    assert statuses(database, CONFIRM) == ["sent"]


def test_what_is_not_public_any_more_is_not_named(database, now, send, postbox):
    made = wants(database, now)
    with database.writing() as session:
        follower = factories.account(session, now)
        notices.follow(session, follower.id, "proposal", made.id.hex, is_on=True, now=now)
        services.choose(session, follower, "at_once", links=LINKS, now=now)
        services.confirm(session, follower.id, LINKS.seal(follower.email), links=LINKS)
    send()
    happen(database, made, now)
    with database.writing() as session:
        session.get_one(Proposal, made.id).status = "withdrawn"
    postbox.letters.clear()
    send()
    to = {letter["To"]: letter.get_content() for letter in postbox.letters}
    assert "Walk lights" in to[made.author.email]
    assert "Walk lights" not in to[follower.email]
    assert str(made.id) not in to[follower.email]
    assert "A proposal that is not public now" in to[follower.email]


def test_nothing_is_sent_that_was_read_or_to_somebody_who_is_gone(database, now, send, postbox):
    read, gone = wants(database, now), wants(database, now)
    for made in (read, gone):
        happen(database, made, now)
    postbox.letter = "451 come back later"
    send()
    with database.writing() as session:
        notices.read(session, read.author_id)
        accounts.erase(session, session.get_one(Account, gone.author_id), now=now)
    postbox.letter = "250 taken"
    assert send() == 2
    assert postbox.letters == []
    assert statuses(database) == ["empty", "empty"]


@pytest.mark.parametrize("answer", ["451 come back later", "554 it looks like spam"])
def test_what_the_server_does_not_take_is_tried_again_under_the_same_id(
    database, now, send, postbox, answer
):
    happen(database, wants(database, now), now)
    postbox.letter = answer
    assert send() == 1
    assert statuses(database) == ["waiting"]
    postbox.letter = "250 taken"
    assert send() == 1
    with database.reading() as session:
        letter = session.scalars(select(Letter).where(Letter.kind == NEWS)).one()
    assert postbox.letters[0]["Message-ID"] == f"<{letter.id}@city.example>"
    assert (letter.status, letter.tries) == ("sent", 2)


def test_a_letter_sent_but_not_written_down_comes_again_with_the_same_id(
    database, now, send, postbox, monkeypatch
):
    happen(database, wants(database, now), now)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(mailing.queue, "end", _killed)
        send()
    assert send() == 1
    first, second = postbox.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
    assert statuses(database) == ["sent"]


def _killed(*_about, **_more):
    raise KeyboardInterrupt


def test_a_refused_recipient_is_written_to_no_more_and_is_told(
    client, database, now, send, postbox, sign_in, app
):
    made = wants(database, now)
    happen(database, made, now)
    postbox.recipient = "550 no such person"
    send()
    assert statuses(database) == ["refused"]
    app.extensions["sends_mail"] = True
    sign_in(made.author)
    assert "Mail to you was refused" in client.get("/me/mail").text
    postbox.recipient = "450 mailbox busy"
    client.post("/me/mail", data={"pace": "daily"})
    send()
    assert statuses(database, CONFIRM)[-1] == "waiting"


def test_a_server_that_is_not_there_loses_nothing(database, now, send, office, monkeypatch):
    happen(database, wants(database, now), now)
    with monkeypatch.context() as patch:
        patch.setattr(Relay, "_connected", _refused)
        assert send() == 1
        assert statuses(database) == ["waiting"]
    assert send() == 1
    assert statuses(database) == ["sent"]


def test_a_letter_that_cannot_be_written_holds_up_no_other(database, now, send, postbox):
    odd = wants(database, now, email="김@city.example")
    others = [wants(database, now) for _ in range(3)]
    for made in (odd, *others):
        happen(database, made, now)
    assert send() == 4
    assert len(postbox.letters) == 3
    assert sorted(statuses(database)) == ["refused", "sent", "sent", "sent"]


def test_a_fault_of_ours_holds_up_no_other(database, now, send, postbox, monkeypatch):
    for made in (wants(database, now), wants(database, now)):
        happen(database, made, now)
    with monkeypatch.context() as patch:
        patch.setattr(mailing.sentences, "of_entry", _fails_once())
        send()
    assert sorted(statuses(database)) == ["sent", "waiting"]
    send()
    assert statuses(database) == ["sent", "sent"]


def _fails_once():
    faults = [KeyError("an act that nobody knows")]

    def say(_entry):
        if faults:
            raise faults.pop()
        return "It happened."

    return say


def test_a_domain_of_other_letters_is_written_in_ascii(database, now, send, postbox):
    happen(database, wants(database, now, email="kim@한국.example"), now)
    send()
    assert postbox.letters[0]["To"] == "kim@xn--3e0b707e.example"


@pytest.mark.parametrize("answer", ["550 5.7.1 relaying denied", "530 5.7.0 sign in first"])
def test_what_the_server_has_against_us_is_no_fault_of_the_address(
    database, now, send, postbox, answer
):
    happen(database, wants(database, now), now)
    postbox.recipient = answer
    send()
    assert statuses(database) == ["waiting"]


def test_everybody_is_looked_at_in_one_turn(database, now, send, postbox, monkeypatch):
    monkeypatch.setattr(mailing.queue, "BATCH", 2)
    for _ in range(6):
        happen(database, wants(database, now, pace=DAILY), now)
    for _ in range(21):  # from ten in the morning to seven
        assert send() == 0
    assert send() == 6


def test_a_letter_at_which_the_server_goes_away_holds_up_no_other(
    database, now, send, postbox, monkeypatch
):
    bad, good = wants(database, now), wants(database, now)
    for made in (bad, good):
        happen(database, made, now)
    whole = smtplib.SMTP.send_message

    def send_message(server, message):
        if message["To"] == bad.author.email:
            raise smtplib.SMTPServerDisconnected
        return whole(server, message)

    monkeypatch.setattr(smtplib.SMTP, "send_message", send_message)
    for _ in range(3):
        send()
    assert [letter["To"] for letter in postbox.letters] == [good.author.email]
    assert sorted(statuses(database)) == ["sent", "waiting"]


def _refused(_relay):
    raise ConnectionRefusedError


def test_beside_the_site_mail_goes_on_until_it_is_stopped_whatever_fails(
    app, config, database, now, postbox, monkeypatch, capsys
):
    assert mailing.start_mailing(app, config) is None  # no settings of mail
    happen(database, wants(database, now), now)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    monkeypatch.setattr(mailing, "PAUSE", 0.01)
    turn, faults = mailing.turn, [KeyError("of somebody@city.example")]

    def fail_once(*given):
        if faults:
            raise faults.pop()
        return turn(*given)

    monkeypatch.setattr(mailing, "turn", fail_once)
    stopped = mailing.start_mailing(
        app, replace(config, smtp_url=postbox.url, mail_from="square@city.example", site=SITE)
    )
    until = time.monotonic() + 20
    while statuses(database) != ["sent"] and time.monotonic() < until:
        time.sleep(0.02)
    stopped.set()
    assert len(postbox.letters) == 1
    said = capsys.readouterr().out
    assert "KeyError" in said
    assert "somebody" not in said


def test_no_address_is_in_the_log(database, now, send, postbox, capsys):
    made = wants(database, now)
    happen(database, made, now)
    for postbox.letter in ("554 <" + made.author.email + "> looks like spam", "250 taken"):
        send()
    said = capsys.readouterr().out
    assert "SMTPDataError" in said
    assert made.author.email not in said


@pytest.mark.parametrize("title", ["Walk\r\nBcc: all@city.example", "한글 제목\n\nbody", "🚲" * 60])
def test_a_title_is_no_header(database, now, send, postbox, title):
    made = wants(database, now)
    with database.writing() as session:
        session.get_one(Proposal, made.id).title_en = title
    happen(database, made, now)
    send()
    (letter,) = postbox.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == " ".join(title.split())


def test_a_relay_is_read_and_its_password_is_not_shown():
    relay = Relay.of("smtp://city%40mail:p%2Fw@mail.city.example:587")
    assert relay == Relay("smtp", "mail.city.example", 587, "city@mail", "p/w")
    assert "p/w" not in repr(relay)
    assert Relay.of("smtps://mail.city.example").port == 465


@pytest.mark.parametrize("url", ["", "mail.city.example", "http://mail", "smtp://", "smtp://a/b"])
def test_what_is_no_relay_is_refused(url):
    with pytest.raises(ValueError, match="no address of a mail server"):
        Relay.of(url)


def test_a_password_is_never_sent_in_the_clear(monkeypatch):
    class Plain:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def ehlo(self):
            return 250, b""

        def has_extn(self, _name):
            return False

        def login(self, *_):
            raise AssertionError("the password was sent")

    monkeypatch.setattr(Relay, "_connected", lambda _self: Plain())
    with (
        pytest.raises(smtplib.SMTPNotSupportedError),
        Relay.of("smtp://me:secret@mail.city.example").opened(),
    ):
        pass
