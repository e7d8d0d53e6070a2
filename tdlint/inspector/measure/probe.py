"""Where values stop being finite: the stations of a training step in their order, layers one by one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tdlint.inspector.live.graph import is_model
from tdlint.inspector.measure.backends import plain
from tdlint.inspector.measure.statistics import Bad
from tdlint.inspector.measurement import NonFinite


@dataclass(frozen=True)
class Watch:
    """One batch on its way through a model."""

    model: Any
    x: Any
    training: dict[str, bool]
    batch: int

    def first(
        self,
        inputs: Bad | None,
        weight: Bad | None,
        output: Any,
        labels: Bad | None,
        sample_weight: Any,
        loss: Any,
        gradients: Sequence[tuple[str, Any]],
    ) -> NonFinite | None:
        """The first station at which values are not finite; None if all are. The layers are asked only if needed."""
        if inputs:
            return NonFinite("input", *inputs, self.batch)
        if weight:
            return NonFinite("weight", *weight, self.batch)
        if non_finite(output)[0]:
            bad, size = non_finite(output)
            name, bad, size = first_layer(self.model, self.x, self.training) or (self.model.name, bad, size)
            return NonFinite("output", name, bad, size, self.batch)
        if labels:
            return NonFinite("label", *labels, self.batch)
        bad, size = non_finite(sample_weight)
        if bad:
            return NonFinite("sample weight", "sample_weight", bad, size, self.batch)
        if non_finite(loss)[0]:
            return NonFinite("loss", "data loss", 1, 1, self.batch)
        # gradients are computed from the last layer to the first
        for path, gradient in reversed(gradients):
            bad, size = non_finite(gradient)
            if bad:
                return NonFinite("gradient", path, bad, size, self.batch)
        return None


def layer_paths(model: Any, prefix: str = "") -> dict[int, tuple[str, str]]:
    """Every layer by identity: its path in the account, and a path that also names layers within layers."""
    found: dict[int, tuple[str, str]] = {}
    for layer in model.layers:
        path = prefix + layer.name
        found.setdefault(id(layer), (path, path))
        if is_model(layer):
            found = {**layer_paths(layer, f"{path}/"), **found}
            continue
        for part in layer._flatten_layers(include_self=False):
            found.setdefault(id(part), (path, f"{path}/{part.name}"))
    return found


def first_layer(model: Any, x: Any, training: dict[str, bool]) -> Bad | None:
    """The layer that first makes values that are not finite; None if there is none.

    Layers are watched in the order in which they finish, so that a layer comes before the one around it.
    """
    seen: list[Bad] = []
    paths = layer_paths(model)
    layers = {id(layer): layer for layer in model._flatten_layers(include_self=False) if id(layer) in paths}
    with contextlib.ExitStack() as stack:
        for key, layer in layers.items():
            stack.enter_context(_watched(layer, paths[key][1], seen))
        model(x, **training)
    return seen[0] if seen else None


@contextlib.contextmanager
def _watched(layer: Any, path: str, seen: list[Bad]) -> Iterator[None]:
    original = layer.call

    def call(*args: Any, **kwargs: Any) -> Any:
        output = original(*args, **kwargs)
        bad, size = non_finite(output)
        if bad and not seen:
            seen.append((path, bad, size))
        return output

    # past Keras' own bookkeeping of attributes, which must not see this one
    before = vars(layer).get("call")
    vars(layer)["call"] = call
    try:
        yield
    finally:
        if before is None:
            del vars(layer)["call"]
        else:
            vars(layer)["call"] = before


def non_finite(output: Any) -> tuple[int, int]:
    """How many values of a structure of tensors are NaN or infinite, of how many."""
    import numpy
    from keras import tree

    bad = size = 0
    for tensor in tree.flatten(output):
        if tensor is None:
            continue
        try:
            array = numpy.asarray(tensor if isinstance(tensor, numpy.ndarray) else plain(tensor))
        except Exception:  # symbolic, in a loop that the backend compiles
            continue
        if array.dtype.kind == "f" or array.dtype.name == "bfloat16":
            bad += int(array.size - numpy.isfinite(array.astype(numpy.float32)).sum())
            size += array.size
    return bad, size
