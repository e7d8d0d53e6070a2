"""How far a long run is: a bar on standard error, if that is a terminal, from its second second to its end."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.formatters.place import shown_path
from tdlint.formatters.terminal import printable

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

DELAY = 1.0
"""Seconds for which nothing is shown; most runs are over by then."""

SLOW = 1.0
"""Seconds after which a file that is in work is named."""

_busy = threading.Lock()  # held by the thread while it does anything
if hasattr(os, "register_at_fork"):
    # a copy of this process made meanwhile would have locks, such as those of imports, that nobody opens again
    os.register_at_fork(before=_busy.acquire, after_in_parent=_busy.release, after_in_child=_busy.release)

_EVERY = 0.1  # seconds between two looks
_WIDE = 100  # cells of a terminal in which a long bar leaves room for names
_REST = 28  # cells that are neither bar nor name


@contextmanager
def progress(doing: str, no_color: bool = False) -> Iterator[Progress]:
    """Whom a run is to tell of its files; while this lasts, a bar shows it where someone may look at it."""
    told = Progress(doing, no_color, shown=is_looked_at())
    try:
        yield told
    finally:
        told.end()


def is_looked_at() -> bool:
    """Whether standard error is a terminal that can draw; the log of a CI service is none, whatever it says."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


class Progress:
    """Which files of a run are in work, and how many are done.

    A thread draws it. It is started with the first file: processes that are forked before that have one thread only.
    """

    def __init__(self, doing: str, no_color: bool, shown: bool) -> None:
        self.doing = doing
        self.no_color = no_color
        self.begin = time.monotonic()
        self.number, self.total = 0, 0
        self.in_work: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._drawing = threading.Thread(target=self._draw, daemon=True) if shown else None

    def begun(self, file: str) -> None:
        """A file was taken up."""
        with self._lock:
            self.in_work[file] = time.monotonic()
        self._start()

    def done(self, number: int, total: int, file: str) -> None:
        """A file is done, the ``number``-th of ``total``."""
        with self._lock:
            self.in_work.pop(file, None)
            self.number, self.total = number, total
        self._start()

    def end(self) -> None:
        """Show nothing any more."""
        self._ended.set()
        if self._drawing is not None and self._drawing.ident is not None:
            self._drawing.join()

    def slowest(self, width: int) -> str:
        """The file that has been in work for longest, and how long, if that is long; of a long name the end."""
        with self._lock:
            file, since = min(self.in_work.items(), key=lambda item: item[1], default=("", 0.0))
        seconds = time.monotonic() - since
        if not file or seconds < SLOW:
            return ""
        text = f"{printable(shown_path(file, Path.cwd()))} ({seconds:.0f} s)"
        return text if len(text) <= width else f"…{text[-width:]}"

    def _start(self) -> None:
        if self._drawing is not None and self._drawing.ident is None:
            self._drawing.start()

    def _draw(self) -> None:
        if self._ended.wait(max(self.begin + DELAY - time.monotonic(), 0)):
            return
        # a bar that can't be drawn must not cost the run
        with suppress(Exception):
            self._draw_bar()

    def _draw_bar(self) -> None:
        with _busy:
            bar, left = _bar(self.no_color)
            task = bar.add_task(self.doing, total=None, slowest="")
            bar.start()
        try:
            ended = False
            while not ended:
                with self._lock:
                    number, total = self.number, self.total
                with _busy:
                    slowest = self.slowest(left)
                    bar.update(task, completed=number, total=total or None, slowest=slowest, refresh=True)
                ended = self._ended.wait(_EVERY)
        finally:
            with _busy:
                bar.stop()


def _bar(no_color: bool) -> tuple[Bar, int]:
    """A bar on standard error, and how many cells it has for a name."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    console = Console(stderr=True, no_color=no_color or None)
    width = 40 if console.width >= _WIDE else 15
    name = TextColumn(
        "{task.fields[slowest]}", markup=False, style="dim", table_column=Column(no_wrap=True, overflow="ellipsis")
    )
    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(width),
        MofNCompleteColumn(),
        name,
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    return bar, max(console.width - width - _REST, 10)
