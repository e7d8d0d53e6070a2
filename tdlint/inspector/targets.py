"""What ``tdlint inspect TARGET`` takes: a model file, ``package.module:attribute`` or ``file.py:attribute``."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tdlint.inspector.accounting.held import Inspected
from tdlint.inspector.errors import InspectionError
from tdlint.inspector.files.architecture import Architecture
from tdlint.inspector.files.saved_model import is_saved_model
from tdlint.inspector.isolated import read_isolated
from tdlint.inspector.live.graph import architecture_of, read_live
from tdlint.inspector.live.made import Arguments, attribute_of, model_from, weightless_keras_2, weightless_keras_3

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".json")


def read_target(
    target: str, architecture: str | None = None, arguments: Arguments = (), values: bool = True
) -> Inspected:
    """The model that a target names. Code of the user runs for ``module:attribute`` targets, and only for them.

    ``architecture`` is a target too: it has the config where ``target`` is a file of weights alone. ``arguments`` are
    for the function that makes the model. Without ``values``, no weight is read or allocated.

    Raises:
        InspectionError: there is no such model; the text says what to do.
    """
    path = Path(target)
    if path.suffix in MODEL_SUFFIXES or path.exists():
        path = model_file(path)
        if arguments and (architecture is None or _is_file(architecture)):
            raise InspectionError(f"{target}: a file takes no arguments; they are for a function that makes a model")
        return read_isolated(path, architecture=_architecture(architecture, arguments), values=values)
    if architecture is not None:
        raise InspectionError(f"{target}: only a file of weights needs an architecture")
    with _making(target, arguments, values) as model:
        return read_live(model, target, values)


def _is_file(target: str) -> bool:
    return Path(target).suffix in MODEL_SUFFIXES or Path(target).exists()


def _architecture(target: str | None, arguments: Arguments) -> Architecture | Path | None:
    if target is None:
        return None
    if _is_file(target):
        return model_file(Path(target))
    with _making(target, arguments, values=False) as model:
        return architecture_of(model)


def live_model(target: str, arguments: Arguments = ()) -> Any:
    """The model of a ``module:attribute`` target.

    Raises:
        InspectionError: there is none; the text says what to do.
    """
    with _making(target, arguments, values=True) as model:
        return model


def named_in_module(target: str) -> Any:
    """What ``package.module:attribute`` or ``file.py:attribute`` names.

    Raises:
        InspectionError: there is no such thing.
    """
    module, _, attribute = target.rpartition(":")
    return attribute_of(_load(module), attribute, target)


@contextlib.contextmanager
def _making(target: str, arguments: Arguments, values: bool) -> Iterator[Any]:
    """The live model that a target names; without ``values``, its weights are not allocated while it is looked at."""
    module, colon, attribute = target.rpartition(":")
    if not colon or not module or not attribute or "/" in attribute:
        raise InspectionError(
            f"{target}: no such file; expected a model file ({_expected()}), package.module:attribute or "
            "file.py:attribute"
        )
    with contextlib.ExitStack() as stack:
        if not values:
            stack.enter_context(weightless_keras_3())
        found = attribute_of(_load(module), attribute, target)
        if not values:
            stack.enter_context(weightless_keras_2())
        yield model_from(found, arguments, target)


def model_file(path: Path) -> Path:
    """The path, if a model file is there, or a folder with one.

    Raises:
        InspectionError: it is not; the text says what is.
    """
    if not path.exists():
        raise InspectionError(f"{path}: no such file")
    if path.is_dir():
        if (path / "config.json").exists() or is_saved_model(path):
            return path
        raise InspectionError(
            f"{path}: a folder without config.json or saved_model.pb; expected a model file ({_expected()})"
        )
    if path.suffix == ".py":
        raise InspectionError(f"{path}: say which model in it, such as {path}:model or {path}:build_model")
    if path.suffix not in MODEL_SUFFIXES:
        raise InspectionError(f"{path}: expected a model file ({_expected()})")
    return path


def _expected() -> str:
    return ", ".join(MODEL_SUFFIXES)


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
