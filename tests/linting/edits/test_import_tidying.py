"""Imports after a fix."""

from __future__ import annotations

import pytest

from tdlint.linting.edits.tidying import merged, unused
from tdlint.sources.rewriting import apply_edits


@pytest.mark.parametrize(
    ("before", "after", "clean"),
    [
        (
            "from keras import backend as K\nimport os\nK.f()\n",
            "from keras import backend as K\nimport os\ng()\n",
            "import os\ng()\n",
        ),
        (
            "from keras import backend as K, ops\nK.f(ops)\n",
            "from keras import backend as K, ops\ng(ops)\n",
            "from keras import ops\ng(ops)\n",
        ),
        ("import os\nx = 1\n", "import os\nx = 2\n", "import os\nx = 2\n"),
        ("import os\nos.f()\n", "import os\n__all__ = ['os']\n", "import os\n__all__ = ['os']\n"),
    ],
)
def test_imports_that_a_fix_leaves_without_a_use_go(before, after, clean):
    assert apply_edits(after, unused(before, after)) == clean


OLD = "from keras.layers.core import Dense\nfrom keras.layers.recurrent import LSTM as L\nimport os\n"


@pytest.mark.parametrize(
    ("before", "after", "clean"),
    [
        (
            OLD,
            "from keras.layers import Dense\nfrom keras.layers import LSTM as L\nimport os\n",
            "from keras.layers import Dense, LSTM as L\nimport os\n",
        ),
        (
            OLD,
            "from keras.layers import (\n    Dense,\n)\nimport os\nfrom keras.layers import Dense, GRU\n",
            "from keras.layers import (\n    Dense, GRU,\n)\nimport os\n",
        ),
        (
            OLD,
            "from keras.layers import Dense\nos.f()\nfrom keras.layers import GRU\n",
            "from keras.layers import Dense\nos.f()\nfrom keras.layers import GRU\n",
        ),
        (
            OLD,
            "from keras.layers import Dense\nfrom keras.layers import GRU  # why\n",
            "from keras.layers import Dense\nfrom keras.layers import GRU  # why\n",
        ),
        (
            "from a import b\nfrom a import c\n",
            "from a import b\nfrom a import c\n",
            "from a import b\nfrom a import c\n",
        ),
    ],
)
def test_what_a_fix_imports_from_one_module_is_in_one_statement(before, after, clean):
    assert apply_edits(after, merged(before, after, lambda one, other: True)) == clean


def test_statements_in_two_cells_stay_apart():
    after = "from keras.layers import Dense\nfrom keras.layers import GRU\n"
    assert merged(OLD, after, lambda one, other: one == other) == []
