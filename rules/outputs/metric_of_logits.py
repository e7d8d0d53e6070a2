"""A metric that reads probabilities is given raw outputs.

Where the loss has `from_logits=True` the model gives raw outputs, and metrics get the same. A threshold of 0.5 on them
is a probability of 0.62; AUC looks only at values between 0 and 1.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=["accuracy", keras.metrics.AUC()],  # expect: TDL413
)
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0), keras.metrics.AUC(from_logits=True)],
)

classes = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
classes.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
```

## Why

Measured on Keras 3.15.1 (FACTS D3h), 3 epochs; Keras 2.15 gives the same within 0.02:

| metric | on raw outputs | right |
|---|---|---|
| accuracy, BinaryAccuracy | 0.595 | 0.74 with `threshold=0` |
| Recall | 0.12 | |
| AUC | 0.72 | 0.86 with `from_logits=True` |
| BinaryCrossentropy, `"binary_crossentropy"` | 3.85 | 0.57, the loss |
| `"sparse_categorical_crossentropy"`, three classes | 0.24 | 0.12, the loss |

Accuracy of several classes takes the largest output and is right.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/metrics/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Arguments, Context, Head, Instance, Report, Severity, Value, metric_class

from ._compiled import BINARY, CROSSENTROPIES, Compiled, HeadRule

THRESHOLD = {"BinaryAccuracy": "threshold", "BinaryIoU": "threshold"} | dict.fromkeys(
    ("FalseNegatives", "FalsePositives", "Precision", "Recall", "TrueNegatives", "TruePositives"), "thresholds"
)
FROM_LOGITS = frozenset({"AUC", "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"})


class MetricOfLogits(HeadRule):
    """Heads without activation whose loss reads raw outputs."""

    code = "TDL413"
    severity = Severity.WARNING

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at ``metrics``."""
        for head in compiled.heads:
            if head.activation != "linear" or head.from_logits is not True or head.loss_class not in CROSSENTROPIES:
                continue
            wrong = [(metric_class(metric), _needs(head, metric)) for metric in head.metrics or ()]
            named = list(dict.fromkeys(pair for pair in wrong if pair[1] is not None))
            if named:
                names = ", ".join(str(name) for name, _ in named)
                verb = "reads" if len(named) == 1 else "read"
                yield Report(
                    compiled.call.place("metrics"),
                    f"{names} {verb} probabilities, and the output is raw, as the loss has from_logits=True",
                    fact="accuracy 0.595 in place of 0.74, recall 0.12, AUC 0.72 in place of 0.86 (FACTS D3h)",
                    help=", ".join(str(need) for _, need in named),
                )


def _needs(head: Head, metric: Value) -> str | None:
    """How the metric would be right; None if it is, or is not known."""
    name = metric_class(metric)
    args = metric.args if isinstance(metric, Instance) else Arguments()
    if name is None or not args.complete:
        return None
    if name == "accuracy":
        return "BinaryAccuracy(threshold=0)" if head.units == 1 else None
    if name in FROM_LOGITS and not args.passes("from_logits"):
        return f"{name}(from_logits=True)"
    argument = THRESHOLD.get(name)
    fits = name == "Precision" or name == "Recall" or head.loss_class in BINARY
    if argument is not None and fits and not args.passes(argument) and not args.passes("top_k"):
        return f"{name}({argument}=0)"
    return None
