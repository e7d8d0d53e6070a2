"""Functions of TensorFlow, which do not take symbolic tensors of Keras 3, and what to write for them.

The table is ``tensor_functions.json``: what a function takes, and the code in its place.
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


def refuses_symbolic(name: str) -> bool:
    """Whether a function raises for a tensor that ``keras.Input`` gave, or that was computed from one."""
    module, _, short = name.rpartition(".")
    return module in _MODULES and short not in _TAKEN and short[:1].islower()


@cache
def _rows() -> dict[str, migration.Row]:
    return {row["old"]: row for row in migration.rows("tensor_functions")}


def tensor_row(name: str) -> migration.Row | None:
    """What to write in place of a call; ``tf.math.add`` is ``tf.add``."""
    return _rows().get(name) or _rows().get(name.replace("tensorflow.math.", "tensorflow."))


@lru_cache(maxsize=128)
def takes(name: str) -> Signature:
    """The parameters of a function, any if they are not listed."""
    row = tensor_row(name)
    return OPEN if row is None else parsed(row["takes"])
