"""The modules that a text imports, read from its lines: most files need not be parsed to tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMES = r"(\((?:[^)#]|#[^\n]*)*\)|[^\n;#(]*)"
_STATEMENT = re.compile(
    rf"(?:^|[;:])[ \t\f\ufeff]*(?:from\b[ \t]*([.\w \t]*?)[ \t]*)?\bimport\b[ \t]*{_NAMES}", re.MULTILINE
)
_CONTINUED = re.compile(r"\\\n.*\bimport\b|\bimport\b.*\\\n")
_COMMENT = re.compile(r"#[^\n]*")
_PARTED = re.compile(r"\s+")


def imported_names(text: str) -> Iterator[tuple[str, int]] | None:
    """Names that may be modules which a Python text imports, with the number of dots before each.

    There are all that it imports, and others that only its strings and comments speak of. None if only a parser can
    tell.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return None if _CONTINUED.search(text) else _names(text)


def _names(text: str) -> Iterator[tuple[str, int]]:
    for origin, listed in _STATEMENT.findall(text):
        given = _COMMENT.sub("", listed).replace("\\\n", " ").strip("() \t").split(",")
        names = [name.split()[0] for name in given if name.strip()]
        plain = _PARTED.sub("", origin)
        module = plain.lstrip(".")
        level = len(plain) - len(module)
        if plain:
            names = [module, *(f"{module}.{name}".strip(".") for name in names)]
        yield from ((name, level) for name in names if name or level)
