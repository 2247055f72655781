"""The application put together, for the web alone."""

import os
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import errors, logs, pages, security
from app.config import Config
from app.keys import keys_of
from app.rooms import BLUEPRINTS
from ballots.collector import Collector
from core.access import check_every_endpoint, public
from core.db import Database
from proposals.similar.index import Index
from proposals.writing.exchange import Exchange

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
YEAR = 365 * 24 * 60 * 60


def build(config: Config | None = None) -> Flask:
    """The application, ready to serve; `config` None reads the environment.

    Raises
    ------
    ConfigError : a setting is missing or wrong.
    RuntimeError : an endpoint declares no access.
    """
    config = config or Config.from_environ(os.environ)
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
        SEND_FILE_MAX_AGE_DEFAULT=YEAR,  # addresses of static files carry a digest of their bytes
        MAX_CONTENT_LENGTH=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: nobody loses a long proposal to a clock
    )
    app.extensions["config"] = config
    database = Database(config.database_url)
    keys = keys_of(config)
    app.extensions |= {
        "database": database, "keys": keys, "collector": Collector(database, keys),
        "similar": Index(),
        "writing": Exchange(database),
        "sends_mail": bool(config.smtp_url),
    }  # fmt: skip
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]  # Flask's own advice
    logs.start(app, config)
    security.start(app, config)
    pages.start(app, config)
    errors.start(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    public(app.view_functions["static"])
    check_every_endpoint(app)
    return app
