"""An argument has another name in Keras 3.

## Bad

```python
import keras
from keras import layers

x = keras.Input((4,))
y = layers.Dense(1, kernel_regularizer=keras.regularizers.l2(l=0.01))(x)  # expect: TDL810
model = keras.Model(x, y)
model.compile("adam", "mse")
slower = keras.callbacks.ReduceLROnPlateau(epsilon=0.01)  # expect: TDL810
model.fit(inputs, keras.utils.to_categorical(y=labels), validation_split=0.1, callbacks=[slower])  # expect: TDL810
```

## Good

```python
import keras
from keras import layers

x = keras.Input((4,))
y = layers.Dense(1, kernel_regularizer=keras.regularizers.l2(0.01))(x)
model = keras.Model(x, y)
```

## Fixed

```python
import keras
from keras import layers

x = keras.Input((4,))
y = layers.Dense(1, kernel_regularizer=keras.regularizers.l2(l2=0.01))(x)
model = keras.Model(x, y)
model.compile("adam", "mse")
slower = keras.callbacks.ReduceLROnPlateau(min_delta=0.01)
model.fit(inputs, keras.utils.to_categorical(x=labels), validation_split=0.1, callbacks=[slower])
```

## Why

Measured on Keras 3.15.1 (FACTS L1, L2, L3): most of the old names raise TypeError or ValueError. `epsilon` of
ReduceLROnPlateau and `on_batch_begin`, `on_batch_end` of LambdaCallback are ignored without a word. `alpha` of
LeakyReLU works, with a warning, and is advice.

## Fix safety

Safe where the old name raises or works. Unsafe where it is ignored: with the new name, it counts again.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Program, Report, Rule, Severity

from ._arguments import changed, report


class RenamedArgument(Rule):
    """All of the table that has a new name."""

    code = "TDL810"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the value that is passed."""
        for call, change, target in changed(program, context, ("other",)):
            if change.new is not None:
                yield report(call, change, program, target)
