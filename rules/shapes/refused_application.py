"""A model of `keras.applications` is asked for with arguments that do not go together.

## Bad

```python
import keras

ten = keras.applications.MobileNetV2(weights="imagenet", classes=10)  # expect: TDL315
grey = keras.applications.VGG16(weights="imagenet", include_top=False, input_shape=(150, 150, 1))  # expect: TDL315
```

```python
import keras

small = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(28, 28, 3))  # expect: TDL315
```

## Good

```python
import keras
from keras import layers

base = keras.applications.MobileNetV2(weights="imagenet", include_top=False, input_shape=(160, 160, 3), pooling="avg")
ten = keras.Sequential([base, layers.Dense(10, activation="softmax")])
new = keras.applications.VGG16(weights=None, classes=10, input_shape=(64, 64, 3))
grey = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(150, 150, 1))
```

## Why

Measured on 15 models of Keras 3.15.1, and the same in Keras 2 (FACTS G16): ValueError

- for weights of imagenet with the classifier (`include_top=True`, the default) and another number of classes than 1000,
- for them with images of another size than the model was trained on (MobileNetV3 takes any),
- for them with images that do not have three channels, with or without the classifier,
- for images smaller than 32 by 32 pixels (75 for Inception, 71 for Xception), whatever the weights are,
- for `weights` that are neither `"imagenet"`, None nor a file that exists.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/applications/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerNode, ModelGraph, Report, Rule, Severity, layer_fault, layer_place, text


class RefusedApplication(Rule):
    """What the table of applications says Keras refuses."""

    code = "TDL315"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the call that makes the model."""
        for node in model.nodes:
            if not node.type.startswith("keras.applications.") or node.inner is not None or not node.certain:
                continue
            fault = _fault(node)
            if fault is not None:
                yield Report(
                    layer_place(node.layer),
                    f"Keras refuses this {node.layer.short_type}: {fault}",
                    fact="Keras raises ValueError (FACTS G16)",
                )


def _fault(node: LayerNode) -> str | None:
    weights = text(node.args.get("weights"))
    if weights is not None and weights != "imagenet" and not set(weights) & set("./\\"):
        return f'weights are "imagenet", None or a file, received {weights!r}'
    fault = layer_fault(node.layer, node.inputs) if node.args.complete else None
    return None if fault is None or fault.kind != "argument" else fault.reason
