"""Data that Keras reads in batches: directories of files, windows of series, generators of images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from tdlint.interp.data.array_arguments import Function, Given, NotFollowed, as_array, function, shape_of_known, sizes
from tdlint.interp.python import containers
from tdlint.shapes import FREE, Dim, Shape, UnknownDim, UnknownShape
from tdlint.values import (
    NONE,
    Arguments,
    ArrayValue,
    Const,
    DatasetValue,
    ImageFlow,
    Instance,
    Sequence,
    Unknown,
    Value,
    dim,
    integer,
    number,
    text,
)

_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


def _image(given: Given, size: str, default: int) -> Shape:
    """Height, width and channels of the images of a directory."""
    wanted = given.get(size)
    dims = (default, default) if wanted is None else sizes(given.run, wanted)
    if isinstance(dims, UnknownShape):
        dims = (UnknownDim(dims.reason), UnknownDim(dims.reason))
    if len(dims) == 1:
        dims = (dims[0], dims[0])
    mode = text(given.get("color_mode") or Const("rgb"))
    channels: Dim = _CHANNELS.get(mode or "", 0) or UnknownDim("color_mode is not known")
    if given.get("data_format") is not None and not (given.get("data_format") or NONE).must_be("channels_last"):
        raise NotFollowed("images with another data format")
    return (*dims, channels)


def _batch_size(given: Given, default: int = 32) -> Dim:
    value = given.values.get("batch_size")
    if value is not None and not value.must_be(None) and integer(value) is None:
        return UnknownDim("batch_size is not known")
    return default if value is None else dim(value)


def _class_count(given: Given, name: str) -> Dim:
    value = given.get(name)
    listed = None if value is None else containers.as_list(given.run, value)
    if listed is None or listed.rest is not None:
        return UnknownDim("as many as there are classes")
    return len(listed.items)


_LabelKinds = dict[str, tuple[Literal["one-hot", "column", "flat"], str]]


def _labels_like(mode: Value, classes: Dim, kinds: _LabelKinds) -> Value | None:
    """The labels of a batch by ``class_mode`` or ``label_mode``; None for no labels."""
    if mode.must_be(None):
        return None
    wanted = text(mode)
    if wanted is None or wanted not in kinds:
        return Unknown("labels of a kind that is not followed")
    form, dtype = kinds[wanted]
    count = 2 if wanted == "binary" else classes if isinstance(classes, int) else None
    if form == "one-hot":
        return ArrayValue((FREE, classes), dtype, (0, 1), "one-hot", count)
    shape: Shape = (FREE, 1) if form == "column" else (FREE,)
    return ArrayValue(shape, dtype, None if count is None else (0, count - 1), "integer", count)


_LABEL_MODES: _LabelKinds = {
    "int": ("flat", "int32"),
    "binary": ("column", "float32"),
    "categorical": ("one-hot", "float32"),
}
_CLASS_MODES: _LabelKinds = {
    "sparse": ("flat", "float32"),
    "binary": ("flat", "float32"),
    "categorical": ("one-hot", "float32"),
}


def _dataset(images: ArrayValue, labels: Value | None, batch: Dim) -> DatasetValue:
    element = images if labels is None else Sequence((images, labels), "tuple")
    return DatasetValue(element, "tf.data", batch)


def _flowing(owner: Instance, given: Given, images: ArrayValue, labels: Value | None) -> DatasetValue:
    """What a method of ``ImageDataGenerator`` gives."""
    element = images if labels is None else Sequence((images, labels), "tuple")
    plain = {name: value for name, value in given.values.items() if name not in ("y", "dataframe")}
    flow = Arguments(tuple((name, containers.snapshot(given.run, value)) for name, value in plain.items()))
    source = ImageFlow(given.name, owner.args, flow, given.run.site(given.node))
    return DatasetValue(element, "generator", _batch_size(given), images=source)


def _from_directory(given: Given) -> Value:
    """``image_dataset_from_directory``, ``text_dataset_from_directory``."""
    if "batch_size" in given.values and given.get("batch_size") is None:
        raise NotFollowed("samples without batches")
    mode: Value = given.values.get("label_mode", Const("int"))
    labels_given = given.values.get("labels", Const("inferred"))
    if labels_given.must_be(None):
        mode = NONE
    classes = _class_count(given, "class_names")
    labels = _labels_like(mode, classes, _LABEL_MODES)
    if given.name.startswith("image"):
        data = ArrayValue(
            (FREE, *_image(given, "image_size", 256)),
            "float32",
            (0, 255) if given.get("interpolation") is None else None,
        )
    else:
        data = ArrayValue((FREE,), "str")
    found = _dataset(data, labels, _batch_size(given))
    subset = given.get("subset")
    if subset is not None and text(subset) is None:
        raise NotFollowed("a subset that is not known")
    if subset is not None and subset.must_be("both"):
        return Sequence((found, found), "tuple")
    anew = given.values.get("shuffle", Const(True)).must_be(True)
    return replace(found, reshuffled=(given.run.site(given.node).number, "all")) if anew else found


def _timeseries(given: Given) -> Value:
    data, targets = given.known("data"), given.get("targets")
    shape = shape_of_known(data)
    if "batch_size" in given.values and given.get("batch_size") is None:
        raise NotFollowed("samples without batches")
    steps = dim(given.need("sequence_length"))
    windows = ArrayValue((FREE, steps, *shape[1:]), data.dtype, data.range)
    labels = None
    if targets is not None:
        array = as_array(given.run, targets)
        rest = array.shape if isinstance(array.shape, UnknownShape) else (FREE, *array.shape[1:])
        labels = replace(array, shape=rest, memory=frozenset())
    return _dataset(windows, labels, _batch_size(given, 128))


def _image_generator(given: Given) -> Value:
    values = tuple((name, containers.snapshot(given.run, value)) for name, value in given.values.items())
    arguments = Arguments(values)
    return Instance("keras.preprocessing.image.ImageDataGenerator", arguments, given.run.fresh())


_GEOMETRY = frozenset(
    {
        *("rotation_range", "width_shift_range", "height_shift_range", "shear_range", "zoom_range", "fill_mode"),
        *("horizontal_flip", "vertical_flip", "rescale", "validation_split"),
    }
)
"""Arguments of ImageDataGenerator that leave the range of the pixels, besides ``rescale``."""


def _pixels(owner: Instance) -> tuple[float, float] | None:
    """The range of the pixels that a generator yields from files."""
    given = dict(owner.args.bound)
    if given.keys() - _GEOMETRY:
        return None
    scale = 1 if "rescale" not in given or given["rescale"].must_be(None) else number(given["rescale"])
    return None if scale is None or scale <= 0 else (0, 255 * scale)


def _flow_from_files(owner: Instance) -> Function:
    def compute(given: Given) -> Value:
        images = ArrayValue((FREE, *_image(given, "target_size", 256)), "float32", _pixels(owner))
        mode: Value = given.values.get("class_mode", Const("categorical"))
        if mode.must_be("input"):
            return _flowing(owner, given, images, images)
        labels = _labels_like(mode, _class_count(given, "classes"), _CLASS_MODES)
        return _flowing(owner, given, images, labels)

    frame = "dataframe directory x_col y_col weight_col" if owner.type.endswith("frame") else "directory"
    rest = "target_size color_mode classes class_mode batch_size shuffle seed save_to_dir save_prefix save_format"
    more = "follow_links subset interpolation keep_aspect_ratio validate_filenames"
    return function(f"{frame} {rest} {more}", compute)


def _flow_from_frame(owner: Instance) -> Function:
    return _flow_from_files(replace(owner, type="frame"))


def _flow(owner: Instance) -> Function:
    def compute(given: Given) -> Value:
        x, y = given.known("x"), given.get("y")
        shape = (FREE, *shape_of_known(x)[1:])
        images = ArrayValue(shape, "float32")
        if given.get("sample_weight") is not None:
            raise NotFollowed("batches with weights")
        if y is None:
            return _flowing(owner, given, images, None)
        labels = as_array(given.run, y)
        if isinstance(labels.shape, UnknownShape):
            return _flowing(owner, given, images, Unknown(labels.shape.reason))
        part = replace(labels, shape=(FREE, *labels.shape[1:]), memory=frozenset())
        return _flowing(owner, given, images, part)

    parameters = (
        "x y batch_size shuffle sample_weight seed save_to_dir save_prefix save_format ignore_class_split subset"
    )
    return function(parameters, compute)


def _load_image(given: Given) -> Value:
    """``load_img``: a picture of PIL, kept as the shape of its array."""
    size = given.get("target_size")
    dims = (UnknownDim("the size of the file"),) * 2 if size is None or size.must_be(None) else sizes(given.run, size)
    if isinstance(dims, UnknownShape) or len(dims) != 2:
        dims = (UnknownDim("target_size is not known"),) * 2
    grey = (given.get("grayscale") or Const(False)).must_be(True)
    mode = text(given.get("color_mode") or Const("rgb"))
    channels: Dim = 1 if grey else _CHANNELS.get(mode or "", 0) or UnknownDim("color_mode is not known")
    array = ArrayValue((*dims, channels), "uint8", (0, 255))
    return Instance(PICTURE, Arguments((("array", array),)), given.run.fresh())


def _image_to_array(given: Given) -> Value:
    """``img_to_array``: always three axes."""
    if given.get("data_format") is not None and not (given.get("data_format") or NONE).must_be("channels_last"):
        raise NotFollowed("a picture with another data format")
    image = given.need("img")
    array = image.args.get("array") if isinstance(image, Instance) and image.type == PICTURE else image
    unknown = UnknownDim("the size of the picture")
    if not isinstance(array, ArrayValue) or isinstance(array.shape, UnknownShape):
        return ArrayValue((unknown, unknown, unknown), "float32")
    shape = (*array.shape, 1) if len(array.shape) == 2 else array.shape
    if len(shape) != 3:
        raise NotFollowed("an array that is no picture")
    return ArrayValue(shape, "float32", array.range)


PICTURE = "keras.utils.PIL.Image"
"""The type of what ``load_img`` returns."""

METHODS: dict[str, dict[str, Callable[[Instance], Function]]] = {
    "keras.preprocessing.image.ImageDataGenerator": {
        "flow": _flow,
        "flow_from_directory": _flow_from_files,
        "flow_from_dataframe": _flow_from_frame,
    },
}
"""Methods of generators, by the class of the object."""

_SPLIT = "shuffle seed validation_split subset"
_IMAGES = function(
    f"directory labels label_mode class_names color_mode batch_size image_size {_SPLIT} interpolation follow_links "
    "crop_to_aspect_ratio pad_to_aspect_ratio data_format verbose",
    _from_directory,
)
_TEXTS = function(
    f"directory labels label_mode class_names batch_size max_length {_SPLIT} follow_links verbose", _from_directory
)
_SERIES = function(
    "data targets sequence_length sequence_stride sampling_rate batch_size shuffle seed start_index end_index",
    _timeseries,
)
_GENERATOR = function(
    "featurewise_center samplewise_center featurewise_std_normalization samplewise_std_normalization zca_whitening "
    "zca_epsilon rotation_range width_shift_range height_shift_range brightness_range shear_range zoom_range "
    "channel_shift_range fill_mode cval horizontal_flip vertical_flip rescale preprocessing_function data_format "
    "validation_split interpolation_order dtype",
    _image_generator,
)
_LOAD = function("path grayscale color_mode target_size interpolation keep_aspect_ratio", _load_image)
_TO_ARRAY = function("img data_format dtype", _image_to_array)
FUNCTIONS: dict[str, Function] = {
    **{f"keras.{module}.load_img": _LOAD for module in ("utils", "preprocessing.image")},
    **{f"keras.{module}.img_to_array": _TO_ARRAY for module in ("utils", "preprocessing.image")},
    "keras.utils.image_dataset_from_directory": _IMAGES,
    "keras.preprocessing.image_dataset_from_directory": _IMAGES,
    "keras.utils.text_dataset_from_directory": _TEXTS,
    "keras.preprocessing.text_dataset_from_directory": _TEXTS,
    "keras.utils.timeseries_dataset_from_array": _SERIES,
    "keras.preprocessing.timeseries_dataset_from_array": _SERIES,
    "keras.preprocessing.image.ImageDataGenerator": _GENERATOR,
}
"""Functions of Keras that read data in batches, by canonical name."""
