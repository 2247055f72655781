"""Every route for every role: what it declares is what it does."""

from uuid import uuid4

import pytest
from flask import Flask

from core.access import Role, access_of
from tests import factories

WHO = ["visitor", "citizen", *Role]


def address(app: Flask, rule, known: dict) -> str:
    with app.test_request_context():
        values = {
            name: known.get(
                name,
                next(iter(rule._converters[name].items), "x")
                if hasattr(rule._converters[name], "items")
                else str(uuid4()),
            )
            for name in rule.arguments
        }
        return app.url_for(rule.endpoint, **values)


@pytest.mark.parametrize("who", WHO)
def test_every_route_lets_in_just_whom_it_names(app, client, database, now, keys, sign_in, who):
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="published", keys=keys, ballots_cast=[[1]])
        proposal = factories.proposal(session, now, status="received")
        roles = [] if who in ("visitor", "citizen") else [Role(who)]
        person = factories.account(session, now, *roles)
        known = {
            "slug": cycle.slug, "contest_id": cycle.contest_id, "proposal_id": proposal.id, "number": 1,
            "cycle_id": cycle.id, "entry_id": 1, "rule": "greedy_cost", "act": "call", "filename": "app.css",
            "account_id": person.id, "role": "auditor",
        }  # fmt: skip
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        for method in sorted(rule.methods & {"GET", "POST"}):
            acts = {
                "prepare_act": "call",
                "tally_act": "count",
                "clerk_act": "confirm",
                "officer_act": "agree",
            }
            acts |= dict.fromkeys(("propose", "confirm", "withdraw"), "close")
            acts |= {"second": "confirm", "conduct": "finish"}
            here = known | {"act": acts.get(rule.endpoint.partition(".")[2], "call")}
            if who == "visitor":
                with client.session_transaction() as kept:
                    kept.clear()
            else:
                sign_in(person)
            answer = client.open(address(app, rule, here), method=method)
            answer.close()
            where = f"{method} {rule} as {who}: {answer.status_code}"
            assert answer.status_code < 500 or rule.endpoint == "health.ready", where
            to_sign_in = answer.headers.get("Location", "").startswith("/sign-in")
            if not access.signed_in:
                assert not to_sign_in or rule.endpoint == "accounts.sign_in", where
                assert answer.status_code != 403, where
            elif who == "visitor":
                assert to_sign_in, where
            elif access.roles and not access.roles & set(roles):
                assert answer.status_code == 403, where
            else:
                assert not to_sign_in or "sign_out" in rule.endpoint, where
                is_ones_own = rule.rule.startswith("/proposals/") or "accounts" in rule.endpoint
                assert answer.status_code != 403 or is_ones_own, where
            if rule.endpoint in ("accounts.sign_out_everywhere", "accounts.erase"):
                person.session_epoch += (
                    1
                    if who != "visitor" and "everywhere" in rule.endpoint and method == "POST"
                    else 0
                )


@pytest.mark.parametrize("role", Role)
def test_no_role_counts_before_the_second_factor(client, database, now, sign_in, role):
    with database.writing() as session:
        person = factories.account(session, now, role)
    sign_in(person, second_factor=False)
    answer = client.get("/desk")
    assert answer.headers["Location"].startswith("/second-factor")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/proposals",
        "/cycles",
        "/agenda",
        "/journal",
        "/sign-in",
        "/sign-up",
        "/rules/greedy_cost",
    ],
)
def test_an_empty_city_has_pages_too(client, path, language):
    client.set_cookie("lang", language)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<h1" in answer.text
