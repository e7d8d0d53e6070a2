"""The reference of the public Python names, from their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import tdlint
from tdlint import api, testing

GROUPS = {
    "tdlint.linting.rule": "Rules",
    "tdlint.diagnostics": "Severity and confidence",
    "tdlint.graph": "Models",
    "tdlint.values": "Values",
    "tdlint.shapes": "Shapes",
    "tdlint.interp": "Programs",
    "tdlint.linting": "Fixes",
    "tdlint.heads": "Outputs, losses and data",
    "tdlint.feeding": "Outputs, losses and data",
    "tdlint.data_loss": "Outputs, losses and data",
    "tdlint.spec": "What is known of Keras",
}
"""The heading for what comes from a module or package; the longest that fits."""


def python() -> str:
    """What programs and notebooks use."""
    return "\n\n".join(_entry("tdlint", name, getattr(tdlint, name)) for name in ("inspect", "PenaltyMonitor"))


def rules() -> str:
    """What rules use, by group."""
    grouped: dict[str, list[str]] = {heading: [] for heading in GROUPS.values()}
    for name in api.__all__:
        thing = getattr(api, name)
        grouped[_group(name, thing)].append(_entry("tdlint.api", name, thing))
    return "\n\n".join("\n\n".join([f"### {heading}", *entries]) for heading, entries in grouped.items())


def packs() -> str:
    """What the tests of rule packs use."""
    return "\n\n".join(_entry("tdlint.testing", name, getattr(testing, name)) for name in testing.__all__)


def _group(name: str, thing: Any) -> str:
    module = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    fits = [each for each in GROUPS if f"{module}.".startswith(f"{each}.")]
    # aliases say nothing of where they are from
    return GROUPS[max(fits, key=len) if fits else "tdlint.shapes" if "Shape" in name else "tdlint.spec"]


def _entry(package: str, name: str, thing: Any) -> str:
    anchor = f"{package}.{name}"
    title = f"#### `{name}` {{ #{anchor} data-toc-label='{name}' }}"
    if not callable(thing) or not hasattr(thing, "__module__") or not hasattr(thing, "__qualname__"):
        text = _documented(thing) if isinstance(thing, ModuleType) else f"An alias: `{_plain(thing)}`."
        return "\n\n".join([title, text])
    parts = [title, f"```python\n{_signature(name, thing)}\n```", _documented(thing)]
    if inspect.isclass(thing):
        parts += list(_members(thing))
    return "\n\n".join(part for part in parts if part)


def _signature(name: str, thing: Any) -> str:
    kind = "class " if inspect.isclass(thing) else ""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return f"{kind}{name}"
    parameters = [_plain(parameter) for parameter in signature.parameters.values()]
    returned = (
        ""
        if kind or signature.return_annotation is inspect.Signature.empty
        else f" -> {_plain(signature.return_annotation)}"
    )
    one_line = f"{kind}{name}({', '.join(parameters)}){returned}"
    if len(one_line) <= 84:
        return one_line
    lines = "".join(f"    {parameter},\n" for parameter in parameters)
    return f"{kind}{name}(\n{lines}){returned}"


def _plain(thing: Any) -> str:
    text = thing if isinstance(thing, str) else str(thing)
    text = re.sub(r"<factory>|<[^<>]* object at [^<>]*>|<function [^<>]*>", "...", text)
    return re.sub(r"\b(?:tdlint|typing|collections)(?:\.[a-z_0-9]+)*\.(?=[A-Z])", "", text).replace("'", "")


def _documented(thing: Any) -> str:
    """The docstring in Markdown; none where a dataclass only has the one that Python made."""
    text = inspect.cleandoc(thing.__doc__ or "")
    if inspect.isclass(thing) and text.startswith(f"{thing.__name__}("):
        return ""
    text = re.sub(r"^(Args|Returns|Raises|Yields):$", r"**\1**\n", text, flags=re.MULTILINE)
    text = re.sub(r"^    (\w[\w.]*): ", r"- `\1`: ", text, flags=re.MULTILINE)
    return text.replace("``", "`")


def _members(cls: type) -> Iterator[str]:
    """Each public method and property that the class itself has, with the first line of its docstring.

    Those that Keras calls (``on_…``, ``set_…``) are left out.
    """
    for name, member in vars(cls).items():
        inner = getattr(member, "__func__", getattr(member, "fget", member))
        doc = inspect.getdoc(inner) if callable(inner) or inspect.isfunction(inner) else None
        if name.startswith(("_", "on_", "set_")) or not doc or inspect.isclass(inner):
            continue
        shown = name if isinstance(member, property) else _signature(name, inner).replace("\n", " ")
        shown = re.sub(r"\((?:self|cls)(?:, )?", "(", shown)
        yield f"`{shown}`\n:   {doc.splitlines()[0].replace('``', '`')}"
