"""A bias that BatchNormalization takes away again.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(16, 3),  # expect: TDL603
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(16, 3, use_bias=False),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10),
])
```

## Why

BatchNormalization subtracts the mean of every channel, and with it the bias of the layer before; it has a shift of
its own, beta. Measured on Keras 3.15.1 (FACTS I3): the gradient of the bias is 3e-8 where that of the kernel is 0.3,
and a bias that is 10 larger changes what comes out in training by 3e-6. The bias is there to be saved and loaded
only. This is advice, off by default: it does no harm.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f005

## References

- https://arxiv.org/abs/1502.03167
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity

from ._chain import CONVOLUTIONS, TRANSPOSED, computing, frozen, kind, linear, links

WITH_BIAS = CONVOLUTIONS | TRANSPOSED | {"Dense", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"}


class BiasBeforeNormalization(Rule):
    """A layer with a bias and without activation, whose output goes to BatchNormalization only."""

    code = "TDL603"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer with the bias."""
        for link in links(model):
            layer = computing(link.first.layer)
            if kind(link.first) not in WITH_BIAS or kind(link.second) != "BatchNormalization":
                continue
            centers = computing(link.second.layer).args.get("center").must_be(True)
            if centers and not frozen(link.first.layer) and layer.args.get("use_bias").must_be(True) and linear(layer):
                yield Report(
                    link.first.place,
                    f"{layer.short_type} has a bias that BatchNormalization subtracts again",
                    fact="its gradient is 0 up to rounding (FACTS I3)",
                    help="pass use_bias=False",
                    related=((link.second.place, "normalized here"),),
                )
