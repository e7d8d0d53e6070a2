"""The states given to a recurrent layer are not those that it keeps.

## Bad

```python
import keras
from keras import layers

source = keras.Input((10, 8))
encoded, state_h, state_c = layers.LSTM(16, return_state=True)(source)
target = keras.Input((7, 8))
decoded = layers.LSTM(32)(target, initial_state=[state_h, state_c])  # expect: TDL106
model = keras.Model([source, target], layers.Dense(1)(decoded))
```

```python
import keras
from keras import layers

source = keras.Input((10, 8))
encoded, state_h, state_c = layers.LSTM(16, return_state=True)(source)
target = keras.Input((7, 8))
decoded = layers.GRU(16)(target, initial_state=[state_h, state_c])  # expect: TDL106
model = keras.Model([source, target], layers.Dense(1)(decoded))
```

## Good

```python
import keras
from keras import layers

source = keras.Input((10, 8))
encoded, state_h, state_c = layers.LSTM(16, return_state=True)(source)
target = keras.Input((7, 8))
decoded = layers.LSTM(16)(target, initial_state=[state_h, state_c])
other = layers.GRU(16)(target, initial_state=state_h)
model = keras.Model([source, target], layers.Dense(1)(layers.Add()([decoded, other])))
```

## Why

An LSTM keeps two states of `units` numbers, GRU and SimpleRNN one. Measured (FACTS A5c, A5d): Keras 3.15.1 builds the
model all the same and fails when it runs (IndexError, `Too few leaves for PyTreeSpec`, or `Matrix
size-incompatible`); Keras 2.15 raises ValueError when it is built. The two states of an LSTM given to a GRU run in
Keras 3: the second is dropped without a word.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/recurrent_layers/lstm/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import AnyShape, Context, LayerNode, ModelGraph, Report, Rule, Severity, integer

STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}


class InitialStateMismatch(Rule):
    """Only states that certainly come out of recurrent layers of Keras."""

    code = "TDL106"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the call of the layer that gets the states; the layer that gives them is related."""
        for node in model.nodes:
            wanted = STATES.get(node.layer.short_type)
            if wanted is None or node.layer.custom or not node.type.startswith("keras.layers."):
                continue
            givers = [model.producer(edge) for edge in node.edges[1:]]
            states = [
                (giver, node.inputs[number])
                for number, giver in enumerate(givers, start=1)
                if giver is not None and _is_state(giver, node.edges[number].index) and number < len(node.inputs)
            ]
            if states and len(states) == len(givers):
                yield from _mismatch(node, wanted, states)


def _is_state(giver: LayerNode, index: int) -> bool:
    if giver.layer.custom or giver.layer.short_type not in STATES or index == 0:
        return False
    return giver.args.get("return_state").must_be(True)


def _mismatch(node: LayerNode, wanted: int, states: list[tuple[LayerNode, AnyShape]]) -> Iterator[Report]:
    short, giver = node.layer.short_type, states[0][0]
    units = integer(node.args.get("units"))
    related = ((giver.place, f"{giver.layer.short_type} gives the states"),)
    if len(states) != wanted:
        keeps = "two states" if wanted == 2 else "one state"
        dropped = wanted == 1 and len(states) == 2
        yield Report(
            node.place,
            f"{short} keeps {keeps} and is given {len(states)}",
            fact="Keras 3 drops the second without a word; Keras 2 raises ValueError (FACTS A5d)"
            if dropped
            else "Keras 3 builds the model and fails when it runs; Keras 2 raises ValueError (FACTS A5c)",
            help="give [state_h, state_c] to an LSTM, and one state to GRU and SimpleRNN",
            related=related,
            severity=Severity.WARNING if dropped else Severity.ERROR,
        )
        return
    sizes = {shape[-1] for _, shape in states if isinstance(shape, tuple) and shape}
    wrong = [size for size in sizes if isinstance(size, int) and units is not None and size != units]
    if wrong:
        yield Report(
            node.place,
            f"{short} has states of {units} numbers and is given states of {wrong[0]}",
            fact="Keras 3 builds the model and fails when it runs; Keras 2 raises ValueError (FACTS A5c)",
            help="give both layers the same units, or put Dense on the states in between",
            related=related,
        )
