"""Programs of numpy calls, valid and invalid, as text; every line is tried in real numpy when it is drawn."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy
from hypothesis import strategies as st

DTYPES = ["float32", "float64", "int64", "int32", "uint8", "int8", "bool", "float16", "uint16"]
SIZES = st.integers(0, 4) | st.sampled_from([1, 2, 3, 6, 12])
SHAPES = st.lists(SIZES, max_size=4).map(tuple)
AXES = st.integers(-4, 4)
SCALARS = st.sampled_from(["2", "3", "-1", "0", "255", "255.0", "0.5", "-2.5", "1", "True", "1000"])


@dataclass
class Made:
    """A program: its lines, what every name is in real numpy, and the names whose line raises.

    ``changed`` are the names of arrays that a line changes in place.
    """

    lines: list[str] = field(default_factory=list)
    real: dict[str, object] = field(default_factory=dict)
    fails: dict[str, Exception] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.scope: dict[str, object] = {"np": numpy, "rng": numpy.random.default_rng(0)}

    def run(self, name: str, line: str, kind: str) -> None:
        """Add a line that binds a name, or changes it in place."""
        self.lines.append(line)
        self.kinds[name] = kind
        before = self.real.get(name)
        try:
            with warnings.catch_warnings(), numpy.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                exec(line, self.scope)
        except Exception as error:  # whatever numpy raises is an answer
            self.fails[name] = error
            if before is None:
                return
            # a statement in place that raised: the name goes on under its line before
            self.lines.pop()
            del self.fails[name]
            return
        self.real[name] = self.scope[name]
        self.fails.pop(name, None)


def _name(draw: Callable[..., object], made: Made, kind: type | tuple[type, ...] = numpy.ndarray) -> str:
    names = [name for name, value in made.real.items() if isinstance(value, kind)]
    return draw(st.sampled_from(names))


def _axis(draw: Callable[..., object], made: Made, name: str) -> int:
    ndim = numpy.ndim(made.real[name])
    return draw(st.integers(-ndim, max(ndim - 1, 0)) if draw(st.integers(0, 5)) else AXES)


def _creation(draw: Callable[..., object], made: Made) -> str:
    shape = draw(SHAPES)
    dtype = draw(st.sampled_from(DTYPES))
    small = draw(st.integers(-3, 5))
    forms = [
        f"np.zeros({shape})",
        f"np.zeros({shape}, dtype='{dtype}')",
        f"np.ones({shape}, np.{dtype})" if dtype != "bool" else f"np.ones({shape}, bool)",
        f"np.full({shape}, {draw(SCALARS)})",
        f"np.full({shape}, {draw(st.sampled_from(['2', '0.5', '1']))}, dtype='{dtype}')",
        f"np.random.rand{shape}" if len(shape) != 1 else f"np.random.rand({shape[0]})",
        f"np.random.randn{shape}" if len(shape) != 1 else f"np.random.randn({shape[0]})",
        f"np.random.randint({small}, size={shape})",
        f"np.random.randint({small}, {draw(st.integers(-2, 9))}, size={shape})",
        f"np.random.randint(0, 2, {shape}, dtype='{draw(st.sampled_from(['int32', 'uint8', 'int64']))}')",
        f"np.random.uniform({small}, {small + 2}, {shape})",
        f"np.random.normal(size={shape})",
        f"np.random.random({shape})",
        f"rng.random({shape})",
        f"rng.integers(0, {draw(st.integers(1, 9))}, size={shape})",
        f"rng.normal(0, 1, size={shape})",
        f"np.random.choice({draw(st.integers(1, 5))}, size={shape})",
        f"np.random.permutation({draw(st.integers(0, 6))})",
        f"np.arange({draw(st.integers(-3, 12))})",
        f"np.arange({small}, {draw(st.integers(-3, 12))}, {draw(st.integers(-2, 3))})",
        f"np.arange({small}, {draw(st.integers(-3, 12))}, {draw(st.sampled_from([0.5, 0.3, -0.7]))})",
        f"np.linspace({small}, {draw(st.integers(-5, 5))}, {draw(st.integers(-1, 6))})",
        f"np.eye({draw(SIZES)})",
        f"np.eye({draw(SIZES)}, {draw(SIZES)})",
        f"np.array({_literal(draw, shape[:3])})",
        f"np.array({_literal(draw, shape[:2])}, dtype='{dtype}')",
        f"np.array([{', '.join(_literal(draw, s) for s in draw(st.lists(SHAPES.map(lambda s: s[:1]), max_size=3)))}])",
        f"np.asarray({_literal(draw, shape[:2])}).astype('{dtype}')",
    ]
    return draw(st.sampled_from(forms))


def _literal(draw: Callable[..., object], shape: tuple[int, ...]) -> str:
    number = draw(st.sampled_from(["1", "0", "2.5", "-3", "True", "200"]))
    if not shape:
        return number
    other = draw(st.sampled_from(["7", number]))
    inner = _literal(draw, shape[1:])
    items = [inner] * shape[0]
    if items and len(shape) == 1:
        items[-1] = other
    return "[" + ", ".join(items) + "]"


def _like(draw: Callable[..., object], made: Made) -> str:
    name = _name(draw, made)
    function = draw(st.sampled_from(["zeros_like", "ones_like", "copy", "array", "asarray"]))
    return f"np.{function}({name})"


def _reshape(draw: Callable[..., object], made: Made) -> str:
    name = _name(draw, made)
    total = made.real[name].size
    target = list(draw(st.lists(st.sampled_from([1, 2, 3, 4, 6]), max_size=3)))
    if draw(st.booleans()) and target and total % numpy.prod(target) == 0:
        target.append(total // int(numpy.prod(target)))
    if draw(st.booleans()):
        target.insert(draw(st.integers(0, len(target))), -1)
    sizes = ", ".join(map(str, target))
    whole = f"({sizes},)" if target else "()"
    forms = [f"{name}.reshape({whole})", f"np.reshape({name}, {whole})", f"{name}.reshape(-1)", f"{name}.flatten()"]
    forms += [f"{name}.ravel()", f"np.ravel({name})"]
    if target:
        forms += [f"{name}.reshape({sizes})"] * 2
    if target and made.real[name].ndim:
        forms.append(f"{name}.reshape({name}.shape[0], -1)")
        forms.append(f"{name}.reshape(len({name}), {sizes})")
    return draw(st.sampled_from(forms))


def _axes(draw: Callable[..., object], made: Made) -> str:
    name = _name(draw, made)
    a, b = _axis(draw, made, name), _axis(draw, made, name)
    order = draw(st.permutations(range(made.real[name].ndim)))
    forms = [
        f"np.expand_dims({name}, {a})",
        f"np.expand_dims({name}, ({a}, {b}))",
        f"np.squeeze({name})",
        f"np.squeeze({name}, axis={a})",
        f"{name}.squeeze()",
        f"{name}.T",
        f"np.transpose({name})",
        f"np.transpose({name}, {tuple(order)})",
        f"{name}.transpose({', '.join(map(str, order))})",
        f"np.swapaxes({name}, {a}, {b})",
        f"np.moveaxis({name}, {a}, {b})",
        f"np.rollaxis({name}, {a}, {b})",
        f"np.repeat({name}, {draw(st.integers(-1, 3))})",
        f"np.repeat({name}, {draw(st.integers(0, 3))}, axis={a})",
        f"np.tile({name}, {draw(st.integers(0, 3))})",
        f"np.tile({name}, {draw(SHAPES)[:3]})",
        f"np.pad({name}, {draw(st.integers(0, 2))})",
        f"np.pad({name}, ((1, 0), (0, 2)), mode='constant')",
        f"np.pad({name}, [(0, {draw(st.integers(0, 2))})] * {name}.ndim, 'edge')",
        f"np.flip({name}, {a})",
        f"np.roll({name}, 1, axis={a})",
        f"np.atleast_{draw(st.integers(1, 3))}d({name})",
        f"np.broadcast_to({name}, {draw(SHAPES)})",
        f"np.broadcast_to({name}, (2,) + {name}.shape)",
        f"np.delete({name}, 0, axis={a})",
        f"np.take({name}, [0], axis={a})",
    ]
    return draw(st.sampled_from(forms))


def _joined(draw: Callable[..., object], made: Made) -> str:
    one = _name(draw, made)
    same = [name for name, value in made.real.items() if getattr(value, "shape", None) == made.real[one].shape]
    other = draw(st.sampled_from(same)) if draw(st.integers(0, 3)) else _name(draw, made)
    axis = _axis(draw, made, one)
    parts = f"[{one}, {other}]"
    forms = [
        f"np.concatenate({parts})",
        f"np.concatenate(({one}, {other}), axis={axis})",
        f"np.concatenate({parts}, axis=None)",
        f"np.stack({parts})",
        f"np.stack({parts}, axis={axis})",
        f"np.array({parts})",
        f"np.append({one}, {other})",
        f"np.append({one}, {other}, axis={axis})",
    ]
    forms += [f"np.{name}({parts})" for name in ("vstack", "hstack", "dstack", "column_stack")]
    return draw(st.sampled_from(forms))


def _index(draw: Callable[..., object], made: Made) -> str:
    name = _name(draw, made)
    value = made.real[name]
    entries = []
    for axis in range(draw(st.integers(1, max(value.ndim, 1) + (draw(st.integers(0, 9)) == 0)))):
        dim = value.shape[axis] if axis < value.ndim else 1
        number = st.integers(-dim, max(dim - 1, 0)) if draw(st.integers(0, 9)) else st.integers(-7, 7)
        bound = st.integers(-5, 5).map(str) | st.just("")
        kinds = [
            str(draw(number)),
            f"{draw(bound)}:{draw(bound)}",
            f"{draw(bound)}:{draw(bound)}:{draw(st.sampled_from(['1', '2', '-1', '-2', '3']))}",
            ":",
            ":",
        ]
        if draw(st.integers(0, 5)) == 0:
            kinds += ["np.newaxis", "None", "...", str(draw(st.lists(number, max_size=3)))]
        entries.append(draw(st.sampled_from(kinds)))
    if draw(st.integers(0, 8)) == 0:
        return f"{name}[{name} > {draw(SCALARS)}]"
    if draw(st.integers(0, 8)) == 0:
        return f"{name}[..., np.newaxis]"
    if draw(st.integers(0, 8)) == 0:
        return f"{name}[np.random.permutation(len({name}))]"
    if draw(st.integers(0, 12)) == 0:
        return f"{name}[{_name(draw, made)}]"
    return f"{name}[{', '.join(entries)}]"


def _arithmetic(draw: Callable[..., object], made: Made) -> str:
    one, other = _name(draw, made), _name(draw, made, (numpy.ndarray, numpy.generic))
    operator = draw(st.sampled_from(["+", "-", "*", "/", "//", "%", "**", ">", "<=", "==", "!=", "@"]))
    function = draw(st.sampled_from(["add", "subtract", "multiply", "divide", "maximum", "minimum", "power"]))
    unary = ["sqrt", "exp", "log", "abs", "square", "tanh", "sign", "floor", "ceil", "log1p", "sin", "isnan", "rint"]
    low, high = sorted(draw(st.tuples(st.integers(-2, 3), st.integers(-2, 3))))
    forms = [
        f"{one} {operator} {draw(SCALARS)}",
        f"{one} {operator} {draw(SCALARS)}",
        f"{draw(SCALARS)} {operator} {one}",
        f"{one} {operator} {other}",
        f"{one} {operator} {one}",
        f"{one} / 255.0",
        f"np.{function}({one}, {other})",
        f"np.{function}({one}, {draw(SCALARS)})",
        f"np.{draw(st.sampled_from(unary))}({one})",
        f"-{one}",
        f"~{one}",
        f"np.clip({one}, {low}, {high})",
        f"{one}.clip({low}, {high})",
        f"np.clip({one}, {low}, None)",
        f"np.clip({one}, 0.25, 0.75)",
        f"np.round({one})",
        f"{one}.round({draw(st.integers(0, 2))})",
        f"np.where({one} > 0, {one}, {draw(SCALARS)})",
        f"np.where({one} > 0, {one}, {other})",
        f"np.where({one} > 0.5, 1, 0)",
        f"np.where({one})",
        f"np.dot({one}, {other})",
        f"np.matmul({one}, {other})",
        f"{one}.dot({one}.T)",
        f"({one} - {one}.mean()) / {one}.std()",
        f"({one} - np.mean({one}, axis=0)) / np.std({one}, axis=0)",
        f"{one}.astype('{draw(st.sampled_from(DTYPES))}')",
        f"{one}.astype({draw(st.sampled_from(['float', 'int', 'np.float32', 'bool', 'np.uint8']))})",
        f"np.float32({one})",
    ]
    return draw(st.sampled_from(forms))


def _reduction(draw: Callable[..., object], made: Made) -> str:
    name = _name(draw, made)
    axis = _axis(draw, made, name)
    function = draw(st.sampled_from(["mean", "sum", "max", "min", "argmax", "argmin", "std", "prod", "any", "all"]))
    forms = [
        f"np.{function}({name})",
        f"{name}.{function}()",
        f"np.{function}({name}, axis={axis})",
        f"{name}.{function}(axis={axis})",
        f"{name}.{function}({axis}, keepdims=True)",
        f"{name}.sum(axis=({axis}, {_axis(draw, made, name)}))",
        f"np.median({name}, axis={axis})",
        f"np.cumsum({name})",
        f"np.cumsum({name}, axis={axis})",
        f"np.sort({name}, axis={axis})",
        f"np.argsort({name})",
        f"np.diff({name})",
        f"np.unique({name})",
        f"np.linalg.norm({name})",
        f"np.split({name}, {draw(st.integers(0, 3))}, axis={axis})",
        f"np.array_split({name}, {draw(st.integers(0, 4))})",
        f"np.split({name}, [1, {draw(st.integers(-1, 4))}])",
        f"np.hsplit({name}, 2)",
        f"{name}.shape",
        f"len({name})",
        f"{name}.ndim",
        f"{name}.size",
        f"np.prod({name}.shape)",
        f"np.prod({name}.shape[1:])",
    ]
    return draw(st.sampled_from(forms))


def _in_place(draw: Callable[..., object], made: Made) -> tuple[str, str]:
    name = _name(draw, made)
    operator = draw(st.sampled_from(["+=", "-=", "*=", "/=", "//="]))
    forms = [
        f"{name} {operator} {draw(SCALARS)}",
        f"{name} {operator} {_name(draw, made)}",
        f"{name}[0] = {draw(SCALARS)}",
        f"{name}[1:] = {draw(SCALARS)}",
        f"{name}[...] = {_name(draw, made)}",
        f"{name}.fill({draw(st.integers(0, 5))})",
        f"{name}[0] += {draw(SCALARS)}",
    ]
    return name, draw(st.sampled_from(forms))


FAMILIES = {
    "creation": _creation,
    "like": _like,
    "reshape": _reshape,
    "axes": _axes,
    "joined": _joined,
    "index": _index,
    "arithmetic": _arithmetic,
    "reduction": _reduction,
}


@st.composite
def programs(draw: Callable[..., object], length: int = 8) -> Made:
    """A program of numpy calls."""
    made = Made(["import numpy as np", "rng = np.random.default_rng(0)"])
    numpy.random.seed(draw(st.integers(0, 100)))
    made.run("v0", f"v0 = {_creation(draw, made)}", "creation")
    while not any(isinstance(value, numpy.ndarray) for value in made.real.values()):
        made.run("v0", f"v0 = np.ones({draw(SHAPES)})", "creation")
    for number in range(1, draw(st.integers(2, length))):
        if draw(st.integers(0, 11)) == 0:
            name, line = _in_place(draw, made)
            made.changed.add(name)
            made.run(name, line, "in place")
            continue
        family = draw(st.sampled_from([*FAMILIES, "arithmetic", "axes"]))
        line = FAMILIES[family](draw, made)
        if sum(value.size for value in made.real.values() if isinstance(value, numpy.ndarray)) > 20000:
            break
        made.run(f"v{number}", f"v{number} = {line}", family)
    return made
