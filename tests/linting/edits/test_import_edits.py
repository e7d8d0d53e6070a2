"""Imports that fixes need, move and leave behind."""

from __future__ import annotations

import ast

import pytest

from tdlint.diagnostics import Span
from tdlint.linting.edits.imports import rewritten, spelling
from tdlint.linting.edits.layout import layout_of


def applied(text: str, edits) -> str:
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    ast.parse(text)
    return text


def spelled(text: str, name: str) -> str:
    """The text with ``HERE`` replaced by a public name and what that needs."""
    start = text.index("HERE")
    at = Span(start, start + 4)
    found = spelling(name, at, layout_of(text))
    new = text[:start] + found.code + text[start + 4 :]
    if found.edit is None:
        ast.parse(new)
        return new
    assert found.edit.span.end <= start
    return applied(new, [found.edit])


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("import keras\nHERE(x)\n", "keras.ops.mean", "import keras\nkeras.ops.mean(x)\n"),
        ("from keras import ops as o\nHERE(x)\n", "keras.ops.mean", "from keras import ops as o\no.mean(x)\n"),
        ("from keras.ops import mean\nHERE(x)\n", "keras.ops.mean", "from keras.ops import mean\nmean(x)\n"),
        (
            "import keras\nfrom keras.ops import mean as m\nHERE(x)\n",
            "keras.ops.mean",
            "import keras\nfrom keras.ops import mean as m\nm(x)\n",
        ),
        (
            "import tensorflow as tf\nHERE(x)\n",
            "tensorflow.keras.ops.mean",
            "import tensorflow as tf\ntf.keras.ops.mean(x)\n",
        ),
        (
            "from tensorflow import keras\nHERE(x)\n",
            "tensorflow.keras.Input",
            "from tensorflow import keras\nkeras.Input(x)\n",
        ),
        (
            "def f(x):\n    return HERE(x)\nimport keras\n",
            "keras.Input",
            "def f(x):\n    return keras.Input(x)\nimport keras\n",
        ),
    ],
)
def test_a_name_is_written_as_the_imports_of_the_file_give_it(before, name, after):
    assert spelled(before, name) == after


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        (
            "from keras.layers import Dense  # all\nprint(1)\nHERE(x)\n",
            "keras.layers.LSTM",
            "from keras.layers import Dense, LSTM  # all\nprint(1)\nLSTM(x)\n",
        ),
        (
            "from keras.layers import (\n    Dense,\n    GRU,\n)\nHERE(x)\n",
            "keras.layers.LSTM",
            "from keras.layers import (\n    Dense,\n    GRU, LSTM,\n)\nLSTM(x)\n",
        ),
        (
            "import os\nfrom keras.layers import Dense  # all\nimport sys\nHERE(x)\n",
            "keras.ops.mean",
            "import os\nfrom keras.layers import Dense  # all\nfrom keras import ops\nimport sys\nops.mean(x)\n",
        ),
        (
            "from keras.optimizers import SGD\nHERE(x)\n",
            "keras.optimizers.schedules.CosineDecay",
            "from keras.optimizers import SGD, schedules\nschedules.CosineDecay(x)\n",
        ),
        (
            "ops = 3\nimport tensorflow as tf\nHERE(x)\n",
            "keras.ops.mean",
            "ops = 3\nimport tensorflow as tf\nimport keras\nkeras.ops.mean(x)\n",
        ),
        (
            "keras = ops = 3\nHERE(x)\n",
            "keras.ops.mean",
            "from keras.ops import mean as keras_ops_mean\nkeras = ops = 3\nkeras_ops_mean(x)\n",
        ),
        ('"""A page."""\nx = HERE(1)\n', "keras.Input", '"""A page."""\nimport keras\nx = keras.Input(1)\n'),
        ("import os\r\nx = HERE(1)\r\n", "keras.Input", "import os\r\nimport keras\r\nx = keras.Input(1)\r\n"),
        (
            "try:\n    import keras\nexcept E:\n    import tf_keras as keras\nHERE(1)\n",
            "keras.ops.mean",
            "from keras import ops\ntry:\n    import keras\nexcept E:\n    import tf_keras as keras\nops.mean(1)\n",
        ),
    ],
)
def test_an_import_is_added_where_a_reader_looks_for_it(before, name, after):
    assert spelled(before, name) == after


def moved(text: str, names: dict[str, str | None], marker: str = "import") -> str:
    layout = layout_of(text)
    start = text.index(marker)
    return applied(text, rewritten(Span(start, start + len(marker)), names, layout))


@pytest.mark.parametrize(
    ("before", "names", "after"),
    [
        (
            "from keras.layers.core import Dense, Dropout  # two\n",
            {"Dense": "keras.layers.Dense", "Dropout": "keras.layers.Dropout"},
            "from keras.layers import Dense, Dropout  # two\n",
        ),
        (
            "from keras.layers.core import (\n    Dense,  # one\n    Dropout as D,\n)\n",
            {"Dense": "keras.layers.Dense", "Dropout": "keras.layers.Dropout"},
            "from keras.layers import (\n    Dense,  # one\n    Dropout as D,\n)\n",
        ),
        (
            "from keras.layers import Convolution2D, Dense\nConvolution2D(3)\n",
            {"Convolution2D": "keras.layers.Conv2D"},
            "from keras.layers import Conv2D, Dense\nConv2D(3)\n",
        ),
        (
            "from keras.layers import Convolution2D, Conv2D\nConvolution2D(3)\nConv2D(4)\n",
            {"Convolution2D": "keras.layers.Conv2D"},
            "from keras.layers import Conv2D\nConv2D(3)\nConv2D(4)\n",
        ),
        (
            "from keras.layers import Convolution2D\nConv2D = 3\n",
            {"Convolution2D": "keras.layers.Conv2D"},
            "from keras.layers import Conv2D as Convolution2D\nConv2D = 3\n",
        ),
        (
            "if x:\n    from keras.utils import np_utils, Sequence\n    np_utils.f()\n",
            {"np_utils": "keras.utils"},
            "if x:\n    from keras import utils\n    from keras.utils import Sequence\n    utils.f()\n",
        ),
        ("import os\nfrom keras.utils import np_utils\nx = 1\n", {"np_utils": None}, "import os\nx = 1\n"),
        ("if x:\n    from keras.utils import np_utils\n", {"np_utils": None}, "if x:\n    pass\n"),
        (
            "import keras.layers.core as core, os\n",
            {"keras.layers.core": "keras.layers"},
            "from keras import layers as core\nimport os\n",
        ),
        ("import keras.layers.core\n", {"keras.layers.core": "keras.layers"}, "import keras.layers\n"),
        ("import os; from a import b, c; f()\n", {"b": "d.b"}, "import os; from d import b; from a import c; f()\n"),
    ],
)
def test_names_are_imported_from_elsewhere(before, names, after):
    marker = next(name for name in names if name in before)
    assert moved(before, names, marker) == after


def test_relative_imports_are_left_alone():
    text = "from .layers import Dense\n"
    assert rewritten(Span(0, 4), {"Dense": "keras.layers.Dense"}, layout_of(text)) is None
