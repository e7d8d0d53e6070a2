"""Finding rules: every package in the entry point group ``tdlint.rules``, the built-in one like all others.

A pack of someone else that is wrong costs its own rules only: those that can't be used are left out, and told.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from types import ModuleType
from typing import TypeVar

from tdlint.config import Settings
from tdlint.diagnostics import Confidence, Diagnostic, Location, Severity
from tdlint.errors import RuleLoadError
from tdlint.linting.resolve import tool_diagnostic
from tdlint.linting.result import FileResult
from tdlint.linting.rule import Rule
from tdlint.linting.selection import without_unknown
from tdlint.linting.surroundings import kept, time_limit
from tdlint.linting.tool_codes import RULE_CRASHED, TOOL_CODES

GROUP = "tdlint.rules"
BUILT_IN = "tdlint_rules"

IMPORT_LIMIT = 30.0
"""Seconds that a module of a pack may take to be imported."""

_CODE = re.compile(r"[A-Z]+[0-9]{3}")

T = TypeVar("T")


@dataclass(frozen=True)
class Loaded:
    """The rules of all packs, by code; and the rules that were left out, each as a report that says why."""

    rules: tuple[type[Rule], ...]
    problems: tuple[Diagnostic, ...] = ()

    @property
    def failures(self) -> tuple[FileResult, ...]:
        """What is wrong with packs, as if their files had been checked."""
        paths = dict.fromkeys(each.location.path for each in self.problems)
        return tuple(
            FileResult(path, tuple(each for each in self.problems if each.location.path == path), failed=True)
            for path in paths
        )

    def told_in(self, result: FileResult) -> FileResult:
        """The result of a file with what is wrong with packs, for those who see one file only."""
        if not self.problems:
            return result
        told = self.told_of(result.path)
        return replace(result, diagnostics=(*told, *result.diagnostics), failed=True)

    def told_of(self, path: str) -> tuple[Diagnostic, ...]:
        """What is wrong with packs, as reports about a file."""
        return tuple(replace(each, location=Location(path)) for each in self.problems)

    def settings_for(self, settings: Settings) -> Settings:
        """The settings; without selectors that mean no rule if they may have meant one that was left out."""
        return without_unknown(settings, self.rules) if self.problems else settings


def load_rules(package: str | None = None) -> tuple[type[Rule], ...]:
    """The rules of all installed rule packs, by code; or those of one pack.

    Raises:
        RuleLoadError: there is no pack, or one has a rule that can't be used; the text names the module.
    """
    loaded = load_packs()
    if loaded.problems:
        raise RuleLoadError(loaded.problems[0].message)
    if package is None:
        return loaded.rules
    of_package = tuple(rule for rule in loaded.rules if f"{rule.__module__}.".startswith(f"{package}."))
    if not of_package:
        raise RuleLoadError(f"no rule of {package} is installed: its entry point in the group `{GROUP}` is missing")
    return of_package


def load_packs() -> Loaded:
    """The rules of all installed rule packs that can be used.

    Raises:
        RuleLoadError: there is no pack, or the built-in one can't be used.
    """
    labels = _labels()
    if not labels:
        raise RuleLoadError(
            f"no rules are installed: the entry point group `{GROUP}` is empty; in a checkout of tdlint, run: "
            "pip install -e ."
        )
    packs = _Packs()
    if BUILT_IN in labels:
        for name in _modules_of(BUILT_IN, _import):
            packs.add(_rule_of(_import(name)))
    for package in sorted(labels.keys() - {BUILT_IN}):
        packs.add_pack(package, labels[package])
    return Loaded(tuple(sorted(packs.rules, key=lambda rule: rule.code)), tuple(packs.problems))


def is_built_in(rule: type[Rule]) -> bool:
    """Whether a rule is one of tdlint's own."""
    return rule.__module__.partition(".")[0] == BUILT_IN


def pack_of(rule: type[Rule]) -> str | None:
    """The name and version of the pack that a rule is of, None if it is tdlint's own or of no pack."""
    if is_built_in(rule):
        return None
    module = f"{rule.__module__}."
    return next((label for package, label in _labels().items() if module.startswith(f"{package}.")), None)


def _labels() -> dict[str, str]:
    """The packages of all packs, each with what it is called."""
    labels = {}
    for point in entry_points(group=GROUP):
        package = point.value.partition(":")[0].strip()
        labels[package] = f"{point.dist.name} {point.dist.version}" if point.dist else package
    return labels


@dataclass
class _Packs:
    """The rules that were found so far, and what was left out."""

    rules: list[type[Rule]] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    taken: dict[str, type[Rule]] = field(default_factory=dict)

    def add(self, rule: type[Rule]) -> None:
        """Take a rule that is as it should be.

        Raises:
            RuleLoadError: it is not, or another one has its code or its name.
        """
        _check(rule)
        for key in (rule.code, rule.name()):
            if key in self.taken:
                raise RuleLoadError(f"{rule.__module__} and {self.taken[key].__module__} both are the rule {key}")
        self.taken.update({rule.code: rule, rule.name(): rule})
        self.rules.append(rule)

    def add_pack(self, package: str, label: str) -> None:
        """Take the rules of a pack that are as they should be."""
        modules = _modules_of(package, lambda name: self._tried(package, label, lambda: _import(name)))
        for module in modules:
            self._tried(package, label, lambda module=module: self.add(_rule_of(_import(module))))  # type: ignore[misc]

    def _tried(self, package: str, label: str, do: Callable[[], T]) -> T | None:
        try:
            with kept(), time_limit(IMPORT_LIMIT):
                return do()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            why = str(error) if isinstance(error, RuleLoadError) else f"{type(error).__name__}: {error}"
        message = f"a rule of {label} is left out: {why}"
        help = f"This is a defect of {label}, to be reported there; without that package, it is not reported here."
        self.problems.append(tool_diagnostic(RULE_CRASHED, Location(_file_of(package)), message, help))
        return None


def _file_of(package: str) -> str:
    """The file that a package is made by, its name if that can't be said."""
    return str(getattr(sys.modules.get(package), "__file__", None) or package)


def _modules_of(package: str, load: Callable[[str], ModuleType | None]) -> Iterator[str]:
    """The modules of a package that are rules; those whose name begins with ``_`` are helpers."""
    top = load(package)
    if top is None:
        return
    if not hasattr(top, "__path__"):
        yield top.__name__
        return
    for found in pkgutil.iter_modules(top.__path__, f"{top.__name__}."):
        if found.name.rpartition(".")[2].startswith("_"):
            continue
        if found.ispkg:
            yield from _modules_of(found.name, load)
        else:
            yield found.name


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise RuleLoadError(f"the rule module {name} can't be imported: {type(error).__name__}: {error}") from error


def _rule_of(module: ModuleType) -> type[Rule]:
    own = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Rule) and value.__module__ == module.__name__
    ]
    if len(own) != 1:
        names = ", ".join(rule.__name__ for rule in own) or "none"
        raise RuleLoadError(f"the rule module {module.__name__} must define exactly one rule, has {names}")
    return own[0]


def _check(rule: type[Rule]) -> None:
    """Refuse a rule that has not what a rule must have.

    Raises:
        RuleLoadError: says what it is.
    """
    module, code = rule.__module__, getattr(rule, "code", None)
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise RuleLoadError(f"{module}: the code must be letters and three digits, such as TDL101: {code!r}")
    if not rule.page():
        raise RuleLoadError(f"{module}: the module has no docstring, which is the page of the rule")
    if not isinstance(rule.severity, Severity) or not isinstance(rule.confidence, Confidence):
        raise RuleLoadError(f"{module}: severity and confidence must be a Severity and a Confidence")
    texts = (rule.name(), rule.family(), rule.page(), rule.summary())
    if not all(type(text) is str for text in texts) or not rule.name().isprintable():
        raise RuleLoadError(f"{module}: the name, the family and the page must be texts")
    rule.on_by_default()
    rule.checks()
    tool_names = {each.code: each.name for each in TOOL_CODES}
    if tool_names.get(code, rule.name()) != rule.name():
        raise RuleLoadError(f"{module}: the code {code} belongs to tdlint's {tool_names[code]}")
