"""Measure the models of ``keras.applications`` and write ``tdlint/spec/applications/measured.py``.

    python scripts/measure_applications.py

Keras 3 has most of them; RegNet and ResNetRS are measured on ``tf_keras`` (Keras 2). No weights are made or loaded. It
takes some minutes.
"""

from __future__ import annotations

import inspect
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

TARGET = Path(__file__).parent.parent / "tdlint" / "spec" / "applications" / "measured.py"

HEAD = '''"""What ``scripts/measure_applications.py`` measured on real Keras; do not edit."""

# ruff: noqa: E501
# fmt: off
from __future__ import annotations

from tdlint.spec.applications.base import Counts, Measured

MEASURED: dict[tuple[str | float, ...], Measured] = {
'''

VARIANTS: dict[str, list[dict[str, object]]] = {
    "MobileNet": [{"alpha": alpha} for alpha in (0.25, 0.5, 0.75, 1.0)],
    "MobileNetV2": [{"alpha": alpha} for alpha in (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)],
    "MobileNetV3Large": [
        {"alpha": alpha, "minimalistic": small} for alpha, small in ((0.75, False), (1.0, False), (1.0, True))
    ],
    "MobileNetV3Small": [
        {"alpha": alpha, "minimalistic": small} for alpha, small in ((0.75, False), (1.0, False), (1.0, True))
    ],
}
"""The arguments for which Keras has weights; what others make is not measured."""

Build = Callable[..., Any]


def builder(library: ModuleType, name: str) -> Build:
    """The function that makes the model, without making its weights."""
    function = getattr(library.applications, name)

    def build(**arguments: object) -> Any:
        if library.__name__ == "keras":
            with library.StatelessScope(initialize_variables=False):
                return function(weights=None, **arguments)
        import tensorflow

        with tensorflow.Graph().as_default():
            return function(weights=None, **arguments)

    return build


def params(model: Any) -> tuple[int, int]:
    """How many parameters are trained, and how many are not."""
    trained, frozen = (
        sum(math.prod(tuple(weight.shape)) for weight in weights)
        for weights in (model.trainable_weights, model.non_trainable_weights)
    )
    return trained, frozen


def line(low: tuple[int, int], high: tuple[int, int], first: int, last: int) -> str:
    """Counts that grow by the same number with each step, from those after ``first`` and after ``last`` steps."""
    slopes = [(b - a) // (last - first) for a, b in zip(low, high, strict=True)]
    starts = [a - first * slope for a, slope in zip(low, slopes, strict=True)]
    assert [start + last * slope for start, slope in zip(starts, slopes, strict=True)] == list(high)
    return f"Counts({starts[0]}, {starts[1]}, {slopes[0]}, {slopes[1]})"


def less(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """The difference of two counts."""
    return left[0] - right[0], left[1] - right[1]


def counted_names(model: Any, again: Any) -> tuple[tuple[str, int], ...]:
    """The stems of the names that Keras made by counting, which differ when the model is built again."""
    listed = [getattr(each, "operations", each.layers) for each in (model, again)]
    pairs = [(one.name, other.name) for one, other in zip(*listed, strict=True)]
    stems = Counter(re.sub(r"_\d+$", "", one) for one, other in pairs[1:] if one != other)
    return tuple(sorted(stems.items()))


def measure(build: Build, arguments: dict[str, object]) -> str:
    """One entry of the table."""
    base, rebuilt = (build(include_top=False, input_shape=(224, 224, 3), **arguments) for _ in range(2))
    one = build(include_top=False, input_shape=(224, 224, 1), **arguments)
    pooled, again = (build(include_top=False, input_shape=(224, 224, 3), pooling="avg", **arguments) for _ in range(2))
    ten, twelve = (build(input_shape=(224, 224, 3), classes=classes, **arguments) for classes in (10, 12))
    default_size = build(**arguments).input_shape[1]
    assert params(pooled) == params(base)
    names = counted_names(base, rebuilt)
    pooling = [stem for stem, _ in set(counted_names(pooled, again)) - set(names)]
    last = base.layers[-1].name
    return (
        f"{base.name!r}, {default_size}, {base.output_shape[-1]}, {line(params(one), params(base), 1, 3)}, "
        f"{line(less(params(ten), params(base)), less(params(twelve), params(base)), 10, 12)}, "
        f"{last if last == rebuilt.layers[-1].name else None!r}, "
        f"{names}, {counted_names(ten, twelve)}, {pooling[0] if pooling else None!r}"
    )


def measure_named(build: Build) -> str:
    """One entry of the table, with fewer builds: for models that name all of their layers."""
    one, base, rebuilt = (build(include_top=False, input_shape=(224, 224, channels)) for channels in (1, 3, 3))
    whole = build(classes=10)
    assert not counted_names(base, rebuilt)
    features = base.output_shape[-1]
    assert less(params(whole), params(base)) == (10 * (features + 1), 0)
    return (
        f"{base.name!r}, {whole.input_shape[1]}, {features}, {line(params(one), params(base), 1, 3)}, "
        f"Counts(0, 0, {features + 1}, 0), {base.layers[-1].name!r}, (), (), None"
    )


def libraries() -> Iterator[tuple[ModuleType, str]]:
    """The library to measure each model on: Keras 3 where it has it."""
    import keras
    import tf_keras

    done: set[str] = set()
    for library in (keras, tf_keras):
        for name in sorted(dir(library.applications)):
            if inspect.isfunction(getattr(library.applications, name)) and name not in done:
                done.add(name)
                yield library, name


def main() -> None:
    """Write the table."""
    rows = []
    for library, name in libraries():
        for arguments in VARIANTS.get(name, [{}]):
            key = (name, *arguments.values())
            build = builder(library, name)
            entry = measure(build, arguments) if library.__name__ == "keras" else measure_named(build)
            rows.append(f"    {key!r}: Measured({entry}),\n")
            print(rows[-1].strip(), flush=True)
    TARGET.write_text(HEAD + "".join(sorted(rows)) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
