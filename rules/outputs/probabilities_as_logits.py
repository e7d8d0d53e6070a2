"""A crossentropy that reads raw outputs is given probabilities.

With `from_logits=True` the loss applies softmax or sigmoid itself. Where the model has done it before, on TensorFlow
Keras looks through the activation and nothing happens but a warning; elsewhere it is applied twice.

## Bad

```python
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))  # expect: TDL404
```

```python
import keras
from keras import layers

steps = keras.Input((12, 8))
tagged = layers.TimeDistributed(layers.Dense(3, activation="softmax"))(layers.GRU(8, return_sequences=True)(steps))
tagger = keras.Model(steps, tagged)
tagger.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))  # expect: TDL404
```

## Good

```python
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D3f, D3g, D11), three separable classes, 40 epochs:

| | loss at the end |
|---|---|
| right head | 0.055 |
| softmax and `from_logits=True` on TensorFlow | 0.055, and a UserWarning |
| the same on JAX or PyTorch | 0.578, no warning |
| the same behind TimeDistributed, Reshape or Lambda, or in mixed_float16 | 0.577, no warning |

With sigmoid and one unit the loss can't fall below 0.51. On TensorFlow, where Keras recovers the raw outputs, the
report is advice.

## Fix safety

There is no automatic fix: either the activation or `from_logits=True` goes, and what reads the predictions decides.

## Also checked by

- NeuraLint f015
- UMLAUT check_no_activation_last_layer
- DeepFD act
- DeepFD loss

## References

- keras/src/backend/tensorflow/nn.py, `_get_logits`
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Head, Passed, Report, Severity, text

from ._compiled import BINARY, CROSSENTROPIES, Compiled, HeadRule

POLICIES = (
    "keras.config.set_dtype_policy",
    "keras.mixed_precision.set_dtype_policy",
    "keras.mixed_precision.set_global_policy",
)


class ProbabilitiesAsLogits(HeadRule):
    """Advice where Keras recovers the raw outputs."""

    code = "TDL404"
    severity = Severity.WARNING

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the loss."""
        for head in compiled.heads:
            last = head.activated
            if head.loss_class not in CROSSENTROPIES or head.from_logits is not True or last is None:
                continue
            if head.activation == "sigmoid" or (head.activation == "softmax" and head.units != 1):
                yield _report(compiled, head, last, _why_twice(compiled, head, last, context))


def _why_twice(compiled: Compiled, head: Head, last: Passed, context: Context) -> str | None:
    """Why Keras can't look through the activation; None where it can."""
    if context.backend in ("jax", "torch"):
        return f"on {context.backend} it is applied twice"
    if last.inner is not None:
        return "behind TimeDistributed it is applied twice"
    if compiled.version(context) >= (3, 0) and _half_precision(compiled, head):
        return "of an output in float16 it is applied twice"
    moved = [passed for passed in head.trail[: head.trail.index(last)] if passed.type in ("Reshape", "Permute")]
    return f"behind {moved[0].type} it is applied twice" if moved else None


def _half_precision(compiled: Compiled, head: Head) -> bool:
    """Whether the program sets a policy with float16, and the last layer does not leave it."""
    policies = [call for call in compiled.program.calls if call.name in POLICIES] if compiled.program else []
    named = [text(call.args.get("policy")) for call in policies]
    own = head.trail[0].layer.args.passes("dtype")
    return bool(named) and all(name in ("float16", "mixed_float16") for name in named) and not own


def _report(compiled: Compiled, head: Head, last: Passed, why: str | None) -> Report:
    floor = 0.51 if head.loss_class in BINARY else 0.578
    return Report(
        compiled.call.place("loss"),
        f"{head.loss_class} applies {'sigmoid' if head.loss_class in BINARY else 'softmax'} itself, "
        f"and the output has {head.activation} already",
        fact=f"{why}: the loss can't fall below {floor} on separable classes (FACTS D3f, D11)"
        if why
        else "on TensorFlow Keras looks through the activation and warns; on other backends it is applied twice "
        "(FACTS D3f, D11)",
        help=f"drop from_logits=True, or the {head.activation} of the last layer",
        related=((last.place, "the activation is set here"),),
        severity=Severity.WARNING if why else Severity.ADVICE,
    )
