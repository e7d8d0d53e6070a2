"""Programs that build on models of ``keras.applications``: real Keras and tdlint agree on shapes and parameters."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from test_known_applications import facts, followed, told

from tdlint.spec.applications import find

keras = pytest.importorskip("keras", minversion="3.15")

PROGRAMS = {
    "in a Sequential": """
        base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(150, 150, 3))
        base.trainable = False
        model = keras.Sequential([base, layers.Flatten(), layers.Dense(256), layers.Dense(1)])
    """,
    "added to a Sequential": """
        from keras.applications.vgg16 import VGG16
        model = keras.Sequential()
        model.add(VGG16(weights=None, include_top=False, input_shape=(64, 64, 3), pooling="avg"))
        model.add(layers.Dense(5))
        model.layers[0].trainable = False
    """,
    "called": """
        base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(160, 160, 3))
        base.trainable = False
        inputs = keras.Input((160, 160, 3))
        x = layers.RandomFlip("horizontal")(inputs)
        x = keras.applications.mobilenet_v2.preprocess_input(x)
        x = base(x, training=False)
        x = layers.GlobalAveragePooling2D()(x)
        model = keras.Model(inputs, layers.Dense(1)(layers.Dropout(0.2)(x)))
    """,
    "called on a size that it leaves free": """
        base = keras.applications.EfficientNetB0(weights=None, include_top=False)
        inputs = keras.Input((181, 97, 3))
        model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(base(inputs))))
    """,
    "its own input and output": """
        base = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(128, 128, 3))
        x = layers.GlobalAveragePooling2D()(base.output)
        x = layers.Dense(64, activation="relu")(x)
        model = keras.Model(inputs=base.input, outputs=layers.Dense(10, activation="softmax")(x))
        for layer in base.layers:
            layer.trainable = False
    """,
    "all but the head frozen": """
        base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(64, 64, 3))
        x = layers.Flatten()(base.layers[-1].output)
        model = keras.Model(base.inputs, [layers.Dense(10)(layers.Dense(8)(x))])
        for layer in model.layers[:-2]:
            layer.trainable = False
    """,
    "by the name of its last layer": """
        base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(64, 64, 3))
        model = keras.Model(base.input, layers.GlobalMaxPooling2D()(base.get_layer("block5_pool").output))
        model.trainable = False
    """,
    "a given input": """
        inputs = keras.Input((96, 96, 1))
        x = layers.Conv2D(3, 1)(inputs)
        base = keras.applications.MobileNetV2(weights=None, include_top=False, input_tensor=x)
        model = keras.Model(base.input, layers.Dense(2)(layers.Flatten()(base.output)))
    """,
    "a whole model as a feature": """
        base = keras.applications.MobileNet(weights=None, classes=17)
        base.trainable = False
        base.trainable = True
        model = keras.Sequential([keras.Input((224, 224, 3)), base, layers.Dense(4)])
    """,
    "the shape of its output": """
        base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(70, 64, 3))
        head = keras.Sequential([layers.Flatten(input_shape=base.output_shape[1:]), layers.Dense(3)])
        model = keras.Model(base.input, head(base.output))
    """,
    "two towers": """
        base = keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg", input_shape=(96, 96, 3))
        a, b = keras.Input((96, 96, 3)), keras.Input((96, 96, 3))
        model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([base(a), base(b)])))
    """,
    "frozen by name": """
        base = keras.applications.MobileNet(weights=None, include_top=False, pooling="max", name="base")
        inputs = keras.Input((64, 64, 3))
        model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
        model.get_layer("base").trainable = False
    """,
    "names after those inside": """
        base = keras.applications.InceptionV3(weights=None, include_top=False, input_shape=(96, 96, 3))
        x = layers.Conv2D(8, 1)(base.output)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
        model = keras.Model(base.input, layers.GlobalAveragePooling2D()(x))
    """,
    "a copy": """
        base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(64, 64, 3))
        first = keras.Sequential([base, layers.Flatten(), layers.Dense(3)], name="first")
        base.trainable = False
        model = keras.models.clone_model(first)
        base.trainable = True
    """,
    "a copy of a functional model": """
        inputs = keras.Input((16, 16, 3))
        x = layers.Conv2D(4, 3, activation="relu", name="window")(inputs)
        x = layers.TimeDistributed(layers.Dense(5))(x) + 1.0
        first = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
        model = keras.models.clone_model(first)
        model.get_layer("window").trainable = False
        both = keras.Model(inputs, layers.Dense(1)(model(inputs)), name="both")
        model = both
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str, tmp_path: Path) -> None:
    source = "import keras\nfrom keras import layers\n" + textwrap.dedent(PROGRAMS[name])
    keras.backend.clear_session()
    names: dict[str, object] = {}
    with keras.StatelessScope(initialize_variables=False):
        exec(compile(source, name, "exec"), names)
        real = names["model"]
        shown = [each.name for each in getattr(real, "operations", real.layers)]
        expected = facts(real)
    found = [model for model in followed(source, tmp_path) if model.name == real.name][-1]
    assert told(found) == expected, found.unknown
    assert not found.unknown
    rows = [row for row in found.rows if row.same_as is None]
    for row, other in zip(reversed(rows), reversed(shown), strict=False):
        if find(f"keras.applications.{row.type}") is not None:
            break  # one row for all of its layers
        assert row.name == other


PARTLY = {
    "the last layers trained": """
        for layer in base.layers[:-4]:
            layer.trainable = False
    """,
    "some layers trained": """
        for layer in base.layers:
            if "block5" not in layer.name:
                layer.trainable = False
    """,
    "one of them": """
        base.layers[3].trainable = False
    """,
    "until one is met": """
        for layer in base.layers:
            layer.trainable = False
            break
    """,
}


@pytest.mark.parametrize("name", PARTLY)
def test_what_is_frozen_in_part_is_not_counted(name: str, tmp_path: Path) -> None:
    base = "base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(64, 64, 3))\n"
    head = "model = keras.Sequential([base, keras.layers.Flatten(), keras.layers.Dense(2)])\n"
    found = followed("import keras\n" + base + textwrap.dedent(PARTLY[name]) + head, tmp_path)[-1]
    assert (found.total_params, found.trainable_params) == (14_718_786, None)
