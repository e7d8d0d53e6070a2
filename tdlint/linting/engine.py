"""Linting one file, a text from an editor, or the graph of a model; ``runs`` does it for many files."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.config import Settings
from tdlint.diagnostics import Diagnostic, Location, Span
from tdlint.graph import ModelGraph
from tdlint.interp.program import Program
from tdlint.linting.fixes import only_shown
from tdlint.linting.reading import Readable, read, uses_imported_model, worth_reading
from tdlint.linting.resolve import Found, resolve_in_model, resolve_in_source, tool_diagnostic, unique
from tdlint.linting.result import FileResult
from tdlint.linting.rule import Context, Rule
from tdlint.linting.running_rules import BUG, Crash, crash_diagnostic, described, run_rules
from tdlint.linting.selection import Selection, check_selectors, known_entries, select
from tdlint.linting.suppression import suppress
from tdlint.linting.tool_codes import ANALYSIS_FAILED, SYNTAX_ERROR, UNREADABLE_FILE, ToolCode
from tdlint.linting.trees import Neighbours, tree_of
from tdlint.linting.undisturbed import undisturbed
from tdlint.sources.contents import why_not
from tdlint.sources.disk import absolute, disk
from tdlint.sources.inputs import FILE, Input, digest_of, look_again, recorded, saw
from tdlint.sources.source_file import SourceFile, SyntaxProblem, UnreadableFile
from tdlint.sources.suppressions import find_suppressions
from tdlint.sources.syntax import NeedsLibCST, TooComplex

if TYPE_CHECKING:
    import libcst

    from tdlint.interp import Analysis

Rules = Sequence[type[Rule]]


def check_stdin(
    data: bytes,
    filename: str,
    settings: Settings,
    rules: Rules,
    check: Callable[..., FileResult] | None = None,
) -> FileResult:
    """Lint a text that an editor hands over, as if it were in the file of that name; ``check`` as for files."""
    check_selectors(settings, rules)
    return (check or check_bytes)(data, filename, settings, rules)


def read_bytes(path: str, settings: Settings, rules: Rules) -> bytes | FileResult:
    """The contents of a file, or the report that it can't be read."""
    try:
        return disk().content(path)
    except OSError as error:
        reason = why_not(error)
    except MemoryError:
        reason = "out of memory"
    return _failure(path, UNREADABLE_FILE, f"the file can't be read: {reason}", settings, rules)


def unreadable_folder(path: str, reason: str, settings: Settings, rules: Rules) -> FileResult:
    """The report that a folder can't be read; ``reason`` is what the system says."""
    message = f"the folder can't be read: {reason}"
    return _failure(path, UNREADABLE_FILE, message, settings, rules, "Or leave it out with `exclude`.")


def check_bytes(data: bytes, path: str, settings: Settings, rules: Rules) -> FileResult:
    """Lint the contents of one file. What goes wrong is a diagnostic; nothing is raised."""
    return check_bytes_each(data, path, (settings,), rules)[0]


def check_bytes_each(data: bytes, path: str, each: Sequence[Settings], rules: Rules) -> tuple[FileResult, ...]:
    """Lint the contents of one file, which is followed once, with several settings. Nothing is raised."""
    if not worth_reading(data) and not uses_imported_model(path, data):
        return tuple(FileResult(path) for _ in each)
    with undisturbed():
        read_once: list[_Reading | None] = []
        try:
            return tuple(_check_guarded(data, path, settings, rules, read_once) for settings in each)
        finally:
            # garbage while its cycles can still be collected
            read_once.clear()


def _check_guarded(
    data: bytes, path: str, settings: Settings, rules: Rules, read_once: list[_Reading | None]
) -> FileResult:
    try:
        if not read_once:
            readable = read(path, data)
            read_once.append(_Reading(readable) if readable else None)
        reading = read_once[0]
        return _check(reading, settings, rules) if reading else FileResult(path)
    except UnreadableFile as error:
        return _failure(path, UNREADABLE_FILE, str(error), settings, rules)
    except TooComplex as error:
        return _too_much(str(error), path, settings, rules)
    except RecursionError:
        return _too_much("it is nested too deeply", path, settings, rules)
    except MemoryError:
        return _too_much("there is not enough memory for it", path, settings, rules)
    except Exception as error:  # whatever it is, it must not cost the other files
        message = f"the analysis crashed: {described(error)}"
        return _failure(path, ANALYSIS_FAILED, message, settings, rules, BUG)


def lost_file(path: str, reason: str, settings: Settings, rules: Rules) -> FileResult:
    """The result of a file whose process died; ``reason`` is a predicate, such as ``ended with exit code 1``."""
    return _failure(path, ANALYSIS_FAILED, f"the process that analysed it {reason}", settings, rules, BUG)


def check_graph(model: ModelGraph, path: str, settings: Settings, rules: Rules) -> tuple[Diagnostic, ...]:
    """What the rules say of the graph of a model file or of a live model; ``path`` is what it is called."""
    selection = select(settings, rules, path)
    diagnostics: list[Diagnostic] = []
    enabled = [rule for rule in rules if rule.code in selection.enabled]
    crashes: dict[Crash, None] = {}
    for each, prefix in _with_nested(model):

        def resolve(found: Sequence[Found], of: Rules, prefix: str = prefix) -> tuple[Diagnostic, ...]:
            return resolve_in_model(found, path, prefix)

        program = Program(models=(each,))
        said, crashed = run_rules(enabled, program, _context(program, settings), resolve, path, models_only=True)
        diagnostics += said
        crashes.update(dict.fromkeys(crashed))
    diagnostics += [crash_diagnostic(crash, Location(path)) for crash in crashes]
    return tuple(sorted(filter(selection.shows, unique(diagnostics)), key=Diagnostic.sort_key))


def _with_nested(model: ModelGraph, prefix: str = "") -> Iterator[tuple[ModelGraph, str]]:
    """A model and the models within it, each with the path to its layers."""
    yield model, prefix
    seen = set()
    for node in model.nodes:
        if node.inner is not None and node.layer.key not in seen:
            seen.add(node.layer.key)
            yield from _with_nested(node.inner, f"{prefix}{node.name}/")


def _check(reading: _Reading, settings: Settings, rules: Rules) -> FileResult:
    readable, source = reading.readable, reading.readable.source
    selection = select(settings, rules, source.path)
    found = _analyse(reading, settings, rules, selection) if readable.analysable else _Analysed()
    diagnostics = [_syntax_error(problem, source) for problem in readable.problems]
    diagnostics += found.diagnostics
    diagnostics += [crash_diagnostic(crash, source.location(Span(0, 0))) for crash in found.crashes]
    failed = frozenset(crash.rule.code for crash in found.crashes)
    result = suppress(diagnostics, find_suppressions(source), source, known_entries(rules), selection, failed)
    return FileResult(
        source.path,
        tuple(
            sorted((only_shown(each, source, selection.unfixable) for each in result.shown), key=Diagnostic.sort_key)
        ),
        failed=bool(found.crashes),
        models=len(found.models),
        partly=tuple(model.unknown[0] for model in found.models if model.unknown),
        suppressed=result.hidden,
        advice=result.advice,
        unknown=found.unknown,
    )


@dataclass(frozen=True)
class _Analysed:
    """What the rules say of one source, and its models."""

    diagnostics: tuple[Diagnostic, ...] = ()
    crashes: tuple[Crash, ...] = ()
    models: tuple[ModelGraph, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass
class _Reading:
    """A source, and what was understood of it where it was followed; ``again`` says that it was already."""

    readable: Readable
    understood: _Understood | None = None
    again: bool = False


@dataclass(frozen=True)
class _Understood:
    """What does not depend on settings and rules: the syntax tree, what it means, and the files around it."""

    module: libcst.Module
    analysis: Analysis
    neighbours: Neighbours


def _analyse(
    reading: _Reading, settings: Settings, rules: Rules, selection: Selection, elsewhere: bool = True
) -> _Analysed:
    """Follow a source and run the rules on it; ``elsewhere`` says whether to judge reports in other files."""
    try:
        return _judge(reading, settings, rules, selection, elsewhere)
    except NeedsLibCST:
        tree_of(reading.readable.source.parse_text, plain=False)
        reading.understood, reading.again = None, True
    try:
        return _judge(reading, settings, rules, selection, elsewhere)
    except NeedsLibCST:
        raise TooComplex("LibCST can't parse a file that it imports") from None


def _follow(readable: Readable, only_trees: bool) -> _Understood:
    """Follow a source; ``only_trees`` says that what was made since the last collection has no cycles."""
    from tdlint.interp import interpret
    from tdlint.interp.project import project_of
    from tdlint.interp.relevance import function_texts

    source = readable.source
    module, path, neighbours = tree_of(source.parse_text, readable.tree), Path(absolute(source.path)), Neighbours()
    if only_trees:
        gc.freeze()  # the collector need not walk over them
    texts = function_texts(module, readable.tree, source.parse_text) if readable.tree is not None else None
    project = project_of(path, neighbours.load)
    analysis = interpret(module, source.parse_text.count("\n"), texts, project=project, path=path)
    return _Understood(module, analysis, neighbours)


def _judge(reading: _Reading, settings: Settings, rules: Rules, selection: Selection, elsewhere: bool) -> _Analysed:
    from tdlint.linting.elsewhere import Elsewhere

    source = reading.readable.source
    if reading.understood is None:
        reading.understood = _follow(reading.readable, only_trees=elsewhere and not reading.again)
    module, analysis, neighbours = (
        reading.understood.module,
        reading.understood.analysis,
        reading.understood.neighbours,
    )
    program = analysis.program

    def resolve(found: Sequence[Found], of: Rules) -> tuple[Diagnostic, ...]:
        if not elsewhere:
            found = [item for item in found if item.report.at.site not in analysis.outside]
        alone = partial(_reported_alone, settings=settings, rules=tuple(of))
        others = Elsewhere(analysis, neighbours.sources, source.path, settings, rules, alone)
        return resolve_in_source(found, module, analysis.node, source, others, analysis.exact, selection.shows)

    own = tuple(model for model in program.models if model.site not in analysis.outside)
    enabled = [rule for rule in rules if rule.code in selection.enabled]
    diagnostics, crashes = run_rules(enabled, program, _context(program, settings), resolve, source.path)
    unknown: tuple[str, ...] = ()
    if settings.explain_unknown:
        from tdlint.linting.unknown import unknown_reasons

        unknown = unknown_reasons(analysis, module, source)
    return _Analysed(tuple(diagnostics), tuple(crashes), own, unknown)


def _context(program: Program, settings: Settings) -> Context:
    return Context(settings.keras_version, program.legacy_keras, program.backend)


def _reported_alone(path: str, settings: Settings, rules: Rules) -> frozenset[tuple[str, Span | None]]:
    """Code and span of what a file that another one imports reports by itself."""
    data = disk().content(path)
    saw(FILE, path, partial(digest_of, data))
    reported, inputs = _reported_in(path, data, settings, tuple(rules))
    look_again(inputs)
    return reported


def forget() -> None:
    """Keep nothing of what other files report, as in a new process."""
    _reported_in.cache_clear()


@lru_cache(maxsize=256)
def _reported_in(
    path: str, data: bytes, settings: Settings, rules: Rules
) -> tuple[frozenset[tuple[str, Span | None]], tuple[Input, ...]]:
    with recorded() as seen:
        readable = read(path, data)
        if readable is None or not readable.analysable:
            return frozenset(), seen.inputs()
        found = _analyse(_Reading(readable), settings, rules, select(settings, rules, path), elsewhere=False)
    return frozenset((each.code, each.location.span) for each in found.diagnostics), seen.inputs()


def _syntax_error(problem: SyntaxProblem, source: SourceFile) -> Diagnostic:
    message, help = problem.message, None
    if problem.old:
        message = f"{problem.old.what}: this looks like {problem.old.python} ({problem.message})"
        help = f"Write {problem.old.instead}."
        if problem.old.python == "Python 2":
            help += " A converter such as 2to3 (part of Python up to 3.12) does that for the whole program."
        help += " Or leave the file out with `exclude`."
    return tool_diagnostic(SYNTAX_ERROR, source.location(problem.span), message, help)


def _too_much(reason: str, path: str, settings: Settings, rules: Rules) -> FileResult:
    message, help = f"the file can't be analysed: {reason}", "Leave the file out with `exclude`, or split it."
    return _failure(path, ANALYSIS_FAILED, message, settings, rules, help)


def _failure(
    path: str, code: ToolCode, message: str, settings: Settings, rules: Rules, help: str | None = None
) -> FileResult:
    diagnostic = tool_diagnostic(code, Location(path), message, help)
    shown = (diagnostic,) if select(settings, rules, path).shows(diagnostic) else ()
    return FileResult(path, shown, failed=code.failure)
