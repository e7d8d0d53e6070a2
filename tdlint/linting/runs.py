"""Linting many files: which they are, what the cache knows of them, and the processes that check the rest."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.config import Settings
from tdlint.linting.engine import Rules, check_bytes, lost_file, read_bytes, unreadable_folder
from tdlint.linting.reading import may_concern
from tdlint.linting.result import FileResult, RunResult
from tdlint.linting.running_rules import is_given_up
from tdlint.linting.selection import check_selectors
from tdlint.sources.contents import contents_of
from tdlint.sources.discovery import discover
from tdlint.sources.inputs import digest_of, recorded

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tdlint.linting.cache import Cache

TIME_LIMIT = 60.0
"""Seconds that one file may take where it is checked by a worker process."""

Check = Callable[[bytes, str, Settings, Rules], FileResult]
"""Makes the result of a file from its contents and its path."""
Job = Callable[[str], FileResult]
Done = Callable[[int, int, str], None]
"""Told of each file when it is done: how many are, how many there are, and which it was."""
Begun = Callable[[str], None]
"""Told of each file that is taken up on this machine."""

_FEW_FILES = 4
_SMALL_RUN = 200_000  # bytes; about what is checked in the time that processes take to start


def check_paths(
    paths: Sequence[str],
    settings: Settings,
    rules: Rules,
    jobs: int | None = None,
    check: Check = check_bytes,
    cache: Cache | None = None,
    usable: Callable[[FileResult], bool] | None = None,
    done: Done | None = None,
    begun: Begun = lambda file: None,
    executor: Executor | None = None,
) -> RunResult:
    """Lint files and the files in folders; ``jobs`` is the number of processes, None for as many as are of use.

    ``check`` makes the result of a file. What the ``cache`` has is taken instead where that is ``usable``. ``done`` is
    called in this process, for each file as soon as its result is here; ``begun`` before that.

    With an ``executor``, its tasks have the files checked, by processes that need not have them; it may have threads,
    processes or other machines. ``jobs`` is then how many tasks it does at once.

    Raises:
        UsageError: a path or a selector does not exist, there is no file, or the executor can't do it.
    """
    check_selectors(settings, rules)
    refused: dict[str, str] = {}
    files = discover(paths, settings.all_excluded, settings.root, refused.__setitem__)
    known = _known(files, cache, usable) if cache is not None else {}
    rest = [file for file in files if file not in known]
    job = partial(check_file, check=check, settings=settings, rules=tuple(rules))
    lost = partial(lost_file, settings=settings, rules=rules)
    found: dict[str, FileResult] = {}
    if executor is None:
        each = _each(rest, job, lost, jobs, begun)
    else:
        from tdlint.linting.remote.dispatch import run_by

        each = run_by(executor, rest, job, lost, rules, jobs, TIME_LIMIT)
    try:
        for file, result in each:
            found[file] = result
            if done is not None:
                done(len(known) + len(found), len(files), file)
    finally:
        # what was found before an interruption, or before a cluster went away, is not lost
        if cache is not None:
            cache.store(found[file] for file in rest if file in found)
    known.update(found)
    known.update((folder, unreadable_folder(folder, why, settings, rules)) for folder, why in refused.items())
    return RunResult(_told_once(known[path] for path in sorted((*files, *refused))))


def _told_once(results: Iterable[FileResult]) -> tuple[FileResult, ...]:
    """The results; that a rule is not run any more is told for the first file only."""
    told: set[str] = set()
    once = []
    for result in results:
        news = tuple(each for each in result.diagnostics if each.message not in told)
        told.update(each.message for each in result.diagnostics if is_given_up(each))
        once.append(result if len(news) == len(result.diagnostics) else replace(result, diagnostics=news))
    return tuple(once)


def _each(
    files: Sequence[str], job: Job, lost: Callable[[str, str], FileResult], jobs: int | None, begun: Begun
) -> Iterable[tuple[str, FileResult]]:
    """Each file with its result, as soon as it is there, in any order."""
    if jobs is None:
        jobs = 1 if _is_small(files) else os.cpu_count() or 1
    if jobs <= 1 or not files:
        return _in_order(files, job, begun)
    from tdlint.linting.pool import run_pool

    load_what_workers_need()
    # A file that ends or hangs its process costs that file only.
    return run_pool(files, job, lost, jobs, TIME_LIMIT, begun)


def _in_order(files: Sequence[str], job: Job, begun: Begun) -> Iterator[tuple[str, FileResult]]:
    for file in files:
        begun(file)
        yield file, job(file)


def check_file(path: str, check: Check, settings: Settings, rules: Rules) -> FileResult:
    """Lint one file, and say in the result what it depends on. What goes wrong is a diagnostic; nothing is raised."""
    data = read_bytes(path, settings, rules)
    if isinstance(data, FileResult):
        return data
    if not may_concern(data):
        return FileResult(path)
    with recorded() as seen:
        result = check(data, path, settings, rules)
    return replace(result, content=digest_of(data), inputs=seen.inputs())


def _known(
    files: Sequence[str], cache: Cache, usable: Callable[[FileResult], bool] | None = None
) -> dict[str, FileResult]:
    """The results that the cache has. They are looked up before processes start, which may not be needed at all."""
    found = {}
    for file in files if cache.is_there else ():
        with contextlib.suppress(OSError, MemoryError):  # which checking it will tell
            data = contents_of(file)
            result = cache.find(file, data) if may_concern(data) else FileResult(file)
            if result is not None and (usable is None or usable(result)):
                found[file] = result
    return found


def _is_small(files: Sequence[str]) -> bool:
    """Whether starting processes would cost more than it saves."""
    if len(files) <= _FEW_FILES:
        return True
    size = 0
    for file in files:
        try:
            size += Path(file).stat().st_size
        except OSError:
            continue  # it has vanished, which reading it will tell
        if size > _SMALL_RUN:
            return False
    return True


def load_what_workers_need() -> None:
    """Import here what a worker would import for its first file, forked or not."""
    import libcst  # noqa: F401

    import tdlint.interp
    import tdlint.sources.positions  # noqa: F401
