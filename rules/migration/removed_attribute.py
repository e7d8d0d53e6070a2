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

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
print(model.optimizer.learning_rate)
for name, value in model.evaluate(x, y, return_dict=True).items():
    print(name, value)
```

## Why

Measured on Keras 3.15.1 (FACTS L6, L7): AttributeError, for each row of the table. `metrics_names` is still there, and
has `["loss", "compile_metrics"]` whatever the metrics are, so that pairs with the results of `evaluate` have wrong
names; this is a warning.

## Fix safety

Safe for other names of the same. There is no fix for `metrics_names`.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tdlint.api import Context, DatedRead, Program, Report, Rule, Severity

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
            made = report(read, change, target, renaming(read, change))
            if change.effect == "raises":
                yield made
            elif _has_metrics(read, program):
                yield replace(
                    made,
                    message=f"{change.old} of Keras {target.major} does not name the metrics",
                    fact='it has ["loss", "compile_metrics"], whatever the metrics are (FACTS L7)',
                    severity=Severity.WARNING,
                )


def _has_metrics(read: DatedRead, program: Program) -> bool:
    """Whether the model is compiled with metrics: without any, there is only the loss to be named."""
    model = program.model(read.models[0]) if len(read.models) == 1 else None
    return model is not None and model.compile is not None and not model.compile.args.get("metrics").may_be(None)
