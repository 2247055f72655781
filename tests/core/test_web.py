import pytest
from flask import Flask

from core.access import Role, access_of, check_every_endpoint, public, requires, signed_in
from core.web import local_path


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        None,
        "///evil.example",
    ],
)
def test_a_way_to_another_host_is_not_taken(target: str | None):
    assert local_path(target, "/home") == "/home"


def test_a_path_of_ours_is_taken():
    assert local_path("/votes/1?x=2", "/home") == "/votes/1?x=2"


def test_an_endpoint_that_declares_nothing_stops_the_start():
    app = Flask(__name__)
    public(app.view_functions["static"])
    check_every_endpoint(app)
    app.add_url_rule("/open", "open", lambda: "x")
    with pytest.raises(RuntimeError, match="open"):
        check_every_endpoint(app)


def test_access_is_declared_once_and_names_roles():
    def view() -> str:
        return ""

    signed_in(view)
    with pytest.raises(ValueError, match="twice"):
        public(view)
    with pytest.raises(ValueError, match="at least one role"):
        requires()
    access = access_of(requires(Role.ADMIN)(lambda: ""))
    assert access is not None
    assert access.roles == {Role.ADMIN}
