"""A model is trained on scaled pixels and tested on raw ones, or the reverse.

## Bad

```python
import keras

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train / 255
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train)
model.evaluate(x_test, y_test)  # expect: TDL540
```

## Good

```python
import keras

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, x_test = x_train / 255, x_test / 255
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train)
model.evaluate(x_test, y_test)
```

## Why

Measured on the digits of scikit-learn (FACTS E26): trained on pixels from 0 to 1 and tested on 0 to 255, the loss is
8.8 to 12.1 in place of 0.08 to 0.2. Trained on 0 to 255 and tested on 0 to 1, the accuracy of a network with
convolutions is 0.87 in place of 0.98, with BatchNormalization 0.10 in place of 0.68. No error, no warning.

## References

- https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, GivenInput, Program, Report, Rule

from ._pixels import images_given, is_raw

_FITS = frozenset({"keras.Model.fit", "keras.Model.fit_generator"})
_SCALED = ((0, 1), (-1, 1), (-123.68, 151.06), (-2.12, 2.64))
"""Divided by 255 or 127.5, and what the two other kinds of ``preprocess_input`` give."""


class UnequallyScaledData(Rule):
    """Where each fit of the model has pixels of one range, and another call those of the other."""

    code = "TDL540"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the data that the model was not trained for; the ``fit`` is related."""
        for _, given in images_given(call, program):
            if call.name in _FITS and not given.data.validation:
                continue
            trained = _trained(call.models, program)
            if not trained:
                continue
            if all(_differ(one, given) for one in trained):
                low, high = given.array.range or (0, 0)
                from_, to = trained[-1].array.range or (0, 0)
                yield Report(
                    given.data.x_place,
                    f"pixels from {low:g} to {high:g} go into a model that is trained on {from_:g} to {to:g}",
                    fact="measured: a loss 40 to 140 times as large, or an accuracy of chance (FACTS E26)",
                    help="prepare all data alike, best by a Rescaling layer in the model",
                    related=((trained[-1].data.x_place, "trained here"),),
                )


def _trained(models: tuple[int, ...], program: Program) -> list[GivenInput]:
    """The images that models are trained on; none where those of some ``fit`` are not known."""
    key = (f"trained on images {models}", 0)
    if key not in program.memo:
        fits = [one for one in program.calls_on(models[0]) if one.name in _FITS and one.models == models]
        data = [each for fit in fits for _, each in images_given(fit, program) if not each.data.validation]
        program.memo[key] = data if len(data) == len(fits) else []
    found: list[GivenInput] = program.memo[key]
    return found


def _differ(one: GivenInput, other: GivenInput) -> bool:
    return (_is_scaled(one) and is_raw(other.array)) or (is_raw(one.array) and _is_scaled(other))


def _is_scaled(given: GivenInput) -> bool:
    low, high = given.array.range or (0, 0)
    return (round(low, 2), round(high, 2)) in _SCALED
