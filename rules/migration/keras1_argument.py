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

```python
import keras
import numpy as np
from tensorflow.keras.preprocessing.image import ImageDataGenerator

images, labels = np.zeros((100, 8, 8, 3)), np.zeros((100, 1))
model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile("adam", "mse")
batches = ImageDataGenerator().flow(images, labels, batch_size=16)
model.fit(batches, samples_per_epoch=len(images))  # expect: TDL812
```

```python
import keras
import numpy as np


def batches(size=16):
    while True:
        x = np.random.rand(size, 4)
        yield x, x.sum(axis=1)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(batches(), samples_per_epoch=64)  # expect: TDL812
model.evaluate(batches(20), val_samples=50)  # expect: TDL812
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

```python
import keras
import numpy as np
from tensorflow.keras.preprocessing.image import ImageDataGenerator

images, labels = np.zeros((100, 8, 8, 3)), np.zeros((100, 1))
model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile("adam", "mse")
batches = ImageDataGenerator().flow(images, labels, batch_size=16)
model.fit(batches, steps_per_epoch=len(images) // 16)
```

```python
import keras
import numpy as np


def batches(size=16):
    while True:
        x = np.random.rand(size, 4)
        yield x, x.sum(axis=1)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(batches(), steps_per_epoch=64 // 16)
model.evaluate(batches(20), steps=-(-50 // 20))
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

Safe: the program could not run before, and the argument says the same under its new name. What counted samples, such
as `samples_per_epoch`, is divided by the batch size where that is known; the fix is unsafe where a generator of the
program makes the batches. Where an argument has no successor and says something, there is no fix, or an unsafe one.

## References

- https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tdlint.api import (
    Applicability,
    Context,
    DatasetValue,
    DatedCall,
    FixPlan,
    Instance,
    Program,
    RenameArgument,
    Report,
    Rule,
    Severity,
    Site,
    integer,
)

from ._arguments import changed, report

SAMPLES = {
    "samples_per_epoch": ("steps_per_epoch", "x"),
    "nb_val_samples": ("validation_steps", "validation_data"),
    "val_samples": ("steps", "x"),
}
"""Arguments that counted samples, what counts batches now, and of which data."""
BATCHES = "builtins.generator"
"""The type of a generator of the program whose batches are all of one size."""


class Keras1Argument(Rule):
    """All of the table that is older than Keras 2.4."""

    code = "TDL812"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the value that is passed."""
        for call, change, target in changed(program, context, ("keras1",)):
            made = report(call, change, program, target)
            yield replace(made, fix=_in_batches(call, change.old, program)) if change.old in SAMPLES else made


def _in_batches(call: DatedCall, name: str, program: Program) -> FixPlan | None:
    """The number of samples as one of batches, where their size is known."""
    steps, of = SAMPLES[name]
    data, site = call.args.get(of), call.args.site(name)
    if site is None or call.args.passes(steps) or program.text(site).startswith("**"):
        return None
    if isinstance(data, DatasetValue) and isinstance(data.batch_size, int):
        moved = RenameArgument(call.site, site, steps, (site, f" // {data.batch_size}"))
        return FixPlan(f"Say {steps}", (moved,), Applicability.SAFE)
    size = integer(data.args.get("samples")) if isinstance(data, Instance) and data.type == BATCHES else None
    if size is None:
        return None
    # Keras 1 took batches until there were as many samples
    count = integer(call.args.get(name))
    written = program.text(site)
    literal = written.isdigit()
    number: str | Site = written if literal else site
    exact = literal and count is not None and count % size == 0
    parts = (number, f" // {size}") if exact else ("-(-", number, f" // {size})")
    return FixPlan(f"Say {steps}", (RenameArgument(call.site, site, steps, parts),), Applicability.UNSAFE)
