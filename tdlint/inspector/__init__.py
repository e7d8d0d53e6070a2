"""The inspector: accounts for regularization in live models and model files.

It knows nothing of rules: the caller checks ``Account.model`` and fills in ``Account.diagnostics``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tdlint.inspector.accounting.account import Account
from tdlint.inspector.errors import InspectionError, ModelFileError

if TYPE_CHECKING:
    from tdlint.inspector.live.made import Arguments

__all__ = ["Account", "InspectionError", "ModelFileError", "inspect_model", "inspect_path", "inspect_target"]


def inspect_model(model: Any) -> Account:
    """The account of a live, built model.

    Raises:
        InspectionError: it is no Keras model, or not built yet.
    """
    from tdlint.inspector.accounting.penalty import account_of
    from tdlint.inspector.live.graph import read_live

    return account_of(read_live(model))


def inspect_path(path: str | Path, architecture: str | Path | None = None, values: bool = True) -> Account:
    """The account of a model file, read without Keras; nothing in it is executed.

    It is a `.keras`, `.h5` or `.hdf5` file, a folder with a config and weights, a SavedModel folder, `.weights.h5` or
    the index of sharded weights (with the model's config as ``architecture``), or a config in JSON. Without ``values``,
    only shapes are read.

    Raises:
        InspectionError: no such file, or h5py is missing.
        ModelFileError: the file is damaged or not a model; the error names the place in it.
    """
    from tdlint.inspector.accounting.penalty import account_of
    from tdlint.inspector.isolated import read_isolated
    from tdlint.inspector.targets import model_file

    given = None if architecture is None else model_file(Path(architecture))
    return account_of(read_isolated(model_file(Path(path)), architecture=given, values=values))


def inspect_target(
    target: str, architecture: str | None = None, arguments: Arguments = (), values: bool = True
) -> Account:
    """The account of a target: a model file, ``package.module:attribute`` or ``file.py:attribute``.

    ``architecture`` is the target that has the config of a file of weights; ``arguments`` are names and values for the
    function that makes the model. Without ``values``, no weight is read or allocated.

    Raises:
        InspectionError: there is no such model; the text says what to do.
    """
    from tdlint.inspector.accounting.penalty import account_of
    from tdlint.inspector.targets import read_target

    return account_of(read_target(target, architecture, arguments, values))
