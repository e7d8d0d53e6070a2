"""What must hold of tdlint on any file: it ends in time, does not crash, says the same again, and fixes soundly."""

from __future__ import annotations

import ast
import io
import re
import sys
import time
import tokenize
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from unittest import mock

from tdlint.config import Settings
from tdlint.diagnostics import Applicability
from tdlint.errors import UsageError
from tdlint.formatters import MODULES as FORMATS
from tdlint.formatters import graph as graph_formats
from tdlint.formatters import migration as migration_formats
from tdlint.formatters import render
from tdlint.formatters.graph.table import render_unknown
from tdlint.formatters.options import Options
from tdlint.linting import engine, reading, running_rules
from tdlint.linting.engine import Rules, check_bytes
from tdlint.linting.fixes import applicable, edits_of
from tdlint.linting.fixing import fix_bytes
from tdlint.linting.migration import plan_migration
from tdlint.linting.result import FileResult, RunResult
from tdlint.linting.source_models import MORE_LINES, collect
from tdlint.linting.tool_codes import FAILURES
from tdlint.spec.version import NEWEST

EVERYTHING = Settings(select=("ALL",), unsafe_fixes=True, explain_unknown=True)
SECONDS_PER_LINE = 0.001
"""CPU time that one command may take for a file, besides a constant."""

_HONEST = re.compile(
    r"nested (too deeply|more than \d+ levels deep)|LibCST can't parse (its line \d+|a file that it imports)$"
)


class OutOfTime(BaseException):
    """The time for a file is over; no ``except Exception`` stops this."""


@contextmanager
def everything_followed() -> Iterator[None]:
    """While no file and no function is left out for having nothing of Keras in it."""
    with (
        mock.patch.object(engine, "worth_reading", return_value=True),
        mock.patch.object(reading, "_uses_keras", return_value=True),
        mock.patch("tdlint.interp.relevance.irrelevant_functions", return_value=set()),
    ):
        yield


@contextmanager
def places_told() -> Iterator[None]:
    """While a report of a crash says where in the code it is."""
    with mock.patch.object(engine, "described", _described), mock.patch.object(running_rules, "described", _described):
        yield


def _described(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__}: {str(error)[:80]} ({places})"


class Examiner:
    """Examines files in a folder; ``faults`` gives what does not hold, nothing for a sound tool."""

    def __init__(self, folder: Path, rules: Rules, seconds: float = 5.0) -> None:
        self.folder = folder
        self.rules = rules
        self.seconds = seconds
        self.counts: Counter[str] = Counter()

    def limit_of(self, data: bytes) -> float:
        """The CPU seconds that one command may take for a file."""
        return self.seconds + SECONDS_PER_LINE * (data.count(b"\n") + data.count(b"\r"))

    def faults(self, name: str, data: bytes, *, thorough: bool) -> list[str]:
        """What is wrong with how tdlint takes a file; ``thorough`` runs the other commands and formats too."""
        path = self.folder / name
        path.write_bytes(data)
        found: list[str] = []
        self.limit = self.limit_of(data)
        try:
            result = self._within(found, "check", lambda: check_bytes(data, str(path), EVERYTHING, self.rules))
            if result is not None:
                self._look(found, result)
                found += _failures(result)
                if not found:
                    found += self._fixed(data, str(path), result)
                if thorough and not found:
                    found += self._other_commands(data, str(path), result)
        finally:
            path.unlink()
        return found

    def _within(self, found: list[str], what: str, command: Callable[[], object]) -> object | None:
        start = time.process_time()
        try:
            result = command()
        except (Exception, OutOfTime) as error:
            found.append(f"{what}: {_described(error)}")
            return None
        spent = time.process_time() - start
        self.counts["seconds of " + what] += spent
        if spent > self.limit:
            found.append(f"{what}: slow, {spent:.1f} s of {self.limit:.1f}")
        return result

    def _look(self, found: list[str], result: FileResult) -> None:
        self.counts["files"] += 1
        self.counts["files with reports"] += bool(result.diagnostics)
        self.counts["files with models"] += bool(result.models)
        self.counts["files that are no Python"] += any(each.code == "TDL001" for each in result.diagnostics)

    def _fixed(self, data: bytes, path: str, result: FileResult) -> list[str]:
        if not applicable(result.diagnostics, Applicability.UNSAFE):
            return []
        found: list[str] = []
        fixed = self._within(found, "fix", lambda: fix_bytes(data, path, EVERYTHING, self.rules, result))
        if fixed is None:
            return found
        found += _failures(fixed)
        if fixed.fixing is None:
            return found
        self.counts["files fixed"] += 1
        again = fix_bytes(fixed.fixing.after, path, EVERYTHING, self.rules)
        if again.fixing is not None:
            found.append(f"fix: not done after the first time, {[each.code for each in again.fixing.fixed]}")
        if path.endswith(".py"):
            found += _lost_by_fixing(data, path, self.rules)
        return found

    def _other_commands(self, data: bytes, path: str, result: FileResult) -> list[str]:
        found: list[str] = []
        again = check_bytes(data, path, EVERYTHING, self.rules)
        if again != result:
            found.append("check: another result the second time")
        fixed = fix_bytes(data, path, EVERYTHING, self.rules, result)
        for name in FORMATS:
            for each in (result, fixed):
                options = Options(color=name == "full", rules=tuple(self.rules), unsafe_fixes=True)
                self._within(found, f"format {name}", lambda: render(name, RunResult((each,)), options))  # noqa: B023
        plan = self._within(found, "migrate", lambda: plan_migration([path], EVERYTHING, self.rules, NEWEST, 1))
        if plan is not None:
            for name in migration_formats.MODULES:
                self._within(found, f"plan as {name}", lambda: migration_formats.render(name, plan, [path], Options()))  # noqa: B023
        self.limit += MORE_LINES * SECONDS_PER_LINE  # it follows programs further
        models = self._within(found, "graph", lambda: _collected(path))
        if models is not None:
            self._within(found, "explain", lambda: render_unknown(models.sources, Options()))
            for name in graph_formats.MODULES:
                self._within(found, f"graph as {name}", lambda: graph_formats.render(name, models.sources, Options()))  # noqa: B023
        return found


def _collected(path: str) -> object | None:
    try:
        return collect([path])
    except UsageError:
        return None


def _failures(result: FileResult) -> list[str]:
    """The reports that tdlint has failed; but for files that can't be parsed, which it says honestly."""
    failures = [each for each in result.diagnostics if each.code in FAILURES]
    return [f"{each.code}: {each.message}" for each in failures if not _HONEST.search(each.message)]


def _lost_by_fixing(data: bytes, path: str, rules: Rules) -> list[str]:
    """What safe fixes take from a program besides what they are about: comments, and statements without a report."""
    result = fix_bytes(data, path, replace(EVERYTHING, unsafe_fixes=False), rules)
    if result.fixing is None:
        return []
    before, after = (_decoded(text) for text in (data, result.fixing.after))
    found = []
    if lost := Counter(_comments(before)) - Counter(_comments(after)):
        found.append(f"fix: loses the comments {list(lost)[:3]}")
    reported = {line for each in result.fixing.found.diagnostics for line in _lines(each.location)}
    edits = (edit for each in result.fixing.found.diagnostics for edit in edits_of(each))
    reported |= {1 + before.count("\n", 0, place) for edit in edits for place in (edit.span.start, edit.span.end)}
    try:
        left = Counter(map(ast.dump, ast.parse(after).body))
        for statement in ast.parse(before).body:
            lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
            if not isinstance(statement, ast.Import | ast.ImportFrom) and not reported.intersection(lines):
                left[ast.dump(statement)] -= 1
    except (SyntaxError, ValueError):
        return [*found, "fix: no Python any more"] if _is_python(before) else found
    found += [f"fix: loses the statement {tree[:120]}" for tree, count in left.items() if count < 0]
    return found


def _decoded(data: bytes) -> str:
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _lines(location: object) -> range:
    start, end = location.start, location.end  # type: ignore[attr-defined]
    return range(start.line, (end or start).line + 1) if start else range(0)


def _is_python(text: str) -> bool:
    with suppress(SyntaxError, ValueError):
        return bool(ast.parse(text))
    return False


def _comments(text: str) -> list[str]:
    with suppress(tokenize.TokenError, SyntaxError):
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
        return [each for each in comments if not re.search("tdlint|noqa", each)]
    return []


sys.setrecursionlimit(max(sys.getrecursionlimit(), 3000))
