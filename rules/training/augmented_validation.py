"""The validation images are augmented like the training images.

An `ImageDataGenerator` rotates, flips and shifts whatever flows from it, also the subset `validation`. The validation
metrics are then those of changed images, and change from epoch to epoch by themselves.

## Bad

```python
import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator

images = ImageDataGenerator(rescale=1 / 255, rotation_range=40, horizontal_flip=True, validation_split=0.2)
train = images.flow_from_directory("photos", subset="training")
held_out = images.flow_from_directory("photos", subset="validation")
model = keras.Sequential([keras.Input((256, 256, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(train, validation_data=held_out)  # expect: TDL532
```

## Good

```python
import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator

augmented = ImageDataGenerator(rescale=1 / 255, rotation_range=40, horizontal_flip=True, validation_split=0.2)
plain = ImageDataGenerator(rescale=1 / 255, validation_split=0.2)
train = augmented.flow_from_directory("photos", subset="training")
held_out = plain.flow_from_directory("photos", subset="validation")
model = keras.Sequential([keras.Input((256, 256, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(train, validation_data=held_out)
```

## Why

Measured with `rotation_range=40, horizontal_flip=True` (FACTS E21): every image of the validation subset differs
between two passes, in Keras 2 and 3.

## References

- https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/image/ImageDataGenerator
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Const, Context, DatasetValue, ImageFlow, Place, Program, Report, Rule, Value, number

_AUGMENTING = (
    *("rotation_range", "width_shift_range", "height_shift_range", "brightness_range", "shear_range", "zoom_range"),
    *("channel_shift_range", "horizontal_flip", "vertical_flip"),
)


class AugmentedValidation(Rule):
    """Where a generator with certain augmentation is given as validation data."""

    code = "TDL532"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the validation data."""
        if call.name not in ("keras.Model.fit", "keras.Model.fit_generator"):
            return
        data = call.args.get("validation_data")
        if not isinstance(data, DatasetValue) or data.images is None:
            return
        changes = augmentations(data.images)
        if changes:
            yield Report(
                call.place("validation_data"),
                f"the validation images are augmented by {', '.join(changes)}",
                fact="measured: augmentation acts on the subset validation too (FACTS E21)",
                help="let validation data flow from another ImageDataGenerator that only rescales",
                related=((Place(data.images.site), "these images"),),
            )


def augmentations(images: ImageFlow) -> tuple[str, ...]:
    """The arguments of the generator that certainly change images at random."""
    return tuple(name for name in _AUGMENTING if images.generator.passes(name) and _acts(images.generator.get(name)))


def _acts(value: Value) -> bool:
    if value.must_be(True):
        return True
    found = number(value) if isinstance(value, Const) else None
    return found is not None and found > 0
