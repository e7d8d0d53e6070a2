"""Running the code of others in this process, so that it leaves no trace and comes to an end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout


class TookTooLong(Exception):
    """What ran did not end in time."""


@contextmanager
def kept() -> Iterator[None]:
    """The working folder, the environment and the like are afterwards as before; what is printed goes to stderr."""
    folder, environment, limit = _folder(), dict(os.environ), sys.getrecursionlimit()
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        with warnings.catch_warnings(), redirect_stdout(sys.stderr):
            yield
    finally:
        if folder is not None:
            os.chdir(folder)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        sys.setrecursionlimit(limit)
        if interrupt is not None and _can_handle_signals():
            signal.signal(signal.SIGINT, interrupt)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends what runs within, where the system has timers and this is the main thread.

    Raises:
        TookTooLong: it has not ended in time.
    """
    if not hasattr(signal, "setitimer") or not _can_handle_signals():
        yield
        return

    def ring(number: int, frame: object) -> None:
        raise TookTooLong(f"it took longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    # again and again, for code that catches everything
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _folder() -> str | None:
    """The working folder, None if it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return None


def _can_handle_signals() -> bool:
    return threading.current_thread() is threading.main_thread()
