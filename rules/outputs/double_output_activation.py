"""The output goes through softmax or sigmoid twice.

Of probabilities between 0 and 1 softmax makes values close together: of three classes, the best gets 0.576 at most.
Sigmoid makes values between 0.5 and 0.73.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(3, activation="softmax"),
    layers.Softmax(),  # expect: TDL405
])
model.compile(optimizer="adam", loss="categorical_crossentropy")
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(3), layers.Softmax()])
model.compile(optimizer="adam", loss="categorical_crossentropy")

deep = keras.Sequential([keras.Input((8,)), layers.Dense(4, "sigmoid"), layers.Dense(3, activation="softmax")])
deep.compile(optimizer="adam", loss="categorical_crossentropy")
```

## Why

Measured on Keras 3.15.1 (FACTS D6, D6e), three separable classes, 40 epochs; right: loss 0.029, accuracy 0.995:

| last activations | loss at the end | |
|---|---|---|
| softmax, softmax | 0.577 | the largest prediction is 0.576 |
| sigmoid, softmax | 0.581 | |
| softmax, sigmoid | 0.566 | |
| sigmoid, sigmoid on one unit | 0.531 | **accuracy 0.565 in place of 1.0**: no prediction is below 0.5 |

## Fix safety

There is no automatic fix: which of the two is meant depends on the loss.

## Also checked by

- NeuraLint f003
- DeepFD act

## References

- https://keras.io/api/layers/activations/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Head, ModelGraph, Passed, Report, Rule, Severity, heads

from ._compiled import PROBABILITIES


class DoubleOutputActivation(Rule):
    """The heads of any model, compiled or not."""

    code = "TDL405"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the second activation."""
        for head in heads(model):
            pair = _twice(head)
            if pair is not None:
                last, first = pair
                yield Report(
                    last.place,
                    f"{last.activation} is applied to the output of {first.activation}",
                    fact=_FACTS[last.activation == "softmax"],
                    help=f"drop the {first.activation} of the layer before, or this one",
                    related=((first.place, f"this is the {first.activation} before"),),
                )


_FACTS = {
    True: "the loss ended at 0.577 in place of 0.029, and no probability was above 0.576 (FACTS D6)",
    False: "no output is below 0.5: the accuracy of two classes was 0.565 in place of 1.0 (FACTS D6e)",
}


def _twice(head: Head) -> tuple[Passed, Passed] | None:
    """The last activation and the one that it is applied to, with nothing between that changes values."""
    active = [passed for passed in head.trail if not passed.keeps and passed.activation != "linear"]
    moved = any(passed.keeps and passed.type in ("Reshape", "Permute", "Flatten") for passed in head.trail)
    if len(active) < 2 or moved or active[0].computes or any(_other_axis(passed) for passed in active[:2]):
        return None
    last, first = active[:2]
    between = head.trail[head.trail.index(last) : head.trail.index(first)]
    normalized = any(passed.type.endswith("Normalization") for passed in between)
    both = last.activation in PROBABILITIES and first.activation in PROBABILITIES
    return (last, first) if both and not normalized and not head.units == 1 == _softmaxes(active) else None


def _softmaxes(active: list[Passed]) -> int:
    """1 if one of them is softmax, which over one unit is another rule's."""
    return int(any(passed.activation == "softmax" for passed in active[:2]))


def _other_axis(passed: Passed) -> bool:
    return passed.type == "Softmax" and not passed.layer.args.get("axis").must_be(-1)
