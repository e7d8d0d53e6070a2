"""The formats of ``tdlint graph``: what is written for summaries made by hand, hostile names included."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

from tdlint.diagnostics import Location, Position
from tdlint.formatters.graph import MODULES, render
from tdlint.formatters.options import Options
from tdlint.linting.source_models import SourceModels
from tdlint.shapes import FREE, Symbolic, UnknownDim, UnknownShape
from tdlint.summary import Input, ModelSummary, Row
from tdlint.values import Site

HOSTILE = 'a"b<c>&#`\\\x1b[31m'
SHOWN = 'a"b<c>&#`\\\\x1b[31m'
SVG = "{http://www.w3.org/2000/svg}"

INNER = ModelSummary("tower", "sequential", (Row(0, "dense_1", "Dense", ((FREE, 2),), 8, 8),), ((FREE, 3),))
ROWS = (
    Row(0, "left", "InputLayer", ((FREE, Symbolic("timesteps"), 3),), 0, 0, site=Site(1)),
    Row(1, HOSTILE, "Dense", ((FREE, UnknownDim(), 2),), 8, 0, (Input(0),)),
    Row(2, HOSTILE, "Dense", ((FREE, 2),), 0, 0, (Input(0),), same_as=1),
    Row(3, "split", "Split", ((FREE, 2), (FREE, 4)), None, None, (Input(1), Input(2), Input(2)), certain=False),
    Row(4, "tower", "Sequential", ((FREE, 2),), 8, 8, (Input(3, 1), Input(None)), inner=INNER),
    Row(5, "lambda", "Lambda", (UnknownShape(),), 0, 0, (Input(4),), fault="its input is wrong"),
)
MODEL = ModelSummary(
    "two",
    "functional",
    ROWS,
    output_shapes=(UnknownShape(), (FREE, 2)),
    outputs=(Input(5), Input(4)),
    unknown=("split: not known",),
    refused=("lambda: its input is wrong",),
    site=Site(0),
)
CHAIN = ModelSummary(
    "chain",
    "sequential",
    (Row(0, "dense", "Dense", ((FREE, 1),), 3, 3), Row(1, "dropout", "Dropout", ((FREE, 1),), 0, 0, (Input(0),))),
    ((FREE, 2),),
    ((FREE, 1),),
    (Input(1),),
    3,
    3,
)


def place(line: int, cell: int | None = None) -> Location:
    return Location("model.py", Position(line, 1), Position(line, 9), cell=cell)


SOURCES = (
    SourceModels("model.py", (MODEL, CHAIN), {Site(0): place(7), Site(1): place(4)}, ((place(9, 2), "a reason"),)),
)


def rendered(output_format: str, width: int = 100) -> str:
    return render(output_format, SOURCES, Options(width=width))


def test_json_keeps_the_contract():
    document = json.loads(rendered("json"))
    two, chain = document["models"]
    assert {
        "name",
        "kind",
        "path",
        "line",
        "layers",
        "output_shapes",
        "total_params",
        "trainable_params",
        "unknown",
    } <= set(two)
    assert (two["name"], two["kind"], two["path"], two["line"]) == ("two", "functional", "model.py", 7)
    assert two["output_shapes"] == ["?", [None, 2]]
    assert (two["total_params"], chain["total_params"], chain["trainable_params"]) == (None, 3, 3)
    assert two["unknown"] == ["Keras refuses lambda: its input is wrong", "split: not known"]
    layers = two["layers"]
    assert {"id", "layer", "type", "output_shape", "params", "trainable_params", "line", "inputs"} <= set(layers[0])
    assert [layer["output_shape"] for layer in layers] == [
        [None, "timesteps", 3],
        [None, "?", 2],
        [None, 2],
        [[None, 2], [None, 4]],
        [None, 2],
        "?",
    ]
    assert [layer["inputs"] for layer in layers] == [[], [0], [0], [1, 2, 2], [3, None], [4]]
    assert [layer["params"] for layer in layers] == [0, 8, 0, None, 8, 0]
    assert [layer["line"] for layer in layers[:2]] == [4, None]
    assert [layer["layer"] for layer in layers[4]["model"]["layers"]] == ["dense_1"]
    assert document["unknown"] == [{"path": "model.py", "cell": 2, "line": 9, "reason": "a reason"}]


def test_the_table_shows_what_each_row_is():
    lines = rendered("table").split("\n\n")[0].splitlines()
    cells = [re.split(r" {3,}", line) for line in lines if "─" not in line]
    assert lines[0] == "two (functional) model.py:7"
    assert cells[1] == ["layer (type)", "output shape", "params", "connected to"]
    assert cells[2] == ["left (InputLayer)", "(None, timesteps, 3)", "0"]
    assert cells[3] == [f"{SHOWN} (Dense)", "(None, ?, 2)", "8", "left"]
    assert cells[4] == [f"{SHOWN} (Dense)", "(None, 2)", "shared", "left"]
    assert cells[5][:3] == ["split (Split) (maybe)", "[(None, 2), (None, 4)]", "?"]
    joined = " ".join(lines)
    assert f"{SHOWN} (call 1)," in joined
    assert ["tower (Sequential)", "(None, 2)", "8", "split[1], ?"] in cells
    assert ["└ dense_1 (Dense)", "(None, 2)", "8"] in cells
    assert "Keras refuses lambda: its input is wrong" in lines
    assert lines[-1] == "1 thing not understood (--explain-unknown says why)"


def test_a_chain_has_no_column_for_connections():
    assert rendered("table").split("\n\n")[1] == (
        "chain (sequential) model.py\n"
        "layer (type)        output shape   params\n"
        "─────────────────────────────────────────\n"
        "dense (Dense)       (None, 1)           3\n"
        "dropout (Dropout)   (None, 1)           0\n"
        "total params: 3; trainable: 3; non-trainable: 0"
    )


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_narrow_table_loses_nothing(width):
    text = rendered("table", width)
    assert all(len(line) <= width for line in text.splitlines())
    assert sorted(re.sub(r"[\s─]", "", text)) == sorted(re.sub(r"[\s─]", "", rendered("table", 200)))


@pytest.mark.parametrize("output_format", sorted(MODULES))
def test_no_format_lets_a_name_reach_the_terminal(output_format):
    assert "\x1b" not in rendered(output_format)


def test_mermaid_quotes_every_character_of_its_own():
    lines = rendered("mermaid").splitlines()
    assert lines[0] == "flowchart TD"
    (first, _) = [line for line in lines if "a#quot;b" in line]
    name = "a#quot;b#lt;c#gt;#amp;#35;#96;#92;#92;x1b[31m"
    assert first == f'        m0_1["{name}<br/>Dense → (None, ?, 2)<br/>8 parameters"]:::weights'
    links = [line.strip() for line in lines if "-->" in line]
    assert links.count("m0_2 --> m0_3") == 2
    assert "m0_x2 --> m0_4" in links
    assert links[-2:] == ["m1_x1 --> m1_0", "m1_0 --> m1_1"]
    assert lines.count("    end") == 2


def test_dot_is_what_graphviz_reads():
    text = rendered("dot")
    assert (
        '"0.1" [label="a\\"b<c>&#`\\\\\\\\x1b[31m\\nDense → (None, ?, 2)\\n8 parameters", fillcolor="#d7e6fd"];' in text
    )
    assert text.count('"0.2" -> "0.3";') == 2
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    done = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert sum(line.startswith("node ") for line in done.stdout.splitlines()) == len(ROWS) + 1 + 3


def test_svg_is_one_picture_that_needs_nothing_else():
    text = rendered("svg")
    root = ElementTree.fromstring(text)
    boxes = [found for found in root.iter(f"{SVG}rect") if found.get("class", "").startswith("box ")]
    assert [box.get("class") for box in boxes] == [
        *("box unknown", "box input", "box weights", "box weights", "box unknown", "box model", "box refused"),
        *("box input", "box weights", "box plain"),
    ]
    written = ["".join(found.itertext()) for found in root.iter(f"{SVG}text")]
    assert "two (functional), model.py:7" in written
    assert "InputLayer → (None, timesteps, 3)" in written
    assert "2x" in written  # the box that has the same tensor twice
    assert len([path for path in root.iter(f"{SVG}path") if path.get("class") == "link"]) == 9
    without_namespace = text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|href|<script|@import|url\((?!#)", without_namespace)


def test_nothing_to_show_is_still_a_whole_document():
    assert json.loads(render("json", (), Options()))["models"] == []
    assert ElementTree.fromstring(render("svg", (), Options())).tag == f"{SVG}svg"
    assert render("table", (), Options()) == ""
    assert render("dot", (), Options()).endswith("}")
