"""Lists, tuples, sets and dicts: their items, and what statements and operators do to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from tdlint.interp.data.array_items import as_argument, rows
from tdlint.interp.data.array_memory import set_items
from tdlint.interp.heap import MAX_ITEMS, DictObject, FrameValue, LayerList, ListObject, Ref, SomeLayer
from tdlint.interp.run import Run
from tdlint.values import (
    ArrayValue,
    Const,
    Instance,
    Mapping,
    OneOf,
    Sequence,
    Unknown,
    Value,
    integer,
)

ANY_ITEM = Unknown("an item of something that is not known")

Items = tuple[tuple[Value, ...], Value | None]


def as_list(run: Run, value: Value) -> ListObject | Sequence | None:
    """The contents of a list, tuple or set; None for anything else."""
    if isinstance(value, Sequence):
        return value
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        return thing if isinstance(thing, ListObject) else None
    return None


def as_dict(run: Run, value: Value) -> DictObject | None:
    """The contents of a dict; None for anything else."""
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        return thing if isinstance(thing, DictObject) else None
    return DictObject(value.items, value.rest) if isinstance(value, Mapping) else None


def iterate(run: Run, value: Value) -> Items:
    """The items that a loop over a value sees, and a description of further ones, unknown in number."""
    listed = as_list(run, value)
    if listed is not None:
        if listed.kind == "set" and len(listed.items) > 1:
            # the order of a set is not that of its source
            return (), any_of(run, listed.items, listed.rest)
        return listed.items, listed.rest
    found = as_dict(run, value)
    if found is not None:
        if found.rest is not None:
            return (), Unknown("a key that is not known")
        return tuple(key for key, _ in found.items), None
    if isinstance(value, LayerList):
        return (), SomeLayer(value.model, among=value.layers)
    if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) <= 256:
        return tuple(Const(character) for character in value.value), None
    if type(value) is Instance:
        run.lose(value)  # its iterator may change it
    return rows(value) or ((), Unknown(value.reason) if isinstance(value, Unknown) else ANY_ITEM)


def make_list(run: Run, items: Iterable[Value], rest: Value | None = None) -> Ref:
    """A new list."""
    known = tuple(items)
    if len(known) > MAX_ITEMS:
        known, rest = (), any_of(run, known, rest)
    return Ref(run.allocate(ListObject(known, rest)))


def make_set(run: Run, items: Iterable[Value], rest: Value | None = None) -> Ref:
    """A new set; it has each constant once, and what is not constant may or may not be in it already."""
    known: list[Value] = []
    for item in items:
        if not isinstance(item, Const):
            rest = item if rest is None else run.merge(rest, item)
        elif not any(_same_key(item, have) for have in known):
            known.append(item)
    return Ref(run.allocate(ListObject(tuple(known), rest, "set")))


def _same_key(left: Value, right: Value) -> bool:
    """Whether two constants are one key: ``1``, ``1.0`` and ``True`` are."""
    return isinstance(left, Const) and isinstance(right, Const) and left.value == right.value


def snapshot(run: Run, value: Value, depth: int = 0) -> Value:
    """A value without references: lists and dicts as they are at this moment."""
    if depth > 8:
        return Unknown("nested too deeply")
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        if isinstance(thing, ListObject):
            run.spend(len(thing.items))
            items = tuple(snapshot(run, item, depth + 1) for item in thing.items)
            rest = None if thing.rest is None else snapshot(run, thing.rest, depth + 1)
            return Sequence(items, thing.kind, rest)
        if isinstance(thing, DictObject):
            run.spend(len(thing.items))
            pairs = tuple((key, snapshot(run, item, depth + 1)) for key, item in thing.items)
            return Mapping(pairs, None if thing.rest is None else snapshot(run, thing.rest, depth + 1))
        return Unknown("an object that is not known")
    if isinstance(value, Sequence) and (value.items or value.rest is not None):
        run.spend(len(value.items))
        rest = None if value.rest is None else snapshot(run, value.rest, depth + 1)
        return Sequence(tuple(snapshot(run, item, depth + 1) for item in value.items), value.kind, rest)
    if isinstance(value, OneOf):
        return run.merge(*(snapshot(run, option, depth + 1) for option in value.options))
    return as_argument(value) if isinstance(value, ArrayValue | FrameValue) else value


def copied(run: Run, value: Value, depth: int = 0) -> Value:
    """``copy.deepcopy`` of a value."""
    run.spend(1)
    if depth > 8:
        return Unknown("nested too deeply")
    if isinstance(value, Const):
        return value
    if isinstance(value, Sequence) and value.rest is None:
        return replace(value, items=tuple(copied(run, each, depth + 1) for each in value.items))
    thing = run.state.heap.get(value.key) if isinstance(value, Ref) else None
    if isinstance(thing, ListObject) and thing.rest is None:
        return Ref(run.allocate(replace(thing, items=tuple(copied(run, each, depth + 1) for each in thing.items))))
    if isinstance(thing, DictObject) and thing.rest is None:
        pairs = tuple((key, copied(run, each, depth + 1)) for key, each in thing.items)
        return Ref(run.allocate(DictObject(pairs)))
    return Unknown("a copy of something that is not known")


def any_of(run: Run, values: Iterable[Value], rest: Value | None = None) -> Value:
    """Some item of a list, which one is not known."""
    known = [*values, *(() if rest is None else (rest,))]
    if not known:
        return Unknown("an item of an empty list")
    run.spend(len(known) // 16)
    return run.merge(*known)


def item(run: Run, owner: Value, index: Value | slice) -> Value:
    """``owner[index]``."""
    if isinstance(owner, OneOf):
        return run.merge(*(item(run, option, index) for option in owner.options))
    listed = as_list(run, owner)
    if listed is not None:
        return Unknown("an item of a set") if listed.kind == "set" else _list_item(run, listed, index)
    found = as_dict(run, owner)
    if found is not None and not isinstance(index, slice):
        if isinstance(index, Const):
            have = lookup(found, index)
            if have is not None:
                return have
            return found.rest if found.rest is not None else Unknown("a key that the dict does not have")
        return any_of(run, (value for _, value in found.items), found.rest)
    if isinstance(owner, LayerList):
        return _layer_item(owner, index)
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return _characters(run, owner.value, index)
    return Unknown(owner.reason) if isinstance(owner, Unknown) else ANY_ITEM


def _characters(run: Run, owner: str, index: Value | slice) -> Value:
    if isinstance(index, slice):
        chosen = _list_item(run, Sequence(tuple(map(Const, owner)), "tuple"), index)
        if not isinstance(chosen, Sequence) or not chosen.complete:
            return ANY_ITEM
        return Const("".join(str(item.value) for item in chosen.items if isinstance(item, Const)))
    position = integer(index)
    if position is None:
        return ANY_ITEM
    return Const(owner[position]) if -len(owner) <= position < len(owner) else Unknown("an index that fails")


def lookup(thing: DictObject, key: Const) -> Value | None:
    """The value that a dict certainly has under a key."""
    return next((value for have, value in thing.items if _same_key(have, key)), None)


def _list_item(run: Run, listed: ListObject | Sequence, index: Value | slice) -> Value:
    items = listed.items
    if isinstance(index, slice):
        bounds = [None if bound is None else integer(bound) for bound in (index.start, index.stop, index.step)]
        given = (index.start, index.stop, index.step)
        known = all(
            bound is None or bound.must_be(None) or value is not None
            for bound, value in zip(given, bounds, strict=True)
        )
        if not known or listed.rest is not None or bounds[2] == 0:
            rest = any_of(run, items, listed.rest)
            return Sequence((), "tuple", rest) if listed.kind == "tuple" else make_list(run, (), rest)
        chosen = items[slice(*bounds)]
        return Sequence(chosen, "tuple") if listed.kind == "tuple" else make_list(run, chosen)
    position = integer(index)
    if position is not None and (listed.rest is None or 0 <= position < len(items)):
        if -len(items) <= position < len(items):
            return items[position]
        return Unknown("an index that the list does not have")
    return any_of(run, items, listed.rest)


def _layer_item(owner: LayerList, index: Value | slice) -> Value:
    """An item or slice of the layers of a model of which only the first and the last are seen."""
    if not isinstance(index, slice):
        position = integer(index)
        if position is not None and 0 <= position < len(owner.before):
            return owner.before[position]
        if position is not None and -len(owner.after) <= position < 0:
            return owner.after[position]
        last = position == -1 - len(owner.after)
        return SomeLayer(owner.model, owner.output if last else None)
    start, stop, step = (None if bound is None or bound.must_be(None) else bound for bound in _bounds(index))
    first, last_one = (None if bound is None else integer(bound) for bound in (start, stop))
    known = step is None and (first is not None or start is None) and (last_one is not None or stop is None)
    if known and last_one is None and first is not None and -len(owner.after) <= first < 0:
        return Sequence(owner.after[first:])
    if known and not first and (last_one is None or -len(owner.after) <= last_one < 0):
        return replace(owner, after=owner.after[:last_one])
    return Sequence((), "list", SomeLayer(owner.model))


def _bounds(index: slice) -> tuple[Value | None, Value | None, Value | None]:
    return index.start, index.stop, index.step


def set_item(run: Run, owner: Value, index: Value | slice, value: Value) -> None:
    """``owner[index] = value``."""
    if isinstance(owner, OneOf):
        for option in owner.options:
            set_item(run, option, Unknown("an item of one of several"), value)
        return
    if isinstance(owner, ArrayValue | FrameValue):
        set_items(run, owner, value)
        return
    if isinstance(owner, Instance):
        run.histories.pop(owner.key, None)
    if not isinstance(owner, Ref):
        run.lose(value)
        return
    thing = run.state.heap.get(owner.key)
    if isinstance(thing, ListObject):
        position = None if isinstance(index, slice) else integer(index)
        if isinstance(index, slice):
            run.lose(value)
            run.state.heap[owner.key] = replace(thing, items=(), rest=Unknown("a slice of it was set"))
        elif position is not None and thing.rest is None and -len(thing.items) <= position < len(thing.items):
            items = list(thing.items)
            items[position] = value
            run.state.heap[owner.key] = replace(thing, items=tuple(items))
        else:
            run.state.heap[owner.key] = replace(thing, items=(), rest=any_of(run, [*thing.items, value], thing.rest))
    elif isinstance(thing, DictObject):
        if isinstance(index, Const):
            run.state.heap[owner.key] = with_entry(run, thing, index, value)
        else:
            run.state.heap[owner.key] = blurred(run, thing, value)


def with_entry(run: Run, thing: DictObject, key: Const, value: Value) -> DictObject:
    """A dict in which a key certainly has this value."""
    if len(thing.items) > MAX_ITEMS:
        return blurred(run, thing, value)
    for position, (have, _) in enumerate(thing.items):
        if _same_key(have, key):
            return replace(thing, items=(*thing.items[:position], (have, value), *thing.items[position + 1 :]))
    return replace(thing, items=(*thing.items, (key, value)))


def without_entry(run: Run, thing: DictObject, key: Value) -> DictObject:
    """A dict from which a key was taken away."""
    if isinstance(key, Const):
        return replace(thing, items=tuple(pair for pair in thing.items if not _same_key(pair[0], key)))
    return DictObject((), any_of(run, (value for _, value in thing.items), thing.rest))


def blurred(run: Run, thing: DictObject, value: Value) -> DictObject:
    """A dict in which some key, which one is not known, has this value."""
    rest = value if thing.rest is None else run.merge(thing.rest, value)
    return DictObject(tuple((key, run.merge(have, value)) for key, have in thing.items), rest)


def spread(run: Run, thing: DictObject, other: DictObject | None) -> DictObject:
    """A dict updated with another one, None if that is not known."""
    if other is None or other.rest is not None:
        rest = Unknown("an item of a dict that is not known") if other is None else other.rest
        assert rest is not None
        thing = blurred(run, thing, rest)
    for key, value in other.items if other is not None else ():
        if isinstance(key, Const):
            thing = with_entry(run, thing, key, value)
    return thing


def delete_item(run: Run, owner: Value, index: Value | slice) -> None:
    """``del owner[index]``."""
    if isinstance(owner, OneOf):
        run.lose(owner)
    if not isinstance(owner, Ref):
        return
    thing = run.state.heap.get(owner.key)
    if isinstance(thing, DictObject):
        key = Unknown("a slice") if isinstance(index, slice) else index
        run.state.heap[owner.key] = without_entry(run, thing, key)
    elif isinstance(thing, ListObject):
        position = None if isinstance(index, slice) else integer(index)
        if position is not None and thing.rest is None and -len(thing.items) <= position < len(thing.items):
            items = list(thing.items)
            del items[position]
            run.state.heap[owner.key] = replace(thing, items=tuple(items))
        else:
            run.state.heap[owner.key] = replace(thing, items=(), rest=any_of(run, thing.items, thing.rest))


def constant(run: Run, value: Value, depth: int = 0) -> Const | None:
    """A constant, or a tuple or list of which everything is known, as one constant for comparing it."""
    if isinstance(value, Const):
        return value
    listed = as_list(run, value)
    if listed is None or listed.rest is not None or listed.kind == "set" or len(listed.items) > 64 or depth > 3:
        return None
    items = [constant(run, each, depth + 1) for each in listed.items]
    found = [each.value for each in items if each is not None]
    if len(found) < len(items):
        return None
    return Const(found if listed.kind == "list" else tuple(found))


def contains(run: Run, value: Value, owner: Value) -> bool | None:
    """``value in owner``; None if it can't be told."""
    wanted = constant(run, value)
    if wanted is None:
        return None
    if isinstance(owner, Const):
        if isinstance(owner.value, str) and isinstance(wanted.value, str):
            return wanted.value in owner.value
        return None
    found = as_dict(run, owner)
    if found is not None:
        known, rest = tuple(key for key, _ in found.items), found.rest
    else:
        listed = as_list(run, owner)
        if listed is None:
            return None
        known, rest = listed.items, listed.rest
    haves = [constant(run, have) for have in known]
    if any(have is not None and have.value == wanted.value for have in haves):
        return True
    return False if rest is None and None not in haves else None


def concatenate(run: Run, left: Value, right: Value) -> Value | None:
    """``left + right`` of two lists or tuples; None if they are not."""
    one, other = as_list(run, left), as_list(run, right)
    if one is None or other is None or "set" in (one.kind, other.kind):
        return None
    items, rest = (*one.items, *other.items), other.rest
    if one.rest is not None:
        items, rest = one.items, any_of(run, (one.rest, *other.items), other.rest)
    return _like(run, one.kind, items, rest)


def merge_dicts(run: Run, left: Value, right: Value) -> Value | None:
    """``left | right`` of two dicts; None if they are not."""
    one, other = as_dict(run, left), as_dict(run, right)
    return None if one is None or other is None else Ref(run.allocate(spread(run, one, other)))


def _like(run: Run, kind: Literal["list", "tuple", "set"], items: tuple[Value, ...], rest: Value | None) -> Value:
    if kind != "tuple":
        return make_list(run, items, rest)
    if len(items) > MAX_ITEMS:
        items, rest = (), any_of(run, items, rest)
    return Sequence(items, "tuple", rest)


def repeat(run: Run, left: Value, right: Value) -> Value | None:
    """``[x] * n``; None if it is not that."""
    listed, times = as_list(run, left), right
    if listed is None:
        listed, times = as_list(run, right), left
    if listed is None or listed.kind == "set":
        return None
    return _like(run, listed.kind, *repeated(run, listed, times))


def repeated(run: Run, listed: ListObject | Sequence, times: Value) -> Items:
    """The items of a list that is repeated."""
    count = integer(times)
    if count is None or listed.rest is not None or len(listed.items) * max(count, 0) > MAX_ITEMS:
        return (), any_of(run, listed.items, listed.rest)
    return listed.items * max(count, 0), None


def extend(run: Run, owner: Ref, values: tuple[Value, ...], rest: Value | None) -> None:
    """Add items at the end of a list, or to a set."""
    thing = run.state.heap.get(owner.key)
    if not isinstance(thing, ListObject):
        return
    if thing.kind == "set":
        made = make_set(run, (*thing.items, *values), rest if thing.rest is None else any_of(run, (thing.rest,), rest))
        run.state.heap[owner.key] = run.state.heap[made.key]
    elif thing.rest is not None or len(thing.items) + len(values) > MAX_ITEMS:
        kept = [value for value in (thing.rest, *values, rest) if value is not None]
        if kept:
            run.state.heap[owner.key] = replace(thing, rest=any_of(run, kept))
    else:
        run.state.heap[owner.key] = replace(thing, items=(*thing.items, *values), rest=rest)


def augment(run: Run, owner: Value, name: str, value: Value) -> bool:
    """``owner += value`` and the like where they change the object itself; False if they do not."""
    if isinstance(owner, OneOf) and any(isinstance(option, Ref) for option in owner.options):
        run.lose(owner, value)
        return False
    if not isinstance(owner, Ref):
        return False
    thing = run.state.heap.get(owner.key)
    if isinstance(thing, DictObject):
        run.state.heap[owner.key] = spread(run, thing, as_dict(run, value) if name == "or" else None)
        return True
    if not isinstance(thing, ListObject):
        return False
    if thing.kind == "set":
        run.lose(owner)
    elif name == "add":
        extend(run, owner, *iterate(run, value))
    elif name == "multiply":
        items, rest = repeated(run, thing, value)
        run.state.heap[owner.key] = replace(thing, items=items, rest=rest)
    else:
        run.lose(owner)
    return True
