"""Pure functions of shapes, dtypes and ranges."""

from __future__ import annotations

import pytest

from tdlint.shapes import Symbolic, UnknownDim
from tdlint.spec import arrays, dtypes, indexing, ranges
from tdlint.spec.arrays import Fails
from tdlint.spec.datasets import train_test_sizes

N = Symbolic("n")
ANY = UnknownDim()


def test_unknown_sizes_broadcast_as_far_as_is_certain() -> None:
    assert arrays.broadcast((N, 3), (3,)) == (N, 3)
    assert arrays.broadcast((ANY, 3), (4, 1)) == (4, 3)
    assert isinstance(arrays.broadcast((ANY,), (N,))[0], UnknownDim)
    with pytest.raises(Fails, match="2 and 3"):
        arrays.broadcast((2,), (3,))


def test_reshape_keeps_the_named_size() -> None:
    assert arrays.reshape((N, 784), (-1, 28, 28)) == (N, 28, 28)
    assert arrays.reshape((N, 28, 28), (N, -1)) == (N, 784)
    assert isinstance(arrays.reshape((ANY, 784), (-1, 28, 28))[0], UnknownDim)
    assert isinstance(arrays.reshape((N, 784), (-1, 14))[0], UnknownDim)
    with pytest.raises(Fails, match="6 elements"):
        arrays.reshape((2, 3), (4, -1))


def test_an_unknown_size_takes_part_in_what_is_certain() -> None:
    assert arrays.concatenate([(ANY, 3), (2, 3)], 1)[0] == 2
    assert isinstance(arrays.concatenate([(ANY, 3), (2, 3)], 0)[0], UnknownDim)
    with pytest.raises(Fails):
        arrays.concatenate([(ANY, 3), (2, 4)], 0)
    assert arrays.matmul((N, 3), (3, 5)) == (N, 5)


def test_a_slice_of_an_unknown_size() -> None:
    assert indexing.cut(N, indexing.Cut()) == N
    assert indexing.cut(N, indexing.Cut(step=-1)) == N
    assert isinstance(indexing.cut(N, indexing.Cut(stop=5)), UnknownDim)
    assert isinstance(indexing.cut(9, indexing.Cut(stop=5, known=False)), UnknownDim)


@pytest.mark.parametrize("name", sorted(dtypes.NUMERIC))
@pytest.mark.parametrize("other", sorted(dtypes.NUMERIC))
def test_promotion_is_that_of_numpy(name: str, other: str) -> None:
    numpy = pytest.importorskip("numpy")
    assert dtypes.promote(name, other) == numpy.promote_types(name, other).name


@pytest.mark.parametrize("name", sorted(dtypes.NUMERIC))
def test_dtypes_of_functions_are_those_of_numpy(name: str) -> None:
    numpy = pytest.importorskip("numpy")
    ones = numpy.ones(2, name)
    assert dtypes.of_division(name) == (ones / ones).dtype.name
    assert dtypes.of_function(name) == numpy.sqrt(ones).dtype.name
    assert dtypes.of_sum(name) == ones.sum().dtype.name
    assert dtypes.of_mean(name) == ones.mean().dtype.name


def test_a_range_that_the_dtype_can_not_hold_is_not_known() -> None:
    assert ranges.fit((0, 255), "uint8") == (0, 255)
    assert ranges.fit((0, 510), "uint8") is None
    assert ranges.fit((-1, 5), "uint16") is None
    assert ranges.fit((0, 1e5), "float16") is None
    assert ranges.combine("divide", (0, 255), (-1, 1)) is None
    assert ranges.combine("subtract", (0, 1), (2, 3)) == (-3, -1)


@pytest.mark.parametrize(("test", "train"), [(0.0, None), (10, None), (6, 5), (0.6, 0.5), (None, 1.5), (0.95, None)])
def test_sizes_that_scikit_learn_refuses(test: float | None, train: float | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        train_test_sizes(10, test, train)
