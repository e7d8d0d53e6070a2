"""`trainable` is changed between two trainings, and the model is not compiled again.

## Bad

```python
import keras

base = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu")], name="base")
base.trainable = False
model = keras.Sequential([base, keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=5)
base.trainable = True  # expect: TDL506
model.fit(x, y, epochs=5)
```

## Good

```python
import keras

base = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu")], name="base")
base.trainable = False
model = keras.Sequential([base, keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=5)
base.trainable = True
model.compile(optimizer=keras.optimizers.Adam(1e-5), loss="mse")
model.fit(x, y, epochs=5)
```

## Why

Which weights are trained is settled when the training step is made. Measured on Keras 3.15.1 and 2.15.0 (FACTS E5):
after a first `fit`, a layer that is unfrozen stays as it is, and one that is frozen goes on being trained, without a
word, until `compile` is called. Keras 2 settles it at `compile` already.

Freezing the discriminator of a GAN for the model that is compiled next is right, and not reported.

## Fix safety

There is no automatic fix. Compile again with a new optimizer: the old one knows the old weights only (FACTS E5).

## References

- https://keras.io/guides/transfer_learning/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Assignment,
    CallSite,
    Const,
    Context,
    LayerObject,
    ModelGraph,
    ModelValue,
    Place,
    Program,
    Report,
    Rule,
    Severity,
)

from ._logs import FITS


class LateTrainable(Rule):
    """Between two ``fit`` of one model that was compiled before the first and not after it."""

    code = "TDL506"
    severity = Severity.WARNING

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at what is set; the ``fit`` that does not notice is related."""
        model = program.model(call.models[0]) if call.name in FITS and len(call.models) == 1 else None
        if model is None or not call.certain:
            return
        since = _training_before(call, program)
        if since is None:
            return
        held = _held(model)
        for assignment in program.assignments:
            if assignment.attribute != "trainable" or not assignment.certain:
                continue
            if since < assignment.order < call.order and _concerns(assignment, model, held):
                if not _changes(assignment, program):
                    continue
                word = "unfrozen" if assignment.value.must_be(True) else "frozen"
                yield Report(
                    Place(assignment.site),
                    f"what is {word} here is trained as before: the model is not compiled again before the next fit",
                    fact="Keras says nothing; trainable counts when the training step is made (FACTS E5)",
                    help="call compile after it, with a new optimizer",
                    related=((call.place(), "this fit trains what the first one did"),),
                )


def _training_before(call: CallSite, program: Program) -> int | None:
    """The order of the last ``fit`` of the same model before, if no ``compile`` may come in between."""
    same = [one for one in program.calls_on(call.models[0]) if one.order < call.order]
    fits = [one.order for one in same if one.name in FITS and one.certain]
    compiles = [one.order for one in same if one.name == "keras.Model.compile"]
    if not fits or not compiles or max(compiles) > max(fits):
        return None
    return max(fits)


def _held(model: ModelGraph) -> set[int]:
    """The keys of the layers and models in a model."""
    found = set()
    for node in model.nodes:
        found.add(node.layer.key)
        if node.inner is not None:
            found |= {node.inner.key, *_held(node.inner)}
    return found


def _concerns(assignment: Assignment, model: ModelGraph, held: set[int]) -> bool:
    owner = assignment.owner
    if isinstance(owner, ModelValue):
        return owner.key == model.key or owner.key in held
    return isinstance(owner, LayerObject) and owner.key in held


def _changes(assignment: Assignment, program: Program) -> bool:
    """Whether the value is certainly another one than before."""
    if not isinstance(assignment.value, Const):
        return False
    before = [
        one
        for one in program.assignments
        if one.attribute == "trainable" and one.owner == assignment.owner and one.order < assignment.order
    ]
    if before:
        return isinstance(before[-1].value, Const) and before[-1].value != assignment.value
    return assignment.value.must_be(False)
