"""What is put in the place of functions of TensorFlow computes the same, and takes symbolic tensors."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from tdlint.spec import migration
from tdlint.spec.migration.tensors import refuses_symbolic, takes

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

X = np.linspace(0.1, 0.9, 12, dtype="float32").reshape(3, 4)
GIVEN: dict[str, Any] = {
    **dict.fromkeys(("x", "input", "input_tensor", "features", "logits", "tensor", "a", "t", "value", "params"), X),
    "y": X[::-1].copy(),
    "values": [X, X],
    "inputs": [X, X],
    "axis": 1,
    "keepdims": True,
    "shape": (2, 6),
    "perm": (1, 0),
    "dtype": "int32",
    "b": X.T.copy(),
    "axes": 1,
    "clip_value_min": 0.2,
    "clip_value_max": 0.5,
    "multiples": (1, 2),
    "indices": np.array([0, 2]),
    "depth": 3,
    "condition": X > 0.4,
    "repeats": 2,
    "paddings": [[1, 1], [0, 2]],
    "mode": "constant",
    "equation": "ij,jk->ik",
    "num_or_size_splits": 2,
    "images": np.arange(48, dtype="float32").reshape(1, 4, 4, 3),
    "size": (2, 2),
    "method": "nearest",
    "alpha": 0.1,
    "approximate": True,
    "ord": 2,
}
LOGICAL = {"tensorflow.logical_and", "tensorflow.logical_or", "tensorflow.logical_not", "tensorflow.reduce_all"}
LOGICAL |= {"tensorflow.reduce_any"}
PIECE = re.compile(r"\[(?P<lead>, \w+=)\{(?P<optional>\w+)\}\]|@|\{(?P<given>\w+)(?:\|(?P<default>[^{}]*))?\}")
ROWS = migration.rows("tensor_functions")


def arguments(row: migration.Row, everything: bool) -> dict[str, Any]:
    unused = {"name", "output_type", "conjugate", "constant_values"}
    signature = takes(row["old"])
    required = {name for name, value in signature.defaults if type(value).__name__ == "Unknown"}
    names = [param.name for param in signature.params if param.name not in unused]
    names = [name for name in names if everything or name in required]
    if row["old"].endswith("squeeze"):
        return {"input": X[:, :1]} | ({"axis": 1} if everything else {})
    if row["old"] in ("tensorflow.one_hot", "tensorflow.gather"):
        return {name: GIVEN[name] if name != "axis" else 1 for name in names}
    if row["old"].endswith("split"):
        return {"value": X.T if not everything else X, **{name: GIVEN[name] for name in names if name != "value"}}
    if row["old"] in LOGICAL:
        return {name: GIVEN[name] > 0.4 if isinstance(GIVEN[name], np.ndarray) else GIVEN[name] for name in names}
    if row["old"].endswith("reverse"):
        return {"tensor": X, "axis": [1]}
    return {name: GIVEN[name] for name in names}


def written(row: migration.Row, given: dict[str, Any]) -> str:
    """The code with names in the place of the arguments."""

    def filled(found: re.Match[str]) -> str:
        if found[0] == "@":
            return ""
        if found["optional"]:
            return f"{found['lead']}{found['optional']}" if found["optional"] in given else ""
        return found["given"] if found["given"] in given else str(found["default"])

    return PIECE.sub(filled, row["code"])


def called(row: migration.Row, given: dict[str, Any]) -> Any:
    function = tf
    for part in row["old"].split(".")[1:]:
        function = getattr(function, part)
    if row["old"] == "tensorflow.einsum":
        return function(given["equation"], given["a"], given["b"])
    return function(**given)


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["old"])
def test_code_computes_the_same(row, everything):
    given = arguments(row, everything)
    if row["old"].endswith("l2_normalize") and not everything:
        return  # an axis is needed
    expected = called(row, given)
    found = eval(written(row, given), {"keras": keras, **given})
    for one, other in zip(
        *(each if isinstance(each, list | tuple) else [each] for each in (found, expected)), strict=True
    ):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["old"])
def test_function_refuses_symbolic_tensors(row):
    assert refuses_symbolic(row["old"])
    given = arguments(row, everything=False)
    symbolic = {
        name: keras.Input(batch_shape=value.shape, dtype=str(value.dtype)) if isinstance(value, np.ndarray) else value
        for name, value in given.items()
    }
    symbolic |= {name: [keras.Input((4,))] * 2 for name in ("values", "inputs") if name in given}
    with pytest.raises(ValueError, match="KerasTensor"):
        called(row, symbolic)
    eval(written(row, given), {"keras": keras, **symbolic})
