"""An argument has the name that it had in Keras 1.

Keras 2 took the names of Keras 1 with a warning, until 2.3; nothing takes them since.

## Bad

```python
from keras import Sequential
from keras.layers import Dense, Dropout

model = Sequential([
    Dense(output_dim=64, init="uniform", activation="relu"),  # expect: TDL812, TDL812
    Dropout(p=0.5),  # expect: TDL812
    Dense(1),
])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, nb_epoch=10)  # expect: TDL812
```

## Good

```python
from keras import Sequential
from keras.layers import Dense, Dropout

model = Sequential([
    Dense(units=64, kernel_initializer="uniform", activation="relu"),
    Dropout(rate=0.5),
    Dense(1),
])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10)
```

```python
import keras

if keras.__version__.startswith("1."):
    layer = keras.layers.Dense(10, init="uniform")
else:
    layer = keras.layers.Dense(10, kernel_initializer="uniform")
model = keras.Sequential([layer])
```

## Fixed

```python
from keras import Sequential
from keras.layers import Dense, Dropout

model = Sequential([
    Dense(units=64, kernel_initializer="uniform", activation="relu"),
    Dropout(rate=0.5),
    Dense(1),
])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10)
```

## Why

Measured on Keras 3.15.1 and tf_keras 2.21 (FACTS L1): ValueError or TypeError. A test tries each row of the table:

| was | is |
|---|---|
| `output_dim` of Dense and recurrent layers, `nb_filter` | `units`, `filters` |
| `init`, `W_regularizer`, `b_regularizer`, `W_constraint` | `kernel_initializer`, `kernel_regularizer`, … |
| `inner_init`, `inner_activation`, `dropout_U`, `dropout_W` | `recurrent_initializer`, …, `dropout` |
| `border_mode`, `subsample`, `nb_row` and `nb_col` | `padding`, `strides`, `kernel_size` |
| `dim_ordering="th"` | `data_format="channels_first"` |
| `nb_epoch`, `nb_classes`, `nb_words`, `p` | `epochs`, `num_classes`, `num_words`, `rate` |
| `consume_less`, `mode` of BatchNormalization, `class_mode` of compile | nothing |

## Fix safety

Safe: the program could not run before, and the argument says the same under its new name. Where an argument has no
successor and says something, there is no fix, or an unsafe one.

## References

- https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Program, Report, Rule, Severity

from ._arguments import changed, report


class Keras1Argument(Rule):
    """All of the table that is older than Keras 2.4."""

    code = "TDL812"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the value that is passed."""
        for call, change, target in changed(program, context, ("keras1",)):
            yield report(call, change, program, target)
