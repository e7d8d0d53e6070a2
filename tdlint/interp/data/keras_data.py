"""The data that Keras itself brings: its data sets, and helpers for labels and sequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tdlint.graph import CallSite
from tdlint.interp.data.array_arguments import (
    Function,
    Given,
    NotFollowed,
    as_array,
    function,
    made,
    scalar_of,
    shape_of_known,
)
from tdlint.interp.python import containers
from tdlint.shapes import Dim, UnknownDim, UnknownShape
from tdlint.spec import datasets
from tdlint.spec.dtypes import is_float
from tdlint.spec.ranges import fit, union
from tdlint.values import (
    NONE,
    Arguments,
    ArrayValue,
    Const,
    Instance,
    Labels,
    Sequence,
    Value,
    dim,
    integer,
    number,
)

_SAMPLES = "the number of samples depends on the arguments"


def _load(name: str) -> Callable[[Given], Value]:
    """``load_data`` of a module of ``keras.datasets``."""
    found = datasets.KERAS_DATASETS[name]

    def load(given: Given) -> Value:
        train: Dim = found.train
        test: Dim = found.test
        if given.get("maxlen") is not None:
            train = test = UnknownDim(_SAMPLES)
        elif given.get("version") is not None or given.get("test_split") is not None:
            train, test = _sizes_of_parts(given, found)
        one = found
        if name == "cifar100" and not (given.get("label_mode") or Const("fine")).must_be("fine"):
            coarse = (given.get("label_mode") or NONE).must_be("coarse")
            one = replace(found, classes=20) if coarse else replace(found, classes=None)
        if found.dtype == "object":
            one = replace(one, range=_words(given))
        return Sequence(tuple(Sequence(one.arrays(count), "tuple") for count in (train, test)), "tuple")

    return load


def _sizes_of_parts(given: Given, found: datasets.KerasDataset) -> tuple[Dim, Dim]:
    total, fraction = found.total, 0.2
    version, part = given.get("version"), given.get("test_split")
    if version is not None and not version.must_be("large"):
        if not version.must_be("small"):
            return UnknownDim(_SAMPLES), UnknownDim(_SAMPLES)
        total = datasets.SMALL_CALIFORNIA
    if part is not None:
        known = number(part)
        if known is None:
            return UnknownDim(_SAMPLES), UnknownDim(_SAMPLES)
        fraction = known
    return datasets.split_by_fraction(total, fraction)


def _words(given: Given) -> tuple[float, float] | None:
    """The range of word numbers in the sequences, where the program bounds it."""
    most, other = given.get("num_words"), given.values.get("oov_char", Const(2))
    bound = None if most is None else integer(most)
    replacement = 0 if other.must_be(None) else integer(other)
    if not bound or replacement is None:
        return None
    return 0, max(bound - 1, replacement)


def _to_categorical(given: Given) -> Value:
    array = given.known("y")
    shape = array.shape
    assert not isinstance(shape, UnknownShape)
    if array.labels == "one-hot" and len(shape) > 1:
        given.run.record_call(
            CallSite(
                "keras.utils.to_categorical",
                Arguments((("y", replace(array, memory=frozenset())),)),
                given.run.site(given.node),
                certain=not given.run.uncertain,
            )
        )
    count = given.get("num_classes")
    classes: Dim = UnknownDim("as many classes as there are in the data")
    if count is not None:
        classes = dim(count)
    elif array.classes is not None:
        classes = array.classes
    if shape[-1:] == (1,) and len(shape) > 1:
        shape = shape[:-1]
    elif len(shape) > 1 and not isinstance(shape[-1], int):
        raise NotFollowed("to_categorical drops a last axis of size 1, which is not known here")
    known = classes if isinstance(classes, int) else None
    return ArrayValue((*shape, classes), None, (0, 1), "one-hot", known)


def _normalize(given: Given) -> Value:
    array = given.known("x")
    if len(shape_of_known(array)) < 2 or given.integer("axis", -1) == 0:
        # Keras takes axis 0 for the last one when it puts the axis back, and gives one axis more for a vector
        raise NotFollowed("normalize along the first axis")
    plain = given.get("order") is None or (given.get("order") or NONE).must_be(2)
    positive = array.range is not None and array.range[0] >= 0
    return made(array.shape, None, ((0, 1) if positive else (-1, 1)) if plain else None)


def _pad_sequences(given: Given) -> Value:
    source = given.need("sequences")
    count, inner = _sequences(given, source)
    longest = given.get("maxlen")
    width: Dim = UnknownDim("as long as the longest sequence") if longest is None else dim(longest)
    dtype = given.dtype("int32")
    range_ = None
    fill = scalar_of(given.get("value") or Const(0))
    if inner.range is not None and fill is not None and (is_float(dtype) or inner.labels == "integer"):
        range_ = fit(union(inner.range, (fill, fill)), dtype)
    labels: Labels | None = "integer" if inner.labels == "integer" and fill == 0 else None
    return made((count, width, *shape_of_known(inner)[1:]), dtype, range_, labels)


def _sequences(given: Given, source: Value) -> tuple[Dim, ArrayValue]:
    """How many sequences there are, and one of them."""
    if isinstance(source, ArrayValue):
        shape = shape_of_known(source)
        if source.dtype == "object" and len(shape) == 1:
            return shape[0], ArrayValue((UnknownDim("a length"),), None, source.range, "integer")
        if len(shape) < 2:
            raise NotFollowed("sequences that are not known")
        return shape[0], replace(source, shape=shape[1:])
    items, rest = containers.iterate(given.run, source)
    if not items and rest is None:
        raise NotFollowed("no sequences")
    arrays = [as_array(given.run, item) for item in (*items, *(() if rest is None else (rest,)))]
    filled = [array for array in arrays if array.shape != (0,)] or arrays
    inner = shape_of_known(filled[0])[1:]
    if any(shape_of_known(array)[1:] != inner or not shape_of_known(array) for array in filled):
        raise NotFollowed("sequences of different kinds")
    range_ = filled[0].range
    for array in filled[1:]:
        range_ = union(range_, array.range)
    whole = all(array.labels == "integer" for array in filled)
    count: Dim = len(items) if rest is None else UnknownDim("as many as there are sequences")
    return count, made((UnknownDim("a length"), *inner), None, range_, "integer" if whole else None)


def _tokenizer(given: Given) -> Value:
    return Instance("keras.preprocessing.text.Tokenizer", Arguments(tuple(given.values.items())), given.run.fresh())


def _texts_to_sequences(owner: Instance) -> Function:
    most = integer(owner.args.get("num_words"))

    def compute(given: Given) -> Value:
        word = ArrayValue((), "int64", None if not most else (1, max(most - 1, 1)), "integer")
        return Sequence((), "list", Sequence((), "list", word))

    return function("texts", compute)


def _texts_to_matrix(owner: Instance) -> Function:
    most = integer(owner.args.get("num_words"))

    def compute(given: Given) -> Value:
        items, rest = containers.iterate(given.run, given.need("texts"))
        count: Dim = len(items) if rest is None else UnknownDim("as many as there are texts")
        width: Dim = most if most else UnknownDim("as many as there are words")
        mode = given.get("mode") or Const("binary")
        return made((count, width), "float64", (0, 1) if mode.must_be("binary") else None)

    return function("texts mode", compute)


METHODS: dict[str, dict[str, Callable[[Instance], Function]]] = {
    "keras.preprocessing.text.Tokenizer": {
        "texts_to_sequences": _texts_to_sequences,
        "texts_to_matrix": _texts_to_matrix,
    },
}
"""Methods of a tokenizer, by the class of the object."""

_PAD = function("sequences maxlen dtype padding truncating value", _pad_sequences)
_TOKENIZER = function("num_words filters lower split char_level oov_token analyzer", _tokenizer)
_WORDS = "path num_words skip_top maxlen seed start_char oov_char index_from"
_LOADERS = {
    "mnist": "path",
    "fashion_mnist": "",
    "cifar10": "",
    "cifar100": "label_mode",
    "imdb": _WORDS,
    "reuters": "path num_words skip_top maxlen test_split seed start_char oov_char index_from",
    "boston_housing": "path test_split seed",
    "california_housing": "version path test_split seed",
}
FUNCTIONS: dict[str, Function] = {
    **{f"keras.datasets.{name}.load_data": function(parameters, _load(name)) for name, parameters in _LOADERS.items()},
    "keras.utils.to_categorical": function("y num_classes dtype", _to_categorical),
    "keras.utils.normalize": function("x axis order", _normalize),
    "keras.utils.pad_sequences": _PAD,
    "keras.preprocessing.sequence.pad_sequences": _PAD,
    "keras.preprocessing.text.Tokenizer": _TOKENIZER,
}
"""Functions of Keras that make data, by canonical name."""
