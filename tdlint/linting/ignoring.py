"""Writing a comment beside everything that is reported, for projects that start with many reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tdlint.config import Settings
from tdlint.diagnostics import Diagnostic, Edit
from tdlint.linting.edits.comments import hiding
from tdlint.linting.engine import Rules, check_bytes
from tdlint.linting.reading import read
from tdlint.linting.result import FileResult, Fixed, Fixing, RunResult
from tdlint.linting.runs import check_paths
from tdlint.linting.tool_codes import TOOL_CODES
from tdlint.sources.rewriting import NotWritable, rewrite
from tdlint.sources.saving import replace_contents

if TYPE_CHECKING:
    from concurrent.futures import Executor

MAX_ROUNDS = 100
"""A line can't have more reports than this that are hidden one after the other."""


@dataclass(frozen=True)
class Ignored:
    """What is left to report, how many reports are hidden now, and why some files could not be written."""

    left: RunResult
    hidden: int
    files: int
    refused: tuple[str, ...]


def ignore_paths(
    paths: Sequence[str],
    settings: Settings,
    rules: Rules,
    jobs: int | None = None,
    executor: Executor | None = None,
) -> Ignored:
    """Hide what is reported in files and the files in folders by comments.

    Raises:
        UsageError: a path or a selector does not exist, or there is no file.
    """
    result = check_paths(paths, settings, rules, jobs, check=ignore_bytes, executor=executor)
    left, refused, hidden, files = [], [], 0, 0
    for file in result.files:
        if file.fixing is None:
            left.append(file)
            continue
        try:
            replace_contents(file.path, file.fixing.before, file.fixing.after)
        except NotWritable as problem:
            refused.append(f"{file.path}: the file {problem}")
            left.append(replace(file.fixing.found, failed=True))
            continue
        left.append(replace(file, fixing=None))
        hidden, files = hidden + sum(each.count for each in file.fixing.fixed), files + 1
    return Ignored(RunResult(tuple(left)), hidden, files, tuple(refused))


def ignore_bytes(data: bytes, path: str, settings: Settings, rules: Rules) -> FileResult:
    """What comments make of the contents of a file; the result has what no comment can hide."""
    found = result = check_bytes(data, path, settings, rules)
    before, done = data, Counter[tuple[str, str]]()
    for _ in range(MAX_ROUNDS):
        chosen = _compatible(result, data)
        if not chosen:
            break
        source = read(path, data)
        assert source is not None, "a notebook in another language has no diagnostics"
        after = rewrite(source.source, data, [edit for _, edit in chosen])
        new = check_bytes(after, path, settings, rules)
        if len(new.diagnostics) >= len(result.diagnostics):
            break  # comments that hide nothing are of no use
        done.update((each.code, each.name) for each, _ in chosen)
        data, result = after, new
    if not done:
        return found
    fixed = tuple(Fixed(code, name, count) for (code, name), count in sorted(done.items()))
    return replace(result, fixing=Fixing(before, data, fixed, found))


def _compatible(result: FileResult, data: bytes) -> list[tuple[Diagnostic, Edit]]:
    """Reports with the edits that hide them, at most one for each line."""
    never = {code.code for code in TOOL_CODES}
    wanted = [each for each in result.diagnostics if each.location.span and each.code not in never]
    readable = read(result.path, data) if wanted else None
    if readable is None:
        return []
    chosen, lines = [], set[int]()
    for diagnostic in wanted:
        assert diagnostic.location.span is not None
        edit = hiding(diagnostic.code, diagnostic.location.span, readable.source)
        if edit is None:
            continue
        touched = {readable.source.line_number(at) for at in (edit.span.start, edit.span.end)}
        if not lines & touched:
            lines |= touched
            chosen.append((diagnostic, edit))
    return chosen
