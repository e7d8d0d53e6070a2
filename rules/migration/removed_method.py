"""A method is called that models, metrics or optimizers of Keras 3 do not have.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit_generator(batches, 100, epochs=5, validation_data=others)  # expect: TDL817
classes = model.predict_classes(x)  # expect: TDL817
mean = keras.metrics.Mean()
mean.reset_states()  # expect: TDL817
```

```python
from keras import Sequential
from keras.layers import Dense

model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
print(model.predict_classes(x, batch_size=8))  # expect: TDL817
```

```python
import keras

x = keras.Input((8, 4))
steps, features = x.shape.as_list()[1:]  # expect: TDL817
model = keras.Model(x, keras.layers.Reshape((steps * features,))(x))
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(batches, steps_per_epoch=100, epochs=5, validation_data=others)
classes = (model.predict(x) > 0.5).astype("int32")
mean = keras.metrics.Mean()
mean.reset_state()
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(batches, steps_per_epoch=100, epochs=5, validation_data=others)
classes = (model.predict(x) > 0.5).astype("int32")
mean = keras.metrics.Mean()
mean.reset_state()
```

```python
from keras import Sequential
from keras.layers import Dense

model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
print(model.predict(x, batch_size=8).argmax(axis=-1))
```

```python
import keras

x = keras.Input((8, 4))
steps, features = list(x.shape)[1:]
model = keras.Model(x, keras.layers.Reshape((steps * features,))(x))
```

## Why

Measured on Keras 3.15.1 (FACTS L6): AttributeError. `predict_classes` and `predict_proba` are gone since Keras 2.6; for
one unit, `predict_classes` was `predict(x) > 0.5`, for more the largest along the last axis.

## Fix safety

Safe: the program could not run. The positional arguments of `fit_generator` get their names, as `fit` has others in
these places. `predict_classes` is mended where the number of units is known.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    DatedCall,
    DatedRead,
    FixPlan,
    InsertBefore,
    MemberChange,
    Program,
    RenameArgument,
    ReplaceCode,
    Report,
    Rule,
    Severity,
    Site,
    UnknownShape,
)

from ._members import OF_LAYERS, changed, renaming, report


class RemovedMethod(Rule):
    """Objects that are known; methods that only Keras had of others, too."""

    code = "TDL817"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the name of the method."""
        for read, change, target in changed(program, context):
            if change.method and change.owner not in OF_LAYERS:
                yield report(read, change, target, _fix(read, change, program))


def _fix(read: DatedRead, change: MemberChange, program: Program) -> FixPlan | None:
    if change.old == "predict_classes":
        return None if read.call is None else _classes(read, read.call, program)
    if change.old.endswith("_generator") and read.call is not None:
        return _by_keyword(read, read.call, change, program)
    if change.owner in ("KerasTensor", "Shape"):
        return None if read.call is None else _of_shape(read, read.call, change)
    if change.old == "reset_states" and change.owner == "Model":
        return None if read.call is None else _reset(read, read.call, program)
    return renaming(read, change)


def _of_shape(read: DatedRead, call: DatedCall, change: MemberChange) -> FixPlan | None:
    parts = (read.of, ".shape") if change.old == "get_shape" else ("list(", read.of, ")")
    return FixPlan(change.help or "Say shape", (ReplaceCode(call.site, parts),), Applicability.SAFE)


def _reset(read: DatedRead, call: DatedCall, program: Program) -> FixPlan | None:
    """Reset each layer that keeps states, where they are known."""
    model = program.model(read.models[0]) if len(read.models) == 1 else None
    if model is None or model.kind != "sequential" or model.may_miss_layers or call.positional or call.args.bound:
        return None
    layers = [layer for layer in model.layers() if layer.short_type != "InputLayer"]
    stateful = [place for place, layer in enumerate(layers) if layer.args.get("stateful").must_be(True)]
    if not stateful or any(
        layer.args.passes("stateful") and place not in stateful for place, layer in enumerate(layers)
    ):
        return None
    *others, last = ((read.of, f".layers[{place}].reset_states()") for place in stateful)
    before = (InsertBefore(call.site, parts) for parts in others)
    return FixPlan("Reset the layers", (*before, ReplaceCode(call.site, last)), Applicability.SAFE)


def _by_keyword(read: DatedRead, call: DatedCall, change: MemberChange, program: Program) -> FixPlan | None:
    """The arguments after the generator by keyword: the places of ``fit`` are others."""
    places = [name for name, _ in call.args.bound][: len(call.positional)]
    if not call.args.complete or call.args.surplus or change.new is None:
        return None
    changes: list[ReplaceCode | RenameArgument] = [ReplaceCode(read.word, (change.new,))]
    keras1 = any(call.args.passes(name) for name in ("nb_epoch", "samples_per_epoch", "nb_val_samples", "val_samples"))
    for at, (_, site) in enumerate(call.positional):
        written = "*" if site is None else program.text(site)
        if site is None or written.startswith("*") or (at and keras1):
            return None  # the second one counted samples in Keras 1
        if at:
            changes.append(ReplaceCode(site, (f"{places[at]}={written}",)))
    generator = call.args.site("generator")
    if not call.positional and generator is not None:
        changes.append(RenameArgument(call.site, generator, "x"))
    return FixPlan(f"Say {change.new}", tuple(changes), Applicability.SAFE)


def _classes(read: DatedRead, call: DatedCall, program: Program) -> FixPlan | None:
    """What it gave, by the number of units."""
    model = program.model(read.models[0]) if len(read.models) == 1 else None
    shape = model.output_shapes[0] if model is not None and len(model.output_shapes) == 1 else None
    units = None if shape is None or isinstance(shape, UnknownShape) or not shape else shape[-1]
    if not isinstance(units, int) or not call.args.complete:
        return None
    given: list[Site | str] = []
    for _, site in call.positional:
        if site is None or program.text(site).startswith("*"):
            return None
        given += [", " if given else "", site]
    for name, _ in call.args.bound:
        site = call.args.site(name)
        if site is not None and all(site != place for _, place in call.positional):
            given += [f"{', ' if given else ''}{name}=", site]
    predicted = (read.of, ".predict(", *given, ")")
    parts = ("(", *predicted, ' > 0.5).astype("int32")') if units == 1 else (*predicted, ".argmax(axis=-1)")
    return FixPlan("Take the classes from what predict gives", (ReplaceCode(call.site, parts),), Applicability.SAFE)
