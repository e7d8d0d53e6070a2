"""The data sets that come with Keras and scikit-learn: shapes, dtypes, ranges and kinds of labels.

The numbers of samples, the dtypes and the splits are those of ``load_data`` of Keras and of the ``load_*`` functions of
scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

from tdlint.shapes import Dim, Shape
from tdlint.values import ArrayValue, Labels


@dataclass(frozen=True)
class KerasDataset:
    """A data set of ``keras.datasets``. ``label`` is the shape of one label, ``train`` and ``test`` the samples.

    ``targets`` is the range of labels that are no classes.
    """

    train: int
    test: int
    sample: Shape
    dtype: str | None
    label: Shape
    label_dtype: str | None
    labels: Labels
    range: tuple[float, float] | None = None
    classes: int | None = None
    targets: tuple[float, float] | None = None

    @property
    def total(self) -> int:
        """All samples."""
        return self.train + self.test

    def arrays(self, samples: Dim) -> tuple[ArrayValue, ArrayValue]:
        """So many samples, and their labels."""
        label_range = self.targets if self.classes is None else (0, self.classes - 1)
        return (
            ArrayValue((samples, *self.sample), self.dtype, self.range, "integer" if self.dtype == "uint8" else None),
            ArrayValue((samples, *self.label), self.label_dtype, label_range, self.labels, self.classes),
        )


def _images(train: int, test: int, sample: Shape, label: Shape, dtype: str | None, classes: int) -> KerasDataset:
    return KerasDataset(train, test, sample, "uint8", label, dtype, "integer", (0, 255), classes)


KERAS_DATASETS = {
    "mnist": _images(60000, 10000, (28, 28), (), "uint8", 10),
    "fashion_mnist": _images(60000, 10000, (28, 28), (), "uint8", 10),
    "cifar10": _images(50000, 10000, (32, 32, 3), (1,), "uint8", 10),
    "cifar100": _images(50000, 10000, (32, 32, 3), (1,), "int64", 100),
    "imdb": KerasDataset(25000, 25000, (), "object", (), "int64", "integer", None, 2),
    "reuters": KerasDataset(8982, 2246, (), "object", (), "int64", "integer", None, 46),
    "boston_housing": KerasDataset(404, 102, (13,), "float64", (), "float64", "real", targets=(5.0, 50.0)),
    "california_housing": KerasDataset(16512, 4128, (8,), None, (), None, "real"),
}
"""By the name of the module in ``keras.datasets``."""

SMALL_CALIFORNIA = 600
"""Samples of the small version of the California housing prices."""


def split_by_fraction(total: int, fraction: float) -> tuple[int, int]:
    """The sizes of the training and the test part, as the Keras data sets round them."""
    train = int(total * (1 - fraction))
    return train, total - train


@dataclass(frozen=True)
class SklearnDataset:
    """A data set of ``sklearn.datasets``."""

    samples: int
    features: int
    classes: int | None = None
    range: tuple[float, float] | None = None
    targets: tuple[float, float] | None = None

    def arrays(self) -> tuple[ArrayValue, ArrayValue]:
        """Data and target."""
        label_range = self.targets if self.classes is None else (0, self.classes - 1)
        labels: Labels = "real" if self.classes is None else "integer"
        dtype = "float64" if self.classes is None else "int64"
        return (
            ArrayValue((self.samples, self.features), "float64", self.range),
            ArrayValue((self.samples,), dtype, label_range, labels, self.classes),
        )


SKLEARN_DATASETS = {
    "load_iris": SklearnDataset(150, 4, 3),
    "load_digits": SklearnDataset(1797, 64, 10, (0, 16)),
    "load_breast_cancer": SklearnDataset(569, 30, 2),
    "load_wine": SklearnDataset(178, 13, 3),
    "load_boston": SklearnDataset(506, 13, targets=(5.0, 50.0)),
    "load_diabetes": SklearnDataset(442, 10, targets=(25, 346)),
    "fetch_california_housing": SklearnDataset(20640, 8, targets=(0.14999, 5.00001)),
}
"""By the name of the function that loads it."""


def train_test_sizes(total: int, test: float | None, train: float | None) -> tuple[int, int]:
    """The numbers of training and test samples as ``train_test_split`` rounds them.

    Raises:
        ValueError: scikit-learn raises on these sizes.
    """
    for size in (test, train):
        if size is not None and not (0 < size < 1 if isinstance(size, float) else 0 < size < total):
            raise ValueError(f"a part of size {size!r} of {total} samples")
    if isinstance(test, float) and isinstance(train, float) and test + train > 1:
        raise ValueError("parts that are more than the whole")
    if test is None and train is None:
        test = 0.25
    tests = _rounded_up(test * total) if isinstance(test, float) else test
    trains = int(train * total // 1) if isinstance(train, float) else train
    if trains is None:
        trains = total - int(tests or 0)
    if tests is None:
        tests = total - int(trains)
    if trains + tests > total or trains <= 0:
        raise ValueError(f"{trains} and {tests} samples of {total}")
    return int(trains), int(tests)


def _rounded_up(value: float) -> int:
    return -int(-value // 1)
