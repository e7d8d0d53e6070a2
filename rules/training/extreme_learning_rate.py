"""A learning rate that can't train: negative, or far out of any range.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=-0.001), loss="mse")  # expect: TDL514
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(100.0), loss="mse")  # expect: TDL514
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse")
model.compile(optimizer=keras.optimizers.Adam(1e-7), loss="mse")
model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
model.compile(optimizer=keras.optimizers.Adadelta(1.0), loss="mse")
```

## Why

Measured (FACTS E7, E12): Keras accepts negative numbers without a word, and then climbs the loss. With Adam on a
small regression, rates from 0.001 to 1.0 all learned (0.01 and 0.1 best), so a rate of 0.1 is not reported; from 10
on every weight moves by 10 in each step.

## Fix safety

There is no automatic fix.

## Also checked by

- UMLAUT check_learning_rate_range
- DeepDiagnosis loss-not-decreasing
- DeepFD lr

## References

- https://keras.io/api/optimizers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Instance, ModelGraph, Place, Program, Report, Rule, Severity, number

LARGEST = 10.0


class ExtremeLearningRate(Rule):
    """The optimizer of a ``compile``, its rate a known number."""

    code = "TDL514"
    severity = Severity.WARNING

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the learning rate."""
        if call.name == "keras.Model.compile":
            yield from _compiled(call)

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """The same for a model file or a live model."""
        if model.origin != "source" and model.compile is not None:
            yield from _compiled(model.compile)


def _compiled(call: CallSite) -> Iterator[Report]:
    optimizer = call.args.get("optimizer")
    if not isinstance(optimizer, Instance) or not optimizer.type.startswith("keras.optimizers."):
        return
    name = "learning_rate" if optimizer.args.passes("learning_rate") else "lr"
    rate = number(optimizer.args.get(name)) if optimizer.args.passes(name) else None
    problem = _problem(rate) if rate is not None else None
    if problem is not None:
        short = optimizer.type.rpartition(".")[2]
        yield Report(
            Place(optimizer.args.site(name) or optimizer.site),
            f"{short} with a learning rate of {rate:g} {problem}",
            fact="Keras accepts any number without a word (FACTS E7)",
            help="try 0.001 with Adam, 0.01 with SGD",
        )


def _problem(rate: float) -> str | None:
    if rate < 0:
        return "climbs the loss"
    return "moves weights by far more than their size" if rate >= LARGEST else None
