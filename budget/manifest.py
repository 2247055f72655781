"""From a cycle to the manifest of its vote: what was asked, for whoever counts it again."""

from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from ballots.board.manifest import ListedOption, Manifest
from ballots.models import Option
from budget.models import Cycle


def manifest_of(
    session: Session, cycle: Cycle, *, election: str, publication: str = "sealed"
) -> Manifest:
    """The manifest of a cycle whose slate is frozen; the same from every database.

    Parameters
    ----------
    election : the log's name
    publication : "sealed" or "open"

    Raises
    ------
    ManifestError : the name is no log's.
    """
    contest = cycle.contest
    options = session.scalars(
        select(Option).where(Option.contest_id == contest.id).order_by(Option.number)
    )
    return Manifest(
        election=election,
        titles={"en": _text(contest.title_en), "ko": _text(contest.title_ko)},
        kind=contest.kind,
        fund=contest.fund_minor,
        currency=contest.currency,
        picks=contest.max_picks or 0,
        fields={field: limit or 0 for field, limit in contest.field_limits.items()},
        options=tuple(
            ListedOption(row.number, row.code, _text(row.title), row.cost_minor, row.field or "")
            for row in options
        ),
        rule=cycle.count_rule,
        parameters=cycle.count_parameters,
        ties=cycle.tie_rule,
        publication=publication,
    )


def _text(written: str) -> str:
    """A title in the form of letters that canonical JSON has."""
    return normalize("NFC", written)
