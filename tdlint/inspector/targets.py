"""What ``tdlint inspect TARGET`` takes: a model file, ``package.module:attribute`` or ``file.py:attribute``."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tdlint.inspector.errors import InspectionError
from tdlint.inspector.held import Inspected
from tdlint.inspector.isolated import read_isolated
from tdlint.inspector.live import is_model, read_live

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5")


def read_target(target: str) -> Inspected:
    """The model that a target names. Code of the user runs for ``module:attribute`` targets, and only for them.

    Raises:
        InspectionError: there is no such model; the text says what to do.
    """
    path = Path(target)
    if path.suffix in MODEL_SUFFIXES or path.exists():
        return read_isolated(model_file(path))
    return read_live(live_model(target), target)


def live_model(target: str) -> Any:
    """The model of a ``module:attribute`` target.

    Raises:
        InspectionError: there is none; the text says what to do.
    """
    module, colon, attribute = target.rpartition(":")
    if not colon or not module or not attribute or "/" in attribute:
        raise InspectionError(
            f"{target}: no such file; expected a model file ({', '.join(MODEL_SUFFIXES)}), package.module:attribute or "
            "file.py:attribute"
        )
    return _model_of(_load(module), attribute, target)


def model_file(path: Path) -> Path:
    """The path, if a model file is there.

    Raises:
        InspectionError: it is not; the text says what is.
    """
    if not path.exists():
        raise InspectionError(f"{path}: no such file")
    if path.is_dir():
        if (path / "saved_model.pb").exists():
            raise InspectionError(
                f"{path}: SavedModel folders are not supported yet, use a .keras file: model.save('model.keras')"
            )
        raise InspectionError(f"{path}: a folder; expected a model file ({', '.join(MODEL_SUFFIXES)})")
    if path.name.endswith(".weights.h5"):
        raise InspectionError(f"{path}: weights without a model; inspect what model.save('model.keras') writes")
    if path.suffix == ".py":
        raise InspectionError(f"{path}: say which model in it, such as {path}:model or {path}:build_model")
    if path.suffix not in MODEL_SUFFIXES:
        raise InspectionError(f"{path}: expected a model file ({', '.join(MODEL_SUFFIXES)})")
    return path


def _load(module: str) -> ModuleType:
    if module.endswith(".py"):
        return _run_file(Path(module))
    try:
        with _importable(Path.cwd()):
            return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name and (module == problem.name or module.startswith(problem.name + ".")):
            raise InspectionError(f"{module}: no module of this name can be imported from {Path.cwd()}") from None
        raise InspectionError(f"{module}: importing it failed: {_describe(problem)}") from problem
    except Exception as problem:
        raise InspectionError(f"{module}: importing it failed: {_describe(problem)}") from problem


def _run_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise InspectionError(f"{path}: no such file")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise InspectionError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        with _importable(path.resolve().parent):
            # classes of the file are looked up there when they are serialized
            sys.modules.setdefault(path.stem, module)
            spec.loader.exec_module(module)
    except Exception as problem:
        raise InspectionError(f"{path}: running it failed: {_describe(problem)}") from problem
    return module


def _describe(problem: Exception) -> str:
    text = f"{type(problem).__name__}: {problem}"
    missing = (problem.name or "").partition(".")[0] if isinstance(problem, ModuleNotFoundError) else ""
    return f"{text}; run: pip install 'tdlint[inspect]'" if missing in ("keras", "tensorflow") else text


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """The folder is where imports look first, as if Python had been started there."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(folder))


def named_in_module(target: str) -> Any:
    """What ``package.module:attribute`` or ``file.py:attribute`` names.

    Raises:
        InspectionError: there is no such thing.
    """
    module, _, attribute = target.rpartition(":")
    return _attribute_of(_load(module), attribute, target)


def _attribute_of(module: ModuleType, attribute: str, target: str) -> Any:
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, [name for name in dir(found) if not name.startswith("_")], 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InspectionError(f"{target}: there is no {part!r}{hint}")
        found = getattr(found, part)
    return found


def _model_of(module: ModuleType, attribute: str, target: str) -> Any:
    found = _attribute_of(module, attribute, target)
    if is_model(found):
        return found
    if not callable(found):
        raise InspectionError(
            f"{target}: expected a model or a function that returns one, found {type(found).__name__}"
        )
    try:
        made = found()
    except Exception as problem:
        raise InspectionError(
            f"{target}: calling it without arguments failed: {type(problem).__name__}: {problem}"
        ) from problem
    if not is_model(made):
        raise InspectionError(f"{target}: expected it to return a Keras model, it returned {type(made).__name__}")
    return made
