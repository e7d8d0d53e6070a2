"""Whether the models of a program compute the same under Keras 3 as under Keras 2.

At the end of the program under Keras 2, the weights that each of its models has by then are kept, with inputs of its
shape and what it predicts for them. Under Keras 3 the model of the same name is given these weights and predicts for
the same inputs. The answer for a model is the largest difference, or why there is none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

Differences = dict[str, float | str]

TOLERANCE = 1e-5
_SAMPLES = 4
_TIMESTEPS = 6
_PIXELS = 32


def models_in(names: Mapping[str, object]) -> dict[str, Any]:
    """The models that a program has at its end, by its own names and as attributes of its objects, each once."""
    import keras

    found: dict[int, tuple[str, Any]] = {}
    for name, value in names.items():
        own = type(value).__module__ == "__main__" and not isinstance(value, keras.Model)
        inner = {f"{name}.{attribute}": part for attribute, part in vars(value).items()} if own else {}
        for path, model in {name: value, **inner}.items():
            if isinstance(model, keras.Model) and not name.startswith("_"):
                found.setdefault(id(model), (path, model))
    return dict(found.values())


def leave(names: Mapping[str, object], file: Path) -> Differences:
    """Keep weights, inputs and outputs of each model in a file."""
    kept: dict[str, np.ndarray] = {}
    answers: Differences = {}
    for name, model in models_in(names).items():
        try:
            inputs = _inputs(model)
            outputs = _predicted(model, inputs)
        except Exception as error:  # a model may need what can't be made up
            answers[name] = f"Keras 2 can't predict for made-up inputs: {error}"[:200]
            continue
        if max(map(_distance, outputs, _predicted(model, inputs))) > TOLERANCE:
            answers[name] = "what it predicts is random"
            continue
        for kind, arrays in (("weight", model.get_weights()), ("input", inputs), ("output", outputs)):
            kept.update({f"{name}/{kind}/{number}": array for number, array in enumerate(arrays)})
        answers[name] = 0.0
    np.savez(file, **kept)
    return answers


def compare(names: Mapping[str, object], file: Path) -> Differences:
    """Give the models the weights that were kept, and measure how far their predictions are from those kept."""
    if not file.exists():
        return {}
    with np.load(file) as kept:
        arrays = dict(kept)
    models = models_in(names)
    answers: Differences = {}
    for name in dict.fromkeys(key.split("/")[0] for key in arrays):
        if name not in models:
            answers[name] = "no model of this name under Keras 3"
            continue
        weights, inputs, outputs = (_numbered(arrays, f"{name}/{kind}/") for kind in ("weight", "input", "output"))
        try:
            models[name].set_weights(weights)
            found = _predicted(models[name], inputs)
        except Exception as error:  # that the weights do not fit is an answer
            answers[name] = f"{type(error).__name__}: {error}"[:200]
            continue
        answers[name] = max(map(_distance, outputs, found)) if len(outputs) == len(found) else "other outputs"
    return answers


def _numbered(arrays: Mapping[str, np.ndarray], prefix: str) -> list[np.ndarray]:
    found = {int(key.removeprefix(prefix)): array for key, array in arrays.items() if key.startswith(prefix)}
    return [found[number] for number in sorted(found)]


def _distance(left: np.ndarray, right: np.ndarray) -> float:
    if left.shape != right.shape:
        return math.inf
    return float(np.max(np.abs(left - right), initial=0.0))


def _inputs(model: Any) -> list[np.ndarray]:
    """Numbers of the shape that the model takes: rows of the table where it has an Embedding, else between 0 and 1."""
    generator = np.random.default_rng(7)
    rows = [layer.input_dim for layer in _layers(model) if type(layer).__name__ == "Embedding"]
    made = []
    for tensor in model.inputs:
        batch, *rest = tensor.shape
        unknown = _TIMESTEPS if len(rest) < 3 else _PIXELS
        shape = (batch or _SAMPLES, *(unknown if size is None else size for size in rest))
        if rows or "int" in str(tensor.dtype):
            made.append(generator.integers(0, min(rows, default=2), shape).astype("int32"))
        else:
            made.append(generator.random(shape).astype("float32"))
    return made


def _layers(model: Any) -> list[Any]:
    found = []
    for layer in getattr(model, "layers", ()):
        found += [layer, *_layers(layer), *_layers_of_wrapper(layer)]
    return found


def _layers_of_wrapper(layer: Any) -> list[Any]:
    inner = getattr(layer, "layer", None)
    return [inner, *_layers(inner)] if inner is not None else []


def _predicted(model: Any, inputs: list[np.ndarray]) -> list[np.ndarray]:
    for layer in _layers(model):
        if getattr(layer, "stateful", False):
            (layer.reset_state if hasattr(layer, "reset_state") else layer.reset_states)()
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], batch_size=len(inputs[0]), verbose=0)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
