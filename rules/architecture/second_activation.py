"""An activation is applied to the result of another one.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.ReLU(),  # expect: TDL613
    layers.Dense(16, activation="sigmoid"),
    layers.LeakyReLU(),  # expect: TDL613
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(16),
    layers.LeakyReLU(),
    layers.Dense(1),
])
```

## Why

relu of what is never negative changes nothing: `relu(relu(x))` is `relu(x)`, and after sigmoid or softmax it is idle
as well. Of two other activations in a row the first was probably left from before. Where the second is the output of
the model and both give probabilities, TDL405 reports it as a warning. This is advice, off by default.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f003

## References

- https://keras.io/api/layers/activations/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, layer_activation, layer_place

from ._chain import CONVOLUTIONS, SEPARABLE, TRANSPOSED, computing, kind, links

ACTIVATED = CONVOLUTIONS | SEPARABLE | TRANSPOSED | {"Dense"}
ACTIVATIONS = frozenset({"Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"})
NOT_NEGATIVE = frozenset({"exponential", "relu", "relu6", "sigmoid", "softmax", "softplus"})
UNCHANGED = frozenset({"elu", "leaky_relu", "leakyrelu", "prelu", "relu"})
"""Activations that return what is not negative as it is."""

PROBABILITIES = frozenset({"sigmoid", "softmax"})


class SecondActivation(Rule):
    """A layer that is an activation, right after a layer that has one."""

    code = "TDL613"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the second one."""
        for link in links(model):
            if kind(link.first) not in ACTIVATED | ACTIVATIONS or kind(link.second) not in ACTIVATIONS:
                continue
            before, now = layer_activation(computing(link.first.layer)), layer_activation(computing(link.second.layer))
            if before in (None, "linear") or now in (None, "linear") or {before, now} <= PROBABILITIES:
                continue
            idle = before in NOT_NEGATIVE and now in UNCHANGED
            yield Report(
                layer_place(link.second.layer, "activation"),
                f"{now} after {before} changes nothing" if idle else f"{now} is applied to the result of {before}",
                help="leave out one of the two",
                related=((layer_place(link.first.layer, "activation"), f"this is the {before} before"),),
            )
