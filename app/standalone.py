"""Templates by themselves, for pages that are made without the web application."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.words import teach

ROOT = Path(__file__).resolve().parent


def environment() -> Environment:
    """Jinja as our pages need it, in both languages."""
    found = Environment(
        loader=FileSystemLoader(ROOT.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    teach(found)
    return found


def sheet(name: str) -> str:
    """A style sheet of the application."""
    return (ROOT / "static" / name).read_text(encoding="utf-8")
