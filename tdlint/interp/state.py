"""The state of an interpreted program: names of every live frame and the contents of every mutable object.

A state is forked where paths part and joined where they meet. Objects are frozen; changing one puts another in its
place, so that forks share what did not change.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from tdlint.graph import CallSite, ModelKind
from tdlint.interp.paged import PagedDict
from tdlint.shapes import AnyShape, Dim, UnknownDim
from tdlint.values import (
    NONE,
    ClassValue,
    Const,
    FunctionValue,
    Instance,
    LayerObject,
    ModelValue,
    OneOf,
    Site,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    join,
)
from tdlint.values import Sequence as ListSnapshot

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


class State:
    """Frames and heap. ``dead`` says that no path leads here (after ``return``, ``raise``, ``break``).

    Forks share frames until one of them writes: ``own`` gives the frame to write to. Nothing ever leaves the heap.
    ``built`` has the input shapes that layers and models were called on by key, None where that differs between paths.
    """

    __slots__ = ("_mine", "built", "dead", "frames", "heap", "modules")

    def __init__(self) -> None:
        self.frames: PagedDict[int, Names] = PagedDict()
        self.heap: Heap = PagedDict()
        self.built: PagedDict[int, tuple[AnyShape, ...] | None] = PagedDict()
        self.dead = False
        self.modules: set[int] = set()
        self._mine: set[int] = set()

    def fork(self) -> State:
        """A copy that changes by itself."""
        other = State()
        other.frames = self.frames.copy()
        other.heap = self.heap.copy()
        other.built = self.built.copy()
        other.dead = self.dead
        other.modules = self.modules
        self._mine = set()
        return other

    def add_frame(self, number: int, module: bool) -> None:
        """A new, empty frame, that of a module or another."""
        self.frames[number] = PagedDict() if module else {}
        self._mine.add(number)
        if module:
            self.modules.add(number)

    def own(self, number: int) -> Names:
        """The frame, to be written to."""
        frame = self.frames[number]
        if number not in self._mine:
            frame = self.frames[number] = frame.copy()
            self._mine.add(number)
        return frame

    def share(self, number: int, other: State) -> None:
        """Take the frame that another state has."""
        self.frames[number] = other.frames[number]
        self._mine.discard(number)
        other._mine.discard(number)


def _same_names(left: Names, right: Names) -> bool:
    """Whether the frames of a function have become the same again, so that no later join need look at them."""
    return (
        isinstance(left, dict)
        and len(left) == len(right)
        and all(map(operator.is_, left, right))
        and all(map(operator.is_, left.values(), right.values()))
    )


def join_states(left: State, right: State) -> State:
    """The state after a place where two paths meet."""
    if left.dead:
        return right
    if right.dead:
        return left
    lost: list[Value] = []
    _join_heaps(left.heap, right.heap, lost)
    for key in left.built.differing(right.built):
        if left.built.get(key) != right.built.get(key):
            left.built[key] = None
    for number in left.frames.offered(right.frames):
        frame = right.frames[number]
        have = left.frames.setdefault(number, frame)
        if have is not frame and _same_names(have, frame):
            left.share(number, right)
        elif have is not frame:
            _join_frames(left.own(number), frame, lost, number in left.modules)
    lose(left.heap, lost)
    return left


BUILTIN_NAMES = frozenset(dir(builtins))


def differing_names(left: Names, right: Names) -> Iterable[str]:
    """The names that do not stand for the same value in two states of one frame."""
    if isinstance(left, PagedDict) and isinstance(right, PagedDict):
        return left.differing(right)
    return [name for name in {**left, **right} if left.get(name) is not right.get(name)]


def _join_frames(left: Names, right: Names, lost: list[Value], module: bool) -> None:
    if isinstance(left, dict) and all(map(operator.is_, left, right)) and len(left) == len(right):
        # the same names in the same order, as in most branches: what differs is found in C
        same = map(operator.is_, left.values(), right.values())
        for name in [name for name, alike in zip(left, same, strict=True) if not alike]:
            left[name] = join_kept(left[name], right[name], lost)
        return
    for name in differing_names(left, right):
        have, value = left.get(name), right.get(name)
        # a name that only one path sets can be used later on that path only, unless Python has one of that name
        if module and name in BUILTIN_NAMES and (have is None or value is None):
            have = left[name] = join(have or right[name], Symbol(f"builtins.{name}"))
        if have is None:
            left[name] = right[name]
        elif value is not None and have is not value:
            left[name] = join_kept(have, value, lost)


def join_kept(left: Value, right: Value, lost: list[Value]) -> Value:
    """The join of two values; what can't be reached through it any more, though it can be changed, goes to ``lost``."""
    joined = join(left, right)
    if isinstance(joined, Unknown):
        lost.extend(value for value in (left, right) if not isinstance(value, Unknown | Const))
    return joined


_LOST = Unknown("it can be reached, and changed, in ways that are not followed")


NO_CONTAINERS = frozenset({Const, LayerObject, ModelValue, Symbol, TensorValue, Unknown})
"""Values that neither are nor hold a list, dict, array or object of the program."""


def lose(heap: Heap, values: Iterable[Value]) -> None:
    """Make unknown what code that is not followed may change: lists, dicts and objects, and what is in them."""
    pending, seen = list(values), set()
    while pending:
        value = pending.pop()
        if type(value) in NO_CONTAINERS:
            continue
        if isinstance(value, OneOf):
            pending.extend(value.options)
        elif isinstance(value, ListSnapshot):
            pending.extend(value.items)
            if value.rest is not None:
                pending.append(value.rest)
        elif isinstance(value, BoundMethod):
            pending.append(value.owner)
        elif isinstance(value, PartialValue):
            pending += [value.callee, *value.positional, *(item for _, item in value.keywords)]
        elif isinstance(value, FunctionValue) and value.bound_self is not None:
            pending.append(value.bound_self)
        elif isinstance(value, Ref) and value.key not in seen:
            seen.add(value.key)
            pending.extend(_lose_container(heap, value.key))
        elif isinstance(value, Instance) and value.key not in seen:
            seen.add(value.key)
            pending.extend(_lose_object(heap, -value.key))
        elif isinstance(value, ClassValue) and value.key not in seen:
            seen.add(value.key)
            pending.extend(_lose_class(heap, value.key))


def _lose_container(heap: Heap, key: int) -> tuple[Value, ...]:
    thing = heap.get(key)
    held: tuple[Value, ...] = ()
    if isinstance(thing, ListObject):
        heap[key] = replace(thing, items=(), rest=_LOST)
        held = thing.items
    elif isinstance(thing, DictObject):
        heap[key] = DictObject((), _LOST)
        held = tuple(value for _, value in thing.items)
    if isinstance(thing, ListObject | DictObject) and thing.rest is not None:
        held = (*held, thing.rest)
    return held


def _lose_object(heap: Heap, key: int) -> tuple[Value, ...]:
    thing = heap.get(key)
    if not isinstance(thing, InstanceObject):
        return ()
    own = thing.get("__class__")
    heap[key] = InstanceObject(() if own is None else (("__class__", own),), open=True)
    return tuple(value for _, value in thing.attributes)


def _lose_class(heap: Heap, key: int) -> tuple[Value, ...]:
    thing = heap.get(key)
    if not isinstance(thing, InstanceObject):
        return ()
    kept = tuple((name, value if isinstance(value, FunctionValue) else _LOST) for name, value in thing.attributes)
    heap[key] = replace(thing, attributes=kept)
    return tuple(value for _, value in thing.attributes)


def _join_heaps(left: Heap, right: Heap, lost: list[Value]) -> None:
    for number in left.offered(right):
        have, thing = left.get(number), right[number]
        left[number] = thing if have is None or have == thing else join_objects(have, thing, lost)


def join_objects(left: HeapObject, right: HeapObject, lost: list[Value]) -> HeapObject:
    """One object in two states; what can't be reached through it any more goes to ``lost``."""
    if isinstance(left, ListObject) and isinstance(right, ListObject):
        return _join_lists(left, right, lost)
    if isinstance(left, DictObject) and isinstance(right, DictObject):
        return _join_dicts(left, right, lost)
    if isinstance(left, InstanceObject) and isinstance(right, InstanceObject):
        return _join_instances(left, right, lost)
    if isinstance(left, LayerObject) and isinstance(right, LayerObject):
        args = left.args
        for name, value in left.args.bound if left.args != right.args else ():
            if right.args.get(name) != value:
                args = args.replace(name, Unknown(f"{name} differs between paths", name))
        return replace(left, args=args, trainable=left.trainable if left.trainable == right.trainable else None)
    if isinstance(left, ModelObject) and isinstance(right, ModelObject):
        ends = () if left.inputs == right.inputs and left.outputs == right.outputs else ("it differs between paths",)
        return replace(
            left,
            stack=join_stacks(left.stack, right.stack),
            compiles=_union(left.compiles, right.compiles),
            fits=_union(left.fits, right.fits),
            unknown=tuple(dict.fromkeys((*left.unknown, *right.unknown, *ends))),
            trainable=left.trainable if left.trainable == right.trainable else None,
        )
    return left


def _join_lists(left: ListObject, right: ListObject, lost: list[Value]) -> ListObject:
    count = min(len(left.items), len(right.items)) if left.kind == "list" else 0
    if left.kind == "set" and left.items == right.items:
        count = len(left.items)
    both = zip(left.items[:count], right.items[:count], strict=True)
    items = tuple(join_kept(one, other, lost) for one, other in both)
    further = [*left.items[count:], *right.items[count:]]
    further += [rest for rest in (left.rest, right.rest) if rest is not None]
    return ListObject(items, join_all(further, lost), left.kind)


def join_all(values: Iterable[Value], lost: list[Value]) -> Value | None:
    """The join of any number of values, None of none."""
    joined: Value | None = None
    for value in values:
        joined = value if joined is None else join_kept(joined, value, lost)
    return joined


def _union(left: tuple[CallSite, ...], right: tuple[CallSite, ...]) -> tuple[CallSite, ...]:
    shared = next((at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one is not other), None)
    if shared is None:  # one of them has only more than the other
        return left if len(left) >= len(right) else right
    have = {id(call) for call in left}
    others = [call for call in right[shared:] if id(call) not in have]
    known = set(left[shared:]) if others else ()
    return (*left, *(call for call in others if call not in known))


def _join_dicts(left: DictObject, right: DictObject, lost: list[Value]) -> DictObject:
    if left.rest is None and right.rest is None and [k for k, _ in left.items] == [k for k, _ in right.items]:
        both = zip(left.items, right.items, strict=True)
        return DictObject(tuple((key, join_kept(one, other, lost)) for (key, one), (_, other) in both))
    others = dict(right.items)
    certain = [(key, join_kept(value, others[key], lost)) for key, value in left.items if key in others]
    shared = {key for key, _ in certain}
    lost.extend(value for key, value in (*left.items, *right.items) if key not in shared)
    lost.extend(rest for rest in (left.rest, right.rest) if rest is not None)
    return DictObject(tuple(certain), Unknown("its keys differ between paths"))


def _join_instances(left: InstanceObject, right: InstanceObject, lost: list[Value]) -> InstanceObject:
    merged, others = dict(left.attributes), dict(right.attributes)
    for name, value in others.items():
        merged[name] = join_kept(merged[name], value, lost) if name in merged else value
    partial = left.partial | right.partial | (dict(left.attributes).keys() ^ others.keys())
    return InstanceObject(tuple(merged.items()), left.open or right.open, partial)


def join_stacks(left: tuple[StackEntry, ...], right: tuple[StackEntry, ...]) -> tuple[StackEntry, ...]:
    """Two stacks of one Sequential: what they share stays, what differs between them is ``Either``."""
    if left == right:
        return left
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    middle = Either(left[start : len(left) - end], right[start : len(right) - end])
    return (*left[:start], middle, *left[len(left) - end :])
