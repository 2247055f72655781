"""Notices made beside the site: a thread where one process serves, else `gwangjang notify`."""

import threading
from functools import partial

from flask import Flask

from app.beside import again_and_again, in_a_thread
from app.logs import log
from core.db import Database
from proposals.notices import making

PAUSE = 2.0  # seconds


def start_telling(app: Flask) -> threading.Event:
    """Make notices in a thread; set the event to end it."""
    return in_a_thread(partial(run, app.extensions["database"]))


def run(database: Database, stopped: threading.Event) -> None:
    """Tell of what the journal says, a look every two seconds."""
    again_and_again(partial(making.turn, database), stopped, pause=PAUSE, failed=report)


def report(error: Exception) -> None:
    """Tell the operator, by the log."""
    log.error("notices", exc_info=error)
