"""Real numpy and the interpreter agree on generated programs: shapes, dtypes, ranges, and where numpy raises."""

from __future__ import annotations

import re
from collections import Counter

import libcst
import pytest
from array_strategies import Made, programs
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tdlint.interp.python import statements
from tdlint.interp.run import Run
from tdlint.shapes import UnknownShape
from tdlint.values import ArrayValue, Const, Sequence, Unknown, Value

numpy = pytest.importorskip("numpy", minversion="2.0")


def interpret(source: str) -> dict[str, Value]:
    """The values of the names of a program after it ran."""
    run = Run(source.count("\n"))
    statements.execute_block(run, libcst.parse_module(source))
    return run.state.frames[run.frames[0].number]


def check(value: Value, real: object) -> bool:
    """Check that a description fits what it describes; returns whether it says shape and dtype."""
    if isinstance(value, Unknown):
        return False
    if isinstance(real, tuple | list):
        assert isinstance(value, Sequence)
        assert len(value.items) == len(real)
        found = [check(item, one) for item, one in zip(value.items, real, strict=True)]
        return all(found)
    if isinstance(value, Const):
        assert value.value == pytest.approx(real)
        return True
    assert isinstance(value, ArrayValue)
    array = numpy.asarray(real)
    if not isinstance(value.shape, UnknownShape):
        assert len(value.shape) == array.ndim
        pairs = zip(value.shape, array.shape, strict=True)
        assert all(known == size for known, size in pairs if isinstance(known, int)), array.shape
    assert value.dtype in (None, array.dtype.name), array.dtype
    if value.range is not None and array.size and not numpy.isnan(array).all():
        slack = 1e-2 if array.dtype == numpy.float16 else 1e-5
        low, high = numpy.nanmin(array), numpy.nanmax(array)
        assert low >= value.range[0] - slack * max(1, abs(value.range[0])), (low, high)
        assert high <= value.range[1] + slack * max(1, abs(value.range[1])), (low, high)
    check_labels(value, array)
    return sized(value) and value.dtype is not None


def sized(value: Value) -> bool:
    """Whether all sizes are known numbers."""
    if isinstance(value, ArrayValue) and not isinstance(value.shape, UnknownShape):
        return all(isinstance(size, int) for size in value.shape)
    return isinstance(value, Const)


def names_in(made: Made, name: str) -> list[str]:
    """The names that the line of a name reads."""
    line = next(line for line in made.lines if line.startswith(f"{name} = "))
    return [other for other in re.findall(r"\bv\d+\b", line) if other != name]


def check_labels(value: ArrayValue, array: numpy.ndarray) -> None:
    if value.labels in ("integer", "one-hot"):
        assert ((array == numpy.rint(array)) | numpy.isnan(array)).all()
    if value.labels == "one-hot" and array.size:
        assert (array.sum(axis=-1) == 1).all()


def unforeseen(error: Exception) -> bool:
    """Whether it depends on the values in the arrays that numpy raises, or on its version."""
    if isinstance(error, OverflowError):  # numpy 1 takes a wider dtype
        return True
    return "negative integer powers" in str(error) or "is out of bounds for axis" in str(error)


def compare(made: Made) -> Counter[tuple[str, bool]]:
    """Check every name of a program; counts the lines by kind and by whether they were known."""
    source = "\n".join(made.lines) + "\n"
    values = interpret(source)
    if any(isinstance(values[name], Unknown) for name in made.changed):
        # whose elements change when an unknown array changes is not known
        return Counter()
    known: Counter[tuple[str, bool]] = Counter()
    for name, error in made.fails.items():
        value = values[name]
        claims = isinstance(value, ArrayValue) and sized(value)
        claims = claims and all(sized(values[used]) for used in names_in(made, name))
        assert not claims or unforeseen(error), f"{name}: {value}, numpy raises {error!r}\n{source}"
    for name, real in made.real.items():
        try:
            known[made.kinds[name], check(values[name], real)] += 1
            # parts of an array with fractions may have none
            if made.kinds[name] == "creation" and getattr(values[name], "labels", None) == "real" and numpy.size(real):
                assert (real != numpy.rint(real)).any()
        except AssertionError as error:
            described = repr(real)[:300]
            raise AssertionError(f"{name} is {values[name]}, numpy gives {described}\n{source}") from error
    return known


FEW = settings(
    max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
)


def agree(how: settings, number: int) -> Counter[tuple[str, bool]]:
    total: Counter[tuple[str, bool]] = Counter()

    @seed(number)
    @how
    @given(programs())
    def agrees(made: Made) -> None:
        total.update(compare(made))

    agrees()
    return total


def shares(total: Counter[tuple[str, bool]]) -> dict[str, float]:
    """By kind of line, the share of which shape or dtype are not known."""
    kinds = {kind for kind, _ in total}
    return {kind: total[kind, False] / (total[kind, False] + total[kind, True]) for kind in sorted(kinds)}


def test_some_programs() -> None:
    total = agree(FEW, 3)
    unknown = sum(count for (_, known), count in total.items() if not known)
    assert unknown < 0.15 * total.total(), shares(total)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(8))
def test_many_programs(number: int) -> None:
    agree(settings(FEW, max_examples=1500), 100 + number)


SPLITS = st.tuples(
    st.integers(1, 40),
    st.none() | st.integers(-1, 45) | st.floats(-0.1, 1.2, allow_nan=False),
    st.none() | st.integers(-1, 45) | st.floats(-0.1, 1.2, allow_nan=False),
)


@seed(5)
@settings(FEW, max_examples=300)
@given(SPLITS)
def test_sizes_of_training_and_test_parts(drawn: tuple[int, float | None, float | None]) -> None:
    selection = pytest.importorskip("sklearn.model_selection")
    total, test, train = drawn
    call = f"train_test_split(np.zeros(({total}, 2)), np.ones({total}), test_size={test!r}, train_size={train!r})"
    source = f"import numpy as np\nfrom sklearn.model_selection import train_test_split\na, b, c, d = {call}\n"
    values = interpret(source)
    try:
        parts = selection.train_test_split(numpy.zeros((total, 2)), numpy.ones(total), test_size=test, train_size=train)
    except ValueError:
        assert all(isinstance(values[name], Unknown) for name in "abcd"), source
        return
    assert all(check(values[name], part) for name, part in zip("abcd", parts, strict=True)), source


LOADERS = ["load_iris", "load_digits", "load_breast_cancer", "load_wine", "load_diabetes"]
MAKERS = [
    "make_classification(50, n_features=7, n_informative=3, n_classes=3)",
    "make_classification()",
    "make_regression(30, 4)",
    "make_regression(30, 4, n_targets=2)",
    "make_moons(31)",
    "make_circles(n_samples=20)",
    "make_blobs(25, 3, centers=4)",
    "make_blobs()",
]


@pytest.mark.parametrize("call", [f"{name}(return_X_y=True)" for name in LOADERS] + MAKERS)
def test_data_of_scikit_learn(call: str) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    values = interpret(f"from sklearn.datasets import *\nimport sklearn.datasets\nx, y = sklearn.datasets.{call}\n")
    x, y = eval(f"datasets.{call}", {"datasets": datasets})
    assert check(values["x"], x)
    assert check(values["y"], y)
    classes = values["y"].classes
    assert classes in (None, len(numpy.unique(y)))
    assert (classes is None) == (y.dtype.kind == "f")


PREPARATIONS = [
    "StandardScaler().fit_transform(np.random.randint(0, 9, (6, 3)))",
    "StandardScaler().fit_transform(np.random.rand(6, 3).astype('float32'))",
    "MinMaxScaler().fit_transform(np.random.randn(6, 3))",
    "MinMaxScaler((-2, 3)).fit_transform(np.random.randn(6, 3).astype('float32'))",
    "MaxAbsScaler().fit_transform(np.random.randn(6, 3))",
    "MinMaxScaler().fit(np.random.randn(6, 3)).transform(np.random.randn(2, 3))",
    "LabelEncoder().fit_transform([3, 5, 3])",
    "LabelEncoder().fit_transform(['b', 'a'])",
    "LabelBinarizer().fit_transform([1, 2, 3])",
    "OneHotEncoder(sparse_output=False).fit_transform(np.array([[1], [2], [1]]))",
    "OneHotEncoder(sparse_output=False).fit_transform(np.zeros((3, 2)))",
]


@pytest.mark.parametrize("call", PREPARATIONS)
def test_preparation_by_scikit_learn(call: str) -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    value = interpret(f"import numpy as np\nfrom sklearn import preprocessing\nit = preprocessing.{call}\n")["it"]
    assert not isinstance(value, Unknown)
    check(value, eval(f"preprocessing.{call}", {"preprocessing": preprocessing, "np": numpy}))


HELPERS = [
    "to_categorical([0, 2, 1])",
    "to_categorical([0, 2, 1], 5)",
    "to_categorical(np.array([[0], [1]]), num_classes=2)",
    "to_categorical(np.array([[0, 1], [1, 0]]), num_classes=2)",
    "pad_sequences([[1, 2], [3]])",
    "pad_sequences([[1, 2], [3]], maxlen=5, padding='post')",
    "pad_sequences([[1, 2], [3]], maxlen=1, value=-1)",
    "pad_sequences([[1.5, 2.5], [3.5]], maxlen=4, dtype='float32')",
    "pad_sequences(np.ones((3, 2, 4)), maxlen=6)",
    "pad_sequences([[[1, 2]], [[3, 4], [5, 6]]], maxlen=3)",
    "normalize(np.random.rand(3, 4))",
    "normalize(np.random.randn(3, 4, 5), axis=1)",
]


@pytest.mark.parametrize("call", HELPERS)
def test_helpers_of_keras(call: str) -> None:
    utils = pytest.importorskip("keras.utils")
    value = interpret(f"import numpy as np\nfrom keras import utils\nit = utils.{call}\n")["it"]
    assert isinstance(value, ArrayValue)
    check(value, eval(f"utils.{call}", {"utils": utils, "np": numpy}))
