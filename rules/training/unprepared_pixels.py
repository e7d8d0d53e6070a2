"""A pretrained model gets pixels on another scale than it was trained with.

Each model of `keras.applications` has a `preprocess_input` for the pixels that its weights were trained with.

## Bad

```python
import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator

images = ImageDataGenerator(rescale=1 / 255).flow_from_directory("photos", target_size=(224, 224))
base = keras.applications.VGG16(weights="imagenet", include_top=False, pooling="avg", input_shape=(224, 224, 3))
model = keras.Sequential([base, keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(images)  # expect: TDL543
```

## Good

```python
import keras
from keras.applications.vgg16 import preprocess_input
from tensorflow.keras.preprocessing.image import ImageDataGenerator

prepared = ImageDataGenerator(preprocessing_function=preprocess_input)
images = prepared.flow_from_directory("photos", target_size=(224, 224))
base = keras.applications.VGG16(weights="imagenet", include_top=False, pooling="avg", input_shape=(224, 224, 3))
model = keras.Sequential([base, keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(images)
```

## Why

Measured (FACTS E32): of pixels from 0 to 255 the function of VGG and ResNet50 makes -123.7 to 151.1, with blue first,
that of MobileNet, MobileNetV2, ResNet50V2, Inception, Xception and NASNet -1 to 1, that of DenseNet -2.1 to 2.6.
How much is lost depends on the data and on how much of the model is trained again, which was not measured: it is
advice, off by default. Models that prepare pixels themselves are reported by double-rescaling.

## References

- https://keras.io/api/applications/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, LayerObject, Program, Report, Rule, Severity, application_range

from ._pixels import entered, images_given

_SCALES: tuple[tuple[float, float], ...] = ((0, 255), (0, 1))
"""Scales of pixels as they come from files, and divided by 255."""


class UnpreparedPixels(Rule):
    """Pixels of a known scale, and weights of imagenet."""

    code = "TDL543"
    severity = Severity.ADVICE

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the images."""
        for model, given in images_given(call, program):
            first = entered(model)
            if first is not None and first.inner is not None:
                first = entered(first.inner)
            wanted = None if first is None else _wanted(first.layer)
            if first is None or wanted is None or given.array.range not in _SCALES or given.data.validation:
                continue
            name = first.layer.short_type
            yield Report(
                given.data.x_place,
                f"pixels from 0 to {given.array.range[1]:g} go into {name}, "
                f"which was trained with {wanted[0]:.4g} to {wanted[1]:.4g}",
                fact="measured: what preprocess_input of its module makes of pixels from 0 to 255 (FACTS E32)",
                help="give the images to preprocess_input of its module, undivided",
                related=((first.place, "the pretrained model"),),
            )


def _wanted(layer: LayerObject) -> tuple[float, float] | None:
    """The range that weights of imagenet were trained with; None for other weights, and where the model prepares it."""
    if not layer.type.startswith("keras.applications.") or not layer.args.complete:
        return None
    found = application_range(layer) if layer.args.get("weights").must_be("imagenet") else None
    return None if found is None or found == (0.0, 255.0) else found
