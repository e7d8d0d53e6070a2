"""Imports between the files of a project: what they bring, how files are found, and what can't be followed."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from tdlint.interp import Analysis, interpret
from tdlint.interp.project import LARGE_PACKAGE, project_of
from tdlint.linting.trees import MAX_IMPORTED, Neighbours
from tdlint.summary import summarize

MODEL = "import keras\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((4,)), layers.Dense({size})])\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Writes files, and follows one of them."""

    def follow(files: dict[str, str | bytes], main: str = "main.py") -> Analysis:
        for name, content in {"setup.py": "", **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path = tmp_path / main
        text = path.read_text()
        found = project_of(path, Neighbours().load)
        return interpret(cst.parse_module(text), text.count("\n"), project=found, path=path)

    return follow


def params(analysis: Analysis) -> int | None:
    """The parameters of the last model."""
    return summarize(analysis.program.models[-1], {}).total_params


SIZE_3 = 4 * 3 + 3


@pytest.mark.parametrize(
    ("files", "line", "size"),
    [
        ({"config.py": "SIZE = 3\n"}, "from config import SIZE", "SIZE"),
        ({"config.py": "SIZE = 3\n"}, "import config", "config.SIZE"),
        ({"config.py": "SIZE = 3\n"}, "import config as c", "c.SIZE"),
        ({"config.py": "SIZE = 3\n"}, "from config import *", "SIZE"),
        ({"config.py": "__all__ = ['_SIZE']\n_SIZE = 3\n"}, "from config import *", "_SIZE"),
        ({"config.py": "SIZE = 1\n"}, "import config\nconfig.SIZE = 3", "config.SIZE"),
        ({"src/config.py": "SIZE = 3\n"}, "from config import SIZE", "SIZE"),
        ({"a/b/c.py": "SIZE = 3\n"}, "import a.b.c", "a.b.c.SIZE"),
        ({"a/__init__.py": "", "a/c.py": "SIZE = 3\n"}, "from a import c", "c.SIZE"),
        ({"a/__init__.py": "from .c import SIZE", "a/c.py": "SIZE = 3\n"}, "from a import SIZE", "SIZE"),
        ({"a/__init__.py": "from .c import *", "a/c.py": "SIZE = 3\n"}, "import a", "a.SIZE"),
        ({"a.py": "def size(n=1):\n    return n + 2\n"}, "from a import size", "size()"),
        ({"a.py": "import b\nX = 1\ndef f(): return b.Y\n", "b.py": "import a\nY = a.X + 2\n"}, "import a", "a.f()"),
        ({"a/__init__.py": "from a import c", "a/c.py": "SIZE = 3\n"}, "import a", "a.c.SIZE"),
        ({"a.py": "import main\nSIZE = 3\n"}, "import a", "a.SIZE"),
        ({"a.py": "S = 3 if __name__ == 'a' else 1\n"}, "import a", "a.S"),
        ({"a.py": "S = 3\n"}, "try:\n    from a import S\nexcept ImportError:\n    from .a import S", "S"),
    ],
)
def test_what_is_imported_is_known(project, files, line, size):
    assert params(project({**files, "main.py": f"{line}\n{MODEL.format(size=size)}"})) == SIZE_3


def test_a_relative_import_in_a_package(project):
    files = {"p/__init__.py": "", "p/config.py": "SIZE = 3\n", "p/q/__init__.py": ""}
    main = "from ..config import SIZE\n" + MODEL.format(size="SIZE")
    assert params(project({**files, "p/q/main.py": main}, "p/q/main.py")) == SIZE_3


def test_own_layers_and_models(project):
    parts = (
        "import keras\nfrom keras import layers\n"
        "class Twice(layers.Layer):\n    def __init__(self, n):\n        super().__init__()\n"
        "        self.d = layers.Dense(n)\n    def call(self, x):\n        return self.d(x)\n"
        "def build(n):\n    i = keras.Input((4,))\n    return keras.Model(i, layers.Dense(n)(Twice(2)(i)))\n"
    )
    main = "import keras\nfrom parts import build\nm = build(3)\nn = build(5)\n"
    found = project({"parts.py": parts, "main.py": main})
    assert [model.output_shapes[0][-1] for model in found.program.models] == [3, 5]
    entries = [found.node(found.here(model.site)) for model in found.program.models]
    assert [cst.Module([]).code_for_node(entry) for entry in entries] == ["build(3)", "build(5)"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"def (\n", "syntax error"),
        (b"SIZE = '\xff'\n", "not utf-8"),
        (b"x = " + b"(" * 3000 + b")" * 3000, "nested"),
        (b"#" * MAX_IMPORTED + b"\nSIZE = 3\n", "too large"),
        (b"SIZE = 3\n" + b"for i in range(9):\n    " + b"x = 1 + 1 + 1; " * 3000 + b"\n", "too large to follow"),
    ],
)
def test_what_can_not_be_followed_is_unknown_with_its_reason(project, content, reason):
    found = project({"config.py": content, "main.py": "from config import SIZE\n" + MODEL.format(size="SIZE")})
    assert params(found) is None
    (why,) = [why for why, _ in found.program.unknown if "config.py" in why]
    assert reason in why.lower()


def test_a_file_that_vanishes_is_unknown(tmp_path):
    (tmp_path / "config.py").write_text("SIZE = 3\n")
    main = tmp_path / "main.py"
    text = "from config import SIZE\n" + MODEL.format(size="SIZE")
    load = Neighbours().load

    def vanish(path: Path, only_plain: bool):
        path.unlink()
        return load(path, only_plain)

    found = interpret(cst.parse_module(text), 3, project=project_of(main, vanish), path=main)
    assert params(found) is None
    assert any("can't be read" in why for why, _ in found.program.unknown)


def test_links_in_a_circle_end(project, tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "round").symlink_to(tmp_path)
    main = "import loop.x\nfrom round.round.config import SIZE\n" + MODEL.format(size="SIZE")
    assert params(project({"config.py": "SIZE = 3\n", "main.py": main})) == SIZE_3


def test_files_outside_of_the_project_are_not_read(project, tmp_path):
    folder = tmp_path / "inner"
    files = {"config.py": "SIZE = 3\n", "inner/setup.py": "", "inner/venv/site-packages/lib.py": "SIZE = 3\n"}
    folder.mkdir()
    (folder / "linked.py").symlink_to(tmp_path / "config.py")
    for line in ("from config import SIZE", "from linked import SIZE", "from ..config import SIZE"):
        main = f"{line}\n{MODEL.format(size='SIZE')}"
        assert params(project({**files, "inner/main.py": main}, "inner/main.py")) is None


@pytest.mark.parametrize("name", ["keras.py", "keras/__init__.py"])
def test_a_file_beside_a_script_hides_a_library(project, name):
    assert not project({name: "", "main.py": MODEL.format(size=3)}).program.models


def test_in_a_package_the_files_beside_hide_no_library(project):
    files = {"p/__init__.py": "", "p/keras.py": "", "p/main.py": MODEL.format(size=3)}
    assert params(project(files, "p/main.py")) == SIZE_3


def test_a_copy_of_keras_beside_a_script_is_keras(project):
    files = {"keras/__init__.py": "", "keras/layers/__init__.py": "", "main.py": MODEL.format(size=3)}
    assert params(project(files)) == SIZE_3


@pytest.mark.parametrize(("count", "known"), [(LARGE_PACKAGE - 5, True), (LARGE_PACKAGE + 1, False)])
def test_in_a_large_package_only_files_without_keras_are_followed(project, count, known):
    files = {f"p/m{number}.py": "" for number in range(count)}
    files |= {"p/__init__.py": "", "p/config.py": "SIZE = 3\n", "p/with_keras.py": "import keras\nSIZE = 3\n"}
    for module, whole in (("config", True), ("with_keras", known)):
        files["p/main.py"] = f"from .{module} import SIZE\n{MODEL.format(size='SIZE')}"
        assert params(project(files, "p/main.py")) == (SIZE_3 if whole else None)


def test_a_source_keeps_its_own_steps(project):
    endless = "def f(n):\n    for i in range(1000):\n        n = g(n) + i\n    return n\n"
    endless += "def g(n):\n" + "    n = n + 1 if n > 0 else n - 1\n" * 3000 + "    return n\n"
    main = "from a import f\nx = f(1)\n" + MODEL.format(size=3)
    found = project({"a.py": endless, "main.py": main})
    assert params(found) == SIZE_3
    assert any("too large to follow" in why for why, _ in found.program.unknown)


def test_a_class_whose_ancestor_is_in_another_file_may_have_other_methods(project):
    parts = "import keras\nclass Base(keras.layers.Layer):\n    def get_config(self):\n        return {}\n"
    main = "import keras\nfrom parts import Base\nclass Own(Base):\n    def call(self, x):\n        return x\n"
    (found,) = project({"parts.py": parts, "main.py": main}).program.classes
    assert (found.name, found.kind, found.open) == ("Own", "layer", True)
    assert found.method("call") is not None
    assert found.method("get_config") is None


def test_names_that_files_import_from_each_other_are_unknown(project):
    files = {"a.py": "from b import SIZE\n", "b.py": "from a import SIZE\n"}
    found = project({**files, "main.py": "from a import SIZE\n" + MODEL.format(size="SIZE")})
    assert params(found) is None
    assert not any("nests" in why for why, _ in found.program.unknown)


def test_a_package_that_its_own_part_imports_back(project):
    files = {
        "p/config.py": "import p\nif p.other():\n    pass\n",
        "p/__init__.py": "from p import config\nif not config.p.other.ready():\n    pass\n" + MODEL.format(size=3),
        "p/other.py": "",
    }
    assert params(project(files, "p/__init__.py")) == SIZE_3


@pytest.mark.parametrize("line", ["from p import config", "from . import config", "import p\nconfig = p.config"])
def test_a_package_imports_from_itself(project, line):
    main = f"{line}\n{MODEL.format(size='config.SIZE')}"
    assert params(project({"p/config.py": "SIZE = 3\n", "p/__init__.py": main}, "p/__init__.py")) == SIZE_3


def test_a_callback_of_another_file_watches_the_model_only(project):
    watch = "import helpers\nfrom keras.callbacks import Callback\nclass Watch(Callback):\n"
    watch += "    def __init__(self, model):\n        helpers.register(model)\n"
    main = f"from watch import Watch\n{MODEL.format(size=3)}Watch(model)\n"
    assert not project({"watch.py": watch, "main.py": main}).program.models[-1].unknown
    assert project({"main.py": main.replace("Watch(model)", "unknown(model)")}).program.models[-1].unknown
