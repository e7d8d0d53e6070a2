"""Ctrl-C, and the signals by which others end a process: the run stops, cleans up and says so."""

from __future__ import annotations

import os
import signal
from types import FrameType

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Ended(KeyboardInterrupt):
    """Another process ends this one; what is to be done is the same as for Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Interrupted(BaseException):
    """The run was ended from outside; the text says how."""

    def __init__(self, cause: BaseException | None = None) -> None:
        number = cause.number if isinstance(cause, Ended) else signal.SIGINT
        how = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
        super().__init__(how)
        self.exit_code = 128 + number


def listen() -> None:
    """Let signals end the run by an exception; what was to be ignored, as with ``nohup``, is."""
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    if hasattr(os, "register_at_fork"):  # a worker has nothing to clean up and nothing to say
        os.register_at_fork(after_in_child=_end_quietly)


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended(number)


def _end_quietly() -> None:
    for number in (signal.SIGINT, *_ENDING):
        if signal.getsignal(number) in (_end, signal.default_int_handler):
            signal.signal(number, signal.SIG_DFL)
