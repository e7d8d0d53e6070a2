"""Pixels are divided by 255 for a model that does so itself.

EfficientNet, MobileNetV3, ConvNeXt and others of `keras.applications` begin with layers that prepare pixels from 0 to
255. Divided before, all images are black to their pretrained weights.

## Bad

```python
import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator

images = ImageDataGenerator(rescale=1 / 255).flow_from_directory("photos", target_size=(224, 224))
base = keras.applications.EfficientNetB0(include_top=False, pooling="avg", input_shape=(224, 224, 3))
model = keras.Sequential([base, keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(images)  # expect: TDL534
```

## Good

```python
import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator

images = ImageDataGenerator().flow_from_directory("photos", target_size=(224, 224))
base = keras.applications.EfficientNetB0(include_top=False, pooling="avg", input_shape=(224, 224, 3))
model = keras.Sequential([base, keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(images)
```

## Why

Measured (FACTS E25): the first layers of EfficientNetV2B0 and ConvNeXtTiny map pixels from 0 to 255 to -2.1 to 2.6,
those of MobileNetV3Small to -1 to 1, of EfficientNetB0 to 0 to 1. Given pixels from 0 to 1, they yield what they
yield for a black image, within 0.02. `preprocess_input` of these models changes nothing.

## References

- https://keras.io/api/applications/efficientnet/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, LayerNode, ModelGraph, Program, Report, Rule, number

from ._pixels import entered, images_given

_PREFIX = "keras.applications."
_PREPARING = ("EfficientNet", "MobileNetV3", "ConvNeXt", "RegNet", "ResNetRS")


class DoubleRescaling(Rule):
    """Pretrained models only: without weights, the model can learn any scale."""

    code = "TDL534"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the images."""
        for model, given in images_given(call, program):
            first = entered(model)
            name = None if first is None else _preparing(first)
            if name is None or given.array.range not in ((0, 1), (0.0, 1.0)) or given.data.validation:
                continue
            yield Report(
                given.data.x_place,
                f"pixels from 0 to 1 go into {name}, which rescales pixels from 0 to 255 itself",
                fact="measured: its first layers then yield what they yield for a black image (FACTS E25)",
                help="leave the pixels as they are, from 0 to 255",
            )

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at a ``Rescaling`` right before such a model."""
        for node in model.nodes:
            name = _preparing(node) if node.inner is not None or node.type.startswith(_PREFIX) else None
            before = model.producer(node.edges[0]) if name is not None and len(node.edges) == 1 else None
            if name is None or before is None or not _shrinks(before):
                continue
            yield Report(
                before.place,
                f"Rescaling comes before {name}, which rescales pixels from 0 to 255 itself",
                fact="measured: given pixels from 0 to 1, its first layers yield what a black image gives (FACTS E25)",
                help="remove the Rescaling",
            )


def _shrinks(node: LayerNode) -> bool:
    scale = number(node.args.get("scale")) if node.type == "keras.layers.Rescaling" else None
    return scale is not None and 0 < scale < 0.02


def _preparing(node: LayerNode) -> str | None:
    """The pretrained application that a node is, if it prepares pixels itself; None for all others."""
    if node.inner is not None:
        inner = entered(node.inner)
        return None if inner is None else _preparing(inner)
    short = node.layer.short_type
    if not node.type.startswith(_PREFIX) or not short.startswith(_PREPARING):
        return None
    args = node.args
    pretrained = not args.get("weights").may_be(None)
    preparing = not args.passes("include_preprocessing") or args.get("include_preprocessing").must_be(True)
    return short if pretrained and preparing and args.complete else None
