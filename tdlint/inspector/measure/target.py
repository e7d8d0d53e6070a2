"""What ``tdlint inspect TARGET --data DATA`` names: here, unlike everywhere else, a model file is loaded by Keras."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tdlint.inspector.accounting.account import Account
from tdlint.inspector.errors import InspectionError
from tdlint.inspector.live.made import Arguments
from tdlint.inspector.measure.session import BATCH_SIZE, MAX_BATCHES, measure_model
from tdlint.inspector.targets import MODEL_SUFFIXES, live_model, named_in_module

SEED = 0
"""Of fresh weights and of what makes data: two runs measure the same."""


def measure_target(
    target: str,
    data: str,
    batch_size: int = BATCH_SIZE,
    max_batches: int = MAX_BATCHES,
    arguments: Arguments = (),
) -> Account:
    """The account of a target with what was measured on data.

    Args:
        target: ``package.module:attribute``, ``file.py:attribute`` or a ``.keras`` file.
        data: an ``.npz`` file, ``package.module:function`` or ``file.py:function``.
        batch_size: samples in a batch, where the data are not batches already.
        max_batches: how many batches are used at most, the first ones.
        arguments: names and values for the function that makes the model.

    Raises:
        InspectionError: there is no such model, or the data can't be used; the text says what to do.
    """
    _seed()
    path = Path(target)
    model = _loaded(path) if path.suffix in MODEL_SUFFIXES or path.exists() else live_model(target, arguments)
    found: Any = Path(data)
    if Path(data).suffix not in (".npz", ".npy") and ":" in data:
        _seed()
        found = _returned(named_in_module(data), data)
    return measure_model(model, found, source=target, name=data, batch_size=batch_size, max_batches=max_batches)


def _seed() -> None:
    """The generators that Keras 3 draws its seeds from; the program may choose a seed of its own."""
    import numpy

    random.seed(SEED)
    numpy.random.seed(SEED)


def _loaded(path: Path) -> Any:
    """The model of a file, by Keras, which refuses what would run code.

    Raises:
        InspectionError: it can't be loaded.
    """
    if not path.is_file():
        raise InspectionError(f"{path}: no such file")
    if path.suffix != ".keras":
        raise InspectionError(
            f"{path}: --data computes with the model, which has to be a .keras file, package.module:attribute or "
            "file.py:attribute"
        )
    try:
        import keras
    except ImportError as missing:
        raise InspectionError(
            f"{path}: --data computes with Keras: {missing}; run: pip install 'tdlint[inspect]'"
        ) from None
    try:
        return keras.saving.load_model(path, safe_mode=True)
    except Exception as problem:  # whatever a file makes Keras do
        lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
        raise InspectionError(
            f"{path}: Keras can't load it in safe mode: {type(problem).__name__}: {lines[0][:300] if lines else ''}; "
            "for models with layers or code of your own, inspect the function that makes them: file.py:build_model"
        ) from None


def _returned(found: Any, name: str) -> Any:
    """What a function for data returns; something else than a function is taken as it is.

    Raises:
        InspectionError: the function fails.
    """
    if not callable(found) or hasattr(found, "element_spec"):
        return found
    try:
        return found()
    except Exception as problem:
        raise InspectionError(
            f"{name}: calling it without arguments failed: {type(problem).__name__}: {problem}"
        ) from problem
