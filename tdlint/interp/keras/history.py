"""What ``fit`` returns: the logs of its epochs, which are read by the names of losses and metrics."""

from __future__ import annotations

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.run import Run
from tdlint.values import Arguments, Instance, Unknown, Value, text

HISTORY = "keras.callbacks.History"
LOGS = "keras.callbacks.History.history"
"""The attribute that holds the logs; a call of this name is recorded wherever one of them is read."""


READING = frozenset({"copy", "get", "items", "keys", "values"})
"""Methods of the logs after which they are as they were."""


def made(run: Run, fit: CallSite, node: cst.CSTNode) -> Instance:
    """The object that a ``fit`` returns."""
    key = run.fresh()
    run.histories[key] = fit
    return Instance(HISTORY, Arguments(), key, site=run.site(node))


def logs(owner: Instance) -> Instance:
    """``history.history``."""
    return Instance(LOGS, Arguments(), owner.key, site=owner.site)


def forget(run: Run, owner: Instance) -> None:
    """The program puts something into the logs: what is in them is not known any more."""
    run.histories.pop(owner.key, None)


def read(run: Run, owner: Instance, index: Value, node: cst.CSTNode) -> Value:
    """``history.history["val_loss"]``: told to the rules if the name is known."""
    fit = run.histories.get(owner.key)
    name = text(index)
    if fit is not None and name is not None:
        site = run.site(node)
        arguments = Arguments((("key", index),), sites=(("key", site),))
        certain = not run.uncertain
        run.record_call(CallSite(LOGS, arguments, site, fit.models, certain, fit.compiled, result_of=fit))
    return Unknown("a log of training")
