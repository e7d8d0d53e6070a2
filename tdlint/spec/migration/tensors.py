"""Functions of TensorFlow, which do not take symbolic tensors of Keras 3, and what to write for them.

The table is ``tensor_functions.json``: what a function takes, and the code in its place. For ``tf.keras.backend``,
whose functions are TensorFlow's, it is that of the functions that are gone in ``keras.backend``.
"""

from __future__ import annotations

from functools import cache, lru_cache

from tdlint.spec import migration
from tdlint.spec.objects import OPEN
from tdlint.spec.signature import Signature, parsed

_MODULES = ("tensorflow", "tensorflow.math", "tensorflow.nn", "tensorflow.image", "tensorflow.linalg")
_TAKEN = frozenset(
    {
        *(
            "cond",
            "control_dependencies",
            "function",
            "gradients",
            "group",
            "is_tensor",
            "map_fn",
            "name_scope",
            "no_op",
        ),
        *(
            "numpy_function",
            "print",
            "py_function",
            "switch_case",
            "timestamp",
            "tuple",
            "while_loop",
            "recompute_grad",
        ),
        *(
            "custom_gradient",
            "device",
            "executing_eagerly",
            "init_scope",
            "saturate_cast",
            "as_dtype",
            "is_symbolic_tensor",
        ),
    }
)
"""Functions that take anything, or call what is not theirs."""

_NOT_OF_TENSORS = frozenset(
    {
        *("arange", "batch_get_value", "constant", "dropout", "eval", "eye", "function"),
        *("get_value", "int_shape", "map_fn", "moving_average_update", "name_scope", "ones"),
        *(
            "placeholder",
            "random_bernoulli",
            "random_normal",
            "random_normal_variable",
            "random_uniform",
            "random_uniform_variable",
        ),
        *("set_value", "truncated_normal", "update", "update_add", "update_sub", "variable"),
        *("zeros",),
    }
)
"""Functions of the backend that take anything, or something else than tensors; no other dropout takes symbolic ones."""


def refuses_symbolic(name: str, namespace: str | None = None) -> bool:
    """Whether a function raises for a tensor that ``keras.Input`` gave, or that was computed from one."""
    module, _, short = name.rpartition(".")
    if namespace is not None:
        return namespace == "tf.keras" and _is_of_backend(name) and short not in _NOT_OF_TENSORS
    return module in _MODULES and short not in _TAKEN and short[:1].islower()


def _is_of_backend(name: str) -> bool:
    """Whether ``tf.keras`` still has a function of the backend that others can be written for."""
    if not name.startswith(migration.BACKEND) or not migration.exists(name, "tf.keras"):
        return False
    return "fix" in (migration.call_row(name) or {})


@cache
def _rows() -> dict[str, migration.Row]:
    return {row["old"]: row for row in migration.rows("tensor_functions")}


def tensor_row(name: str) -> migration.Row | None:
    """What to write in place of a call; ``tf.math.add`` is ``tf.add``."""
    return _rows().get(name) or _rows().get(name.replace("tensorflow.math.", "tensorflow."))


@lru_cache(maxsize=128)
def takes(name: str) -> Signature:
    """The parameters of a function, any if they are not listed."""
    if name.startswith(migration.BACKEND):
        return migration.parameters(name) or OPEN
    row = tensor_row(name)
    return OPEN if row is None else parsed(row["takes"])
