"""The place of the largest of one output is always 0.

A model with one output gives one probability for each sample: the class is whether it is above 0.5.

## Bad

```python
import numpy as np
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy")
classes = np.argmax(model.predict(np.random.rand(5, 8)), axis=1)  # expect: TDL420
```

## Good

```python
import numpy as np
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy")
classes = model.predict(np.random.rand(5, 8)) > 0.5

several = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
best = np.argmax(several.predict(np.random.rand(5, 8)), axis=1)
```

## Why

`argmax` along an axis of size 1 can give nothing but 0 (FACTS D16): every sample is of class 0, whatever the model has
learned, and a confusion matrix has one column.

## Fix safety

There is no automatic fix.

## References

- https://numpy.org/doc/stable/reference/generated/numpy.argmax.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    ArrayValue,
    CallSite,
    Context,
    Program,
    Report,
    Rule,
    Severity,
    UnknownShape,
    format_shape,
    integer,
)


class ArgmaxOfOneUnit(Rule):
    """Of any array: nothing else can come out. A path for several units is not taken with one."""

    code = "TDL420"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call."""
        if call.name != "numpy.argmax" or not call.certain:
            return
        values, axis = call.args.get("a"), integer(call.args.get("axis"))
        shape = values.shape if isinstance(values, ArrayValue) else UnknownShape()
        if isinstance(shape, UnknownShape) or (axis is not None and not -len(shape) <= axis < len(shape)):
            return
        along = shape if axis is None else (shape[axis],)
        if along and all(size == 1 for size in along):
            of = "" if axis is None else f"along axis {axis} "
            yield Report(
                call.place(),
                f"argmax {of}of {format_shape(shape)}, which has size 1, is always 0",
                fact="every sample is of class 0, whatever the model has learned (FACTS D16)",
                help="for one unit with sigmoid: predictions > 0.5",
            )
