"""`hard_sigmoid` is another function in Keras 3 than it was.

For programs that show by something else that they were written for an older version, this is a warning; for others,
advice: weights that were trained with the older function predict something else.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((5, 8)),
    layers.LSTM(4, recurrent_activation="hard_sigmoid"),  # expect: TDL821
    layers.Dense(1),
])
model.compile("adam", "mse")
model.fit(x, y, nb_epoch=5)
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((5, 8)),
    layers.LSTM(4, recurrent_activation="sigmoid"),
    layers.Dense(1),
])
model.compile("adam", "mse")
model.fit(x, y, epochs=5)
```

```python
# keras-version: 2.15
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1), layers.Activation("hard_sigmoid")])
```

## Fixed

```python
import keras
from keras import layers


@keras.utils.register_keras_serializable()
def hard_sigmoid(x):
    # as it was in Keras 2
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


model = keras.Sequential([
    keras.Input((5, 8)),
    layers.LSTM(4, recurrent_activation=hard_sigmoid),
    layers.Dense(1),
])
model.compile("adam", "mse")
model.fit(x, y, nb_epoch=5)
```

## Why

Measured (FACTS L13): Keras 3.15.1 computes `relu6(x + 3) / 6`, tf_keras 2.21 `0.2 x + 0.5` within 0 and 1. At 1 that
is 0.667 and 0.7, at 2.75 it is 0.958 and 1. A ConvLSTM2D with the same weights differs by 0.04.

## Fix safety

Unsafe: the program computes again what it did in Keras 2, with a function of its own. There is a fix for programs that
are older than Keras 3 only.

## References

- https://keras.io/api/layers/activations/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    FixPlan,
    LayerObject,
    Place,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Severity,
    Site,
)

from ._hard_sigmoid import NAME, defined, written_for

ARGUMENTS = ("activation", "recurrent_activation")


class ChangedHardSigmoid(Rule):
    """Layers of models that are given the text."""

    code = "TDL821"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the argument."""
        age = written_for(program)
        older = age is not None and age <= (3, 0)
        seen: set[Site] = set()
        for layer in _layers(program):
            for argument in ARGUMENTS:
                site = layer.args.site(argument)
                if site is None or site in seen or not layer.args.get(argument).must_be(NAME):
                    continue
                if context.version(layer.namespace) < (3, 0):
                    continue
                seen.add(site)
                yield Report(
                    Place(site),
                    f"the {NAME} of {layer.short_type} is relu6(x + 3) / 6 in Keras 3: it was 0.2 x + 0.5 from 0 to 1",
                    fact="at 1 it is 0.667, and was 0.7; Keras says nothing of it (FACTS L13)",
                    help="train anew, or pass a function that computes what it was",
                    severity=Severity.WARNING if older else Severity.ADVICE,
                    fix=_fix(site, program) if older else None,
                )


def _layers(program: Program) -> Iterator[LayerObject]:
    for model in program.models:
        for layer in model.layers():
            inner = layer.args.get("layer")
            yield inner if isinstance(inner, LayerObject) else layer


def _fix(site: Site, program: Program) -> FixPlan | None:
    made = defined(site, program)
    if made is None or program.text(site)[:1] not in "\"'":
        return None
    return FixPlan("Keep the function of Keras 2", (made, ReplaceCode(site, (NAME,))), Applicability.UNSAFE)
