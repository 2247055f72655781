"""Structured logs: one line a request, with no address, name, query, secret or choice in it.

A line tells the route's template, never the path asked for: paths and queries can carry what a
person typed. The request's id stands in the log and on every error page.
"""

import logging
import secrets
import time
from typing import Any

import structlog
from flask import Flask, g, request
from flask.typing import ResponseValue
from werkzeug.wrappers import Response

from app.config import Config

log = structlog.get_logger("gwangjang")


def start(app: Flask, config: Config) -> None:
    """One line for each request, as JSON on the standard output."""
    configure(config.log_level)
    app.before_request(_begin)
    request_log = log.bind()  # built once, since the lazy one is built again for every line

    @app.after_request
    def _end(response: Response) -> Response:
        request_log.info("request", **_facts(response))
        return response


def configure(level: str) -> None:
    """Lines as JSON on the standard output, from this level on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        cache_logger_on_first_use=False,
    )


def request_id() -> str:
    """Eight letters and digits by which a person and the log name the same request."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(4)
    found: str = g.request_id
    return found


def _begin() -> ResponseValue | None:
    g.began = time.perf_counter()
    return None


def _facts(response: Response) -> dict[str, Any]:
    route = request.url_rule.rule if request.url_rule else None
    return {
        "id": request_id(),
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
    }
