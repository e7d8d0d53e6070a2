"""Real numpy and the interpreter agree on generated programs: shapes, dtypes, ranges, and where numpy raises."""

from __future__ import annotations

from collections import Counter

import libcst
import pytest
from array_strategies import Made, programs
from hypothesis import HealthCheck, given, seed, settings

from tdlint.interp import statements
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
        return all([check(item, one) for item, one in zip(value.items, real, strict=True)])
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
    if value.range is not None and array.size:
        slack = 1e-2 if array.dtype == numpy.float16 else 1e-5
        low, high = array.min(), array.max()
        assert low >= value.range[0] - slack * max(1, abs(value.range[0])), (low, high)
        assert high <= value.range[1] + slack * max(1, abs(value.range[1])), (low, high)
    check_labels(value, array)
    sized = not isinstance(value.shape, UnknownShape) and all(isinstance(size, int) for size in value.shape)
    return sized and value.dtype is not None


def check_labels(value: ArrayValue, array: numpy.ndarray) -> None:
    if value.labels in ("integer", "one-hot"):
        assert (array == numpy.rint(array)).all()
    if value.labels == "real" and array.size:
        assert (array != numpy.rint(array)).any()
    if value.labels == "one-hot" and array.size:
        assert (array.sum(axis=-1) == 1).all()


def unforeseen(error: Exception) -> bool:
    """Whether it depends on the values in the arrays that numpy raises."""
    return "negative integer powers" in str(error) or "is out of bounds for axis" in str(error)


def compare(made: Made) -> Counter[tuple[str, bool]]:
    """Check every name of a program; counts the lines by kind and by whether they were known."""
    source = "\n".join(made.lines) + "\n"
    values = interpret(source)
    known: Counter[tuple[str, bool]] = Counter()
    for name, error in made.fails.items():
        value = values[name]
        claims = isinstance(value, ArrayValue) and not isinstance(value.shape, UnknownShape)
        claims = claims and all(isinstance(size, int) for size in value.shape)
        assert not claims or unforeseen(error), f"{name}: {value}, numpy raises {error!r}\n{source}"
    for name, real in made.real.items():
        try:
            known[made.kinds[name], check(values[name], real)] += 1
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
