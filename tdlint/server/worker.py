"""The process that analyses programs for the server: it reads jobs from standard input and writes answers.

The server ends it when a job takes too long. What a rule prints goes to standard error and never among the answers.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
import threading
from queue import SimpleQueue
from typing import BinaryIO

from tdlint.errors import UsageError
from tdlint.server.folder import stand_somewhere
from tdlint.server.jobs import Answer, Check, Job, Refused, do

LENGTH = struct.Struct("!Q")
"""A message is the length of what follows, and a pickle."""

_FIRST = b"import keras\nmodel = keras.Sequential([keras.layers.Dense(1), keras.layers.Dense(1)])\n"


def command() -> list[str]:
    """The command that starts a worker with the modules of this process, whatever is in the current folder."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from tdlint.server.worker import main; main()"
    return [sys.executable, "-c", code]


def frame(message: object) -> bytes:
    """A message as bytes."""
    body = pickle.dumps(message)
    return LENGTH.pack(len(body)) + body


def main() -> None:
    """A worker's life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the server ends this one
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    waiting: SimpleQueue[Job] = SimpleQueue()
    threading.Thread(target=_receive, args=(jobs, waiting), daemon=True).start()
    work = _Work()
    answers.write(frame(()))  # the rules are loaded: what takes time from now on is a job
    while True:
        answers.flush()
        answers.write(frame(work.answer(waiting.get())))


def _receive(jobs: BinaryIO, waiting: SimpleQueue[Job]) -> None:
    """Take jobs; a thread of its own, so that the process ends with the server even within an endless loop."""
    while True:
        head = jobs.read(LENGTH.size)
        if len(head) < LENGTH.size:
            os._exit(0)
        waiting.put(pickle.loads(jobs.read(LENGTH.unpack(head)[0])))


class _Work:
    """The rules, loaded once, or why they can't be."""

    def __init__(self) -> None:
        self.refused: Refused | None = None
        from tdlint.linting.registry import Loaded, load_packs

        self.loaded = Loaded(())
        try:
            self.loaded = load_packs()
            self._warm_up()
        except UsageError as error:
            self.refused = Refused(str(error))
        except Exception as error:
            self.refused = _defect(error)

    def answer(self, job: Job) -> Answer:
        if self.refused is not None:
            return self.refused
        stand_somewhere()
        try:
            return do(job, self.loaded)
        except Exception as error:
            return _defect(error)

    def _warm_up(self) -> None:
        """Import what the first check needs, before someone waits for it."""
        from tdlint.config import Settings

        do(Check(_FIRST, "first.py", Settings()), self.loaded)


def _defect(error: Exception) -> Refused:
    text = str(error).partition("\n")[0]
    return Refused(f"this is a bug in tdlint, please report it: {type(error).__name__}: {text}", defect=True)
