"""Linting one file, a text from an editor, or the graph of a model; ``runs`` does it for many files."""

from __future__ import annotations

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
from tdlint.linting.rule import Context, Report, Rule
from tdlint.linting.selection import Selection, check_selectors, known_entries, select
from tdlint.linting.suppression import suppress
from tdlint.linting.tool_codes import ANALYSIS_FAILED, RULE_CRASHED, SYNTAX_ERROR, UNREADABLE_FILE, ToolCode
from tdlint.linting.trees import Neighbours, tree_of
from tdlint.linting.undisturbed import undisturbed
from tdlint.sources.disk import absolute, disk
from tdlint.sources.inputs import FILE, Input, digest_of, look_again, recorded, saw
from tdlint.sources.source_file import SourceFile, SyntaxProblem, UnreadableFile
from tdlint.sources.suppressions import find_suppressions
from tdlint.sources.syntax import TooComplex

if TYPE_CHECKING:
    import libcst

    from tdlint.interp import Analysis

Rules = Sequence[type[Rule]]

_BUG = "This is a defect of tdlint or of the rule; please report it with the file."


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
        reason = error.strerror or type(error).__name__
        return _failure(path, UNREADABLE_FILE, f"the file can't be read: {reason.lower()}", settings, rules)


def check_bytes(data: bytes, path: str, settings: Settings, rules: Rules) -> FileResult:
    """Lint the contents of one file. What goes wrong is a diagnostic; nothing is raised."""
    return check_bytes_each(data, path, (settings,), rules)[0]


def check_bytes_each(data: bytes, path: str, each: Sequence[Settings], rules: Rules) -> tuple[FileResult, ...]:
    """Lint the contents of one file, which is followed once, with several settings. Nothing is raised."""
    if not worth_reading(data) and not uses_imported_model(path, data):
        return tuple(FileResult(path) for _ in each)
    read_once: list[_Reading | None] = []
    return tuple(_check_guarded(data, path, settings, rules, read_once) for settings in each)


def _check_guarded(
    data: bytes, path: str, settings: Settings, rules: Rules, read_once: list[_Reading | None]
) -> FileResult:
    try:
        with undisturbed():
            if not read_once:
                readable = read(path, data)
                read_once.append(_Reading(readable) if readable else None)
            reading = read_once[0]
            return _check(reading, settings, rules) if reading else FileResult(path)
    except UnreadableFile as error:
        return _failure(path, UNREADABLE_FILE, str(error), settings, rules)
    except TooComplex as error:
        return _failure(path, ANALYSIS_FAILED, f"the file can't be analysed: {error}", settings, rules)
    except RecursionError:
        message = "the file can't be analysed: it is nested too deeply"
        return _failure(path, ANALYSIS_FAILED, message, settings, rules)
    except Exception as error:  # whatever it is, it must not cost the other files
        message = f"the analysis crashed: {_describe(error)}"
        return _failure(path, ANALYSIS_FAILED, message, settings, rules, _BUG)


def lost_file(path: str, reason: str, settings: Settings, rules: Rules) -> FileResult:
    """The result of a file whose process died; ``reason`` is a predicate, such as ``ended with exit code 1``."""
    return _failure(path, ANALYSIS_FAILED, f"the process that analysed it {reason}", settings, rules, _BUG)


def check_graph(model: ModelGraph, path: str, settings: Settings, rules: Rules) -> tuple[Diagnostic, ...]:
    """What the rules say of the graph of a model file or of a live model; ``path`` is what it is called."""
    selection = select(settings, rules, path)
    diagnostics: list[Diagnostic] = []
    for each, prefix in _with_nested(model):
        found, crashes = _run_rules(rules, Program(models=(each,)), selection, settings, models_only=True)
        diagnostics += [*resolve_in_model(found, path, prefix), *(_crash(crash, Location(path)) for crash in crashes)]
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
    diagnostics += [_crash(crash, source.location(Span(0, 0))) for crash in found.crashes]
    result = suppress(diagnostics, find_suppressions(source), source, known_entries(rules), selection)
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


_Crash = tuple[type[Rule], Exception]


@dataclass(frozen=True)
class _Analysed:
    """What the rules say of one source, and its models."""

    diagnostics: tuple[Diagnostic, ...] = ()
    crashes: tuple[_Crash, ...] = ()
    models: tuple[ModelGraph, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass
class _Reading:
    """A source, and what was understood of it where it was followed."""

    readable: Readable
    understood: _Understood | None = None


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
    from tdlint.sources.plain_nodes import NeedsLibCST

    try:
        return _judge(reading, settings, rules, selection, elsewhere)
    except NeedsLibCST:
        tree_of(reading.readable.source.parse_text, plain=False)
        reading.understood = None
    try:
        return _judge(reading, settings, rules, selection, elsewhere)
    except NeedsLibCST:
        raise TooComplex("LibCST can't parse a file that it imports") from None


def _follow(readable: Readable) -> _Understood:
    from tdlint.interp import interpret
    from tdlint.interp.project import project_of
    from tdlint.interp.relevance import function_texts

    source = readable.source
    module, path, neighbours = tree_of(source.parse_text, readable.tree), Path(absolute(source.path)), Neighbours()
    texts = function_texts(module, readable.tree, source.parse_text) if readable.tree is not None else None
    project = project_of(path, neighbours.load)
    analysis = interpret(module, source.parse_text.count("\n"), texts, project=project, path=path)
    return _Understood(module, analysis, neighbours)


def _judge(reading: _Reading, settings: Settings, rules: Rules, selection: Selection, elsewhere: bool) -> _Analysed:
    from tdlint.linting.elsewhere import Elsewhere

    source = reading.readable.source
    if reading.understood is None:
        reading.understood = _follow(reading.readable)
    module, analysis, neighbours = (
        reading.understood.module,
        reading.understood.analysis,
        reading.understood.neighbours,
    )
    program = analysis.program
    found, crashes = _run_rules(rules, program, selection, settings)
    if not elsewhere:
        found = [item for item in found if item.report.at.site not in analysis.outside]
    alone = partial(_reported_alone, settings=settings, rules=rules)
    others = Elsewhere(analysis, neighbours.sources, source.path, settings, rules, alone)
    diagnostics = resolve_in_source(found, module, analysis.node, source, others, analysis.exact, selection.shows)
    unknown: tuple[str, ...] = ()
    if settings.explain_unknown:
        from tdlint.linting.unknown import unknown_reasons

        unknown = unknown_reasons(analysis, module, source)
    own = tuple(model for model in program.models if model.site not in analysis.outside)
    return _Analysed(diagnostics, tuple(crashes), own, unknown)


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


def _run_rules(
    rules: Rules, program: Program, selection: Selection, settings: Settings, models_only: bool = False
) -> tuple[list[Found], list[_Crash]]:
    """What the enabled rules report; a rule that crashes keeps what it reported before."""
    context = Context(settings.keras_version, program.legacy_keras, program.backend)
    found: list[Found] = []
    crashes: list[_Crash] = []
    for rule in rules:
        if rule.code not in selection.enabled:
            continue
        try:
            for report in _reports(rule(), program, context, models_only):
                found.append(Found(rule, report))
        except Exception as error:
            crashes.append((rule, error))
    return found, crashes


def _reports(rule: Rule, program: Program, context: Context, models_only: bool) -> Iterator[Report]:
    checks = rule.checks()
    if "check_model" in checks:
        for model in program.models:
            yield from rule.check_model(model, context)
    if models_only:
        return
    if "check_call" in checks:
        for call in program.calls:
            yield from rule.check_call(call, program, context)
    if "check_class" in checks:
        for cls in program.classes:
            yield from rule.check_class(cls, program, context)
    if "check_module" in checks:
        yield from rule.check_module(program, context)


def _crash(crash: _Crash, location: Location) -> Diagnostic:
    rule, error = crash
    message = f"the rule {rule.code} [{rule.name()}] crashed: {_describe(error)}"
    return tool_diagnostic(RULE_CRASHED, location, message, _BUG)


def _describe(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _syntax_error(problem: SyntaxProblem, source: SourceFile) -> Diagnostic:
    message, help = problem.message, None
    if problem.old:
        message = f"{problem.old.what}: this looks like {problem.old.python} ({problem.message})"
        help = f"Write {problem.old.instead}."
        if problem.old.python == "Python 2":
            help += " A converter such as 2to3 (part of Python up to 3.12) does that for the whole program."
        help += " Or leave the file out with `exclude`."
    return tool_diagnostic(SYNTAX_ERROR, source.location(problem.span), message, help)


def _failure(
    path: str, code: ToolCode, message: str, settings: Settings, rules: Rules, help: str | None = None
) -> FileResult:
    diagnostic = tool_diagnostic(code, Location(path), message, help)
    shown = (diagnostic,) if select(settings, rules, path).shows(diagnostic) else ()
    return FileResult(path, shown, failed=code.failure)
