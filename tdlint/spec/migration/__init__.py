"""What changed between Keras 1, 2 and 3, as tables; ``scripts/update_migration.py`` makes them.

Each table is read when it is asked for: programs without Keras pay nothing. Names are canonical in their first part
only, ``keras.layers.core.Dense`` for ``tensorflow.keras.layers.core.Dense`` too; the namespace is ``"keras"`` or
``"tf.keras"``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tdlint.spec.signature import Signature, parsed
from tdlint.spec.version import KerasVersion, parse_version

Row: TypeAlias = dict[str, Any]
FixSafety: TypeAlias = Literal["safe", "unsafe"]

NAMESPACES = ("keras", "tf.keras")
BACKEND = "keras.backend."
TF_LAYERS = (
    *("tensorflow.layers.", "tensorflow.compat.v1.layers."),
    *("tensorflow.nn.rnn_cell.", "tensorflow.compat.v1.nn.rnn_cell."),
)
"""Where TensorFlow 1 had layers of its own."""

FIRST_KERAS_3 = KerasVersion(3, 0)


@dataclass(frozen=True, slots=True)
class Removed:
    """A name that a namespace of Keras 3 does not have.

    ``missing`` is the first part of it that is not there: the name itself or a module around it. ``new`` is the name
    that has its place in the same namespace, None if there is none; ``fix`` says whether it can be put there, None if
    more than the name must change. ``moved`` is the old name, without modules that are gone and whose names are in
    another one; ``elsewhere`` is a namespace that still has that. ``since`` is the version that it was gone in,
    ``note`` what there is to know.
    """

    old: str
    missing: str
    module: bool
    new: str | None
    fix: FixSafety | None
    since: KerasVersion
    elsewhere: str | None = None
    note: str | None = None
    moved: str = ""


@cache
def rows(table: str) -> tuple[Row, ...]:
    """The rows of a table: ``names``, ``modules``, ``backend``, ``calls``, ``tensor_functions``, ``api``."""
    text = Path(__file__).with_name(f"{table}.json").read_text(encoding="utf-8")
    return tuple(json.loads(text))


@cache
def _modules() -> dict[str, Row]:
    return {row["old"]: row for row in rows("modules")}


@cache
def _names() -> dict[str, Row]:
    return {row["old"]: row for row in (*rows("names"), *rows("backend"), *rows("calls"))}


@cache
def _api() -> dict[str, frozenset[str]]:
    """The dotted names, modules too, that each namespace has."""
    found: dict[str, set[str]] = {"keras": set(), "tf.keras": set()}
    for row in rows("api"):
        if row["namespace"] == "keras":
            names = {row["module"], *(f"{row['module']}.{name}" for name in row["names"])}
            found["keras"] |= names
            found["tf.keras"] |= names
    for row in rows("api"):
        if row["namespace"] == "tf.keras":
            found["tf.keras"].add(row["module"])
            for name in row["names"]:
                if name.startswith("-"):
                    found["tf.keras"].discard(f"{row['module']}.{name[1:]}")
                else:
                    found["tf.keras"].add(f"{row['module']}.{name}")
    return {namespace: frozenset(names) for namespace, names in found.items()}


def exists(name: str, namespace: str) -> bool:
    """Whether Keras 3 has a public module, class or function of this name in a namespace."""
    return name in _api()[namespace]


@lru_cache(maxsize=4096)
def removed(name: str, namespace: str) -> Removed | None:
    """What is known of a name that Keras 3 does not have; None if it has it, or it never was one of Keras.

    A name in a module that is gone counts as gone whether it is known or not.
    """
    if namespace not in NAMESPACES or exists(name, namespace):
        return None
    module = _gone_module(name)
    moved = _moved(name, module)
    row = _names().get(moved)
    if module is None and (row is None or namespace not in row):
        return None
    new, fix, note = _replacement(moved, namespace, module, row)
    since = (row or module or {})["since"]
    missing = _first_missing(name, namespace)
    elsewhere = next((other for other in NAMESPACES if exists(moved, other)), None)
    is_module = module is not None and (row is None or module["old"] != name)
    return Removed(name, missing, is_module, new, fix, parse_version(since), elsewhere, note, moved)


def _moved(name: str, module: Row | None) -> str:
    """The name that the tables have: for one in a module that is gone, the one in the module that took its names."""
    if module is None or module["new"] is None or name == module["old"] or name in _names():
        return name
    return f"{module['new']}.{name.rpartition('.')[2]}"


def _gone_module(name: str) -> Row | None:
    """The innermost module around a name, or itself, that is gone."""
    modules = _modules()
    path = name
    while "." in path:
        if path in modules:
            return modules[path]
        path = path.rpartition(".")[0]
    return None


def _first_missing(name: str, namespace: str) -> str:
    missing = name
    while not exists(name, namespace):
        missing, name = name, name.rpartition(".")[0]
    return missing


def _replacement(
    name: str, namespace: str, module: Row | None, row: Row | None
) -> tuple[str | None, FixSafety | None, str | None]:
    if row is not None and namespace in row:
        return row[namespace], row.get("fix") if row[namespace] else None, row.get("note")
    if module is None or module["new"] is None:
        return None, None, None
    if name == module["old"]:
        return module["new"], "safe", None
    return (name, "safe", None) if exists(name, namespace) else (None, None, None)


def instead_of_legacy(name: str) -> str | None:
    """The optimizer that has the place of one in ``keras.optimizers.legacy``; those raise when they are called."""
    module, _, leaf = name.rpartition(".")
    return f"keras.optimizers.{leaf}" if module == "keras.optimizers.legacy" and exists(name, "keras") else None


def instead_of_tf_layer(name: str) -> str | None:
    """The layer of Keras that does what a layer of TensorFlow 1 did, or a function of its name in small letters."""
    leaf = name.rpartition(".")[2]
    if leaf[:1].islower():
        leaf = "".join(part.capitalize() for part in leaf.split("_"))
        leaf = re.sub(r"(?<=\d)d(?![a-z])", "D", leaf)
    return f"keras.layers.{leaf}" if exists(f"keras.layers.{leaf}", "keras") else None


def removed_attribute(name: str, namespace: str) -> Removed | None:
    """As ``removed``, for ``module.name``: some modules can be imported and are no attributes of their packages."""
    row = _names().get(name)
    if row is not None and namespace in row.get("unbound", ()):
        other = next(other for other in NAMESPACES if other != namespace)
        return Removed(name, name, False, None, None, parse_version(row["since"]), other, moved=name)
    return removed(name, namespace)


@lru_cache(maxsize=4096)
def parameters(name: str) -> Signature | None:
    """What a function that is gone took, None if its calls can't be written in other words."""
    takes = _names().get(name, {}).get("takes")
    return None if takes is None else parsed(takes)


def call_row(name: str) -> Row | None:
    """What to write in place of a call of a function that is gone, None if its name is all there is to change."""
    row = _names().get(name)
    return row if row is not None and (name.startswith(BACKEND) or "takes" in row) else None
