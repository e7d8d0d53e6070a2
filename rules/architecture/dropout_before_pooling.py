"""Dropout before max pooling: in training another element is the largest.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Dropout(0.5),  # expect: TDL605
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(10),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Dropout(0.5),
    layers.Flatten(),
    layers.Dense(10),
])
```

## Why

Dropout scales what it keeps so that the mean stays; the largest of what it keeps has another mean. So what comes
after the pooling is larger in training than when the model predicts. Measured on Keras 3.15.1 (FACTS I5): with
`Dropout(0.5)` before windows of four the mean is 2.09 in training and 1.47 when it predicts; with the dropout after
it 1.47 and 1.47. Average pooling keeps the mean either way. This is advice, off by default; some do it on purpose, as
a random choice among the elements of a window.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f018

## References

- https://arxiv.org/abs/1512.00242
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, number

from ._chain import MAX_POOLINGS, kind, links


class DropoutBeforePooling(Rule):
    """Element-wise dropout; SpatialDropout drops whole channels, and the largest element stays the same."""

    code = "TDL605"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the dropout."""
        for link in links(model):
            if kind(link.first) != "Dropout" or kind(link.second) not in MAX_POOLINGS:
                continue
            rate = number(link.first.layer.args.get("rate"))
            if rate and link.first.layer.args.get("noise_shape").must_be(None):
                yield Report(
                    link.first.place,
                    f"{link.second.layer.short_type} takes the largest of what Dropout({rate:g}) has left and scaled",
                    fact="its mean is 2.09 in training and 1.47 when the model predicts, with Dropout(0.5) (FACTS I5)",
                    help="put the dropout after the pooling",
                    related=((link.second.place, "pooled here"),),
                )
