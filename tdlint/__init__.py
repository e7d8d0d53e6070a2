"""tdlint finds mistakes in Keras programs before they run, and accounts for regularization in built models.

``tdlint.inspect(model)`` accounts for a live Keras model, ``tdlint.PenaltyMonitor`` is a callback that watches its
penalty in training. Rules import ``tdlint.api``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdlint._version import __version__

if TYPE_CHECKING:
    from tdlint.inspector import Account
    from tdlint.monitor import PenaltyMonitor, PenaltyWarning

__all__ = ["PenaltyMonitor", "PenaltyWarning", "__version__", "inspect"]


def inspect(model: Any, data: Any = None, *, samples: int | None = None) -> Account:
    """The account of a built Keras model, with what the rules report of it; the last line of a cell shows it.

    Args:
        model: the model.
        data: what to measure it on: ``(x, y)``, ``(x, y, sample_weight)``, a data set of such batches, or the path of
            an ``.npz`` file. The first 100 batches are used.
        samples: how many samples it is trained on, where that is not the number of those in ``data``.

    Raises:
        tdlint.inspector.InspectionError: it is no Keras model, or not built yet, or the data do not fit it.
    """
    # Imported when called: linting must not pay for the inspector.
    from dataclasses import replace

    from tdlint.config import Settings
    from tdlint.formatters.inspection.notebook import shown
    from tdlint.inspector import inspect_model
    from tdlint.linting.engine import check_graph
    from tdlint.linting.registry import load_packs

    if data is None:
        account = inspect_model(model)
    else:
        from tdlint.inspector.measure.session import measure_model

        account = measure_model(model, data)
    account = replace(account, samples=samples or account.samples)
    settings = Settings(keras_version=account.keras)
    loaded = load_packs()
    found = check_graph(account.model, account.source, settings, loaded.rules)
    return shown(replace(account, diagnostics=(*loaded.told_of(account.source), *found)))


def __getattr__(name: str) -> Any:
    """The monitor and its warning, imported when asked for."""
    if name in ("PenaltyMonitor", "PenaltyWarning"):
        from tdlint import monitor

        return getattr(monitor, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
