"""A stateful recurrent layer is trained on shuffled batches.

With `stateful=True` the last states of a batch are the first of the next one: the samples of consecutive batches must
continue each other. `fit` shuffles them unless it is told not to.

## Bad

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(320, 10, 4), np.random.rand(320, 1)
model = keras.Sequential([keras.Input(batch_shape=(32, 10, 4)), layers.LSTM(8, stateful=True), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, batch_size=32, epochs=5)  # expect: TDL105
```

## Good

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(320, 10, 4), np.random.rand(320, 1)
model = keras.Sequential([keras.Input(batch_shape=(32, 10, 4)), layers.LSTM(8, stateful=True), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, batch_size=32, epochs=5, shuffle=False)
```

## Fixed

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(320, 10, 4), np.random.rand(320, 1)
model = keras.Sequential([keras.Input(batch_shape=(32, 10, 4)), layers.LSTM(8, stateful=True), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, batch_size=32, epochs=5, shuffle=False)
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS E9d): neither says a word. States then go from one sample to another that
has nothing to do with it. Datasets and generators are not shuffled by `fit`, so they are not reported; nor is
`batch_size` equal to the number of samples, where there is one batch an epoch.

## Fix safety

The fix adds `shuffle=False`. It is unsafe: the order of training changes.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    AddArgument,
    Applicability,
    ArrayValue,
    CallSite,
    Context,
    FixPlan,
    LayerObject,
    ModelGraph,
    Program,
    Report,
    Rule,
    Severity,
    UnknownShape,
    integer,
    layer_place,
)


class ShuffledStateful(Rule):
    """Labels given apart from the data prove that both are arrays, which are shuffled."""

    code = "TDL105"
    severity = Severity.WARNING

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``fit``; the stateful layer is related."""
        if call.name != "keras.Model.fit" or len(call.models) != 1 or not call.args.complete:
            return
        model = program.model(call.models[0])
        layer = _stateful(model) if model is not None else None
        if layer is None or not call.args.passes("y") or call.args.get("y").may_be(None):
            return
        if not call.args.get("shuffle").must_be(True) or _one_batch(call):
            return
        fix = None
        if call.site is not None and not call.args.passes("shuffle"):
            fix = FixPlan("Add shuffle=False", (AddArgument(call.site, "shuffle=False"),), Applicability.UNSAFE)
        yield Report(
            call.place("shuffle"),
            f"fit shuffles the samples, and {layer.short_type} hands its states from each batch to the next",
            fact="Keras says nothing: states go on into samples that do not continue them (FACTS E9d)",
            help="pass shuffle=False",
            related=((layer_place(layer, "stateful"), f"{layer.short_type} is stateful"),),
            fix=fix,
        )


def _stateful(model: ModelGraph) -> LayerObject | None:
    for layer in model.layers():
        if layer.type.startswith("keras.layers.") and layer.args.get("stateful").must_be(True):
            return layer
    return None


def _one_batch(call: CallSite) -> bool:
    """Whether all samples are, or may be, one batch."""
    data, given = call.args.get("x"), call.args.get("batch_size")
    size = 32 if given.must_be(None) else integer(given)
    if size is None:
        return True
    if not isinstance(data, ArrayValue) or isinstance(data.shape, UnknownShape) or not data.shape:
        return False
    samples = data.shape[0]
    return isinstance(samples, int) and size >= samples
