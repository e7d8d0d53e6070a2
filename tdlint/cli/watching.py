"""``tdlint check --watch``: check, and check again whenever something changes that a report depends on."""

# Paths are compared as they are written.
# ruff: noqa: PTH110, PTH112

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from tdlint.cli.disk_events import DiskEvents
from tdlint.cli.reports import write
from tdlint.config import CONFIG_NAME, Settings, find_config
from tdlint.errors import UsageError
from tdlint.formatters.place import shown_path
from tdlint.formatters.summary import count
from tdlint.formatters.terminal import Paint, printable, wants_color
from tdlint.linting import cache as caching
from tdlint.linting.watched import Watched, place_of, watched
from tdlint.sources import disk

if TYPE_CHECKING:
    from tdlint.linting.result import RunResult

CLEAR = "\x1b[2J\x1b[H"
"""Clears a terminal, and begins at its top."""

MAX_OWN = 10
"""How often in succession the program looks at changes that it made itself."""

_NAMED = 3  # changes that are named


@dataclass(frozen=True)
class Rounds:
    """What is done each time: ``load`` the settings, ``check`` files and ``show`` the result.

    ``configurations`` are the files that settings may be from. Each step may raise what ends a run that is not watched.
    """

    paths: Sequence[str]
    configurations: Sequence[str]
    load: Callable[[], Settings]
    check: Callable[[Settings], RunResult]
    show: Callable[[RunResult, Settings], object]
    color: bool = True


def watch(rounds: Rounds) -> NoReturn:
    """Check and report until someone ends the program.

    Raises:
        click.ClickException: the library that watches is not there, or can't watch; the first round can't be done.
        UsageError: the first round can't be done.
        KeyboardInterrupt: the program is ended.
    """
    if find_spec("watchfiles") is None:
        raise click.ClickException("--watch needs watchfiles: pip install 'tdlint[watch]'")
    _Watch(rounds).run()


def configurations(paths: Sequence[str], config: str | None, isolated: bool) -> tuple[str, ...]:
    """The files that settings are from, or would be if they were there."""
    if isolated or config:
        return (config,) if config else ()
    found, start = find_config(paths), Path(paths[0]).absolute()
    last = found.parent if found else Path.cwd() if start.is_relative_to(Path.cwd()) else start
    return tuple(str(folder / CONFIG_NAME) for folder in (start, *start.parents) if folder.is_relative_to(last))


@dataclass
class _Watch:
    """One watch from the first check to the end.

    ``last`` is the result of the last round, or why there is none; ``known`` are the files that were there. ``written``
    has the contents that fixes gave to files. ``ours`` counts rounds in succession that nobody else gave reason for.
    """

    rounds: Rounds
    events: DiskEvents = field(default_factory=DiskEvents)
    depends: Watched = field(default_factory=lambda: Watched(Settings()))
    settings: Settings = field(default_factory=Settings)
    last: RunResult | str = ""
    known: frozenset[str] = frozenset()
    written: dict[str, bytes] = field(default_factory=dict)
    ours: int = 0

    def run(self) -> NoReturn:
        """Go on until someone ends it."""
        say(f"Checking {', '.join(map(printable, self.rounds.paths))}.", self.rounds.color)
        again = self._round(first=True)
        self._show(first=True)
        while True:
            changed = frozenset[str]() if again else self._next()
            again = self._react(changed)

    def _react(self, changed: frozenset[str]) -> bool:
        """Check again, and tell it; where nobody else changed anything, only if that finds something else."""
        others = {path for path in changed if not self._is_ours(path)}
        before, known = self.last, self.known
        self.ours = 0 if others else self.ours + 1
        if others:
            self._begin(others, known)
        again = self._round()
        if not others:
            if _same(before, self.last):
                return again
            self._begin(self.known ^ known or changed, known)
        self._show()
        return again

    def _round(self, *, first: bool = False) -> bool:
        """Check once; gives whether something may have changed that was not watched until now."""
        caching.forget()
        disk.forget()
        rounds = self.rounds
        try:
            self.settings = rounds.load()
            others = (*rounds.configurations, *filter(None, (self.settings.baseline,)))
            self._look_at(watched(rounds.paths, self.settings, others))
            self.last = rounds.check(self.settings)
        except (UsageError, click.ClickException) as error:
            if first:
                raise
            self.last = _message(error)
            return self._look_at(self.depends)
        self.written.update((place_of(path), fixing.after) for path, fixing in self.last.fixings)
        more = self._look_at(self.depends.with_result(self.last))
        self.known = frozenset(filter(os.path.exists, self.depends.files))
        return more

    def _look_at(self, depends: Watched) -> bool:
        self.depends = depends
        return self.events.watch(lambda: depends.folders)

    def _next(self) -> frozenset[str]:
        """What has changed that matters; waits for it."""
        while True:
            changed = frozenset(filter(self.depends.concerned_by, map(place_of, self.events.next())))
            if changed and not (self.ours >= MAX_OWN and all(map(self._is_ours, changed))):
                return changed

    def _is_ours(self, path: str) -> bool:
        """Whether nobody needs to be told of a change: a fix was written, or a folder made."""
        return os.path.isdir(path) or _holds(path, self.written.get(path))

    def _begin(self, changed: Collection[str], known: Collection[str]) -> None:
        if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
            sys.stdout.write(CLEAR)
        say(f"Checking again{_described(changed, known)}.", self.rounds.color)

    def _show(self, *, first: bool = False) -> None:
        """Show the result, or why there is none."""
        files = ""
        if not isinstance(self.last, str):
            files = f" {count(len(self.last.files), 'file')}"
            try:
                self.rounds.show(self.last, self.settings)
            except (UsageError, click.ClickException) as error:
                if first:
                    raise
                self.last = _message(error)
        if isinstance(self.last, str):
            click.echo(f"tdlint: error: {self.last}", err=True)
        say(f"Watching{files} for changes; Ctrl-C ends.", self.rounds.color)


def say(text: str, color: bool = True) -> None:
    """Write a line with the time before it."""
    paint = Paint(color and wants_color(sys.stdout))
    write(f"{paint(time.strftime('[%H:%M:%S]'), 'faint')} {text}")


def _described(changed: Collection[str], known: Collection[str]) -> str:
    """``: a.py changed, b.py is new and 3 more``; nothing without changes. ``known`` were there before."""
    named = [f"{_shown(path)} {_what_happened(path, known)}" for path in sorted(changed)]
    if len(named) > _NAMED + 1:
        named[_NAMED:] = [f"{len(named) - _NAMED} more"]
    listed = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
    return f": {listed}" if listed else ""


def _what_happened(path: str, known: Collection[str]) -> str:
    if not os.path.exists(path):
        return "was deleted"
    return "changed" if path in known else "is new"


def _message(error: UsageError | click.ClickException) -> str:
    return error.format_message() if isinstance(error, click.ClickException) else str(error)


def _same(one: RunResult | str, other: RunResult | str) -> bool:
    """Whether a round has nothing to tell that the one before it has not told."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return not other.fixed and (one.diagnostics, one.failed) == (other.diagnostics, other.failed)


def _holds(path: str, content: bytes | None) -> bool:
    try:
        return content is not None and Path(path).read_bytes() == content
    except OSError:
        return False


def _shown(path: str) -> str:
    return printable(shown_path(path, Path.cwd().resolve()))
