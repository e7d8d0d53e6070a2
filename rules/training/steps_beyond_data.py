"""An epoch has more steps than there are batches.

## Bad

```python
import keras

(x_train, y_train), _ = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x_train / 255, y_train, batch_size=128, steps_per_epoch=60000 // 32, epochs=5)  # expect: TDL519
```

## Good

```python
import keras

(x_train, y_train), _ = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x_train / 255, y_train, batch_size=128, epochs=5)
```

## Why

Measured with 64 samples in batches of 16, `steps_per_epoch=5` and four epochs (FACTS E6e): Keras 3.15.1 trains 16
steps in place of 20, with a UserWarning, your input ran out of data; Keras 2 stops after 17 for arrays, and in the
first or second epoch for data sets. For `validation_steps` and `evaluate(steps=…)` it is that warning, and the
batches that there are. Without a `batch_size`, Keras makes batches as small as the steps need.

## Fix safety

There is no automatic fix.

## Also checked by

- DeepFD epoch

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Arguments,
    ArrayValue,
    CallSite,
    Const,
    Context,
    DatasetValue,
    Program,
    Report,
    Rule,
    Sequence,
    UnknownShape,
    Value,
    arrays_of,
    integer,
    number,
)

_FITS = frozenset({"keras.Model.fit", "keras.Model.fit_generator"})
_DEFAULT_BATCH = 32


class StepsBeyondData(Rule):
    """For arrays and images made of arrays, whose samples are counted."""

    code = "TDL519"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the number of steps."""
        if call.name not in _FITS or not call.certain:
            return
        for argument, samples, batch in (
            ("steps_per_epoch", *_training(call)),
            ("validation_steps", *_validation(call)),
        ):
            steps = integer(call.args.get(argument)) if call.args.passes(argument) else None
            if steps is None or samples is None or not batch or steps <= -(-samples // batch):
                continue
            yield Report(
                call.place(argument),
                f"{steps:,} steps of {batch} samples, and the {samples:,} samples make {-(-samples // batch):,}",
                fact="Keras 3 goes on with fewer steps and warns, Keras 2 stops training (FACTS E6e)",
                help=f"leave {argument} out: an epoch is then all there is",
            )


def _training(call: CallSite) -> tuple[int | None, int | None]:
    """The samples of an epoch and the size of a batch, None for what is not known."""
    data = call.args.get("generator" if call.name.endswith("_generator") else "x")
    if isinstance(data, DatasetValue):
        return _flowing(data)
    split = number(call.args.get("validation_split")) if call.args.passes("validation_split") else 0
    samples = _samples(data)
    if split is None or samples is None:
        return None, None
    return int(samples * (1 - split)) if split else samples, _batch(call.args, "batch_size")


def _validation(call: CallSite) -> tuple[int | None, int | None]:
    data = call.args.get("validation_data")
    if isinstance(data, DatasetValue):
        return _flowing(data)
    if not isinstance(data, Sequence) or not data.complete or not data.items:
        return None, None
    own = call.args.passes("validation_batch_size") and not call.args.get("validation_batch_size").must_be(None)
    return _samples(data.items[0]), _batch(call.args, "validation_batch_size" if own else "batch_size")


def _batch(args: Arguments, name: str) -> int | None:
    return integer(args.get(name)) if args.passes(name) else None


def _samples(value: Value) -> int | None:
    """The first axis of an array, or of the first of several."""
    first = next(iter(arrays_of(value) or ()), None)
    known = isinstance(first, ArrayValue) and not isinstance(first.shape, UnknownShape) and first.shape
    count = first.shape[0] if known and isinstance(first, ArrayValue) else None  # type: ignore[index]
    return count if isinstance(count, int) else None


def _flowing(data: DatasetValue) -> tuple[int | None, int | None]:
    """``ImageDataGenerator.flow`` of an array; one of a subset has fewer samples."""
    images = data.images
    if images is None or images.method != "flow" or images.flow.passes("subset"):
        return None, None
    given = images.flow.get("batch_size") if images.flow.passes("batch_size") else Const(_DEFAULT_BATCH)
    x = images.flow.get("x")
    first = x.items[0] if isinstance(x, Sequence) and x.items else x
    return _samples(first), integer(given)
