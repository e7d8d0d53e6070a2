"""Labels that are one-hot already are encoded once more.

## Bad

```python
import keras
from keras.utils import to_categorical

(x_train, y_train), _ = keras.datasets.mnist.load_data()
y_train = to_categorical(y_train, 10)
y_train = to_categorical(y_train, 10)  # expect: TDL421
```

## Good

```python
import keras
from keras.utils import to_categorical

(x_train, y_train), _ = keras.datasets.mnist.load_data()
y_train = to_categorical(y_train, 10)
```

## Why

`to_categorical` takes numbers of classes. Measured (FACTS D5i): of the one-hot labels of three classes, `(3, 3)`, it
makes `(3, 3, 2)`, as the numbers in them are 0 and 1, and no loss takes these for three outputs. In a notebook it is
enough that a cell runs twice.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/utils/python_utils/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ArrayValue, CallSite, Context, Program, Report, Rule, format_shape


class EncodedTwice(Rule):
    """Where the labels are certainly one-hot rows."""

    code = "TDL421"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the second call."""
        labels = call.args.get("y") if call.name == "keras.utils.to_categorical" and call.certain else None
        if isinstance(labels, ArrayValue):
            yield Report(
                call.place(),
                f"these labels of {format_shape(labels.shape)} are one-hot already, and get one more axis",
                fact="(3, 3) becomes (3, 3, 2), which no loss takes for three outputs (FACTS D5i)",
                help="call to_categorical once, with numbers of classes",
            )
