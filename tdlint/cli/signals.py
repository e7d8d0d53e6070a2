"""Ctrl-C, and the signals by which others end a process: the run stops, cleans up and says so."""

from __future__ import annotations

import os
import signal
from types import FrameType

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(BaseException):
    """The run was ended from outside; the text says how."""

    def __init__(self, number: int) -> None:
        how = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
        super().__init__(how)
        self.exit_code = 128 + number


def listen() -> None:
    """Let ``Interrupted`` end the run; what was to be ignored, as with ``nohup``, is."""
    for number in (signal.SIGINT, *_ENDING):
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _interrupt)
    if hasattr(os, "register_at_fork"):  # a worker has nothing to clean up and nothing to say
        os.register_at_fork(after_in_child=_end_quietly)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)


def _end_quietly() -> None:
    for number in (signal.SIGINT, *_ENDING):
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_DFL)
