"""A weight penalty starts out large against the data loss.

The coefficient alone says nothing: 0.01 is weak on eight weights and overwhelming on a million. This rule computes
the penalty that is expected when the model is fresh, from the number of weights, their initializer and the
coefficients, and compares it with the data loss that a fresh model starts from: ln C for C classes, about 1 for
regression on standardized targets. On layers that work on sequences it reports from a tenth of the data loss, on
others from the data loss itself. Where no layer reaches that, it reports penalties that are ten times the data loss
together.

## Bad

```python
import keras
from keras import layers, regularizers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(
        64,
        kernel_regularizer=regularizers.L1L2(0.01, 0.01),
        recurrent_regularizer=regularizers.L1L2(0.01, 0.01),  # expect: TDL201
    ),
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse")
```

```python
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense
from tensorflow.keras.regularizers import l1

inputs = Input((784,))
hidden = Dense(512, activation="relu", kernel_regularizer=l1(0.01))(inputs)  # expect: TDL201
model = Model(inputs, Dense(10, activation="softmax")(hidden))
model.compile(loss="sparse_categorical_crossentropy")
```

## Good

```python
import keras
from keras import layers, regularizers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(64, kernel_regularizer=regularizers.L2(1e-4)),
    layers.Dense(1, kernel_regularizer=regularizers.L1L2(0.01, 0.01)),
])
model.compile(optimizer="adam", loss="mse")
```

## Why

Measured with Adam on `LSTM(64)` and `Dense(1)`, targets standardized (FACTS C12). P is the penalty at the start, D
the data loss:

| P / D | what happens |
|---|---|
| below 1 | harmless in most cases; the reported loss contains the penalty, the metrics do not |
| 1 to 10 | the reported loss is mostly penalty; the fit suffers little (R² 0.96 to 0.98 at 10) |
| 10 to 100 | weights go sparse; the model collapses if the signal is weak (R² 0 where at most 0.1 can be reached) |
| from 100 | collapse to a constant (3 of 3 seeds at 106; R² 0) |

A penalty larger than the data loss does not by itself make a useless model: it shrinks as the weights do.

**Many timesteps do not make a weight penalty larger.** It is a sum over weights, and a layer has the same weights at
every step: under `TimeDistributed` a kernel penalty counts once, measured equal at 6 and at 100 steps (FACTS B1,
C12). What does grow with time are activity penalties, and layers that are made once per timestep (TDL203).

The expected penalty is exact in the mean: l1 Σ E|w| + l2 Σ E[w²] with the closed forms of every Keras initializer,
within 0.4 % of a Monte Carlo over real Keras (FACTS C13).

## Fix safety

There is no automatic fix. The help names the factor that brings the penalty to a tenth of the data loss.

## References

- https://keras.io/api/layers/regularizers/
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.api import (
    Context,
    DataLoss,
    LayerNode,
    LayerObject,
    ModelGraph,
    Report,
    Rule,
    Severity,
    UnknownShape,
    WeightSpec,
    data_loss_at_start,
    expected_penalty,
    head_loss_at_start,
    layer_place,
)

from ._penalties import see

ON_SEQUENCES = 0.1
ELSEWHERE = 1.0
SPARSE = 10.0
COLLAPSE = 100.0
RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "TimeDistributed"})


@dataclass(frozen=True)
class LayerPenalty:
    """The expected penalty of a layer; ``at_least`` if some regularized weight could not be computed."""

    value: float
    at_least: bool
    largest: WeightSpec


class StrongRegularization(Rule):
    """Needs known coefficients, known sizes, and a known loss or head."""

    code = "TDL201"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument that costs most, once for each layer."""
        loss = data_loss_at_start(model) or head_loss_at_start(model)
        if loss is None or loss.value <= 0:
            return
        seen = set()
        weak: list[tuple[LayerNode, LayerPenalty]] = []
        for node in model.nodes:
            if node.layer.key in seen or node.inner is not None or node.within is not None:
                continue
            seen.add(node.layer.key)
            for layer, weights in _by_layer(node.layer, model.weights.get(node.layer.key) or ()):
                found = _penalty(layer, weights, context)
                if found is None:
                    continue
                ratio = found.value / loss.value
                if ratio >= (ON_SEQUENCES if _on_sequences(node, layer) else ELSEWHERE):
                    yield _report(model, node, found, loss, ratio)
                else:
                    weak.append((node, found))
        total = sum(found.value for _, found in weak)
        if total / loss.value >= SPARSE:
            yield _together(model, weak, total, loss)


def _by_layer(
    layer: LayerObject, weights: tuple[WeightSpec, ...]
) -> Iterator[tuple[LayerObject, tuple[WeightSpec, ...]]]:
    """A layer with its weights; a user's own layer is taken for the layers that it holds, each by itself."""
    if not layer.custom:
        yield layer, weights
        return
    for key in dict.fromkeys(weight.layer.key for weight in weights):
        held = tuple(weight for weight in weights if weight.layer.key == key)
        yield held[0].layer, held


def _penalty(layer: LayerObject, weights: tuple[WeightSpec, ...], context: Context) -> LayerPenalty | None:
    """None if nothing certain and active is on the layer; a frozen layer has no penalty in Keras 3 (FACTS C7)."""
    keras = context.version(layer.namespace)
    if not weights or (layer.trainable is not True and keras >= (3, 1)):
        return None
    total, at_least = 0.0, False
    largest: tuple[float, WeightSpec] | None = None
    for weight in weights:
        if weight.regularizer.must_be(None) or not weight.trainable:
            continue
        expected = expected_penalty(weight, keras)
        if expected is None:
            at_least = True
            continue
        total += expected
        if expected > 0 and (largest is None or expected > largest[0]):
            largest = (expected, weight)
    return None if largest is None else LayerPenalty(total, at_least, largest[1])


def _on_sequences(node: LayerNode, layer: LayerObject) -> bool:
    if layer.short_type in RECURRENT or layer.short_type.startswith("ConvLSTM"):
        return True
    if node.layer.custom:
        return False  # what the layers in it are called on is not told
    shape = node.inputs[0] if node.inputs else UnknownShape()
    return not isinstance(shape, UnknownShape) and len(shape) == 3


def _report(model: ModelGraph, node: LayerNode, found: LayerPenalty, loss: DataLoss, ratio: float) -> Report:
    weight = found.largest
    layer = weight.layer
    about = "at least about" if found.at_least else "about"
    share = f"{ratio:.0%} of" if ratio < 1 else f"{ratio:,.3g} times"
    return Report(
        layer_place(layer, weight.regularizer_arg),
        f"the weight penalty of {layer.short_type} starts at {about} {found.value:,.3g}, {share} the data loss of "
        f"about {loss.value:.3g} ({loss.why})",
        fact=_measured(node, ratio),
        help=f"divide the coefficients by {_factor(ratio)} for a penalty of a tenth of the data loss"
        + see("accounts for every weight", model),
    )


def _together(model: ModelGraph, weak: list[tuple[LayerNode, LayerPenalty]], total: float, loss: DataLoss) -> Report:
    """Layers of which none is strongly regularized, and all together are."""
    node, found = max(weak, key=lambda pair: pair[1].value)
    ratio = total / loss.value
    return Report(
        layer_place(found.largest.layer, found.largest.regularizer_arg),
        f"the weight penalties of {len(weak)} layers start at about {total:,.3g} together, {ratio:,.3g} "
        f"times the data loss of about {loss.value:.3g} ({loss.why})",
        fact=_measured(node, ratio),
        help=f"divide the coefficients by {_factor(ratio)} for a penalty of a tenth of the data loss"
        + see("accounts for every weight", model),
    )


def _measured(node: LayerNode, ratio: float) -> str:
    parts = []
    if ratio >= COLLAPSE:
        parts.append("from 100 times the data loss, models collapsed to a constant (R² 0 in 3 of 3 runs, FACTS C12)")
    elif ratio >= SPARSE:
        parts.append(
            "from 10 times the data loss, weights go sparse, and the model collapses if the signal is weak (FACTS C12)"
        )
    if node.layer.short_type == "TimeDistributed":
        parts.append("the weights are shared, so the penalty counts once whatever the number of timesteps (FACTS B1)")
    if not parts:
        parts.append("the loss that Keras reports contains the penalty, its metrics do not (FACTS C4d)")
    return "; ".join(parts)


def _factor(ratio: float) -> str:
    """A round number that brings the ratio to a tenth or below."""
    wanted = ratio * 10
    magnitude = 10 ** math.floor(math.log10(wanted))
    for step in (1, 2, 5, 10):
        if step * magnitude >= wanted * 0.999:
            return f"{step * magnitude:,.0f}"
    return f"{10 * magnitude:,.0f}"
