"""The account as a page: what it says, that nothing in a model can change it, and how it behaves in a real browser."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import chromium
import pytest

from tdlint.diagnostics import Diagnostic, Location, Severity
from tdlint.formatters.inspection import View, render
from tdlint.formatters.inspection.html.boxes import CROWDED, figures
from tdlint.formatters.inspection.html.shade import STEPS, step
from tdlint.formatters.options import Options
from tdlint.graph import Edge, LayerNode, ModelGraph
from tdlint.inspector.accounting.account import LayerAccount, Regularizer, WeightAccount
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive
from tdlint.inspector.measurement import GradientNorms, InputScale, Measurement, StepScale
from tdlint.values import LayerObject

MODELS = Path(__file__).parents[3] / "fixtures" / "models"
HOSTILE = "</script><script>document.title='x'</script><img src=x onerror=alert(1)>\"'`&\x1b[2J"
PATHS = sorted(MODELS.iterdir())


def account(name="branches.keras"):
    return replace(account_of(read_archive(MODELS / name)), source=name)


def page(shown, view=None):
    return render("html", shown, Options(), view)


def long_chain(size=130):
    """A model of convolutions, each with two layers after it that have no weights."""
    kinds = ("Conv2D", "ReLU", "Dropout")
    nodes, layers = [], []
    for number in range(size):
        kind = kinds[number % 3]
        name = f"{kind.lower()}_{number}"
        layer = LayerObject(number, f"keras.layers.{kind}", name=name)
        edges = (Edge(number - 1),) if number else ()
        nodes.append(LayerNode(number, layer, outputs=((4, 4),), edges=edges))
        kernel = WeightAccount("kernel", (2, 2), 4, True, Regularizer("L2", (("l2", 0.1),)), 0.1 + number, 1.0, True)
        layers.append(LayerAccount(name, kind, (4, 4), (kernel,) if kind == "Conv2D" else ()))
    graph = ModelGraph(-5, "long", "functional", tuple(nodes))
    penalty = sum(layer.penalty for layer in layers)
    shown = account()
    totals = replace(shown.totals, penalty=penalty, penalty_ratio=12.0)
    return replace(shown, name="long", layers=tuple(layers), model=graph, totals=totals, inactive=())


class _Page(HTMLParser):
    """The text of a page, whose tags must be closed in their order and lead nowhere but to itself."""

    VOID = ("meta", "br", "wbr", "input")

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.tags: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()
        assert not self.open
        assert len(self.ids) == len(set(self.ids))
        assert self.links <= set(self.ids)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        assert not {name for name in given if name == "src" or name.startswith("on")}
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        if "href" in given:
            assert given["href"].startswith("#")
            self.links.add(given["href"][1:])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_pages_are_whole_and_need_nothing(path):
    source = page(account(path.name))
    found = _Page(source)
    assert "://" not in source
    for layer in account(path.name).layers:
        assert layer.layer in found.text
    assert found.tags.count("svg") >= 1


def test_the_page_says_what_the_table_says():
    found = _Page(page(account()))
    for words in (
        "branches",
        "36 of 112 parameters (32%) are regularized and cost 0.349 now",
        "data loss",
        "94 % of the penalty",
        "94 % of the penalty, counted once",  # the second call of a shared layer
        "Declared, and never acting",
        "L1(0.1), L2(0.01) on output",
        "it is called 2 times, and its penalty counts once",
        "over 50 %",
        "All 12 weights",
        "twin/kernel",
    ):
        assert words in found.text


def test_what_rules_report_is_shown_in_full():
    one = Diagnostic(
        "TDL201", "strong", "much `l2`", Location("m", layer="twin"), Severity.WARNING, fact="measured", help="do less"
    )
    source = page(replace(account(), diagnostics=(one,)))
    assert "much <code>l2</code>" in source
    text = _Page(source).text
    assert all(words in text for words in ("TDL201", "strong", "measured", "→ do less", "twin: much"))


def test_nothing_in_a_model_is_read_as_html():
    shown = account()
    kernel = replace(shown.layers[2].weights[0], name=HOSTILE, regularizer=Regularizer(HOSTILE, (("l1", 0.1),)))
    evil = replace(shown.layers[2], layer=HOSTILE, type=HOSTILE, weights=(kernel,))
    node = replace(shown.model.nodes[0], layer=replace(shown.model.nodes[0].layer, name=HOSTILE))
    one = Diagnostic("TDL1", HOSTILE, HOSTILE, Location("m", layer=HOSTILE), Severity.ERROR, help=HOSTILE, fact=HOSTILE)
    hostile = replace(
        shown,
        name=HOSTILE,
        source=HOSTILE,
        keras_version=HOSTILE,
        layers=(evil, *shown.layers),
        notes=(HOSTILE,),
        unknown=(HOSTILE,),
        diagnostics=(one,),
        model=replace(shown.model, name=HOSTILE, nodes=(node, *shown.model.nodes[1:])),
    )
    found = _Page(page(hostile))
    assert found.tags.count("script") == 1
    assert "img" not in found.tags
    assert "\x1b" not in page(hostile)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(None, "unknown"), (0, "none"), (0.001, "s1"), (0.01, "s2"), (0.05, "s3"), (0.2, "s4"), (0.5, "s5"), (1, "s5")],
)
def test_shades_follow_the_share(share, expected):
    assert step(share, True) == expected
    assert step(share, False) == "none"
    assert expected in dict(STEPS)


def test_long_models_are_drawn_with_fewer_boxes():
    (figure,) = figures(long_chain(), {})
    assert len(figure.boxes) == 44
    assert figure.boxes[0].followers == ("ReLU", "Dropout")
    assert len(figure.links) == 43
    (short,) = figures(long_chain(CROWDED), {})
    assert len(short.boxes) == CROWDED


def test_nested_models_are_drawn_below_and_linked():
    source = page(account())
    assert '<h3 id="model-1">inner</h3>' in source
    assert source.count('href="#model-1"') == 2


def wide(size=40):
    """One layer that feeds many."""
    nodes = [LayerNode(0, LayerObject(0, "keras.layers.Dense", name="first"), outputs=((4, 4),))]
    for number in range(1, size):
        layer = LayerObject(number, "keras.layers.Dense", name=f"dense_{number}")
        nodes.append(LayerNode(number, layer, outputs=((4, 4),), edges=(Edge(0),)))
    shown = account("sequence_head.keras")
    totals = replace(shown.totals, regularized_params=0, penalty=0.0)
    layers = tuple(LayerAccount(node.name, "Dense", (4, 4)) for node in nodes)
    return replace(shown, layers=layers, totals=totals, model=ModelGraph(-5, "wide", "functional", tuple(nodes)))


def test_models_without_a_penalty_get_no_legend_and_no_empty_columns():
    source = page(wide())
    assert "<h2>The model</h2>" in source
    assert 'class="legend"' not in source
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', source) == ["layer", "output shape"]


def measured():
    steps = tuple(StepScale(0.1 * number, 1 + number) for number in range(12))
    found = Measurement("data.npz", "tensorflow", 32, 4, 128, False, 3.0, 1.5, 1.25, 0.25, None)
    norms = (GradientNorms("twin", "kernel", 2.0, 0.5), GradientNorms("kind", "bias", 0.0, 0.7))
    scales = (InputScale("series", (None, 12, 3), 0, 1, -3, 3, 0, steps), InputScale("flat", (None, 3), 0, 1, 0, 1, 0))
    return replace(account(), measurement=replace(found, gradients=norms, inputs=scales))


def test_what_was_measured_is_drawn():
    source = page(measured())
    text = _Page(source).text
    for words in ("data.npz: 128 samples, a part of the data", "activity terms", "twin/kernel", "Time steps of series"):
        assert words in text
    assert "standard deviations go from 1 to 12" in text
    assert source.count('class="range"') == 12
    assert "kind/bias" not in text.partition("What pulls at the weights")[2].partition("Time steps")[0]
    assert "Measured on data" not in page(account())


def test_views_choose_columns_order_and_depth():
    text = page(account(), View(("name", "loss"), 1, "loss"))
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', text)
    assert heads[:2] == ["layer", "of loss"]
    assert text.index('data-value="twin"') < text.index('data-value="inner"')
    assert 'aria-sort="descending"' in text


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = chromium.find()
    if program is None:
        pytest.skip("no Chromium is installed")
    opened = chromium.Browser(program, tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


NAMES = "[...document.querySelectorAll('#layers tbody th')].map(head => head.dataset.value)"
SORT = "document.querySelector('#layers thead th:nth-child({}) button')"
STATE = "document.querySelector('#layers thead th:nth-child({})').getAttribute('aria-sort')"


def test_tables_are_sorted_by_keyboard(browser, tmp_path):
    browser.open(page(account()), tmp_path / "page.html")
    before = browser.run(NAMES)
    browser.run(f"{SORT.format(5)}.focus()")  # the penalty
    browser.press("Enter", 13)
    assert browser.run(NAMES)[:2] == ["twin", "inner/dense"]
    assert browser.run(STATE.format(5)) == "descending"
    assert "sorted by penalty, descending" in browser.run("document.querySelector('[role=status]').textContent")
    browser.press(" ", 32)
    assert browser.run(STATE.format(5)) == "ascending"
    assert browser.run(NAMES)[0] != "twin"
    browser.press("Enter", 13)
    assert browser.run(NAMES) == before
    assert browser.run(STATE.format(5)) is None
    browser.run(f"{SORT.format(1)}.click()")
    assert browser.run(NAMES) == sorted(before)


def test_layers_are_found_and_boxes_lead_to_them(browser, tmp_path):
    browser.open(page(account()), tmp_path / "page.html")
    browser.run("find = document.querySelector('input[type=search]'); find.value = 'FROZEN';")
    browser.run("find.dispatchEvent(new Event('input'))")
    visible = "[...document.querySelectorAll('#layers tbody tr')].filter(row => !row.hidden).length"
    assert browser.run(visible) == 1
    browser.run("location.hash = document.querySelector('svg a').getAttribute('href')")
    browser.run("location.hash = '#layer-2'")
    assert browser.run("document.querySelector('tr:target th').dataset.value") == "twin"


@pytest.mark.parametrize("width", [400, 1000, 1600])
@pytest.mark.parametrize("make", [account, long_chain, measured, wide])
def test_pages_are_no_wider_than_the_window(browser, tmp_path, make, width):
    browser.open(page(make()), tmp_path / "page.html", width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_wide_drawings_are_shown_whole_and_can_be_made_large(browser, tmp_path):
    canvas = "document.querySelector('.canvas')"
    browser.open(page(wide()), tmp_path / "page.html")
    assert browser.run(f"{canvas}.scrollWidth <= {canvas}.clientWidth")
    browser.run("document.getElementById('fit').focus()")
    browser.press(" ", 32)
    assert browser.run(f"{canvas}.scrollWidth > {canvas}.clientWidth")
    first = "document.querySelector('rect').getBoundingClientRect()"
    assert browser.run(f"{first}.left - {canvas}.getBoundingClientRect().left") >= 0
    assert browser.run(f"{first}.right < {canvas}.getBoundingClientRect().right")
    assert 'id="fit"' not in page(account())


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_what_is_behind_it(browser, tmp_path, dark):
    browser.open(page(long_chain()), tmp_path / "page.html", dark=dark)
    background = browser.run("getComputedStyle(document.body).backgroundColor")
    assert (_light(background) < 0.1) is dark
    pairs = browser.run(
        "[...document.querySelectorAll('svg g')].map(box => [box.getAttribute('class'),"
        " getComputedStyle(box.querySelector('text')).fill, getComputedStyle(box.querySelector('rect')).fill])"
        ".concat([['faint', getComputedStyle(document.querySelector('.faint')).color, "
        "getComputedStyle(document.body).backgroundColor]])"
    )
    assert len({name for name, _, _ in pairs}) >= 3
    for name, front, back in pairs:
        high, low = sorted((_light(front), _light(back)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, name


def _light(color: str) -> float:
    """The relative luminance of WCAG."""
    channels = [int(number) / 255 for number in re.findall(r"\d+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_pages_can_be_read_without_scripts(browser, tmp_path):
    browser.open(page(account()), tmp_path / "page.html", scripts=False)
    shown = browser.call("DOM.getDocument", depth=-1)
    html = browser.call("DOM.getOuterHTML", nodeId=shown["root"]["nodeId"])["outerHTML"]
    assert "<button" not in html
    assert "twin" in html
    assert "<details" in html


def test_nothing_is_loaded_and_nothing_hostile_runs(browser, tmp_path):
    shown = account()
    hostile = replace(shown, name=HOSTILE, layers=(replace(shown.layers[0], layer=HOSTILE), *shown.layers[1:]))
    source = page(hostile)
    browser.open(source, tmp_path / "page.html")
    assert browser.run("document.title").startswith("</script>")
    assert browser.run("document.scripts.length") == 1
    asked = [
        each["params"]["request"]["url"] for each in browser.events if each.get("method", "").endswith("WillBeSent")
    ]
    assert asked == [(tmp_path / "page.html").as_uri()]
    # should a name ever get through, the policy stops what it brings
    broken = source.replace("<header>", "<header><script>document.title = 'x'</script><img src='https://localhost/x'>")
    browser.open(broken, tmp_path / "page.html")
    assert browser.run("document.title").startswith("</script>")
    blocked = [each for each in browser.events if each.get("method") == "Log.entryAdded"]
    assert len(blocked) >= 2
