"""What the journal says, in words: one sentence for each act of any room."""

from collections.abc import Mapping

from core.access import Role
from core.journal import CITIZEN, SYSTEM, JournalEntry
from core.words import LazyString, gettext
from core.words import lazy_gettext as _l

ROLES: Mapping[str, LazyString] = {
    SYSTEM: _l("The system"),
    CITIZEN: _l("A citizen"),
    Role.REVIEWER: _l("Department reviewer"),
    Role.BUDGET_OFFICER: _l("Budget office"),
    Role.POLL_MANAGER: _l("Poll manager"),
    Role.TALLY_OFFICER: _l("Tally officer"),
    Role.COUNCIL_CLERK: _l("Council clerk"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMIN: _l("Administrator"),
}

# Act -> sentence, with the entry's values as placeholders. tests/test_architecture.py holds this
# table against every act that the code records.
ACTS: Mapping[str, LazyString] = {}


def role_name(role: str) -> LazyString:
    """A role as people call it."""
    return ROLES[role]


def of_entry(entry: JournalEntry) -> str:
    """The entry's act as a sentence in the reader's language."""
    return str(gettext(str(ACTS[entry.act])) % entry.values)
