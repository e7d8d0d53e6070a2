"""Models of ``keras.applications`` as tdlint knows them, and as Keras makes them, without weights."""

from __future__ import annotations

import inspect
import math
import random
from pathlib import Path
from typing import Any

import pytest

from tdlint.linting.source_models import models_of_file
from tdlint.shapes import AnyShape, Free
from tdlint.spec.applications import expected_range, find, preprocess_mode
from tdlint.spec.applications.families import FAMILIES, FAMILY_OF
from tdlint.spec.applications.preprocessing import RANGES
from tdlint.spec.signature import bind
from tdlint.summary import ModelSummary
from tdlint.values import Const, LayerObject

keras = pytest.importorskip("keras", minversion="3.15")

NAMES = sorted(name for name, value in vars(keras.applications).items() if inspect.isfunction(value))
QUICK = {"ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "MobileNet", "MobileNetV2", "MobileNetV3Small", "VGG16"}
EACH = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in NAMES]


def followed(source: str, folder: Path) -> tuple[ModelSummary, ...]:
    """The models of a program, as tdlint follows it."""
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    return models_of_file(str(path)).models


def plain(shape: AnyShape) -> tuple[object, ...] | str:
    """A shape as Keras writes it."""
    return "?" if not isinstance(shape, tuple) else tuple(None if isinstance(dim, Free) else dim for dim in shape)


def facts(model: Any) -> tuple[object, ...]:
    trained = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    return [tuple(output.shape) for output in model.outputs], model.count_params(), trained


def told(model: ModelSummary) -> tuple[object, ...]:
    return [plain(shape) for shape in model.output_shapes], model.total_params, model.trainable_params


def call(name: str, arguments: dict[str, object]) -> str:
    return f"keras.applications.{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


def made(name: str, arguments: dict[str, object]) -> Any | None:
    """The real model; None where Keras refuses it."""
    keras.backend.clear_session()
    try:
        with keras.StatelessScope(initialize_variables=False):
            return getattr(keras.applications, name)(**arguments)
    except (ValueError, KeyError):  # EfficientNetV2 does not know its blocks under another name
        return None


def compare(name: str, cases: list[dict[str, object]], folder: Path) -> None:
    """Every case is told as Keras makes it, and what Keras refuses is not told."""
    for arguments in cases:
        source = f"import keras\nmodel = {call(name, arguments)}\n"
        (found,) = followed(source, folder)
        real = made(name, arguments)
        if real is None:
            assert found.total_params is None or "?" in map(plain, found.output_shapes), source
        elif FAMILY_OF[name].free_steps is None and "input_shape" not in arguments and "classes" not in arguments:
            assert (found.total_params, found.trainable_params) in ((None, None), facts(real)[1:]), source
        else:
            assert (found.name, *told(found)) == (real.name, *facts(real)), source


@pytest.mark.parametrize("name", NAMES)
def test_signature(name: str) -> None:
    spec = find(f"keras.applications.{name}")
    assert spec is not None
    real = inspect.signature(getattr(keras.applications, name)).parameters
    assert [param.name for param in spec.signature.params] == list(real)
    defaults = {param.name: param.default for param in spec.signature.params if param.name != "name"}
    assert defaults == {key: value.default for key, value in real.items() if key != "name"}


@pytest.mark.parametrize("name", EACH)
def test_usual_arguments(name: str, tmp_path: Path) -> None:
    least = FAMILY_OF[name].min_size
    cases: list[dict[str, object]] = [
        {},
        {"classes": 7, "classifier_activation": None},
        {"include_top": False},
        {"include_top": False, "pooling": "avg"},
        {"include_top": False, "pooling": "max", "input_shape": (197, 101, 3)},
        {"include_top": False, "input_shape": (least + 1, 2 * least + 33, 3), "name": "base"},
        {"include_top": False, "input_shape": (least - 1, 200, 3)},
        {"include_top": False, "input_shape": (None, 225, 3)},
        {"input_shape": (128, 96, 1), "classes": 3},
        {"input_shape": (None, None, 3)},
    ]
    if name == "MobileNetV2":
        cases += [{"alpha": alpha, "input_shape": (96, 96, 3)} for alpha in (0.35, 1.3, 1.4)]
    if name.startswith("MobileNetV3"):
        cases += [{"alpha": 0.75}, {"minimalistic": True, "include_preprocessing": False}]
    for arguments in cases:
        arguments["weights"] = None
    if name.startswith(("MobileNet", "EfficientNetB")) or FAMILY_OF[name].free_steps is None:
        del cases[7]  # one free size: not told
    compare(name, cases, tmp_path)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.module)
@pytest.mark.slow
def test_sizes(family: Any, tmp_path: Path) -> None:
    """The size of the output for sizes of the image next to each other, and any others, in both directions."""
    name = family.models[0]
    if name not in NAMES:
        pytest.skip("a model of Keras 2")
    draw = random.Random(name)
    sizes = [*range(family.min_size, family.min_size + 40), *(draw.randrange(family.min_size, 700) for _ in range(20))]
    draw.shuffle(sizes)
    pairs = list(zip(sizes[::2], sizes[1::2], strict=True))
    compare(name, [{"weights": None, "include_top": False, "input_shape": (*pair, 3)} for pair in pairs], tmp_path)
    if family.free_steps is None:
        return
    keras.backend.clear_session()
    with keras.StatelessScope(initialize_variables=False):
        base = getattr(keras.applications, name)(weights=None, include_top=False)
        real = [tuple(base(keras.Input((*pair, 3))).shape) for pair in pairs]
    lines = ["import keras", f"base = keras.applications.{name}(include_top=False)"]
    for high, wide in pairs:
        lines += [f"x = keras.Input(({high}, {wide}, 3))", "keras.Model(x, base(x))"]
    found = followed("\n".join(lines), tmp_path)[1:]
    assert [plain(model.output_shapes[0]) for model in found] == real


@pytest.mark.parametrize("name", ["VGG16", "MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetV2B0"])
def test_with_pretrained_weights(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Keras checks before it loads weights; here it loads none. MobileNetV3 finds out when it loads them."""
    monkeypatch.setattr(keras.src.utils.file_utils, "get_file", lambda *args, **kwargs: "weights")
    monkeypatch.setattr(keras.Model, "load_weights", lambda *args, **kwargs: None)
    compare(
        name,
        [
            {},
            {"include_top": False},
            {"include_top": False, "input_shape": (97, 160, 3)},
            {"include_top": False, "input_shape": (160, 160, 3), "pooling": "avg"},
            {"include_top": False, "input_shape": (96, 96, 3 if name == "MobileNetV3Small" else 1)},
            {"classes": 10},
            {"include_top": False, "classes": 10},
            {"input_shape": (160, 160, 3)},
            {"input_shape": (150, 150, 3)},
            {"input_shape": (224, 224, 3)},
        ],
        tmp_path,
    )


@pytest.mark.parametrize("module", sorted({family.module for family in FAMILIES} | {"resnet50", "imagenet_utils"}))
def test_preprocessing(module: str) -> None:
    """The range of what ``preprocess_input`` makes of pixels; both ends are reached."""
    np = pytest.importorskip("numpy")
    mode = preprocess_mode(f"keras.applications.{module}.preprocess_input")
    assert mode is not None
    if not hasattr(keras.applications, module):
        pytest.skip("a module of Keras 2")
    pixels = np.zeros((2, 4, 4, 3), "uint8")
    pixels[1] = 255
    result = getattr(keras.applications, module).preprocess_input(pixels)
    assert result.shape == pixels.shape
    assert result.dtype == ("uint8" if mode == "identity" else "float32")
    assert (float(result.min()), float(result.max())) == pytest.approx(RANGES[mode], abs=1e-4)
    real = np.full((1, 2, 2, 3), 255.0)
    assert (getattr(keras.applications, module).preprocess_input(real) is real) or mode == "caffe"
    assert bool(real.max() != 255.0) is (mode != "identity")  # real numbers are written over


def test_models_that_scale_pixels_themselves() -> None:
    for name in ("MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "VGG16"):
        spec = find(f"keras.applications.{name}")
        assert spec is not None
        for included in (True, False) if "include_preprocessing" in FAMILY_OF[name].parameters else (True,):
            given = {} if included else {"include_preprocessing": included}
            real = made(name, {"weights": None, **given})
            scales = any(type(layer).__name__ == "Rescaling" for layer in real.layers[:3])
            arguments = bind(spec.signature, (), {key: (Const(value), None) for key, value in given.items()})
            found = expected_range(LayerObject(1, spec.name, arguments))
            assert found == ((0.0, 255.0) if scales else None if not included else RANGES["caffe"])
