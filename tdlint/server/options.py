"""What a client may tell the server; all else is in ``pyproject.toml``, where the command line finds it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tdlint.config import did_you_mean
from tdlint.errors import ConfigError

SECTION = "tdlint"


@dataclass(frozen=True)
class ClientOptions:
    """``configuration`` is a file to read in place of the nearest ``pyproject.toml``, ``inlay_hints`` shows shapes."""

    configuration: str | None = None
    inlay_hints: bool = False


def read_options(given: Any) -> ClientOptions:
    """The options of ``initializationOptions`` or of changed settings, which may be in a section of their own.

    Raises:
        ConfigError: one is unknown or of the wrong kind.
    """
    for section in ("settings", SECTION):
        if isinstance(given, Mapping) and isinstance(given.get(section), Mapping):
            given = given[section]
    if given is None:
        return ClientOptions()
    if not isinstance(given, Mapping):
        raise ConfigError("the settings of the editor for tdlint are no object")
    found: dict[str, Any] = {}
    for key, value in given.items():
        if key not in _OPTIONS:
            raise ConfigError(f"unknown setting `{key}` of the editor for tdlint{did_you_mean(key, _OPTIONS)}")
        name, kind, wanted = _OPTIONS[key]
        if value is None:
            continue
        if not isinstance(value, kind):
            raise ConfigError(f"the setting `{key}` of the editor for tdlint must be {wanted}, received {value!r}")
        found[name] = value
    return ClientOptions(**found)


_OPTIONS: dict[str, tuple[str, type, str]] = {
    "configuration": ("configuration", str, "the path of a file"),
    "inlayHints": ("inlay_hints", bool, "true or false"),
}
