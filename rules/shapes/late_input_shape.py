"""A layer declares an input shape that is not the shape of what it gets.

Only the first layer of a Sequential has its input shape from an argument. Later layers, and layers that are called on a
tensor, get what the layers before them give.

## Bad

```python
from keras.layers import LSTM, Dense
from keras.models import Sequential

model = Sequential()
model.add(LSTM(50, return_sequences=True, input_shape=(60, 1)))
model.add(LSTM(50, input_shape=(60, 1)))  # expect: TDL310
model.add(Dense(1))
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28)),
    layers.Flatten(),
    keras.Input((784,)),  # expect: TDL310
    layers.Dense(10),
])
```

## Good

```python
from keras.layers import LSTM, Dense
from keras.models import Sequential

model = Sequential()
model.add(LSTM(50, return_sequences=True, input_shape=(60, 1)))
model.add(LSTM(50))
model.add(Dense(1))
```

## Fixed

```python
from keras.layers import LSTM, Dense
from keras.models import Sequential

model = Sequential()
model.add(LSTM(50, return_sequences=True, input_shape=(60, 1)))
model.add(LSTM(50))
model.add(Dense(1))
```

## Why

Measured on Keras 3.15.1 (FACTS G8): `input_shape` and `input_dim` on a later layer are ignored, with the UserWarning
`Do not pass an input_shape/input_dim argument to a layer`; tf_keras 2.21 ignores them in silence. Where the shape is
another one than the real one, somebody who reads or changes the program is misled. An equal shape is not reported.

A second `Input` in a Sequential is an error in Keras 3 (FACTS G9f), whatever its shape: `Sequential model 'sequential'
has already been configured to use input shape (None, 28, 28). You cannot add a different Input layer to it.` Keras 2
ignores it.

## Fix safety

The fix takes the argument away and is safe, as Keras ignores it; but the shape may tell that a layer is missing before.
There is no automatic fix for a second `Input`.

## References

- https://keras.io/guides/sequential_model/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    FixPlan,
    LayerNode,
    ModelGraph,
    Place,
    RemoveArgument,
    Report,
    Rule,
    Sequence,
    Severity,
    UnknownShape,
    format_shape,
    integer,
    layer_place,
)

from .._helpers import fault_of, version_of


class LateInputShape(Rule):
    """Shapes that are equal as far as they are known are not reported."""

    code = "TDL310"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument, or at the second Input."""
        if version_of(model, context) >= (3, 0):
            for layer in model.late_inputs:
                yield Report(
                    Place(layer.site),
                    "this Sequential has an input already",
                    fact="Keras 3 raises ValueError: it has already been configured to use input shape … (FACTS G9f)",
                    help="remove it: layers after the first have their input shape from the layers before them",
                    severity=Severity.ERROR,
                )
        first = model.nodes[0].layer.site if model.nodes else None
        for node in model.nodes:
            argument = _misleading(node)
            if argument is None or (node is not model.nodes[0] and node.layer.site == first):
                continue  # a loop or function that makes the first layer, too
            if node.certain and fault_of(model, node, context) is None:
                yield _report(node, argument)


def _misleading(node: LayerNode) -> str | None:
    """The argument of a layer that declares another shape than the one it gets."""
    found = node.inputs[0] if len(node.inputs) == 1 else UnknownShape()
    args = node.args
    if node.layer.custom or isinstance(found, UnknownShape) or not node.type.startswith("keras.layers."):
        return None
    declared = args.get("input_shape") if args.passes("input_shape") else None
    if isinstance(declared, Sequence) and declared.complete:
        if len(declared.items) != len(found) - 1:
            return "input_shape"
        sizes = zip(map(integer, declared.items), found[1:], strict=True)
        return "input_shape" if any(_differ(size, real) for size, real in sizes) else None
    if args.passes("input_dim") and node.layer.short_type != "Embedding" and len(found) > 1:
        return "input_dim" if _differ(integer(args.get("input_dim")), found[-1]) else None
    return None


def _differ(declared: int | None, real: object) -> bool:
    return declared is not None and isinstance(real, int) and declared != real


def _report(node: LayerNode, argument: str) -> Report:
    value = node.args.get(argument)
    sizes = value.items if isinstance(value, Sequence) else (value,)
    declared = ", ".join("None" if size.must_be(None) else str(integer(size) or "?") for size in sizes)
    site, fix = node.args.site(argument), None
    if node.layer.site is not None and site is not None:
        fix = FixPlan(f"Remove {argument}", (RemoveArgument(node.layer.site, site),), Applicability.SAFE)
    shown = f"({declared}{',' if len(sizes) == 1 else ''})" if isinstance(value, Sequence) else declared
    return Report(
        layer_place(node.layer, argument),
        f"{node.layer.short_type} declares {argument}={shown} and gets {format_shape(node.inputs[0])}",
        fact=f"Keras ignores {argument} on a layer that is not the first of a Sequential (FACTS G8)",
        help=f"remove {argument}",
        fix=fix,
    )
