"""The settings of a run: ``[tool.tdlint]`` of the nearest ``pyproject.toml``, and what the command line says."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from tdlint.diagnostics import Severity
from tdlint.errors import ConfigError
from tdlint.sources.contents import contents_of, why_not
from tdlint.sources.discovery import DEFAULT_EXCLUDE
from tdlint.spec.version import NEWEST, KerasVersion, parse_version

OUTPUT_FORMATS = (
    "concise",
    "full",
    "json",
    "sarif",
    "github",
    "gitlab",
    "azure",
    "junit",
    "rdjson",
    "pylint",
)
SEVERITIES = {severity.label: severity for severity in Severity}

CONFIG_NAME = "pyproject.toml"
DEFAULT = "default"
COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Settings:
    """All that a run can be told.

    ``select`` is None for the rules that are on by default; a given ``select`` replaces them, ``extend_select`` adds,
    ``ignore`` takes away; where both name a rule, the more specific selector counts. ``min_severity`` None shows advice
    only of rules that were selected. ``unsafe_fixes`` says that these are applied too where fixes are asked for,
    ``unfixable`` names rules whose fixes are only shown. ``baseline`` is
    the file of what is known already, ``cache_dir`` the folder of results that are kept.
    ``root`` is the folder that globs are relative to. ``sources``
    says for each field that is not a default where its value is from: a file, or ``command line``.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    keras_version: KerasVersion = NEWEST
    min_severity: Severity | None = None
    unsafe_fixes: bool = False
    unfixable: tuple[str, ...] = ()
    output_format: str = "full"
    baseline: str | None = None
    cache_dir: str | None = None
    explain_unknown: bool = False
    root: str = "."
    config_file: str | None = None
    sources: tuple[tuple[str, str], ...] = ()

    def source(self, name: str) -> str:
        """Where the value of a field is from: a file, ``command line`` or ``default``."""
        return dict(self.sources).get(name, DEFAULT)

    @property
    def cache_folder(self) -> Path:
        """Where results are kept: ``.tdlint_cache`` in ``root`` unless it is said."""
        return Path(self.cache_dir) if self.cache_dir else Path(self.root) / ".tdlint_cache"

    @property
    def all_excluded(self) -> tuple[str, ...]:
        """``exclude`` and ``extend_exclude``."""
        return (*self.exclude, *self.extend_exclude)


def load_settings(paths: Sequence[str] = (), config: str | None = None, **command_line: Any) -> Settings:
    """The settings for some paths: of the file ``config``, or else of the nearest ``pyproject.toml``.

    It is looked for from the first path upwards, from the current folder without paths. ``command_line`` has fields of
    ``Settings``, None for what was not given. ``select`` of the command line replaces the selection of the file;
    ``extend_select``, ``ignore``, ``unfixable`` and ``extend_exclude`` add to it.

    Raises:
        ConfigError: the file is wrong; the text names it and the key.
    """
    settings = Settings()
    file = Path(config) if config else find_config(paths)
    if file:
        settings = read_config(file)
    given = {name: value for name, value in command_line.items() if value not in (None, ())}
    return override(settings, given)


def override(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings with fields from the command line."""
    if "select" in given:
        settings = replace(settings, extend_select=(), ignore=())
    if "extend_select" in given:
        # what is asked for now counts more than what the file ignores in the same words
        kept = tuple(selector for selector in settings.ignore if selector not in given["extend_select"])
        settings = replace(settings, ignore=kept)
    changes: dict[str, Any] = {
        name: (*getattr(settings, name), *value) if name in _ADDED else value for name, value in given.items()
    }
    if changes.get("baseline") == "":
        changes["baseline"] = None
    sources = tuple((name, COMMAND_LINE) for name in given)
    kept_sources = tuple(item for item in settings.sources if item[0] not in given)
    return replace(settings, **changes, sources=kept_sources + sources)


_ADDED = ("extend_select", "ignore", "unfixable", "extend_exclude")


def find_config(paths: Sequence[str]) -> Path | None:
    """The nearest ``pyproject.toml`` with ``[tool.tdlint]``, from the first path (or the current folder) upwards."""
    start = Path(paths[0] if paths else ".").absolute()
    for folder in (start, *start.parents):
        file = folder / CONFIG_NAME
        # most projects say nothing about tdlint, and a TOML parser costs more than this look
        # asked this way, a name that is too long for the system is no file either
        if os.path.isfile(file) and b"tool.tdlint" in _read(file):  # noqa: PTH113
            return file
    return None


def read_config(file: Path) -> Settings:
    """The settings of a ``pyproject.toml``; an absent ``[tool.tdlint]`` gives the defaults.

    Raises:
        ConfigError: the file can't be read, is no TOML, or has a wrong key or value.
    """
    shown = _shown(file)
    table = _tool_table(file, shown)
    changes: dict[str, Any] = {}
    for key, value in table.items():
        reader = _READERS.get(key)
        if reader is None:
            raise ConfigError(f"{shown}: unknown key `{key}` in [tool.tdlint]{did_you_mean(key, _READERS)}")
        try:
            changes[key.replace("-", "_")] = reader(value)
        except ValueError as error:
            raise ConfigError(f"{shown}: tool.tdlint.{key}: {error}") from None
    for name in ("baseline", "cache_dir"):
        if name in changes:
            changes[name] = str(file.parent / changes[name])
    sources = tuple((name, shown) for name in changes)
    return Settings(**changes, root=str(file.absolute().parent), config_file=shown, sources=sources)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean `…`?`` with the most similar known word, or all of a few."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known are {', '.join(names)}" if len(names) <= 12 else ""


def settings_table(settings: Settings) -> tuple[tuple[str, str, str], ...]:
    """Key, value as text and source of every setting, for ``tdlint config``."""
    hidden = ("sources", "root", "config_file", "explain_unknown")
    return tuple(
        (
            field.name.replace("_", "-"),
            _show(getattr(settings, field.name), _UNSET.get(field.name, "")),
            settings.source(field.name),
        )
        for field in fields(settings)
        if field.name not in hidden
    )


_UNSET = {
    "baseline": "(none)",
    "cache_dir": "(.tdlint_cache of the project)",
    "select": "(default rules)",
    "min_severity": "(advice only of selected rules)",
}


def _show(value: Any, unset: str) -> str:
    if value is None:
        return unset
    if isinstance(value, Severity):
        return value.label
    if isinstance(value, KerasVersion):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(f"{item[0]}: {' '.join(item[1])}" if isinstance(item, tuple) else item for item in value)
    return str(value)


def _shown(file: Path) -> str:
    absolute, here = file.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(file)


def _read(file: Path) -> bytes:
    try:
        return contents_of(str(file))
    except OSError as error:
        raise ConfigError(f"{_shown(file)}: can't read this file: {why_not(error)}") from error


def _tool_table(file: Path, shown: str) -> dict[str, Any]:
    # imported by name: no one version of Python has both, and most runs need neither
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        content = tomllib.loads(_read(file).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{shown}: not valid TOML: {error}") from None
    tool = content.get("tool", {})
    table = tool.get("tdlint", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ConfigError(f"{shown}: tool.tdlint must be a table, received {_type(table)}")
    return table


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        wrong = next((item for item in value if not isinstance(item, str)), None) if isinstance(value, list) else value
        raise ValueError(f"must be a list of strings, received {_type(wrong)}")
    return tuple(value)


def _per_file_ignores(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError(f"must be a table from a glob to a list of rules, received {_type(value)}")
    return tuple((glob, _texts(selectors)) for glob, selectors in value.items())


def _keras_version(value: Any) -> KerasVersion:
    if not isinstance(value, str):
        raise ValueError(f'must be a string such as "3.15" or "2.15", received {_type(value)}')
    return parse_version(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, received {_type(value)}")
    return value


def _file_name(value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"must be the name of a file, received {_type(value)}")
    return value


def _choice(names: Iterable[str]) -> Callable[[Any], str]:
    known = tuple(names)

    def read(value: Any) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(known)}, received {value!r}")
        return str(value)

    return read


def _type(value: Any) -> str:
    names = {dict: "a table", list: "a list", str: f"the string {value!r}", bool: f"the boolean {str(value).lower()}"}
    return names.get(type(value), f"the {type(value).__name__} {value}")


_READERS: dict[str, Callable[[Any], Any]] = {
    "select": _texts,
    "extend-select": _texts,
    "ignore": _texts,
    "per-file-ignores": _per_file_ignores,
    "exclude": _texts,
    "extend-exclude": _texts,
    "keras-version": _keras_version,
    "min-severity": lambda value: SEVERITIES[_choice(SEVERITIES)(value)],
    "unsafe-fixes": _boolean,
    "unfixable": _texts,
    "output-format": _choice(OUTPUT_FORMATS),
    "baseline": _file_name,
    "cache-dir": _file_name,
}
