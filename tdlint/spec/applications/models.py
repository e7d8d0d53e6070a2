"""What is known of a model of ``keras.applications`` by its arguments; see ``tdlint.spec.layers.base``.

Such a model is described as one layer, whose input are the images that the model was made for.
"""

from __future__ import annotations

from functools import cache

from tdlint.shapes import FREE, AnyShape, Dim, Free, Shape, UnknownDim, UnknownShape
from tdlint.spec.applications.base import Family, Measured, Step
from tdlint.spec.applications.families import DEFAULTS, FAMILY_OF, MODES
from tdlint.spec.applications.measured import MEASURED
from tdlint.spec.applications.preprocessing import RANGES, Range
from tdlint.spec.layers.base import Invalid, LayerArgs, LayerSpec, Ndim, Shapes, Undecided, WeightSpec, known_shape
from tdlint.spec.signature import Param, Signature
from tdlint.values import Const, LayerObject, TensorValue, Unknown, Value, number, shape_of, text

PREFIX = "keras.applications."

_OLD_KEYWORDS = frozenset({"backend", "layers", "model_name", "models", "utils"})
"""Keywords that Keras 2 takes."""

_VARYING = ("alpha", "minimalistic")
_FLATTENED = 7 * 7
"""Positions that the classifier of VGG was measured with, for images of 224 by 224 pixels."""

_HIDDEN = 4096

_SQUARES = {"mobilenet": (128, 160, 192, 224), "mobilenet_v2": (96, 128, 160, 192, 224)}
"""Sizes of images for which there are weights, where there are several."""


@cache
def find(type_name: str) -> LayerSpec | None:
    """The entry of a model function by canonical name, such as ``keras.applications.VGG16``."""
    family = FAMILY_OF.get(type_name.removeprefix(PREFIX))
    if family is None or not type_name.startswith(PREFIX):
        return None
    params = tuple(Param(name, DEFAULTS[name]) for name in family.parameters)
    return LayerSpec(type_name, Signature(params, _OLD_KEYWORDS), _outputs, _weights, Ndim.exactly(4))


def family_of(layer: LayerObject) -> Family | None:
    """The family of a model, None for what is no model of ``keras.applications``."""
    return FAMILY_OF.get(layer.short_type) if layer.type.startswith(PREFIX) else None


def _family(args: LayerArgs) -> Family:
    return FAMILY_OF[args.layer.short_type]


def _measured(args: LayerArgs) -> Measured:
    """The entry of the table.

    Raises:
        Undecided: these arguments make a model that was not measured.
    """
    if "depth_multiplier" in _family(args).parameters and args.value("depth_multiplier").must_be(1, 1.0) is False:
        raise Undecided("depth_multiplier is not 1")
    parameters = [name for name in _VARYING if name in _family(args).parameters]
    values = [args.boolean(name) if name == "minimalistic" else number(args.value(name)) for name in parameters]
    found = MEASURED.get((args.layer.short_type, *(value for value in values if value is not None)))
    if found is None:
        raise Undecided(f"{' and '.join(parameters)} make a model that was not measured")
    if _family(args).module == "efficientnet_v2" and not args.value("name").must_be(None, found.name):
        raise Undecided("EfficientNetV2 finds its blocks by its name, and has none under another one")
    return found


def _has_top(args: LayerArgs) -> bool:
    if text(args.value("include_top")) is not None:
        raise Undecided("include_top is a text")  # ConvNeXt of Keras 2 has the name first
    return args.boolean("include_top")


def image_shape(layer: LayerObject) -> Shape:
    """The shape of the images that a model is made for, with the batch axis.

    Raises:
        Undecided: it can't be told.
        Invalid: Keras refuses the arguments.
    """
    args = LayerArgs(layer)
    tensor = args.value("input_tensor")
    if isinstance(tensor, TensorValue):
        return known_shape(tensor.shape)
    if not tensor.must_be(None):
        raise Undecided("input_tensor is not known")
    pretrained = args.value("weights").must_be("imagenet")
    if args.is_none("input_shape"):
        return (FREE, *_default_shape(args))
    shape = known_shape(shape_of(args.value("input_shape")))
    if len(shape) != 3:
        raise Invalid(f"input_shape must have 3 sizes, received {len(shape)}")
    if pretrained and isinstance(shape[2], int) and shape[2] != 3:
        raise Invalid(f"the weights of imagenet need images of 3 channels, received {shape[2]}")
    _check_sizes(args, shape, pretrained)
    return (FREE, *shape)


def _default_shape(args: LayerArgs) -> Shape:
    if args.layer.short_type == "NASNetMobile" and not _has_top(args):
        raise Undecided("Keras 2 leaves the size of the images free, Keras 3 does not")
    size = _measured(args).default_size if _has_top(args) else None
    return (FREE, FREE, 3) if size is None else (size, size, 3)


def _check_sizes(args: LayerArgs, shape: Shape, pretrained: bool) -> None:
    family = _family(args)
    sizes = shape[:2]
    if any(isinstance(size, int) and size < family.min_size for size in sizes):
        raise Invalid(f"images must have at least {family.min_size} by {family.min_size} pixels")
    if not _has_top(args) or family.module == "mobilenet_v3":
        return
    if any(isinstance(size, Free) for size in sizes):
        raise Invalid("with include_top the size of the images must be known")
    if not pretrained:
        return
    fitting = _SQUARES.get(family.module, (_measured(args).default_size,))
    known = [size for size in sizes if isinstance(size, int)]
    if any(size not in fitting for size in known) or len(set(known)) > 1:
        some = " or ".join(f"{size} by {size}" for size in fitting)
        raise Invalid(f"the weights of imagenet with include_top need images of {some} pixels")


def _outputs(args: LayerArgs, inputs: Shapes) -> tuple[AnyShape, ...]:
    made_for = image_shape(args.layer)
    shape = made_for if isinstance(inputs[0], UnknownShape) else inputs[0]
    if any(
        isinstance(one, int) and isinstance(two, int) and one != two for one, two in zip(shape, made_for, strict=True)
    ):
        raise Undecided("it is called on images of another size than it is made for")
    measured = _measured(args)
    if _has_top(args):
        if args.value("weights").must_be("imagenet") and args.size("classes") != 1000:
            raise _other_classes(args)
        return ((shape[0], args.size("classes")),)
    sizes = tuple(_size(args, *pair) for pair in zip(shape[1:3], made_for[1:3], strict=True))
    if args.value("pooling").must_be("avg", "max"):
        return ((shape[0], measured.features),)
    if args.value("pooling").may_be("avg", "max"):
        raise Undecided("pooling is not known")
    if _family(args).free_steps != _family(args).steps:
        _check_mixed(made_for)
    return ((shape[0], *sizes, measured.features),)


def _other_classes(args: LayerArgs) -> Exception:
    found = args.size("classes")
    if isinstance(found, int):
        return Invalid(f"the weights of imagenet with include_top are for 1000 classes, received {found}")
    return Undecided("classes is not known")


def _check_mixed(made_for: Shape) -> None:
    """Where one size is free, Keras pads the other as if it was, too; that is not measured."""
    if len({isinstance(size, Free) for size in made_for[1:3]}) > 1:
        raise Undecided("one of the two sizes of the images is free")


def _size(args: LayerArgs, size: Dim, made_for: Dim) -> Dim:
    """The size of one axis of the output."""
    if isinstance(size, Free):
        return FREE
    if not isinstance(size, int):
        return UnknownDim("depends on a size that is not known")
    family = _family(args)
    steps = family.free_steps if isinstance(made_for, Free) else family.steps
    if steps is None:
        raise Undecided("it is made for images of any size, and its sizes then depend on more than the image")
    for step in steps:
        size = _after(step, size)
    if size < 1:
        raise Undecided("the images are too small")
    return size


def _after(step: Step, size: int) -> int:
    if step == "half":
        return size // 2
    if step == "half up":
        return (size + 1) // 2
    kernel, stride = step
    return (size - kernel) // stride + 1


def _weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    """All weights as two: those that are trained, and those that never are."""
    made_for = image_shape(args.layer)
    measured, channels = _measured(args), made_for[3]
    if not isinstance(channels, int):
        raise Undecided("the channels of the images are not known")
    if _family(args).module == "nasnet" and any(isinstance(size, Free) for size in made_for[1:3]):
        raise Undecided("it is made for images of any size, and has other weights then")
    trained, frozen = measured.body.at(channels)
    if _has_top(args):
        classes = args.integer("classes")
        more, more_frozen = measured.top.at(classes)
        trained, frozen = trained + more + _flattened(args, measured, made_for), frozen + more_frozen
    counts = (("trainable weights", trained, True), ("non-trainable weights", frozen, False))
    made = Unknown("how the weights of a model of keras.applications are made")
    return tuple(
        WeightSpec(name, (count,), made, args.layer, trainable=trains) for name, count, trains in counts if count
    )


def _flattened(args: LayerArgs, measured: Measured, made_for: Shape) -> int:
    """What the first Dense of a classifier that flattens has more than for the images it was measured with."""
    if not _family(args).flattens:
        return 0
    height, width = (_size(args, size, size) for size in made_for[1:3])
    if not (isinstance(height, int) and isinstance(width, int)):
        raise Undecided("the classifier depends on the size of the images")
    return (height * width - _FLATTENED) * measured.features * _HIDDEN


def model_name(layer: LayerObject) -> str | None:
    """The name of a model, None if it can't be told."""
    given = layer.args.get("name")
    if not given.must_be(None) and layer.args.passes("name"):
        return text(given)
    args = LayerArgs(layer)
    try:
        module = _family(args).module
        if module not in ("mobilenet", "mobilenet_v2"):
            return _measured(args).name
        return _mobile_name(args, "mobilenet" if module == "mobilenet" else "mobilenetv2")
    except (Undecided, Invalid):
        return None


def _mobile_name(args: LayerArgs, stem: str) -> str | None:
    """``mobilenetv2_1.00_224``: with the width, and the height of the images for which there are weights."""
    alpha = number(args.value("alpha"))
    size: Dim = image_shape(args.layer)[1] if args.value("input_tensor").must_be(None) else _default_shape(args)[0]
    if args.value("weights").must_be("imagenet"):
        shape = image_shape(args.layer)
        size = size if size in _SQUARES[_family(args).module] and shape[1] == shape[2] else 224
    elif not args.value("weights").must_be(None):
        return None
    if alpha is None or not isinstance(size, int | Free):
        return None
    return f"{stem}_{alpha:0.2f}_{'None' if isinstance(size, Free) else size}"


def last_activation(layer: LayerObject) -> Value | None:
    """The activation that a model ends with, None for a model without classifier; unknown if it is not sure."""
    if layer.args.get("include_top").must_be(False):
        return None
    if layer.args.get("include_top").must_be(True):
        return layer.args.get("classifier_activation")
    return Unknown("include_top is not known")


def last_layer_name(layer: LayerObject) -> str | None:
    """The name of the last layer of a model without classifier and pooling, None if it can't be told."""
    try:
        args = LayerArgs(layer)
        plain = not _has_top(args) and args.value("pooling").must_be(None)
        return _measured(args).last_layer if plain else None
    except (Undecided, Invalid):
        return None


def counted_names(layer: LayerObject) -> tuple[tuple[str, int], ...]:
    """The names that Keras makes by counting for layers inside of a model: their stems, and how many of each."""
    try:
        args = LayerArgs(layer)
        measured = _measured(args)
        if _has_top(args):
            return measured.counted_with_top
        pooled = {"avg": "average", "max": "max"}.get(text(args.value("pooling")) or "")
        stem = measured.pooling_stem
        more = ((stem.replace("average", pooled), 1),) if stem is not None and pooled is not None else ()
        return (*measured.counted, *more)
    except (Undecided, Invalid):
        return ()


def expected_range(layer: LayerObject) -> Range | None:
    """The range of pixels that a model was trained on, None if it can't be told.

    A model that scales pixels itself takes them from 0 to 255; the others take what ``preprocess_input`` makes of them.
    """
    family = family_of(layer)
    if family is None:
        return None
    if not family.preprocesses:
        return RANGES[family.mode]
    included = layer.args.get("include_preprocessing") if "include_preprocessing" in family.parameters else Const(True)
    return (0.0, 255.0) if included.must_be(True) else None


def preprocess_mode(name: str) -> str | None:
    """What the function ``keras.applications.<module>.preprocess_input`` does, None for any other name."""
    module, _, function = name.removeprefix(PREFIX).rpartition(".")
    return MODES.get(module) if function == "preprocess_input" and name.startswith(PREFIX) else None
