"""Which names of older versions of Keras are recorded, and which a program has on purpose."""

from __future__ import annotations

import libcst as cst
import pytest

from tdlint.interp import interpret


def recorded(text: str) -> list[tuple[str, str, str]]:
    """Name, namespace and kind of every reference."""
    program = interpret(cst.parse_module(text)).program
    return [(each.name, each.namespace, each.how) for each in program.references]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from keras.layers.core import Dense", ("keras.layers.core.Dense", "keras", "import")),
        ("from tensorflow.keras.layers.core import Dense", ("keras.layers.core.Dense", "tf.keras", "import")),
        ("import keras.utils.np_utils", ("keras.utils.np_utils", "keras", "import")),
        ("from keras.layers.core import *", ("keras.layers.core", "keras", "import")),
        ("import keras\nkeras.losses.mse", ("keras.losses.mse", "keras", "attribute")),
        (
            "import tensorflow as tf\ntf.keras.losses.mean_squared_error",
            ("keras.losses.mean_squared_error", "tf.keras", "attribute"),
        ),
        ("import keras\nkeras.utils.np_utils.normalize", ("keras.utils.np_utils.normalize", "keras", "attribute")),
        ("import tensorflow as tf\ntf.keras.saving.load_model", ("keras.saving", "tf.keras", "attribute")),
        ("from keras import backend as K\ndef f(x):\n    return K.sum(x)", ("keras.backend.sum", "keras", "attribute")),
        ("from keras.backend import *\nsum(3)", ("keras.backend.sum", "keras", "name")),
        ("from keras import backend as K\nif x:\n    K.sum(x)", ("keras.backend.sum", "keras", "attribute")),
        (
            "from keras import backend as K\ndef f(x):\n    K.sum(x)\ntry:\n    f(1)\nexcept Exception:\n    pass",
            ("keras.backend.sum", "keras", "attribute"),
        ),
        (
            "from keras import backend as K\ntry:\n    K.sum(x)\nexcept ValueError:\n    pass",
            ("keras.backend.sum", "keras", "attribute"),
        ),
    ],
)
def test_a_name_that_is_gone_is_recorded_where_it_is_taken(text: str, expected: tuple[str, str, str]) -> None:
    assert recorded(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "from keras.layers import Dense",
        "import keras\nkeras.losses.mean_squared_error",
        "from tensorflow.keras import backend as K\nK.sum(x)",
        "from tf_keras import backend as K\nK.sum(x)",
        "from keras import backend as K\nK.epsilon()",
        "try:\n    from keras.layers.core import Dense\nexcept ImportError:\n    from keras.layers import Dense",
        "try:\n    from keras.layers import Dense\nexcept ImportError:\n    from keras.layers.core import Dense",
        "import keras\nif keras.__version__ < '3':\n    keras.losses.mse",
        "from keras import backend as K\nif hasattr(K, 'sum'):\n    K.sum(x)",
        "from keras import backend as K\ntry:\n    K.sum(x)\nexcept AttributeError:\n    pass",
        "from keras.src import backend\nbackend.is_tensor(x)",
        "import keras\nkeras.src.saving.saving_lib.save_model(x)",
        "from keras.backend import *\nfor f in (sum, mean):\n    f(3)",
        "from keras import backend as K\ndef sum(x):\n    return x\nK = None\nsum(3)",
    ],
)
def test_what_is_there_or_chosen_on_purpose_is_not_recorded(text: str) -> None:
    assert recorded(text) == []


def test_what_is_used_of_a_module_whose_import_fails_is_not_recorded_again() -> None:
    text = "from keras.utils import np_utils\nnp_utils.to_categorical(y)"
    assert recorded(text) == [("keras.utils.np_utils", "keras", "import")]


def test_a_call_of_a_backend_function_has_its_arguments_by_name() -> None:
    text = "from keras import backend as K\nK.clip(x, 0.1, max_value=K.epsilon())"
    (found,) = interpret(cst.parse_module(text)).program.references
    assert found.args is not None
    assert [name for name, _ in found.args.bound] == ["x", "min_value", "max_value"]
    assert found.keywords == {"max_value"}
    assert found.call is not None
