"""What Keras gives to the callbacks of a program: the model that trains, and with it its optimizer."""

from __future__ import annotations

from tdlint.interp.python import classes
from tdlint.interp.run import Run
from tdlint.values import Arguments, Instance, Unknown, Value

MODEL = "callback.model"
"""What the model of a callback is called: a model of Keras, which one is not known."""


def model(run: Run, owner: Instance, name: str) -> Value | None:
    """``self.model`` in a class of the program that derives from a callback of Keras and has no other of that name."""
    if name != "model":
        return None
    definition = classes.class_of(run, owner)
    if definition is None or definition.open or not is_callback(definition.library_bases):
        return None
    return Unknown("a callback gets the model that trains", MODEL)


def is_callback(bases: tuple[str, ...]) -> bool:
    """Whether a class with these library bases is a callback."""
    return any(base.startswith("keras.callbacks.") for base in bases)


def optimizer(run: Run) -> Instance:
    """``self.model.optimizer``: it trains with one of Keras."""
    owners = (run.classes[frame.owner] for frame in reversed(run.frames) if frame.owner is not None)
    namespace = next((owner.namespace for owner in owners if is_callback(owner.library_bases)), None)
    return Instance("keras.optimizers.Optimizer", Arguments(complete=False), namespace=namespace)
