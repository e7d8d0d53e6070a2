"""`class_weight` is not a dict from the numbers of the classes to weights, or lacks a class.

## Bad

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(300, 8), np.random.randint(0, 3, size=300)
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x, y, class_weight="balanced")  # expect: TDL419
model.fit(x, y, class_weight=[1.0, 2.0, 2.0])  # expect: TDL419
model.fit(x, y, class_weight={"0": 1.0, "1": 2.0, "2": 2.0})  # expect: TDL419
```

```python
import numpy as np
import keras
from keras import layers
from sklearn.utils.class_weight import compute_class_weight

x, y = np.random.rand(300, 8), np.random.randint(0, 2, size=300)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy")
weights = compute_class_weight("balanced", classes=np.unique(y), y=y)
model.fit(x, y, class_weight=weights)  # expect: TDL419
```

## Good

```python
import numpy as np
import keras
from keras import layers
from sklearn.utils.class_weight import compute_class_weight

x, y = np.random.rand(300, 8), np.random.randint(0, 2, size=300)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy")
weights = compute_class_weight("balanced", classes=np.unique(y), y=y)
model.fit(x, y, class_weight=dict(enumerate(weights)))
model.fit(x, y, class_weight={0: 1.0, 1: 2.5})
```

## Why

Measured (FACTS D14, D14b):

| | Keras 3.15.1 | Keras 2.15 |
|---|---|---|
| `"balanced"`, a list, an array | AttributeError: 'str' object has no attribute 'get' | AttributeError |
| a class without a weight | **its weight is 1, without a word** | InvalidArgumentError |
| keys that are text | **all weights are 1, without a word** | ValueError |

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_training_apis/#fit-method
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    ArrayValue,
    CallSite,
    Context,
    Mapping,
    Program,
    Report,
    Rule,
    Sequence,
    Severity,
    Value,
    heads,
    integer,
    labels_given,
    text,
)

METHODS = ("keras.Model.fit", "keras.Model.fit_generator", "keras.Model.train_on_batch")


class InvalidClassWeight(Rule):
    """Values that are seen; a dict made by code that is not followed may be anything."""

    code = "TDL419"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``class_weight``."""
        if call.name not in METHODS or not call.args.passes("class_weight"):
            return
        value = call.args.get("class_weight")
        what = _no_dict(value)
        if what is not None:
            yield Report(
                call.place("class_weight"),
                f"class_weight is {what} and not a dict from numbers of classes to weights",
                fact="Keras raises AttributeError: it has no attribute 'get' (Keras 2: 'keys'; FACTS D14b)",
                help="class_weight=dict(enumerate(weights)), with the weights of scikit-learn's compute_class_weight "
                "for balanced classes",
            )
        elif isinstance(value, Mapping) and value.rest is None and value.items:
            yield from _keys(call, value, program, context)


def _no_dict(value: Value) -> str | None:
    """What a value is that is certainly no dict."""
    if text(value) is not None:
        return repr(text(value))
    if isinstance(value, Sequence):
        return f"a {value.kind}"
    return "an array" if isinstance(value, ArrayValue) else None


def _keys(call: CallSite, value: Mapping, program: Program, context: Context) -> Iterator[Report]:
    names = [text(key) for key, _ in value.items]
    if all(name is not None for name in names):
        yield Report(
            call.place("class_weight"),
            f"the classes of class_weight are texts such as {names[0]!r}, and labels are numbers",
            fact="Keras 3 finds none of them: all weights are 1, without a word; Keras 2 raises ValueError (FACTS D14)",
            help="numbers from 0 as keys",
            severity=Severity.WARNING if context.keras >= (3, 0) else Severity.ERROR,
        )
        return
    numbers = {integer(key) for key, _ in value.items}
    model = program.model(call.models[0]) if len(call.models) == 1 else None
    given = list(labels_given(call, heads(model))) if model is not None else []
    classes = given[0].labels.classes if given and len({one.head.index for one in given}) == 1 else None
    missing = sorted(set(range(classes or 0)) - {number for number in numbers if number is not None})
    if None not in numbers and missing and classes is not None:
        yield Report(
            call.place("class_weight"),
            f"class_weight has no weight for {_listing(missing)} of {classes} classes",
            fact="Keras 3 takes 1 for it, without a word; Keras 2 raises InvalidArgumentError (FACTS D14)",
            help="give every class a weight",
            severity=Severity.WARNING if context.keras >= (3, 0) else Severity.ERROR,
        )


def _listing(missing: list[int]) -> str:
    shown = ", ".join(map(str, missing[:3]))
    return f"{shown} and {len(missing) - 3} more" if len(missing) > 3 else shown
