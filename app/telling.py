"""Notices made beside the site: a thread where one process serves, else `gwangjang notify`."""

import threading
from collections.abc import Callable

from flask import Flask

from app.logs import log
from core.db import Database
from proposals.notices import making

PAUSE = 2.0  # seconds


def start_telling(app: Flask) -> threading.Event:
    """Make notices in a thread; set the event to end it."""
    stopped = threading.Event()
    database = app.extensions["database"]
    threading.Thread(target=run, args=(database, stopped, report), daemon=True).start()
    return stopped


def run(database: Database, stopped: threading.Event, failed: Callable[[Exception], None]) -> None:
    """Tell of what the journal says, a look every two seconds; what goes wrong goes to `failed`."""
    while not stopped.is_set():
        try:
            while making.turn(database) == making.BATCH:
                pass
        except Exception as error:  # whatever it is, the next look comes
            failed(error)
        stopped.wait(PAUSE)


def report(error: Exception) -> None:
    """Tell the operator, by the log."""
    log.error("notices", exc_info=error)
