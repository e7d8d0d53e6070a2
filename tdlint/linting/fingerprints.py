"""What a diagnostic is known by from run to run, whatever lines are added above it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable

from tdlint.diagnostics import Diagnostic


def fingerprints(diagnostics: Iterable[Diagnostic], named: Callable[[str], str]) -> tuple[str, ...]:
    """A fingerprint for each diagnostic: of its rule, file, layer and line of code; no line number is part of it.

    ``named`` gives the name of a path that is the same on every machine. Alike diagnostics of one file are told apart
    by their order.
    """
    seen: Counter[str] = Counter()
    found = []
    for diagnostic in diagnostics:
        location = diagnostic.location
        text = "\0".join((diagnostic.code, named(location.path), location.layer or "", first_line(diagnostic)))
        seen[text] += 1
        found.append(hashlib.sha256(f"{text}\0{seen[text]}".encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return tuple(found)


def first_line(diagnostic: Diagnostic) -> str:
    """The line of code that a diagnostic starts on, without the space around it."""
    lines = diagnostic.location.lines
    return lines[0].strip() if lines else ""
