"""Layers that start with the same weights: they share one initializer object.

## Bad

```python
import keras
from keras import layers

start = keras.initializers.GlorotUniform()
inputs = keras.Input((16,))
left = layers.Dense(8, activation="relu", kernel_initializer=start)(inputs)
right = layers.Dense(8, activation="relu", kernel_initializer=start)(inputs)  # expect: TDL510
model = keras.Model(inputs, layers.Dense(1)(layers.Add()([left, right])))
```

## Good

```python
import keras
from keras import layers

inputs = keras.Input((16,))
left = layers.Dense(8, activation="relu", kernel_initializer="glorot_uniform")(inputs)
right = layers.Dense(8, activation="relu", kernel_initializer=keras.initializers.GlorotUniform())(inputs)
model = keras.Model(inputs, layers.Dense(1)(layers.Add()([left, right])))
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS C22): an initializer object without a seed draws one and keeps it, so every
call with the same shape returns the same values. Two layers of one shape then start equal; on the same input they
compute the same, and where they are merged evenly they stay equal for ever. A name in quotes makes a new object for
each layer.

In a built model the values themselves are compared, of weights with 64 elements or more.

Reported as a warning where the layers get the same input, as advice elsewhere.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/initializers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Instance, LayerNode, ModelGraph, Report, Rule, Severity, layer_place

RANDOM = frozenset(
    {
        *("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "Orthogonal"),
        *("RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling"),
    }
)


class SharedInitializer(Rule):
    """Unseeded initializers of Keras, and weights of known shape; in a built model, weights that are equal."""

    code = "TDL510"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the second layer, once for each initializer; the first one is related."""
        if model.origin != "source":
            yield from _of_weights(model)
            return
        first: dict[tuple[int, object], LayerNode] = {}
        told = set()
        for node in model.nodes:
            for weight in model.weights.get(node.layer.key) or ():
                start = weight.initializer
                if not isinstance(start, Instance) or not start.key or start.type.rpartition(".")[2] not in RANDOM:
                    continue
                seeded = start.args.passes("seed") or not start.args.complete
                if seeded or not all(isinstance(size, int) for size in weight.shape) or start.key in told:
                    continue
                before = first.setdefault((start.key, weight.shape), node)
                if before.layer.key == node.layer.key:
                    continue
                told.add(start.key)
                same = before.edges == node.edges and bool(node.edges)
                yield _report(before, node, start, same)


def _report(before: LayerNode, node: LayerNode, start: Instance, same: bool) -> Report:
    short = start.type.rpartition(".")[2]
    return Report(
        node.place,
        f"{node.layer.short_type} starts with the same weights as another layer"
        f"{' on the same input' if same else ''}: they share one {short}",
        fact="an initializer object without a seed returns the same values for the same shape, each time (FACTS C22)",
        help=f"make a {short}() for each layer, or name it in quotes",
        related=((layer_place(before.layer), "the same weights"),),
        severity=Severity.WARNING if same else Severity.ADVICE,
    )


def _of_weights(model: ModelGraph) -> Iterator[Report]:
    """A built model has no initializer objects any more, and the values that they gave."""
    nodes = {node.layer.key: node for node in reversed(model.nodes)}
    told = set()
    for twins in model.twins:
        before, node = nodes[twins.first], nodes[twins.second]
        if twins.second in told:
            continue
        told.add(twins.second)
        same = before.edges == node.edges and bool(node.edges)
        where = " on the same input" if same else ""
        yield Report(
            node.place,
            f"{twins.weight} of {node.layer.short_type} holds the same {twins.params:,} values as that of another "
            f"layer{where}",
            fact="initializers that are one object, or have one seed, return the same values for the same shape "
            "(FACTS C22, C22b)",
            help="give each layer an initializer and a seed of its own, or use one layer twice",
            related=((before.place, "the same values"),),
            severity=Severity.WARNING if same else Severity.ADVICE,
        )
