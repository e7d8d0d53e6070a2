"""What tdlint reports: places, severities, diagnostics and fixes. Plain data, without behaviour of any reader."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.IntEnum):
    """How bad it is if the diagnostic is true; ordered, so that ``severity >= minimum`` reads as it should."""

    ADVICE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name that people and machine formats use: ``advice``, ``warning`` or ``error``."""
        return self.name.lower()


class Confidence(enum.IntEnum):
    """How sure tdlint is; low confidence is shown only when asked for."""

    LOW = 1
    HIGH = 2

    @property
    def label(self) -> str:
        """``low`` or ``high``."""
        return self.name.lower()


class Applicability(enum.IntEnum):
    """Whether a fix may be applied without a person looking at it."""

    DISPLAY_ONLY = 1
    UNSAFE = 2
    SAFE = 3

    @property
    def label(self) -> str:
        """``display-only``, ``unsafe`` or ``safe``."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of code points of the decoded text of a file."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A line and a column, both from 1; columns count code points. In a notebook, the line is that of its cell."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Location:
    """A place in source (``start``, ``end``, ``span``, ``cell`` in notebooks) or a layer of a model file (``layer``).

    ``lines`` are the source lines from ``start.line`` on, so that a formatter can show the code without the file.
    """

    path: str
    start: Position | None = None
    end: Position | None = None
    span: Span | None = None
    cell: int | None = None
    layer: str | None = None
    lines: tuple[str, ...] = ()

    def sort_key(self) -> tuple[str, int, int, str]:
        """Orders by path, then place in the text, then layer."""
        span = self.span
        return (self.path, span.start if span else -1, span.end if span else -1, self.layer or "")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of ``span`` by ``replacement``; an empty span inserts."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that are applied all or none."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains a diagnostic."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message about one place.

    ``message`` states the fact in one sentence, lower case, without advice; ``fact`` is what was measured on real
    Keras; ``help`` says what to do.
    """

    code: str
    name: str
    message: str
    location: Location
    severity: Severity
    confidence: Confidence = Confidence.HIGH
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    fact: str | None = None
    help: str | None = None

    def sort_key(self) -> tuple[tuple[str, int, int, str], str, str]:
        """Orders a report by path, span, layer, code and message: the same on every run."""
        return (self.location.sort_key(), self.code, self.message)
