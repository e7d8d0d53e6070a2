"""Makes the tables of tdlint/spec/migration out of a catalogue of what changed between Keras 1, 2 and 3.

``python scripts/update_migration.py CATALOGUE.json``. The catalogue's entries say what they are about in words; the
tables hold only what a rule can look up. ``api.json`` is what the Keras that is installed here has. Rows under
``OVERRIDES`` are added or take the place of what the catalogue says. The tables that no catalogue has as a rule needs
them are written by hand, and tried on Keras: ``backend.json``, ``tensor_functions.json``, and the tables of arguments,
positions, defaults and members, which are text.
"""

from __future__ import annotations

import json
import re
import sys
import types
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]

FOLDER = Path(__file__).resolve().parent.parent / "tdlint" / "spec" / "migration"
OVERRIDES = Path(__file__).with_name("migration_overrides.json")

DOTTED = re.compile(r"(?:tf\.)?(keras\.[\w.]+)")
# Entries of a module's kind that are functions.
FUNCTIONS = frozenset(
    {
        *("export_saved_model", "get_layer_policy", "layout_map_scope", "load_from_saved_model"),
        "terminate_keras_multiprocessing_pools",
    }
)
FOLDED = "import the same names"
# Notes that say no more than the row does.
NO_NEWS = ("broken only", "in tf.keras the short", "legacy shim", "no public equivalent", "removed")
# What old modules imported for themselves: nobody took it from there, and it is in no module of its name.
ALIASES = frozenset(
    {
        *("K", "activations", "backend", "constraints", "initializations"),
        *("initializers", "inspect", "layers", "models", "regularizers", "utils"),
    }
)


def main(catalogue: Path) -> None:
    """Write every table."""
    entries = json.loads(catalogue.read_text(encoding="utf-8"))
    entries = entries if isinstance(entries, list) else entries["entries"]
    by_kind: dict[str, list[Row]] = {}
    for entry in entries:
        by_kind.setdefault(entry["kind"], []).append(entry)
    api = read_api()
    names = {namespace: known(modules) for namespace, modules in api.items()}
    overrides = json.loads(OVERRIDES.read_text(encoding="utf-8"))
    gone = module_rows(by_kind["import"], names, api["keras"], overrides["modules"])
    write("api", [{"namespace": name, "module": module, "names": found} for name, module, found in flat(api)])
    write("modules", gone)
    told = name_rows([*by_kind["symbol"], *by_kind["import"]], gone, names, overrides["names"])
    write("names", [reworded(row, overrides["notes"]) for row in told])


def write(name: str, rows: Iterable[Row]) -> None:
    """One row a line, so that a change of a row is a change of a line."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    FOLDER.joinpath(f"{name}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    print(f"{name}: {len(lines)} rows")


def read_api() -> dict[str, dict[str, list[str]]]:
    """The public names of the modules of the installed Keras, for ``keras`` and for ``tf.keras``."""
    import keras
    import keras._tf_keras.keras as under_tensorflow

    api: dict[str, dict[str, list[str]]] = {"keras": {}, "tf.keras": {}}
    _walk(keras, "keras", api["keras"], set())
    _walk(under_tensorflow, "keras", api["tf.keras"], set())
    # tf.keras.saving can be imported, though it is no attribute before that
    api["tf.keras"]["keras"].append("saving")
    api["tf.keras"]["keras.saving"] = api["keras"]["keras.saving"]
    return api


def _walk(module: types.ModuleType, name: str, api: dict[str, list[str]], seen: set[int]) -> None:
    if id(module) in seen:
        return
    seen.add(id(module))
    public = [attribute for attribute in sorted(dir(module)) if not attribute.startswith("_")]
    api[name] = [attribute for attribute in public if attribute not in ("api", "src")]
    for attribute in api[name]:
        value = getattr(module, attribute)
        if isinstance(value, types.ModuleType) and value.__name__.startswith("keras"):
            _walk(value, f"{name}.{attribute}", api, seen)


def known(modules: dict[str, list[str]]) -> frozenset[str]:
    """All dotted names of a namespace."""
    return frozenset({*modules, *(f"{module}.{name}" for module, found in modules.items() for name in found)})


def flat(api: dict[str, dict[str, list[str]]]) -> Iterator[tuple[str, str, list[str]]]:
    """The whole of ``keras``; of ``tf.keras`` what is not there, and what else is."""
    for module, found in sorted(api["keras"].items()):
        yield "keras", module, found
    for module, found in sorted(api["tf.keras"].items()):
        plain = set(api["keras"].get(module, ()))
        if plain != set(found):
            missing = [f"-{name}" for name in sorted(plain - set(found))]
            yield "tf.keras", module, [*sorted(set(found) - plain), *missing]


def reworded(row: Row, notes: dict[str, str]) -> Row:
    """The row with its note as a sentence for users, or without it."""
    note = notes.get(row.get("note", ""), row.get("note", ""))
    return {key: value for key, value in row.items() if key != "note"} | ({"note": note} if note else {})


def since(text: str) -> str:
    """The version of Keras, as ``2.13``, in which something went."""
    found = re.search(r"\d+\.\d+", text)
    return found[0] if found else "3.0"


def public(path: str) -> bool:
    """Whether people write the path: no part of it is private."""
    return not any(part.startswith("_") for part in path.split("."))


def plain(path: str | None) -> str | None:
    """A catalogue's name without the package that Keras is in."""
    found = DOTTED.fullmatch(path or "")
    return found[1] if found else None


def module_rows(
    entries: list[Row], names: dict[str, frozenset[str]], modules: Collection[str], overrides: list[Row]
) -> list[Row]:
    """Modules that are gone, and the module that has their names now."""
    rows: dict[str, Row] = {}
    for entry in entries:
        path = plain(entry["old"])
        leaf = (path or "").rpartition(".")[2]
        if path is None or not public(path) or leaf in ALIASES | FUNCTIONS or leaf[:1].isupper():
            continue
        if any(path in names[namespace] for namespace in names):
            continue
        new = plain(entry["new"])
        if new is not None and new.rpartition(".")[2][:1].isupper():
            new = new.rpartition(".")[0]  # keras.optimizers.adam was a module and, before, another name of the class
        if new is not None and new not in modules:
            continue  # a function
        rows[path] = {"old": path, "new": new if new != "keras" else None, "since": since(entry["removed_in"])}
    for row in overrides:
        rows[row["old"]] = row
    return [row for _, row in sorted(rows.items())]


def parents(path: str) -> Iterator[str]:
    """The packages around a dotted name, the nearest first."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def name_rows(
    entries: list[Row], modules: list[Row], names: dict[str, frozenset[str]], overrides: list[Row]
) -> list[Row]:
    """Names that are gone in one namespace or in both, each with the name that has its place there, if any has."""
    gone = {row["old"]: row.get("new") for row in modules}
    by_hand = ("backend.json", "calls.json")
    texts = [FOLDER.joinpath(name).read_text(encoding="utf-8") for name in by_hand]
    written = {row["old"] for text in texts for row in json.loads(text)}
    rows: dict[str, Row] = {}
    for entry in entries:
        path = plain(entry["old"])
        if path is None or not public(path) or path in written or entry["note"].startswith(FOLDED):
            continue
        if path in gone and not _was_class(path, entry):
            continue
        if path.rpartition(".")[2] in {*ALIASES, "X"}:
            continue
        within = next((parent for parent in parents(path) if parent in gone), None)
        row = _name_row(entry, path, None if within is None else gone[within], names)
        if row is not None and (within is None or not _follows(row, path, gone[within], names)):
            rows[path] = row
    for path, row in list(_left_behind(entries, gone, names)):
        rows.setdefault(path, row)
    for row in overrides:
        rows[row["old"]] = row
    return [row for _, row in sorted(rows.items())]


def _was_class(path: str, entry: Row) -> bool:
    """Whether a module's name was that of a class before: ``keras.optimizers.adam``."""
    new = (plain(entry["new"]) or "").rpartition(".")[2]
    return new[:1].isupper() and new.lower() == path.rpartition(".")[2]


def _left_behind(
    entries: list[Row], gone: dict[str, str | None], names: dict[str, frozenset[str]]
) -> Iterator[tuple[str, Row]]:
    """What a module had that is not in the one which its names moved to: who imports that instead will miss it."""
    for entry in entries:
        path = plain(entry["old"]) or ""
        module, _, leaf = path.rpartition(".")
        moved = f"{gone.get(module)}.{leaf}"
        if gone.get(module) is None or not public(path) or any(moved in have for have in names.values()):
            continue
        if entry["kind"] == "symbol" and leaf not in ALIASES:
            row = _name_row(entry, moved, None, names)
            if row is not None:
                yield moved, row


def _name_row(entry: Row, path: str, module: str | None, names: dict[str, frozenset[str]]) -> Row | None:
    leaf = path.rpartition(".")[2]
    candidates = [f"{module}.{leaf}" if module else None]
    if leaf not in ("deserialize", "get", "serialize"):  # there are several of these, and each is of its own kind
        candidates += [plain(entry["new"]), plain(entry.get("new_tf_keras"))]
    row: Row = {"old": path}
    for namespace, have in names.items():
        if path not in have:
            row[namespace] = next((name for name in candidates if name in have), None)
    if len(row) == 1:
        return None
    row["since"] = since(entry["removed_in"])
    same_kind = not entry["note"].endswith(("function(shape) -> class", "function -> class"))
    if entry["fix"] == "rename" and same_kind and any(row.get(namespace) for namespace in names):
        row["fix"] = entry["fix_safety"]
    note = re.sub(r";? ?still resolves under tf\.keras.*", "", entry["note"])
    if note and not note.startswith(NO_NEWS):
        row["note"] = note
    return row


def _follows(row: Row, path: str, module: str | None, names: dict[str, frozenset[str]]) -> bool:
    """Whether the row says what the row of its module already says."""
    derived = f"{module}.{path.rpartition('.')[2]}" if module else None
    return all(row[name] == (derived if derived in have else None) for name, have in names.items() if name in row)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
