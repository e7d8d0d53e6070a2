"""What scikit-learn does to data before it meets a model: splitting, scaling, encoding, and its own data sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.data import preparation
from tdlint.interp.data.array_arguments import Function, Given, NotFollowed, function, made, with_memory
from tdlint.interp.data.array_items import length
from tdlint.interp.heap import FrameValue
from tdlint.interp.python import containers
from tdlint.shapes import Dim, UnknownDim, UnknownShape
from tdlint.spec import datasets
from tdlint.spec.arrays import Fails
from tdlint.spec.dtypes import is_float
from tdlint.values import (
    Arguments,
    ArrayValue,
    Const,
    Instance,
    Labels,
    Sequence,
    Unknown,
    Value,
    dim,
    integer,
    join,
    number,
)

SPLIT = "sklearn.model_selection.train_test_split"
_ARRAYS = tuple(f"array{number}" for number in range(8))


def _train_test_split(given: Given) -> Value:
    arrays = [given.values[name] for name in _ARRAYS if name in given.values]
    _record_split(given, arrays)
    lengths = [_length(given, array) for array in arrays]
    known = {found for found in lengths if found is not None}
    if len(known) > 1:
        raise Fails(f"arrays of {' and '.join(map(str, sorted(known)))} samples")
    parts: tuple[Dim, Dim] = (UnknownDim("a part of the samples"), UnknownDim("a part of the samples"))
    wanted = [given.get(name) for name in ("test_size", "train_size")]
    sizes = [None if value is None else number(value) for value in wanted]
    if all(value is None or size is not None for value, size in zip(wanted, sizes, strict=True)):
        if known:
            try:
                parts = datasets.train_test_sizes(known.pop(), *sizes)
            except ValueError as error:
                raise Fails(str(error)) from None
        else:
            test, train = (size if isinstance(size, int) else None for size in sizes)
            parts = tuple(part if size is None else size for part, size in zip(parts, (train, test), strict=True))  # type: ignore[assignment]
    return Sequence(tuple(_part(given, array, size) for array in arrays for size in parts), "list")


def _record_split(given: Given, arrays: list[Value]) -> None:
    """Tell the rules under which names the parts go on."""
    run, statement = given.run, given.run.assigning
    if statement is None or statement.value is not given.node or len(statement.targets) != 1:
        return
    target = statement.targets[0].target
    if not isinstance(target, cst.Tuple | cst.List):
        return
    names = tuple(
        Const(element.value.value) if isinstance(element.value, cst.Name) else Unknown("not a name")
        for element in target.elements
    )
    site = run.site(given.node)
    arguments = Arguments(
        (
            ("arrays", containers.snapshot(run, Sequence(tuple(arrays)))),
            ("targets", Sequence(names)),
            ("names", preparation.names_given(given.node)),
        ),
        sites=(("targets", run.site(target)),),
    )
    run.record_call(CallSite(SPLIT, arguments, site, (), not run.uncertain))


def _length(given: Given, value: Value) -> int | None:
    listed = containers.as_list(given.run, value)
    if listed is not None:
        return len(listed.items) if listed.rest is None else None
    found = length(value)
    return None if found is None else integer(found)


def _part(given: Given, value: Value, size: Dim) -> Value:
    if isinstance(value, ArrayValue):
        if isinstance(value.shape, UnknownShape) or not value.shape:
            return replace(value, memory=frozenset())
        return replace(
            value, shape=(size, *value.shape[1:]), classes=classes_of_part(value.classes, size), memory=frozenset()
        )
    if isinstance(value, FrameValue):
        return replace(value, rows=size)
    listed = containers.as_list(given.run, value)
    if listed is not None:
        items = [*listed.items, *(() if listed.rest is None else (listed.rest,))]
        one = items[0] if items else Unknown("an item of an empty list")
        for item in items[1:]:
            one = join(one, item)
        return Sequence((), "list", one)
    return Unknown(value.reason if isinstance(value, Unknown) else "a part of something that is not known")


def classes_of_part(classes: int | None, size: Dim) -> int | None:
    """The number of classes that a random part of labels has: all, if there are many more samples than classes."""
    plenty = classes is not None and classes <= 20 and isinstance(size, int) and size >= 20 * classes
    return classes if plenty else None


def _shuffle(given: Given) -> Value:
    arrays = [given.values[name] for name in _ARRAYS if name in given.values]
    count = given.integer("n_samples")
    found = [value if count is None else _part(given, value, count) for value in arrays]
    return found[0] if len(found) == 1 else Sequence(tuple(found), "list")


def _object(kind: str) -> Callable[[Given], Value]:
    return lambda given: Instance(kind, Arguments(tuple(given.values.items())), given.run.fresh())


def _scaled(range_: tuple[float, float] | None) -> Callable[[Instance], Function]:
    def method(owner: Instance) -> Function:
        def compute(given: Given) -> Value:
            array = given.known("X")
            if isinstance(array.shape, UnknownShape) or len(array.shape) != 2:
                raise Fails("a scaler needs two axes")
            # whole numbers and tables become float64
            dtype = array.dtype if is_float(array.dtype) else None if array.dtype is None else "float64"
            return made(array.shape, dtype, _bounds(owner, range_))

        return function("X y sample_weight copy", compute)

    return method


def _bounds(owner: Instance, range_: tuple[float, float] | None) -> tuple[float, float] | None:
    wanted = owner.args.get("feature_range")
    if range_ is None or not owner.args.passes("feature_range"):
        return range_
    if isinstance(wanted, Sequence) and len(wanted.items) == 2:
        low, high = map(number, wanted.items)
        return None if low is None or high is None else (low, high)
    return None


_Methods = dict[str, Callable[[Instance], Function]]


def _itself(owner: Instance) -> Function:
    return function("X y", lambda given: owner)


def _scaler(range_: tuple[float, float] | None) -> _Methods:
    # only what was fitted is certainly in the range
    return {
        "fit": _itself,
        "fit_transform": _scaled(range_),
        "transform": _scaled(None),
        "inverse_transform": _scaled(None),
    }


def _encoded(owner: Instance) -> Function:
    def compute(given: Given) -> Value:
        array = given.array("y")
        if isinstance(array.shape, UnknownShape):
            return ArrayValue((UnknownDim("as many as there are labels"),), "int64", None, "integer")
        if len(array.shape) == 2 and array.shape[1] != 1:
            raise NotFollowed("labels with two axes")
        known = array.range if array.labels == "integer" else None
        top = None if known is None else (0, max(known[1] - known[0], 0))
        return ArrayValue(array.shape[:1], "int64", top, "integer", array.classes)

    return function("y", compute)


def _binarized(owner: Instance) -> Function:
    def compute(given: Given) -> Value:
        array = given.array("y")
        if array.shape == ():
            raise NotFollowed("labels without an axis")
        rows = UnknownDim("labels") if isinstance(array.shape, UnknownShape) else array.shape[0]
        return ArrayValue((rows, UnknownDim("one column for each class")), "int64", (0, 1), "integer")

    return function("y", compute)


def _one_hot(owner: Instance) -> Function:
    def compute(given: Given) -> Value:
        dense = any(owner.args.get(name).must_be(False) for name in ("sparse", "sparse_output"))
        array = given.array("X")
        if not dense or isinstance(array.shape, UnknownShape) or len(array.shape) != 2:
            raise NotFollowed("a sparse matrix")
        single = array.shape[1] == 1 and owner.args.get("handle_unknown").must_be("error")
        plain = len(owner.args.bound) == 1 or single
        labels: Labels = "one-hot" if array.shape[1] == 1 and plain else "integer"
        columns = UnknownDim("one column for each category")
        return ArrayValue((array.shape[0], columns), "float64", (0, 1), labels)

    return function("X y", compute)


METHODS: dict[str, _Methods] = {
    "sklearn.preprocessing.StandardScaler": _scaler(None),
    "sklearn.preprocessing.RobustScaler": _scaler(None),
    "sklearn.preprocessing.MinMaxScaler": _scaler((0, 1)),
    "sklearn.preprocessing.MaxAbsScaler": _scaler((-1, 1)),
    "sklearn.preprocessing.LabelEncoder": {"fit": _itself, "fit_transform": _encoded, "transform": _encoded},
    "sklearn.preprocessing.LabelBinarizer": {"fit": _itself, "fit_transform": _binarized, "transform": _binarized},
    "sklearn.preprocessing.OneHotEncoder": {"fit": _itself, "fit_transform": _one_hot, "transform": _one_hot},
}
"""Methods of scalers and encoders, by the class of the object."""


def _loaded(given: Given) -> Value:
    found = datasets.SKLEARN_DATASETS[given.name]
    if given.flag("as_frame") or given.values.keys() - {"return_X_y", "as_frame"}:
        raise NotFollowed(f"{given.name} with arguments that are not followed")
    data, target = found.arrays()
    if given.flag("return_X_y"):
        return Sequence((data, target), "tuple")
    held = with_memory(given.run, Sequence((data, target), "tuple"), given.node)
    assert isinstance(held, Sequence)
    parts = tuple(zip(("data", "target"), held.items, strict=True))
    return Instance("sklearn.utils.Bunch", Arguments(parts), given.run.fresh())


def _count(given: Given, name: str, default: int) -> Dim:
    value = given.get(name)
    if value is None:
        return default
    return dim(value) if not isinstance(value, Sequence) else UnknownDim("several numbers of samples")


def _classification(given: Given) -> Value:
    classes = given.integer("n_classes", 2)
    samples = _count(given, "n_samples", 100)
    x = made((samples, _count(given, "n_features", 20)), "float64")
    top = None if classes is None else (0, classes - 1)
    return Sequence((x, ArrayValue((samples,), "int64", top, "integer", classes)), "tuple")


def _regression(given: Given) -> Value:
    if given.flag("coef"):
        raise NotFollowed("make_regression with coef")
    samples, targets = _count(given, "n_samples", 100), given.integer("n_targets", 1)
    x = made((samples, _count(given, "n_features", 100)), "float64")
    shape = (samples,) if targets == 1 else (samples, targets or 0)
    return Sequence((x, made(shape, "float64", None, "real")), "tuple")


def _two_shapes(given: Given) -> Value:
    samples = _count(given, "n_samples", 100)
    # make_moons gives half of an odd number to each shape, rounded so that the sum is right
    if not isinstance(samples, int):
        samples = UnknownDim("the number of samples")
    x = made((samples, 2), "float64")
    return Sequence((x, ArrayValue((samples,), "int64", (0, 1), "integer", 2)), "tuple")


def _blobs(given: Given) -> Value:
    samples, centers = _count(given, "n_samples", 100), given.integer("centers", 3)
    if given.flag("return_centers") or not isinstance(samples, int) or centers is None:
        raise NotFollowed("make_blobs with arguments that are not followed")
    x = made((samples, _count(given, "n_features", 2)), "float64")
    return Sequence((x, ArrayValue((samples,), "int64", (0, centers - 1), "integer", centers)), "tuple")


def _class_weights(given: Given) -> Value:
    return made((UnknownDim("as many as there are classes"),), "float64")


_SPLIT = function(" ".join((*_ARRAYS, "test_size train_size random_state shuffle stratify")), _train_test_split)
_SCALERS = {
    "StandardScaler": "copy with_mean with_std",
    "RobustScaler": "with_centering with_scaling quantile_range copy unit_variance",
    "MinMaxScaler": "feature_range copy clip",
    "MaxAbsScaler": "copy clip",
    "LabelEncoder": "",
    "LabelBinarizer": "neg_label pos_label sparse_output",
    "OneHotEncoder": "categories drop sparse sparse_output dtype handle_unknown min_frequency max_categories",
}
FUNCTIONS: dict[str, Function] = {
    SPLIT: _SPLIT,
    "sklearn.cross_validation.train_test_split": _SPLIT,
    "sklearn.utils.class_weight.compute_class_weight": function("class_weight classes y", _class_weights),
    "sklearn.utils.compute_class_weight": function("class_weight classes y", _class_weights),
    "sklearn.utils.shuffle": function(" ".join((*_ARRAYS, "random_state n_samples")), _shuffle),
    **{
        f"sklearn.preprocessing.{name}": function(parameters, _object(f"sklearn.preprocessing.{name}"))
        for name, parameters in _SCALERS.items()
    },
    **{
        f"sklearn.datasets.{name}": function("return_X_y as_frame data_home download_if_missing", _loaded)
        for name in datasets.SKLEARN_DATASETS
    },
    "sklearn.datasets.make_classification": function(
        "n_samples n_features n_informative n_redundant n_repeated n_classes n_clusters_per_class weights flip_y "
        "class_sep hypercube shift scale shuffle random_state",
        _classification,
    ),
    "sklearn.datasets.make_regression": function(
        "n_samples n_features n_informative n_targets bias effective_rank tail_strength noise shuffle coef "
        "random_state",
        _regression,
    ),
    "sklearn.datasets.make_moons": function("n_samples shuffle noise random_state", _two_shapes),
    "sklearn.datasets.make_circles": function("n_samples shuffle noise random_state factor", _two_shapes),
    "sklearn.datasets.make_blobs": function(
        "n_samples n_features centers cluster_std center_box shuffle random_state return_centers", _blobs
    ),
}
"""Functions and classes of scikit-learn, by canonical name."""
