"""A penalty on weights that only shift or scale: biases, and the gamma and beta of normalization.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32,)),
    layers.Dense(16, bias_regularizer="l2"),  # expect: TDL207
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((32,)), layers.Dense(16, kernel_regularizer="l2"), layers.Dense(1)])
```

## Why

Weight penalties are there to keep a model from fitting noise with large kernels. A bias has one number for each unit
and moves the output only; a penalty pulls predictions to zero instead. The bias of an LSTM starts at one for its
forget gate (`unit_forget_bias`), so an L2 penalty of λ starts at λ·units and pulls the gate to forget (FACTS C5b).
The gamma of BatchNormalization starts at one too.

This is advice, off by default.

## Fix safety

There is no automatic fix.

## References

- https://www.deeplearningbook.org/contents/regularization.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, coefficients, layer_place

from ._penalties import regularizer_arguments, with_inner

OFFSETS = frozenset({"bias_regularizer", "beta_regularizer", "gamma_regularizer"})


class RegularizedOffset(Rule):
    """Where the coefficients are known and not zero."""

    code = "TDL207"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument."""
        for layer in with_inner(model):
            for name, value in regularizer_arguments(layer):
                found = coefficients(value, context.version(layer.namespace)) if name in OFFSETS else None
                if found is None or not found.active:
                    continue
                forget = name == "bias_regularizer" and layer.short_type == "LSTM"
                what = name.removesuffix("_regularizer")
                yield Report(
                    layer_place(layer, name),
                    f"the {what} of {layer.short_type} is regularized, which only shifts or scales the output",
                    fact="the forget gate's bias starts at 1, and the penalty pulls it to 0 (FACTS C5b)"
                    if forget
                    else None,
                    help="regularize kernels only",
                )
