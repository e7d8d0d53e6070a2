"""An attribute is read that models, metrics or optimizers of Keras 3 do not have, or fill otherwise.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
print(model.optimizer.lr)  # expect: TDL820
for name, value in zip(model.metrics_names, model.evaluate(x, y)):  # expect: TDL820
    print(name, value)
```

```python
import keras

base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
inner = keras.Model(base.input, base.layers[0].output)  # expect: TDL820
```

```python
import keras


class ShowRate(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(float(self.model.optimizer.lr))  # expect: TDL820


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, callbacks=[ShowRate()])
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
print(model.optimizer.learning_rate)
for name, value in model.evaluate(x, y, return_dict=True).items():
    print(name, value)
```

```python
import keras

base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
inner = keras.Model(base.inputs, base.layers[0].output)
x = keras.Input((4,))
whole = keras.Model(x, base(x))
again = keras.Model(base.input, base.output)
```

```python
import keras


class ShowRate(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if hasattr(self.model.optimizer, "lr"):
            print(float(self.model.optimizer.lr))
        else:
            print(float(self.model.optimizer.learning_rate))
```

## Why

Measured on Keras 3.15.1 (FACTS L6, L7): AttributeError, for each row of the table. `metrics_names` is still there, and
has `["loss", "compile_metrics"]` whatever the metrics are, so that pairs with the results of `evaluate` have wrong
names; this is a warning. A Sequential has `inputs` and `outputs` once it is built, and no `input` and `output` before
it is called on a symbolic tensor (FACTS L11).

## Fix safety

Safe for other names of the same. There is no fix for `metrics_names`.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tdlint.api import (
    Applicability,
    Context,
    DatedRead,
    FixPlan,
    MemberChange,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Severity,
    UnknownShape,
)

from ._members import OF_LAYERS, changed, renaming, report


class RemovedAttribute(Rule):
    """Objects that are known."""

    code = "TDL820"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the name of the attribute."""
        for read, change, target in changed(program, context):
            if change.method or change.owner in OF_LAYERS:
                continue
            made = report(read, change, target, _fix(read, change))
            if change.owner == "Sequential":
                if _is_only_built(read, program):
                    yield replace(
                        made,
                        message=f"a Sequential of Keras 3 has no {change.old} before it is called",
                        fact=f"AttributeError: the layer has never been called and thus has no defined {change.old} "
                        "(FACTS L11)",
                    )
            elif change.effect == "raises":
                yield made
            elif _has_metrics(read, program):
                yield replace(
                    made,
                    message=f"{change.old} of Keras {target.major} does not name the metrics",
                    fact='it has ["loss", "compile_metrics"], whatever the metrics are (FACTS L7)',
                    severity=Severity.WARNING,
                )


def _fix(read: DatedRead, change: MemberChange) -> FixPlan | None:
    if change.owner == "Shape":
        return FixPlan("Say len", (ReplaceCode(read.at, ("len(", read.of, ")")),), Applicability.SAFE)
    return renaming(read, change)


def _is_only_built(read: DatedRead, program: Program) -> bool:
    """Whether a model has its input and is not called on another: then it would have the tensors of that call."""
    model = program.model(read.models[0]) if len(read.models) == 1 else None
    if model is None or model.key in program.parts or not model.input_shapes:
        return False
    return not isinstance(model.input_shapes[0], UnknownShape) and not model.doubts


def _has_metrics(read: DatedRead, program: Program) -> bool:
    """Whether the model is compiled with metrics: without any, there is only the loss to be named."""
    model = program.model(read.models[0]) if len(read.models) == 1 else None
    return model is not None and model.compile is not None and not model.compile.args.get("metrics").may_be(None)
