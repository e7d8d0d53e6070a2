"""A layer is asked for what layers of Keras 3 do not tell: its shapes, its calls, or weights under old names.

Models still have `input_shape` and `output_shape`; their layers do not.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(1)])
for layer in model.layers:
    print(layer.name, layer.output_shape)  # expect: TDL819
features = model.layers[0].get_output_at(0)  # expect: TDL819
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(1)])
for layer in model.layers:
    print(layer.name, layer.output.shape)
print(model.output_shape)
features = model.layers[0].output
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(1)])
for layer in model.layers:
    print(layer.name, layer.output.shape)
features = model.layers[0].output
```

## Why

Measured on Keras 3.15.1 (FACTS L6): AttributeError, for each row of the table: `'Dense' object has no attribute
'output_shape'`. `layer.output` raises, too, for a layer that was never called or more than once.

## Fix safety

Safe for other names of the same. `layer.output.shape` is unsafe: it is a tuple as before where the layer has one output
and was called once, and raises otherwise. There is no fix where an item of an item is taken, as of the list that
`output_shape` of an `InputLayer` was.

## References

- https://keras.io/api/layers/base_layer/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    DatedRead,
    FixPlan,
    MemberChange,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Severity,
)

from ._members import OF_LAYERS, changed, renaming, report

AT = {"get_output_at": "output", "get_input_at": "input"}


class LayerIntrospection(Rule):
    """Layers that are known, and those that a loop takes from a model."""

    code = "TDL819"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the name of the attribute."""
        for read, change, target in changed(program, context):
            if change.owner in OF_LAYERS:
                yield report(read, change, target, _fix(read, change))


def _fix(read: DatedRead, change: MemberChange) -> FixPlan | None:
    if change.old in AT:
        first = read.call is not None and len(read.call.positional) == 1 and read.call.positional[0][0].must_be(0)
        if read.call is None or not first:
            return None
        parts = (read.of, f".{AT[change.old]}")
        return FixPlan(f"Say {AT[change.old]}", (ReplaceCode(read.call.site, parts),), Applicability.UNSAFE)
    if read.of_several and change.old.endswith("_shape"):
        return None
    sure = "." not in (change.new or "")
    return renaming(read, change, Applicability.SAFE if sure else Applicability.UNSAFE)
