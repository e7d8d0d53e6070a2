"""A model with several inputs or outputs gets another number of arrays, or labels come beside a data set.

## Bad

```python
import numpy as np
import keras
from keras import layers

text, numbers = keras.Input((100,), name="text"), keras.Input((8,), name="numbers")
model = keras.Model([text, numbers], layers.Dense(1)(layers.Concatenate()([text, numbers])))
model.compile(loss="mse")
model.fit(np.zeros((50, 100)), np.zeros(50))  # expect: TDL314
model.fit({"text": np.zeros((50, 100)), "number": np.zeros((50, 8))}, np.zeros(50))  # expect: TDL314
```

```python
import numpy as np
import tensorflow as tf
import keras

x, y = np.zeros((50, 4)), np.zeros(50)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(8), y)  # expect: TDL314
```

## Good

```python
import numpy as np
import tensorflow as tf
import keras
from keras import layers

text, numbers = keras.Input((100,), name="text"), keras.Input((8,), name="numbers")
model = keras.Model([text, numbers], layers.Dense(1)(layers.Concatenate()([text, numbers])))
model.compile(loss="mse")
x, y = {"text": np.zeros((50, 100)), "numbers": np.zeros((50, 8))}, np.zeros(50)
model.fit(list(x.values()), y)
model.fit(x, y)
model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(8))
```

## Why

Measured on Keras 3.15.1 (FACTS E6s, E6t, E6b): ValueError, `Layer "functional" expects 2 named input(s) with keys
['text', 'numbers'], but it received 1 input tensors`, `Missing data for input "numbers"`, `y_true and y_pred have
different structures`, and `When providing x as a tf.data.Dataset, y should not be passed`. tf_keras 2.21 raises, too,
but gives one array of labels to all outputs. Names in a dict that no input has are ignored.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    CallSite,
    Context,
    DatasetValue,
    GivenData,
    Mapping,
    ModelGraph,
    Program,
    Report,
    Rule,
    Sequence,
    Severity,
    Value,
    arrays_of,
    data_given,
    input_names,
    text,
)

from .._helpers import is_refused, version_of


class DataStructureMismatch(Rule):
    """Lists of arrays and dicts whose items are all known; a list of numbers is one array and not counted."""

    code = "TDL314"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the data or the labels that are too many or too few."""
        given = data_given(call)
        yield from _labels_beside(call)
        model = program.model(call.models[0]) if len(call.models) == 1 else None
        if model is None or model.kind == "subclass" or model.doubts or is_refused(model, context):
            return
        major = version_of(model, context).major
        for data in given:
            yield from _inputs(model, data)
            if major >= 3 and call.compiled is not None:
                yield from _outputs(model, data, call.compiled)


def _labels_beside(call: CallSite) -> Iterator[Report]:
    """``y`` where the data come from something that yields their labels."""
    data = call.args.get("x") if call.args.passes("x") else None
    if not isinstance(data, DatasetValue) or not call.args.passes("y") or call.args.get("y").may_be(None):
        return
    source = "a tf.data.Dataset" if data.kind == "tf.data" else "a generator"
    yield Report(
        call.place("y"),
        f"the data are {source}, and labels are given beside it",
        fact="Keras raises ValueError: y should not be passed (FACTS E6b)",
        help="put the labels into the data set, as (data, labels)",
    )


def _inputs(model: ModelGraph, data: GivenData) -> Iterator[Report]:
    names = input_names(model)
    missing = _missing(data.x, names)
    if missing:
        yield Report(
            data.x_place,
            f"the data have no key {missing[0]!r}, which is an input of the model",
            fact="Keras raises ValueError: Missing data for input (FACTS E6s)",
            help=f"the keys are the names of the inputs: {', '.join(map(repr, names))}",
        )
    if None in model.input_layers:
        return  # Keras 2 makes inputs of variables, too, which take no data
    found = arrays_of(data.x)
    # a Sequential takes the first of several
    if found is not None and len(found) != len(names) and (len(names) > 1 or model.kind == "functional"):
        yield Report(
            data.x_place,
            f"the model has {_count(len(names), 'input')} and gets {_count(len(found), 'array')}",
            fact="Keras raises ValueError: the layer expects another number of inputs (FACTS E6s)",
            help="give one array for each input, in a list or by name",
        )


def _missing(value: Value, names: tuple[str | None, ...]) -> list[str]:
    """The inputs that a dict has no key for."""
    if not isinstance(value, Mapping) or value.rest is not None:
        return []
    keys = [text(key) for key, _ in value.items]
    return [] if None in keys else [name for name in names if name is not None and name not in keys]


def _outputs(model: ModelGraph, data: GivenData, compiled: CallSite) -> Iterator[Report]:
    found = arrays_of(data.y)
    losses = compiled.args.get("loss")
    count = len(model.output_edges)
    if found is None or len(found) == count or losses.may_be(None) or model.output_keys is not None:
        return
    if isinstance(losses, Sequence):  # what has no loss needs no labels
        all_have_one = losses.complete and not any(loss.may_be(None) for loss in losses.items)
        if len(losses.items) == len(found) or (len(found) < count and not all_have_one):
            return
    yield Report(
        data.y_place,
        f"the model has {_count(count, 'output')} and gets {_count(len(found), 'array')} of labels",
        fact="Keras raises ValueError: y_true and y_pred have different structures (FACTS E6t)",
        help="give one array of labels for each output, in a list or by name",
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
