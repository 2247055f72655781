"""What supports oblige to, and what supporters stand for, as people call it."""

from collections.abc import Mapping

from core.words import LazyString
from core.words import lazy_gettext as _l

OBLIGATIONS: Mapping[str, LazyString] = {
    "answer": _l("A department's answer"),
    "forum": _l("A public forum"),
    "reply": _l("The mayor's reply"),
}
# What an official role enters for somebody who has none here: whose answer it is.
FOR: Mapping[str, LazyString] = {"reply": _l("the mayor")}
PARTS: Mapping[str, LazyString] = {
    "title": _l("Title"),
    "summary": _l("In one sentence"),
    "need": _l("Why it is needed"),
    "benefit": _l("Expected benefit"),
    "place": _l("Location"),
    "neighbourhood": _l("Neighbourhood"),
    "field": _l("Field"),
    "cost_minor": _l("Estimated cost"),
}
