"""Diagnostics that a project lives with for now: kept in a file, and matched by rule and code, not by line."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tdlint.diagnostics import Diagnostic
from tdlint.errors import ConfigError
from tdlint.linting.fingerprints import fingerprints, first_line
from tdlint.linting.result import FileResult, KnownDiagnostic, RunResult
from tdlint.linting.tool_codes import FAILURES
from tdlint.sources.contents import contents_of, why_not

FORMAT_VERSION = 1
"""Raised when files of before can't be read any more."""


@dataclass(frozen=True)
class Baseline:
    """What a baseline file holds. Paths are relative to the folder that the file is in, and so the same everywhere."""

    file: Path
    known: tuple[KnownDiagnostic, ...] = ()

    def named(self, path: str) -> str:
        """What a path of a run is called in the file."""
        absolute, folder = os.path.abspath(path), os.path.abspath(self.file.parent)  # noqa: PTH100 (links stay)
        try:
            return os.path.relpath(absolute, folder).replace(os.sep, "/")
        except ValueError:  # another drive
            return absolute.replace(os.sep, "/")


def read_baseline(file: Path) -> Baseline:
    """The baseline that a file holds.

    Raises:
        ConfigError: the file is not there, can't be read, or is no baseline.
    """
    try:
        content = json.loads(contents_of(str(file)))
    except FileNotFoundError:
        raise ConfigError(f"{file}: no such baseline; --update-baseline makes it") from None
    except OSError as error:
        raise ConfigError(f"{file}: can't read this baseline: {why_not(error)}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: not a baseline of tdlint: {error or 'nested too deeply'}") from None
    return Baseline(file, _known(content, file))


def _known(content: Any, file: Path) -> tuple[KnownDiagnostic, ...]:
    if not isinstance(content, dict) or not isinstance(content.get("diagnostics"), list):
        raise ConfigError(f'{file}: not a baseline of tdlint: expected an object with a list of "diagnostics"')
    if content.get("version") != FORMAT_VERSION:
        shown = f"version {content.get('version')}, this tdlint reads version {FORMAT_VERSION}"
        raise ConfigError(f"{file}: a baseline of {shown}; --update-baseline writes it anew")
    names = list(KnownDiagnostic.__dataclass_fields__)
    found = []
    for number, item in enumerate(content["diagnostics"]):
        if not isinstance(item, dict) or not all(isinstance(item.get(name), str) for name in names):
            raise ConfigError(f"{file}: diagnostics[{number}]: expected an object with the texts {', '.join(names)}")
        found.append(KnownDiagnostic(*(item[name] for name in names)))
    return tuple(found)


def apply_baseline(result: RunResult, baseline: Baseline) -> RunResult:
    """The result without what is in the baseline, which ``FileResult.baselined`` and ``RunResult.gone`` tell of."""
    known = {each.fingerprint: each for each in baseline.known}
    met: set[str] = set()
    files = []
    for file in result.files:
        pairs = _fingerprinted(file, baseline)
        old = [diagnostic for diagnostic, mark in pairs if mark in known]
        met.update(mark for _, mark in pairs if mark in known)
        new = tuple(diagnostic for diagnostic in file.diagnostics if diagnostic not in old)
        files.append(replace(file, diagnostics=new, baselined=tuple(old)))
    checked = _wholly_checked(result, baseline)
    gone = tuple(
        replace(each, path=str(baseline.file.parent / each.path))
        for each in baseline.known
        if each.fingerprint not in met and each.path in checked
    )
    return RunResult(tuple(files), gone)


def updated(result: RunResult, baseline: Baseline) -> Baseline:
    """The baseline of what was found now; what it has of files that were not checked stays, if they are still there.

    ``result`` is that of the run, before a baseline was applied. If tdlint failed on a file, or a rule pack could not
    be loaded, nobody knows what is no longer there, and all stays.
    """
    checked = _wholly_checked(result, baseline)
    kept = [each for each in baseline.known if each.path not in checked and (baseline.file.parent / each.path).exists()]
    found = [
        KnownDiagnostic(mark, diagnostic.code, baseline.named(file.path), first_line(diagnostic), diagnostic.message)
        for file in result.files
        for diagnostic, mark in _fingerprinted(file, baseline)
    ]
    marks = {each.fingerprint for each in found}
    kept = [each for each in kept if each.fingerprint not in marks]
    in_order = sorted([*kept, *found], key=lambda each: (each.path, each.code, each.line, each.fingerprint))
    return Baseline(baseline.file, tuple(in_order))


def _wholly_checked(result: RunResult, baseline: Baseline) -> set[str]:
    """The files of which all is known: none if tdlint failed, as a rule that failed on one may be missing in all."""
    return set() if result.failed else {baseline.named(file.path) for file in result.files}


def text_of(baseline: Baseline) -> str:
    """The contents of a baseline file."""
    listed = [{name: getattr(each, name) for name in each.__dataclass_fields__} for each in baseline.known]
    return json.dumps({"version": FORMAT_VERSION, "diagnostics": listed}, indent=2, ensure_ascii=False) + "\n"


def _fingerprinted(file: FileResult, baseline: Baseline) -> Sequence[tuple[Diagnostic, str]]:
    """The diagnostics of a file that a baseline may hold; that tdlint itself failed is always told."""
    diagnostics = [each for each in file.diagnostics if each.code not in FAILURES]
    return list(zip(diagnostics, fingerprints(diagnostics, baseline.named), strict=True))
