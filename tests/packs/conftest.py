"""Programs to check with packs."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def programs(tmp_path_factory) -> Path:
    """A folder of programs with mistakes that tdlint's own rules find."""
    folder = tmp_path_factory.mktemp("programs")
    model = "import keras\nmodel = keras.Sequential([keras.Input((3, 4)), {layers}])\n"
    wrong = "keras.layers.LSTM(4), keras.layers.LSTM(4)"
    (folder / "a.py").write_text(model.format(layers=wrong))
    (folder / "b.py").write_text(model.format(layers="keras.layers.Dense(4)"))
    (folder / "c.py").write_text(model.format(layers=f"keras.layers.Dense(4), {wrong}") + "model.fit\n")
    (folder / "d.py").write_text(model.format(layers=wrong) + "a = 1 +\n")
    return folder
