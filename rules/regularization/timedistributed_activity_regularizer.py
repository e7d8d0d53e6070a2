"""An activity regularizer declared inside `TimeDistributed` never acts in Keras 3.

`TimeDistributed` in Keras 3 runs the `call` of its inner layer directly. The penalty on a layer's output is added by
`__call__`, which is passed by: the regularizer is accepted, saved and shown, and adds nothing to the loss.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.TimeDistributed(layers.Conv1D(4, 3, activity_regularizer="l2")),  # expect: TDL202
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8, 2)),
    layers.TimeDistributed(layers.Conv1D(4, 3), activity_regularizer="l2"),
])
```

## Why

Measured: `TimeDistributed(Dense(3, activity_regularizer=L2(0.01)))` with outputs of 5, batch 8, 6 steps (FACTS B2):

| where it is declared | Keras 3.0.5 to 3.15.1 | Keras 2.15 |
|---|---|---|
| inner layer | **0.0**: never acts | 0.75, divided by batch and steps |
| the wrapper | 4.5, divided by the batch | acts |
| `TimeDistributed(ActivityRegularization(…))` | **0.0**: never acts | acts |
| a layer of a `Sequential` inside `TimeDistributed` | 4.5 | 1.5 |

On the wrapper, the penalty is a sum over all steps, so it grows with their number; six times Keras 2's value in this
case.

## Fix safety

There is no automatic fix: moving the argument to the wrapper makes a penalty act that never did, and its size grows
with the number of steps.

## References

- keras/src/layers/rnn/time_distributed.py, `step_function`
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerNode, LayerObject, ModelGraph, Report, Rule, Severity, layer_place

from ._penalties import see


class TimeDistributedActivityRegularizer(Rule):
    """Keras 3 only: in Keras 2 the regularizer acts."""

    code = "TDL202"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument of the inner layer."""
        for node in model.nodes:
            if context.version(node.layer.namespace) < (3, 0):
                continue
            inner = _inner_layer(node)
            if inner is None:
                continue
            if inner.short_type == "ActivityRegularization":
                yield _report(model, inner, None)
            elif inner.args.passes("activity_regularizer"):
                value = inner.args.get("activity_regularizer")
                if not value.may_be(None):
                    yield _report(model, inner, "activity_regularizer")


def _inner_layer(node: LayerNode) -> LayerObject | None:
    """What TimeDistributed wraps, if it is a plain Keras layer: models call their layers normally."""
    if node.type != "keras.layers.TimeDistributed":
        return None
    inner = node.args.get("layer")
    if isinstance(inner, LayerObject) and not inner.custom and inner.type.startswith("keras.layers."):
        return inner
    return None


def _report(model: ModelGraph, inner: LayerObject, argument: str | None) -> Report:
    return Report(
        layer_place(inner, argument),
        f"the activity regularizer of {inner.short_type} never acts inside TimeDistributed in Keras 3",
        fact="measured penalty 0.0 in Keras 3.0.5 to 3.15.1; the same argument on the wrapper gives 4.5 (FACTS B2)",
        help="pass activity_regularizer to TimeDistributed itself, or drop the wrapper; there it sums over all "
        "steps, so choose the coefficient anew" + see("lists what never acts", model),
    )
