"""Finding rules: every package in the entry point group ``tdlint.rules``, the built-in one like all others."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from types import ModuleType

from tdlint.errors import RuleLoadError
from tdlint.linting.rule import Rule
from tdlint.linting.tool_codes import TOOL_CODES

GROUP = "tdlint.rules"
_CODE = re.compile(r"[A-Z]+[0-9]{3}")


def load_rules() -> tuple[type[Rule], ...]:
    """The rules of all installed rule packs, by code.

    Raises:
        RuleLoadError: there is no pack, or one can't be used; the text names the module.
    """
    packages = sorted({point.value for point in entry_points(group=GROUP)})
    if not packages:
        raise RuleLoadError(
            f"no rules are installed: the entry point group `{GROUP}` is empty; in a checkout of tdlint, run: "
            "pip install -e ."
        )
    return checked(rule for package in packages for rule in rules_of(package))


def rules_of(package: str) -> Iterator[type[Rule]]:
    """The rules of one package: one in each of its modules; modules whose name begins with ``_`` are helpers.

    Raises:
        RuleLoadError: a module can't be imported, or has not exactly one rule.
    """
    top = _import(package)
    if not hasattr(top, "__path__"):
        yield _rule_of(top)
        return
    for found in _walk(top):
        yield _rule_of(_import(found))


def _walk(package: ModuleType) -> Iterator[str]:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name.rpartition(".")[2].startswith("_"):
            continue
        if found.ispkg:
            yield from _walk(_import(found.name))
        else:
            yield found.name


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
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


def checked(rules: Iterable[type[Rule]]) -> tuple[type[Rule], ...]:
    """The rules, sorted by code.

    Raises:
        RuleLoadError: a rule has no proper code or no page, or two have the same code or name.
    """
    known = sorted(rules, key=lambda rule: str(getattr(rule, "code", "")))
    codes: dict[str, type[Rule]] = {}
    names: dict[str, type[Rule]] = {}
    for rule in known:
        code = getattr(rule, "code", None)
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise RuleLoadError(
                f"{rule.__module__}: the code must be letters and three digits, such as TDL101: {code!r}"
            )
        if not rule.page():
            raise RuleLoadError(f"{rule.__module__}: the module has no docstring, which is the page of the rule")
        for taken, key in ((codes, code), (names, rule.name())):
            if key in taken:
                raise RuleLoadError(f"{rule.__module__} and {taken[key].__module__} both are the rule {key}")
            taken[key] = rule
    tool_names = {code.code: code.name for code in TOOL_CODES}
    for rule in known:
        if tool_names.get(rule.code, rule.name()) != rule.name():
            raise RuleLoadError(f"{rule.__module__}: the code {rule.code} belongs to tdlint's {tool_names[rule.code]}")
    return tuple(known)
