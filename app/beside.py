"""Work beside the site: in a thread where one process serves, else a process of its own."""

import signal
import threading
from collections.abc import Callable


def in_a_thread(work: Callable[[threading.Event], None]) -> threading.Event:
    """Begin `work` in a thread, with the event that is to end it; gives that event."""
    stopped = threading.Event()
    threading.Thread(target=work, args=(stopped,), daemon=True).start()
    return stopped


def until_a_signal() -> threading.Event:
    """An event that is set when this process is asked to end."""
    stopped = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: stopped.set())
    return stopped


def again_and_again(
    turn: Callable[[], int],
    stopped: threading.Event,
    *,
    pause: float,
    failed: Callable[[Exception], None],
) -> None:
    """Take turns until one finds nothing to do, then again after `pause` seconds, until `stopped`.

    What goes wrong, whatever it is, goes to `failed`, and the next look comes.
    """
    while not stopped.is_set():
        try:
            while not stopped.is_set() and turn():
                pass
        except Exception as error:  # nobody sees a thread die: told, and the next look comes
            failed(error)
        stopped.wait(pause)
