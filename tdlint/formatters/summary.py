"""The lines at the end of a report: counts, statistics, and what was not understood."""

from __future__ import annotations

from collections import Counter

from tdlint.diagnostics import Applicability, Diagnostic, Severity
from tdlint.formatters.options import Options
from tdlint.formatters.place import shown_path
from tdlint.formatters.terminal import Paint, printable
from tdlint.linting.result import RunResult


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``; ``advice`` has no plural."""
    return f"{number} {noun}" if number == 1 or noun == "advice" else f"{number} {noun}s"


def found(result: RunResult) -> str:
    """``3 errors, 1 warning``; empty if nothing was found."""
    severities = sorted(Severity, reverse=True)
    return ", ".join(count(result.count(each), each.label) for each in severities if result.count(each))


def summary(result: RunResult, options: Options) -> str:
    """One line: what was found, in how much, and how much of it was understood."""
    paint = Paint(options.color)
    with_diagnostics = sum(bool(file.diagnostics) for file in result.files)
    failed = sum(file.failed for file in result.files)
    if with_diagnostics:
        worst = max(diagnostic.severity for diagnostic in result.diagnostics)
        head = paint.severity(f"Found {found(result)}", worst)
        files = count(len(result.files), "file")
        parts = [f"{head} in " + (files if with_diagnostics == len(result.files) else f"{with_diagnostics} of {files}")]
    elif failed:
        parts = [f"{count(len(result.files), 'file')} checked"]
    else:
        parts = [f"{paint('All checks passed', 'good')} in {count(len(result.files), 'file')}"]
    if result.fixed:
        parts.append(paint(f"{result.fixed} fixed", "good"))
    parts.append(_models(result))
    parts += _fixable(result, options)
    suppressed = sum(file.suppressed for file in result.files)
    if suppressed:
        parts.append(f"{suppressed} suppressed")
    if result.baselined:
        parts.append(f"{len(result.baselined)} in the baseline")
    if result.gone:
        parts.append(f"{len(result.gone)} of the baseline not found any more (--update-baseline takes them out)")
    advice = sum(file.advice for file in result.files)
    if advice:
        parts.append(f"{advice} advice not shown (--min-severity advice shows it)")
    if failed:
        parts.append(paint(f"tdlint failed on {count(failed, 'file')}", "error"))
    return "; ".join(parts) + "."


def _models(result: RunResult) -> str:
    models = sum(file.models for file in result.files)
    partly = sum(len(file.partly) for file in result.files)
    if not models:
        return "no models found"
    return count(models, "model") + (f", {partly} understood in part (--explain-unknown says why)" if partly else "")


def _fixable(result: RunResult, options: Options) -> list[str]:
    safe, unsafe = result.fixable(Applicability.SAFE), result.fixable(Applicability.UNSAFE)
    if options.unsafe_fixes:
        safe, unsafe = safe + unsafe, 0
    if safe:
        return [f"{safe} fixable with --fix" + (f" ({unsafe} more with --unsafe-fixes)" if unsafe else "")]
    return [f"{unsafe} fixable with --fix --unsafe-fixes"] if unsafe else []


def by_rule(result: RunResult) -> dict[str, int]:
    """How often each rule reported, by code; the most frequent first."""
    codes = Counter(diagnostic.code for diagnostic in result.diagnostics)
    return dict(sorted(codes.items(), key=lambda item: (-item[1], item[0])))


def statistics(result: RunResult, options: Options) -> str:
    """A line per rule that reported: how often, severity, code and name."""
    paint = Paint(options.color)
    example: dict[str, Diagnostic] = {}
    for diagnostic in result.diagnostics:
        example.setdefault(diagnostic.code, diagnostic)
    rows = []
    for code, number in by_rule(result).items():
        severity = example[code].severity
        label = paint.severity(f"{severity.label:7}", severity)
        rows.append(f"{number:6}  {label}  {paint(code, 'bold')} [{example[code].name}]")
    return "\n".join(rows)


def unknown_reasons(result: RunResult, options: Options) -> str:
    """What the interpreter did not understand, a line per place."""
    reasons = [_relative(reason, file.path, options) for file in result.files for reason in file.unknown]
    if not reasons:
        return "Everything that models depend on was understood."
    head = Paint(options.color)("Not understood:", "bold")
    return "\n".join([head, *(f"  {printable(reason)}" for reason in reasons)])


def _relative(reason: str, path: str, options: Options) -> str:
    shown = shown_path(path, options.base)
    return shown + reason[len(path) :] if reason.startswith(path) else reason
