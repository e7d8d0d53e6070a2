"""Where two paths meet: two values or objects as one, and what can't be followed any more."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterable
from dataclasses import replace

from tdlint.graph import CallSite
from tdlint.interp.heap import (
    BoundMethod,
    DictObject,
    Either,
    Heap,
    HeapObject,
    InstanceObject,
    ListObject,
    ModelObject,
    Names,
    PartialValue,
    Ref,
    StackEntry,
)
from tdlint.interp.paged import PagedDict
from tdlint.values import (
    ClassValue,
    Const,
    FunctionValue,
    Instance,
    LayerObject,
    ModelValue,
    OneOf,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    join,
)
from tdlint.values import Sequence as ListSnapshot

BUILTIN_NAMES = frozenset(dir(builtins))


def differing_names(left: Names, right: Names) -> Iterable[str]:
    """The names that do not stand for the same value in two states of one frame."""
    if isinstance(left, PagedDict) and isinstance(right, PagedDict):
        return left.differing(right)
    return [name for name in {**left, **right} if left.get(name) is not right.get(name)]


def join_frames(left: Names, right: Names, lost: list[Value], module: bool) -> None:
    """Put the names of another frame into one, in the same way."""
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


def join_heaps(left: Heap, right: Heap, lost: list[Value]) -> None:
    """Put the objects of another heap into one; what can\'t be reached any more goes to ``lost``."""
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
