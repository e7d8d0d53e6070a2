"""The state of an interpreted program: names of every live frame and the contents of every mutable object.

A state is forked where paths part and joined where they meet. Objects are frozen; changing one puts another in its
place, so that forks share what did not change.
"""

from __future__ import annotations

import itertools
import operator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tdlint.graph import CallSite, ModelKind
from tdlint.values import LayerObject, ModelValue, Site, TensorValue, Unknown, Value, join

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
class ListObject:
    """A list, set or other growing sequence; ``rest`` describes further items, unknown in number."""

    items: tuple[Value, ...] = ()
    rest: Value | None = None
    kind: Literal["list", "set"] = "list"


@dataclass(frozen=True, slots=True)
class DictObject:
    """A dict; ``rest`` describes further values under keys that are not known."""

    items: tuple[tuple[Value, Value], ...] = ()
    rest: Value | None = None


@dataclass(frozen=True, slots=True)
class InstanceObject:
    """The attributes of an object of a class of the program."""

    attributes: tuple[tuple[str, Value], ...] = ()
    open: bool = False

    def get(self, name: str) -> Value | None:
        """The attribute, None if it was never set."""
        return next((value for key, value in self.attributes if key == name), None)

    def set(self, name: str, value: Value) -> InstanceObject:
        """A copy with one attribute set."""
        kept = tuple((key, old) for key, old in self.attributes if key != name)
        return replace(self, attributes=(*kept, (name, value)))


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
    compiles: tuple[CallSite, ...] = ()
    fits: tuple[CallSite, ...] = ()
    unknown: tuple[str, ...] = ()
    instance_of: int | None = None
    trainable: bool | None = True


HeapObject: TypeAlias = ListObject | DictObject | InstanceObject | LayerObject | ModelObject


class State:
    """Frames and heap. ``dead`` says that no path leads here (after ``return``, ``raise``, ``break``).

    Forks share frames until one of them writes: ``own`` gives the frame to write to. Nothing ever leaves the heap.
    """

    __slots__ = ("_mine", "dead", "frames", "heap")

    def __init__(self) -> None:
        self.frames: dict[int, dict[str, Value]] = {}
        self.heap: dict[int, HeapObject] = {}
        self.dead = False
        self._mine: set[int] = set()

    def fork(self) -> State:
        """A copy that changes by itself."""
        other = State()
        other.frames = self.frames.copy()
        other.heap = self.heap.copy()
        other.dead = self.dead
        self._mine = set()
        return other

    def add_frame(self, number: int) -> None:
        """A new, empty frame."""
        self.frames[number] = {}
        self._mine.add(number)

    def own(self, number: int) -> dict[str, Value]:
        """The frame, to be written to."""
        frame = self.frames[number]
        if number not in self._mine:
            frame = self.frames[number] = frame.copy()
            self._mine.add(number)
        return frame


def join_states(left: State, right: State) -> State:
    """The state after a place where two paths meet."""
    if left.dead:
        return right
    if right.dead:
        return left
    for number, frame in right.frames.items():
        mine = left.frames.setdefault(number, frame)
        if mine is not frame:
            _join_frames(left.own(number), frame)
    _join_heaps(left.heap, right.heap)
    return left


def _join_frames(left: dict[str, Value], right: dict[str, Value]) -> None:
    for name, value in right.items():
        have = left.get(name)
        # a name that only one path sets can be used later on that path only
        if have is None:
            left[name] = value
        elif have is not value:
            left[name] = join(have, value)


def _join_heaps(left: dict[int, HeapObject], right: dict[int, HeapObject]) -> None:
    """Both grew out of one heap and keep its order, so a comparison side by side finds what changed, in C."""
    same = list(map(operator.is_, left.values(), right.values()))
    if all(same) and len(right) <= len(left):
        return
    start = same.index(False) if False in same else len(same)
    for number, thing in itertools.islice(right.items(), start, None):
        have = left.setdefault(number, thing)
        if have is not thing and have != thing:
            left[number] = join_objects(have, thing)


def _join_items(left: tuple[Value, ...], right: tuple[Value, ...]) -> tuple[tuple[Value, ...], Value | None]:
    if len(left) == len(right):
        return tuple(join(a, b) for a, b in zip(left, right, strict=True)), None
    return (), Unknown("its length differs between paths")


def join_objects(left: HeapObject, right: HeapObject) -> HeapObject:
    """One object in two states."""
    if isinstance(left, ListObject) and isinstance(right, ListObject):
        items, extra = _join_items(left.items, right.items)
        if extra is not None:
            every = (*left.items, *right.items)
            extra = every[0]
            for value in every[1:]:
                extra = join(extra, value)
        for rest in (left.rest, right.rest):
            if rest is not None:
                extra = rest if extra is None else join(extra, rest)
        return ListObject(items, extra, left.kind)
    if isinstance(left, DictObject) and isinstance(right, DictObject):
        return _join_dicts(left, right)
    if isinstance(left, InstanceObject) and isinstance(right, InstanceObject):
        merged = dict(left.attributes)
        for name, value in right.attributes:
            merged[name] = join(merged[name], value) if name in merged else value
        return InstanceObject(tuple(merged.items()), left.open or right.open)
    if isinstance(left, LayerObject) and isinstance(right, LayerObject):
        return replace(left, trainable=left.trainable if left.trainable == right.trainable else None)
    if isinstance(left, ModelObject) and isinstance(right, ModelObject):
        return replace(
            left,
            stack=join_stacks(left.stack, right.stack),
            compiles=_union(left.compiles, right.compiles),
            fits=_union(left.fits, right.fits),
            unknown=tuple(dict.fromkeys((*left.unknown, *right.unknown))),
            trainable=left.trainable if left.trainable == right.trainable else None,
        )
    return left


def _union(left: tuple[CallSite, ...], right: tuple[CallSite, ...]) -> tuple[CallSite, ...]:
    return (*left, *(call for call in right if call not in left))


def _join_dicts(left: DictObject, right: DictObject) -> DictObject:
    merged = dict(left.items)
    rest = left.rest
    for key, value in right.items:
        merged[key] = join(merged[key], value) if key in merged else value
    if right.rest is not None:
        rest = right.rest if rest is None else join(rest, right.rest)
    if len(merged) != len(left.items) or len(merged) != len(right.items):
        rest = Unknown("its keys differ between paths")
    return DictObject(tuple(merged.items()), rest)


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
