"""The inspector: accounts for regularization in live models and model files.

It knows nothing of rules: the caller checks ``Account.model`` and fills in ``Account.diagnostics``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tdlint.inspector.account import Account
from tdlint.inspector.errors import InspectionError, ModelFileError

__all__ = ["Account", "InspectionError", "ModelFileError", "inspect_model", "inspect_path", "inspect_target"]


def inspect_model(model: Any) -> Account:
    """The account of a live, built model.

    Raises:
        InspectionError: it is no Keras model, or not built yet.
    """
    from tdlint.inspector.live import read_live
    from tdlint.inspector.penalty import account_of

    return account_of(read_live(model))


def inspect_path(path: str | Path) -> Account:
    """The account of a `.keras`, `.h5` or `.hdf5` file, read without Keras; nothing in it is executed.

    Raises:
        InspectionError: no such file, or h5py is missing.
        ModelFileError: the file is damaged or not a model; the error names the place in it.
    """
    from tdlint.inspector.isolated import read_isolated
    from tdlint.inspector.penalty import account_of
    from tdlint.inspector.targets import model_file

    return account_of(read_isolated(model_file(Path(path))))


def inspect_target(target: str) -> Account:
    """The account of a target: a model file, ``package.module:attribute`` or ``file.py:attribute``.

    Raises:
        InspectionError: there is no such model; the text says what to do.
    """
    from tdlint.inspector.penalty import account_of
    from tdlint.inspector.targets import read_target

    return account_of(read_target(target))
