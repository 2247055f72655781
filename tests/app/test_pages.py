"""Errors, headers, health, logs and the reader's own settings."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import meta

from app import create_app
from app.config import Config
from app.pages import spoken
from core.access import public


@pytest.mark.parametrize(
    ("language", "said"), [("en", "no such page"), ("ko", "그런 페이지가 없어요")]
)
def test_a_missing_page_is_told_in_the_readers_language(client: FlaskClient, language, said):
    client.set_cookie("lang", language)
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert said in answer.text
    assert f'<html lang="{language}"' in answer.text


def test_a_fault_shows_its_number_which_stands_in_the_log_and_no_trace(
    app: Flask, capsys, monkeypatch
):
    @public
    def broken() -> str:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setitem(app.view_functions, "proposals.index", broken)
    answer = app.test_client().get("/proposals")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    number = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert number
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    fault = next(line for line in logged if line["event"] == "fault")
    assert fault["id"] == number[1]
    assert "ZeroDivisionError" in fault["exception"]


def test_data_readers_get_data(client: FlaskClient):
    answer = client.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert set(answer.json) == {"error", "id"}


def test_the_log_holds_routes_and_no_person(client: FlaskClient, capsys):
    client.get("/proposals?q=my+secret", headers={"User-Agent": "Phone of Kim"})
    lines = capsys.readouterr().out
    logged = json.loads(lines.splitlines()[-1])
    assert logged["route"] == "/proposals"
    assert set(logged) == {"event", "level", "timestamp", "id", "method", "route", "status", "ms"}
    assert "secret" not in lines
    assert "127.0.0.1" not in lines


def test_every_answer_carries_the_headers(client: FlaskClient):
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers


def test_https_brings_hsts_and_secure_cookies(config: Config, database):
    app = create_app(Config(config.database_url, config.secret_key, config.keys_dir, https=True))
    app.extensions["database"].dispose()
    app.extensions["database"] = database
    answer = app.test_client().get("/?lang=en")
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert "Secure" in answer.headers["Set-Cookie"]


def test_health(client: FlaskClient):
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").status_code == 200


@pytest.mark.usefixtures("older_tables")
def test_not_ready_while_tables_are_behind(client: FlaskClient, database):
    from app import migrate  # noqa: PLC0415

    migrate.downgrade(database.writer, "0001")
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    ("query", "mark"),
    [
        ("lang=ko", '<html lang="ko"'),
        ("theme=dark", 'data-theme="dark"'),
        ("text=largest", 'data-text="largest"'),
    ],
)
def test_a_choice_is_kept_and_the_address_becomes_plain(client: FlaskClient, query: str, mark: str):
    answer = client.get(f"/proposals?q=x&{query}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/proposals?q=x"
    assert mark in client.get("/proposals").text


def test_a_choice_that_is_none_is_not_kept(client: FlaskClient):
    answer = client.get("/?theme=pink")
    assert answer.status_code == 302
    assert "Set-Cookie" not in answer.headers


def test_the_browser_chooses_the_language_where_the_reader_has_not(app: Flask):
    client = app.test_client()
    assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "en-GB,en"}).text
    assert '<html lang="ko"' in client.get("/", headers={"Accept-Language": "fr"}).text


def test_a_form_without_its_token_is_refused(app: Flask):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/sign-out")
    assert answer.status_code == 400


def test_proxies_are_believed_only_as_many_as_are_set(config: Config, database):
    behind = create_app(Config(config.database_url, config.secret_key, config.keys_dir, proxies=1))
    behind.extensions["database"].dispose()
    behind.extensions["database"] = database
    assert behind.test_client().get("/", headers={"X-Forwarded-For": "9.9.9.9"}).status_code == 200


def test_korean_words_on_an_english_page_are_marked_and_escaped(app: Flask):
    with app.test_request_context(headers={"Cookie": "lang=en"}):
        assert spoken("그늘 <b>") == '<span lang="ko">그늘 &lt;b&gt;</span>'
        assert spoken("shade <b>") == "shade &lt;b&gt;"
    with app.test_request_context(headers={"Cookie": "lang=ko"}):
        assert spoken("그늘") == "그늘"


def test_macros_use_nothing_but_arguments_and_globals(app: Flask):
    """An imported macro does not see a page's variables: what is missing would be left out silently."""
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith("macros/")):
        source, _, _ = app.jinja_env.loader.get_source(app.jinja_env, name)
        used = meta.find_undeclared_variables(app.jinja_env.parse(source))
        assert used <= app.jinja_env.globals.keys() | {"caller"}, name
