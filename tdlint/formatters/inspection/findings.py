"""What rules report of a model, in the formats of ``tdlint check``: a model is a file, whose places are its layers."""

from __future__ import annotations

from dataclasses import replace

from tdlint.diagnostics import Diagnostic
from tdlint.formatters import render as render_result
from tdlint.formatters.options import Options
from tdlint.inspector.accounting.account import Account
from tdlint.linting.result import FileResult, RunResult


def render(output_format: str, account: Account, options: Options) -> str:
    """The diagnostics of an account in one of the formats of ``tdlint.formatters.MODULES``."""
    return render_result(output_format, result_of(account), options)


def result_of(account: Account) -> RunResult:
    """The run of the rules over one model."""
    path = _file(account.source)
    found = tuple(_placed(one, path) for one in account.diagnostics)
    return RunResult((FileResult(path, found, models=1, partly=account.unknown[:1], unknown=account.unknown),))


def _placed(diagnostic: Diagnostic, path: str) -> Diagnostic:
    return replace(diagnostic, location=replace(diagnostic.location, path=path))


def _file(source: str) -> str:
    """The file that a target names: of ``train.py:model`` it is ``train.py``."""
    file, colon, _ = source.rpartition(".py:")
    return f"{file}.py" if colon else source
