"""How commands speak: in the reader's language, one clear sentence for a refusal, never a trace."""

import locale
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from core import words
from core.errors import RoomError
from core.words import LazyString, gettext
from core.words import lazy_gettext as _l
from tally.errors import FormatError, TallyError

# Fault of a file -> what should stand there. Placeholders are the error's own attributes.
EXPECTED: Mapping[str, LazyString] = MappingProxyType(
    {
        "not_utf8": _l("text in UTF-8"),
        "not_csv": _l("fields between semicolons"),
        "no_section": _l("META on the first line"),
        "section_twice": _l("each section once"),
        "section_missing": _l("the section %(field)s with a header line"),
        "key_twice": _l("each key once"),
        "key_missing": _l("META to give %(field)s"),
        "vote_type": _l("approval, choose-1, cumulative, knapsack, ordinal or scoring"),
        "field_count": _l("as many fields as the header has"),
        "column_missing": _l("one column %(field)s"),
        "project_id": _l("an id without a comma"),
        "project_twice": _l("each project once"),
        "voter_twice": _l("each voter once"),
        "unknown_project": _l("ids that PROJECTS lists"),
        "choice_twice": _l("each project once on a ballot"),
        "points_count": _l("as many points as choices"),
        "not_a_number": _l("a number, as 1200 or 12.50"),
        "negative": _l("a number of 0 or more"),
        "too_fine": _l("an amount that the currency can pay"),
        "ballot": _l("a ballot that its kind allows"),
        "ranked_utf8": _l("text in UTF-8"),
        "ranked_format": _l("a file of ranked ballots in a format that is read here"),
        "ranked_head": _l("the number of candidates, and of seats"),
        "ranked_count": _l("how many cast this ballot: a number above 0"),
        "ranked_candidate": _l("a candidate of this contest"),
        "ranked_twice": _l("each candidate once on a ballot"),
        "ranked_end": _l("0 at the end of a ballot, and of all ballots"),
        "ranked_names": _l("a name for each candidate"),
        "ranked_number": _l("a whole number"),
        "ranked_braces": _l("equal candidates in braces that are closed"),
        "ranked_option": _l("an option in brackets that are closed"),
        "ranked_line": _l("a line as this format has them"),
        "ranked_score": _l("points for each mark or for none, never more for a lower rank"),
        "ranked_columns": _l(
            "columns that are either ranks or candidates, each once, and one of counts"
        ),
        "ranked_rank": _l("a rank from 1 to the most that is allowed"),
        "ranked_fields": _l("fields as the header has them"),
        "ranked_lost": _l("what this format can hold"),
        "ranked_json": _l("JSON"),
        "ranked_xml": _l("well-formed XML"),
        "ranked_doctype": _l("XML without a document type"),
        "ranked_record": _l("what a cast vote record has at this place"),
        "ranked_contest": _l("the name of one contest of these"),
        "rctab_known": _l("a setting that is known"),
        "rctab_word": _l("one of the words that this setting has"),
        "rctab_whole": _l("a whole number that this setting can have"),
        "rctab_flag": _l("true or false"),
        "rctab_text": _l("text, where it is needed and nowhere else"),
        "rctab_clash": _l("a setting that goes with the others"),
        "rctab_row": _l("a row with the cells that this format has"),
        "rctab_zip": _l("a workbook of a size that can be"),
    }
)


def _default_language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "ko" if spoken.startswith("ko") else "en"


language_option: Callable[..., Any] = click.option(
    "--lang",
    type=click.Choice(words.LANGUAGES),
    default=_default_language,
    help="Language of the answer; your system's unless given.",
)


@contextmanager
def speaking(language: str, file: Path | None = None) -> Iterator[None]:
    """Speak `language`; turn what a room or a file refuses into one sentence and exit code 1."""
    with words.speaking(language):
        try:
            yield
        except FormatError as error:
            raise click.ClickException(fault(error, file)) from error
        except TallyError as error:
            raise click.ClickException(str(error)) from error
        except RoomError as error:
            raise click.ClickException(_refusal(error)) from error
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def fault(error: FormatError, file: Path | None) -> str:
    """Which file, line and field, what was expected there, and what stands there."""
    facts = {"field": error.field}
    where = [] if error.column is None else [gettext("column %(column)s", column=error.column)]
    return gettext(
        "%(file)s, line %(line)s, %(field)s: expected %(expected)s, found “%(found)s”.",
        file=file or "-",
        line=error.line,
        field=", ".join([error.field or "-", *where]),
        expected=str(EXPECTED[error.code]) % facts,
        found=error.found[:60],
    )


def _refusal(error: RoomError) -> str:
    from app.errors import sentence  # noqa: PLC0415 - counting a file must not wait for the pages

    return sentence(error)
