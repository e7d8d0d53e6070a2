"""One optimizer object trains two models.

## Bad

```python
import keras
from keras import layers

optimizer = keras.optimizers.Adam(2e-4)
first = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
first.compile(optimizer=optimizer, loss="mse")
second = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
second.compile(optimizer=optimizer, loss="mse")  # expect: TDL509
first.fit(x, y)
second.fit(x, y)
```

## Good

```python
import keras
from keras import layers

first = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
first.compile(optimizer=keras.optimizers.Adam(2e-4), loss="mse")
second = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
second.compile(optimizer=keras.optimizers.Adam(2e-4), loss="mse")
first.fit(x, y)
second.fit(x, y)
```

## Why

An optimizer keeps state for the weights that it first trains. Measured (FACTS E8): on the second model Keras 3.15.1
raises ValueError, `Unknown variable … This optimizer can only be called for the variables it was originally built
with`; Keras 2.15 KeyError. A second model whose weights are all in the first one works, and is not reported.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/optimizers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Instance, ModelGraph, Program, Report, Rule, Severity

TRAINING = frozenset({"keras.Model.fit", "keras.Model.train_on_batch", "keras.Model.fit_generator"})


class SharedOptimizer(Rule):
    """Keras 3; both models must be known, and both trained."""

    code = "TDL509"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the ``compile`` of the second model; the first one is related."""
        trained = {key: call.order for call in reversed(program.calls) if call.name in TRAINING for key in call.models}
        used: dict[int, CallSite] = {}
        for call in program.calls:
            optimizer = call.args.get("optimizer") if call.name == "keras.Model.compile" else None
            if not isinstance(optimizer, Instance) or not optimizer.key or len(call.models) != 1 or not call.certain:
                continue
            if context.version(optimizer.namespace) < (3, 0) or ".legacy." in optimizer.type:
                continue  # whether it raises depends on the release, and legacy optimizers do not
            first = used.setdefault(optimizer.key, call)
            one, other = first.models[0], call.models[0]
            if one == other or one not in trained or other not in trained:
                continue
            before, after = (one, other) if trained[one] < trained[other] else (other, one)
            if _has_weights_of_its_own(program.model(after), program.model(before)):
                yield Report(
                    call.place("optimizer"),
                    "the optimizer of another model trains this one too",
                    fact="Keras raises ValueError: Unknown variable, in the first step of the second model (FACTS E8)",
                    help="make an optimizer for each model",
                    related=((first.place("optimizer"), "it is compiled into this model first"),),
                )


def _has_weights_of_its_own(model: ModelGraph | None, other: ModelGraph | None) -> bool:
    """Whether a model certainly trains a weight that the other model does not have."""
    if model is None or other is None or other.doubts or other.unknown or model.doubts:
        return False
    return bool(_trained(model) - _layers(other))


def _trained(model: ModelGraph) -> set[int]:
    found = set()
    for node in model.nodes:
        if node.layer.trainable is not True:
            continue
        if node.inner is not None:
            found |= _trained(node.inner)
        elif any(weight.trainable for weight in model.weights.get(node.layer.key) or ()):
            found.add(node.layer.key)
    return found


def _layers(model: ModelGraph) -> set[int]:
    found = set()
    for node in model.nodes:
        found |= {node.layer.key} if node.inner is None else _layers(node.inner)
    return found
