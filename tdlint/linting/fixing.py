"""Applying fixes to files: in rounds until nothing is left to fix, and only if the program stays sound."""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tdlint.config import Settings
from tdlint.diagnostics import Applicability, Diagnostic, Edit, Location
from tdlint.linting.engine import Rules, check_bytes
from tdlint.linting.fixes import applicable, compatible, edits_of
from tdlint.linting.reading import Readable, read
from tdlint.linting.resolve import tool_diagnostic
from tdlint.linting.result import FileResult, Fixed, Fixing, RunResult
from tdlint.linting.running_rules import is_of_pack
from tdlint.linting.runs import Begun, Done, check_paths
from tdlint.linting.tool_codes import FAILURES, FIX_FAILED
from tdlint.sources.inputs import digest_of
from tdlint.sources.rewriting import NotWritable, apply_edits, can_edit, rewrite
from tdlint.sources.saving import replace_contents
from tdlint.sources.source_file import SourceFile

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tdlint.linting.cache import Cache

MAX_ROUNDS = 10
"""In how many rounds the number of fixes may not get smaller before the file counts as not converging."""


class _Failed(Exception):
    """The fixes of a file can't be used; the text says why, ``guilty`` are the codes of the rules they are of."""

    def __init__(self, reason: str, guilty: Iterable[Diagnostic] = ()) -> None:
        super().__init__(reason)
        self.guilty = tuple(sorted({each.code for each in guilty}))


def fix_paths(
    paths: Sequence[str],
    settings: Settings,
    rules: Rules,
    jobs: int | None = None,
    *,
    write: bool = True,
    cache: Cache | None = None,
    done: Done | None = None,
    begun: Begun = lambda file: None,
    executor: Executor | None = None,
) -> RunResult:
    """Fix files and the files in folders; the result has what is left of each, and the old and new bytes.

    All files are checked before any is written, so that what one says of another does not depend on their order. Where
    the ``cache`` knows that nothing is to be fixed, what it has is the result.

    Raises:
        UsageError: a path or a selector does not exist, or there is no file.
    """
    usable = partial(_is_left, least=_least(settings))
    result = check_paths(paths, settings, rules, jobs, fix_bytes, cache, usable, done, begun, executor)
    if write:
        result = RunResult(tuple(map(_written, result.files)))
    if cache is not None:
        cache.store(_on_disk(file, file.fixing, write) for file in result.files if file.fixing is not None)
    return result


def _on_disk(result: FileResult, fixing: Fixing, written: bool) -> FileResult:
    """What is found in a file as it now is; that it may depend on more than it does costs nothing but time."""
    if written:
        return replace(result, fixing=None, content=digest_of(fixing.after))
    return replace(fixing.found, content=result.content, inputs=result.inputs)


def _is_left(known: FileResult, least: Applicability) -> bool:
    """Whether fixing leaves a file as it is."""
    return not applicable(known.diagnostics, least)


def _least(settings: Settings) -> Applicability:
    return Applicability.UNSAFE if settings.unsafe_fixes else Applicability.SAFE


def fix_bytes(data: bytes, path: str, settings: Settings, rules: Rules, found: FileResult | None = None) -> FileResult:
    """What fixing makes of the contents of a file; ``found`` is what was found in them, if that is known.

    What goes wrong is a diagnostic; nothing is raised. The other fixes of the file are made without those of the rules
    that are to blame.
    """
    found = found or check_bytes(data, path, settings, rules)
    least = _least(settings)
    if not applicable(found.diagnostics, least):
        return found
    try:
        return _fix(_State(data, found, _read(path, data)), least, partial(check_bytes, settings=settings, rules=rules))
    except _Failed as error:
        return _without(error, data, found, settings, rules)
    except NotWritable as error:
        return _with_failure(found, f"no fix was applied: the file {error}")
    except Exception as error:  # whatever it is, it must not cost the other files
        return _with_failure(found, f"no fix was applied: fixing crashed with {type(error).__name__}: {error}")


def _without(error: _Failed, data: bytes, found: FileResult, settings: Settings, rules: Rules) -> FileResult:
    """What the other fixes make of a file, if it is known whose fixes fail; with the report of those."""
    if not error.guilty:
        return _with_failure(found, str(error))
    others = replace(settings, unfixable=(*settings.unfixable, *error.guilty))
    fixed = fix_bytes(data, found.path, others, rules)
    if fixed.fixing is None:
        return _with_failure(found, str(error))
    message = str(error).replace("no fix was", "some fixes were not", 1)
    before = _with_failure(fixed.fixing.found, message, _HELP_OTHERS)
    return replace(_with_failure(fixed, message, _HELP_OTHERS), fixing=replace(fixed.fixing, found=before))


@dataclass(frozen=True)
class _State:
    """The contents of a file after some rounds, and what is found in them."""

    data: bytes
    result: FileResult
    readable: Readable


def _fix(start: _State, least: Applicability, check: partial[FileResult]) -> FileResult:
    path, state = start.result.path, start
    done: Counter[tuple[str, str]] = Counter()
    fewest, stuck = math.inf, 0
    while wanted := applicable(state.result.diagnostics, least):
        stuck = 0 if len(wanted) < fewest else stuck + 1
        fewest = min(fewest, len(wanted))
        if stuck == MAX_ROUNDS:
            reason = f"those of {_names(wanted)} still ask for more after {MAX_ROUNDS} rounds"
            raise _Failed(f"no fix was applied: {reason}", wanted)
        chosen = compatible(wanted)
        edits = [edit for each in chosen for edit in edits_of(each)]
        data = rewrite(state.readable.source, state.data, edits)
        state = _sound(state, _State(data, check(data, path), _read(path, data)), chosen)
        done.update((each.code, each.name) for each in chosen)
    state = _with_tidy_imports(start, state, check)
    fixed = tuple(Fixed(code, name, count) for (code, name), count in sorted(done.items()))
    return replace(state.result, fixing=Fixing(start.data, state.data, fixed, start.result))


def _with_tidy_imports(start: _State, state: _State, check: partial[FileResult]) -> _State:
    """The state without imports that the fixes left without use, and with those for one module in one statement."""
    from tdlint.linting.edits.tidying import merged, unused

    before, source = start.readable.source.parse_text, state.readable.source
    edits = unused(before, source.parse_text)
    if edits and not _used_by_magics(source, edits):
        state = _edited(state, edits, check)
    source = state.readable.source
    cells = source.cell_at
    return _edited(state, merged(before, source.parse_text, lambda one, other: cells(one) == cells(other)), check)


def _edited(state: _State, edits: list[Edit], check: partial[FileResult]) -> _State:
    """The state after more edits; as it was where they can't be made."""
    source = state.readable.source
    if not edits or not all(can_edit(source, each) for each in edits):
        return state
    data = rewrite(source, state.data, edits)
    try:
        path = state.result.path
        return _sound(state, _State(data, check(data, path), _read(path, data)), ())
    except _Failed:
        return state


def _used_by_magics(source: SourceFile, edits: Sequence[Edit]) -> bool:
    """Whether a magic of a notebook may use a name that is no longer bound after the edits."""
    from tdlint.linting.edits.layout import layout_of

    lines = zip(source.text.split("\n"), source.parse_text.split("\n"), strict=False)
    words = set(re.findall(r"\w+", " ".join(text for text, parsed in lines if text != parsed)))
    old, new = layout_of(source.parse_text), layout_of(apply_edits(source.parse_text, edits))
    return old is None or new is None or any(not new.bound[name] for name in words & set(old.bound))


def _sound(before: _State, after: _State, chosen: Sequence[Diagnostic]) -> _State:
    """The state after a round.

    Raises:
        _Failed: the fixes broke the program.
    """
    old, new = _refusals(before.readable), _refusals(after.readable)
    if len(new) > len(old):
        reason = f"made the file unreadable for Python ({next((each for each in new if each not in old), new[-1])})"
    elif _failed(after.result) and not _failed(before.result):
        reason = "made a file on which tdlint fails"
    else:
        return after
    guilty = _culprits(before, chosen) or chosen
    raise _Failed(f"no fix was applied: those of {_names(guilty)} {reason}", guilty)


def _failed(result: FileResult) -> bool:
    """Whether tdlint failed on a file, and not only a rule of another pack."""
    failures = [each for each in result.diagnostics if each.code in FAILURES]
    return result.failed and not (failures and all(map(is_of_pack, failures)))


def _culprits(before: _State, chosen: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics whose fix alone makes the file unreadable for Python."""
    found, path = [], before.result.path
    for diagnostic in chosen:
        data = rewrite(before.readable.source, before.data, edits_of(diagnostic))
        if len(_refusals(_read(path, data))) > len(_refusals(before.readable)):
            found.append(diagnostic)
    return found


def _refusals(readable: Readable) -> list[str]:
    """What CPython's parser says against a source; and its compiler, which alone sees some mistakes."""
    problems = [problem.message for problem in readable.problems]
    if readable.tree is not None:
        with warnings.catch_warnings(), suppress(RecursionError):
            warnings.simplefilter("ignore")
            try:
                compile(readable.tree, readable.source.path, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            except SyntaxError as error:
                problems.append(error.msg)
    return problems


def _read(path: str, data: bytes) -> Readable:
    try:
        readable = read(path, data)
    except Exception as error:
        raise _Failed(f"no fix was applied: {error}") from None
    assert readable is not None, "a notebook in another language has no diagnostics"
    return readable


def _names(diagnostics: Iterable[Diagnostic]) -> str:
    return ", ".join(sorted({f"{each.code} [{each.name}]" for each in diagnostics}))


def _written(result: FileResult) -> FileResult:
    """The result after its file was written; what was found in it, if that fails."""
    if result.fixing is None:
        return result
    try:
        replace_contents(result.path, result.fixing.before, result.fixing.after)
    except NotWritable as error:
        return _with_failure(result.fixing.found, f"no fix was written: the file {error}")
    return result


def _with_failure(found: FileResult, message: str, help: str | None = None) -> FileResult:
    failure = tool_diagnostic(FIX_FAILED, Location(found.path), message, help or _HELP)
    return replace(found, diagnostics=(failure, *found.diagnostics), failed=True)


_HELP_OTHERS = "The other fixes were made. `unfixable` in the configuration leaves the fixes of a rule out."
_HELP = "The file is as it was. `unfixable` in the configuration leaves the fixes of a rule out."
