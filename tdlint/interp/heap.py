"""What a program holds beside plain values: what only the interpreter knows of, and the objects on the heap."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from tdlint.graph import CallSite, ModelKind
from tdlint.interp.paged import PagedDict
from tdlint.shapes import Dim, UnknownDim
from tdlint.values import (
    NONE,
    LayerObject,
    ModelValue,
    Site,
    TensorValue,
    Unknown,
    Value,
)

MAX_ITEMS = 4096
"""A list with more items than this is unknown from there on."""


@dataclass(frozen=True, slots=True)
class Ref(Value):
    """A list, dict or set of the program; its contents are in the heap under ``key``."""

    key: int

    def may_be(self, *constants: object) -> bool:
        """See ``Value``."""
        return False


@dataclass(frozen=True, slots=True)
class BoundMethod(Value):
    """A method of a library object, list, dict, text or tensor, before it is called."""

    owner: Value
    name: str


@dataclass(frozen=True, slots=True)
class PartialValue(Value):
    """``functools.partial(callee, …)``."""

    callee: Value
    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class VariableValue(TensorValue):
    """A variable of Keras, as ``add_weight`` and ``keras.Variable`` make it; ``key`` is its identity."""

    key: int = 0
    name: str | None = None
    initializer: Value = NONE
    regularizer: Value = NONE
    trainable: Value = NONE


@dataclass(frozen=True, slots=True)
class SuperValue(Value):
    """``super()`` in a method of the class ``owner``."""

    self_value: Value
    owner: int


@dataclass(frozen=True, slots=True)
class RangeValue(Value):
    """A ``range`` whose end is not known."""

    end: Value


@dataclass(frozen=True, slots=True)
class ZipValue(Value):
    """``zip`` or ``enumerate`` over something whose length is not known."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class SomeLayer(Value):
    """A layer of the model ``model``, which one is not known; ``output`` is its output where that is.

    It is one of ``among``, where these are not all layers of the model.
    """

    model: int
    output: Value | None = None
    among: tuple[LayerObject | ModelValue, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerList(Value):
    """``model.layers`` where the layers between ``before`` and ``after`` are not seen: ``hidden`` stands for them."""

    model: int
    before: tuple[LayerObject | ModelValue, ...]
    hidden: LayerObject
    after: tuple[LayerObject | ModelValue, ...]
    output: TensorValue | None = None

    @property
    def layers(self) -> tuple[LayerObject | ModelValue, ...]:
        """All that are seen, and what stands for the others."""
        return (*self.before, self.hidden, *self.after)


_ROWS = UnknownDim("the rows of a table")
_COLUMNS = UnknownDim("the columns of a table")


@dataclass(frozen=True, slots=True)
class FrameValue(Value):
    """A pandas frame (two axes) or series (one). ``indexer`` is set for ``frame.iloc`` and ``frame.loc``."""

    ndim: Literal[1, 2]
    rows: Dim = _ROWS
    columns: Dim = _COLUMNS
    indexer: Literal["iloc", "loc"] | None = None


@dataclass(frozen=True, slots=True)
class ModuleValue(Value):
    """Another file of the project, by the frame of its names."""

    frame: int


@dataclass(frozen=True, slots=True)
class Imported(Value):
    """A file of the project, or the ``name`` in it, that is not read before it is used; ``site`` is the import.

    ``dotted`` is what an absolute import calls it, empty for a relative one.
    """

    path: Path
    name: str | None
    site: Site = field(compare=False)
    dotted: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ListObject:
    """A list, set or other growing sequence; ``rest`` describes further items, unknown in number."""

    items: tuple[Value, ...] = ()
    rest: Value | None = None
    kind: Literal["list", "set"] = "list"


@dataclass(frozen=True, slots=True)
class DictObject:
    """A dict: ``items`` are certainly there, ``rest`` describes further values under keys that are not known."""

    items: tuple[tuple[Value, Value], ...] = ()
    rest: Value | None = None


@dataclass(frozen=True, slots=True)
class InstanceObject:
    """The attributes of an object of a class of the program, or of the class itself.

    ``open`` says that there may be others, set by code that tdlint does not see; those in ``partial`` are set on some
    paths only.
    """

    attributes: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    partial: frozenset[str] = frozenset()

    def get(self, name: str) -> Value | None:
        """The attribute, None if it was never set."""
        return next((value for key, value in self.attributes if key == name), None)

    def set(self, name: str, value: Value) -> InstanceObject:
        """A copy with one attribute set."""
        kept = tuple((key, old) for key, old in self.attributes if key != name)
        return replace(self, attributes=(*kept, (name, value)), partial=self.partial - {name})

    def without(self, name: str) -> InstanceObject:
        """A copy with one attribute deleted."""
        return replace(self, attributes=tuple((key, old) for key, old in self.attributes if key != name))


@dataclass(frozen=True, slots=True)
class Either:
    """Two stacks of layers, of which one was added, depending on the path."""

    left: tuple[StackEntry, ...]
    right: tuple[StackEntry, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A stack of layers that was added an unknown number of times."""

    body: tuple[StackEntry, ...]


StackEntry: TypeAlias = LayerObject | ModelValue | TensorValue | Unknown | Either | Repeated
"""What a Sequential has in its stack; a tensor stands for ``keras.Input``."""


@dataclass(frozen=True, slots=True)
class ModelObject:
    """A model: a stack of layers (Sequential) or tensors (functional), and what was done with it."""

    kind: ModelKind
    site: Site | None = None
    name: str | None = None
    stack: tuple[StackEntry, ...] = ()
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    output_keys: tuple[str | None, ...] | None = None
    input_keys: tuple[str | None, ...] | None = None
    compiles: tuple[CallSite, ...] = ()
    fits: tuple[CallSite, ...] = ()
    unknown: tuple[str, ...] = ()
    instance_of: int | None = None
    trainable: bool | None = True
    copy_of: int | None = None


HeapObject: TypeAlias = ListObject | DictObject | InstanceObject | LayerObject | ModelObject

Heap: TypeAlias = PagedDict[int, HeapObject]

Names: TypeAlias = dict[str, Value] | PagedDict[str, Value]
"""The names of a frame; those of modules are many."""
