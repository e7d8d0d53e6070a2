"""The sources of ``keras.applications`` are followed: what is known of their models is what Keras makes."""

from __future__ import annotations

import gc
import math
import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import libcst as cst
import pytest

from tdlint.interp import interpret
from tdlint.interp.project import project_of
from tdlint.linting.trees import Neighbours
from tdlint.shapes import Free, UnknownShape
from tdlint.summary import ModelSummary, summarize

keras = pytest.importorskip("keras", minversion="3.15")

FOLDER = Path(find_spec("keras").submodule_search_locations[0]) / "src" / "applications"
MODULES = sorted(path for path in FOLDER.glob("*.py") if not path.stem.endswith(("_test", "utils", "__")))
PUBLIC = re.compile(r"^@keras_export\([^@]*?\ndef ([A-Z]\w+)\(", re.MULTILINE)
FUNCTIONS = [(path, name) for path in MODULES for name in PUBLIC.findall(path.read_text(encoding="utf-8"))]


def summary(path: Path, name: str) -> ModelSummary:
    """What tdlint makes of a function, entered with its defaults."""
    source = path.read_text(encoding="utf-8")
    gc.disable()
    try:
        project = replace(project_of(path, Neighbours().load), only_plain=False)
        module = cst.parse_module(source)
        program = interpret(module, source.count("\n"), project=project, path=path, call=name).program
    finally:
        gc.enable()
    return summarize(program.models[-1], {})


@pytest.mark.parametrize(("path", "name"), FUNCTIONS, ids=[name for _, name in FUNCTIONS])
def test_application(path: Path, name: str) -> None:
    found = summary(path, name)
    with keras.StatelessScope(initialize_variables=False):
        real = getattr(keras.applications, name)(weights=None)
    trainable = sum(math.prod(weight.shape) for weight in real.trainable_weights)
    shapes = [None if isinstance(shape, UnknownShape) else shape for shape in found.output_shapes]
    assert [tuple(None if isinstance(dim, Free) else dim for dim in shape) for shape in shapes] == [real.output_shape]
    assert (found.total_params, found.trainable_params) == (real.count_params(), trainable), found.unknown


def test_there_are_at_least_thirty() -> None:
    assert len(FUNCTIONS) >= 30
