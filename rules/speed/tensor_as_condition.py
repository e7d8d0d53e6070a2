"""A layer or training step of Keras 3 asks Python whether a tensor is true.

`if`, `while`, `assert` and `for` need the value of a tensor, which it does not have while a graph is made.

## Bad

```python
import keras
import tensorflow as tf

class Clip(keras.layers.Layer):
    def call(self, inputs):
        if tf.reduce_max(inputs) > 1.0:  # expect: TDL703
            inputs = inputs / 255.0
        return inputs

model = keras.Sequential([keras.Input((4,)), Clip(), keras.layers.Dense(1)])
```

## Good

```python
import keras
import tensorflow as tf

class Clip(keras.layers.Layer):
    def call(self, inputs, training=False):
        if training or inputs.shape[-1] == 3:
            inputs = inputs / 255.0
        return tf.where(tf.reduce_max(inputs) > 1.0, inputs / 255.0, inputs)

model = keras.Sequential([keras.Input((4,)), Clip(), keras.layers.Dense(1)])
```

## Why

Measured (FACTS F11):

| | Keras 3.15.1 | tf_keras 2 |
|---|---|---|
| `if`, `while` or `assert` of a tensor in `call` | OperatorNotAllowedInGraphError | `if` works: AutoGraph rewrites it |
| in `train_step` | OperatorNotAllowedInGraphError | the same |
| `for` over a tensor or `tf.range(…)` in `call` | OperatorNotAllowedInGraphError | may work |
| the same in a `call` under `@tf.function` | works | works |
| called eagerly | works | works |

It is an error where the program puts the layer into a model or fits the model, else a warning. A program that asks
for eager execution is not reported.

## References

- https://keras.io/api/ops/core/#cond-function
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ClassFacts, Context, Place, Program, Report, Rule, Severity

from ._graphs import runs_eagerly, severity_in


class TensorAsCondition(Rule):
    """Keras 3 only; conditions that are certainly tensors and certainly reached."""

    code = "TDL703"
    severity = Severity.ERROR

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the condition, or at what is iterated over."""
        if cls.kind not in ("layer", "model") or context.version(cls.namespace) < (3, 0) or runs_eagerly(program):
            return
        names = ("call", "train_step", "test_step") if cls.kind == "model" else ("call",)
        for method in cls.methods(*names):
            if method.decorators:
                continue
            for site, what in (
                *((site, "tests whether a tensor is true") for site in method.conditions),
                *((site, "iterates over a tensor") for site in method.iterations),
            ):
                yield Report(
                    Place(site),
                    f"{method.name} of {cls.name} {what}",
                    fact="Keras 3 raises OperatorNotAllowedInGraphError while a graph is made (FACTS F11)",
                    help="use tf.where, keras.ops.where or keras.ops.cond; for loops, a known number of rounds",
                    severity=severity_in(cls, program),
                )
