"""The integrator beside the site: a thread where one process serves, else a process of its own."""

import threading
from functools import partial

from flask import Flask

from app.beside import in_a_thread
from app.logs import log
from ballots.errors import RollbackError
from ballots.integrator import Integrator


def start_integrator(app: Flask) -> threading.Event:
    """Integrate the application's logs in a thread; set the event to end it."""
    mix = app.extensions["config"].mix
    integrator = Integrator(app.extensions["database"], app.extensions["keys"], mix)
    return in_a_thread(partial(integrator.run, failed=report))


def report(error: Exception) -> None:
    """Tell the operator, by the log: a ROLLBACK by that word."""
    causes = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    for cause in causes:
        if isinstance(cause, RollbackError):
            log.error("ROLLBACK", **cause.values)
        else:
            log.error("integrator", exc_info=cause)
