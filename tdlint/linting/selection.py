"""Which rules run and which of their reports are shown.

A selector is a code (``TDL101``), a prefix of codes (``TDL1``), the name of a rule (``missing-return-sequences``), a
family (``sequences``) or ``ALL``. Where ``select`` and ``ignore`` both mean a rule, the more specific selector counts,
``ignore`` on a tie. Without ``select``, errors and warnings of high confidence run.

Reports of low confidence are shown only for rules that are selected by exact code or name. Advice is shown for rules
that any selector chose, or if the minimum severity asks for it. That a file could not be read or analysed is always
reported, unless its code is ignored by exact code or name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from tdlint.config import Settings, did_you_mean
from tdlint.diagnostics import Confidence, Diagnostic, Severity
from tdlint.errors import ConfigError, UsageError
from tdlint.linting.rule import Rule
from tdlint.linting.tool_codes import TOOL_CODES
from tdlint.sources.discovery import matches_file, relative_to_root
from tdlint.sources.disk import disk

_EXACT = 1000
"""The specificity of a code or a name; that of a prefix is its length."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a selector can mean: a rule, or a code of the tool itself. ``default`` says whether it runs unasked."""

    code: str
    name: str
    family: str
    default: bool


@dataclass(frozen=True)
class Selection:
    """The codes that are reported for one file, and how they were chosen.

    ``chosen`` are selected by any selector, ``exact`` by code or name. ``minimum`` is the asked for severity, and
    ``unfixable`` are the codes whose fixes are not to be applied.
    """

    enabled: frozenset[str]
    chosen: frozenset[str]
    exact: frozenset[str]
    minimum: Severity | None = None
    unfixable: frozenset[str] = frozenset()

    def shows(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is wanted."""
        if diagnostic.code not in self.enabled:
            return False
        if diagnostic.confidence is Confidence.LOW and diagnostic.code not in self.exact:
            return False
        if self.minimum is not None:
            return diagnostic.severity >= self.minimum
        return diagnostic.severity > Severity.ADVICE or diagnostic.code in self.chosen

    def withholds(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is not shown only because it is advice that nobody asked for."""
        unasked = self.minimum is None and diagnostic.code in self.enabled and diagnostic.code not in self.chosen
        return unasked and diagnostic.severity is Severity.ADVICE and diagnostic.confidence is Confidence.HIGH


def known_entries(rules: Sequence[type[Rule]]) -> tuple[Entry, ...]:
    """All that can be selected: the rules, and the codes of the tool whether or not their pages are among them."""
    return _known_entries(tuple(rules))


@lru_cache(maxsize=8)
def _known_entries(rules: tuple[type[Rule], ...]) -> tuple[Entry, ...]:
    tool = {code.code: code for code in TOOL_CODES}
    entries = [Entry(code.code, code.name, "tool", default=True) for code in TOOL_CODES]
    entries += [
        Entry(rule.code, rule.name(), rule.family(), rule.on_by_default()) for rule in rules if rule.code not in tool
    ]
    return tuple(entries)


def specificity(selector: str, entry: Entry) -> int:
    """How exactly a selector means an entry; 0 if it does not."""
    if selector in (entry.code, entry.name):
        return _EXACT
    if selector == "ALL":
        return 1
    if selector == entry.family:
        return 2
    # letters alone name a whole pack, a prefix with digits a part of it
    prefix = selector and selector.isalnum() and selector.isupper() and entry.code.startswith(selector)
    return 1 + len(selector) if prefix else 0


def means_any(selector: str, entries: Iterable[Entry]) -> bool:
    """Whether a selector means something that exists."""
    return any(specificity(selector, entry) for entry in entries)


def select(settings: Settings, rules: Sequence[type[Rule]], path: str | None = None) -> Selection:
    """The selection for a file, or for all without its ``per-file-ignores``."""
    return _select(settings, (*settings.ignore, *_ignored_for(settings, path)), tuple(rules))


@lru_cache(maxsize=64)
def _select(settings: Settings, ignored: tuple[str, ...], rules: tuple[type[Rule], ...]) -> Selection:
    wanted = (*(settings.select or ()), *settings.extend_select)
    always = {code.code for code in TOOL_CODES if code.always}
    enabled, chosen, exact, unfixable = set(), set(), set(), set()
    for entry in known_entries(rules):
        rank = max((specificity(selector, entry) for selector in wanted), default=0)
        against = max((specificity(selector, entry) for selector in ignored), default=0)
        if any(specificity(selector, entry) for selector in settings.unfixable):
            unfixable.add(entry.code)
        unasked = (settings.select is None and entry.default) or entry.code in always
        if entry.code in always and against < _EXACT:
            against = 0
        if rank > against or (unasked and rank == against == 0):
            enabled.add(entry.code)
            if rank:
                chosen.add(entry.code)
            if rank == _EXACT:
                exact.add(entry.code)
    return Selection(
        frozenset(enabled), frozenset(chosen), frozenset(exact), settings.min_severity, frozenset(unfixable)
    )


def without_unknown(settings: Settings, rules: Sequence[type[Rule]]) -> Settings:
    """The settings without selectors that mean nothing."""
    entries = known_entries(rules)

    def meant(selectors: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(selector for selector in selectors if means_any(selector, entries))

    return replace(
        settings,
        select=None if settings.select is None else meant(settings.select),
        extend_select=meant(settings.extend_select),
        ignore=meant(settings.ignore),
        unfixable=meant(settings.unfixable),
        per_file_ignores=tuple((glob, meant(selectors)) for glob, selectors in settings.per_file_ignores),
    )


def _ignored_for(settings: Settings, path: str | None) -> tuple[str, ...]:
    if path is None or not settings.per_file_ignores:
        return ()
    root = Path(disk().real(settings.root))
    relative = relative_to_root(path, root)
    return tuple(
        selector
        for glob, selectors in settings.per_file_ignores
        if matches_file(relative, glob)
        for selector in selectors
    )


def check_selectors(settings: Settings, rules: Sequence[type[Rule]]) -> None:
    """Refuse selectors that mean nothing, which are misspelt or from another version.

    Raises:
        ConfigError: one in a file; names the file and the key.
        UsageError: one of the command line; names the option.
    """
    entries = known_entries(rules)
    lists: list[tuple[str, tuple[str, ...]]] = [
        ("select", settings.select or ()),
        ("extend_select", settings.extend_select),
        ("ignore", settings.ignore),
        ("unfixable", settings.unfixable),
        *(("per_file_ignores", selectors) for _, selectors in settings.per_file_ignores),
    ]
    for field, selectors in lists:
        for selector in selectors:
            if not means_any(selector, entries):
                key = field.replace("_", "-")
                words = {word for entry in entries for word in (entry.code, entry.name, entry.family)} | {"ALL"}
                what = f"no rule is called `{selector}`{did_you_mean(selector, words)}"
                source = settings.source(field)
                if source == settings.config_file:
                    raise ConfigError(f"{source}: tool.tdlint.{key}: {what}")
                raise UsageError(f"--{key}: {what}")
