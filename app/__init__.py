"""The porch: where the rooms meet. Nobody imports it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config


def create_app(config: "Config | None" = None) -> "Flask":
    """The application, ready to serve; `config` None reads the environment.

    Raises
    ------
    ConfigError : a setting is missing or wrong.
    RuntimeError : an endpoint declares no access.
    """
    # Commands import this package too, and counting a file must not wait for the web.
    from app.factory import build  # noqa: PLC0415 - see above

    return build(config)
