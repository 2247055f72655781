"""Gunicorn's settings, as `gwangjang serve` and `gwangjang demo` start it."""

from typing import Any

import gevent

from app.integrating import start_integrator
from app.mailing import start_mailing
from app.telling import start_telling

wsgi_app = "app.wsgi:application"
worker_class = "gevent"
loglevel = "warning"
control_socket_disable = True  # it would open a socket in the home folder


def post_request(_worker: Any, _request: Any, _environ: Any, _response: Any) -> None:
    """Let the other connections have their turn.

    SQLite never waits in a way that gevent sees, so a client that asks again at once would be
    answered again and again while others wait for a second.
    """
    gevent.sleep(0)


def post_worker_init(worker: Any) -> None:
    """Integrate the logs, make notices and send mail where the database is a file of one process.

    With PostgreSQL processes of their own do: `gwangjang integrate`, `gwangjang notify --watch` and
    `gwangjang mail --watch`.
    """
    if worker.wsgi.extensions["database"].is_sqlite:
        start_integrator(worker.wsgi)
        start_telling(worker.wsgi)
        start_mailing(worker.wsgi, worker.wsgi.extensions["config"])
