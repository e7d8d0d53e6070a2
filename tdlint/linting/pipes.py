"""Talking with a process through its standard streams: messages and answers, one after the other."""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import IO, Any

LENGTH = struct.Struct("!Q")
"""A message is the length of what follows, and a pickle."""


def command(module: str) -> list[str]:
    """The command that runs ``main`` of a module with the modules of this process, whatever is in the folder."""
    return [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; from {module} import main; main()"]


def frame(message: object) -> bytes:
    """A message as bytes."""
    body = pickle.dumps(message)
    return LENGTH.pack(len(body)) + body


def next_message(pipe: IO[bytes]) -> bytes | None:
    """The pickle of the next message of a pipe, None at its end."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    body = pipe.read(size)
    return body if len(body) == size else None


def serve(make: Callable[[], Callable[[Any], object]], idle_limit: float | None = None) -> None:
    """A process's life: ``make`` what answers messages, say so by an empty answer, then answer each.

    It ends after ``idle_limit`` seconds without a message, and with the process that started it. What is printed goes
    to standard error and never among the answers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the starter ends this one
    messages, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    waiting: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_receive, args=(messages, waiting), daemon=True).start()
    answer = make()
    answers.write(frame(None))
    while True:
        answers.flush()
        try:
            message = waiting.get(timeout=idle_limit)
        except Empty:
            return
        answers.write(frame(answer(message)))


def _receive(messages: IO[bytes], waiting: SimpleQueue[Any]) -> None:
    """Take messages; a thread of its own, so that the process ends with its starter even within an endless loop."""
    while True:
        message = next_message(messages)
        if message is None:
            os._exit(0)
        waiting.put(pickle.loads(message))
