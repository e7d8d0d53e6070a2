"""Two layers of a model have the same name.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, name="hidden"),
    layers.Dense(16, name="hidden"),  # expect: TDL307
    layers.Dense(1),
])
```

```python
import keras
from keras import layers

inputs = x = keras.Input((32, 32, 3))
for filters in (16, 32, 64):
    x = layers.Conv2D(filters, 3, name="conv")(x)  # expect: TDL307
model = keras.Model(inputs, x)
```

## Good

```python
import keras
from keras import layers

inputs = x = keras.Input((32, 32, 3))
for filters in (16, 32, 64):
    x = layers.Conv2D(filters, 3, name=f"conv_{filters}")(x)
shared = layers.Dense(64, name="shared")
outputs = shared(shared(x))
model = keras.Model(inputs, outputs)
```

## Why

Measured on Keras 3.15.1 and tf_keras 2.21 (FACTS G9b, G9c): ValueError when the model is made. A functional model says
`The name "conv" is used 3 times in the model. All operation names should be unique.`, a Sequential `All layers added to
a Sequential model should have unique names. Name 'hidden' is already the name of a layer in this model.` Inputs and
models that are called count as layers. One layer called twice has one name, the layers inside a called model do not
count, and a subclass of `Model` may have two layers of one name.

## Fix safety

There is no automatic fix: weights are saved and loaded under these names.

## References

- https://keras.io/api/models/model/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerNode, LayerObject, ModelGraph, Place, Report, Rule, Severity, layer_place


class DuplicateLayerName(Rule):
    """Names that the program gives; those that Keras makes up are not compared."""

    code = "TDL307"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the name of the second layer, once for each name and place."""
        if model.kind == "subclass":
            return
        named: dict[str, list[LayerObject]] = {}
        for layer in _layers(model):
            if layer.name is not None and not layer.repeated:
                same = named.setdefault(layer.name, [])
                if all(other.key != layer.key for other in same):
                    same.append(layer)
        for name, same in named.items():
            for layer in {_place(layer).site: layer for layer in reversed(same[1:])}.values():
                yield _report(name, same, layer)


def _layers(model: ModelGraph) -> Iterator[LayerObject]:
    """Everything in the model whose name Keras compares and the program gives."""
    yield from (layer for layer in model.input_layers if layer is not None)
    for node in model.nodes:
        if (model.kind == "functional" or node.certain) and _named_by_program(node):
            yield node.layer


def _named_by_program(node: LayerNode) -> bool:
    if node.inner is not None:
        return node.inner.named_after is None
    return not node.layer.custom and not node.type.startswith("operation.")


def _place(layer: LayerObject) -> Place:
    return layer_place(layer, "name")


def _report(name: str, same: list[LayerObject], layer: LayerObject) -> Report:
    first = _place(same[0])
    at = _place(layer)
    return Report(
        at,
        f'{len(same)} layers of this model are named "{name}"',
        fact="Keras raises ValueError when the model is made: names should be unique (FACTS G9b)",
        help="give each layer a name of its own, or leave out name= and let Keras count",
        related=() if first.site == at.site else ((first, f'the first layer named "{name}"'),),
    )
